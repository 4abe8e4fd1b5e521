// Package digest is SIP digest authentication, both sides: RFC 7616 and RFC 2617
// as RFC 8760 profiles them (MD5 and SHA-256, qop=auth).
//
// The verifier keeps no state per challenge: a nonce carries its time and a MAC.
// Only nonces that were used have an entry, for the replay window of their nonce
// counts. It starts no goroutine; all methods may be called concurrently.
package digest

import (
	"net/netip"
	"time"
)

// Options of a Verifier. Zero values mean the default in brackets.
type Options struct {
	Now         func() time.Time // [time.Now]
	Lifetime    time.Duration    // of a nonce, then stale=true [5 min]
	MaxNonces   int              // used nonces remembered [65536]; beyond that the oldest go, and count as stale
	MaxFailures int              // per source within Window, then Blocked [20]
	Window      time.Duration    // [1 min]
	MaxSources  int              // sources with failures remembered [4096]; beyond that the oldest go
}

// Request is what is verified.
type Request struct {
	Method        string
	URI           string   // request URI, compared loosely (user and host) with the uri parameter
	Authorization []string // all Authorization (or Proxy-Authorization) values
	Source        netip.Addr
	Realm         string
}

// Outcome of Verify.
type Outcome uint8

const (
	NoCredentials Outcome = iota // none for this realm: challenge
	OK                           // User is authenticated
	Stale                        // right password, old or unknown nonce: challenge with stale=true
	Denied                       // wrong user, password or replay: challenge, or 403
	Blocked                      // too many failures from this source: 403 or silence, do not challenge
)

// Result of Verify. User is set for OK only.
type Result struct {
	Outcome Outcome
	User    string
}

// Verifier checks credentials.
type Verifier struct{}

// NewVerifier makes a verifier with a random secret.
func NewVerifier(o Options) *Verifier { return &Verifier{} }

// Challenges returns the values for WWW-Authenticate (or Proxy-Authenticate)
// headers in order of preference: SHA-256, then MD5. RFC 8760 2.3.
func (v *Verifier) Challenges(realm string, stale bool) []string { return nil }

// Verify checks credentials against the password that lookup gives for a user.
// An unknown user takes as long as a wrong password.
func (v *Verifier) Verify(r Request, lookup func(user string) (password string, ok bool)) Result {
	return Result{}
}

// Client answers challenges of one server for one account. It reuses the last
// challenge with rising nonce counts. Safe for concurrent use.
type Client struct{}

// NewClient makes a client with the account's credentials. They are never logged.
func NewClient(user, password string) *Client { return &Client{} }

// Answer takes all WWW-Authenticate (or Proxy-Authenticate) values of a 401/407,
// picks the first it can answer and whose realm fits (realm "" fits all), and
// returns the Authorization value for the repeated request. ok is false if there
// is none, or if the same nonce was refused already without stale=true.
func (c *Client) Answer(challenges []string, realm, method, uri string) (value string, ok bool) {
	return "", false
}

// Authorization answers the last challenge again for a further request, so that
// it need not be challenged. ok is false before the first challenge.
func (c *Client) Authorization(method, uri string) (value string, ok bool) { return "", false }
