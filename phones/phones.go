// Package phones says what devices and directory numbers are (Config, Spec), and
// holds the registrations of SIP phones.
//
// Registry is the registrar's policy without any wire: phones/sip turns REGISTER
// requests into Registration values and answers what Registry says. Which phones
// are in service, and on which lines, it tells Devices: the call model. modes
// imports the package for Config and Snapshot only; of the project it imports
// internal/logbuf alone.
//
// Goroutines: a Registry owns one, which removes expired contacts; Close stops
// it and waits. Every other method runs on its caller's goroutine under one
// mutex, and calls out (Devices, log) only after releasing it. Devices hear of
// changes in the order in which they came about, from whichever caller is first
// to find some untold.
package phones

import (
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Debug topics.
const (
	TopicEvents logbuf.Topic = "voice register events"
	TopicErrors logbuf.Topic = "voice register errors"
)

// Options are what a Registry works with. Log and Devices are required.
type Options struct {
	Log *logbuf.Log
	// Devices is told of every change, never concurrently.
	Devices Devices
	Journal Journal          // nil: registrations do not outlive the process
	Now     func() time.Time // nil: time.Now
}
