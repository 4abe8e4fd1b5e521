package phones

import (
	"net/netip"
	"time"
)

// Telephony is `telephony-service`: what holds for all SCCP phones and for the
// calls of all phones. The zero value of a duration or a limit means its default.
type Telephony struct {
	On     bool           // the block exists
	Source netip.AddrPort // `ip source-address A port P`; SCCP is served there. Zero: not configured
	// MaxEphones and MaxDN are `max-ephones` and `max-dn`; 0 means none may be used.
	MaxEphones, MaxDN int
	KeepAlive         time.Duration // `keepalive`, 10 s to 65535 s; 30 s
	AutoReg           bool          // `auto-reg-ephone`, default on
	AutoAssign        []AutoAssign
	MaxProtocol       int // highest SCCP version offered, 3 to 17; 9

	DateFormat    string // "mm-dd-yy" (default), "dd-mm-yy", "yy-dd-mm", "yy-mm-dd"
	TimeFormat    int    // 12 (default) or 24
	TimeZone      int    // `time-zone`, 1-54; kept for display only
	SystemMessage string // `system message`; "" means the default text
	Voicemail     string // `voicemail`: number behind the messages button

	Interdigit   time.Duration // `timeouts interdigit`; 10 s
	Ringing      time.Duration // `timeouts ringing`; 180 s
	MaxRedirect  int           // `max-redirect`; 10
	BusyTone     time.Duration // `timeouts busy`; 10 s
	TransferBack time.Duration // `timeouts transfer-recall`; 0: never

	TransferSystem   string   // "full-consult" (default), "full-blind", "blind", "local-consult"
	TransferPatterns []string // `transfer-pattern`: numbers beyond local ones that calls may be transferred to
	ForwardMaxLength int      // `call-forward max-length` default of all dns, -1: no limit
	MaxConferences   int      // three-party conferences at a time; 0 means 6, the configuration says 12 by default
	HardwareConf     bool     // `conference hardware`: ad-hoc and meet-me on conference dns
	DirectedPickup   bool     // `service directed-pickup`, default on
	GroupPickup      bool     // `service directed-pickup gpickup`
	URLs             []URL    // `url KIND URL`
	LastNameFirst    bool     // `directory last-name-first`
	Directory        []DirectoryEntry
	DialplanPatterns []DialplanPattern
	CNFStamp         string // of `create cnf-files`, "" while none were created
	FAC              bool   // `fac standard`
	FACs             []FAC  // `fac custom NAME CODE`, in place of the standard code of that name
	// LogoutTimes is `em logout T [T] [T]`: minutes after midnight, 0 to 1440, at
	// which all Extension Mobility users are logged out.
	LogoutTimes []int
}

// URL is `url KIND URL`: "directories", "services", "messages", "information", "authentication", "idle", "proxy-server".
type URL struct{ Kind, URL string }

// FAC is a feature access code: Name is "callfwd all", "pickup local" … (CME command reference: fac).
type FAC struct{ Name, Code string }

// DirectoryEntry is `directory entry TAG NUMBER name NAME`.
type DirectoryEntry struct {
	Tag          int
	Number, Name string
}

// DialplanPattern is `dialplan-pattern TAG PATTERN extension-length N [extension-pattern P]`.
type DialplanPattern struct {
	Tag              int
	Pattern          string // digits and `.`
	Length           int
	ExtensionPattern string
}

// AutoAssign is `auto assign FIRST to LAST [type T] [cfw NUMBER timeout S]`.
type AutoAssign struct {
	First, Last int
	Type        string // "" any
	Forward     string
	Timeout     time.Duration
}

// EphoneDN is one `ephone-dn`. What its template sets and it does not is merged in.
type EphoneDN struct {
	Tag               int
	Number, Secondary string
	Watch             bool // its own `allow watch`, or its template's
	Name, Label       string
	Description       string
	Preference        int  // 0-10
	SecondPreference  int  // of the secondary number; 9
	Channels          int  // 1, 2 (dual-line) or 8 (octo-line)
	Huntstop          bool // default on
	HuntstopChannel   int  // channels for incoming calls; 0: all. Plain `huntstop channel` is 1 of dual-line, 4… see CME command reference
	Forward           Forward
	PickupGroup       string // "" none
	PickupAnyGroup    bool
	Park              *ParkSlot     // park-slot, nil if it is none
	Paging            *Paging       // paging, nil if it is none
	Conference        string        // "ad-hoc", "meetme", "unlocked", or ""
	HoldAlert         time.Duration // `hold-alert`; 0: none
	HoldAlertWho      string        // "idle", "originator", "shared", "shared-idle"
	NoCallWaitingBeep bool          // `no call-waiting beep accept`
	Intercom          *Intercom
	MWI               string // `mwi on|off|on-off`: calls to it set the lamp of the number that follows
	TransferBlind     bool   // `transfer-mode blind`
}

// Forward is the call forwarding of a directory number. "" means not forwarded.
type Forward struct {
	All, Busy, NoAnswer string
	Timeout             time.Duration // before NoAnswer; 3 s to 60000 s
	MaxLength           int           // digits a user may enter with CFwdAll; -1 no limit, 0 forbids it
}

// ParkSlot is `park-slot` (CME command reference: park-slot).
type ParkSlot struct {
	Directed    bool
	Group       int    // reservation-group, 0 none
	ReservedFor string // number of the phone whose private slot it is
	// Timeout is the time between two reminders, Limit their number; after the
	// last one the parked call is disconnected, recalled or transferred. 0: no reminders, the call stays.
	Timeout    time.Duration
	Limit      int
	Notify     string // another number is reminded too, or only that with NotifyOnly
	NotifyOnly bool
	Recall     bool
	Transfer   string
	Alternate  string
	Retry      time.Duration
	RetryLimit int
}

