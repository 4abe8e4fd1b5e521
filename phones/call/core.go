package call

import (
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// core is the call model. It is not safe for concurrent use; step (step.go) is its
// only entry. All that it does follows from the inputs, their times and the numbers
// that ids hands out, so that a run can be repeated.
type core struct {
	now  time.Time // of the step that runs
	cfg  phones.Config
	ids  ids
	none *phones.Spec // of devices that are no phones

	dns   map[phones.DNID]*dn
	order []*dn // ephone-dns by tag, then voice register dns by tag
	// byNumber holds the dns of each primary and secondary number, in order.
	byNumber map[string][]*dn
	hunts    map[huntID]*hunt
	devices  map[phones.Device]*device
	sorted   []*device // ephones by tag, pools by tag, trunk and test calls
	calls    map[uint32]*call
	legs     map[uint32]*leg // by reference
	confs    []*conf         // in the order they began
	lastCall uint32

	tests  map[string]presence.Line // of Test, by number
	plan   plan
	owners map[phones.DNID][]owner // configured phones by primary number; lines.go
	timers timers
	totals Totals

	// What the step touched, each once, in order; flush shows and publishes it.
	touchedDevices []*device
	touchedNumbers []string
	isTouched      map[string]bool
	published      map[string]published
	effects        []effect
	lineBuf        []LineView // that views are made in
	callBuf        []CallView
	debug          func(logbuf.Topic) bool // whether a topic is on
}

// ids hands out what must be unique beyond the core: adapters take references too.
type ids struct {
	ref         func() uint32
	trunk, test func() int
}

// published is what was published last of a number.
type published struct {
	line, phone presence.Line
	known       bool
}

// dn is one directory number.
type dn struct {
	id phones.DNID
	// What is configured: eph of an ephone-dn, reg of a voice register dn.
	eph *phones.EphoneDN
	reg *phones.DN

	number, secondary string
	name              string
	label             string // beside the button; the number when there is no `label`
	// channels are the calls on it, nil where idle. A park slot, a paging and a
	// conference number have channels too, with legs that no device has.
	channels []*leg
	tallies  []*Tally // of the channels that had calls, nil of others
	// on lists the buttons of devices in service that make and take its calls; watched
	// those that monitor it (m) or watch its phone (w).
	on, watched []appearance
	forward     phones.Forward // in force: CFwdAll changes it
	configured  phones.Forward
	waiting     bool      // messages
	parked      *parked   // the call that waits here; nil if none
	paged       []*device // phones that hear the page
}

// appearance is a dn on a button of a device in service.
type appearance struct {
	device *device
	button int
	sep    phones.Separator
}

// device is one that is in service.
type device struct {
	id      phones.Device
	spec    *phones.Spec // never changed
	primary *dn          // its primary directory number, nil if none
	placed  []*dn        // those on its buttons
	own     [][]*dn      // of each line of spec, what calls are made on
	legs    []*leg       // its calls, oldest first, ringing ones included
	active  *leg         // in the foreground; nil if none
	dnd     bool
	shows   bool   // dnd is what a SIP phone says of itself: lamps show it
	paged   *dn    // the paging number it listens to
	dialed  string // last number dialled
	notice  Notice
	trunk   *Trunk // nil: no trunk; never changed
	// elsewhere: calls that rang here and others took; replaced, never changed, as views have it.
	elsewhere []uint32
	// pageMedia is where it receives a page that is sent to it alone.
	pageMedia Media

	touched bool
	view    *View  // last shown, nil before the first
	gen     uint32 // counts registrations
	viewGen uint32
}

// leg is one end of a call: a channel of a directory number, or the one call of a
// trunk or test device. A leg rings, is on one device, or is an anchor that no
// device has (park slot, page, conference).
type leg struct {
	ref     uint32
	call    *call
	dn      *dn     // nil of a trunk or test call
	channel int     // index of dn.channels; -1: it takes none
	device  *device // that has the call; nil while it rings and of an anchor
	button  int     // of device
	rings   []*ring // where it rings, while state is RingIn
	anchor  anchor
	state   State
	// outgoing: this end called.
	outgoing bool
	self     Party // as the other side sees it
	dialed   string
	code     int  // SIP status of a failure
	tone     Tone // that its user hears besides what the state implies
	media    Media
	want     dialing // what dialled digits are for
	consult  Consult
	of       *leg   // the call that the consultation is for
	notified bool   // the hold alert flashes
	auto     bool   // to be answered at once
	member   member // zero: it was not called for a hunt group
	byKey    bool   // it was ended by a key, not by putting the handset down
	timer    *timer
}

// ring is a device that an incoming call rings on.
type ring struct {
	device  *device
	button  int
	sep     phones.Separator
	how     Ring
	waiting bool // call waiting: another call is up
	alerted bool // a SIP device has said so; SCCP phones always have
}

// anchor is what a leg without a device stands for.
type anchor uint8

const (
	noAnchor anchor = iota
	parkAnchor
	pageAnchor
	confAnchor
)

// call is what legs are joined by. Two parties usually; one while it is being
// dialled; a conference has more.
type call struct {
	id    uint32
	legs  []*leg // the calling one first
	setup *setup // on the way to an answer, nil afterwards
	conf  *conf  // nil: it is none
	// original was called first, redirecting sent the call on last; zero if it was
	// not forwarded.
	original, redirecting Party
	answered              bool
}

// conf is a conference.
type conf struct {
	call    *call
	dn      *dn // its number; nil of a software one
	kind    string
	creator *device
	order   []*leg // parties in the order they joined
	timer   *timer // ends a meet-me conference of one
}

// parked is a call that waits on a park slot.
type parked struct {
	leg       *leg // of the caller
	anchor    *leg // the slot's
	by        Party
	byDN      *dn
	since     time.Time
	reminders int
	retries   int
	timer     *timer
}

// busy reports whether any channel is taken; ringing counts.
func (n *dn) busy() bool {
	for _, l := range n.channels {
		if l != nil {
			return true
		}
	}
	return false
}

// inService reports whether it can be called: a phone has it, or it is a number
// that needs none.
func (n *dn) inService() bool { return len(n.on) > 0 || n.virtual() }

// virtual reports whether it belongs to no phone: a park slot, a paging or a
// conference number, or one that switches message lamps.
func (n *dn) virtual() bool {
	return n.eph != nil && (n.eph.Park != nil || n.eph.Paging != nil || n.eph.Conference != "" || n.eph.MWI != "")
}

// ringsOn returns how a leg rings on a device, nil if it does not.
func (l *leg) ringsOn(d *device) *ring {
	for _, r := range l.rings {
		if r.device == d {
			return r
		}
	}
	return nil
}

// on reports whether a leg is one of the device's calls.
func (l *leg) on(d *device) bool { return l.device == d || l.ringsOn(d) != nil }

// offHook reports whether a device's call has the speech path or is being dialled.
func (d *device) offHook() bool { return d.active != nil && d.active.state.offHook() }

// offHook reports whether the state takes the handset: ringing and held calls do not.
func (s State) offHook() bool {
	switch s {
	case Seized, Dialing, Proceeding, RingOut, Connected, Busy, Congestion, NoSuchNumber:
		return true
	}
	return false
}
