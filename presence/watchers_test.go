package presence

import (
	"slices"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// nobody is a Sink that does not listen.
type nobody struct{}

func (nobody) Notify(Note) {}

// Whatever a subscription is shown, it is listed while it lives, under its number only.
func TestWatchers(t *testing.T) {
	log := logbuf.New(time.Now)
	defer log.Close()
	h := New(Options{Log: log, Shards: 2})
	defer h.Close()
	cfg := Config{Enabled: true, SIPEnabled: true, WatchAll: true, MaxSubscriptions: 10,
		Numbers: map[string]Number{"2001": {Watch: true}, "2002": {}}}
	if err := h.Apply(t.Context(), Config{}, cfg); err != nil {
		t.Fatal(err)
	}
	var ids []uint32
	for i, r := range []Request{{}, {Device: true}, {Dark: true}, {Kind: SIPTrunk}, {Presentity: Party{User: "2002"}}} {
		r.Watcher, r.Expires, r.Sink = Party{User: string(rune('a' + i))}, time.Hour, nobody{}
		if r.Presentity.User == "" {
			r.Presentity.User = "2001"
		}
		id, _, err := h.Subscribe(r)
		if err != nil {
			t.Fatal(err)
		}
		h.Release(id)
		ids = append(ids, id)
	}
	list := func(number string, max int) (got []uint32) {
		for _, r := range h.Watchers(number, max) {
			got = append(got, r.ID)
		}
		slices.Sort(got)
		return got
	}
	if got := list("2001", 10); !slices.Equal(got, ids[:4]) {
		t.Errorf("watchers of 2001: %v of %v", got, ids)
	}
	if got := list("2002", 10); !slices.Equal(got, ids[4:]) {
		t.Errorf("watchers of 2002: %v of %v", got, ids)
	}
	if len(list("2001", 3)) != 3 || list("9999", 3) != nil {
		t.Error("the bound does not hold, or a number nobody watches has watchers")
	}
	h.End(ids[0], ReasonTimeout)
	if got := list("2001", 10); !slices.Equal(got, ids[1:4]) {
		t.Errorf("after the end of %d: %v", ids[0], got)
	}
}
