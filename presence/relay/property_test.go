package relay

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/presence"
)

// act is one thing that happens, drawn beforehand: rapid cannot be called inside of a
// bubble.
type act struct {
	what    int
	a, b, c int
}

// witness sees both servers and knows what was told in the newest dialog of each number.
type witness struct {
	mu     sync.Mutex
	newest map[string]string        // Call-ID of the newest subscription by number
	known  map[string]presence.Line // last state that was taken, by Call-ID
	fixed  bool                     // an invariant state was taken
	heard  []message
	from   []*far
}

func numberOf(m message) string {
	_, rest, _ := strings.Cut(m.First, "sip:")
	number, _, _ := strings.Cut(rest, "@")
	return number
}

var worldAnswers = []string{"200 OK", "200 OK", "200 OK\r\nExpires: 60", "200 OK\r\nExpires: 1", "202 Accepted\r\nExpires: 3600", "", "", "500 Oops", "503 Busy\r\nRetry-After: 10",
	"404 Not Found", "403 No", "481 Gone", "423 Brief\r\nMin-Expires: 7200", "401 Who\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"", "603 No", "302 There", "489 Bad", "100 Trying"}

var worldStates = []string{"active", "active;expires=60", "pending;expires=0", "active;expires=x", "terminated;reason=deactivated", "terminated;reason=timeout",
	"terminated;reason=rejected", "terminated;reason=probation;retry-after=1", "terminated", "terminated;reason=giveup", "terminated;reason=noresource", "terminated;reason=invariant", "odd"}

// TestAnyServer: whatever the server does, in whatever order, a watcher sees the last
// state of a live dialog or unknown, nothing is left behind, and a server that behaves
// again is believed again.
func TestAnyServer(t *testing.T) {
	digit := rapid.IntRange(0, 1<<20)
	rapid.Check(t, func(rt *rapid.T) {
		acts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
			return act{rapid.IntRange(0, 12).Draw(t, "what"), digit.Draw(t, "a"), digit.Draw(t, "b"), digit.Draw(t, "c")}
		}), 1, 60).Draw(rt, "acts")
		var failures []string
		synctest.Test(t, func(t *testing.T) { failures = live(t, acts) })
		for _, f := range failures {
			rt.Error(f)
		}
	})
}

func live(t *testing.T, acts []act) (failures []string) {
	fail := func(format string, a ...any) { failures = append(failures, fmt.Sprintf(format, a...)) }
	r := newRig(t)
	defer r.close()
	r.accounts(false, Account{Username: "jack", Password: "test"})
	w := &witness{newest: map[string]string{}, known: map[string]presence.Line{}}
	servers := []*far{r.server(server1), r.server(server2)}
	for _, f := range servers {
		f.after = func(m message, _ string) { w.saw(f, m) }
	}
	type one struct {
		w      *watcher
		id     uint32
		number string
		kind   presence.WatcherKind
	}
	var watchers []one
	verify := func(when string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, o := range watchers {
			got, truth := o.w.last(), w.known[w.newest[o.number]].State.String()
			if got != "unknown" && !strings.HasPrefix(got, "over") && got != truth {
				fail("%s: watcher of %s sees %s, the server said %s", when, o.number, got, truth)
			}
		}
	}
	for i, a := range acts {
		switch a.what {
		case 0, 1:
			servers[a.a%2].answers(worldAnswers[a.b%len(worldAnswers)])
		case 2, 3, 4, 5:
			w.tell(a)
		case 6:
			after(time.Duration(a.a%7300) * time.Second)
		case 7:
			after(time.Duration(a.a%40) * time.Second)
		case 8:
			if len(watchers) < 4 {
				kind := []presence.WatcherKind{presence.SIPPhone, presence.SCCPSpeedDial}[a.a%2]
				number := fmt.Sprint(5000 + i)
				sink, id := r.watchIf(kind, number)
				if id != 0 {
					watchers = append(watchers, one{sink, id, number, kind})
				}
			}
		case 9:
			if len(watchers) > 0 {
				o := watchers[a.a%len(watchers)]
				if a.b%3 > 0 {
					_ = r.hub.Refresh(o.id, 24*time.Hour) // may have ended
				} else {
					r.hub.End(o.id, presence.ReasonTimeout)
				}
			}
		case 10:
			at := []netip.Addr{server1.Addr(), server1.Addr(), server2.Addr(), {}}[a.a%4]
			r.configure(func(c *presence.Config) { c.Server = at })
		case 11:
			if a.a%3 == 0 {
				r.endpoint(netip.AddrPort{})
			}
			r.endpoint(router)
		case 12:
			w.late(a)
		}
		synctest.Wait()
		verify(fmt.Sprintf("%d %+v", i, a))
	}
	// The servers behave from now on.
	r.configure(func(c *presence.Config) { c.Server = server1.Addr() })
	for _, f := range servers {
		f.obliging(idle)
	}
	after(time.Minute)
	for range 3 {
		for _, o := range watchers {
			_ = r.hub.Refresh(o.id, 24*time.Hour)
		}
		after(70 * time.Minute)
	}
	for _, o := range watchers {
		if got := o.w.last(); got != "idle" && !strings.HasPrefix(got, "over") && !w.fixed {
			fail("watcher of %s sees %s of a server that behaves", o.number, got)
		}
		r.hub.End(o.id, presence.ReasonTimeout)
	}
	after(3 * time.Minute)
	if n := len(r.hub.Snapshot().Records); n > 0 {
		fail("%d records are left", n)
	}
	if s := &r.r.state; len(s.subs)+len(s.usages)+len(s.alarms)+s.leaving+s.tries > 0 {
		fail("left behind: %d numbers, %d subscriptions, %d alarms, %d leaving, %d tries", len(s.subs), len(s.usages), len(s.alarms), s.leaving, s.tries)
	}
	return failures
}

