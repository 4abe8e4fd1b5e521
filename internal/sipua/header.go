package sipua

import (
	"net/netip"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Values returns the values of all headers of that name, compact form included,
// in order of appearance, unsplit.
func Values(m sip.Message, name string) []string { return nil }

// Value is the first of Values, or "".
func Value(m sip.Message, name string) string { return "" }

// List splits the values of a comma list header into trimmed elements. Commas in
// quotes and in <> do not count. Not for Authorization and the like.
func List(m sip.Message, name string) []string { return nil }

// Param finds a parameter whatever its case and the blanks around it; quotes are
// taken off.
func Param(p sip.HeaderParams, name string) (string, bool) { return "", false }

// SplitValue cuts "token;a=b;c" into the token and its parameters (Event, Accept,
// Content-Type, Subscription-State, ...). Parameter names are in lower case.
func SplitValue(v string) (token string, params map[string]string) { return "", nil }

// FromTag and ToTag return the tags, "" if there is none.
func FromTag(m sip.Message) string { return "" }

// ToTag returns the To tag, "" if there is none.
func ToTag(m sip.Message) string { return "" }

// Expires reads the Expires header; ok is false if there is none or it is no
// number. Values above 2^32-1 s count as 2^32-1 s.
func Expires(m sip.Message) (time.Duration, bool) { return 0, false }

// Contact is one binding of a Contact header.
type Contact struct {
	Star       bool // "*"
	URI        sip.Uri
	Text       string // the URI as written
	Q          string
	Expires    time.Duration
	HasExpires bool
	Params     sip.HeaderParams
}

// Contacts parses all Contact headers. An error means 400.
func Contacts(m sip.Message) ([]Contact, error) { return nil, nil }

// Unsupported lists the option tags of Require that are not in supported: answer
// 420 with them in Unsupported. RFC 3261 8.2.2.3.
func Unsupported(req *sip.Request, supported ...string) []string { return nil }

// User is the user part of a SIP URI, unescaped and without parameters
// (";phone-context=..."), or the number of a tel URI.
func User(u *sip.Uri) string { return "" }

// TargetOf is the address that a URI names, with its transport parameter. ok is
// false if the host is no IP address.
func TargetOf(u *sip.Uri) (Target, bool) { return Target{}, false }

// SourceOf reports whether host (of a URI or Via) is the address a.
func SourceOf(host string, a netip.Addr) bool { return false }

// ReasonPhrase is the usual phrase of a status code.
func ReasonPhrase(code int) string { return "" }
