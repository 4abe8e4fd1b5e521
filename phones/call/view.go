package call

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/phones"
)

// View is all that one device is to show. It shares nothing that changes later.
type View struct {
	Device phones.Device
	// Gone: the device is out of service, or its one call is over (trunk, csim). It
	// is the last View of the device. A Dial of a device that is not in service is
	// answered so as well.
	Gone bool
	// Spec is what the device registered as, without Lines if it is no phone; nil once
	// it is Gone. It is not to be changed.
	Spec  *phones.Spec
	Lines []LineView // in the order of Spec.Lines
	// Calls are the device's calls, oldest first. A call that is over is not there
	// any more.
	Calls []CallView
	// Active is the Ref of the call in the foreground: its soft keys show. 0: none.
	Active  uint32
	OffHook bool // a call has the speech path or is being dialled
	DnD     bool
	// Waiting: messages wait for the line of `mwi-line`; each line says so too.
	Waiting bool
	// Paged is the page that the phone hears, nil if none.
	Paged *Page
	// Notice is a text to show for a while; Seq tells a new one from an old one.
	Notice Notice
	// Trunk is where a trunk's call goes; nil for other devices. It is not to be changed.
	Trunk *Trunk
	// Elsewhere holds the references of the last calls (8) that rang here and were answered or
	// picked up on other devices, so that they are no missed calls. It is not to be changed.
	Elsewhere []uint32
}

// clone is a View that may be kept.
func (v *View) clone() View {
	kept := *v
	kept.Calls = slices.Clone(v.Calls)
	return kept
}

// Call finds a call by its reference.
func (v View) Call(ref uint32) (CallView, bool) {
	for _, c := range v.Calls {
		if c.Ref == ref {
			return c, true
		}
	}
	return CallView{}, false
}

// Notice is a short text in the prompt line. Seconds 0: until the next change.
type Notice struct {
	Seq     uint32
	Text    string
	Seconds int
}

// Page is a page to listen to: a multicast group, or unicast with a zero Group.
type Page struct {
	DN phones.DNID
	// Ref is what the phone names in MediaReady when the page is unicast.
	Ref   uint32
	From  Party
	Group netip.AddrPort
}

// Trunk is the way of a trunk's call.
type Trunk struct {
	DialPeer  int            // tag, 0 if it came in by none
	Target    netip.AddrPort // session target, of an outgoing call
	Transport string         // "udp" or "tcp"
}

// LineView is one line button.
type LineView struct {
	Button  int
	DN      phones.DNID // of an overlay: the one shown beside the button
	Number  string
	Label   string // what stands beside the button: `label`, else the number
	Name    string
	Lamp    Lamp
	Forward phones.Forward // in force now
	Waiting bool
	// Remote: in use by another phone (shared line), by the number that is
	// monitored, or by the phone that is watched.
	Remote bool
	// Held is the reference under which this phone may resume a call that another
	// phone put on hold on a shared line; 0 if there is none.
	Held uint32
	// DnD of the phone that a Watch button watches.
	DnD bool
}

// Lamp is what the lamp of a line button does.
type Lamp uint8

const (
	LampOff Lamp = iota + 1
	LampOn
	LampWink  // on hold
	LampFlash // on hold elsewhere, hold reminder
	LampBlink // ringing
)

// State of a call as one device sees it.
type State uint8

const (
	Seized     State = iota + 1 // off hook, dial tone, no digit yet
	Dialing                     // digits so far
	Proceeding                  // dialled, nobody rings yet
	RingOut                     // the called party rings
	RingIn                      // rings here
	Waiting                     // rings here while another call is up: call waiting
	Connected
	Held // put on hold by this device
	// HeldRemote: on hold by another phone of the shared line. No CallView has it:
	// adapters may show LineView.Held so.
	HeldRemote
	// The called number cannot be had; the user hears a tone until he hangs up. A
	// SIP device is answered CallView.Code.
	Busy
	Congestion
	NoSuchNumber
)

