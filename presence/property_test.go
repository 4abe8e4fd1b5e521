package presence

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// watch is what a watcher knows about its own subscription.
type watch struct {
	number   string
	kind     WatcherKind
	device   bool // asked for
	dark     bool
	fetch    bool
	released bool
	over     bool // had a Note that was not active
	heard    bool
	last     Note
	deadline time.Time
}

// world drives a core in any order and believes only the Notes.
type world struct {
	core      *core
	now       time.Time
	cfg       Config
	published map[string]Line
	phones    map[string]Line // published of phones
	watches   map[uint32]*watch
	lastID    uint32
	relayed   map[uint32]Outgoing // what the Relay was told to watch
	remote    map[uint32]Line     // what it said, by SibID
}

// Watch, Unwatch and Again make it the Relay.
func (w *world) Watch(o Outgoing) {
	if w.relayed[o.SibID].Server != o.Server {
		delete(w.remote, o.SibID)
	}
	w.relayed[o.SibID] = o
	w.lastID = max(w.lastID, o.SibID)
}

func (w *world) Unwatch(id uint32) {
	if _, ok := w.relayed[id]; !ok {
		panic("the Relay was never told of it")
	}
	delete(w.relayed, id)
	delete(w.remote, id)
}

func (w *world) Again(id uint32) {
	if _, ok := w.relayed[id]; !ok {
		panic("again, but never told of it")
	}
}

// external says that a subscription is to be watched at the server.
func (w *world) external(s *watch) bool {
	_, local := w.cfg.Numbers[s.number]
	return !local && !s.dark && !s.fetch && s.kind != SIPTrunk && w.cfg.AllowSubscribe && w.cfg.Server.IsValid()
}

func (w *world) Notify(Note) { panic("the core called a sink") }

func (w *world) step(t *rapid.T, in any) (a answer) {
	for _, e := range w.core.step(w.now, in) {
		switch {
		case e.sink != nil:
			w.hear(t, e.note)
		case e.reply != nil:
			a = *e.answer
		case e.relay != nil:
			e.relay.do(w, e.relay.out)
		}
	}
	return a
}

func (w *world) hear(t *rapid.T, n Note) {
	s := w.watches[n.SubID]
	switch {
	case s == nil:
		t.Fatalf("note for a subscription that was never accepted: %+v", n)
	case !s.released:
		t.Fatalf("note before Release: %+v", n)
	case s.over:
		t.Fatalf("note after the last one: %+v", n)
	case s.heard && n.Version < s.last.Version:
		t.Fatalf("version went back: %+v after %+v", n, s.last)
	case s.heard && n.Version == s.last.Version && n.Line != s.last.Line:
		t.Fatalf("one version, two states: %+v after %+v", n, s.last)
	case n.Number != s.number, n.Active && n.Expires <= 0, !n.Active && !n.Gone && n.Reason == "":
		t.Fatalf("bad note: %+v", n)
	}
	s.last, s.heard, s.over = n, true, !n.Active
}

// truth is what a watcher may know.
func (w *world) truth(id uint32, s *watch) Line {
	switch {
	case w.external(s):
		for sib, o := range w.relayed {
			if o.SubID == id {
				return w.remote[sib]
			}
		}
		return Line{}
	case s.dark, !w.cfg.Numbers[s.number].Watch:
		return Line{}
	case s.device && s.kind != SIPTrunk && s.kind != SCCPCallList:
		return w.phones[s.number]
	}
	return w.published[s.number]
}

