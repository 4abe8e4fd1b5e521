package phones

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each case of RFC 3261 10.3 on a number that has one contact from 10.1.1.1 with CSeq 1.
func TestRegisterRules(t *testing.T) {
	a, b := contactOf("2101", "10.1.1.1", 5060), contactOf("2101", "10.1.1.1", 5070)
	with := func(c Contact, expires int) Contact { c.Expires = expires; return c }
	tests := []struct {
		name     string
		change   func(*Registration) // of a REGISTER with CSeq 2 and the known contact, Expires 600
		code     int
		contacts []string // afterwards: "port=seconds"
	}{
		{"refresh", func(r *Registration) {}, 200, []string{"5060=600"}},
		{"same CSeq", func(r *Registration) { r.CSeq = 1 }, 500, []string{"5060=3600"}},
		{"same CSeq, other Call-ID", func(r *Registration) { r.CSeq, r.CallID = 1, "other" }, 200, []string{"5060=600"}},
		{"query", func(r *Registration) { r.Contacts = nil }, 200, []string{"5060=3600"}},
		{"remove", func(r *Registration) { r.Expires = 0 }, 200, nil},
		{"remove with old CSeq", func(r *Registration) { r.Expires, r.CSeq = 0, 1 }, 500, []string{"5060=3600"}},
		{"remove by parameter", func(r *Registration) { r.Contacts[0].Expires = 0 }, 200, nil},
		{"remove what is not there", func(r *Registration) { r.Contacts = []Contact{with(b, 0)} }, 200, []string{"5060=3600"}},
		{"second contact", func(r *Registration) { r.Contacts = []Contact{b} }, 200, []string{"5060=3600", "5070=600"}},
		{"several contacts", func(r *Registration) { r.Contacts = []Contact{with(a, 100), b} }, 200, []string{"5060=100", "5070=600"}},
		{"one in, one out", func(r *Registration) { r.Contacts = []Contact{with(a, 0), b} }, 200, []string{"5070=600"}},
		{"all or nothing: CSeq", func(r *Registration) { r.CSeq, r.Contacts = 1, []Contact{b, a} }, 500, []string{"5060=3600"}},
		{"all or nothing: too brief", func(r *Registration) { r.Contacts = []Contact{b, with(a, 59)} }, 423, []string{"5060=3600"}},
		{"same contact twice", func(r *Registration) { r.Contacts = []Contact{a, a} }, 400, []string{"5060=3600"}},
		{"star", func(r *Registration) { r.Star, r.Contacts, r.Expires = true, nil, 0 }, 200, nil},
		{"star with old CSeq", func(r *Registration) { r.Star, r.Contacts, r.Expires, r.CSeq = true, nil, 0, 1 }, 500, []string{"5060=3600"}},
		{"star without Expires", func(r *Registration) { r.Star, r.Contacts, r.Expires = true, nil, -1 }, 400, []string{"5060=3600"}},
		{"star with Expires", func(r *Registration) { r.Star, r.Contacts = true, nil }, 400, []string{"5060=3600"}},
		{"star with others", func(r *Registration) { r.Star, r.Expires = true, 0 }, 400, []string{"5060=3600"}},
		{"too brief", func(r *Registration) { r.Expires = 59 }, 423, []string{"5060=3600"}},
		{"least", func(r *Registration) { r.Expires = 60 }, 200, []string{"5060=60"}},
		{"longer than the maximum", func(r *Registration) { r.Expires = 1 << 31 }, 200, []string{"5060=3600"}},
		{"no Expires", func(r *Registration) { r.Expires = -1 }, 200, []string{"5060=3600"}},
		{"parameter beats header", func(r *Registration) { r.Contacts[0].Expires = 120 }, 200, []string{"5060=120"}},
		{"same device, new port", func(r *Registration) { r.Contacts = []Contact{b}; r.Contacts[0].Instance = "urn:x" }, 200, []string{"5070=600"}},
		{"too many contacts in one", func(r *Registration) {
			for p := 1; p <= MaxContacts; p++ {
				r.Contacts = append(r.Contacts, contactOf("2101", "10.1.1.1", p))
			}
		}, 400, []string{"5060=3600"}},
		{"too many contacts in all", func(r *Registration) {
			r.Contacts = nil
			for p := 1; p <= MaxContacts; p++ {
				r.Contacts = append(r.Contacts, contactOf("2101", "10.1.1.1", p))
			}
		}, 403, []string{"5060=3600"}},
		{"contact without a host", func(r *Registration) { r.Contacts[0].Host = "" }, 400, []string{"5060=3600"}},
		{"contact that would break a header", func(r *Registration) { r.Contacts[0].URI += "\r\nX: y" }, 400, []string{"5060=3600"}},
		{"long Call-ID", func(r *Registration) { r.CallID = strings.Repeat("x", 600) }, 400, []string{"5060=3600"}},
		{"number of another pool", func(r *Registration) {
			r.Number, r.Contacts[0].User = "2102", "SEP00156247EF90"
		}, 404, []string{"5060=3600"}},
		{"another phone", func(r *Registration) { r.Hints, r.Contacts[0].User = nil, "SEP0000000000AA" }, 403, []string{"5060=3600"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, guide())
				defer h.stop()
				first := h.request("2101", "10.1.1.1", -1)
				first.Contacts[0].Instance = "urn:x"
				h.must(first)
				reg := h.request("2101", "10.1.1.1", 600)
				tt.change(&reg)
				if got := h.code(reg); got != tt.code {
					t.Errorf("code %d, want %d", got, tt.code)
				}
				var got []string
				for _, b := range h.Snapshot().Bindings {
					got = append(got, fmt.Sprintf("%d=%d", b.Port, b.Remaining/time.Second))
				}
				if !slices.Equal(got, tt.contacts) {
					t.Errorf("contacts %v, want %v", got, tt.contacts)
				}
				if got := h.settled().has("2101"); got != (tt.contacts != nil) {
					t.Errorf("in service %t", got)
				}
			})
		})
	}
}

