package presence

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

var (
	idle    = Line{State: Idle}
	busy    = Line{State: Busy}
	ringing = Line{State: Busy, Ringing: true}
)

// open is a configuration that admits everybody.
func open(numbers ...string) Config {
	c := Config{Enabled: true, SIPEnabled: true, WatchAll: true, MaxSubscriptions: 100, Numbers: map[string]Number{}}
	for _, n := range numbers {
		c.Numbers[n] = Number{Watch: true}
	}
	return c
}

// with changes a copy of a configuration.
func with(c Config, change func(*Config)) Config {
	numbers := map[string]Number{}
	for k, v := range c.Numbers {
		numbers[k] = v
	}
	c.Numbers = numbers
	change(&c)
	return c
}

// bench steps one core and writes down its effects, a line each.
type bench struct {
	core  *core
	now   time.Time
	trace []logbuf.Topic // topics that are on
	log   []string
}

func newBench(cfg Config) *bench {
	b := &bench{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	b.core = newCore(b.now, 0, newShared(), func(t logbuf.Topic) bool {
		for _, on := range b.trace {
			if on == t {
				return true
			}
		}
		return false
	})
	b.apply(cfg)
	return b
}

// Notify makes a bench a Sink; its core's effects are written down by step.
func (b *bench) Notify(Note) { panic("the core called a sink") }

func (b *bench) step(in any) (a answer) {
	for _, e := range b.core.step(b.now, in) {
		switch {
		case e.sink != nil:
			b.log = append(b.log, text(e.note))
		case e.reply != nil:
			a = *e.answer
		default:
			b.log = append(b.log, e.text)
		}
	}
	return a
}

func text(n Note) string {
	s := fmt.Sprintf("%d %s %s", n.SubID, n.Number, describe(n.Line))
	switch {
	case n.Active:
		return s + fmt.Sprintf(" active %.0f", n.Expires.Seconds())
	case n.Gone:
		return s + " gone"
	case n.RetryAfter > 0:
		return s + fmt.Sprintf(" %s %.0f", n.Reason, n.RetryAfter.Seconds())
	}
	return s + " " + n.Reason
}

func (b *bench) apply(c Config) {
	b.core.shared.quota.configure(&c)
	b.step(inApply{cfg: &c, reply: make(chan answer, 1)})
}

func (b *bench) request(number string, kind WatcherKind, seconds int) answer {
	return b.step(inSubscribe{reply: make(chan answer, 1), req: Request{
		Watcher: Party{"3001", "10.1.1.9"}, Presentity: Party{number, "10.1.1.2"}, Kind: kind,
		Expires: time.Duration(seconds) * time.Second, DialPeerTag: 40001, Sink: b, Phone: "SEP1",
	}})
}

// subscribe is a request with its 200 sent.
func (b *bench) subscribe(number string, kind WatcherKind, seconds int) uint32 {
	a := b.request(number, kind, seconds)
	b.step(inRelease{a.id})
	return a.id
}

func (b *bench) refresh(id uint32, seconds int) error {
	return b.step(inRefresh{id, time.Duration(seconds) * time.Second, make(chan answer, 1)}).err
}

func (b *bench) advance(d time.Duration) {
	b.now = b.now.Add(d)
	b.step(inTick{})
}

func (b *bench) records() []Record { return b.step(inSnapshot{make(chan answer, 1)}).records }

// want compares what happened since the last want.
func (b *bench) want(t *testing.T, lines ...string) {
	t.Helper()
	if got, want := strings.Join(b.log, "\n"), strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.log = nil
}

func TestFirstNoteAfterRelease(t *testing.T) {
	b := newBench(open("2001"))
	id := b.request("2001", SIPPhone, 60).id
	b.step(inPublish{key{number: "2001"}, busy})
	b.step(inRefresh{id, 90 * time.Second, make(chan answer, 1)})
	b.want(t)
	b.step(inRelease{id})
	b.want(t, "1 2001 busy active 90")
	b.step(inRelease{id})
	b.want(t)
}

func TestStates(t *testing.T) {
	b := newBench(open("2001"))
	b.subscribe("2001", SIPPhone, 60)
	b.want(t, "1 2001 unknown active 60")
	b.step(inPublish{key{number: "2001"}, idle})
	b.step(inPublish{key{number: "2001"}, idle})
	b.step(inPublish{key{number: "2001"}, ringing})
	b.step(inPublish{key{number: "2001"}, Line{State: Busy, DnD: true}})
	b.step(inPublish{key{number: "2001"}, Line{}})
	b.want(t, "1 2001 idle active 60", "1 2001 busy ringing active 60", "1 2001 busy dnd active 60", "1 2001 unknown active 60")
	b.step(inPublish{key{number: "2002"}, busy})
	b.want(t)
	// A number may be configured after its phone has registered.
	b.apply(open("2001", "2002"))
	b.subscribe("2002", SIPPhone, 60)
	b.want(t, "2 2002 busy active 60")
}

func TestLifetime(t *testing.T) {
	b := newBench(open("2001"))
	b.step(inPublish{key{number: "2001"}, idle})
	b.subscribe("2001", SIPPhone, 60)
	b.advance(59 * time.Second)
	if err := b.refresh(1, 120); err != nil {
		t.Fatal(err)
	}
	b.want(t, "1 2001 idle active 60", "1 2001 idle active 120")
	b.advance(119 * time.Second)
	b.step(inPublish{key{number: "2001"}, busy})
	b.want(t, "1 2001 busy active 1")
	b.advance(time.Second)
	b.want(t, "1 2001 busy timeout")
	if err := b.refresh(1, 60); !errors.Is(err, ErrGone) {
		t.Errorf("refresh after the end: %v", err)
	}
	b.step(inEnd{1, ReasonTimeout})
	b.step(inDone{id: 1, code: 481})
	b.want(t)

	b.subscribe("2001", SIPPhone, 60)
	if err := b.refresh(2, 0); err != nil {
		t.Fatal(err)
	}
	b.subscribe("2001", SIPPhone, 60)
	b.step(inEnd{3, ReasonProbation})
	b.want(t, "2 2001 busy active 60", "2 2001 busy timeout", "3 2001 busy active 60", "3 2001 busy probation 60")
}

func TestFetch(t *testing.T) {
	b := newBench(open("2001"))
	id := b.request("2001", SIPPhone, 0).id
	b.step(inPublish{key{number: "2001"}, busy})
	b.advance(time.Second)
	b.want(t)
	b.step(inRelease{id})
	b.want(t, "1 2001 busy timeout")
	if n := len(b.records()); n != 0 || b.core.shared.quota.used != 0 {
		t.Errorf("%d records, %d used", n, b.core.shared.quota.used)
	}
}

func TestEndsWhileHeld(t *testing.T) {
	b := newBench(open("2001"))
	id := b.request("2001", SIPPhone, 60).id
	b.apply(Config{})
	b.want(t)
	if n := len(b.records()); n != 0 {
		t.Errorf("%d records", n)
	}
	b.step(inRelease{id})
	b.want(t, "1 2001 unknown probation 60")
	if len(b.core.subs) != 0 || len(b.core.lines) != 0 {
		t.Error("something is left")
	}
}

func TestNotifyOutcome(t *testing.T) {
	const again = "1 2001 unknown active 58"
	for _, c := range []struct {
		name string
		done inDone
		want string // within two seconds
	}{
		{"200", inDone{code: 200}, ""},
		{"202", inDone{code: 202}, ""},
		{"481", inDone{code: 481}, "1 2001 unknown gone"},
		{"481 with Retry-After", inDone{code: 481, retryAfter: time.Second}, "1 2001 unknown gone"},
		{"timeout", inDone{code: 408, err: errors.New("timer F")}, "1 2001 unknown gone"},
		{"404", inDone{code: 404}, "1 2001 unknown gone"},
		{"489", inDone{code: 489}, "1 2001 unknown gone"},
		{"604", inDone{code: 604}, "1 2001 unknown gone"},
		{"480 with Retry-After", inDone{code: 480, retryAfter: 2 * time.Second}, again},
		{"500", inDone{code: 500}, again},
		{"503, transport", inDone{code: 503, err: errors.New("unreachable")}, again},
		{"later than asked", inDone{code: 503, retryAfter: 3 * time.Second}, ""},
	} {
		b := newBench(open("2001"))
		b.subscribe("2001", SIPPhone, 60)
		b.log = nil
		c.done.id = 1
		b.step(c.done)
		b.advance(2 * time.Second)
		if got := strings.Join(b.log, "\n"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDeliverAgain(t *testing.T) {
	b := newBench(open("2001"))
	b.subscribe("2001", SIPPhone, 3600)
	b.log = nil
	fail := func() { b.step(inDone{id: 1, code: 500}) }
	fail()
	if r := b.records(); r[0].Retry != 1 {
		t.Errorf("retry %d", r[0].Retry)
	}
	// A change meanwhile waits for the delivery, so that a busy line does not use up the tries.
	for range 2 * maxFails {
		b.step(inPublish{key{number: "2001"}, idle})
		b.step(inPublish{key{number: "2001"}, busy})
	}
	b.want(t)
	b.advance(2 * time.Second)
	b.want(t, "1 2001 busy active 3598")
	b.step(inDone{id: 1, code: 200})
	b.step(inPublish{key{number: "2001"}, idle})
	b.want(t, "1 2001 idle active 3598")
	b.step(inPublish{key{number: "2001"}, busy})
	b.log = nil
	for range maxFails {
		fail()
		b.advance(64 * time.Second)
	}
	if n := len(b.log); n != maxFails {
		t.Errorf("%d deliveries", n)
	}
	b.log = nil
	fail()
	b.want(t, "1 2001 busy gone")
}

func TestRefreshForgivesFailures(t *testing.T) {
	b := newBench(open("2001"))
	b.subscribe("2001", SIPPhone, 3600)
	for range 3 * maxFails {
		b.step(inDone{id: 1, code: 500})
		if err := b.refresh(1, 3600); err != nil {
			t.Fatal(err)
		}
	}
	if r := b.records(); r[0].Retry != 0 {
		t.Errorf("retry %d", r[0].Retry)
	}
}

// What never left this router is not the watcher's failure.
func TestOwnFailuresDoNotCount(t *testing.T) {
	b := newBench(open("2001"))
	b.subscribe("2001", SIPPhone, 3600)
	b.log = nil
	for range 3 * maxFails {
		b.step(inDone{id: 1, err: errors.New("overload")})
		b.advance(firstWait)
	}
	if n := len(b.log); n != 3*maxFails || b.records()[0].Retry != 0 {
		t.Errorf("%d deliveries, %+v", n, b.records())
	}
}

// The two texts of the guide must come from what they say.
func TestGuideDebug(t *testing.T) {
	b := newBench(open("2001"))
	b.trace = []logbuf.Topic{topicErrors}
	b.step(inPublish{key{number: "2001"}, idle})
	b.want(t, "//PRESENCE:[0]:/presence_sip_line_update: SIP nothing to update")
	b.subscribe("2001", SCCPSpeedDial, 60)
	b.step(inPublish{key{number: "2001"}, busy})
	b.want(t, "1 2001 idle active 60", "1 2001 busy active 60", "//PRESENCE:[0]:/presence_sip_line_update: SIP nothing to update")
	b.subscribe("2001", SIPPhone, 60)
	b.step(inPublish{key{number: "2001"}, idle})
	b.want(t, "2 2001 busy active 60", "1 2001 idle active 60", "2 2001 idle active 60")
	b.step(inPublish{key{number: "2001"}, idle})
	b.step(inDone{id: 2, code: 481})
	b.want(t, "//PRESENCE:[0]:/presence_sip_line_update: SIP nothing to update",
		"//PRESENCE:[2]:/presence_handle_notify_done: sip stack response code [29]", "2 2001 idle gone")
}

func TestRecord(t *testing.T) {
	b := newBench(open("2001"))
	b.step(inPublish{key{number: "2001"}, busy})
	b.advance(5 * time.Second)
	b.subscribe("2001", SIPTrunk, 60)
	want := []Record{{
		ID: 1, Watcher: Party{"3001", "10.1.1.9"}, Presentity: Party{"2001", "10.1.1.2"}, Expires: time.Minute,
		Since: b.now, Line: busy, WatcherType: Remote, Kind: SIPTrunk, DialPeerTag: 40001, Incoming: true, Phone: "SEP1",
	}}
	if got := b.records(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestIDsPassOverWhatIsInUse(t *testing.T) {
	s := newShared()
	if id := s.allocate(0); id != 1 {
		t.Fatal(id)
	}
	s.lastID.Store(1<<32 - 1)
	if id := s.allocate(0); id != 2 {
		t.Errorf("after the wrap: %d", id)
	}
}

func TestWords(t *testing.T) {
	got := fmt.Sprint(Unknown, Idle, Busy, Local, Remote, SIPPhone, SIPTrunk, SCCPSpeedDial, SCCPCallList, WatcherKind(9), Party{"a", "b"})
	if want := "unknown idle busy local remote SIP Phone SIP Trunk SCCP [BLF Speed Dial] SCCP [BLF Call List] WatcherKind(9) a@b"; got != want {
		t.Errorf("got %s", got)
	}
}

func nothing(logbuf.Topic) bool { return false }

// What `debug presence timer` and `asnl` say of a SIP watcher, and why one was given up.
func TestTraces(t *testing.T) {
	b := newBench(open("2001"))
	b.trace = []logbuf.Topic{topicTimer, topicASNL}
	id := b.subscribe("2001", SIPTrunk, 60)
	b.want(t, "//PRESENCE:[1]:/presence_timer: start, expires 60",
		"//PRESENCE:[1]:/presence_asnl_callback: ASNL_SUBSCRIBE_INDICATION, watcher 3001@10.1.1.9 presentity 2001",
		"//PRESENCE:[1]:/presence_asnl_callback: ASNL_RESP_NOTIFY_INDICATION, watcher 3001@10.1.1.9 presentity 2001",
		"1 2001 unknown active 60")
	b.trace = []logbuf.Topic{topicTimer, topicTrace}
	if err := b.refresh(id, 90); err != nil {
		t.Fatal(err)
	}
	b.want(t, "//PRESENCE:[1]:/presence_timer: restart, expires 90",
		"//PRESENCE:[1]:/presence_notify: 2001 is unknown, active", "1 2001 unknown active 90")
	b.step(inDone{id: id, code: 481})
	b.want(t, "//PRESENCE:[1]:/presence_timer: stop",
		"//PRESENCE:[1]:/presence_notify: 2001 terminated, reason \"response 481 to NOTIFY\"", "1 2001 unknown gone")
	b.trace = []logbuf.Topic{topicTimer, topicASNL}
	b.subscribe("2001", SIPPhone, 60)
	b.log = nil
	b.advance(time.Minute)
	b.want(t, "//PRESENCE:[2]:/presence_timer: watcher 3001@10.1.1.9 presentity 2001 expired",
		"//PRESENCE:[2]:/presence_asnl_callback: ASNL_RESP_TERMINATE_INDICATION, watcher 3001@10.1.1.9 presentity 2001", "2 2001 unknown timeout")
}

// A number that is taken away while it is busy is not told as busy once more.
func TestLastNoteIsTrue(t *testing.T) {
	b := newBench(open("2001", "2002"))
	b.step(inPublish{key{number: "2001"}, busy})
	b.subscribe("2001", SIPTrunk, 60)
	b.log = nil
	b.apply(open("2002"))
	b.want(t, "1 2001 unknown noresource")
}
