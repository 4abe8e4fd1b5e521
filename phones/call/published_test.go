package call

import "testing"

// RFC 3903: DnD that a SIP phone publishes of itself is shown by lamps; pressed or
// configured on a SIP phone it is not (guide: ephone-dns).
func TestPublishedDnD(t *testing.T) {
	r := newRig(t, lab())
	d := r.sipPhone(1, 1)
	const number = "2101"
	look := func(what string, view, lamp bool) {
		t.Helper()
		if r.views[d].DnD != view || r.lines[number].DnD != lamp {
			t.Errorf("%s: phone %v, lamp %v", what, r.views[d].DnD, r.lines[number].DnD)
		}
	}
	r.do(DnD{Device: d, On: true})
	look("pressed", true, false)
	r.do(DnD{Device: d, On: true, Published: true})
	look("published", true, true)
	r.do(DnD{Device: d, On: true, Published: true})
	look("published again", true, true)
	r.do(DnD{Device: d, Toggle: true})
	look("pressed off", false, false)
	r.do(DnD{Device: d, On: true, Published: true})
	r.do(DnD{Device: d, Published: true})
	look("published off", false, false)
}
