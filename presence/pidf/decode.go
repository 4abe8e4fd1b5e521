package pidf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/busylamp/busylamp/presence"
)

// maxSize of a document for Decode, in bytes.
const maxSize = 64 << 10

var (
	// ErrTooBig: the document is larger than maxSize.
	ErrTooBig = errors.New("presence document is too big")
	// ErrNoPresence: there is no presence document.
	ErrNoPresence = errors.New("no presence document")
)

// root finds the presence element. What comes before it is skipped unread: XML
// declarations with odd encodings, and the headers of multipart bodies.
var root = regexp.MustCompile(`<([A-Za-z_][\w.-]*:)?presence[\s>/]`)

// Decode reads a document of any known writer: namespaces with or without
// prefixes, activities in the person or in the status of a tuple, tuples in any
// order, "closed" with busy for a busy line (Cisco Unified CM), and a document
// inside a multipart body. Errors are ErrTooBig, ErrNoPresence and wrapped
// errors of encoding/xml.
func Decode(doc []byte) (Body, error) {
	if len(doc) > maxSize {
		return Body{}, ErrTooBig
	}
	at := root.FindIndex(doc)
	if at == nil {
		return Body{}, ErrNoPresence
	}
	var b Body
	var seen findings
	var path []string
	d := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(doc[at[0]:], []byte("?"))))
	for {
		t, err := d.Token()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return Body{}, fmt.Errorf("reading presence document: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(path) == 0 {
				for _, a := range t.Attr {
					if a.Name.Local == "entity" {
						b.Entity = a.Value
					}
				}
			} else if path[len(path)-1] == "activities" {
				seen.activity(t.Name.Local)
			}
			path = append(path, t.Name.Local)
		case xml.CharData:
			if path[len(path)-1] == "basic" {
				seen.basic(strings.TrimSpace(string(t)))
			}
		case xml.EndElement:
			path = path[:len(path)-1]
			if len(path) == 0 {
				b.Line = seen.line()
				return b, nil
			}
		}
	}
}

// findings are the parts of a document that matter for a lamp.
type findings struct {
	open, busy, onPhone, alerting, dnd, unknown bool
}

func (f *findings) basic(text string) {
	// One open tuple is enough, whatever the others say.
	f.open = f.open || strings.EqualFold(text, "open")
}

func (f *findings) activity(name string) {
	switch name {
	case "busy":
		f.busy = true
	case "on-the-phone":
		f.onPhone = true
	case "alerting":
		f.alerting = true
	case "dnd":
		f.dnd = true
	case "unknown":
		f.unknown = true
	}
}

func (f *findings) line() presence.Line {
	l := presence.Line{DnD: f.dnd, Ringing: f.alerting}
	switch {
	case f.onPhone, f.alerting, f.busy && !f.dnd:
		l.State = presence.Busy
	case f.dnd:
		l.State = presence.Idle // busy only stands for DnD then
	case f.open && !f.unknown:
		l.State = presence.Idle
	}
	return l
}
