package softphone

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

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var addr = netip.MustParseAddrPort("10.1.1.2:5060")

// notifier is the other side of a subscription, as badly behaved as a test wants.
type notifier struct {
	t  *testing.T
	ua *sipua.UA

	mu         sync.Mutex
	answers    []int  // codes for the next SUBSCRIBEs; 200 when there are none
	early      bool   // NOTIFY before the 200
	retryAfter string // in refusals
	dialog     *sipua.Dialog
	requests   []string // "new 3600", "refresh 0"
}

func newNotifier(t *testing.T, net *memnet.Net) *notifier {
	n := &notifier{t: t, ua: sipua.New(sipua.Options{Net: net})}
	n.ua.Handle("SUBSCRIBE", n.subscribe)
	if err := n.ua.Apply(t.Context(), sipua.Config{}, sipua.Config{Enabled: true, Addr: addr}); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *notifier) subscribe(tx *sipua.ServerTx) {
	n.mu.Lock()
	defer n.mu.Unlock()
	req := tx.Request()
	expires, _ := sipua.Expires(req)
	kind := "refresh"
	if sipua.ToTag(req) == "" {
		kind = "new"
	}
	n.requests = append(n.requests, fmt.Sprintf("%s %v", kind, expires.Seconds()))
	if len(n.answers) > 0 {
		code := n.answers[0]
		n.answers = n.answers[1:]
		if code != 200 {
			headers := []string{"Min-Expires", "7200"}
			if n.retryAfter != "" {
				headers = append(headers, "Retry-After", n.retryAfter)
			}
			_ = tx.Reject(code, "", headers...)
			return
		}
	}
	var err error
	if kind == "new" {
		n.dialog, err = sipua.UASDialog(req, tx.ToTag())
	} else {
		err = n.dialog.Check(req)
	}
	if err != nil {
		n.t.Error(err)
	}
	ok := tx.NewResponse(200, "")
	ok.AppendHeader(sip.NewHeader("Expires", sipua.Seconds(expires)))
	ok.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<sip:%v>", addr)))
	state := "active;expires=" + sipua.Seconds(expires)
	if expires == 0 {
		state = "terminated;reason=timeout"
	}
	if n.early {
		n.send(state, presence.Line{State: presence.Idle})
		n.mu.Unlock()
		time.Sleep(time.Second) // a handler has to answer before it returns
		n.mu.Lock()
		_ = tx.Respond(ok)
		return
	}
	_ = tx.Respond(ok)
	n.send(state, presence.Line{State: presence.Idle})
}

// notify sends a NOTIFY in the current dialog.
func (n *notifier) notify(state string, l presence.Line) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send(state, l)
}

func (n *notifier) send(state string, l presence.Line) {
	req, err := n.dialog.Request("NOTIFY", "sip:"+addr.String())
	if err != nil {
		n.t.Error(err)
		return
	}
	req.AppendHeader(sip.NewHeader("Event", "presence"))
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/pidf+xml"))
	req.SetBody(pidf.Encode(pidf.Body{Entity: "sip:2102@10.1.1.2", Line: l}))
	n.ua.Send(req, n.dialog.Target(sipua.Target{}), func(res *sip.Response, err error) {
		if err != nil || res.StatusCode != 200 {
			n.t.Errorf("NOTIFY %s: %v %v", state, res, err)
		}
	})
}

// will sets the codes for the next SUBSCRIBEs.
func (n *notifier) will(answers ...int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers = answers
}

// beEarly makes NOTIFY overtake the 200.
func (n *notifier) beEarly(early bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.early = early
}

// took returns the SUBSCRIBEs since the last call.
func (n *notifier) took() []string {
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.requests
	n.requests = nil
	return r
}