// Paging is `paging [ip A port P]` or `paging group`.
type Paging struct {
	Multicast netip.AddrPort // zero: phones are paged one by one (unicast)
	Group     []int          // ephone-dn tags of `paging group`; the group's own number pages all of them
}

// Intercom is `intercom NUMBER`.
type Intercom struct {
	Number                string
	BargeIn, NoAutoAnswer bool
	Label                 string
}

// Separator says how a button uses its directory numbers (CME command reference: button).
type Separator byte

const (
	Normal      Separator = ':'
	Beep        Separator = 'b' // beep, no ring
	Feature     Separator = 'f' // feature ring: triple pulse
	Silent      Separator = 's' // no ring, no call-waiting beep
	Monitor     Separator = 'm' // lamp of one ephone-dn, speed dial to it
	Watch       Separator = 'w' // lamp of the phone whose primary dn it is
	Overlay     Separator = 'o' // several dns, no call waiting
	OverlayWait Separator = 'c' // several dns, with call waiting
	Rollover    Separator = 'x' // more calls of overlay button Of
)

// Button is one element of `button`.
type Button struct {
	Number int // 1-34
	Sep    Separator
	DNs    []int // ephone-dn tags, in the order typed; none for Rollover
	Of     int   // Rollover: the overlay button
}

// Ephone is one `ephone`. What its template sets and it does not is merged in.
type Ephone struct {
	Tag         int
	MAC         MAC
	Type        string   // "7960"; "" not configured
	Addons      []string // expansion modules: "7914", "7915-12" …
	Description string
	Buttons     []Button
	BLF         []BLFKey
	SpeedDials  []SpeedDial
	FastDials   []FastDial
	CallList    bool
	Template    int // tag of the applied ephone-template, 0 none
	// Softkeys are the keys in each call state that the template arranges, by
	// state ("idle", "seized", "alerting", "connected", "hold", "ringing",
	// "remote-in-use"); a state that is absent has the default keys.
	Softkeys                             map[string][]string
	AutoLine                             AutoLine
	Username, Password, PIN              string
	LogoutProfile                        int           // Extension Mobility; 0 none
	PagingDN                             int           // 0 none
	PagingMulticast                      bool          // default multicast
	FeatureRingDnD                       bool          // `dnd feature-ring`, default on: feature-ring buttons stay silent while DnD
	KeepAlive                            time.Duration // `keepalive`, overrides telephony-service; 0 not set
	Codec                                string        // "g711ulaw" by default, "g722r64", "g729r8", "ilbc"
	MaxCallsPerButton, BusyTrigger       int           // 0: not set
	KeepConference                       bool          // the conference goes on when its creator leaves
	KeepLast                             bool          // `keep-conference drop-last`: Confrn drops the last party
	KeepEndCall                          bool
	KeepLocal                            bool
	ParkGroup                            int // park reservation-group
	TransferParkBlocked, TransferBlocked bool
	MWILine                              int  // 1
	Analog                               bool // `type anl`, `type ata`, `bri`, `vgc-phone`
}

// AutoLine is `auto-line` of an ephone: the line that is chosen when the handset is lifted.
type AutoLine struct {
	Off      bool // `no auto-line`
	Button   int  // 0: the lowest free one. The button's dn is the phone's primary one
	Answer   bool // `answer-incoming`
	Incoming bool // `auto-line incoming`: lifting the handset answers only, it never seizes a line
}

// SpeedDial is `speed-dial TAG NUMBER [label TEXT]`.
type SpeedDial struct {
	Tag           int
	Number, Label string // a leading + of Number (locked) is taken off
}

// FastDial is `fastdial TAG NUMBER [name TEXT]`: the personal speed-dial menu.
type FastDial struct {
	Tag          int
	Number, Name string
}

// DialPeer is `dial-peer voice TAG voip` with `session protocol sipv2`: a SIP trunk.
type DialPeer struct {
	Tag        int
	Pattern    string         // destination-pattern: digits, `.`, `[..]`, `T`, `+`, `,`
	Target     netip.AddrPort // session target ipv4:A[:P]; invalid: none
	Preference int            // 0-10
	Huntstop   bool
	Shutdown   bool
	Transport  string // session transport, "udp" or "tcp"
	Incoming   string // incoming called-number
}

// Profile is a `voice user-profile` or a `voice logout-profile` (CME command reference).
type Profile struct {
	Tag            int
	User, Password string // user-profile: who logs in; logout-profile: who may act on the phone
	PIN            string
	Numbers        []ProfileNumber
	SpeedDials     []ProfileSpeedDial
	MaxIdle        time.Duration // `max-idle-time`: logged out after that; 0 never
}

// ProfileNumber is `number N[,N...] type {beep-ring | feature-ring | monitor-ring | silent-ring | normal | overlay | cw-overlay}`.
type ProfileNumber struct {
	Numbers []string
	Sep     Separator
}

// ProfileSpeedDial is `speed-dial TAG NUMBER [label TEXT] [blf]`.
type ProfileSpeedDial struct {
	Tag           int
	Number, Label string
	BLF           bool
}

// DefaultMaxProtocol is the highest SCCP version offered unless configured: that
// of the releases the guide describes.
const DefaultMaxProtocol = 9
