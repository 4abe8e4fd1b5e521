// Package sipcall is the SIP side of calls: SIP phones of voice register pools, and
// SIP trunks. It turns SIP messages into call.Inputs and shows the call.Views of
// pools and trunk calls as SIP messages. RTP is never relayed: each side is told
// the other's address.
//
// # Who is it
//
// An INVITE comes from a phone if the Directory knows its source as that of a
// registered phone and it came straight from there (no Record-Route, one Via);
// else it is a trunk call, by the dial-peer whose session target is the source,
// else by the one whose incoming called-number fits, else by none. Of trunk calls only
// those from a session target are trusted: only there do routes and a Contact lead
// elsewhere and are challenges answered, while others (strangers) hear from us where
// they called from. A phone that has registered is not asked for its password again. The user part of the
// request URI is the number, whatever host it names; digits come en bloc only, and
// INFO and KPML digits are not used (there is nobody here to hear them).
//
// # What becomes what
//
//	INVITE                         Dial; with Replaces: Pickup, or a new dialog in place of the old
//	CANCEL, BYE                    OnHook
//	180, 183 / 200 / 3xx-6xx       Alerting / Answer / Reject
//	offer sendonly, inactive, 0.0.0.0 / sendrecv again / new address
//	                               Hold / Resume / MediaReady
//	REFER to a number              TransferTo; with Replaces of another call of the device: Join
//	REFER, remotecc key            Park, DivertToVoicemail or DropLast; other keys 403, reports 202 and nothing
//	INVITE to x-cisco-serviceuri-  pickup, gpickup: Pickup in the phone's own group; others 404
//
// A page is an INVITE that asks to be answered by itself and offers audio to listen to.
//
// A call that rings here is an INVITE to every live contact of its line; the first
// 200 wins and the others are cancelled. If all have refused and one of a phone by a redirection
// (3xx), the call goes to the user of its Contact, whatever the host; a trunk's
// redirection counts as 480. A trunk
// that does not answer in 180 s is cancelled with 408.
//
// An answer (200 to an INVITE, or the ACK to a 200 with an offer) waits up to a
// second for the other party's address; then it says inactive, and a re-INVITE
// follows when the address is known. A re-INVITE is sent when what the phone was
// told is no longer what the View says, one at a time, and the newest View wins.
// While the phone itself holds a call nothing is sent: it hears when it resumes. If
// only the other party has changed that is told by UPDATE, or by re-INVITE to who does
// not allow it. A BYE that follows a REFER waits until its outcome has been told.
//
// A phone is told whether messages wait for a line with `mwi` by a NOTIFY without
// subscription (RFC 3842) when it comes and at each change.
//
// Session timers (RFC 4028) are accepted when asked for; whoever is named refreshes,
// and a call that its peer does not refresh ends.
//
// # Goroutines and bounds
//
// Each device (pool or trunk call) has a queue that one goroutine at a time empties, when
// there is something to do; it alone touches a device's calls. A few (maxIdle) wait for the
// next device when they are done, the others end. SIP requests are put there by the workers of
// sipua, which wait for the answer if it is no INVITE; at most maxRequests of them wait,
// beyond that 503. Responses and timeouts belong to transactions, which sipua bounds;
// provisional ones are dropped above maxRequests. Show leaves the View in a slot of the
// device, where the newest wins, and of those that it replaces remembers only calls that the
// newest has not got. There are at most maxLegs dialogs, maxGuests of them of calls that came
// in by trunks, so that half the calls that the exchange can have are left to phones;
// maxStrangers of those of strangers, maxStranger of one address. A call too many is answered
// 503. Close waits for the goroutines.
//
// internal/app imports this package; it imports phones, phones/call, internal/sipua,
// its digest and internal/logbuf.
package sipcall

