package phones

import (
	"net/netip"
	"time"
)

// SkinnySnapshot is a copy of everything that `show ephone …` prints about SCCP
// phones themselves; their lines and calls are in call.Snapshot. phones/sccp makes it.
type SkinnySnapshot struct {
	At        time.Time
	Listening netip.AddrPort // zero while closed
	Ephones   []EphoneStatus // sorted by tag: every ephone that is configured, and automatic ones
	Attempts  []EphoneAttempt
	Sockets   int
	// Deceased and Unregistered count states of Ephones that have registered before.
	Registered, Unregistered, Deceased int
}

// EphoneState is the registration state of an ephone.
type EphoneState uint8

const (
	EphoneUnregistered EphoneState = iota
	EphoneRegistered
	EphoneDeceased // three keepalives missed
)

// String is the word of `show ephone`.
func (s EphoneState) String() string {
	switch s {
	case EphoneRegistered:
		return "REGISTERED"
	case EphoneDeceased:
		return "DECEASED"
	}
	return "UNREGISTERED"
}

// EphoneStatus is one ephone as it stands.
type EphoneStatus struct {
	Config Ephone
	Auto   bool // made by auto-reg-ephone, not configured
	State  EphoneState
	Device string // SEP…
	Socket int    // number of its TCP connection, counted from 1; -1 when down
	Remote netip.AddrPort
	// Type is the device type it registered with, Model the name of that ("7960"); zero when it never did.
	// Shown is what `show ephone` calls the device type, "" for one that nobody knows.
	Type                 uint32
	Model, Shown         string
	Version, InUse       int // SCCP versions: the phone's, the negotiated
	MaxStreams           int
	KeepAlives           uint64 // received since registration
	MaxLine              int    // line buttons of the model
	Available            int    // lines in the button template
	Resets               int    // Reset messages not yet followed by a new registration
	ResetPending         bool   // a reset waits for the end of the call
	Caps                 int    // codecs it says it can
	Load, LastReset      string // of its alarm: current load, reason of the last reset
	PreviousLoad         string
	Registered, LastSeen time.Time
	Spec                 Spec   // as registered
	User                 string // Extension Mobility user, "" none
	// BLF are its BLF speed-dial keys as subscribed.
	BLF []EphoneBLF
}

// EphoneBLF is one BLF speed-dial key of a registered phone.
type EphoneBLF struct {
	BLFKey
	SubID  uint32 // 0 while not subscribed
	Status int    // as sent: 0 unknown, 1 idle, 2 in use, 3 DnD
}

// EphoneAttempt is a device that was refused: `show ephone attempted-registrations`.
type EphoneAttempt struct {
	MAC    MAC
	Device string
	Addr   netip.Addr
	At     time.Time // of the newest
	Type   uint32
	Model  string
	Count  int
	Reason string
}