// A phone without +sip.instance that reboots with another port again and again
// takes the place of its own oldest contact, of nobody else's.
func TestRebootsDoNotFillUp(t *testing.T) {
	h := start(t, guide())
	defer h.stop()
	other := h.request("2101", "10.1.1.2", 3600)
	h.must(other)
	for i := range 3 * MaxContacts {
		reg := h.request("2101", "10.1.1.1", 3600)
		reg.CallID, reg.Source = fmt.Sprint("boot", i), netip.AddrPortFrom(reg.Source.Addr(), uint16(40000+i))
		reg.Contacts[0] = contactOf("2101", "10.1.1.1", 40000+i)
		res := h.must(reg)
		if n := len(res.Contacts); n != min(i+2, MaxContacts) || res.Contacts[0].Source != other.Source || res.Contacts[n-1].Port != 40000+i {
			t.Fatalf("boot %d: %d contacts, %+v", i, n, res.Contacts)
		}
	}
	if got := h.code(h.request("2101", "10.1.1.3", 3600)); got != 403 {
		t.Errorf("another phone: %d", got)
	}
}

// A large request costs little, whatever is in it.
func TestIdentifyIsBounded(t *testing.T) {
	reg := Registration{Number: "2101", CallID: "a", UserAgent: strings.Repeat("x", maxText) + " SEP00156247EF90"}
	for range 8 {
		reg.Hints = append(reg.Hints, strings.Repeat("y", maxText)+" SEP00156247EF90")
	}
	c := contactOf("2101", "10.1.1.1", 5060)
	c.Params = strings.Repeat(";z", maxText/2) + ";device-name=SEP00156247EF90"
	reg.Contacts = []Contact{c}
	if id := reg.who(); len(id.macs) != 0 || id.device != "" {
		t.Errorf("looked at what is behind %d bytes: %+v", maxText, id)
	}
	for range MaxContacts {
		reg.Contacts = append(reg.Contacts, contactOf("SEP00156247EF90", "10.1.1.1", 5060))
	}
	reg.id = nil
	if id := reg.who(); len(id.macs) != 0 {
		t.Errorf("looked at %d contacts: %+v", len(reg.Contacts), id)
	}
}

