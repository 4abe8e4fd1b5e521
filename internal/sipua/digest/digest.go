// Package digest is SIP digest authentication, both sides: RFC 7616 and RFC 2617
// as RFC 8760 profiles them (MD5 and SHA-256, qop=auth). Header syntax and the
// digest itself are github.com/icholy/digest's; this room adds what a server
// needs around it.
//
// The verifier keeps no state per challenge: a nonce carries its time and a MAC,
// and is good for the address that it was given to. Only nonces that were used
// have an entry, for the replay window of their nonce counts. A wrong password
// counts only with such a nonce, so that nobody can lock out a user at an address
// where he receives nothing. Failures are counted for each user of a source and for
// the source: trying many users with one password is no way around the limit.
// It starts no goroutine; all methods may be called concurrently. Any room may import
// it; it imports no other room.
package digest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	icholy "github.com/icholy/digest"
)

// Options of a Verifier. Zero values mean the default in brackets.
type Options struct {
	Now         func() time.Time // [time.Now]
	Lifetime    time.Duration    // of a nonce, then stale=true [5 min]
	MaxNonces   int              // used nonces remembered [65536]; beyond that the oldest go, and count as stale
	MaxFailures int              // per source and user within Window, then Blocked [20]
	MaxGuesses  int              // per source within Window, whatever the user, then Blocked [100]
	Window      time.Duration    // [1 min]
	MaxSources  int              // sources, and pairs of source and user, with failures remembered, of each [4096]; beyond that the oldest go
}

// Request is what is verified.
type Request struct {
	Method        string
	URI           string     // request URI; its user and host must be those of the uri parameter
	Authorization []string   // all Authorization (or Proxy-Authorization) values
	Source        netip.Addr // whose nonce it must be; for the failure limit
	Realm         string
}

// Outcome of Verify.
type Outcome uint8

// What to do about a request.
const (
	NoCredentials Outcome = iota // none for this realm: challenge
	OK                           // User is authenticated
	Stale                        // nonce too old or not given to this source: challenge with stale=true (RFC 7616 3.3)
	Denied                       // wrong user or password, or a replay: challenge, or 403
	Blocked                      // too many failures of this source, or of this user from there: 403, do not challenge
)

// String names the outcome for debug output.
func (o Outcome) String() string {
	return [...]string{"no credentials", "ok", "stale nonce", "denied", "blocked"}[o]
}

// Result of Verify. User is set for OK only.
type Result struct {
	Outcome Outcome
	User    string
}

// Verifier checks credentials.
type Verifier struct {
	o      Options
	secret [32]byte
	decoy  string // password of users that do not exist

	mu       sync.Mutex
	nonces   nonces
	failures failures[account]
	guesses  failures[netip.Addr]
}

// NewVerifier makes a verifier with a random secret: nonces of an earlier run
// are stale.
func NewVerifier(o Options) *Verifier {
	if o.Now == nil {
		o.Now = time.Now
	}
	def(&o.Lifetime, 5*time.Minute)
	def(&o.Window, time.Minute)
	def(&o.MaxNonces, 1<<16)
	def(&o.MaxFailures, 20)
	def(&o.MaxGuesses, 100)
	def(&o.MaxSources, 1<<12)
	v := &Verifier{o: o, decoy: rand.Text()}
	_, _ = rand.Read(v.secret[:]) // never fails, crypto/rand
	v.nonces = newNonces(o.MaxNonces)
	v.failures = newFailures[account](o.MaxSources)
	v.guesses = newFailures[netip.Addr](o.MaxSources)
	return v
}

func def[T int | time.Duration](n *T, d T) {
	if *n <= 0 {
		*n = d
	}
}

// Challenges returns the values for WWW-Authenticate (or Proxy-Authenticate)
// headers to source in order of preference: SHA-256, then MD5 (RFC 8760 2.3). Both
// carry the same fresh nonce: only one of them will be answered.
func (v *Verifier) Challenges(source netip.Addr, realm string, stale bool) []string {
	nonce := v.newNonce(source, realm)
	var list []string
	for _, algorithm := range []string{"SHA-256", "MD5"} {
		list = append(list, (&icholy.Challenge{Realm: realm, Nonce: nonce, Stale: stale,
			Algorithm: algorithm, QOP: []string{"auth"}}).String())
	}
	return list
}

// A nonce is base64(time, 8 random bytes, MAC over these, the source and the realm).
const (
	nonceHead = 16
	nonceMAC  = 16
)

func (v *Verifier) newNonce(source netip.Addr, realm string) string {
	var b [nonceHead + nonceMAC]byte
	binary.BigEndian.PutUint64(b[:], uint64(v.o.Now().UnixNano()))
	_, _ = rand.Read(b[8:nonceHead])
	copy(b[nonceHead:], v.mac(b[:nonceHead], source, realm))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (v *Verifier) mac(head []byte, source netip.Addr, realm string) []byte {
	m := hmac.New(sha256.New, v.secret[:])
	m.Write(head)
	from := source.Unmap().As16()
	m.Write(from[:])
	m.Write([]byte(realm))
	return m.Sum(nil)[:nonceMAC]
}

// issued is when we made the nonce for source; ok is false if we did not.
func (v *Verifier) issued(nonce string, source netip.Addr, realm string) (at time.Time, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != nonceHead+nonceMAC || !hmac.Equal(b[nonceHead:], v.mac(b[:nonceHead], source, realm)) {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b))), true
}