import (
	"context"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// Limits.
const (
	maxLegs     = 8192 // dialogs; a further INVITE is answered 503
	maxRequests = 256  // waiting for one device
	maxForks    = 16   // contacts of a line that ring

	maxGuests    = call.MaxCalls / 2 // incoming trunk calls
	maxStrangers = 512               // those of them from no session target
	maxStranger  = 64                // and from one address
)

// Times.
const (
	mediaWait    = time.Second       // for the other party's address
	setupWait    = 4 * time.Second   // for the exchange to know a call that we brought
	trunkRing    = 180 * time.Second // a trunk rings
	farewell     = time.Second       // for BYEs and their answers before the endpoint closes
	farewellLook = 20 * time.Millisecond
	minSession   = 90  // s, RFC 4028 5
	referExpiry  = 180 // s, longest life of a REFER's subscription
)

// Exchange is the call model. *call.Exchange is one.
type Exchange interface {
	Attach(kind phones.DeviceKind, s call.Sink)
	Press(inputs ...call.Input)
	NewRef() uint32
	NewTrunk() phones.Device
}

// Directory knows registered phones. *phones.Registry is one. Its methods are
// called on many goroutines.
type Directory interface {
	// FindWatcher says whether a request came from a registered phone.
	FindWatcher(user string, src netip.AddrPort, contact string) (phones.Watcher, bool)
	// Contacts are the live contacts of a number in a pool, by dial-peer tag;
	// number "" means all of the pool.
	Contacts(pool int, number string) []phones.Binding
}

// Options of an Agent; all are required.
type Options struct {
	UA        *sipua.UA
	Exchange  Exchange
	Directory Directory
	Log       *logbuf.Log
}

// Config is what the operator configures.
type Config struct {
	// DialPeers are the SIP trunks.
	DialPeers []phones.DialPeer
	// Pools say which phone models understand service-control.
	Pools []phones.Pool
	// MWI has the tags of voice register dns with `mwi`.
	MWI map[int]bool
	// Username, Password and Realm are `authentication` of sip-ua: what challenges of
	// trunks are answered with. An empty realm fits every challenge; an empty user
	// name answers none.
	Username, Password, Realm string
	// ProfileStamp is the number of `create profile sync`.
	ProfileStamp string
}

// Agent holds the SIP dialogs of calls.
type Agent struct {
	ua     *sipua.UA
	x      Exchange
	dir    Directory
	log    *logbuf.Log
	config atomic.Pointer[Config]
	asked  atomic.Int64 // requests within dialogs that have no answer yet

	running sync.WaitGroup
	mu      sync.Mutex // never held while calling out
	devices map[phones.Device]*device
	legs    map[legKey]*leg
	guests  guests
	closed  bool
	idle    int          // goroutines that wait for work
	work    chan *device // from wake to one of those; closed by Close
}

// legKey finds a dialog; the remote tag is compared afterwards.
type legKey struct{ callID, localTag string }

// New installs the handlers of INVITE, ACK, BYE, UPDATE, REFER and INFO and
// attaches itself to the Exchange; call it before the UA's first Apply.
func New(o Options) *Agent {
	a := &Agent{ua: o.UA, x: o.Exchange, dir: o.Directory, log: o.Log,
		devices: map[phones.Device]*device{}, legs: map[legKey]*leg{},
		guests: guests{by: map[netip.Addr]int{}}, work: make(chan *device)}
	a.config.Store(&Config{})
	a.ua.Handle("INVITE", a.invite)
	a.ua.Handle("ACK", a.ack)
	for method, f := range map[string]func(*leg, *sipua.ServerTx){
		"BYE": (*leg).onBye, "UPDATE": (*leg).onUpdate, "INFO": (*leg).onInfo,
	} {
		a.ua.Handle(method, func(tx *sipua.ServerTx) { a.inDialog(tx, f) })
	}
	a.ua.Handle("REFER", a.refer)
	a.ua.OnDialog(func(k sipua.Key) bool { return a.find(k.CallID, k.LocalTag) != nil }) // of our tag nobody else knows
	a.ua.OnOpen(a.renew)
	a.ua.OnClose(a.dismiss)
	a.x.Attach(phones.PoolDevice, a)
	a.x.Attach(phones.TrunkDevice, a)
	return a
}

// Apply makes a configuration take effect for calls that begin after it. It never fails.
func (a *Agent) Apply(_ context.Context, _, new Config) error {
	if old := a.config.Swap(&new); !maps.Equal(old.MWI, new.MWI) {
		a.each((*device).tellMessages)
	}
	return nil
}

// Close forgets all calls and waits for what is under way; nobody is told. Close the
// UA first, so that no request comes in any more.
func (a *Agent) Close() {
	a.mu.Lock()
	if !a.closed {
		a.closed = true
		close(a.work)
	}
	a.mu.Unlock()
	a.running.Wait()
}

// each runs f for every device that has calls, on its goroutine. n values come out
// of done, one for each that has run.
func (a *Agent) each(f func(*device)) (n int, done <-chan struct{}) {
	a.mu.Lock()
	all := make([]phones.Device, 0, len(a.devices))
	for id := range a.devices {
		all = append(all, id)
	}
	a.mu.Unlock()
	ran := make(chan struct{}, len(all))
	for _, id := range all {
		if a.post(id, func(d *device) { f(d); ran <- struct{}{} }) {
			n++
		}
	}
	return n, ran
}

// renew gives every call our new Contact when the endpoint has opened elsewhere.
func (a *Agent) renew() {
	a.each(func(d *device) {
		for _, s := range d.sessions {
			if s.leg != nil {
				s.leg.refresh()
			}
		}
	})
}

// dismiss ends all calls before the endpoint closes for good, and waits a moment for
// the answers: of many BYEs at once some get lost, and are repeated after T1.
func (a *Agent) dismiss() {
	n, done := a.each(func(d *device) {
		for _, s := range d.sessions {
			s.hangUp()
		}
	})
	patience := time.NewTimer(farewell)
	defer patience.Stop()
	for range n {
		select {
		case <-done:
		case <-patience.C:
			return
		}
	}
	look := time.NewTicker(farewellLook)
	defer look.Stop()
	for a.asked.Load() > 0 {
		select {
		case <-look.C:
		case <-patience.C:
			return
		}
	}
}