// watchIf is watch where it may be refused.
func (r *rig) watchIf(kind presence.WatcherKind, number string) (*watcher, uint32) {
	w := &watcher{}
	id, _, err := r.hub.Subscribe(presence.Request{Presentity: presence.Party{User: number, Host: "h"}, Kind: kind, Expires: 24 * time.Hour, Sink: w})
	if err != nil {
		return w, 0
	}
	r.hub.Release(id)
	return w, id
}

// saw is told of each SUBSCRIBE.
func (w *witness) saw(f *far, m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard, w.from = append(w.heard, m), append(w.from, f)
	if m.Tag("To") == "" && m.Get("Expires") != "0" {
		w.newest[numberOf(m)] = m.Get("Call-ID")
	}
}

// pick is one of the last SUBSCRIBEs.
func (w *witness) pick(n int) (*far, message, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.heard) == 0 {
		return nil, message{}, false
	}
	i := max(0, len(w.heard)-1-n%6)
	return w.from[i], w.heard[i], true
}

// tell has a NOTIFY sent.
func (w *witness) tell(a act) {
	f, m, ok := w.pick(a.a)
	if !ok {
		return
	}
	n := note{state: worldStates[a.b%len(worldStates)]}
	l := []presence.Line{idle, busy}[a.c%2]
	told := true
	switch a.c / 2 % 12 {
	case 0:
		n.body, told = "<presence>", true
		l = presence.Line{}
	case 1:
		n.body, told = "-", false
	case 2:
		n.event = "dialog"
	case 3:
		n.tag = "b"
	case 4:
		n.seq = 1
	case 5:
		n.toTag = "x"
	}
	if n.body == "" {
		n.body = doc(l)
	}
	f.mu.Lock()
	before := len(f.codes)
	f.mu.Unlock()
	f.notify(m, n)
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.codes) == before {
		return
	}
	taken := strings.Contains(f.codes[len(f.codes)-1], " 200 ") || n.body == "<presence>" && strings.Contains(f.codes[len(f.codes)-1], " 400 ")
	w.mu.Lock()
	defer w.mu.Unlock()
	over := strings.HasPrefix(n.state, "terminated")
	switch {
	case !taken:
	case over && strings.Contains(n.state, "invariant") && n.body != "-" && n.body != "<presence>":
		w.fixed = true
		w.known[m.Get("Call-ID")] = l
	case over:
		delete(w.known, m.Get("Call-ID"))
	case told:
		w.known[m.Get("Call-ID")] = l
	}
}

// late sends a 200 when nobody may wait for it any more.
func (w *witness) late(a act) {
	if f, m, ok := w.pick(a.a); ok {
		m.Back(f.response(m, "200 OK\r\nExpires: 600"))
	}
}
