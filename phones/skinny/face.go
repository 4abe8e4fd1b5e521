package skinny

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

const (
	firstPort = 16384 // of RTP, as phones have it
	maxCalls  = 64    // entries of calls; beyond that the oldest goes
	maxList   = 100   // entries of a call list
)

// face is what the phone shows, as the server has told it. Phone.mu guards it.
type face struct {
	template []wire.SoftKey
	sets     []wire.SoftKeySet
	front    wire.SelectSoftKeys // soft keys that can be seen
	lines    []*line
	keys     []*key
	calls    []*call // oldest first
	list     []entry
	lists    uint32 // call lists opened so far

	header, prompt, notice string
	ahead                  string        // typed before the call was there
	dates                  string        // form of the date
	told, toldAt           time.Time     // what the phone's clock was set to, and when
	noticeFor              time.Duration // how long a new notice is to stay; 0: until it is taken away
	ring                   handset.Ring
	tone                   string
	toneOf                 uint32 // call that the tone belongs to, 0 none
	speaker, lifted, mwi   bool
	page                   handset.Media // to a group
	early                  []*early      // oldest first
	// awaits: a key was pressed after which digits belong to a call that the server
	// has not shown yet.
	awaits bool
	ports  uint16
}

// line is a line button.
type line struct {
	handset.Line
	instance uint32
	remote   handset.State // what others do on it
}

// key is another button.
type key struct {
	handset.BesideKey
	kind, instance uint32
}

// call is a call, or what the server has said of one that it has not begun yet.
type call struct {
	ref, line uint32
	state     handset.State // "" not begun
	info      wire.CallDetails
	digits    string
	taken     int // digits that the user has taken back, before the server says so
	prompt    string
	keys      wire.SelectSoftKeys
	media     handset.Media
}

// early is media of a call that the phone has not heard of yet, or of a page to it
// alone, of which it is told nothing else.
type early struct {
	ref   uint32
	media handset.Media
}

// back takes the last digit back.
func (c *call) back() { c.digits = c.digits[:max(len(c.digits)-1, 0)] }

// entry is a number of the call list that is shown.
type entry struct {
	handset.Entry
	transaction uint32
	since       time.Time // when it was subscribed to, or renewed
}

// reset forgets everything: the phone is not in service, and on hook when it is
// again.
func (f *face) reset() { *f = face{ports: f.ports} }

// opens is the media of a call, to be opened; of one that the phone has not heard
// of, it is noted until it does.
func (f *face) opens(ref uint32) *handset.Media {
	if m := f.closes(ref); m != nil {
		return m
	}
	if len(f.early) >= maxCalls {
		f.early = f.early[1:]
	}
	e := &early{ref: ref}
	f.early = append(f.early, e)
	return &e.media
}

// closes is the media of a call, nil if there is none.
func (f *face) closes(ref uint32) *handset.Media {
	for _, c := range f.calls {
		if c.ref == ref {
			return &c.media
		}
	}
	for _, e := range f.early {
		if e.ref == ref {
			return &e.media
		}
	}
	return nil
}

// claim takes what was noted of the media of a call; zero if that is nothing.
func (f *face) claim(ref uint32) (m handset.Media) {
	f.early = slices.DeleteFunc(f.early, func(e *early) bool {
		if e.ref == ref {
			m = e.media
		}
		return e.ref == ref
	})
	return m
}

// heard is what comes without a call: a page to a group, or to this phone alone.
func (f *face) heard() handset.Media {
	for _, e := range f.early {
		if e.media.Receive.IsValid() {
			return e.media
		}
	}
	return f.page
}

// buttons lays the phone's buttons out.
func (f *face) buttons(all []wire.Button) {
	f.lines, f.keys = nil, nil
	for i, b := range all {
		kind, instance := uint32(b.Type), uint32(b.Instance)
		switch kind {
		case wire.ButtonUnused, wire.ButtonUndefined:
		case wire.ButtonLine:
			f.lines = append(f.lines, &line{instance: instance,
				Line: handset.Line{Button: i + 1, Lamp: handset.LampOff, State: handset.OnHook}})
		default:
			k := &key{kind: kind, instance: instance, BesideKey: handset.BesideKey{Kind: kinds(kind), Lamp: handset.LampOff}}
			if kind == wire.ButtonBLFSpeedDial {
				k.Status = handset.Unknown
			}
			f.keys = append(f.keys, k)
		}
	}
}