// Verify checks credentials against the password that lookup gives for a user.
// An unknown user takes as long as a wrong password and looks the same. lookup is
// called without a lock held.
func (v *Verifier) Verify(r Request, lookup func(user string) (password string, ok bool)) Result {
	cred := credentials(r)
	if cred == nil {
		return Result{Outcome: NoCredentials}
	}
	now := v.o.Now()
	at, ours := v.issued(cred.Nonce, r.Source, r.Realm)
	age := now.Sub(at)
	if !ours || age > v.o.Lifetime || age < 0 { // before the password: no oracle without a limit
		return Result{Outcome: Stale}
	}
	who := account{source: r.Source.Unmap(), user: sha256.Sum256([]byte(cred.Username))}
	v.mu.Lock()
	blocked := v.failures.count(who, now) >= v.o.MaxFailures || v.guesses.count(who.source, now) >= v.o.MaxGuesses
	v.mu.Unlock()
	if blocked {
		return Result{Outcome: Blocked}
	}
	password, known := lookup(cred.Username)
	if !known {
		password = v.decoy
	}
	if !matches(cred, r, password) || !known {
		return v.deny(who, now)
	}
	v.mu.Lock()
	use := v.nonces.use(cred.Nonce, at, cred.Nc, now.Add(-v.o.Lifetime))
	v.mu.Unlock()
	switch use {
	case forgotten:
		return Result{Outcome: Stale}
	case replayed:
		return v.deny(who, now)
	}
	return Result{Outcome: OK, User: cred.Username}
}

func (v *Verifier) deny(who account, now time.Time) Result {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures.add(who, now, v.o.Window)
	v.guesses.add(who.source, now, v.o.Window)
	return Result{Outcome: Denied}
}

// credentials picks the ones for our realm; nil if there are none that are
// complete and of an algorithm that we offered.
func credentials(r Request) *icholy.Credentials {
	for _, value := range r.Authorization {
		c, err := icholy.ParseCredentials(value)
		if err != nil || c.Realm != r.Realm || c.QOP != "auth" || c.Nc <= 0 || c.Cnonce == "" || c.Userhash {
			continue
		}
		switch strings.ToUpper(c.Algorithm) {
		case "", "MD5", "SHA-256":
			return c
		}
	}
	return nil
}

// matches computes the digest and compares it in constant time.
func matches(c *icholy.Credentials, r Request, password string) bool {
	want, err := icholy.Digest(
		&icholy.Challenge{Realm: c.Realm, Nonce: c.Nonce, Algorithm: c.Algorithm, QOP: []string{"auth"}},
		icholy.Options{Method: r.Method, URI: c.URI, Username: c.Username, Password: password, Cnonce: c.Cnonce, Count: c.Nc})
	if err != nil {
		return false
	}
	same := subtle.ConstantTimeCompare([]byte(want.Response), []byte(strings.ToLower(c.Response))) == 1
	return same && sameResource(c.URI, r.URI)
}

// sameResource compares user and host. Phones leave parameters and the port out
// of the digest URI, or put them in, so that comparing all would refuse honest
// ones (RFC 7616 3.4.6 asks for the same resource, not the same text).
func sameResource(a, b string) bool { return core(a) == core(b) }

func core(uri string) string {
	_, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return uri
	}
	user := ""
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, rest = rest[:i], rest[i+1:]
		user, _, _ = strings.Cut(user, ":")
		if plain, err := url.PathUnescape(user); err == nil {
			user = plain
		}
	}
	if i := strings.IndexAny(rest, ";?"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		rest = rest[:i]
	}
	return user + "@" + strings.ToLower(rest)
}

// Client answers challenges of one server for one account. It reuses the last
// challenge with rising nonce counts. Safe for concurrent use.
type Client struct {
	user, password string

	mu        sync.Mutex
	challenge *icholy.Challenge
	count     int
}

// NewClient makes a client with the account's credentials. They are never logged.
func NewClient(user, password string) *Client { return &Client{user: user, password: password} }

// Answer takes all WWW-Authenticate (or Proxy-Authenticate) values of a 401/407,
// picks the first it can answer and whose realm fits (realm "" fits all; RFC 8760
// 2.4: the server put the best first), and returns the Authorization value for
// the repeated request. ok is false if there is none, or if the same nonce was
// answered before and is not stale: then the password is wrong.
func (c *Client) Answer(challenges []string, realm, method, uri string) (value string, ok bool) {
	for _, text := range challenges {
		chal, err := icholy.ParseChallenge(text)
		if err != nil {
			continue
		}
		for i := range chal.QOP {
			chal.QOP[i] = strings.ToLower(strings.TrimSpace(chal.QOP[i]))
		}
		// auth-int alone would need the body.
		usable := len(chal.QOP) == 0 || slices.Contains(chal.QOP, "auth")
		if !icholy.CanDigest(chal) || !usable || (realm != "" && chal.Realm != realm) {
			continue
		}
		c.mu.Lock()
		if c.challenge != nil && c.challenge.Nonce == chal.Nonce && !chal.Stale {
			c.mu.Unlock()
			return "", false
		}
		c.challenge, c.count = chal, 0
		c.mu.Unlock()
		return c.Authorization(method, uri)
	}
	return "", false
}

// Authorization answers the last challenge again for a further request, so that
// it need not be challenged. ok is false before the first challenge.
func (c *Client) Authorization(method, uri string) (value string, ok bool) {
	c.mu.Lock()
	chal := c.challenge
	c.count++
	count := c.count
	c.mu.Unlock()
	if chal == nil {
		return "", false
	}
	cred, err := icholy.Digest(chal, icholy.Options{Method: method, URI: uri, Count: count,
		Username: c.user, Password: c.password})
	if err != nil {
		return "", false
	}
	return cred.String(), true
}
