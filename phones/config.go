package phones

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Defaults and bounds of what the registrar is told by configuration
// (Voice command reference: registrar server; CME command reference:
// attempted-registrations size).
const (
	DefaultMaxExpires   = 3600 * time.Second
	DefaultMinExpires   = 60 * time.Second
	defaultAttemptsSize = 10
	MaxAttemptsSize     = 50
	// DefaultRealm stands in a challenge when no `authenticate realm` is configured.
	DefaultRealm = "all"
)

// Config is everything the telephony side is told by the running
// configuration. modes/views.go fills it; the zero value means "nothing is
// configured". Slices are sorted by tag and are not changed after Apply.
type Config struct {
	// Mode is "cme" after `mode cme`, "" otherwise. Without it no phone registers.
	Mode string
	// SIPSource is `source-address A port P` of voice register global; the zero
	// value when it is not configured. Shown only; the socket belongs to sipua.
	SIPSource netip.AddrPort
	// RegistrarOn is `registrar server` under voice service voip / sip.
	RegistrarOn bool
	// MaxExpires and MinExpires bound a registration (`registrar server expires
	// max 120-86400 min 60-3600`); zero means the default, 3600 s and 60 s.
	MaxExpires, MinExpires time.Duration
	// AuthenticateRegister is `authenticate register`; it has an effect on pools
	// that have a username and a password.
	AuthenticateRegister bool
	// Realm is `authenticate realm`; empty means DefaultRealm.
	Realm string
	// AttemptsOff stores no refused phones (`attempted-registrations size 0`).
	AttemptsOff bool
	// AttemptsSize is the number of refused phones remembered, 1-50; zero means 10.
	AttemptsSize int

	Pools     []Pool
	DNs       []DN
	EphoneDNs []EphoneDN
	Ephones   []Ephone
	// Telephony is what `telephony-service` says for all phones.
	Telephony Telephony
	DialPeers []DialPeer
	// HuntGroups are the `ephone-hunt` groups by tag, then the `voice hunt-group` ones.
	HuntGroups []HuntGroup
	// UserProfiles and LogoutProfiles are those of Extension Mobility.
	UserProfiles, LogoutProfiles []Profile
	// Types are the phone types that the configuration adds, SCCP ones first, by name.
	Types []PhoneType
	// SIPToSIP is `allow-connections sip to sip`: a call from a SIP trunk may go out by one.
	SIPToSIP bool
	// CallList is `presence call-list` of presence mode: it holds for every phone.
	CallList bool
}

// Pool is one `voice register pool`: one SIP phone, or a group of phones that
// share an address rule.
type Pool struct {
	Tag int
	// At most one of MAC, IDIP and IDNetwork is set (`id mac|ip|network`).
	MAC       MAC
	IDIP      netip.Prefix // `id ip A mask M`
	IDNetwork netip.Prefix // `id network A mask M`
	// DeviceID is `id … device-id-name NAME`.
	DeviceID string
	// Type is the phone model, as typed ("7971").
	Type string
	// Numbers are the `number N dn TAG` lines, sorted by Index.
	Numbers []PoolNumber
	// Username and Password are the phone's digest credentials.
	Username, Password string
	// BLF are the `blf-speed-dial` keys, sorted by Tag.
	BLF []BLFKey
	// CallList is `presence call-list` of this pool.
	CallList bool
	// Template is the applied voice register template, 0 for none.
	Template int
	// Transport is `session-transport`, "udp" or "tcp"; empty means udp.
	Transport string

	SpeedDials []SpeedDial
	FastDials  []FastDial
	// CallWaiting is `call-waiting` (default on): a second call may ring on a busy line.
	CallWaiting bool
	// DnD is `dnd` of the pool: incoming calls are refused.
	DnD bool
	// BusyTrigger is `busy-trigger-per-button`: calls after which a line is busy; 0 means no limit of its own.
	BusyTrigger int
	// LogoutProfile makes it an Extension Mobility phone; 0 for none.
	LogoutProfile int
	// PagingDN is the ephone-dn tag of `paging-dn`, 0 for none.
	PagingDN int
}

// HasID reports whether the pool says which phone it is for.
func (p Pool) HasID() bool {
	return !p.MAC.IsZero() || p.IDIP.IsValid() || p.IDNetwork.IsValid() || p.DeviceID != ""
}

// PoolNumber is `number INDEX dn DN` of a pool.
type PoolNumber struct{ Index, DN int }

// BLFKey is one `blf-speed-dial` key of a phone.
type BLFKey struct {
	Tag           int
	Number, Label string
	Device        bool
}

// DN is one `voice register dn`.
type DN struct {
	Tag         int
	Number      string
	Watch       bool // allow watch
	Name, Label string
	Preference  int // 0-10
	Huntstop    bool
	// Forward is `call-forward b2bua {all | busy | mailbox | noan}`.
	Forward Forward
	// PickupGroup is `pickup-group`, "" for none.
	PickupGroup string
	// Shared is `shared-line`; MaxCalls its `max-calls` (2-16), 0 means 2.
	Shared     bool
	MaxCalls   int
	NoReg      bool
	AutoAnswer bool
	MWI        bool // `mwi`: phones are told whether messages wait
}

// MAC is the hardware address of a phone. The zero value means none.
type MAC [6]byte

// ParseMAC reads twelve hexadecimal digits in any usual grouping:
// 0015.6247.EF90, 00:15:62:47:ef:90, 00-15-62-47-EF-90, 00156247EF90.
func ParseMAC(s string) (MAC, error) {
	var m MAC
	digits := strings.Map(func(r rune) rune {
		if r == '.' || r == ':' || r == '-' {
			return -1
		}
		return r
	}, s)
	if len(s) > 17 || len(digits) != 12 {
		return MAC{}, fmt.Errorf("MAC address %.20q: not 12 hexadecimal digits", s)
	}
	if _, err := hex.Decode(m[:], []byte(digits)); err != nil {
		return MAC{}, fmt.Errorf("MAC address %.20q: %w", s, err)
	}
	return m, nil
}

// IsZero reports whether no address is set.
func (m MAC) IsZero() bool { return m == MAC{} }

// String is the IOS notation, 0015.6247.EF90; "" for the zero value.
func (m MAC) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02X%02X.%02X%02X.%02X%02X", m[0], m[1], m[2], m[3], m[4], m[5])
}

// Device is the device name made of it, SEP00156247EF90; "" for the zero value.
func (m MAC) Device() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("SEP%X", m[:])
}