func (f *face) line(instance uint32) *line {
	for _, l := range f.lines {
		if l.instance == instance {
			return l
		}
	}
	return nil
}

func (f *face) key(instance uint32, kinds ...uint32) *key {
	for _, k := range f.keys {
		if k.instance == instance && slices.Contains(kinds, k.kind) {
			return k
		}
	}
	return nil
}

func (f *face) labelled(instance uint32, number, label string) {
	l := f.line(instance)
	if l == nil {
		return
	}
	l.Number, l.Label = number, wire.Plain(label)
	if len(f.lines) > 0 && l == f.lines[0] {
		f.header = number
	}
}

func (f *face) dials(index uint32, number, label string) {
	if k := f.key(index, wire.ButtonSpeedDial); k != nil {
		k.Number, k.Label = number, wire.Plain(label)
	}
}

func (f *face) serves(index uint32, label string) {
	if k := f.key(index, wire.ButtonServiceURL); k != nil {
		k.Label = wire.Plain(label)
	}
}

func (f *face) feature(index, kind, status uint32, label string) {
	k := f.key(index, kind)
	if k == nil {
		return
	}
	k.Label = wire.Plain(label)
	if kind == wire.ButtonBLFSpeedDial {
		k.Status = statusOf(status)
	}
	k.Lamp = handset.LampOff
	if status > 1 || kind != wire.ButtonBLFSpeedDial && status > 0 {
		k.Lamp = handset.LampOn
	}
}

func (f *face) lamp(m *wire.SetLamp) {
	mode := lampOf(m.Mode)
	switch m.Stimulus {
	case wire.ButtonLine:
		if l := f.line(m.Instance); l != nil {
			l.Lamp = mode
		}
	case wire.ButtonVoicemail:
		if l := f.line(m.Instance); l != nil {
			l.MWI = mode != handset.LampOff
		} else {
			f.mwi = mode != handset.LampOff
		}
	default:
		if k := f.key(m.Instance, m.Stimulus); k != nil {
			k.Lamp = mode
		}
	}
}

func (f *face) entry(transaction uint32, s handset.Status) {
	for i := range f.list {
		if f.list[i].transaction == transaction {
			f.list[i].Status = s
		}
	}
}

// call finds a call, or begins to note what is said of one to come.
func (f *face) call(ref, line uint32) *call {
	for _, c := range f.calls {
		if c.ref == ref {
			return c
		}
	}
	if len(f.calls) >= maxCalls {
		f.calls = f.calls[1:]
	}
	c := &call{ref: ref, line: line, media: f.claim(ref)}
	f.calls = append(f.calls, c)
	return c
}

func (f *face) callState(m *wire.CallState) {
	s := states(m.State)
	if m.Ref != 0 && s != handset.Held && s != handset.RingIn && s != handset.Waiting {
		f.awaits = false
	}
	if m.Ref == 0 || s == handset.Remote {
		// What others do on a line that is shared, monitored or watched.
		if l := f.line(m.Line); l != nil {
			if l.remote = ""; s != handset.OnHook {
				l.remote = s
			}
		}
		if m.Ref == 0 {
			return
		}
	}
	if s == handset.OnHook || s == handset.Remote {
		f.calls = slices.DeleteFunc(f.calls, func(c *call) bool { return c.ref == m.Ref })
		f.claim(m.Ref)
		if f.front.Ref == m.Ref {
			f.front = wire.SelectSoftKeys{Mask: wire.AllKeys}
		}
		return
	}
	c := f.call(m.Ref, m.Line)
	if s == handset.OffHook && c.state == "" {
		c.digits = f.ahead
	}
	f.ahead = ""
	c.state, c.line = s, m.Line
}

func (f *face) prompts(line, ref uint32, text string) {
	text = wire.Plain(text)
	switch {
	case ref == 0:
		f.prompt = text
	case text != "":
		f.call(ref, line).prompt = text
	default:
		for _, c := range f.calls {
			if c.ref == ref {
				c.prompt = ""
			}
		}
	}
}

func (f *face) notify(text string, seconds uint32) {
	f.notice = wire.Plain(text)
	f.noticeFor = time.Duration(min(seconds, 3600)) * time.Second
}
