package sip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	phonesip "github.com/busylamp/busylamp/phones/sip"
	"github.com/busylamp/busylamp/phones/softphone"
	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// board is Devices that keeps which dns are in service on which pools.
type board struct {
	mu  sync.Mutex
	dns map[phones.Device]phones.Spec
}

func (b *board) Register(d phones.Device, s phones.Spec) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dns[d] = s
}

func (b *board) Unregister(d phones.Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.dns, d)
}

// has reports whether a dn is in service.
func (b *board) has(dn int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.dns {
		for _, l := range s.Lines {
			if slices.Contains(l.DNs, phones.DNID{SIP: true, Tag: dn}) {
				return true
			}
		}
	}
	return false
}

var server = netip.MustParseAddrPort("10.1.1.2:5060")

// rig is a registrar on a network in memory.
type rig struct {
	t     *testing.T
	net   *memnet.Net
	ua    *sipua.UA
	reg   *phones.Registry
	board *board
	cfg   phones.Config
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, net: memnet.New(), board: &board{dns: map[phones.Device]phones.Spec{}}}
	log := logbuf.New(time.Now)
	r.ua = sipua.New(sipua.Options{Net: r.net, Log: log, AllowEvents: []string{"presence", "dialog"}, Supported: []string{"eventlist"}})
	r.reg = phones.New(phones.Options{Log: log, Devices: r.board})
	phonesip.New(phonesip.Options{UA: r.ua, Registry: r.reg, Log: log})
	mac, err := phones.ParseMAC("0015.6247.EF90")
	if err != nil {
		t.Fatal(err)
	}
	r.cfg = phones.Config{
		Mode: "cme", RegistrarOn: true,
		DNs:   []phones.DN{{Tag: 1, Number: "2101"}, {Tag: 2, Number: "2102"}},
		Pools: []phones.Pool{{Tag: 1, MAC: mac, Numbers: []phones.PoolNumber{{Index: 1, DN: 1}}}},
	}
	r.apply()
	if err := r.ua.Apply(t.Context(), sipua.Config{}, sipua.Config{Enabled: true, Addr: server}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) apply() {
	if err := r.reg.Apply(r.t.Context(), phones.Config{}, r.cfg); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) close() {
	if err := r.ua.Close(); err != nil {
		r.t.Error(err)
	}
	r.reg.Close()
}

func (r *rig) phone(change func(*softphone.Options)) *softphone.Phone {
	r.t.Helper()
	o := softphone.Options{
		Server: server, Number: "2101",
		Local: netip.MustParseAddrPort("10.1.1.50:5060"), MAC: r.cfg.Pools[0].MAC,
	}
	if change != nil {
		change(&o)
	}
	o.Network = r.net.Host(o.Local.Addr())
	p, err := softphone.New(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// A phone registers, refreshes by itself as long as it lives, and unregisters.
func TestLifeOfAPhone(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			defer r.close()
			var out strings.Builder
			p := r.phone(func(o *softphone.Options) { o.Out, o.Transport = &out, transport })
			if err := p.Register(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := r.board.has(1); !got {
				t.Errorf("%s: registered: %v", transport, got)
			}
			for range 5 {
				time.Sleep(time.Hour)
				synctest.Wait()
				s := r.reg.Snapshot()
				if len(s.Bindings) != 1 || s.Bindings[0].Transport != transport || s.Bindings[0].Device != "SEP00156247EF90" ||
					s.Pools[0].Contact != p.Addr() {
					t.Fatalf("%s: %+v", transport, s.Bindings)
				}
			}
			if n := r.reg.Snapshot().Stats.RegisterRequests; n != 7 {
				t.Errorf("%s: %d requests in 5 h", transport, n)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if got := r.board.has(1); got {
				t.Errorf("%s: unregistered: %v", transport, got)
			}
			if got := out.String(); got != "2101 registered for 3600 s\n2101 unregistered\n" {
				t.Errorf("%s: it said %q", transport, got)
			}
		})
	}
}

// A phone that vanishes is unregistered when its time is up.
func TestVanishedPhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		p := r.phone(func(o *softphone.Options) { o.Expires = 30 * time.Second })
		defer p.Close()
		if err := p.Register(t.Context()); err != nil { // 423, then 60 s
			t.Fatal(err)
		}
		if got := r.reg.Snapshot().Bindings[0].Expires; got != time.Minute {
			t.Errorf("granted %v", got)
		}
		r.net.FilterPackets(func(_, _ netip.AddrPort, _ []byte) bool { return false })
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if got := r.board.has(1); !got {
			t.Errorf("before expiry: %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := r.board.has(1); got {
			t.Errorf("after expiry: %v", got)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		refused := func(name string, want int, change func(*softphone.Options)) {
			t.Helper()
			p := r.phone(change)
			defer p.Close()
			var status *softphone.StatusError
			if err := p.Register(t.Context()); !errors.As(err, &status) || status.Code != want {
				t.Errorf("%s: %v, want %d", name, err, want)
			}
		}
		refused("unknown phone", 403, func(o *softphone.Options) { o.MAC = phones.MAC{1} })
		refused("number of nobody", 404, func(o *softphone.Options) { o.Number = "2102" })
		if a := r.reg.Snapshot().Attempts; len(a) != 2 || a[0].MAC != (phones.MAC{1}) {
			t.Errorf("%+v", a)
		}
		r.cfg.RegistrarOn = false
		r.apply()
		refused("registrar off", 503, nil)
	})
}

func TestDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		r.cfg.AuthenticateRegister = true
		r.cfg.Pools[0].Username, r.cfg.Pools[0].Password = "pool1", "lab"
		r.apply()
		p := r.phone(func(o *softphone.Options) { o.Username, o.Password = "pool1", "lab" })
		defer p.Close()
		if err := p.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour) // nonces grow old
		synctest.Wait()
		if got := r.board.has(1); !got {
			t.Errorf("after refreshes: %v", got)
		}
		for name, password := range map[string]string{"wrong password": "lob", "none": ""} {
			q := r.phone(func(o *softphone.Options) {
				o.Local, o.Username, o.Password = netip.MustParseAddrPort("10.1.1.51:5060"), "pool1", password
			})
			var status *softphone.StatusError
			if err := q.Register(t.Context()); !errors.As(err, &status) || status.Code != 401 {
				t.Errorf("%s: %v", name, err)
			}
			q.Close()
		}
		s := r.reg.Snapshot()
		if len(s.Attempts) != 1 || s.Attempts[0].Addr.String() != "10.1.1.51" || s.Stats.RegisterFailed != 1 {
			t.Errorf("%+v %+v", s.Attempts, s.Stats)
		}
	})
}

// Answers to requests that phones of other makes, or no phones, send.
func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		c := &client{t: t, ua: sipua.New(sipua.Options{Net: r.net})}
		if err := c.ua.Apply(t.Context(), sipua.Config{}, sipua.Config{Enabled: true, Addr: netip.MustParseAddrPort("10.1.1.60:5060")}); err != nil {
			t.Fatal(err)
		}
		defer c.ua.Close()
		const contact = "X-Device: SEP00156247EF90\nContact: <sip:2101@10.1.1.60:5060>"
		tests := []struct {
			name, headers string
			code          int
			want          []string // headers of the answer
		}{
			{"two contacts", contact + ";expires=100, <sip:2101@10.1.1.60:5070;transport=tcp>;q=0.5\nExpires: 200", 200,
				[]string{"Contact: <sip:2101@10.1.1.60:5060>;expires=100", "Contact: <sip:2101@10.1.1.60:5070;transport=tcp>;expires=200"}},
			{"query", "", 200, []string{"Contact: <sip:2101@10.1.1.60:5060>;expires=100", "Contact: <sip:2101@10.1.1.60:5070;transport=tcp>;expires=200"}},
			{"compact form", "m: <sip:2101@10.1.1.60:5060>;expires=0", 200, []string{"Contact: <sip:2101@10.1.1.60:5070;transport=tcp>;expires=200"}},
			{"too brief", contact + "\nExpires: 10", 423, []string{"Min-Expires: 60"}},
			{"extension", contact + "\nRequire: gruu, outbound", 420, []string{"Unsupported: gruu, outbound"}},
			{"star and more", "Contact: *\nExpires: 10", 400, nil},
			{"two Expires", contact + "\nExpires: 60\nExpires: 60", 400, nil},
			{"tel URI", "Contact: <tel:2101>", 400, nil},
			{"all away", "Contact: *\nExpires: 0", 200, nil},
		}
		for _, tt := range tests {
			res := c.register(tt.headers)
			if res.StatusCode != tt.code {
				t.Errorf("%s: %d %s", tt.name, res.StatusCode, res.Reason)
				continue
			}
			if offers := sipua.Value(res, "Allow-Events") + "; " + sipua.Value(res, "Supported"); tt.code == 200 && offers != "presence, dialog; eventlist" {
				t.Errorf("%s: it offers %s", tt.name, offers) // no gruu, no outbound: checklist A14, C26
			}
			var got []string
			for _, h := range res.Headers() {
				if n := h.Name(); n == "Contact" || n == "Min-Expires" || n == "Unsupported" {
					got = append(got, n+": "+h.Value())
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q", tt.name, got)
			}
		}
	})
}

// client sends REGISTERs of the test's own making.
type client struct {
	t    *testing.T
	ua   *sipua.UA
	cseq int
}

func (c *client) register(headers string) *sip.Response {
	c.t.Helper()
	c.cseq++
	text := fmt.Sprintf("REGISTER sip:10.1.1.2 SIP/2.0\nFrom: <sip:2101@10.1.1.2>;tag=1\nTo: <sip:2101@10.1.1.2>\nCall-ID: x\nCSeq: %d REGISTER\n%s\n", c.cseq, headers)
	text = strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\r\n") + "\r\n\r\n"
	msg, err := sip.ParseMessage([]byte(text))
	if err != nil {
		c.t.Fatal(err)
	}
	done := make(chan *sip.Response, 1)
	c.ua.Send(msg.(*sip.Request), sipua.Target{Addr: server}, func(res *sip.Response, err error) {
		if err != nil {
			c.t.Error(err)
		}
		done <- res
	})
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	select {
	case res := <-done:
		if res == nil {
			c.t.Fatal("no answer")
		}
		return res
	case <-ctx.Done():
		c.t.Fatal("no answer")
		return nil
	}
}
