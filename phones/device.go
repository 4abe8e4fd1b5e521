package phones

import (
	"fmt"
	"net/netip"
)

// DeviceKind says what takes part in calls.
type DeviceKind uint8

const (
	EphoneDevice DeviceKind = iota + 1 // an SCCP phone, Tag is the ephone's
	PoolDevice                         // a SIP phone, Tag is the voice register pool's
	TrunkDevice                        // one call of a SIP trunk, Tag counts calls
	TestDevice                         // `csim start`, Tag counts calls
)

// Device is one of them. It may be a map key; the zero value is none.
type Device struct {
	Kind DeviceKind
	Tag  int
}

// String is the form of debug output: ephone-1, pool-1, trunk-7, csim-1.
func (d Device) String() string {
	switch d.Kind {
	case EphoneDevice:
		return fmt.Sprintf("ephone-%d", d.Tag)
	case PoolDevice:
		return fmt.Sprintf("pool-%d", d.Tag)
	case TrunkDevice:
		return fmt.Sprintf("trunk-%d", d.Tag)
	case TestDevice:
		return fmt.Sprintf("csim-%d", d.Tag)
	}
	return "none"
}

// Phone reports whether a device has lines of its own.
func (d Device) Phone() bool { return d.Kind == EphoneDevice || d.Kind == PoolDevice }

// DNID names a directory number: an ephone-dn or a voice register dn, by tag.
// The zero value is none.
type DNID struct {
	SIP bool // voice register dn
	Tag int
}

// String is the form of debug output and show commands: "DN 1", "register dn 1".
func (d DNID) String() string {
	if d.SIP {
		return fmt.Sprintf("register dn %d", d.Tag)
	}
	return fmt.Sprintf("DN %d", d.Tag)
}

// Spec is what a device is while it is in service. It is fixed at registration:
// changes of buttons take effect at the next `restart` or `reset`, as on a router.
type Spec struct {
	Model string // "7960"; "" not known
	Addr  netip.Addr
	Name  string // SEP… device name
	// Session tells one registration of an SCCP phone from the next: views of an
	// earlier one are not shown.
	Session uint64
	Lines   []SpecLine
	// Primary is the button whose first directory number is the phone's primary
	// one: button 1, or that of `auto-line` (guide); 0 when there is none.
	Primary int
	// AutoLine is what lifting the handset does.
	AutoLine AutoLine
	// User is the Extension Mobility user logged in, "" for none.
	User string

	PagingDN                                         int // ephone-dn tag, 0 none
	PagingMulticast                                  bool
	FeatureRingDnD                                   bool // feature-ring buttons stay silent while DnD
	DnD                                              bool // in force from the start (`dnd` of a pool)
	BusyTrigger                                      int  // calls after which a line counts as busy, 0: all channels
	MaxCalls                                         int  // max-calls-per-button of octo-lines, 0: 8
	CallWaiting                                      bool // pools
	KeepConference, KeepLast, KeepEndCall, KeepLocal bool
	ParkGroup                                        int
	TransferParkBlocked, TransferBlocked             bool
	Codec                                            string
}

// SpecLine is one line button.
type SpecLine struct {
	Button int
	Sep    Separator
	DNs    []DNID // the first of an overlay is the button's own number
	Of     int    // Rollover: the overlay button
}

// Primary DN of a device, the zero value when it has none.
func (s Spec) PrimaryDN() DNID {
	for _, l := range s.Lines {
		if l.Button == s.Primary && len(l.DNs) > 0 {
			return l.DNs[0]
		}
	}
	return DNID{}
}

// Devices is told which devices are in service: the call model is. Calls must not
// block for long and never call back.
type Devices interface {
	// Register puts a device in service, or replaces what it is; calls on lines
	// that it no longer has are released.
	Register(d Device, s Spec)
	// Unregister takes a device out of service and releases its calls.
	Unregister(d Device)
}
