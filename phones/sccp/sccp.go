// Package sccp serves SCCP (Skinny) phones: it accepts their connections,
// registers them with the call model, tells them their keys and texts, lights
// their lamps and turns what their users press into inputs of the call model.
//
// internal/app imports it, nobody else does; it imports phones, phones/call,
// presence, phones/sccp/wire and internal/logbuf.
//
// # Goroutines
//
// A Server has one goroutine that accepts while it listens, one that retries a
// busy port, and one that spaces out the phones of a `reset all`. No connection has one
// of its own: those that have something to say are read by the workers of
// internal/readable, which handle it and write the answers; a phone that has nothing to
// say costs no stack and no buffer. Others exist only while something from elsewhere is
// on its way out, or while subscriptions are renewed. Close, and a move of the
// listener, wait for all. Show runs on the goroutine that steps the Exchange (its own, or that of a
// connection) and lamps are lit on those of the Hub: both put frames into the
// queue of a connection and never wait. The queue is bounded (maxQueue); a phone
// that lets it overflow is dropped.
//
// # Connections
//
// There may be minSockets connections and twice `max-ephones`. Any of them that is
// no registered phone has 30 seconds to become one. When the table is full, a new
// connection takes the place of one that has not registered: of those from the
// source address that has the most, the one that has been there for longest, counted
// anew from its first step to register. A registered phone never makes room, and
// nobody does in his first 20 ms: so long newer connections wait. See crowd.
//
// # Locks
//
// conn.mu guards all that is known about one phone. Server.mu guards the tables
// and may be taken while a conn.mu is held, not the other way round. Neither is
// held while the Exchange or the Hub is called: what a handler has to say to them
// is queued (reader.todo) and said when the lock is free. Server.order is taken before
// either and is held while the Exchange is told of a phone, so that it hears of
// phones in the order in which they came and went; nothing that the Exchange or
// the Hub calls takes it.
package sccp

import (
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/presence"
)

// Debug topics of `debug ephone …` (CME command reference).
const (
	TopicAlarm     logbuf.Topic = "ephone alarm"
	TopicBLF       logbuf.Topic = "ephone blf"
	TopicDetail    logbuf.Topic = call.TopicDetail
	TopicError     logbuf.Topic = "ephone error"
	TopicKeepalive logbuf.Topic = "ephone keepalive"
	TopicMessage   logbuf.Topic = "ephone message"
	TopicMWI       logbuf.Topic = "ephone mwi"
	TopicPak       logbuf.Topic = "ephone pak"
	TopicPaging    logbuf.Topic = call.TopicPaging
	TopicRaw       logbuf.Topic = "ephone raw"
	TopicRegister  logbuf.Topic = "ephone register"
	TopicState     logbuf.Topic = call.TopicState
	TopicSCCPState logbuf.Topic = "ephone sccp-state"
)

// Config is what the running configuration says.
type Config struct {
	Enabled bool           // telephony-service with `ip source-address`
	Addr    netip.AddrPort // `ip source-address A port P`; port 0 lets the system choose
	Bind    netip.Addr     // stand-in when the host lacks Addr; invalid: none
	Phones  phones.Config
}

// Network is where the listener comes from: sipua.OS in the product, memory in tests.
type Network interface {
	Listen(netip.AddrPort) (net.Listener, error)
}

// Exchange is the call model. *call.Exchange is one.
type Exchange interface {
	phones.Devices
	Attach(kind phones.DeviceKind, s call.Sink)
	Press(inputs ...call.Input)
}

// Hub is the presence agent. *presence.Hub is one.
type Hub interface {
	Config() presence.Config
	Subscribe(r presence.Request) (id uint32, expires time.Duration, err error)
	Release(id uint32)
	Refresh(id uint32, expires time.Duration) error
	End(id uint32, reason string)
}

// Options are fixed for the life of a Server. Net, Log, Exchange and Hub are required.
type Options struct {
	Net      Network
	Log      *logbuf.Log
	Exchange Exchange
	Hub      Hub
	Now      func() time.Time // nil: time.Now
	// Clock is the time that phones are told; nil: the host's, in UTC.
	Clock func() time.Time
	// User is the profile of who is logged in at an Extension Mobility phone, nil for
	// nobody; nil: there is no Extension Mobility. It is asked when the phone
	// registers: Reset brings a user's keys, or takes them off.
	User func(phones.Device) *phones.Profile
	// Learned is told of an ephone that was not configured and has registered, with
	// the button that `auto assign` gave it, and that command, zero if none did; nil:
	// nobody wants to know. It is called on the goroutine of the connection and must
	// not wait.
	Learned func(phones.Ephone, phones.AutoAssign)
}
