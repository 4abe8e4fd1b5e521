package phones

// Model is a phone model.
type Model struct {
	Name     string // "7960", as `type` has it
	Type     uint32 // SCCP device type
	Show     string // as `show ephone` calls it: "Telecaster 7960"
	Lines    int    // buttons that may be lines
	Display  bool
	BLF      bool // BLF speed dials (guide, restrictions)
	CallList bool // BLF call lists
	Analog   bool // a port of a gateway
	LampOnly bool // 7931: lamps, no icons
}

// ResetKind is how a phone is told to start again.
type ResetKind uint8

const (
	Restart ResetKind = iota // quick: the phone registers again
	Reset                    // full: DHCP and TFTP as well
)
