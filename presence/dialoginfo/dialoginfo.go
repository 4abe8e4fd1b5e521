// Package dialoginfo writes the documents of the dialog event package (RFC 4235),
// which most phones that are not Cisco's light their lamps by.
//
// A document is always full state about one line, as one dialog, with another id for each
// time that the line is in use. It knows dialogs only, so that a line is told as far as it can be:
//
//	line              dialog
//	unknown           none
//	idle              terminated
//	ringing           early, direction recipient: such a call can be picked up
//	busy              confirmed
//	Do Not Disturb    confirmed, in use or not: the lamp is lit (guide)
//
// The package has no state for a line of which nothing is known. No dialog at all
// is what comes closest; lamps are dark then, as for idle. Idle is a terminated dialog
// and not an empty document, since some phones keep a lamp lit until they are told that
// its dialog is over, and others want one in every document.
//
// The dialog's local side is the line that is watched. Its remote side is left out: with whom
// somebody speaks is nobody's business who may see that he does, and nothing on a router says
// otherwise.
//
// All functions are pure. presence/sip imports this package; it imports presence
// for the line-state types.
package dialoginfo

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/presence"
)

// ContentType is the media type of a document.
const ContentType = "application/dialog-info+xml"

// Body is one document about one line.
type Body struct {
	Entity  string // URI of the presentity, e.g. sip:2001@10.1.1.2
	Version uint32 // grows with each document of a subscription, from 0 (RFC 4235 4.1)
	Dialog  uint16 // tells this busy period, or the last one, from others; 0: there was none yet
	Line    presence.Line
}

// Encode writes a document.
func Encode(b Body) []byte {
	var entity strings.Builder
	_ = xml.EscapeText(&entity, []byte(b.Entity)) // a Builder takes everything
	out := make([]byte, 0, 448)
	out = append(out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="`...)
	out = strconv.AppendUint(out, uint64(b.Version), 10)
	out = append(out, `" state="full" entity="`+entity.String()+`">`+"\n"...)
	out = append(out, dialog(b.Line, b.Dialog, entity.String())...)
	return append(out, "</dialog-info>\n"...)
}

// Lit says that a line is told as a dialog that goes on.
func Lit(l presence.Line) bool {
	return l.Ringing || l.State == presence.Busy || l.State == presence.Idle && l.DnD
}

func dialog(l presence.Line, number uint16, uri string) string {
	end := `</state><local><identity>` + uri + `</identity><target uri="` + uri + `"/></local></dialog>` + "\n"
	id := `<dialog id="line-` + strconv.Itoa(int(number)) + `"`
	switch {
	case l.Ringing:
		return id + ` direction="recipient"><state>early` + end
	case Lit(l):
		return id + `><state>confirmed` + end
	case l.State == presence.Idle:
		return id + `><state>terminated` + end
	}
	return ""
}
