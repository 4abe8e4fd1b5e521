package modes

import (
	"context"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/host"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/probe"
	"github.com/busylamp/busylamp/internal/remote"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/trust"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/credentials"
)

// Agents are what EXEC commands ask and tell. Each of them may be nil: the
// commands that need it then show an empty agent.
type Agents struct {
	// Presence is the presence agent.
	Presence interface{ Snapshot() presence.Snapshot }
	// Phones is the registry.
	Phones interface {
		Snapshot() phones.Snapshot
		// ClearAttempts forgets refused registrations.
		ClearAttempts()
	}
	// SIP is the SIP endpoint.
	SIP interface {
		LocalAddr() netip.AddrPort
		Advertised() netip.AddrPort
		Stats() sipua.Stats
		ResetStats()
	}
	// Calls is the call model.
	Calls interface {
		Snapshot() call.Snapshot
		// Lookup answers for a local directory number of either protocol.
		Lookup(number string) (call.Number, bool)
		// Do queues what an operator does: a `test` directive.
		Do(in call.Input)
	}
	// Skinny is the SCCP server.
	Skinny interface {
		Snapshot() phones.SkinnySnapshot
		// Reset tells registered ephones to start again, in order of their tags with
		// gap between two of them; sequential waits for each one to be back before the
		// next, for as long as gap. nil tags means all of them. It returns at once; a
		// sequence that is under way is replaced.
		Reset(tags []int, kind phones.ResetKind, gap time.Duration, sequential bool)
		// CancelReset ends a sequence of Reset.
		CancelReset()
		// ClearAttempts forgets refused registrations.
		ClearAttempts()
		// DebugOnly restricts the lines of one debug topic to phones, by MAC address;
		// none means all phones again.
		DebugOnly(topic logbuf.Topic, only []phones.MAC)
	}
	// SIPPhones tells SIP phones to start again.
	SIPPhones interface {
		// Restart notifies the phone of a registered pool.
		Restart(pool int, kind phones.ResetKind)
	}
	// Credentials are the users of `authenticate credential` files.
	Credentials interface {
		Snapshot() []credentials.Entry
		// Load reads a file again and waits for it a moment; an error if there is none.
		Load(ctx context.Context, tag int) error
	}
	// Trust says whom the SIP endpoint listens to.
	Trust interface {
		Config() trust.Config
		Check(a netip.Addr) trust.By
	}
	// Mobility logs Extension Mobility users in and out.
	Mobility interface {
		Login(d phones.Device, user, password string) error
		Logout(d phones.Device) error
	}
	// Csim makes a test call and waits until it was answered and ended; nil when it
	// was answered, else what a router prints behind `csim err`. The context ends it early.
	Csim func(ctx context.Context, number string) error
	// Machine is the host, for the generic show commands.
	Machine interface {
		Interfaces() ([]host.Interface, error)
		Routes() ([]host.Route, error)
		Neighbours() ([]host.Neighbour, error)
		Connections() ([]host.Conn, error)
		Forwards() (on, ok bool)
	}
	// Probes are where `ping` and `traceroute` send from.
	Probes probe.Net
	// Remote is where `telnet` and `ssh` connect from.
	Remote remote.Network
	// Meter knows what the process and the interfaces have done lately.
	Meter interface {
		Usage() host.Usage
		Rates(name string) (in, out host.Rate)
		Memory() host.Memory
		History() host.History
		// Clear has the counters of interfaces begin anew, by the host's names, and
		// Counted tells what they have counted since, and since when.
		Clear(names ...string)
		Counted(name string, is host.Counters) (host.Counters, time.Duration)
	}
	// Platform names the limits that `show voice register global` prints; empty
	// means C3825.
	Platform Platform
	// Clock is the appliance's clock; nil: the host's, in UTC.
	Clock *clock.Clock

	// filter is that of `debug ephone ... mac-address`; Exec makes it.
	filter *phoneFilter
}

func (a Agents) presence() presence.Snapshot {
	if a.Presence == nil {
		return presence.Snapshot{}
	}
	return a.Presence.Snapshot()
}

func (a Agents) phones() phones.Snapshot {
	if a.Phones == nil {
		return phones.Snapshot{}
	}
	return a.Phones.Snapshot()
}

// listening is the address the SIP endpoint is bound to, zero while it is closed.
func (a Agents) listening() netip.AddrPort {
	if a.SIP == nil {
		return netip.AddrPort{}
	}
	return a.SIP.LocalAddr()
}

func (a Agents) sipStats() sipua.Stats {
	if a.SIP == nil {
		return sipua.Stats{}
	}
	return a.SIP.Stats()
}

func (a Agents) platform() Platform {
	if a.Platform == "" {
		return C3825
	}
	return a.Platform
}

func (a Agents) clock() *clock.Clock {
	if a.Clock == nil {
		return clock.New()
	}
	return a.Clock
}
