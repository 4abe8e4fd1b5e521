// Package winfo writes watcher information (RFC 3858): who watches a line.
//
// A document is always full state about one resource. All functions are pure.
// presence/sip imports this package; it knows the standard library only.
package winfo

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

// ContentType is the media type of a document.
const ContentType = "application/watcherinfo+xml"

// maxSize bounds a document, in bytes: it must fit into a datagram.
const maxSize = 48 << 10

// Watcher is one subscription that is active.
type Watcher struct {
	ID   uint32        // of the subscription
	User string        // of the watcher, already escaped for a URI
	Host string        // IP address
	For  time.Duration // since it began
	Left time.Duration // until it runs out
}

// Body is one document about one resource of the package presence.
type Body struct {
	Resource string // URI of the presentity, e.g. sip:2001@10.1.1.2
	Version  uint32 // grows with each document of a subscription, from 0 (RFC 3858 4)
	Watchers []Watcher
}

// Encode writes a document. Watchers for which there is no room in a datagram are
// left out, those at the end first.
func Encode(b Body) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<watcherinfo xmlns="urn:ietf:params:xml:ns:watcherinfo" version="%d" state="full">`+"\n"+`<watcher-list package="presence" resource="`, b.Version)
	_ = xml.EscapeText(&out, []byte(b.Resource)) // a Buffer takes everything
	out.WriteString(`">` + "\n")
	const end = "</watcher-list>\n</watcherinfo>\n"
	for _, w := range b.Watchers {
		size := out.Len()
		fmt.Fprintf(&out, `<watcher id="%d" status="active" event="subscribe" expiration="%d" duration-subscribed="%d">`, w.ID, max(w.Left, 0)/time.Second, max(w.For, 0)/time.Second)
		_ = xml.EscapeText(&out, []byte("sip:"+w.User+"@"+w.Host))
		out.WriteString("</watcher>\n")
		if out.Len()+len(end) > maxSize {
			out.Truncate(size)
			break
		}
	}
	out.WriteString(end)
	return out.Bytes()
}
