package sccp

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// labels are the keys of a set as the phone shows them.
func labels(keys []placed, mask uint32) string {
	var words []string
	for i, k := range keys {
		if mask&(1<<i) != 0 {
			words = append(words, softKeys()[k.place-1].label)
		}
	}
	return strings.Join(words, " ")
}

func TestSoftKeySets(t *testing.T) {
	arranged := map[string][]string{
		"idle": {"Dnd", "redial", "Login", "Pickup"}, "connected": {"Endcall", "Hold"}, "ringing": {}, "alerting": {"Callback", "Endcall"},
	}
	for _, tc := range []struct {
		set            uint32
		usual, arrange string
	}{
		{wire.KeySetOnHook, "Redial NewCall CFwdAll PickUp GPickUp DND", "DND Redial PickUp"},
		{wire.KeySetOffHook, "Redial EndCall CFwdAll PickUp GPickUp", "Redial EndCall CFwdAll PickUp GPickUp"},
		{wire.KeySetDigits, "<< EndCall", "<< EndCall"},
		{wire.KeySetRingOut, "EndCall", "EndCall"},
		{wire.KeySetRingIn, "Answer DND", ""},
		{wire.KeySetConnected, "Hold EndCall Trnsfer Confrn Park", "EndCall Hold"},
		{wire.KeySetConnectedTransfer, "Hold EndCall Trnsfer Confrn Park", "EndCall Hold"},
		{wire.KeySetConnectedConference, "Hold EndCall Trnsfer Confrn Park RmLstC", "EndCall Hold"},
		{wire.KeySetOnHold, "NewCall Resume", "NewCall Resume"},
		{wire.KeySetInUseHint, "NewCall", "NewCall"},
	} {
		if got := labels(softKeySet(tc.set, nil), wire.AllKeys); got != tc.usual {
			t.Errorf("set %d: %q, want %q", tc.set, got, tc.usual)
		}
		if got := labels(softKeySet(tc.set, arranged), wire.AllKeys); got != tc.arrange {
			t.Errorf("set %d, arranged: %q, want %q", tc.set, got, tc.arrange)
		}
	}
}

// A phone takes the help text of a key from its place, and reports its event.
func TestSoftKeyTemplate(t *testing.T) {
	m := softKeyTemplate().(*wire.SoftKeyTemplateRes)
	if len(m.Keys) > 32 || int(m.Total) != len(m.Keys) {
		t.Fatalf("%d keys, total %d", len(m.Keys), m.Total)
	}
	for place, event := range map[int]uint32{1: wire.EventRedial, 18: wire.EventGroupPickUp, 22: wire.EventDND, 28: wire.EventDivert} {
		if m.Keys[place-1].Event != event {
			t.Errorf("place %d: event %d, want %d", place, m.Keys[place-1].Event, event)
		}
	}
	for _, k := range m.Keys {
		if len(k.Label) > 15 || (k.Label == "") != (k.Event == 0) {
			t.Errorf("key %+v", k)
		}
	}
	sets := softKeySets(twoLines().sets).(*wire.SoftKeySetRes)
	if len(sets.Sets) != wire.KeySets || sets.Sets[wire.KeySetRingIn] != (wire.SoftKeySet{11, 22}) {
		t.Errorf("sets %v", sets.Sets)
	}
	// More keys than a set has room for.
	many := map[string][]string{"idle": slices.Repeat([]string{"Redial"}, 40)}
	if got := len(softKeySet(wire.KeySetOnHook, many)); got != 16 {
		t.Errorf("%d keys in a set", got)
	}
}

