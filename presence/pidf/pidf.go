// Package pidf writes and reads presence documents: PIDF (RFC 3863) with the
// person of the data model (RFC 4479) and its activities (RFC 4480).
//
// What Encode writes is a superset that every known reader takes. The tuple
// comes first and the person has an id, as the schemas want. Activities come
// twice: as rpid:activities for readers of RFC 4480 (with literally that prefix:
// baresip matches text) and as e:activities in the namespace of the old draft,
// which with Cisco's own elements (ce) lights the lamps of Cisco's SIP phones.
// What Cisco Unified CME itself sends is not known from any public source.
//
//	line            basic   rpid:activities      e:activities
//	unknown         closed  -                    -
//	idle            open    -                    -
//	busy            open    on-the-phone busy    on-the-phone busy
//	busy, ringing   open    busy                 ce:alerting busy
//	idle, DnD       open    busy                 ce:dnd
//	busy, DnD       open    on-the-phone busy    on-the-phone busy ce:dnd
//
// Activities that are over are written as empty elements, so that a reader that
// merges documents forgets them. Unknown has no activities at all rather than
// rpid:unknown, which some readers show as an activity. Do Not Disturb counts as
// busy for readers that know nothing better: the guide lights the lamp red for
// it, in use or not.
//
// Decode also reads what Cisco Unified CM, Kamailio, baresip and linphone write.
// All functions are pure. Adapters import this package; it imports presence for
// the line-state types.
package pidf

import (
	"encoding/xml"
	"strings"

	"github.com/busylamp/busylamp/presence"
)

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

const (
	head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<presence xmlns="urn:ietf:params:xml:ns:pidf"` +
		` xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"` +
		` xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid"` +
		` xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid"` +
		` xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid" entity="`
	nl = "\n"
)

// Encode writes a document. A line that is unknown has no other properties, and
// one that rings is busy.
func Encode(b Body) []byte {
	l, basic := b.Line, "open"
	switch {
	case l.Ringing:
		l.State = presence.Busy
	case l.State == presence.Unknown:
		l, basic = presence.Line{}, "closed"
	}
	talking := l.State == presence.Busy && !l.Ringing
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(b.Entity)) // a Builder takes everything
	entity := escaped.String()

	out := make([]byte, 0, 1024)
	add := func(when bool, text string) {
		if when {
			out = append(out, text...)
		}
	}
	add(true, head+entity+`">`+nl)
	add(true, `<tuple id="line"><status><basic>`+basic+`</basic></status><contact>`+entity+`</contact></tuple>`+nl)
	add(true, `<dm:person id="person"><rpid:activities>`)
	add(talking, `<rpid:on-the-phone/>`)
	add(l.State == presence.Busy || l.DnD, `<rpid:busy/>`)
	add(true, `</rpid:activities><e:activities>`)
	add(talking, `<e:on-the-phone/>`)
	add(l.Ringing, `<ce:alerting/>`)
	add(l.State == presence.Busy, `<e:busy/>`)
	add(l.DnD, `<ce:dnd/>`)
	add(true, `</e:activities></dm:person>`+nl+`</presence>`+nl)
	return out
}