func (w *world) check(t *rapid.T) {
	var records []Record
	siblings := map[uint32]bool{}
	for _, r := range w.core.records() {
		if r.Incoming {
			records = append(records, r)
			continue
		}
		siblings[r.ID] = true
		if o := w.relayed[r.ID]; o.SubID != r.SibID || o.Server != w.cfg.Server || r.Line != w.remote[r.ID] || !w.external(w.watches[r.SibID]) {
			t.Fatalf("sibling %+v, the Relay knows %+v", r, o)
		}
	}
	if len(siblings) != len(w.relayed) || len(siblings) != len(w.core.siblings) {
		t.Fatalf("%d sibling records, %d kept, the Relay knows %d", len(siblings), len(w.core.siblings), len(w.relayed))
	}
	if used := w.core.shared.quota.used; used != len(records) {
		t.Fatalf("%d counted, %d records", used, len(records))
	}
	outside, sources := 0, map[string]int{}
	alive := map[uint32]bool{}
	for _, r := range records {
		if name, external := source(r.Kind, r.Watcher.Host, r.DialPeerTag); external {
			outside++
			sources[name]++
		}
		alive[r.ID] = true
		s := w.watches[r.ID]
		if s == nil || s.over {
			t.Fatalf("record without a live subscription: %+v", r)
		}
		if (r.SibID != 0) != w.external(s) || r.SibID != 0 && !siblings[r.SibID] || r.Line != w.truth(r.ID, s) || r.Presentity.User != s.number {
			t.Fatalf("record shows %+v, truth is %v", r, w.truth(r.ID, s))
		}
		// A watcher whose NOTIFY failed learns it when that is delivered again.
		again := w.core.subs[r.ID].resend
		waits := again != 0
		if waits && again <= w.core.now {
			t.Fatalf("delivery to %d is overdue", r.ID)
		}
		if s.released && !waits && (!s.heard || s.last.Line != w.truth(r.ID, s)) {
			t.Fatalf("watcher %d believes %v, truth is %v", r.ID, s.last.Line, w.truth(r.ID, s))
		}
		if w.cfg.Admit(r.Kind) != nil {
			t.Fatalf("%+v is not allowed", r)
		}
		if _, ok := w.cfg.Numbers[s.number]; !ok && r.Kind == SIPTrunk {
			t.Fatalf("%+v watches no number", r)
		}
		if r.Expires > 0 && !s.deadline.After(w.now) {
			t.Fatalf("%+v has expired", r)
		}
	}
	if q := &w.core.shared.quota; q.outside != outside || !maps.Equal(q.sources, sources) {
		t.Fatalf("%d of outside counted, %v, there are %d, %v", q.outside, q.sources, outside, sources)
	}
	for id, s := range w.watches {
		if s.released && !s.over && !alive[id] {
			t.Fatalf("subscription %d vanished without a last note", id)
		}
	}
	for number, ln := range w.core.lines {
		if len(ln.subs) == 0 && ln.published == (Line{}) {
			t.Fatalf("%s is kept for nothing", number)
		}
		for i, s := range ln.subs {
			if int(s.at) != i || s.last != nil {
				t.Fatalf("%s: bad subscription at %d", number, i)
			}
		}
	}
	for i, s := range w.core.timers {
		if int(s.slot) != i || i > 0 && w.core.timers[(i-1)/2].due() > s.due() {
			t.Fatalf("timer heap is broken at %d", i)
		}
	}
}

