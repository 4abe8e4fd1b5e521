// Package phones holds devices, directory numbers and their registrations, and
// publishes the state of each line.
//
// It is the registrar's policy without any wire: phones/sip turns REGISTER
// requests into Registration values and answers what Registry says. modes
// imports it for Config and Snapshot only; it imports presence for the
// line-state types and internal/logbuf, nothing else of the project.
//
// Goroutines: a Registry owns one, which removes expired contacts; Close stops
// it and waits. Every other method runs on its caller's goroutine under one
// mutex, and calls out (publisher, log) only after releasing it. States are
// published in the order in which they came about, by whichever caller is first
// to find some unpublished.
package phones

import (
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// Debug topics.
const (
	TopicEvents logbuf.Topic = "voice register events"
	TopicErrors logbuf.Topic = "voice register errors"
)

// Publisher is told every change of a line's state. Publish must not block and
// must not call the Registry; it is never called concurrently.
type Publisher interface {
	Publish(number string, l presence.Line)
}

// Options are what a Registry works with. Log and Publisher are required.
type Options struct {
	Log       *logbuf.Log
	Publisher Publisher
	Now       func() time.Time // nil: time.Now
}
