// Package presence is the presence agent: the line-state hub, its subscriptions
// and the policy that admits and ends them.
//
// Every source of line state calls Hub.Publish and every watcher, whatever its
// wire, is a subscription with a Sink. The core (core.go) is a pure step
// function, step(now, input) []effect: no I/O, no clock and no goroutine. It is
// sharded by presentity number, so that a line and all who watch it live on one
// goroutine, which also owns one timer for every expiry of the shard.
//
// Goroutines: New starts one per shard; Close stops and waits for them. Callers
// may use a Hub from any goroutine except from within Sink.Notify.
//
// Back-pressure: each shard takes calls from a bounded queue and callers wait
// while it is full, since a shard never waits for anybody. Publish never waits:
// it keeps the newest state per line, so what is pending is bounded by the
// number of lines.
//
// The package knows the standard library and internal/logbuf only. Adapters
// (presence/sip, phones/sccp) and modes import it.
package presence

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// State is what a lamp shows of a line. Ringing counts as in use (guide,
// "Presence Service").
type State uint8

const (
	Unknown State = iota // phone unregistered, or the line may not be watched
	Idle
	Busy
)

// String is the word of `show presence subscription` (guide): idle, busy or unknown.
func (s State) String() string {
	switch s {
	case Idle:
		return "idle"
	case Busy:
		return "busy"
	default:
		return "unknown"
	}
}

// Line is the state of one directory number. The zero Line is unknown.
type Line struct {
	State   State
	DnD     bool // Do Not Disturb, ephone-dns only (guide: CME 7.1)
	Ringing bool // an incoming call alerts; State is Busy then
}

// Number is the policy for one local directory number.
type Number struct {
	Watch bool // `allow watch` of the dn, or of its template
}

// Config is all that the agent needs to know. It must not be changed after it
// was handed over: shards and snapshots share its map.
type Config struct {
	Enabled              bool // `presence`
	SIPEnabled           bool // `presence enable` under sip-ua: SUBSCRIBEs are taken
	WatchAll             bool // `watcher all`: watchers from SIP trunks are admitted
	AllowSubscribe       bool // `allow subscribe`: numbers of others may be watched
	CallList             bool // `presence call-list`
	AuthenticatePresence bool // `authenticate presence`: trunks are challenged
	Server               netip.Addr
	MaxSubscriptions     int           // 100 to 500 by default; 0 means 100
	RetryInterval        time.Duration // sccp blf-speed-dial, 60 s to 3600 s
	RetryLimit           int           // 10 to 100
	RouterMode           string        // "CME mode"
	Keys                 int           // of phones, that watch a number (`blf-speed-dial`): room is kept for them
	Trunks               int           // addresses that dial-peers lead to: none may take the room of all
	Numbers              map[string]Number
}

// DefaultMaxSubscriptions holds while `max-subscription` is not configured.
const DefaultMaxSubscriptions = 100

// WatcherKind says over which wire a watcher came.
type WatcherKind uint8

const (
	SIPPhone WatcherKind = iota // a registered SIP phone
	SIPTrunk                    // any other SIP peer: an external watcher
	SCCPSpeedDial
	SCCPCallList
)

// SIP says whether the watcher is reached by SUBSCRIBE and NOTIFY.
func (k WatcherKind) SIP() bool { return k == SIPPhone || k == SIPTrunk }

// String is the text of the row "Watcher phone type" (CME command reference:
// show presence subscription).
func (k WatcherKind) String() string {
	switch k {
	case SIPPhone:
		return "SIP Phone"
	case SIPTrunk:
		return "SIP Trunk"
	case SCCPSpeedDial:
		return "SCCP [BLF Speed Dial]"
	case SCCPCallList:
		return "SCCP [BLF Call List]"
	default:
		return fmt.Sprintf("WatcherKind(%d)", uint8(k))
	}
}

// Party is one end of a subscription: a user or number at a host.
type Party struct{ User, Host string }

// String is the form of the show tables, user@host.
func (p Party) String() string { return shown(p.User) + "@" + shown(p.Host) }

// Printable says that a text from outside may be shown as it is: it is not empty, valid
// UTF-8, and has no control characters, which would steer terminals or forge lines.
func Printable(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, unprintable)
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

