package sccp

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"pgregory.net/rapid"
)

// handset is a phone that does what it is told and knows nothing else.
type handset struct {
	lamps, messages map[uint32]uint32 // by line
	states, tones   map[string]uint32 // by line/reference
	prompts         map[string]string
	receives        map[uint32]uint32 // codec by reference
	sends           map[uint32]string
	forwards        map[uint32]string
	keys            wire.SelectSoftKeys
	ring            uint32
	speaker, group  bool
}

func newHandset() *handset {
	return &handset{
		lamps: map[uint32]uint32{}, messages: map[uint32]uint32{}, states: map[string]uint32{}, tones: map[string]uint32{},
		prompts: map[string]string{}, receives: map[uint32]uint32{}, sends: map[uint32]string{}, forwards: map[uint32]string{}, ring: wire.RingOff,
	}
}

func at(line, ref uint32) string { return fmt.Sprintf("%d/%d", line, ref) }

func (h *handset) take(m wire.Message) {
	switch m := m.(type) {
	case *wire.SetLamp:
		if m.Stimulus == wire.ButtonLine {
			h.lamps[m.Instance] = m.Mode
		} else {
			h.messages[m.Instance] = m.Mode
		}
	case *wire.CallState:
		h.states[at(m.Line, m.Ref)] = m.State
		if m.State == wire.StateOnHook {
			delete(h.states, at(m.Line, m.Ref))
		}
	case *wire.StartTone:
		h.tones[at(m.Line, m.Ref)] = m.Tone
	case *wire.StopTone:
		delete(h.tones, at(m.Line, m.Ref))
	case *wire.DisplayPromptStatusV2:
		h.prompts[at(m.Line, m.Ref)] = m.Text
	case *wire.ClearPromptStatus:
		delete(h.prompts, at(m.Line, m.Ref))
	case *wire.OpenReceiveChannel:
		h.receives[m.Ref] = m.Codec
	case *wire.CloseReceiveChannel:
		delete(h.receives, m.Ref)
	case *wire.StartMediaTransmission:
		h.sends[m.Ref] = fmt.Sprintf("%s:%d %d", m.Addr, m.Port, m.Codec)
	case *wire.StopMediaTransmission:
		delete(h.sends, m.Ref)
	case *wire.StartMulticastMediaReception:
		h.group = true
	case *wire.StopMulticastMediaReception:
		h.group = false
	case *wire.SetSpeakerMode:
		h.speaker = m.Mode == wire.SwitchOn
	case *wire.SetRinger:
		h.ring = m.Mode
	case *wire.SelectSoftKeys:
		h.keys = *m
	case *wire.ForwardStat:
		h.forwards[m.Line] = m.All.Number
	}
}