// What cannot be done now is not offered.
func TestOffered(t *testing.T) {
	f := twoLines()
	show := func(v call.View, c call.CallView) string {
		set := setOf(&c)
		return labels(f.sets[set], mask(f.sets[set], &v, &c))
	}
	dnd := idle()
	dnd.DnD = true
	transfer, transferOut := consult(), consult()
	transfer.State, transferOut.State = call.Connected, call.RingOut
	conference := transfer
	conference.Consult = call.ForConference
	joined := talking(in(0))
	joined.Conference = true
	for _, tc := range []struct {
		name string
		got  string
		want string
	}{
		{"ringing", show(idle(), in(call.RingIn)), "Answer DND"},
		{"ringing, DnD", show(dnd, in(call.RingIn)), "Answer"},
		{"idle, DnD", labels(f.sets[0], mask(f.sets[0], &dnd, &call.CallView{})), "Redial NewCall CFwdAll PickUp GPickUp DND"},
		{"consultation", show(idle(), consult()), "Redial EndCall"},
		{"transfer rings", show(idle(), transferOut), "EndCall Trnsfer"},
		{"transfer talks", show(idle(), transfer), "Hold EndCall Trnsfer"},
		{"conference to be", show(idle(), conference), "Hold EndCall Confrn"},
		{"conference", show(idle(), joined), "Hold EndCall Trnsfer Confrn RmLstC"},
		{"held", show(idle(), in(call.Held)), "NewCall Resume"},
		{"busy", show(idle(), out(call.Busy)), "EndCall"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, tc.got, tc.want)
		}
	}
}

func TestLayout(t *testing.T) {
	line := func(b int) phones.SpecLine {
		return phones.SpecLine{Button: b, Sep: phones.Normal, DNs: []phones.DNID{{Tag: b}}}
	}
	e := phones.Ephone{
		SpeedDials: []phones.SpeedDial{{Tag: 2, Number: "2"}, {Tag: 1, Number: "1"}},
		BLF:        []phones.BLFKey{{Tag: 4, Number: "204"}, {Tag: 2, Number: "202"}},
	}
	for _, tc := range []struct {
		model  string
		addons []string
		lines  []int
		want   string
	}{
		// Lines keep their keys, speed dials take those between and behind.
		{"7960", nil, []int{1, 3}, "L1 S1 L3 S2 B2 B4"},
		{"7940", nil, []int{1}, "L1 S1"},
		{"7970", nil, []int{1, 2}, "L1 L2 S1 S2 B2 B4 - -"},
		{"7911", nil, []int{1}, "L1"},
		{"7985", nil, nil, "S1"},
		{"7910", nil, []int{1}, "L1 0x3/2 0x4/3 0x8/4 0xf/5 0x7d/6 0x5/7 0x1/8"},
		{"7902", nil, []int{1}, "L1 0x3/2 0x4/3 0xf/4 0x7d/5 0x5/6 0x1/7"},
		{"anl", nil, []int{1}, "L1"},
		{"7931", nil, []int{1, 20}, "L1 S1 S2 B2 B4" + strings.Repeat(" -", 14) + " L20 0xc2/21 0xc3/22 0xc6/23 0xc5/24"},
		{"7960", []string{"7914"}, []int{1, 2, 7}, "L1 L2 S1 S2 B2 B4 L7" + strings.Repeat(" -", 13)},
		{"", nil, []int{1, 5}, "L1 S1 S2 B2 L5 B4"},
	} {
		spec := phones.Spec{}
		for _, b := range tc.lines {
			spec.Lines = append(spec.Lines, line(b))
		}
		e.Addons = tc.addons
		model, _ := phones.ModelNamed(tc.model)
		var got []string
		for _, k := range layoutOf(spec, e, model, model.Buttons(e.Addons)) {
			got = append(got, keyWord(k))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s %v:\n got %s\nwant %s", tc.model, tc.addons, strings.Join(got, " "), tc.want)
		}
	}
	// Two large modules need the longer template.
	model, _ := phones.ModelNamed("7975")
	big := layoutOf(phones.Spec{Lines: []phones.SpecLine{line(1), line(56)}}, phones.Ephone{Addons: []string{"7916-24", "7916-24"}}, model, model.Buttons([]string{"7916-24", "7916-24"}))
	m := buttonTemplate(big).(*wire.ButtonTemplateRes)
	if len(m.Buttons) != 56 || m.Buttons[55] != (wire.Button{Instance: 56, Type: uint8(wire.ButtonLine)}) || m.Buttons[1] != (wire.Button{Type: uint8(wire.ButtonUndefined)}) {
		t.Errorf("template of 56 keys: %v", m.Buttons)
	}
}
