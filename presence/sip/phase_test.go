package sip

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/presence"
)

// RFC 4235 4.1: a dialog keeps its id from early to terminated, and the next one has another.
func TestDialogIDs(t *testing.T) {
	run(t, func(r *rig) {
		r.publish("2001", idle)
		p := r.phone("10.1.1.11:5060")
		_, notes := p.subscribe(sub{event: "dialog"})
		id := func(m message) string {
			_, rest, _ := strings.Cut(m.Body, `<dialog id="`)
			id, _, _ := strings.Cut(rest, `"`)
			return id
		}
		want(t, "idle from the beginning", id(notes[0]), "line-0")
		var ids []string
		for range 2 {
			for _, l := range []presence.Line{{State: presence.Busy, Ringing: true}, busy, idle} {
				r.publish("2001", l)
				ids = append(ids, id(p.hear()[0]))
			}
		}
		want(t, "ids", ids, "[line-1 line-1 line-1 line-4 line-4 line-4]")
	})
}
