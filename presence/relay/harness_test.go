package relay

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	router  = netip.MustParseAddrPort("11.1.1.2:5060")
	server1 = netip.MustParseAddrPort("11.1.1.4:5060")
	server2 = netip.MustParseAddrPort("11.1.1.5:5060")
	idle    = presence.Line{State: presence.Idle}
	busy    = presence.Line{State: presence.Busy}
)

// watcher is the Sink of one watcher.
type watcher struct {
	mu    sync.Mutex
	notes []presence.Note
}

func (w *watcher) Notify(n presence.Note) {
	w.mu.Lock()
	w.notes = append(w.notes, n)
	w.mu.Unlock()
}

// last is what the watcher believes.
func (w *watcher) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.notes) == 0 {
		return "-"
	}
	n := w.notes[len(w.notes)-1]
	if !n.Active {
		return "over " + n.Reason
	}
	return n.Line.State.String()
}

// count is how many notes came.
func (w *watcher) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.notes)
}

// rig is a router with hub and relay on a network in memory.
type rig struct {
	t    testing.TB
	net  *memnet.Net
	log  *logbuf.Log
	hub  *presence.Hub
	ua   *sipua.UA
	r    *Relay
	cfg  presence.Config
	icmp wire
}

func run(t *testing.T, f func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		f(r)
	})
}

func newRig(t testing.TB) *rig {
	r := newProcess(t, memnet.New(), nil)
	r.begin()
	return r
}

// newProcess is a router without configuration.
func newProcess(t testing.TB, net *memnet.Net, j Journal) *rig {
	r := &rig{t: t, net: net, log: logbuf.New(time.Now)}
	r.ua = sipua.New(sipua.Options{Net: r.net.Host(router.Addr()), Log: r.log, Workers: 2})
	r.r = New(Options{UA: r.ua, Log: r.log, Journal: j})
	r.hub = presence.New(presence.Options{Log: r.log, Relay: r.r, Shards: 2})
	r.r.Start(r.hub)
	return r
}

// begin configures it and opens SIP last.
func (r *rig) begin() {
	r.configure(func(c *presence.Config) {
		*c = presence.Config{Enabled: true, SIPEnabled: true, AllowSubscribe: true, Server: server1.Addr(), MaxSubscriptions: 100,
			RetryInterval: 70 * time.Second, RetryLimit: 2, Numbers: map[string]presence.Number{}}
	})
	r.endpoint(router)
}

func (r *rig) close() {
	r.endpoint(netip.AddrPort{})
	r.ua.Close()
	r.r.Close()
	r.hub.Close()
	r.log.Close()
}

// endpoint opens the endpoint at an address, or closes it.
func (r *rig) endpoint(at netip.AddrPort) {
	r.t.Helper()
	if err := r.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: at.IsValid(), Addr: at}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) configure(change func(*presence.Config)) {
	r.t.Helper()
	old := r.cfg
	numbers := map[string]presence.Number{}
	for k, v := range old.Numbers {
		numbers[k] = v
	}
	r.cfg.Numbers = numbers
	change(&r.cfg)
	if err := r.hub.Apply(context.Background(), old, r.cfg); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) accounts(tcp bool, a ...Account) {
	if err := r.r.Apply(context.Background(), Config{}, Config{Accounts: a, TCP: tcp}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// watch subscribes a watcher to a number.
func (r *rig) watch(kind presence.WatcherKind, number string) (*watcher, uint32) {
	r.t.Helper()
	w := &watcher{}
	id, _, err := r.hub.Subscribe(presence.Request{
		Watcher: presence.Party{User: "6003", Host: "10.4.171.59"}, Presentity: presence.Party{User: number, Host: "11.1.1.2"},
		Kind: kind, Expires: 24 * time.Hour, Sink: w,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.hub.Release(id)
	synctest.Wait()
	return w, id
}

type message = siptest.Message

func doc(l presence.Line) string {
	return string(pidf.Encode(pidf.Body{Entity: "sip:5001@11.1.1.4", Line: l}))
}

func check(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// after lets time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
