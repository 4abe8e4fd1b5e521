package sccp

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

func TestRings(t *testing.T) {
	for _, tc := range []struct {
		how  call.Ring
		want string
	}{
		{call.RingInside, "SetRinger 2 1"}, {call.RingOutside, "SetRinger 3 1"}, {call.RingFeature, "SetRinger 4 1"},
		{call.RingBeep, "SetRinger 2 2"}, {call.RingSilent, "SetRinger 5 1"}, {call.RingNone, ""},
	} {
		got := ""
		for _, w := range words(renderAll(idle(), with(0, ring(in(call.RingIn), tc.how)), twoLines())) {
			if strings.HasPrefix(w, "SetRinger") {
				got = w
			}
		}
		if got != tc.want {
			t.Errorf("ring %d: %q, want %q", tc.how, got, tc.want)
		}
	}
}

// A phone that has lifted its handset is not switched to its speaker.
func TestHandset(t *testing.T) {
	f := twoLines()
	f.hook = true
	if got := words(renderAll(idle(), with(16, out(call.Seized)), f)); slices.Contains(got, "SetSpeakerMode 1") {
		t.Errorf("speaker goes on: %q", got)
	}
}

// Old phones get the old forms.
func TestOldForms(t *testing.T) {
	f := twoLines()
	f.inUse = 5
	got := words(renderAll(idle(), with(16, out(call.RingOut)), f))
	for _, want := range []string{"Prompt 1/16 Ring Out", "CallInfoV1"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestStickyNotice(t *testing.T) {
	notice := with(16, talking(in(0)))
	notice.Notice = call.Notice{Seq: 7, Text: "No Park Number Available"}
	if got := words(renderAll(with(16, talking(in(0))), notice, twoLines())); !slices.Equal(got, []string{"PromptV2 1/16 No Park Number Available"}) {
		t.Errorf("notice: %q", got)
	}
	next := notice
	next.Waiting = true
	f := twoLines()
	f.sticky = true
	if got := words(renderAll(notice, next, f)); !slices.Equal(got, []string{"SetLamp 0xf 0 2", "PromptV2 1/16 Connected"}) {
		t.Errorf("next: %q", got)
	}
	over := idle()
	over.Notice = notice.Notice
	if got := words(renderAll(notice, over, f)); got[len(got)-1] != "PromptV2 0/0 Busylamp" {
		t.Errorf("end: %q", got)
	}
}

// Media follow what the other side can receive; the channel is opened again when
// that turns out to be another codec.
func TestCodecs(t *testing.T) {
	first, second := with(16, in(call.Connected)), with(16, talking(in(0)))
	first.Calls[0].Receive = true
	first.Spec.Codec, second.Spec.Codec = "g729r8", "g729r8"
	second.Calls[0].Send.Codecs = call.G711a | call.ILBC
	want := []string{"CloseReceive 16", "OpenReceive codec 2 16", "StartMedia 10.0.0.2:24612 codec 2 16"}
	if got := words(renderAll(first, second, twoLines())); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	paused := with(16, talking(in(0)))
	paused.Calls[0].Send.Inactive = true
	if got := words(renderAll(with(16, talking(in(0))), paused, twoLines())); !slices.Equal(got, []string{"StopMedia 16"}) {
		t.Errorf("other side holds: %q", got)
	}
	for name, want := range map[string]uint32{"": 4, "g711ulaw": 4, "g722r64": 6, "g729r8": 11, "ilbc": 86} {
		if got := codecOf(pick(name, 0)); got != want {
			t.Errorf("codec %q is %d, want %d", name, got, want)
		}
	}
}

func TestBackspace(t *testing.T) {
	long, short := out(call.Dialing), out(call.Dialing)
	long.Dialed, short.Dialed = "5002", "50"
	want := []string{"BackSpace 1/16", "BackSpace 1/16"}
	if got := words(renderAll(with(16, long), with(16, short), twoLines())); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// A call that found no line is told on the first.
func TestNoLine(t *testing.T) {
	v := idle()
	v.Calls, v.Active, v.OffHook = []call.CallView{{Ref: 20, State: call.Congestion, Tone: call.ToneReorder, Outgoing: true}}, 20, true
	got := words(renderAll(idle(), v, twoLines()))
	if !slices.Contains(got, "CallState TsCongestion 1/20") || !slices.Contains(got, "StartTone 0x25 1/20") {
		t.Errorf("sent %q", got)
	}
	end := words(renderAll(v, idle(), twoLines()))
	if !slices.Contains(end, "CallState TsOnHook 1/20") || !slices.Contains(end, "StopTone 1/20") {
		t.Errorf("sent at the end %q", end)
	}
}

// Everything can be encoded in every version.
func TestRenderEncodes(t *testing.T) {
	for _, version := range []int{3, 5, 8, 9, 11, 16, 17, 22} {
		f := twoLines()
		f.inUse = version
		views := []call.View{{}, idle(), with(16, ring(in(call.RingIn), call.RingInside)), with(16, talking(in(0))), idle()}
		for i := 1; i < len(views); i++ {
			for _, m := range renderAll(views[i-1], views[i], f) {
				if b := wire.Encode(nil, m, version); len(b) < 12 {
					t.Errorf("version %d: %T is %d bytes", version, m, len(b))
				}
			}
		}
	}
}