func BenchmarkIdentifyLargest(b *testing.B) {
	var reg Registration
	for i := range MaxContacts {
		c := contactOf("2101", "10.1.1.1", 5060+i)
		c.URI += ";x=" + strings.Repeat("00:11:22:33:44:5", 30)
		c.Params = strings.Repeat("00:11:22:33:44:5", 40)
		c.Instance = c.Params[:maxText]
		reg.Contacts = append(reg.Contacts, c)
	}
	for range 8 {
		reg.Hints = append(reg.Hints, strings.Repeat("00:11:22:33:44:5", 500))
	}
	for b.Loop() {
		reg.id = nil
		reg.who()
	}
}

func TestMinExpiresIsTold(t *testing.T) {
	cfg := guide()
	cfg.MinExpires, cfg.MaxExpires = 90*time.Second, 120*time.Second
	h := start(t, cfg)
	defer h.stop()
	_, err := h.Register(h.request("2101", "10.1.1.1", 89))
	var e *Error
	if !errors.As(err, &e) || e.Code != 423 || e.MinExpires != 90*time.Second {
		t.Errorf("%v", err)
	}
	if got := h.must(h.request("2101", "10.1.1.1", 600)).Contacts[0].Expires; got != 120*time.Second {
		t.Errorf("granted %v", got)
	}
}

// Without `registrar server` or `mode cme` nothing registers, and what was
// registered is gone.
func TestRegistrarOff(t *testing.T) {
	for _, off := range []func(*Config){
		func(c *Config) { c.RegistrarOn = false },
		func(c *Config) { c.Mode = "" },
	} {
		h := start(t, guide())
		h.must(h.request("2101", "10.1.1.1", 600))
		cfg := guide()
		off(&cfg)
		h.apply(cfg)
		if got := h.code(h.request("2101", "10.1.1.1", 600)); got != 503 || h.settled().has("2101") {
			t.Errorf("code %d, in service %t", got, h.settled().has("2101"))
		}
		h.apply(guide())
		if h.settled().has("2101") {
			t.Error("in service")
		}
		h.stop()
	}
}

