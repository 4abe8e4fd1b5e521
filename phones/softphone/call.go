package softphone

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// maxCalls is how many calls the phone has at a time; one more is answered 486.
const maxCalls = 8

// call is one call, from dial tone or INVITE to its last response. Only who has
// the turn touches it.
type call struct {
	p      *Phone
	ref    uint32
	out    bool
	state  handset.State // "": over for the user, the last messages are under way
	digits string        // typed so far
	remote string
	port   uint16 // local, of RTP
	began  uint32 // version of our session description

	request   *sip.Request    // the newest INVITE we sent
	invite    *sipua.InviteTx // its transaction
	incoming  *sipua.ServerTx // INVITE that waits for our answer
	dialog    *sipua.Dialog   // nil until the call is answered
	early     *sipua.Dialog   // what it will be, of a ringing call
	far       media           // what the other side said last
	offered   bool            // our 200 was an offer: the ACK brings the answer
	holding   bool            // we hold
	changing  bool            // a re-INVITE of ours is under way
	cancelled bool            // hung up before it was answered
	left      bool            // BYE sent or received
	consult   uint32          // the held call whose transfer this one is to complete
	moving    bool            // a REFER of ours is under way
	with      uint32          // and the consultation call that goes with it
	timer     *time.Timer     // of digits, or of a re-INVITE to repeat
}

// newCall enters a call.
func (p *Phone) newCall(out bool, callID string) *call {
	p.lastRef++
	c := &call{p: p, ref: p.lastRef, out: out, state: handset.OffHook, port: 16384 + uint16(p.lastRef%8000)*2}
	p.calls = append(p.calls, c)
	p.byID[callID] = c
	if !out {
		c.state = handset.RingIn
	}
	return c
}

// over ends a call for the user. The rest of its messages may be under way:
// forgotten says that nothing is.
func (c *call) over(forgotten bool) {
	c.state, c.consult, c.moving = "", 0, false
	if c.timer != nil {
		c.timer.Stop()
	}
	if !forgotten {
		return
	}
	p := c.p
	p.calls = slices.DeleteFunc(p.calls, func(o *call) bool { return o == c })
	for id, o := range p.byID {
		if o == c {
			delete(p.byID, id)
		}
	}
	p.gone()
}

// failed ends a call that was refused: the user hears why until he hangs up.
func (c *call) failed(code int) {
	switch code {
	case 486, 600:
		c.state = handset.BusyTone
	case 404, 410, 484, 485, 604:
		c.state = handset.Invalid
	case 487:
		c.over(true)
		return
	default:
		c.state = handset.Congestion
	}
	c.dialog, c.invite, c.request = nil, nil, nil
}

// callRef finds a call that the user has.
func (p *Phone) callRef(ref uint32) *call {
	for _, c := range p.calls {
		if c.ref == ref && c.state != "" {
			return c
		}
	}
	return nil
}

// shown are the calls that the user has.
func (p *Phone) shown() []*call {
	var all []*call
	for _, c := range p.calls {
		if c.state != "" {
			all = append(all, c)
		}
	}
	return all
}

// foreground is the call that keys are for: the chosen one, else one that rings,
// else one that has the handset, else the newest.
func (p *Phone) foreground() *call {
	if c := p.callRef(p.chosen); c != nil {
		return c
	}
	shown := p.shown()
	for _, is := range []func(*call) bool{(*call).rings, (*call).speaks, func(*call) bool { return true }} {
		for _, c := range slices.Backward(shown) {
			if is(c) {
				return c
			}
		}
	}
	return nil
}

// inState is the foreground call if it is in that state, else the newest that is.
func (p *Phone) inState(s handset.State) *call {
	if c := p.foreground(); c != nil && c.state == s {
		return c
	}
	for _, c := range slices.Backward(p.shown()) {
		if c.state == s {
			return c
		}
	}
	return nil
}

// speaks says that the call has the handset.
func (c *call) speaks() bool {
	return c.state != "" && c.state != handset.Held && !c.rings()
}

func (c *call) rings() bool { return c.state == handset.RingIn || c.state == handset.Waiting }

// after runs f when d is over, unless the call has ended or set another timer.
func (c *call) after(d time.Duration, f func()) {
	if c.timer != nil {
		c.timer.Stop()
	}
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		c.p.turn(func() {
			if c.timer == t && c.state != "" {
				f()
			}
		})
	})
	c.timer = t
}

// local is where this call's audio is received.
func (c *call) local() netip.AddrPort { return netip.AddrPortFrom(c.p.ua.Advertised().Addr(), c.port) }

// offer is the session description that the call wants now.
func (c *call) offer() []byte {
	c.began++
	direction := "sendrecv"
	if c.holding {
		direction = "sendonly"
	}
	return describe(c.local(), c.began, direction, allFormats())
}

// answerSDP answers the offer in c.far; nil when the two have no codec in common.
func (c *call) answerSDP() []byte {
	formats := c.far.common()
	if len(formats) == 0 {
		return nil
	}
	c.began++
	return describe(c.local(), c.began, answerTo(c.far.direction, c.holding), formats)
}

// setBody puts a session description into a message.
func setBody(m interface {
	AppendHeader(sip.Header)
	SetBody([]byte)
}, body []byte) {
	m.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	m.SetBody(body)
}

// party is who the other side says it is: `2101 "Anna"`.
func party(m sip.Message, header string) string {
	value := ""
	for _, name := range []string{"P-Asserted-Identity", "Remote-Party-ID", header} {
		if value = sipua.Value(m, name); value != "" {
			break
		}
	}
	name, rest, found := strings.Cut(value, "<")
	if !found {
		name, rest = "", value
	}
	rest, _, _ = strings.Cut(rest, ">")
	var u sip.Uri
	if sip.ParseUri(rest, &u) != nil {
		return ""
	}
	number := sipua.User(&u)
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if name == "" || name == number {
		return number
	}
	return fmt.Sprintf("%s %q", number, name)
}