func TestAnyOrder(t *testing.T) {
	numbers := []string{"2001", "2002", "2003"}
	number := rapid.SampledFrom(numbers)
	kind := rapid.SampledFrom([]WatcherKind{SIPPhone, SIPTrunk, SCCPSpeedDial, SCCPCallList})
	seconds := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(0, 100).Draw(t, "s")) * time.Second
	})
	state := rapid.SampledFrom([]Line{{}, idle, busy, ringing, {State: Idle, DnD: true}})
	config := rapid.Custom(func(t *rapid.T) Config {
		// Mostly on, so that subscriptions live long enough to meet something.
		on := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, name) > 0 }
		c := Config{Enabled: on("presence"), SIPEnabled: on("enable"), WatchAll: on("all"),
			AllowSubscribe: on("allow subscribe"), MaxSubscriptions: rapid.IntRange(1, 8).Draw(t, "max"),
			Keys: rapid.IntRange(0, 3).Draw(t, "keys"), Trunks: rapid.IntRange(0, 2).Draw(t, "trunks"), Numbers: map[string]Number{}}
		c.Server = rapid.SampledFrom([]netip.Addr{{}, netip.MustParseAddr("10.1.1.4"), netip.MustParseAddr("10.1.1.5")}).Draw(t, "server")
		for _, n := range numbers {
			if rapid.IntRange(0, 3).Draw(t, n) > 0 {
				c.Numbers[n] = Number{Watch: on("watch")}
			}
		}
		return c
	})

	rapid.Check(t, func(t *rapid.T) {
		shared := newShared()
		w := &world{now: time.Unix(0, 0), published: map[string]Line{}, phones: map[string]Line{}, watches: map[uint32]*watch{},
			relayed: map[uint32]Outgoing{}, remote: map[uint32]Line{}}
		w.core = newCore(w.now, 0, shared, nothing)
		w.core.relays = true
		apply := func(c Config) {
			shared.quota.configure(&c)
			w.cfg = c
			w.step(t, inApply{cfg: &c, reply: make(chan answer, 1)})
		}
		apply(config.Draw(t, "first config"))
		// any picks a subscription, often one that is over or never was.
		any := func(t *rapid.T) uint32 { return uint32(rapid.IntRange(0, int(w.lastID)+1).Draw(t, "id")) }
		t.Repeat(map[string]func(*rapid.T){
			"": w.check,
			"subscribe": func(t *rapid.T) {
				n, d := number.Draw(t, "number"), seconds.Draw(t, "expires")
				full := shared.quota.used >= w.cfg.MaxSubscriptions
				s := &watch{number: n, kind: kind.Draw(t, "kind"), device: rapid.Bool().Draw(t, "device"), dark: rapid.IntRange(0, 4).Draw(t, "dark") == 0}
				s.fetch = d == 0
				before := w.lastID
				a := w.step(t, inSubscribe{reply: make(chan answer, 1), req: Request{
					Watcher: Party{"w", rapid.SampledFrom([]string{"a", "b"}).Draw(t, "from")}, DialPeerTag: rapid.IntRange(0, 1).Draw(t, "dial-peer"),
					Presentity: Party{n, "h"}, Kind: s.kind, Device: s.device, Dark: s.dark, Expires: d, Sink: w}})
				if a.err != nil {
					return
				}
				if a.id <= before || full {
					t.Fatalf("got ID %d after %d, full %v", a.id, before, full)
				}
				w.lastID = max(w.lastID, a.id)
				s.deadline = w.now.Add(a.expires)
				w.watches[a.id] = s
				if rapid.Bool().Draw(t, "release") {
					w.watches[a.id].released = true
					w.step(t, inRelease{a.id})
				}
			},
			"release": func(t *rapid.T) {
				id := any(t)
				if s := w.watches[id]; s != nil {
					s.released = true
				}
				w.step(t, inRelease{id})
			},
			"refresh": func(t *rapid.T) {
				id, d := any(t), seconds.Draw(t, "expires")
				alive := slices.ContainsFunc(w.core.records(), func(r Record) bool { return r.Incoming && r.ID == id })
				if alive {
					w.watches[id].deadline = w.now.Add(d)
				}
				a := w.step(t, inRefresh{id, d, make(chan answer, 1)})
				if errors.Is(a.err, ErrGone) == alive {
					t.Fatalf("refresh of %d, alive %v: %v", id, alive, a.err)
				}
			},
			"end": func(t *rapid.T) { w.step(t, inEnd{any(t), ReasonDeactivated}) },
			"done": func(t *rapid.T) {
				w.step(t, inDone{id: any(t), retryAfter: seconds.Draw(t, "retry after"),
					code: rapid.SampledFrom([]int{0, 200, 200, 481, 408, 480, 500, 503, 403}).Draw(t, "code")})
			},
			"publish": func(t *rapid.T) {
				n, l := number.Draw(t, "number"), state.Draw(t, "state")
				if rapid.Bool().Draw(t, "of a phone") {
					w.phones[n] = l
					w.step(t, inPublish{key{number: n, aspect: ofPhone}, l})
					return
				}
				w.published[n] = l
				w.step(t, inPublish{key{number: n}, l})
			},
			"watch": func(t *rapid.T) {
				in := inWatch{any(t), rapid.Bool().Draw(t, "device"), rapid.Bool().Draw(t, "dark")}
				if s := w.watches[in.id]; s != nil && w.core.alive(in.id) != nil {
					s.device, s.dark = in.device, in.dark
				}
				w.step(t, in)
			},
			"remote": func(t *rapid.T) {
				id, l := any(t), state.Draw(t, "state")
				if _, ok := w.relayed[id]; ok {
					w.remote[id] = l
				}
				w.step(t, inPublish{key{aspect: ofRemote, sib: id}, l})
			},
			"remote failed": func(t *rapid.T) {
				w.step(t, inRemote{any(t), rapid.IntRange(0, 3).Draw(t, "retries"), rapid.Bool().Draw(t, "final")})
			},
			"apply": func(t *rapid.T) { apply(config.Draw(t, "config")) },
			"advance": func(t *rapid.T) {
				w.now = w.now.Add(seconds.Draw(t, "d"))
				w.step(t, inTick{})
			},
		})
	})
}
