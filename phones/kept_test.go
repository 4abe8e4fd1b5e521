package phones

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// book is a Journal in memory.
type book struct {
	mu   sync.Mutex
	m    map[uint64][]byte
	top  uint64
	full bool
}

func (b *book) Each(f func(uint64, []byte)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, v := range b.m {
		f(k, v)
	}
	return nil
}

func (b *book) Put(k uint64, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return errors.New("disk full")
	}
	b.m[k], b.top = data, max(b.top, k)
	return nil
}

func (b *book) Delete(k uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.m, k)
}

func (b *book) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.m)
}

func (b *book) MaxKey() uint64 { return b.top }

// life is a registry in a new process with what the last one has left.
func life(t *testing.T, b *book, cfg Config) *harness {
	t.Helper()
	h := &harness{t: t, board: &board{specs: map[int]Spec{}}, log: logbuf.New(time.Now)}
	h.Registry = New(Options{Log: h.log, Devices: h.board, Journal: b})
	if err := h.Restore(); err != nil {
		t.Fatal(err)
	}
	if told := h.board.hears(); told != nil {
		t.Errorf("told before there is a configuration: %q", told)
	}
	h.apply(cfg)
	return h
}

// Phones are registered after the process has died as they were before, until they
// expire; and an answer that never left can be had again.
func TestRegistrationsOutliveTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{m: map[uint64][]byte{}}
		h := life(t, b, guide())
		h.must(h.request("2101", "10.1.1.11", 3600))
		h.must(h.request("2102", "10.1.1.12", 600))
		h.must(h.request("2102", "10.1.1.12", 0)) // its dial peer was 40002
		h.must(h.request("2103", "10.1.1.11", 3600))
		again := h.request("2101", "10.1.1.11", 3600)
		h.must(again)
		before, told := h.Contacts(1, ""), h.board.hears()
		h.stop()
		synctest.Wait()
		for _, v := range b.m {
			if strings.Contains(strings.ToLower(string(v)), "password") {
				t.Errorf("kept: %s", v)
			}
		}

		time.Sleep(10 * time.Minute)
		h = life(t, b, guide())
		after := h.Contacts(1, "")
		if len(after) != 2 {
			t.Fatalf("contacts %+v", after)
		}
		for i := range after {
			before[i].Remaining -= 10 * time.Minute
			if fmt.Sprint(before[i]) != fmt.Sprint(after[i]) {
				t.Errorf("contact %+v, want %+v", after[i], before[i])
			}
		}
		if now := h.board.hears(); len(now) != 1 || now[0] != told[len(told)-1] {
			t.Errorf("told %q, want the last of %q", now, told)
		}
		if w, ok := h.FindWatcher("2101", again.Source, ""); !ok || w.Pool != 1 || w.DialPeer != 40001 {
			t.Errorf("watcher %+v", w)
		}
		if !h.From(again.Source.Addr()) || h.From(netip.MustParseAddr("10.1.1.12")) {
			t.Error("it is not known where phones are registered from")
		}
		if code := h.code(again); code != 200 {
			t.Errorf("the REGISTER whose answer was lost: %d", code)
		}
		if code := h.code(again); code != 500 {
			t.Errorf("an old CSeq: %d", code)
		}
		h.cseq = again.CSeq
		if c := h.must(h.request("2102", "10.1.1.12", 600)).Contacts; c[0].DialPeer != 40004 || c[0].ID != 6 {
			t.Errorf("dial peer %d, registration %d of the next phone", c[0].DialPeer, c[0].ID)
		}
		h.stop()
		synctest.Wait()

		time.Sleep(30 * time.Minute) // 2102 has expired meanwhile
		h = life(t, b, guide())
		synctest.Wait()
		if h.Contacts(2, "") != nil || len(h.Contacts(1, "")) != 2 || b.count() != 2 {
			t.Errorf("%+v %+v %d", h.Contacts(2, ""), h.Contacts(1, ""), b.count())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if h.Contacts(1, "") != nil || b.count() != 0 || len(h.sources) != 0 {
			t.Error("contacts do not expire any more")
		}
		h.stop()
	})
}

// What the configuration of today does not know is gone, also from the journal.
func TestRestoredUnderAnotherConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{m: map[uint64][]byte{}}
		h := life(t, b, guide())
		h.must(h.request("2101", "10.1.1.11", 3600))
		h.must(h.request("2102", "10.1.1.12", 3600))
		h.stop()
		cfg := guide()
		cfg.Pools = cfg.Pools[:1]
		h = life(t, b, cfg)
		synctest.Wait()
		if h.Contacts(2, "") != nil || len(h.Contacts(1, "")) != 1 || b.count() != 1 {
			t.Errorf("%+v %+v %d", h.Contacts(2, ""), h.Contacts(1, ""), b.count())
		}
		h.stop()
	})
}

// A journal that takes nothing costs the registrations of that time, after a crash only.
func TestRegistersWithoutRoomOnDisk(t *testing.T) {
	b := &book{m: map[uint64][]byte{}, full: true}
	h := life(t, b, guide())
	h.must(h.request("2101", "10.1.1.11", 3600))
	b.full = false
	h.must(h.request("2101", "10.1.1.11", 3600))
	h.stop()
	if b.count() != 1 {
		t.Errorf("%d records", b.count())
	}
}

// FuzzRevive: whatever the journal holds, no panic, and nothing comes back that no
// REGISTER could have brought.
func FuzzRevive(f *testing.F) {
	now := time.Unix(1e9, 0)
	k := kept{Number: "2101", URI: "sip:2101@10.1.1.11", Host: "10.1.1.11", Port: 5060, CallID: "a", Pool: 1, DialPeer: 40001,
		ID: 1, Key: []byte{1}, Expires: time.Hour, Until: now.Add(time.Minute)}
	k.Source.UnmarshalText([]byte("10.1.1.11:5060"))
	good, _ := json.Marshal(k)
	if revive(40001, good, now) == nil {
		f.Fatal("a good record is refused")
	}
	f.Add(uint64(40001), good)
	f.Add(uint64(1), []byte(`{}`))
	f.Add(uint64(40001), []byte(strings.Replace(string(good), `"Port":5060`, `"Port":-1`, 1)))
	f.Fuzz(func(t *testing.T, key uint64, data []byte) {
		b := revive(key, data, now)
		if b == nil {
			return
		}
		if b.Pool < 1 || uint64(b.DialPeer) != key || b.Port < 0 || b.Port > 65535 || b.Host == "" || !b.Source.IsValid() || !b.until.After(now) {
			t.Errorf("%+v", b)
		}
	})
}
