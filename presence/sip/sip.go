// Package sip is the notifier of RFC 6665 for the event packages presence (RFC
// 3856) and dialog (RFC 4235): SUBSCRIBE and NOTIFY on the wire for watchers of the
// presence hub.
//
// Who is admitted, and in which order it is asked: the feature, the source, the
// digest of an external watcher, the presentity, the limit. A watcher is internal
// if the Directory knows its source as a registered phone and the request came
// straight from there, without Record-Route or a second Via; else it came from a
// trunk. Until it has passed the gates that concern itself, an answer says
// nothing about numbers.
//
//	SUBSCRIBE refused because            answer
//	the feature is off                   480 with Retry-After, as probation says to existing ones
//	trunk without `watcher all`          403
//	trunk not authenticated              401; 403 after too many failures
//	no such directory number             404
//	max-subscription reached             480 with Retry-After
//	unknown dialog or subscription       481
//	refresh, no longer from that phone   481; if from its address, the
//	                                     subscription ends as deactivated
//
// The limit is 480 and not 503, since 503 with Retry-After would keep a proxy
// from sending anything at all for that time (RFC 3261 21.5.4), calls included.
//
// What a phone is shown follows from its keys and call lists, which the Directory
// knows (Lamps): the number, the phone whose primary number it is, or nothing.
// Trunks always see the number.
//
// Where a NOTIFY goes: to the first route, else to the Contact, if that host is
// the address the last SUBSCRIBE came from; to that address and port if not: the
// watcher sits behind a NAT, or gave a name, which is not resolved, or wants to
// turn us on somebody else. Only a watcher that has authenticated is believed a
// route to elsewhere. Without a route, over TCP, it goes back through the
// connection of the last SUBSCRIBE, and by the rule above when that is gone.
//
// One NOTIFY is outstanding per dialog, and what the hub says meanwhile is
// conflated to the newest Note. A NOTIFY therefore never overtakes another, and
// CSeq grows by one.
//
// A SUBSCRIBE with a resource list (list.go; RFC 4662, RFC 5367) makes one dialog with
// a subscription of the hub for each entry, each a row and counted against the limit:
// all of them or none. Phones may send one, and external watchers that have
// authenticated.
//
// Every NOTIFY about a line has an entity-tag, and a watcher that says it knows the
// state is not told it again (etag.go; RFC 5839).
//
// A registered phone may PUBLISH that it is in Do Not Disturb (publish.go; RFC 3903).
// From anybody else, and about anybody else, that is 403.
//
// External watchers that have authenticated may also ask who watches a number
// (informer.go; RFC 3857); from all others that is 403.
//
// A NOTIFY is a target refresh too: when the endpoint has opened elsewhere every
// watcher gets one from there (endpoint.go). What is to be said while the endpoint
// is closed waits until it opens. When SIP is switched off all subscriptions end
// with probation, a second before the endpoint closes at most.
//
// The entity of a document is the URI that the watcher asked for, whatever host
// it names: as on a router, the user part alone decides.
//
// # Goroutines and bounds
//
// SUBSCRIBEs are handled on the worker of their Call-ID (sipua), which writes the
// NOTIFY that follows its answer too, if there is a place for it; Notes come in on the
// hub's shard goroutines, where a dialog is only marked as ready, and the adapter's own
// senders (sender.go) write all other NOTIFYs; what a phone's subscription
// is shown (lamps.go) changes on a goroutine of its own, and so does what phones
// have published, and who watches whom (informer.go). Close stops and waits for
// them. What the opening and closing endpoint sets off runs on the goroutine of
// sipua that does it. A dialog is in the ready queue at most once, so that queue is bounded by
// the number of subscriptions. A list has at most eventlist.MaxEntries entries; at most window NOTIFYs are fresh, that is younger
// than patience and without an answer. A dialog keeps at most maxText bytes of
// what its peer sent.
//
// internal/app imports this package; it imports presence, the packages that write its
// documents, and internal/sipua.
package sip

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/presence"
)

// Expiry of subscriptions. Absent means the default (RFC 3856 6.4); more than
// the maximum is shortened, less than the minimum refused (RFC 6665 4.2.1.1).
const (
	defaultExpires = time.Hour
	maxExpires     = time.Hour
	minExpires     = time.Minute
)

// Watcher is a registered phone as the Directory knows it.
type Watcher struct {
	Phone       string // name of the phone
	DialPeerTag int    // tag of the phone's dynamic dial-peer, 40001 and up
	Pool        int    // tag of its pool, at least 1
}

