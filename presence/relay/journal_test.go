package relay

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/presence"
)

// book is a Journal in memory.
type book struct {
	mu  sync.Mutex
	m   map[uint64][]byte
	max uint64
}

func (b *book) Each(f func(uint64, []byte)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(b.m)) {
		f(k, b.m[k])
	}
	return nil
}

func (b *book) Put(k uint64, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.m[k], b.max = slices.Clone(data), max(b.max, k)
	return nil
}

func (b *book) Delete(k uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.m, k)
}

func (b *book) MaxKey() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.max
}

func (b *book) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.m)
}

// copied is what a process that is killed now leaves behind.
func (b *book) copied() *book {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &book{m: maps.Clone(b.m), max: b.max}
}

// killed is the journal of a process that watched numbers with IDs 1 and 2, 3 and 4
// and so on, and the last SUBSCRIBE for each number. The server hears nothing of its
// end.
func killed(t *testing.T, net *memnet.Net, numbers ...string) (*book, map[string]message) {
	j := &book{m: map[uint64][]byte{}}
	r := newProcess(t, net, j)
	r.begin()
	f := r.server(server1).obliging(busy)
	last := map[string]message{}
	for _, n := range numbers {
		w, _ := r.watch(presence.SIPPhone, n)
		last[n] = f.one()
		check(t, "before", w.last(), "busy")
	}
	check(t, "records", j.len(), len(numbers))
	left := j.copied()
	_ = f.conn.Close()
	r.close()
	check(t, "records after a clean end", j.len(), 0)
	return left, last
}

// comeBack restores a watcher.
func (r *rig) comeBack(id uint32, number string, w *watcher) {
	r.t.Helper()
	err := r.hub.Restore(presence.Record{
		ID: id, SibID: id + 1, Watcher: presence.Party{User: "6003", Host: "10.4.171.59"},
		Presentity: presence.Party{User: number, Host: "11.1.1.2"}, Kind: presence.SIPPhone, Expires: time.Hour, Since: time.Now(),
	}, time.Hour, w)
	if err != nil {
		r.t.Fatal(err)
	}
}

func cseq(t *testing.T, m message) int {
	n, err := strconv.Atoi(strings.Fields(m.Get("CSeq"))[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// After a kill a watcher that is back goes on in its dialog, and what nobody watches any
// more is ended in its own. Nothing new is made.
func TestKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		left, before := killed(t, net, "5001", "5002")
		r := newProcess(t, net, left)
		defer r.close()
		f := r.server(server1).obliging(idle)
		f.seq = 100
		w := &watcher{}
		r.comeBack(1, "5001", w)
		if err := r.r.Restore(); err != nil {
			t.Fatal(err)
		}
		r.begin()
		after(time.Second)
		heard := map[string]string{}
		for _, m := range f.hear() {
			old := before["5001"]
			if m.Get("Expires") == "0" {
				old = before["5002"]
			}
			heard[m.Get("Expires")] = m.Get("Call-ID")
			check(t, "dialog", fmt.Sprint(m.Get("Call-ID"), m.Tag("From"), m.Tag("To")), fmt.Sprint(old.Get("Call-ID"), old.Tag("From"), "far"))
			if n := cseq(t, m); n <= cseq(t, old) {
				t.Errorf("CSeq %d is not behind %d", n, cseq(t, old))
			}
		}
		check(t, "taken up", heard["3600"], before["5001"].Get("Call-ID"))
		check(t, "ended", heard["0"], before["5002"].Get("Call-ID"))
		check(t, "after", w.last(), "idle")
		check(t, "records", left.len(), 1)
		_, id := r.watch(presence.SIPPhone, "5003")
		check(t, "next ID", id, 5)
	})
}

// A server that has forgotten the dialog is subscribed anew at once.
func TestKilledAndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		left, _ := killed(t, net, "5001")
		r := newProcess(t, net, left)
		defer r.close()
		f := r.server(server1)
		f.answer = func(m message) string {
			if m.Tag("To") != "" {
				return "481 Subscription Does Not Exist"
			}
			return "200 OK\r\nExpires: 3600"
		}
		f.after = func(m message, answer string) {
			if strings.HasPrefix(answer, "200") {
				f.notify(m, note{body: doc(idle)})
			}
		}
		w := &watcher{}
		r.comeBack(1, "5001", w)
		if err := r.r.Restore(); err != nil {
			t.Fatal(err)
		}
		r.begin()
		after(time.Second)
		check(t, "SUBSCRIBEs", len(f.hear()), 2)
		check(t, "after", w.last(), "idle")
		check(t, "records", left.len(), 1)
		f.answers("481 Gone")
	})
}

// What the configuration of today does not have watched any more is ended too: before
// the endpoint has opened, and after the process was killed once more.
func TestKilledUnderAnotherConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		left, _ := killed(t, net, "5001")
		r := newProcess(t, net, left)
		defer r.close()
		f := r.server(server1).obliging(idle)
		f.seq = 100
		w := &watcher{}
		r.comeBack(1, "5001", w)
		if err := r.r.Restore(); err != nil {
			t.Fatal(err)
		}
		r.configure(func(c *presence.Config) {
			*c = presence.Config{Enabled: true, SIPEnabled: true, AllowSubscribe: true, Server: server1.Addr()}
		})
		r.configure(func(c *presence.Config) { c.AllowSubscribe = false })
		after(time.Hour)
		check(t, "records while SIP is closed", left.len(), 1)
		r.endpoint(router)
		after(time.Second)
		check(t, "Expires", f.one().Get("Expires"), "0")
		check(t, "records", left.len(), 0)
	})
}

// A refusal is asked about again by itself.
func TestRefusedIsTriedSlowly(t *testing.T) {
	run(t, func(r *rig) {
		f := r.server(server1)
		f.answers("403 Forbidden")
		w, _ := r.watch(presence.SIPPhone, "5001")
		check(t, "first", len(f.hear()), 1)
		after(slowly - time.Second)
		check(t, "too early", len(f.hear()), 0)
		after(time.Second)
		check(t, "second", len(f.hear()), 1)
		r.endpoint(netip.AddrPort{})
		r.endpoint(router)
		f.obliging(idle)
		after(slowly)
		check(t, "third", fmt.Sprint(len(f.hear()) > 0), "true")
		check(t, "then", w.last(), "idle")
	})
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"Version":1,"Server":"11.1.1.4","User":"6003","Number":"5001","Life":3600000000000,"Live":true,"Dialog":{"CallID":"a","LocalTag":"b","RemoteTag":"c","Local":"<sip:a@b>","Remote":"<sip:c@d>","RemoteTarget":"sip:c@d","LocalCSeq":1},"Reserved":165}`))
	f.Add([]byte(`{"Version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		u := readRecord(data)
		if u == nil {
			return
		}
		if u.life < wanted || u.life > longestLife || u.d.LocalCSeq >= 1<<31 {
			t.Errorf("%+v", u)
		}
		if req, err := u.d.Request("SUBSCRIBE", "sip:6003@11.1.1.2:5060"); err == nil && strings.Count(req.String(), "Call-ID: ") < 1 {
			t.Error(req)
		}
	})
}