// Words of `show ephone` and `show ephone-dn` for the state of a channel.
func (s State) String() string {
	switch s {
	case Seized, Dialing, Proceeding:
		return "SIEZE"
	case RingOut:
		return "ALERTING"
	case RingIn, Waiting:
		return "RINGING"
	case Connected:
		return "CONNECTED"
	case Held, HeldRemote:
		return "HOLD"
	case Busy, Congestion, NoSuchNumber:
		return "SIEZE"
	}
	return "IDLE"
}

// CallView is one call as one device sees it.
type CallView struct {
	Ref       uint32
	State     State
	Button    int // line button; 0 for a trunk
	DN        phones.DNID
	Channel   int  // 1-8
	Outgoing  bool // this device called
	Forwarded bool // an incoming call that came here by forwarding
	// Calling and Called are the parties as shown; Original is who was called first,
	// Redirecting who sent it on last, zero if nobody did; Recalled is who did not take
	// the call that rings here because this device had transferred it.
	Calling, Called, Original, Redirecting Party
	Recalled                               Party
	Dialed                                 string // digits so far, or the number dialled
	Ring                                   Ring
	Tone                                   Tone
	// Code is the SIP status code of a call that failed: 486, 404, 480, 503 … The call
	// of a SIP device stays for a second then.
	Code int
	// Receive: the device is to be ready to receive media; it answers MediaReady.
	Receive bool
	// Send is where the device sends media; invalid: nowhere.
	Send Media
	// Local is where this device receives media, as it said; for show commands.
	Local Media
	// Consult: the consultation call of a transfer or conference whose other call
	// is Of.
	Consult Consult
	Of      uint32
	// Conference: other parties are joined to this call.
	Conference bool
	// AutoAnswer: to be answered at once (intercom).
	AutoAnswer bool
}

// Consult is what a second call is for.
type Consult uint8

const (
	NoConsult Consult = iota
	ForTransfer
	ForConference
)

// Ring is how an incoming call rings.
type Ring uint8

const (
	RingNone    Ring = iota
	RingInside       // internal call, normal ring
	RingOutside      // from a trunk
	RingFeature      // triple pulse
	RingBeep         // a beep only
	RingSilent       // lamp and display only: `s` button, or DnD
)

// Tone is what the user hears.
type Tone uint8

const (
	ToneNone Tone = iota
	ToneDial
	ToneBusy
	ToneRingback
	ToneReorder
	ToneNoSuchNumber
	ToneConfirm
	ToneCallWaiting
	ToneHold
	ToneZipZip // a conference party joins
)

// Party is a person on a call.
type Party struct{ Number, Name string }

// Media is where a device receives audio. The zero value is nothing.
type Media struct {
	Addr   netip.AddrPort
	Codecs Codecs // that it can receive
	// Inactive: known, but nothing is to be sent now (SIP hold).
	Inactive bool
	// Event and ILBC are the RTP payload types on which the device receives telephone
	// events (RFC 4733) and iLBC; 0: it has not said. Only phones/sipcall looks at them.
	Event, ILBC uint8
}

// Valid reports whether there is anything.
func (m Media) Valid() bool { return m.Addr.IsValid() && m.Addr.Port() != 0 }

// Codecs is a set of audio codecs.
type Codecs uint8

const (
	G711u Codecs = 1 << iota
	G711a
	G722
	G729
	ILBC
	// AllCodecs is what an SCCP phone is taken to know until it says otherwise.
	AllCodecs = G711u | G711a | G722 | G729 | ILBC
)

// Pick is the codec of a call between two sets, in our order of preference; 0 if
// they have none in common.
func (c Codecs) Pick(o Codecs) Codecs {
	for _, one := range []Codecs{G711u, G711a, G722, G729, ILBC} {
		if c&o&one != 0 {
			return one
		}
	}
	return 0
}

// String lists the IOS names, comma-separated.
func (c Codecs) String() string {
	var names []string
	for _, e := range []struct {
		c    Codecs
		name string
	}{{G711u, "g711ulaw"}, {G711a, "g711alaw"}, {G722, "g722r64"}, {G729, "g729r8"}, {ILBC, "ilbc"}} {
		if c&e.c != 0 {
			names = append(names, e.name)
		}
	}
	return strings.Join(names, ",")
}