// shown is a text with "?" for what may not be shown.
func shown(s string) string {
	if s == "" || Printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unprintable(r) {
			return '?'
		}
		return r
	}, s)
}

// Request asks for one subscription. Strings are kept as long as the
// subscription lives: an adapter clones what it cut from a larger message.
type Request struct {
	Watcher    Party
	Presentity Party // User is the directory number
	Kind       WatcherKind
	// Device watches the phone whose primary directory number it is, in place of the
	// number (guide, "Device-Based BLF Monitoring"). Remote watchers and call lists
	// cannot: for them it is ignored.
	Device bool
	// Dark is for a watcher that must not be lit: it sees unknown whatever happens.
	Dark        bool
	Expires     time.Duration // granted by the adapter; 0 is a fetch (RFC 6665 4.4.3)
	DialPeerTag int           // dial-peer of the trunk, 0 if none
	Sink        Sink          // required
	Phone       string        // name of the phone, for debugging
}

// Sink takes the notes of one or many subscriptions.
type Sink interface {
	// Notify is called on a shard goroutine, or on one that is in a method of the
	// Hub, never concurrently for one subscription, and never again for it once a
	// Note had Active false. It must not block and must not call the Hub.
	Notify(Note)
}

// Reasons why a subscription ended, in the words of RFC 6665 4.1.3.
const (
	ReasonDeactivated = "deactivated"
	ReasonProbation   = "probation"
	ReasonRejected    = "rejected"
	ReasonTimeout     = "timeout"
	ReasonGiveUp      = "giveup"
	ReasonNoResource  = "noresource"
)

// Note tells a watcher the whole truth about its subscription at one moment: a
// later Note replaces an earlier one, so that an adapter keeps only the newest.
type Note struct {
	SubID      uint32
	Number     string
	Line       Line
	SibID      uint32        // of the outgoing record, 0 if there is none
	Active     bool          // false: the subscription has ended, this is the last Note
	Gone       bool          // with Active false: the watcher cannot be reached, tell it nothing
	Reason     string        // RFC 6665 4.1.3; empty while active
	RetryAfter time.Duration // for ReasonProbation and ReasonGiveUp; 0 if not given
	Expires    time.Duration // time left, from when the Note was made
	Version    uint64        // of what is watched, as watchers see it; equal versions of a number carry an equal Line
}

// Record is one subscription as `show presence subscription` prints it.
type Record struct {
	ID             uint32
	Watcher        Party
	Presentity     Party
	Expires        time.Duration // granted by the last SUBSCRIBE
	Since          time.Time     // of the first SUBSCRIBE
	Line           Line          // as this watcher may see it
	WatcherType    Locality
	PresentityType Locality
	Kind           WatcherKind
	Device         bool
	SibID          uint32 // the outgoing record of a remote presentity, else 0
	DialPeerTag    int
	Incoming       bool // Incoming Indication, else Outgoing Request
	Retry          int  // failed attempts in a row
	Phone          string
	Sink           Sink // Watchers only
}

// Locality is local or remote as seen from this router.
type Locality bool

const (
	Local  Locality = false
	Remote Locality = true
)

// String is the word of the show record.
func (l Locality) String() string {
	if l == Remote {
		return "remote"
	}
	return "local"
}

// Snapshot is a copy of the agent's state; each shard is consistent in itself.
type Snapshot struct {
	Config  Config
	Records []Record // sorted by ID
}

var (
	// ErrDisabled: `presence` is missing, or `presence enable` for a SIP watcher.
	ErrDisabled = errors.New("presence is not enabled")
	// ErrForbidden: an external watcher without `watcher all`.
	ErrForbidden = errors.New("watcher is not allowed")
	// ErrNotFound: the presentity is no local directory number.
	ErrNotFound = errors.New("no such directory number")
	// ErrGone: no subscription has this ID any more.
	ErrGone = errors.New("no such subscription")
	// ErrClosed: the hub was closed.
	ErrClosed = errors.New("presence hub is closed")
)

// ErrLimit refuses a subscription beyond `max-subscription`.
type ErrLimit struct {
	RetryAfter time.Duration // when to ask again
	Share      bool          // not all are taken, but all that an external watcher may have
}

func (e ErrLimit) Error() string { return "maximum number of subscriptions reached" }