// drawView is any View, also ones that the call model would never make.
func drawView(t *rapid.T) call.View {
	v := idle()
	v.OffHook, v.DnD, v.Waiting = rapid.Bool().Draw(t, "off hook"), rapid.Bool().Draw(t, "dnd"), rapid.Bool().Draw(t, "waiting")
	for i := range v.Lines {
		l := &v.Lines[i]
		l.Lamp = call.Lamp(rapid.IntRange(1, 5).Draw(t, "lamp"))
		l.Waiting, l.Remote = rapid.Bool().Draw(t, "message"), rapid.Bool().Draw(t, "remote")
		l.Forward.All = rapid.SampledFrom([]string{"", "", "5009"}).Draw(t, "forward")
		l.Held = rapid.SampledFrom([]uint32{0, 0, 3, 40}).Draw(t, "held")
	}
	refs := []uint32{1, 2, 3, 4}
	for _, ref := range refs[:rapid.IntRange(0, 4).Draw(t, "calls")] {
		if rapid.Bool().Draw(t, "absent") {
			continue
		}
		c := call.CallView{
			Ref: ref, State: call.State(rapid.IntRange(1, int(call.NoSuchNumber)).Draw(t, "state")), Button: rapid.IntRange(0, 2).Draw(t, "button"),
			Tone: call.Tone(rapid.IntRange(0, int(call.ToneZipZip)).Draw(t, "tone")), Ring: call.Ring(rapid.IntRange(0, 5).Draw(t, "ring")),
			Receive: rapid.Bool().Draw(t, "receive"), Consult: call.Consult(rapid.IntRange(0, 2).Draw(t, "consult")),
			Conference: rapid.Bool().Draw(t, "conference"), Calling: him, Called: me, Outgoing: rapid.Bool().Draw(t, "outgoing"),
			Dialed: rapid.SampledFrom([]string{"", "5", "5002"}).Draw(t, "dialed"),
		}
		if rapid.Bool().Draw(t, "send") {
			c.Send = peer
			c.Send.Inactive = rapid.Bool().Draw(t, "inactive")
			c.Send.Codecs = call.Codecs(rapid.IntRange(0, int(call.AllCodecs)).Draw(t, "codecs"))
		}
		v.Calls = append(v.Calls, c)
	}
	if len(v.Calls) > 0 && rapid.Bool().Draw(t, "active") {
		v.Active = rapid.SampledFrom(v.Calls).Draw(t, "which").Ref
	}
	if rapid.IntRange(0, 3).Draw(t, "page") == 0 {
		v.Paged = &call.Page{Ref: 99, From: him}
		if rapid.Bool().Draw(t, "multicast") {
			v.Paged.Group = netip.MustParseAddrPort("239.1.1.0:20480")
		}
	}
	return v
}

// expect is the phone that shows the View.
func expect(v call.View) *handset {
	h := newHandset()
	h.speaker = v.OffHook || v.Paged != nil
	h.group = v.Paged != nil && v.Paged.Group.IsValid()
	h.prompts["0/0"] = idlePrompt(&v, "Busylamp")
	if v.Paged != nil && !h.group {
		h.receives[99] = wire.CodecG711U
	}
	lamp := map[bool]uint32{false: wire.LampOff, true: wire.LampOn}
	h.messages[0] = lamp[v.Waiting]
	for _, l := range v.Lines {
		line := uint32(l.Button)
		h.lamps[line], h.messages[line], h.forwards[line] = uint32(l.Lamp), lamp[l.Waiting], l.Forward.All
		_, own := v.Call(l.Held)
		if l.Held != 0 && !own {
			h.states[at(line, l.Held)] = wire.StateHold
		} else if l.Remote {
			h.states[at(line, 0)] = wire.StateRemoteMultiline
		}
	}
	for _, c := range v.Calls {
		line := uint32(max(c.Button, 1))
		where := at(line, c.Ref)
		h.states[where], h.prompts[where] = stateOf(c.State), promptOf(&c)
		if c.Tone != call.ToneNone {
			h.tones[where] = toneOf(c.Tone)
		}
		codec := codecOf(pick("", c.Send.Codecs))
		if c.Receive {
			h.receives[c.Ref] = codec
		}
		if c.Send.Valid() && !c.Send.Inactive {
			h.sends[c.Ref] = fmt.Sprintf("%s %d", c.Send.Addr, codec)
		}
	}
	return h
}

