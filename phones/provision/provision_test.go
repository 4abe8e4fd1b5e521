package provision

import (
	"context"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/mobility"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	router = netip.MustParseAddrPort("10.1.1.1:80")
	desk   = phones.Device{Kind: phones.EphoneDevice, Tag: 1}
)

func config() Config {
	return Config{Enabled: true, Addr: router, Phones: phones.Config{
		Ephones:        []phones.Ephone{{Tag: 1, LogoutProfile: 1}},
		LogoutProfiles: []phones.Profile{{Tag: 1}},
		UserProfiles:   []phones.Profile{{Tag: 2, User: "ann", Password: "1234"}},
		EphoneDNs:      []phones.EphoneDN{{Tag: 1, Number: "2001", Name: "Ann Smith"}, {Tag: 2, Number: "2002"}},
		DNs:            []phones.DN{{Tag: 1, Number: "2101", Name: "Bob Jones"}},
		Telephony:      phones.Telephony{Directory: []phones.DirectoryEntry{{Tag: 1, Number: "71111", Name: "Security"}}},
	}}
}

// bed is a served router; get fetches a path from a phone's address.
func bed(t *testing.T, f func(s *Server, m *mobility.Manager, get func(from, path string) string)) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		m := mobility.New(mobility.Options{})
		defer m.Close()
		c := config()
		_ = m.Apply(t.Context(), phones.Config{}, c.Phones)
		s := New(Options{Net: n, Log: logbuf.New(time.Now), Mobility: m, Device: func(from netip.Addr, name string) (phones.Device, bool) {
			return desk, from == netip.MustParseAddr("10.1.1.50") && (name == "" || name == "SEP001200078D82")
		}})
		if err := s.Apply(t.Context(), Config{}, c); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		get := func(from, path string) string {
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
				return n.Host(netip.MustParseAddr(from)).Dial(ctx, netip.MustParseAddrPort(addr))
			}}}
			defer client.CloseIdleConnections()
			u := path
			if strings.HasPrefix(path, "/") {
				u = "http://10.1.1.1:80" + path
			}
			res, err := client.Get(u)
			if err != nil {
				return err.Error()
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			return string(b)
		}
		f(s, m, get)
	})
}

const phoneAddr, strangerAddr = "10.1.1.50", "10.1.1.99"

// link is the URL of a menu entry.
func link(t *testing.T, page, name string) string {
	t.Helper()
	var m menu
	if err := xml.Unmarshal([]byte(page), &m); err != nil {
		t.Fatalf("%v in %s", err, page)
	}
	for _, i := range m.Items {
		if i.Name == name {
			return i.URL
		}
	}
	t.Fatalf("no entry %q in %s", name, page)
	return ""
}

func TestLoginByServicePage(t *testing.T) {
	bed(t, func(s *Server, m *mobility.Manager, get func(from, path string) string) {
		services := get(phoneAddr, "/CMEserverForPhone/serviceurl?name=SEP001200078D82")
		em := link(t, services, "Extension Mobility")
		var form input
		if err := xml.Unmarshal([]byte(get(phoneAddr, em)), &form); err != nil || len(form.Items) != 2 {
			t.Fatalf("login form: %v %+v", err, form)
		}
		submit := func(user, password string) string {
			return get(phoneAddr, form.URL+"&"+url.Values{form.Items[0].QueryStringParam: {user}, form.Items[1].QueryStringParam: {password}}.Encode())
		}
		if got := submit("ann", "1"); !strings.Contains(got, "Wrong user name or password") || m.Profile(desk) != nil {
			t.Error(got)
		}
		if got := submit("ann", "1234"); !strings.Contains(got, "Login successful") || m.Profile(desk) == nil {
			t.Error(got)
		}
		if got := get(phoneAddr, link(t, get(phoneAddr, em), "Logout")); !strings.Contains(got, "Logout successful") || m.Profile(desk) != nil {
			t.Error(got)
		}
	})
}

// What is no registered phone cannot log in, and passwords cannot be tried for ever.
func TestStrangers(t *testing.T) {
	bed(t, func(s *Server, m *mobility.Manager, get func(from, path string) string) {
		if got := get(strangerAddr, "/CMEserverForPhone/serviceurl"); strings.Contains(got, "Extension") {
			t.Error(got)
		}
		if got := get(strangerAddr, "/CMEserverForPhone/em?user=ann&password=1234"); !strings.Contains(got, "not enabled") || m.Profile(desk) != nil {
			t.Error(got)
		}
		for range maxFailed {
			get(phoneAddr, "/CMEserverForPhone/em?user=ann&password=0000")
		}
		if got := get(phoneAddr, "/CMEserverForPhone/em?user=ann&password=1234"); !strings.Contains(got, "Too many") {
			t.Error(got)
		}
		time.Sleep(time.Minute)
		if got := get(phoneAddr, "/CMEserverForPhone/em?user=ann&password=1234"); !strings.Contains(got, "successful") {
			t.Error(got)
		}
	})
}

