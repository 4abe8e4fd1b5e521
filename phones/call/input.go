package call

import "github.com/busylamp/busylamp/phones"

// Input is something that a device, the network or an operator does. Ref is the
// reference of a call as the device's View has it; 0 means the call in the
// foreground (View.Active). An Input that makes no sense at that moment is ignored.
type Input interface{ input() }

type (
	// Registered puts a device in service. Exchange.Register makes it.
	Registered struct {
		Device phones.Device
		Spec   phones.Spec
	}
	// Gone takes a device out of service; its calls are released.
	Gone struct{ Device phones.Device }

	// OffHook lifts the handset, or takes a line: a ringing call on that line is
	// answered, else one of its channels is seized and the user hears dial tone.
	// Button 0: as `auto-line` says. New seizes even while calls ring (NewCall key).
	OffHook struct {
		Device phones.Device
		Button int
		New    bool
	}
	// OnHook ends a call. Ref 0 is the handset that is put down: it ends the foreground
	// call, while calls on hold stay and calls that ring go on; if that is a consultation
	// whose other side rings or speaks, the transfer is completed. With Ref (EndCall) that
	// call ends, and one that rings is refused.
	// A device of kind Pool or Trunk always names the call.
	OnHook struct {
		Device phones.Device
		Ref    uint32
	}
	// Digit is one key: 0-9 * # or A-D.
	Digit struct {
		Device phones.Device
		Ref    uint32
		Digit  byte
	}
	// Backspace takes the last digit back.
	Backspace struct {
		Device phones.Device
		Ref    uint32
	}
	// Dial calls a number at once: a speed dial, a call list entry, en-bloc
	// dialling, the INVITE of a SIP phone. With Ref the digits go to a call that is
	// being dialled; without, a channel of Button's line is seized first. From a SIP phone
	// or trunk Ref is new and chosen by the adapter (Exchange.NewRef), and Media is
	// the offer.
	Dial struct {
		Device phones.Device
		Button int
		Ref    uint32
		Number string
		Media  Media
		// Calling is who calls, from a trunk only.
		Calling Party
		// DialPeer is the dial-peer tag a trunk call came in by, 0 for none.
		DialPeer int
	}
	// Redial dials the last number of the device again.
	Redial struct {
		Device phones.Device
		Button int
		Ref    uint32
	}
	// Alerting says that a SIP device rings (180). SCCP phones ring when they are told.
	Alerting struct {
		Device phones.Device
		Ref    uint32
		Media  Media // of a 183 with SDP, else zero
	}
	// Answer accepts a ringing call; other active calls of the device are put on
	// hold. Media is what the answer of a SIP device says.
	Answer struct {
		Device phones.Device
		Ref    uint32
		Media  Media
	}
	// Reject refuses a ringing call with a SIP status code, 486 or 480 for example;
	// of a trunk's outgoing call: the far side's final answer.
	// To is the number that a SIP phone sends the call to instead (302), "" for none. It
	// counts if no other phone rings with it.
	Reject struct {
		Device phones.Device
		Ref    uint32
		Code   int
		To     string
	}
	// MediaReady is the address a device receives media on: the answer of an SCCP
	// phone to OpenReceiveChannel, or new SDP of a SIP device. Not OK: it cannot.
	MediaReady struct {
		Device phones.Device
		Ref    uint32
		Media  Media
		OK     bool
	}
	// Hold and Resume put a call on hold and take it back. On a shared line a
	// held call may be resumed by any phone that has the line: Ref is then that of
	// LineView.Held.
	Hold struct {
		Device phones.Device
		Ref    uint32
	}
	Resume struct {
		Device phones.Device
		Ref    uint32
	}
	// Transfer is the Trnsfer key. First press: the call is put on hold and a
	// consultation call is begun (full-consult), or the number that is dialled next
	// becomes the destination (blind). Second press: the two parties are joined.
	Transfer struct {
		Device phones.Device
		Ref    uint32
	}
	// TransferTo moves a call's other party to a number without consultation (REFER).
	// Done, if not nil, is called once with the SIP status code of the outcome, on
	// the Exchange's goroutine; it must not block. If the number leads nowhere (unknown, not
	// allowed, busy) the device's call is as before, and Done says why. Else it is gone at once,
	// and Done says 200 as soon as somebody rings there. If nobody answers then, or the phone or
	// trunk refuses, the call goes back to the device's number where `timeouts transfer-recall`
	// is set; without it the other party hears the failure.
	TransferTo struct {
		Device phones.Device
		Ref    uint32
		Number string
		Done   func(code int)
	}
	// Join connects the other parties of two calls of a device and takes the device
	// out (REFER with Replaces).
	Join struct {
		Device    phones.Device
		Ref, With uint32
		Done      func(code int)
	}
	// Conference is the Confrn key: first press begins a consultation call, the
	// second joins all parties at an ad-hoc conference (software: three parties).
	Conference struct {
		Device phones.Device
		Ref    uint32
	}
	// DropLast is the RmLstC key: the party added last leaves the conference.
	DropLast struct {
		Device phones.Device
		Ref    uint32
	}
	// MeetMe opens the meet-me conference whose number is dialled next.
	MeetMe struct {
		Device phones.Device
		Button int
		Ref    uint32
	}
	// Park puts a call's other party on a park slot: Slot, or a free one.
	Park struct {
		Device phones.Device
		Ref    uint32
		Slot   string
	}
	// Pickup answers a call that rings elsewhere. With Number that number's call
	// (or a call parked there); Group means that Number, if any, is a pickup group,
	// and the device's own group if there is none; neither: a number dialled next.
	Pickup struct {
		Device phones.Device
		Button int
		Ref    uint32
		Group  bool
		Number string
	}
	// ForwardAll is the CFwdAll key: it sets call forwarding of the line to Number, or takes
	// it off. Ask: the number is dialled next; pressed again while set it clears.
	ForwardAll struct {
		Device phones.Device
		Button int
		Number string
		Ask    bool
	}
	// DnD is the DND key: all directory numbers of the phone become DnD or cease to be.
	DnD struct {
		Device phones.Device
		Toggle bool
		On     bool
		// Published: a SIP phone says so of itself (RFC 3903). It is shown by lamps then,
		// which DnD that is only configured or dialled on such a phone is not.
		Published bool
	}
	// DivertToVoicemail sends a ringing call on (iDivert).
	DivertToVoicemail struct {
		Device phones.Device
		Ref    uint32
	}
	// Test drives a directory number without a phone: `test presence line NUMBER STATE`.
	// States: "idle", "busy", "ringing", "clear".
	Test struct{ Number, State string }
	// Mailbox says whether messages wait for a number.
	Mailbox struct {
		Number  string
		Waiting bool
	}
)

func (Registered) input()        {}
func (Gone) input()              {}
func (OffHook) input()           {}
func (OnHook) input()            {}
func (Digit) input()             {}
func (Backspace) input()         {}
func (Dial) input()              {}
func (Redial) input()            {}
func (Alerting) input()          {}
func (Answer) input()            {}
func (Reject) input()            {}
func (MediaReady) input()        {}
func (Hold) input()              {}
func (Resume) input()            {}
func (Transfer) input()          {}
func (TransferTo) input()        {}
func (Join) input()              {}
func (Conference) input()        {}
func (DropLast) input()          {}
func (MeetMe) input()            {}
func (Park) input()              {}
func (Pickup) input()            {}
func (ForwardAll) input()        {}
func (DnD) input()               {}
func (DivertToVoicemail) input() {}
func (Test) input()              {}
func (Mailbox) input()           {}
