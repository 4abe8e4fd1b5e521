package phones

import (
	"fmt"
	"net/netip"
	"time"
)

// Registration is one REGISTER request, taken apart.
type Registration struct {
	Number    string // user part of To
	CallID    string
	CSeq      uint32
	Source    netip.AddrPort
	Untrusted bool   // a trusted list is in force and Source is not in it; see Welcome
	Transport string // "udp", "tcp"
	UserAgent string
	// Star is `Contact: *`. Contacts is empty then; both empty is a query.
	Star     bool
	Contacts []Contact
	// Expires is the Expires header in seconds; negative when there is none.
	Expires int
	// Hints are further header values in which phones name themselves (Reason,
	// X-… headers, device-id); SEP<mac> is looked for in them.
	Hints []string
	// Authenticated is the user name whose digest the caller has verified, "" if none.
	Authenticated string

	id *identity // see who
}

// who is what the request says about its device, found out once.
func (reg *Registration) who() identity {
	if reg.id == nil {
		reg.id = &identity{}
		if reg.check() == nil { // else it is refused whoever it is
			*reg.id = identify(*reg)
		}
	}
	return *reg.id
}

// Contact is one element of a Contact header.
type Contact struct {
	URI  string // as received, without angle brackets and header parameters
	User string
	Host string
	Port int // 0 when the URI has none
	// Transport is the transport parameter of the URI, "" if none.
	Transport string
	Instance  string // +sip.instance without the quotes
	Params    string // the header parameters, in which a device name is looked for
	Expires   int    // seconds; negative when there is none
}

// Result is the answer to a REGISTER that succeeded.
type Result struct {
	// Contacts are all contacts of the number after the request, oldest dial
	// peer first; the 200 lists them with their Remaining time.
	Contacts []Binding
	At       time.Time
}

// Credentials are what a challenge for a REGISTER checks.
type Credentials struct{ Realm, Username, Password string }

// Error is a refused REGISTER. Code and Reason are the status line.
type Error struct {
	Code       int
	Reason     string
	MinExpires time.Duration // 423 only
	Cause      string        // for the log
}

func (e *Error) Error() string {
	if e.Cause == "" {
		return fmt.Sprintf("register refused: %d %s", e.Code, e.Reason)
	}
	return fmt.Sprintf("register refused: %d %s: %s", e.Code, e.Reason, e.Cause)
}
