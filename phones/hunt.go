package phones

import "time"

// HuntKind is the order in which the members of a hunt group ring.
type HuntKind uint8

// The kinds of hunt groups (CME command reference: ephone-hunt, voice hunt-group).
const (
	Sequential  HuntKind = iota // as they are listed
	Peer                        // from the one behind the member that rang last
	LongestIdle                 // the member first whose last answered call ended longest ago
	Parallel                    // all at once; voice hunt groups only
)

// HuntPresent says which members a call is offered to (CME command reference: present-call).
type HuntPresent uint8

// The choices of `present-call`.
const (
	PresentAll    HuntPresent = iota
	PresentIdle               // those whose phone has no call
	PresentOnhook             // those whose phone has the handset on the hook
)

// HuntGroup is one `ephone-hunt`, or one `voice hunt-group`.
type HuntGroup struct {
	Voice bool // `voice hunt-group`
	Tag   int
	Kind  HuntKind
	// Pilot and SecondPilot are dialled to reach it; "": none.
	Pilot, SecondPilot string
	// Name and SecondName are shown on the members' phones for the pilot numbers.
	Name, SecondName             string
	Preference, SecondPreference int // among equal numbers, 0 is tried first
	// Members are numbers; "*" is a place that nobody has joined.
	Members []string
	// Final takes calls that no member takes; "": they fail.
	Final string
	// Hops are the members that are tried; 0: each once.
	Hops int
	// Timeouts is how long each member rings; one for all, one each, or none: as
	// `timeouts ringing` says.
	Timeouts []time.Duration
	// MaxTimeout is how long all of them ring together; 0: as long as it takes.
	MaxTimeout time.Duration
	// FromRing counts a member as used when it rang, not only when it answered.
	FromRing bool
	Present  HuntPresent
	// LocalStays is `no forward local-calls`: a call from a phone of this system goes
	// to the first member only; of a voice hunt-group, where it reads `no forward
	// local-calls to-final`, to all members but not to the final number.
	LocalStays bool
}
