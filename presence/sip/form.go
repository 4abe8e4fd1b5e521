package sip

import (
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence/dialoginfo"
	"github.com/busylamp/busylamp/presence/eventlist"
	"github.com/busylamp/busylamp/presence/pidf"
	"github.com/busylamp/busylamp/presence/winfo"
)

// form is an event package together with one of its content types: one byte in
// each dialog, and in the journal, so the numbers stay.
type form uint8

const (
	asPIDF       form = 0 // Event: presence (RFC 3856)
	asOldPIDF    form = 1 // the same for Cisco firmware
	asDialogInfo form = 2 // Event: dialog (RFC 4235)
	asWatchers   form = 3 // Event: presence.winfo (RFC 3857)
)

// allowEvents is the value of Allow-Events: every package that is notified here.
const allowEvents = "presence, dialog, presence.winfo"

// event is the name of the package.
func (f form) event() string {
	switch f {
	case asDialogInfo:
		return "dialog"
	case asWatchers:
		return "presence.winfo"
	}
	return "presence"
}

// contentType labels the bodies.
func (f form) contentType() string {
	switch f {
	case asOldPIDF:
		return pidf.ContentTypeOld
	case asDialogInfo:
		return dialoginfo.ContentType
	case asWatchers:
		return winfo.ContentType
	}
	return pidf.ContentType
}

// formsOf are the forms of a package, the default first; none if there is no such package.
func formsOf(event string) []form {
	switch event {
	case "presence":
		return []form{asPIDF, asOldPIDF}
	case "dialog":
		return []form{asDialogInfo}
	case "presence.winfo":
		return []form{asWatchers}
	}
	return nil
}

// choose picks the form that Accept likes best, of equals the first. Without Accept
// it is the default of the package (RFC 3856 6.7, RFC 4235 3.5): real phones send none.
//
// A watcher of a list must take the multipart body of RFC 4662 too.
func choose(req *sipua.ServerTx, forms []form, list bool) (f form, given bool, no *refusal) {
	if req.Values("Accept") == nil {
		return forms[0], false, nil
	}
	accept, best := req.List("Accept"), 0.0
	for _, o := range forms {
		if q := quality(accept, o.contentType()); q > best {
			f, best = o, q
		}
	}
	if best == 0 || list && (quality(accept, eventlist.ContentTypeMulti) == 0 || quality(accept, eventlist.ContentTypeRLMI) == 0) {
		return f, true, refuse(406, "Accept", acceptable(forms, list))
	}
	return f, true, nil
}

// acceptable is the Accept of a 406 (RFC 3261 21.4.7): what there would be.
func acceptable(forms []form, list bool) string {
	var kinds []string
	for _, f := range forms {
		kinds = append(kinds, f.contentType())
	}
	if list {
		kinds = append(kinds, eventlist.ContentTypeMulti, eventlist.ContentTypeRLMI)
	}
	return strings.Join(kinds, ", ")
}

// quality is how much the ranges of an Accept like a media type; the closest range
// decides (RFC 3261 20.1, RFC 2616 14.1).
func quality(accept []string, kind string) float64 {
	class, _, _ := strings.Cut(kind, "/")
	q, closest := 0.0, 0
	for _, item := range accept {
		media, params := sipua.SplitValue(item)
		close := 0
		switch strings.ToLower(media) {
		case kind:
			close = 3
		case class + "/*":
			close = 2
		case "*/*":
			close = 1
		}
		if close <= closest {
			continue
		}
		q, closest = 1, close
		if params["q"] == "" {
			continue
		}
		if v, err := strconv.ParseFloat(params["q"], 64); err == nil {
			q = v
		}
	}
	return q
}
