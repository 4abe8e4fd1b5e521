// Package pidf writes and reads presence documents (RFC 3863, RFC 4479, RFC 4480).
package pidf

import "github.com/busylamp/busylamp/presence"

// Media types of a presence document.
const (
	ContentType    = "application/pidf+xml"
	ContentTypeOld = "application/cpim-pidf+xml" // asked for by Cisco firmware; same document
)

// Body is one presence document about one line.
type Body struct {
	Entity string // URI of the presentity, e.g. sip:2001@10.1.1.2
	Line   presence.Line
}

// Encode writes a document.
func Encode(b Body) []byte { return nil }

// Decode reads a document of any known writer. The input is limited to MaxSize.
func Decode(doc []byte) (Body, error) { return Body{}, nil }
