// Package trust says whom the SIP endpoint listens to: `ip address trusted` under
// `voice service voip` (Voice command reference; CME administrator guide, toll
// fraud prevention).
//
// With a trusted list in the configuration, requests are taken only from listed
// addresses, session targets of dial-peers that are up, the presence server and
// registered phones. A REGISTER from elsewhere is taken if it says more than a number
// (phones.Registry.Welcome), else no phone could come into service. Without a list everybody is heard, as on routers before that
// command.
//
// It also names trunks: Peer is the dial-peer of an address. Everything is a pure
// look-up in an immutable Config; there is no goroutine, and all methods may be called
// concurrently. internal/app wires it, modes shows it; it imports no other room.
package trust

import (
	"context"
	"net/netip"
	"slices"
	"sync/atomic"
)

// MaxListed is how many addresses a list may have (CME administrator guide).
const MaxListed = 100

// Config is what the operator configures. It is not changed once it was handed over.
type Config struct {
	Listing      bool           // there is an `ip address trusted list`
	Authenticate bool           // `ip address trusted authenticate`, the default
	Silent       bool           // `silent-discard untrusted`, the default: no answer at all
	Cause        Cause          // `ip address trusted call-block cause`
	List         []netip.Prefix // in the order of the configuration; host bits kept for show
	Peers        []Peer         // `dial-peer voice N voip` of SIP trunks, by tag
	Server       netip.Addr     // `presence` / `server`; invalid: none
}

// InForce says that unknown sources are refused.
func (c Config) InForce() bool { return c.Listing && c.Authenticate }

// Peer is a dial-peer with an IPv4 session target.
type Peer struct {
	Tag    int
	Target netip.AddrPort
	Text   string // `session target` as configured
	Up     bool   // not shut down
}

// Cause is why a refused call ends: the word of the command and the Q.850 number.
type Cause struct {
	Word string
	Q850 int
}

// Causes are those of `ip address trusted call-block cause`; the first is the default
// (Voice command reference: ip address trusted, call-block).
var causes = [...]struct {
	Cause
	status int // RFC 3398 7.2.6.1
}{
	{Cause{"call-reject", 21}, 403},
	{Cause{"invalid-number", 28}, 484},
	{Cause{"unassigned-number", 1}, 404},
	{Cause{"user-busy", 17}, 486},
}

// CauseNamed gives the cause of a word; "" and unknown words are call-reject.
func CauseNamed(word string) Cause {
	for _, c := range causes {
		if c.Word == word {
			return c.Cause
		}
	}
	return causes[0].Cause
}

// Status is the SIP status that says a cause (RFC 3398).
func (c Cause) Status() int {
	for _, x := range causes {
		if x.Cause == c {
			return x.status
		}
	}
	return causes[0].status
}

// By is what an address is trusted by.
type By uint8

// Reasons for trust.
const (
	Nobody   By = iota
	Anybody     // no list is in force
	ByPeer      // session target of a dial-peer
	ByList      // configured
	ByServer    // the presence server
	ByPhone     // a phone is registered there
)

// List answers for one appliance.
type List struct {
	config atomic.Pointer[Config]
	phone  func(netip.Addr) bool
}

// New makes a list that trusts everybody. phone says whether a phone is registered
// at an address; it is called without a lock held.
func New(phone func(netip.Addr) bool) *List {
	l := &List{phone: phone}
	l.config.Store(&Config{})
	return l
}

// Apply takes a configuration. It never fails.
func (l *List) Apply(_ context.Context, _, new Config) error {
	l.config.Store(&new)
	return nil
}

// Config is the configuration in force. It must not be changed.
func (l *List) Config() Config { return *l.config.Load() }

// Check says what an address is trusted by, whatever method it comes with.
func (l *List) Check(a netip.Addr) By {
	c := l.config.Load()
	if !c.InForce() {
		return Anybody
	}
	a = a.Unmap()
	switch {
	case peer(c, a) != nil:
		return ByPeer
	case slices.ContainsFunc(c.List, func(p netip.Prefix) bool { return p.Contains(a) }):
		return ByList
	case c.Server == a:
		return ByServer
	case l.phone(a):
		return ByPhone
	}
	return Nobody
}

// Peer is the tag of the dial-peer whose session target is an address, the lowest
// if there are several; 0 if there is none that is up.
func (l *List) Peer(a netip.Addr) int {
	if p := peer(l.config.Load(), a.Unmap()); p != nil {
		return p.Tag
	}
	return 0
}

func peer(c *Config, a netip.Addr) *Peer {
	for i := range c.Peers {
		if p := &c.Peers[i]; p.Up && p.Target.Addr().Unmap() == a {
			return p
		}
	}
	return nil
}
