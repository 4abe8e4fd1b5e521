// Package handset is the face that every phone has, whatever it speaks: what
// stands on its display, which keys it has, and pressing them. Phones
// (phones/skinny, phones/softphone) implement Handset; `busylamp phone`, its
// terminal UI (phones/handset/tui), scripts, transcripts and the demo use it.
//
// The package is pure but for Script, which waits on the goroutine of its
// caller. It knows no protocol and no other package of ours.
package handset

import (
	"context"
	"net/netip"
	"slices"
)

// Handset is a phone that can be seen and pressed. Its methods are safe for
// concurrent use.
type Handset interface {
	// Register brings the phone into service and waits until it is, or has been
	// refused. It keeps itself registered from then on.
	Register(ctx context.Context) error
	// Press presses a key, see ParseKey. It does not wait for what the server makes
	// of it; but digits wait, two seconds at most, for the call that the key before
	// them begins (newcall, transfer, line, …). ErrNoKey: the phone has no such key at
	// this moment.
	Press(key Key) error
	// Display is what can be seen now. It shares nothing with the phone.
	Display() Display
	// Changed is closed when the display is no longer what it was when Changed was
	// called. Take it before Display.
	Changed() <-chan struct{}
	// Close hangs up, leaves the server and waits for all goroutines of the phone,
	// a few seconds at most.
	Close() error
}

// Wait waits until ok likes the display, and returns it; with ctx's error if it
// ends first.
func Wait(ctx context.Context, h Handset, ok func(Display) bool) (Display, error) {
	for {
		changed := h.Changed()
		d := h.Display()
		if ok(d) {
			return d, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return d, ctx.Err()
		}
	}
}

// Display is all that a user of a phone sees and hears.
type Display struct {
	Registered bool
	Device     string // "SEP001562 …", as it registers
	Model      string // "7960"; "" not known
	Protocol   string // "SCCP 9", "SIP"
	Header     string // text on top: the number of line 1
	Clock      string // date and time as the phone was told, "" if it was not
	Lines      []Line
	Keys       []BesideKey
	List       []Entry // of the call list that is shown
	Calls      []Call  // oldest first
	Active     uint32  // Ref of the call that soft keys are for; 0: none
	SoftKeys   []string
	Prompt     string // bottom line: "Your current options", "From 2101"
	Notice     string // what is shown over it for a while
	OffHook    bool
	DnD        bool
	MWI        bool   // messages wait
	Ring       Ring   // what the ringer does
	Tone       string // what is heard: "dial", "ringback", "busy", …; "" silence
	Media      Media  // of the active call, or of a page
}

// Line is one line button.
type Line struct {
	Button  int // as `button` counts: position beside the display
	Number  string
	Label   string
	Lamp    Lamp
	State   State  // of the newest call on it
	MWI     bool   // messages wait for this line
	Forward string // where all its calls are forwarded, "" nowhere
}

// BesideKey is a key beside the lines: speed dial, BLF speed dial or another.
type BesideKey struct {
	Kind   string // "speed-dial", "blf", "feature", "url"
	Number string // "" when the server does not say
	Label  string
	Status Status // of a BLF key, "" for others
	Lamp   Lamp   // that goes with it
}

// Entry is a number in a call list, with the status that it is shown with.
type Entry struct {
	Number string
	Status Status // "" none is shown
}

// Call is one call as the phone shows it.
type Call struct {
	Ref    uint32
	Line   int // index into Lines, from 1
	State  State
	Remote string // the other party: `2101 "Name"`, or the digits so far
	Out    bool   // the phone called
	Dialed string // number called, as far as it is known
}

// Media is where audio goes; the zero value is nowhere. Phones here send none.
type Media struct {
	Receive netip.AddrPort // own address that audio comes to
	Send    netip.AddrPort
	Codec   string // "g711ulaw"
}

// Lamp is what a lamp does.
type Lamp string

// Lamps.
const (
	LampOff   Lamp = "off"
	LampOn    Lamp = "on"
	LampWink  Lamp = "wink"
	LampFlash Lamp = "flash"
	LampBlink Lamp = "blink"
)

// Status is what a BLF key shows of the line it watches.
type Status string

// Statuses.
const (
	Unknown Status = "unknown"
	Idle    Status = "idle"
	Busy    Status = "busy"
	DnD     Status = "dnd"
	Ringing Status = "ringing"
)

// State is what a call does.
type State string

// States of calls; a line without a call is OnHook.
const (
	OnHook     State = "onhook"
	OffHook    State = "offhook" // dial tone, or digits so far
	Proceed    State = "proceed"
	RingOut    State = "ringout"
	RingIn     State = "ringin"
	Waiting    State = "waiting" // call waiting
	Connected  State = "connected"
	Held       State = "hold"
	HeldRemote State = "remotehold" // by another phone of a shared line
	Remote     State = "remote"     // in use by another phone
	BusyTone   State = "busy"
	Congestion State = "congestion"
	Invalid    State = "invalid" // no such number
	Parked     State = "park"
	Transfer   State = "transfer"
)

// Ring is how the phone rings.
type Ring string

// Rings; "" is silence.
const (
	RingInside  Ring = "inside"
	RingOutside Ring = "outside"
	RingFeature Ring = "feature"
	RingSilent  Ring = "silent" // seen, not heard
	RingUrgent  Ring = "urgent"
)

// Call finds a call by its reference.
func (d Display) Call(ref uint32) (Call, bool) {
	for _, c := range d.Calls {
		if c.Ref == ref {
			return c, true
		}
	}
	return Call{}, false
}

// Clone copies the display so that it shares nothing with d.
func (d Display) Clone() Display {
	d.Lines, d.Keys = slices.Clone(d.Lines), slices.Clone(d.Keys)
	d.Calls, d.SoftKeys, d.List = slices.Clone(d.Calls), slices.Clone(d.SoftKeys), slices.Clone(d.List)
	return d
}

// Equal reports whether two displays look the same.
func (d Display) Equal(o Display) bool {
	if !slices.Equal(d.Lines, o.Lines) || !slices.Equal(d.Keys, o.Keys) || !slices.Equal(d.List, o.List) ||
		!slices.Equal(d.Calls, o.Calls) || !slices.Equal(d.SoftKeys, o.SoftKeys) {
		return false
	}
	return d.same(o)
}

// same compares all that is no list.
func (d Display) same(o Display) bool {
	return d.Registered == o.Registered && d.Device == o.Device && d.Model == o.Model && d.Protocol == o.Protocol &&
		d.Header == o.Header && d.Clock == o.Clock && d.Active == o.Active && d.Prompt == o.Prompt && d.Notice == o.Notice &&
		d.OffHook == o.OffHook && d.DnD == o.DnD && d.MWI == o.MWI && d.Ring == o.Ring && d.Tone == o.Tone &&
		d.Media == o.Media
}