func TestAuthenticate(t *testing.T) {
	cfg := guide()
	cfg.AuthenticateRegister = true
	cfg.Realm = "cisco.com"
	cfg.Pools[0].Username, cfg.Pools[0].Password = "pool1", "lab"
	h := start(t, cfg)
	defer h.stop()
	reg := h.request("2101", "10.1.1.1", 600)
	if c, needed := h.Authenticate(&reg); !needed || c != (Credentials{"cisco.com", "pool1", "lab"}) {
		t.Errorf("%+v %t", c, needed)
	}
	if got := h.code(reg); got != 401 {
		t.Errorf("unauthenticated: %d", got)
	}
	reg.Authenticated = "pool2"
	if got := h.code(reg); got != 401 {
		t.Errorf("as another user: %d", got)
	}
	reg.Authenticated = "pool1"
	if got := h.code(reg); got != 200 {
		t.Errorf("authenticated: %d", got)
	}
	named := h.request("2102", "10.1.1.2", 600)
	if _, needed := h.Authenticate(&named); needed {
		t.Error("a pool without credentials is challenged")
	}
	elsewhere := h.request("2101", "10.1.1.1", 600) // not the pool's number, which who has no password is not told
	elsewhere.Number = "9999"
	if got := h.code(elsewhere); got != 401 {
		t.Errorf("another number, unauthenticated: %d", got)
	}
	elsewhere.Authenticated = "pool1"
	if got := h.code(elsewhere); got != 404 {
		t.Errorf("another number, authenticated: %d", got)
	}
	h.ClearAttempts()
	for _, number := range []string{"2102", "9999"} { // of a pool that is not named, and of none
		reg := h.request(number, "10.1.1.2", 600)
		reg.Hints = nil
		if c, needed := h.Authenticate(&reg); !needed || c != (Credentials{Realm: "cisco.com"}) {
			t.Errorf("%s: %+v %t", number, c, needed)
		}
	}
	h.AuthenticationFailed(h.request("2101", "10.1.1.3", 600))
	s := h.Snapshot()
	if len(s.Attempts) != 3 || s.Attempts[0].Reason != reasonNoPool || s.Attempts[2].Reason != reasonAuth || s.Pools[0].Stats.RegisterFailed != 5 {
		t.Errorf("%+v %+v", s.Attempts, s.Pools[0].Stats)
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, guide())
		defer h.stop()
		h.must(h.request("2101", "10.1.1.1", 3600))
		h.must(h.request("2102", "10.1.1.2", 100)) // nearer than the timer that is set
		wait := func(d time.Duration, want1, want2 bool) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if a, b := h.settled().has("2101"), h.settled().has("2102"); a != want1 || b != want2 {
				t.Errorf("in service: 2101 %t, 2102 %t", a, b)
			}
		}
		wait(99*time.Second, true, true)
		h.must(h.request("2102", "10.1.1.2", 100))
		wait(99*time.Second, true, true)
		wait(time.Second, true, false)
		wait(3600*time.Second-199*time.Second-time.Second, true, false)
		wait(time.Second, false, false)
		s := h.Snapshot()
		if s.Stats.ActiveRegistrations != 0 || s.Pools[0].UnregisteredReason == "" || len(s.Bindings) != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A change of configuration removes exactly the contacts that no longer fit.
func TestApply(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		gone   bool
	}{
		{"nothing", func(c *Config) {}, false},
		{"another pool gone", func(c *Config) { c.Pools = c.Pools[:1] }, false},
		{"source address", func(c *Config) { c.SIPSource = netip.MustParseAddrPort("10.1.1.9:5061") }, false},
		{"number moved to another line", func(c *Config) { c.Pools[0].Numbers = []PoolNumber{{5, 1}} }, false},
		{"pool gone", func(c *Config) { c.Pools = c.Pools[1:] }, true},
		{"dn gone", func(c *Config) { c.DNs = c.DNs[1:] }, true},
		{"number changed", func(c *Config) { c.DNs[0].Number = "2199" }, true},
		{"number taken off the pool", func(c *Config) { c.Pools[0].Numbers = nil }, true},
		{"MAC changed", func(c *Config) { c.Pools[0].MAC = mac("0000.0000.0001") }, true},
		{"id ip that fits", func(c *Config) {
			c.Pools[0].MAC, c.Pools[0].IDIP = MAC{}, netip.MustParsePrefix("10.1.1.1/32")
		}, false},
		{"id ip that does not", func(c *Config) {
			c.Pools[0].MAC, c.Pools[0].IDIP = MAC{}, netip.MustParsePrefix("10.1.1.2/32")
		}, true},
	}
	for _, tt := range tests {
		h := start(t, guide())
		reg := h.request("2101", "10.1.1.1", 600)
		reg.Contacts[0].Params = ";device-name=SEP00156247EF90"
		h.must(reg)
		cfg := guide()
		tt.change(&cfg)
		h.apply(cfg)
		if got := h.settled().has("2101"); got == tt.gone || (len(h.Snapshot().Bindings) == 0) != tt.gone {
			t.Errorf("%s: in service %t, %d contacts", tt.name, got, len(h.Snapshot().Bindings))
		}
		h.stop()
	}
}
