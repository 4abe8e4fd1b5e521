// Package eventlist reads and writes the bodies of resource lists: what a watcher
// sends to subscribe to many resources at once (RFC 4826, RFC 5367), and what it is
// told about them in one NOTIFY: the list's meta-information (RLMI) and a document
// for each resource, in a multipart/related body (RFC 4662).
//
// All functions are pure. presence/sip imports this package; it knows the standard
// library only.
package eventlist

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Media types.
const (
	ContentTypeList  = "application/resource-lists+xml"
	ContentTypeRLMI  = "application/rlmi+xml"
	ContentTypeMulti = "multipart/related"
)

// Bounds of what Decode takes.
const (
	MaxEntries = 100
	maxSize    = 64 << 10 // bytes
	maxDepth   = 16       // elements
	maxURI     = 256      // bytes
	maxURIs    = 24 << 10 // bytes of all as XML has them: each NOTIFY in full names all
)

// Errors of Decode, beside wrapped ones of encoding/xml.
var (
	ErrTooMany = errors.New("resource list has too many entries")
	ErrTooBig  = errors.New("resource list is too big")
	ErrNoList  = errors.New("no resource list with entries")
	ErrNoURI   = errors.New("entry of a resource list without a usable URI")
)

const namespace = "urn:ietf:params:xml:ns:resource-lists"

// Decode reads the URIs of a resource list in their order, each once. Lists in lists
// count as what they hold. References to lists elsewhere (external, entry-ref) are
// passed over: only what stands in the body is subscribed to (RFC 5367 4).
func Decode(doc []byte) ([]string, error) {
	if len(doc) > maxSize {
		return nil, ErrTooBig
	}
	var uris []string
	seen, size := map[string]bool{}, 0
	d := xml.NewDecoder(bytes.NewReader(doc))
	for depth := 0; ; {
		t, err := d.Token()
		if err == io.EOF && depth == 0 && len(uris) > 0 {
			return uris, nil
		}
		if err == io.EOF {
			return nil, ErrNoList
		}
		if err != nil {
			return nil, fmt.Errorf("reading resource list: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth == 0 && (t.Name.Local != "resource-lists" || t.Name.Space != namespace) {
				return nil, ErrNoList
			}
			if depth++; depth > maxDepth {
				return nil, ErrTooBig
			}
			if t.Name.Local != "entry" || t.Name.Space != namespace {
				continue
			}
			uri := attribute(t, "uri")
			if uri == "" || len(uri) > maxURI {
				return nil, ErrNoURI
			}
			if seen[uri] {
				continue
			}
			if len(uris) == MaxEntries {
				return nil, ErrTooMany
			}
			if size += escaped(uri); size > maxURIs {
				return nil, ErrTooBig
			}
			seen[uri] = true
			uris = append(uris, uri)
		case xml.EndElement:
			depth--
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// Resource is one entry as a NOTIFY tells it.
type Resource struct {
	URI    string
	Ended  bool   // its subscription is over, or there never was one
	Reason string // of that, in the words of RFC 6665 4.1.3
	Doc    []byte // nil: nothing new is said about its state
	Type   string // media type of Doc
}

// List is what one NOTIFY tells about a list.
type List struct {
	URI       string
	Version   uint32 // grows with each NOTIFY of a subscription, from 0 (RFC 4662 5.1)
	Full      bool   // Resources are all there are
	Resources []Resource
	Host      string // for Content-IDs
}

// What a resource adds to a body beside its URI, and its document beside itself, in
// bytes, at most.
const (
	overhead    = 120
	docOverhead = 300
)

// Room is how many bytes a resource takes in a body at most.
func Room(r Resource) int {
	if r.Doc == nil {
		return overhead + escaped(r.URI)
	}
	return overhead + escaped(r.URI) + docOverhead + len(r.Doc)
}

// escaped is the length of a text in XML.
func escaped(s string) int {
	var n counter
	_ = xml.EscapeText(&n, []byte(s)) // a counter takes everything
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// Encode writes the body of a NOTIFY and its Content-Type.
func Encode(l List) (contentType string, body []byte) {
	root := cid("rlmi", l.Version, 0, l.Host)
	rlmi := l.rlmi(root)
	boundary := "list" + strconv.FormatUint(uint64(l.Version), 10)
	// A boundary that stands in a part is lengthened until it does not.
	for clash := true; clash; {
		clash = bytes.Contains(rlmi, []byte(boundary))
		for _, r := range l.Resources {
			clash = clash || bytes.Contains(r.Doc, []byte(boundary))
		}
		if clash {
			boundary += "x"
		}
	}
	var b bytes.Buffer
	part := func(id, kind string, doc []byte) {
		b.WriteString("--" + boundary + "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + id + ">\r\nContent-Type: " + kind + "\r\n\r\n")
		b.Write(doc)
		b.WriteString("\r\n")
	}
	part(root, ContentTypeRLMI+`;charset="UTF-8"`, rlmi)
	for i, r := range l.Resources {
		if r.Doc != nil {
			part(cid("r", l.Version, i, l.Host), r.Type, r.Doc)
		}
	}
	b.WriteString("--" + boundary + "--\r\n")
	return ContentTypeMulti + `;type="` + ContentTypeRLMI + `";start="<` + root + `>";boundary="` + boundary + `"`, b.Bytes()
}

func cid(name string, version uint32, i int, host string) string {
	return fmt.Sprintf("%s%d-%d@%s", name, i, version, host)
}

// rlmi is the meta-information. A resource of which nothing is known yet has no
// instance (RFC 4662 5.5): its state follows in the next NOTIFY.
func (l List) rlmi(root string) []byte {
	var b bytes.Buffer
	text := func(s string) { _ = xml.EscapeText(&b, []byte(s)) } // a Buffer takes everything
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="`)
	text(l.URI)
	fmt.Fprintf(&b, `" version="%d" fullState="%t" cid="%s">`+"\n", l.Version, l.Full, root)
	for i, r := range l.Resources {
		b.WriteString(`<resource uri="`)
		text(r.URI)
		b.WriteString(`">`)
		if r.Ended || r.Doc != nil {
			b.WriteString(`<instance id="1" state="`)
			if r.Ended {
				b.WriteString(`terminated" reason="`)
				text(r.Reason)
			} else {
				b.WriteString("active")
			}
			if r.Doc != nil {
				b.WriteString(`" cid="` + cid("r", l.Version, i, l.Host))
			}
			b.WriteString(`"/>`)
		}
		b.WriteString("</resource>\n")
	}
	b.WriteString("</list>\n")
	return b.Bytes()
}
