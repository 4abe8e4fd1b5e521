// Package sip is the registrar: it takes REGISTER requests apart, checks
// digests, asks phones.Registry and answers.
//
// Only internal/app imports it. It runs on the goroutines of sipua, which calls
// a handler once per request, in order for each Call-ID.
package sip

import (
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
)

// Options are what a Registrar works with; all are required.
type Options struct {
	UA       *sipua.UA
	Registry *phones.Registry
	Log      *logbuf.Log
}

// Registrar answers REGISTER.
type Registrar struct{ o Options }

// New makes a Registrar and installs its handler, so it must be called before
// the first UA.Apply. It has nothing to close: it stops with the UA.
func New(o Options) *Registrar { return &Registrar{o: o} }
