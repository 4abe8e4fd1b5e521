package presence

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// relayed is a Relay that keeps what it is told.
type relayed struct{ calls chan string }

func (r relayed) Watch(o Outgoing)     { r.calls <- fmt.Sprintf("watch %d for %d", o.SibID, o.SubID) }
func (r relayed) Unwatch(sibID uint32) { r.calls <- fmt.Sprintf("unwatch %d", sibID) }
func (r relayed) Again(uint32)         {}

// restored is a hub in a new process, not configured yet.
func restored(t *testing.T) (*Hub, relayed) {
	log, r := logbuf.New(time.Now), relayed{make(chan string, 10)}
	h := New(Options{Log: log, Shards: 3, Relay: r})
	t.Cleanup(func() {
		h.Close()
		log.Close()
	})
	return h, r
}

func record(id uint32, number string, kind WatcherKind) Record {
	return Record{ID: id, Watcher: Party{"3001", "10.1.1.9"}, Presentity: Party{number, "10.1.1.2"}, Kind: kind,
		Expires: time.Hour, Since: time.Now().Add(-time.Hour), DialPeerTag: 5, Phone: "SEP1"}
}

// A subscription is what it was: same row, the expiry goes on, and what is told is
// what is true now. What ran out meanwhile ends as it would have.
func TestRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := restored(t)
		var n, late notes
		want := func(of *notes, lines ...string) {
			t.Helper()
			synctest.Wait()
			if got := of.take(); fmt.Sprint(got) != fmt.Sprint(lines) {
				t.Errorf("got %q, want %q", got, lines)
			}
		}
		if err := h.Restore(record(7, "2001", SIPPhone), 10*time.Minute, &n); err != nil {
			t.Fatal(err)
		}
		if err := h.Restore(record(9, "2001", SIPPhone), -time.Minute, &late); err != nil {
			t.Fatal(err)
		}
		if err := h.Restore(record(7, "2002", SIPPhone), time.Minute, &n); !errors.Is(err, ErrTaken) {
			t.Errorf("the same ID again: %v", err)
		}
		want(&late, "9 2001 unknown timeout")
		want(&n)
		apply(t, h, open("2001", "2002"))
		want(&n)
		h.Publish("2001", idle)
		want(&n, "7 2001 idle active 600")
		w := record(7, "2001", SIPPhone)
		w.Line, w.Incoming = idle, true
		if r := h.Snapshot().Records; len(r) != 1 || r[0] != w {
			t.Errorf("records %+v, want %+v", r, w)
		}
		h.IDsAfter(20)
		h.IDsAfter(3)
		id, _, err := h.Subscribe(request("2002", &late, time.Hour))
		if id != 21 || err != nil {
			t.Errorf("the next ID is %d, %v", id, err)
		}
		h.Release(id)
		if err := h.Refresh(7, time.Hour); err != nil {
			t.Error(err)
		}
		want(&n, "7 2001 idle active 3600")
		time.Sleep(time.Hour)
		want(&n, "7 2001 idle timeout")
	})
}

// What the configuration of today does not allow ends as Apply ends it.
func TestRestoredUnderAnotherConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := restored(t)
		var trunk, phone, deleted notes
		for id, r := range map[uint32]struct {
			n      *notes
			number string
			kind   WatcherKind
		}{1: {&trunk, "2001", SIPTrunk}, 2: {&phone, "2001", SIPPhone}, 3: {&deleted, "2009", SIPTrunk}} {
			if err := h.Restore(record(id, r.number, r.kind), time.Hour, r.n); err != nil {
				t.Fatal(err)
			}
		}
		h.Publish("2001", busy)
		c := open("2001")
		c.MaxSubscriptions = 1 // those that were admitted stay
		apply(t, h, c)
		synctest.Wait()
		check := func(n *notes, want string) {
			t.Helper()
			if got := fmt.Sprint(n.take()); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		check(&trunk, "[1 2001 busy active 3600]")
		check(&phone, "[2 2001 busy active 3600]")
		check(&deleted, "[3 2009 unknown noresource]")
		if _, _, err := h.Subscribe(request("2001", &phone, time.Hour)); !errors.As(err, &ErrLimit{}) {
			t.Errorf("a new one beyond the limit: %v", err)
		}
		c.WatchAll = false
		apply(t, h, c)
		synctest.Wait()
		check(&trunk, "[1 2001 busy rejected]")
		check(&phone, "[]")
	})
}

// An external number is watched again under the SibID that the record had.
func TestRestoreSibling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, relay := restored(t)
		var n notes
		r := record(23, "5001", SIPPhone)
		r.SibID = 24
		if err := h.Restore(r, time.Hour, &n); err != nil {
			t.Fatal(err)
		}
		c := open("2001")
		c.AllowSubscribe, c.Server = true, netip.MustParseAddr("11.1.1.4")
		apply(t, h, c)
		synctest.Wait()
		if got := <-relay.calls; got != "watch 24 for 23" {
			t.Error(got)
		}
		h.PublishRemote(24, busy)
		synctest.Wait()
		if len(n.all) != 1 || n.all[0].SibID != 24 || n.all[0].Line != busy {
			t.Errorf("%+v", n.all)
		}
		if records := h.Snapshot().Records; len(records) != 2 || records[0].SibID != 24 || records[1].ID != 24 {
			t.Errorf("%+v", records)
		}
		id, _, err := h.Subscribe(request("5002", &n, time.Hour))
		if id != 25 || err != nil {
			t.Error(id, err)
		}
	})
}

// A watcher hears of another SibID, even if it is shown nothing new by that, so that it
// can be kept for the next process.
func TestSiblingIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, relay := restored(t)
		var n notes
		c := open("2001")
		c.AllowSubscribe, c.Server = true, netip.MustParseAddr("11.1.1.4")
		off := open("2001")
		apply(t, h, c)
		id, _, err := h.Subscribe(request("5001", &n, time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		h.Release(id)
		apply(t, h, off)
		apply(t, h, c)
		synctest.Wait()
		var got []uint32
		for _, note := range n.all {
			got = append(got, note.SibID)
		}
		if fmt.Sprint(got) != fmt.Sprint([]uint32{id + 1, 0, id + 2}) {
			t.Errorf("SibIDs %v for %d", got, id)
		}
		for len(relay.calls) > 0 {
			<-relay.calls
		}
	})
}