// same compares a phone with what it is to be like.
func (h *handset) same(t *rapid.T, want *handset, v call.View) {
	for name, ok := range map[string]bool{
		"lamps": maps.Equal(h.lamps, want.lamps), "messages": maps.Equal(h.messages, want.messages),
		"states": maps.Equal(h.states, want.states), "tones": maps.Equal(h.tones, want.tones),
		"prompts": maps.Equal(h.prompts, want.prompts), "receives": maps.Equal(h.receives, want.receives),
		"sends": maps.Equal(h.sends, want.sends), "forwards": maps.Equal(h.forwards, want.forwards),
		"speaker": h.speaker == want.speaker, "group": h.group == want.group,
	} {
		if !ok {
			t.Fatalf("%s differ:\nphone %+v\nwant  %+v\nview  %+v", name, h, want, v)
		}
	}
	audible := false
	for _, c := range v.Calls {
		audible = audible || !v.OffHook && (c.State == call.RingIn || c.State == call.Waiting) && c.Ring != call.RingNone
	}
	if audible != (h.ring != wire.RingOff) {
		t.Fatalf("ringer is %d: %+v", h.ring, v)
	}
	switch {
	case len(v.Calls) == 0:
		if h.keys.Line != 0 || h.keys.Ref != 0 || h.keys.Set != wire.KeySetOnHook {
			t.Fatalf("soft keys of an idle phone: %+v", h.keys)
		}
	case v.Active != 0:
		c, _ := v.Call(v.Active)
		if h.keys.Ref != v.Active || h.keys.Set != setOf(&c) {
			t.Fatalf("soft keys of the active call: %+v: %+v", h.keys, v)
		}
	default:
		if _, ok := v.Call(h.keys.Ref); !ok {
			t.Fatalf("soft keys of no call: %+v: %+v", h.keys, v)
		}
	}
}

// untold is a message about a call that is new in now, before its CallState; nil if
// there is none.
func untold(messages []wire.Message, old, now call.View) wire.Message {
	told := map[uint32]bool{}
	for _, m := range messages {
		var ref uint32
		switch m := m.(type) {
		case *wire.CallState:
			told[m.Ref] = true
		case *wire.SelectSoftKeys:
			ref = m.Ref
		case *wire.DisplayPromptStatusV2:
			ref = m.Ref
		case *wire.StartTone:
			ref = m.Ref
		case *wire.StopTone:
			ref = m.Ref
		case *wire.CallInfoV2:
			ref = m.Ref
		case *wire.DialedNumber:
			ref = m.Ref
		case *wire.BackSpaceRes:
			ref = m.Ref
		case *wire.OpenReceiveChannel:
			ref = m.Ref
		case *wire.StartMediaTransmission:
			ref = m.Ref
		case *wire.SetRinger:
			ref = m.Ref
		}
		_, is := now.Call(ref)
		if _, was := old.Call(ref); is && !was && !told[ref] {
			return m
		}
	}
	return nil
}

// Whatever Views follow one another, the phone shows the newest; after all is over
// nothing is lit, open, heard or ringing.
func TestPhoneShowsNewestView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, f, old, kept := newHandset(), twoLines(), call.View{}, new(painter)
		show := func(v call.View) {
			messages := renderAll(old, v, f)
			if got := words(kept.render(&old, &v, &f)); !slices.Equal(got, words(messages)) {
				t.Fatalf("a painter that has painted the phone before: %q, not %q", got, words(messages))
			}
			if kept.rest(); len(v.Calls) == 0 {
				kept.wipe()
			}
			if m := untold(messages, old, v); m != nil {
				t.Fatalf("%s before its CallState: %q", word(m), words(messages))
			}
			for _, m := range messages {
				h.take(m)
			}
			old = v
		}
		for range rapid.IntRange(1, 12).Draw(t, "views") {
			v := drawView(t)
			show(v)
			h.same(t, expect(v), v)
			if again := renderAll(v, v, f); len(again) > 0 {
				t.Fatalf("the same View is shown by %q", words(again))
			}
		}
		show(idle())
		h.same(t, expect(idle()), idle())
		if len(h.states)+len(h.tones)+len(h.receives)+len(h.sends) > 0 {
			t.Fatalf("something goes on: %+v", h)
		}
		show(call.View{Device: phones.Device{Kind: phones.EphoneDevice, Tag: 1}})
		for line, mode := range h.lamps {
			if mode != wire.LampOff {
				t.Fatalf("lamp of line %d stays lit", line)
			}
		}
	})
}
