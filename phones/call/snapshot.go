package call

import (
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// Snapshot is a copy of everything there is to show of calls and lines.
type Snapshot struct {
	At time.Time
	// DNs are all configured directory numbers: ephone-dns by tag, then voice register dns.
	DNs []DNStatus
	// Devices are those in service: ephones by tag, pools by tag, then trunk and test calls.
	Devices []View
	// Numbers holds the line state of each local number as published; Phones that of the
	// phone whose primary number it is.
	Numbers, Phones map[string]presence.Line
	Conferences     []Conf
	Hunts           []Hunt
	Totals          Totals
}

// DNStatus is one directory number as it stands.
type DNStatus struct {
	ID                phones.DNID
	Number, Secondary string
	Name              string
	Kind              DNKind
	// InService: a phone has it, or it is a park slot, a paging or a conference number.
	InService bool
	Channels  []Channel
	// Tallies are those of the first channels of an ephone-dn; others had no call yet.
	Tallies []Tally
	Forward phones.Forward
	Waiting bool // messages
	DnD     bool
	// Parked is the call on a park slot, zero if there is none.
	Parked ParkedCall
	// Paging: a page is on, or one of a paging group with it; its phones that hear it.
	Paging []phones.Device
	// On lists where it appears.
	On []Appearance
}

// DNKind is what a directory number is for.
type DNKind uint8

const (
	LineDN DNKind = iota // of a phone, or of none
	ParkDN
	PagingDN
	ConferenceDN
)

// Appearance is a directory number on a button.
type Appearance struct {
	Device phones.Device
	Button int
	Sep    phones.Separator
}

// Channel is one channel of a directory number.
type Channel struct {
	State  State // 0 is idle
	Ref    uint32
	Device phones.Device // that has the call, none while it rings on several
	Remote Party
}

// ParkedCall is what waits on a park slot.
type ParkedCall struct {
	Ref       uint32
	Caller    Party
	By        Party // who parked it
	Since     time.Time
	Reminders int
}

// Hunt is a hunt group.
type Hunt struct {
	Voice bool // `voice hunt-group`
	Tag   int
	Next  int // place in its list of the member that rings first next; of a peer group
}

// HuntNext is Next of a hunt group, 1 if there is none.
func (s *Snapshot) HuntNext(voice bool, tag int) int {
	for _, h := range s.Hunts {
		if h.Voice == voice && h.Tag == tag {
			return h.Next
		}
	}
	return 1
}

// Conf is a running conference.
type Conf struct {
	DN      phones.DNID // conference number, none for a software one
	Number  string
	Kind    string // "ad-hoc", "meetme", "software"
	Creator phones.Device
	Parties []Party
}

// Totals count since start.
type Totals struct {
	Calls, Answered, Failed uint64
	Active                  int
}

// Number is one local number.
type Number struct {
	Number string
	DNs    []phones.DNID // ephone-dns first, by tag
	Line   presence.Line
	Device presence.Line // of the phone whose primary number it is
}
