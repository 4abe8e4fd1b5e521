// Package call is the call model: directory numbers with their channels, calls
// between devices of either protocol, and the line states that follow.
//
// The core (core.go) is a pure step function, step(now, input) []effect: no I/O,
// no clock and no goroutine. Exchange runs one core on one goroutine.
//
// Adapters (phones/sccp, phones/sipcall) turn what a device does into Inputs and
// show each device the View that it is handed. A View is the whole truth about
// one device at one moment: a newer one replaces an older one, so that an adapter
// compares the View it has carried out with the newest and sends what differs.
// Nothing else goes from the core to a device.
//
// The package knows presence (line states), phones (Config, Spec) and
// internal/logbuf. Adapters, modes (Snapshot only) and internal/app import it.
package call

import (
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// Publisher takes the states that follow from registrations and calls.
// *presence.Hub is one. Neither method blocks.
type Publisher interface {
	// Publish says what a directory number does, all its instances together.
	Publish(number string, l presence.Line)
	// PublishDevice says what the phone does whose primary directory number it is
	// (guide, "Device-Based BLF Monitoring").
	PublishDevice(number string, l presence.Line)
}

// Sink shows devices of one kind what they are to show.
type Sink interface {
	// Show is called on the goroutine that steps the Exchange, in order for each device.
	// It must not block and must not call the Exchange.
	Show(v View)
}

// Glancer is a Sink that copies of a View what it needs later.
type Glancer interface {
	// Glance is called in place of Show. v and its Calls are good until it returns.
	Glance(v *View)
}

// Tracer is a Sink that writes debug lines about its devices itself: it knows what
// stands before them, and which devices are debugged.
type Tracer interface {
	// Trace is called as Show is. TopicState lines are for `debug ephone detail` too.
	Trace(d phones.Device, topic logbuf.Topic, text string)
}

// Options of an Exchange. Log and Publisher are required.
type Options struct {
	Log       *logbuf.Log
	Publisher Publisher
	// Forwarded, if not nil, is told that a phone has set call forwarding of all calls of a
	// directory number (CFwdAll, feature access code), "": taken off; not what Apply changes. It is
	// called on the Exchange's goroutine, holds no lock, and must not block or call the Exchange.
	// An Apply with that number as configuration then changes nothing.
	Forwarded func(id phones.DNID, all string)
}

// Debug topics. Lines of `debug ephone state` and `detail` that tell what a phone
// is sent belong to phones/sccp.
const (
	TopicDetail logbuf.Topic = "ephone detail" // "Skinny Call State change for DN 1 SIEZE"
	TopicState  logbuf.Topic = "ephone state"  // "Skinny-to-Skinny call DN 1 to DN 2 instance 1"
	TopicPaging logbuf.Topic = "ephone paging"
)

// Limits of what devices may ask.
const (
	MaxDigits      = 32   // of a dialled number
	MaxCalls       = 4096 // in the whole system; a device that asks for more hears reorder
	MaxDeviceCalls = 64   // of one device
)
