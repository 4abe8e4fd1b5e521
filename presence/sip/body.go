package sip

import (
	"sync"

	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/dialoginfo"
	"github.com/busylamp/busylamp/presence/pidf"
)

// body is the next body for a dialog, with its Content-Type; more says that not all
// there is to tell had room. Its mu is held.
func (a *Adapter) body(d *dialog) (contentType string, body []byte, more bool) {
	if d.list != nil {
		return a.listBody(d)
	}
	if d.form == asWatchers {
		return d.form.contentType(), a.informer.document(d), false
	}
	return d.form.contentType(), a.document(d.form, d.get(entity), d.localSeq, d.line), false
}

// document is a document about a line. The version of those that have one is the
// number of the NOTIFY in its dialog, counted from 0: it grows by one with each, and
// like CSeq it never goes back over a restart.
func (a *Adapter) document(f form, uri string, version uint32, l presence.Line) []byte {
	if f == asDialogInfo {
		return dialoginfo.Encode(dialoginfo.Body{Entity: uri, Version: version, Line: l})
	}
	return a.bodies.get(uri, l)
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