func bubble(t *testing.T, f func(t *testing.T, n *notifier, p *Phone, out *strings.Builder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		n := newNotifier(t, net)
		defer n.ua.Close()
		var out strings.Builder
		p, err := New(Options{Network: net, Server: addr, Local: netip.MustParseAddrPort("10.1.1.50:0"), Number: "2101", Out: &out})
		if err != nil {
			t.Fatal(err)
		}
		defer synctest.Wait() // the last answer is on its way
		defer p.Close()
		f(t, n, p, &out)
	})
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestWatch(t *testing.T) {
	bubble(t, func(t *testing.T, n *notifier, p *Phone, out *strings.Builder) {
		if err := p.Watch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		expect(t, "subscribe", n.took(), "new 3600")
		n.notify("active;expires=3000", presence.Line{State: presence.Busy, Ringing: true})
		s, err := p.WaitState(t.Context(), "2102", func(s State) bool { return s.Status == "busy" })
		if err != nil || !s.Ringing || !s.Active || s.Notifies != 2 || !strings.Contains(s.Body, "<presence") {
			t.Errorf("%+v %v", s, err)
		}
		time.Sleep(45 * time.Minute)
		expect(t, "refresh", n.took(), "refresh 3600")
		if err := p.Unwatch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		expect(t, "unsubscribe", n.took(), "refresh 0")
		time.Sleep(2 * time.Hour)
		expect(t, "afterwards", n.took())
		if s := p.States(); len(s) != 1 || s[0].Active || s[0].Reason != "timeout" {
			t.Errorf("%+v", s)
		}
		const said = "2102 idle\n2102 watched for 3600 s\n2102 busy (ringing)\n2102 idle\n2102 idle, subscription ended: timeout\n"
		if a := strings.Replace(out.String(), "2102 watched for 3600 s\n2102 idle\n", "2102 idle\n2102 watched for 3600 s\n", 1); a != said {
			t.Errorf("it said %q", a)
		}
	})
}

func TestNotifyBeforeThe200(t *testing.T) {
	bubble(t, func(t *testing.T, n *notifier, p *Phone, _ *strings.Builder) {
		n.beEarly(true)
		if err := p.Watch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		if s, _ := p.State("2102"); !s.Active || s.Status != "idle" {
			t.Errorf("%+v", s)
		}
		n.beEarly(false)
		if err := p.Unwatch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		expect(t, "requests", n.took(), "new 3600", "refresh 0")
	})
}

// How the phone takes the end of a subscription: RFC 6665 4.1.3.
func TestTerminated(t *testing.T) {
	for state, wait := range map[string]time.Duration{
		"terminated;reason=deactivated":               time.Second,
		"terminated;reason=timeout":                   time.Second,
		"terminated;reason=probation;retry-after=120": 120 * time.Second,
		"terminated":                   retryAfter,
		"terminated;reason=noresource": 0,
		"terminated;reason=rejected":   0,
	} {
		bubble(t, func(t *testing.T, n *notifier, p *Phone, _ *strings.Builder) {
			if err := p.Watch(t.Context(), "2102"); err != nil {
				t.Fatal(err)
			}
			n.took()
			n.notify(state, presence.Line{})
			synctest.Wait()
			if s, _ := p.State("2102"); s.Active {
				t.Errorf("%s: %+v", state, s)
			}
			if wait == 0 {
				time.Sleep(5 * time.Hour)
				expect(t, state, n.took())
				return
			}
			time.Sleep(wait - time.Millisecond)
			expect(t, state+", before", n.took())
			time.Sleep(time.Millisecond)
			expect(t, state+", after", n.took(), "new 3600")
		})
	}
}

