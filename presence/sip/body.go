package sip

import (
	"sync"

	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/dialoginfo"
	"github.com/busylamp/busylamp/presence/pidf"
)

// body is the next document for a dialog. Its mu is held.
//
// The version of documents that have one is that of the NOTIFY, counted from 0: it
// grows by one with each NOTIFY, and like CSeq it never goes back over a restart.
func (a *Adapter) body(d *dialog) []byte {
	if d.form == asDialogInfo {
		return dialoginfo.Encode(dialoginfo.Body{Entity: d.get(entity), Version: d.localSeq, Line: d.line})
	}
	return a.bodies.get(d.get(entity), d.line)
}

// maxBodies bounds the documents kept; when it is reached they are all dropped.
const maxBodies = 1024

// bodies keeps written documents, so that a state is encoded once and not once
// per watcher.
type bodies struct {
	mu sync.Mutex
	m  map[pidf.Body][]byte
}

func newBodies() *bodies { return &bodies{m: make(map[pidf.Body][]byte)} }

// get returns the document about a line. It must not be changed.
func (b *bodies) get(entity string, l presence.Line) []byte {
	key := pidf.Body{Entity: entity, Line: l}
	b.mu.Lock()
	defer b.mu.Unlock()
	if doc, ok := b.m[key]; ok {
		return doc
	}
	if len(b.m) >= maxBodies {
		clear(b.m)
	}
	doc := pidf.Encode(key)
	b.m[key] = doc
	return doc
}
