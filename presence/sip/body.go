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
	return d.form.contentType(), a.document(d.form, d.get(entity), d.localSeq, d.line, &d.phase), false
}

// document is a document about a line. The version of those that have one is the
// number of the NOTIFY in its dialog, counted from 0: it grows by one with each, and
// like CSeq it never goes back over a restart.
func (a *Adapter) document(f form, uri string, version uint32, l presence.Line, p *phase) []byte {
	if f == asDialogInfo {
		return dialoginfo.Encode(dialoginfo.Body{Entity: uri, Version: version, Dialog: p.next(version, l), Line: l})
	}
	return a.bodies.get(uri, l)
}

// phase tells the busy periods of a line apart, as one watcher has heard of them: each
// is a dialog of its own (RFC 4235 4.1).
type phase struct {
	id  uint16 // of the newest one, 0 if there was none
	lit bool   // it goes on
}

// next is the id for the document with this version about l: that of the NOTIFY with
// which the busy period began, so that it is another one after a restart too.
func (p *phase) next(version uint32, l presence.Line) uint16 {
	lit := dialoginfo.Lit(l)
	if lit && !p.lit {
		p.id = max(1, uint16(version))
	}
	p.lit = lit
	return p.id
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