func TestRefusedSubscriptions(t *testing.T) {
	bubble(t, func(t *testing.T, n *notifier, p *Phone, out *strings.Builder) {
		n.will(404)
		var status *StatusError
		if err := p.Watch(t.Context(), "2102"); !errors.As(err, &status) || status.Code != 404 {
			t.Errorf("%v", err)
		}
		if s, _ := p.State("2102"); s.Active || s.Reason != "404" {
			t.Errorf("%+v", s)
		}
		if got := out.String(); got != "2102 not watched: SUBSCRIBE answered 404 Not Found\n" {
			t.Errorf("it said %q", got)
		}
		n.will(423)
		if err := p.Watch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		expect(t, "too brief", n.took(), "new 3600", "new 3600", "new 7200")
		n.will(481)
		time.Sleep(90 * time.Minute)
		expect(t, "forgotten by the server", n.took(), "refresh 3600", "new 3600")
		n.will(500, 481)
		time.Sleep(45 * time.Minute)
		expect(t, "failure that keeps the dialog", n.took(), "refresh 3600")
		time.Sleep(retryAfter)
		expect(t, "second try", n.took(), "refresh 3600", "new 3600")
	})
}

// NOTIFYs that are none of this phone's, or that it cannot read, are refused.
func TestStrayNotify(t *testing.T) {
	bubble(t, func(t *testing.T, n *notifier, p *Phone, _ *strings.Builder) {
		if err := p.Watch(t.Context(), "2102"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		n.mu.Lock()
		good := *n.dialog
		n.mu.Unlock()
		send := func(name string, want int, d sipua.Dialog, body string, headers ...string) {
			t.Helper()
			req, err := d.Request("NOTIFY", "sip:"+addr.String())
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(headers); i += 2 {
				req.AppendHeader(sip.NewHeader(headers[i], headers[i+1]))
			}
			req.SetBody([]byte(body))
			got := make(chan int, 1)
			n.ua.Send(req, sipua.Target{Addr: p.Addr()}, func(res *sip.Response, err error) {
				if err != nil {
					t.Error(err)
				}
				got <- res.StatusCode
			})
			if code := <-got; code != want {
				t.Errorf("%s: %d", name, code)
			}
		}
		active := []string{"Event", "presence", "Subscription-State", "active"}
		pidfType := append(slices.Clone(active), "Content-Type", "application/pidf+xml")
		send("package", 489, good, "", "Event", "dialog", "Subscription-State", "active")
		send("no state", 400, good, "", "Event", "presence")
		send("type of body", 415, good, "x", append(slices.Clone(active), "Content-Type", "text/plain")...)
		send("broken body", 415, good, "x", pidfType...)
		other := good
		other.CallID = "other"
		send("Call-ID", 481, other, "", active...)
		other = good
		other.RemoteTag = "other" // our tag, as the notifier sees it
		send("our tag", 481, other, "", active...)
		other = good
		other.LocalTag = "other"
		send("fork", 481, other, "", active...)
		other = good
		other.LocalCSeq = 0
		send("old CSeq", 500, other, "", active...)
		if s, _ := p.State("2102"); s.Notifies != 1 || s.Status != "idle" {
			t.Errorf("%+v", s)
		}
	})
}

// Close says goodbye to a server that answers, and gives up on one that does not.
func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		n := newNotifier(t, net)
		defer n.ua.Close()
		p, err := New(Options{Network: net, Server: addr, Local: netip.MustParseAddrPort("10.1.1.50:0"), Number: "2101"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if err := p.Watch(t.Context(), fmt.Sprint(2102+i)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		net.FilterPackets(func(_, _ netip.AddrPort, _ []byte) bool { return false })
		began := time.Now()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d > closeTimeout {
			t.Errorf("took %v", d)
		}
		if err := p.Close(); err != nil {
			t.Errorf("again: %v", err)
		}
		if err := p.Watch(context.Background(), "2102"); !errors.Is(err, ErrClosed) {
			t.Errorf("watch: %v", err)
		}
		if err := p.Register(context.Background()); !errors.Is(err, ErrClosed) {
			t.Errorf("register: %v", err)
		}
	})
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"no server":        {Number: "2101"},
		"no number":        {Server: addr},
		"no local address": {Server: addr, Number: "2101", Network: memnet.New()},
	} {
		if p, err := New(o); err == nil {
			t.Errorf("%s: opened", name)
			p.Close()
		}
	}
}