// Directory knows the registered phones. It is called on many goroutines.
type Directory interface {
	// FindWatcher answers whether a source is one (binding and source agree); anybody
	// else is an external watcher. The user is that of From, the contact is "host"
	// or "host:port" of Contact.
	FindWatcher(user string, src netip.AddrPort, contact string) (Watcher, bool)
	// Lamps says how the phones of a pool may show a number. After its answers
	// changed, Adapter.Recheck makes existing subscriptions follow.
	Lamps(pool int, number string) Lamps
}

// Options of the adapter.
type Options struct {
	UA        *sipua.UA
	Hub       *presence.Hub
	Directory Directory
	Log       *logbuf.Log
	// Credentials looks up the password of an external watcher for
	// `authenticate presence`; nil knows nobody.
	Credentials func(user string) (password string, ok bool)
	Journal     Journal // nil: subscriptions do not outlive the process
	Published   Journal // another one; nil: publications do not
	// Trunk is the tag of the dial-peer whose session target is an address, 0 if there
	// is none; nil knows none.
	Trunk func(netip.Addr) int
	// Realm is `authenticate realm`; nil or "" means the advertised address.
	Realm func() string
	// DoNotDisturb is told what the phones of a pool publish about themselves. It is
	// never called concurrently; nil: PUBLISH is not taken.
	DoNotDisturb func(pool int, on bool)
}

// Adapter holds the dialogs of all SIP watchers.
type Adapter struct {
	ua          *sipua.UA
	hub         *presence.Hub
	directory   Directory
	log         *logbuf.Log
	credentials func(user string) (password string, ok bool)
	realm       func() string
	trunk       func(netip.Addr) int
	verifier    *digest.Verifier
	epoch       time.Time
	dialogs     *dialogs
	bodies      *bodies
	sender      *sender
	lighter     *lighter
	informer    *informer
	publisher   *publisher // nil without Options.DoNotDisturb
	keeper      keeper
	proofs      maphash.Seed
	sending     atomic.Bool // the endpoint has been open: see renew
}

// New registers the SUBSCRIBE handler and starts the senders; call it before the
// UA's first Apply.
func New(o Options) *Adapter {
	a := &Adapter{
		ua: o.UA, hub: o.Hub, directory: o.Directory, log: o.Log,
		credentials: o.Credentials, realm: o.Realm,
		verifier: digest.NewVerifier(digest.Options{}),
		epoch:    time.Now(), dialogs: newDialogs(), bodies: newBodies(),
	}
	a.keeper.j = o.Journal
	a.proofs = maphash.MakeSeed()
	if a.trunk = o.Trunk; a.trunk == nil {
		a.trunk = func(netip.Addr) int { return 0 }
	}
	if a.credentials == nil {
		a.credentials = func(string) (string, bool) { return "", false }
	}
	a.sender = startSender(a.send)
	a.lighter = startLighter(o.Hub, o.Directory, a.dialogs)
	a.informer = startInformer(o.Hub, a.doubt)
	a.ua.HandleBrief("SUBSCRIBE", a.subscribe)
	if o.DoNotDisturb != nil {
		a.publisher = startPublisher(o.DoNotDisturb, o.Published)
		a.ua.HandleBrief("PUBLISH", a.publish)
	}
	a.ua.HandleBrief("NOTIFY", a.stray)
	a.ua.OnDialog(func(k sipua.Key) bool { return a.dialogs.find(k) != nil })
	a.ua.OnOpen(a.renew)
	a.ua.OnClose(a.dismiss)
	return a
}

// Close stops the adapter's goroutines and waits for them. Watchers are told
// nothing. Close the UA first, so that no request comes in any more.
func (a *Adapter) Close() {
	a.sender.close()
	a.lighter.close()
	a.informer.close()
	if a.publisher != nil {
		a.publisher.close()
	}
}

// Topics of `debug presence`.
const (
	topicErrors logbuf.Topic = "presence errors"
	topicTimer  logbuf.Topic = "presence timer"
	topicTrace  logbuf.Topic = "presence trace"
	topicXML    logbuf.Topic = "presence xml"
)

// debug writes one line in the guide's envelope.
func (a *Adapter) debug(t logbuf.Topic, id uint32, fn, format string, args ...any) {
	if a.log.Enabled(t) {
		a.log.Debugf(t, "//PRESENCE:[%d]:/%s: "+format, append([]any{id, fn}, args...)...)
	}
}
