package skinny

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// The registration dialogue, in the order of facts 6.1, by an old and a new phone.
func TestRegistration(t *testing.T) {
	for _, row := range []struct {
		model    string
		inUse    int
		features uint32
		want     string
	}{
		{"7960", 9, 0, "Alarm Register IpPort HeadsetStatus ButtonTemplateReq CapabilitiesRes SoftKeyTemplateReq SoftKeySetReq ConfigStatReq " +
			"LineStatReq ForwardStatReq LineStatReq ForwardStatReq SpeedDialStatReq FeatureStatReq FeatureStatReq RegisterAvailableLines TimeDateReq"},
		{"7971", 17, 1, "Alarm Register HeadsetStatus ButtonTemplateReq UpdateCapabilities SoftKeyTemplateReq SoftKeySetReq ConfigStatReq " +
			"LineStatReq ForwardStatReq LineStatReq ForwardStatReq SpeedDialStatReq FeatureStatReq FeatureStatReq RegisterAvailableLines TimeDateReq"},
		{"7905", 5, 0, "Alarm Register IpPort HeadsetStatus ButtonTemplateReq CapabilitiesRes SoftKeyTemplateReq SoftKeySetReq ConfigStatReq " +
			"LineStatReq ForwardStatReq LineStatReq ForwardStatReq SpeedDialStatReq FeatureStatReq FeatureStatReq RegisterAvailableLines TimeDateReq"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, row.inUse)
			defer s.close()
			p := newPhone(t, s, row.model)
			defer p.Close()
			if err := p.Register(t.Context()); err != nil {
				t.Fatal(err)
			}
			l := s.next()
			var got []wire.Message
			for {
				m := <-l.got
				got = append(got, m)
				if f, ok := m.(*wire.FeatureStatReq); ok && f.Capabilities != row.features {
					t.Errorf("%s: %+v", row.model, f)
				}
				if m.ID() == wire.IDTimeDateReq {
					break
				}
			}
			if names(got) != row.want {
				t.Errorf("%s: %s", row.model, names(got))
			}
			r := got[1].(*wire.RegisterReq)
			if m, _ := phones.ModelNamed(row.model); r.Name != "SEP00127F5762A5" || r.Type != m.Type || r.Addr.String() != "10.1.1.60" || string(r.MAC[:6]) != string(mac[:]) {
				t.Errorf("%+v", r)
			}
			if a := got[0].(*wire.Alarm); !strings.HasPrefix(a.Text, "25: Name=SEP00127F5762A5 Load=") || !strings.HasSuffix(a.Text, "Last=Initialized") {
				t.Errorf("%q", a.Text)
			}
			shows(t, p, "registered", "header 1001", "line 1 anna", "line 2 1002", "key 1 bob", "key 1 99", "key 2 idle", "key 3 2104",
				"prompt Your current options", "soft Redial", "soft NewCall", "soft DND")
			d := p.Display()
			if d.Clock != "1:05pm 11/22/26" || d.Protocol != fmt.Sprint("SCCP ", row.inUse) || len(d.Lines) != 2 || len(d.Keys) != 3 || d.Lines[1].Button != 2 {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	good := Options{Server: addr, MAC: mac}
	for name, change := range map[string]func(*Options){
		"server": func(o *Options) { o.Server = netip.AddrPort{} }, "mac": func(o *Options) { o.MAC = phones.MAC{} },
		"model": func(o *Options) { o.Model = "1234" }, "version": func(o *Options) { o.Version = 2 }, "high": func(o *Options) { o.Version = 23 },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, m := range phones.Models() { // every model has a profile
		if _, err := newProfile(m.Name, 0); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// A refusal is told, the phone tries again and comes in once it may.
func TestRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 9)
		defer s.close()
		s.quiet.Store(true)
		p := newPhone(t, s, "7960")
		defer p.Close()
		done := make(chan error, 1)
		go func() { done <- p.Register(t.Context()) }()
		l := s.next()
		wants[*wire.RegisterReq](t, l)
		l.send(&wire.RegisterReject{Text: "Go away"})
		var reject *RejectError
		if err := <-done; !errors.As(err, &reject) || reject.Text != "Go away" {
			t.Fatalf("%v", err)
		}
		shows(t, p, "notice Go away", "not registered")
		s.quiet.Store(false)
		if err := p.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.Register(t.Context()); err != nil { // it is
			t.Fatal(err)
		}
	})
}

// Keepalives are sent in time; a server that stops answering is left and found again.
func TestKeepalive(t *testing.T) {
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		began := time.Now()
		for range 10 {
			wants[*wire.KeepAlive](t, l)
		}
		if d := time.Since(began); d != 300*time.Second {
			t.Errorf("ten keepalives in %v", d)
		}
		l.s.quiet.Store(true)
		began = time.Now()
		again := l.s.next()
		if d := time.Since(began); d < 90*time.Second || d > 122*time.Second {
			t.Errorf("gave up after %v", d)
		}
		if a := wants[*wire.Alarm](t, again); !strings.HasPrefix(a.Text, "14: ") {
			t.Errorf("%q", a.Text)
		}
		shows(t, p, "not registered")
		l.s.quiet.Store(false)
		again.conn.Close()
		if a := wants[*wire.Alarm](t, l.s.next()); !strings.HasPrefix(a.Text, "13: ") {
			t.Errorf("%q", a.Text)
		}
		shows(t, p, "registered")
	})
}

// A server that cannot be reached is tried with growing pauses.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 9)
		s.ln.Close()
		p := newPhone(t, s, "7960")
		defer p.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		if err := p.Register(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "10.1.1.2:2000") {
			t.Errorf("%v", err)
		}
		p.mu.Lock()
		tries := p.tries
		p.mu.Unlock()
		if tries < 22 || tries > 25 { // 1+2+4+8+16 s, then every 30 s
			t.Errorf("%d tries in ten minutes", tries)
		}
		if err := handset.Press(p, "offhook"); !errors.Is(err, ErrUnregistered) {
			t.Errorf("%v", err)
		}
		p.Close()
		if err := p.Register(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
		if err := handset.Press(p, "offhook"); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Reset and Restart: the phone says goodbye and comes again, whether it is answered or not.
func TestReset(t *testing.T) {
	for _, row := range []struct {
		kind  uint32
		quiet bool
		alarm string
		after time.Duration
	}{
		{wire.ResetRestart, false, "23: ", firstPause}, {wire.ResetReset, false, "22: ", resetPause}, {wire.ResetRestart, true, "23: ", firstPause + leaveTimeout},
	} {
		inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
			l.s.quiet.Store(row.quiet)
			began := time.Now()
			l.send(&wire.Reset{Kind: row.kind})
			wants[*wire.Unregister](t, l)
			next := l.s.next()
			if a := wants[*wire.Alarm](t, next); !strings.HasPrefix(a.Text, row.alarm) {
				t.Errorf("%q", a.Text)
			}
			if d := time.Since(began); d != row.after {
				t.Errorf("%+v: came again after %v", row, d)
			}
			if !row.quiet {
				shows(t, p, "registered")
			}
		})
	}
}

func TestClose(t *testing.T) {
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.Close()
		}()
		wants[*wire.Unregister](t, l)
		<-done
		for range l.got { // until the phone has closed
		}
		shows(t, p, "not registered")
	})
	inService(t, "7960", 9, func(t *testing.T, p *Phone, l *link) {
		l.s.quiet.Store(true) // does not answer
		began := time.Now()
		p.Close()
		if d := time.Since(began); d != leaveTimeout {
			t.Errorf("took %v", d)
		}
	})
}