func TestDirectory(t *testing.T) {
	bed(t, func(s *Server, _ *mobility.Manager, get func(from, path string) string) {
		for query, want := range map[string]string{
			"":            "Record 1 to 3 of 3|Ann Smith 2001|Bob Jones 2101|Security 71111",
			"last=jo":     "Record 1 to 1 of 1|Bob Jones 2101",
			"first=ann":   "Record 1 to 1 of 1|Ann Smith 2001",
			"num=7":       "Record 1 to 1 of 1|Security 71111",
			"last=zz":     "No records found",
			"start=99999": "Record 1 to 3 of 3|Ann Smith 2001|Bob Jones 2101|Security 71111",
		} {
			var d directory
			if err := xml.Unmarshal([]byte(get(strangerAddr, "/localdirectory/query?"+query)), &d); err != nil {
				t.Fatal(err)
			}
			got := d.Prompt
			for _, e := range d.Entries {
				got += "|" + e.Name + " " + e.Telephone
			}
			if got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
		c := config()
		for i := range 40 {
			c.Phones.Telephony.Directory = append(c.Phones.Telephony.Directory, phones.DirectoryEntry{Tag: 2 + i, Number: "9" + string(rune('0'+i%10)), Name: "Zoe " + strings.Repeat("z", i)})
		}
		_ = s.Apply(t.Context(), config(), c)
		var d directory
		_ = xml.Unmarshal([]byte(get(phoneAddr, "/localdirectory/query")), &d)
		if d.Prompt != "Record 1 to 32 of 43" || len(d.Keys) != 3 {
			t.Fatalf("%+v", d)
		}
		_ = xml.Unmarshal([]byte(get(phoneAddr, d.Keys[2].URL)), &d)
		if d.Prompt != "Record 33 to 43 of 43" {
			t.Error(d.Prompt)
		}
	})
}

// The server moves and closes with the configuration, and waits for a taken port.
func TestListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		taken, err := n.Listen(router)
		if err != nil {
			t.Fatal(err)
		}
		m := mobility.New(mobility.Options{})
		defer m.Close()
		s := New(Options{Net: n, Log: logbuf.New(time.Now), Mobility: m, Device: func(netip.Addr, string) (phones.Device, bool) { return desk, false }})
		defer s.Close()
		_ = s.Apply(t.Context(), Config{}, config())
		if s.Listening().IsValid() {
			t.Error("listening on a taken port")
		}
		_ = taken.Close()
		time.Sleep(retryListen + time.Second)
		if s.Listening() != router {
			t.Errorf("listening on %s", s.Listening())
		}
		_ = s.Apply(t.Context(), config(), Config{})
		if s.Listening().IsValid() {
			t.Error("still listening")
		}
	})
}

// The menu of personal speed dials is there for a phone that has some.
func TestFastDials(t *testing.T) {
	bed(t, func(s *Server, _ *mobility.Manager, get func(from, path string) string) {
		const services = "/CMEserverForPhone/serviceurl?name=SEP001200078D82"
		if got := get(phoneAddr, services); strings.Contains(got, titleFastDials) {
			t.Error(got)
		}
		c := config()
		c.Phones.Ephones[0].FastDials = []phones.FastDial{{Tag: 1, Number: "5551"}, {Tag: 2, Number: "5552", Name: "Home"}}
		_ = s.Apply(t.Context(), config(), c)
		var d directory
		if err := xml.Unmarshal([]byte(get(phoneAddr, link(t, get(phoneAddr, services), titleFastDials))), &d); err != nil {
			t.Fatal(err)
		}
		if d.Title != titleFastDials || len(d.Entries) != 2 || d.Entries[0] != (entry{"5551", "5551"}) || d.Entries[1] != (entry{"Home", "5552"}) {
			t.Errorf("%+v", d)
		}
		if got := get(strangerAddr, pathFastDials); strings.Contains(got, "5551") {
			t.Error(got)
		}
	})
}

// fleeting is a Mobility whose user leaves between two questions.
type fleeting struct {
	Mobility
	asked int
}

func (f *fleeting) Profile(phones.Device) *phones.Profile {
	if f.asked++; f.asked > 1 {
		return nil
	}
	return &phones.Profile{User: "ann"}
}

func TestLogoutWhileAsking(t *testing.T) {
	bed(t, func(s *Server, m *mobility.Manager, get func(from, path string) string) {
		s.o.Mobility = &fleeting{Mobility: m}
		if got := get(phoneAddr, pathMobility); !strings.Contains(got, "Logged in as ann") {
			t.Error(got)
		}
	})
}
