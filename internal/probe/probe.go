// Package probe asks the network whether an IPv4 address is reached, and by which way:
// ICMP echo requests, and UDP probes with a limited time to live. Each answer is one
// that has come; nothing is estimated.
//
// It starts no goroutine that outlives a call. modes, internal/app and the transcript
// runner import it; it knows none of our packages.
package probe

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Kind is what a probe has met.
type Kind uint8

// What a probe meets.
const (
	Silent              Kind = iota // nothing came in time
	Answered                        // the address itself answered
	Expired                         // a router on the way: the time to live was over
	HostUnreachable                 // and the other refusals of RFC 792 and RFC 1812
	NetUnreachable                  //
	ProtocolUnreachable             //
	Prohibited                      // by a filter
	TooBig                          // it must not be fragmented, and is too large
	Quench                          // source quench
	Refused                         // any other refusal
)

// Reply is what came back for one probe.
type Reply struct {
	Kind Kind
	From netip.Addr    // who answered; not valid when Silent, or when it was this machine
	Took time.Duration // until then
	// Damaged: the data of an echo reply are not those that were sent.
	Damaged bool
}

// Options say how probes are sent.
type Options struct {
	To      netip.Addr    // IPv4
	Source  netip.Addr    // not valid: the machine chooses
	Timeout time.Duration // how long to wait for each answer
	TOS     int           // type of service, 0-255
	DF      bool          // do not fragment
	Pattern uint16        // what the data of an echo request are filled with
}

// Echoer sends ICMP echo requests to one address. It belongs to one goroutine.
type Echoer interface {
	// Echo sends a datagram of that size in bytes, IP header included (MinSize to
	// MaxSize), and waits for its answer. The errors are ctx's, and those of a machine
	// that cannot send at all.
	Echo(ctx context.Context, seq, size int) (Reply, error)
	Close() error
}

// Tracer sends UDP probes to one address. It belongs to one goroutine.
type Tracer interface {
	// Probe sends to a port with a time to live of 1-255. Errors as in Echo.
	Probe(ctx context.Context, ttl, port int) (Reply, error)
	Close() error
}

// Net is where probes are sent from. The errors are ErrForbidden and ErrSource.
type Net interface {
	Ping(Options) (Echoer, error)
	Trace(Options) (Tracer, error)
}

// Sizes of echo requests, in bytes with their IP header (routers: 36-18024).
const (
	MinSize = 36
	MaxSize = 18024
)

var (
	// ErrForbidden: this process may not send such probes.
	ErrForbidden = errors.New("probes are not permitted to this process")
	// ErrSource: no interface of this machine has the source address.
	ErrSource = errors.New("the source is no address of this machine")
)

// Host sends from this machine. It is a Net.
type Host struct{}

// headers is what an echo request has besides its data: IP without options, and ICMP.
const headers = 20 + 8

// fill makes the data of an echo request.
func fill(size int, pattern uint16) []byte {
	b := make([]byte, max(size-headers, 0))
	for i := range b {
		b[i] = byte(pattern >> (8 * (1 - i%2)))
	}
	return b
}

// kindOf is what an ICMP error says (RFC 792, RFC 1812 5.2.7.1).
func kindOf(icmpType, code int) Kind {
	switch icmpType {
	case 4:
		return Quench
	case 11:
		return Expired
	case 3:
		switch code {
		case 0, 6, 8:
			return NetUnreachable
		case 1, 7:
			return HostUnreachable
		case 2:
			return ProtocolUnreachable
		case 4:
			return TooBig
		case 9, 10, 13:
			return Prohibited
		}
	}
	return Refused
}
