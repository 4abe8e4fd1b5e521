package sccp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// What is sent, in which order: the orders of Cisco's call controls (facts of the
// wire, section 6.3).
func TestRender(t *testing.T) {
	lineInUse := idle()
	lineInUse.Lines[1].Remote, lineInUse.Lines[1].Lamp = true, call.LampOn
	heldElsewhere := idle()
	heldElsewhere.Lines[0].Held, heldElsewhere.Lines[0].Lamp = 40, call.LampFlash
	watched := idle()
	watched.Lines[1].DnD, watched.Lines[1].Lamp = true, call.LampOn
	dnd := idle()
	dnd.DnD = true
	forwarded := idle()
	forwarded.Lines[0].Forward = phones.Forward{All: "5009", Busy: "5010"}
	waiting := idle()
	waiting.Waiting, waiting.Lines[0].Waiting = true, true
	paged := idle()
	paged.Paged = &call.Page{Ref: 99, DN: phones.DNID{Tag: 9}, From: him, Group: netip.MustParseAddrPort("239.1.1.0:20480")}
	pagedAlone := idle()
	pagedAlone.Paged = &call.Page{Ref: 99, DN: phones.DNID{Tag: 9}, From: him}
	notice := idle()
	notice.Notice = call.Notice{Seq: 1, Text: "Key Is Not Active", Seconds: 5}

	dial := with(16, tone(out(call.Seized), call.ToneDial))
	digits := with(16, out(call.Dialing))
	ringOut := with(16, tone(out(call.RingOut), call.ToneRingback))
	ringIn := with(0, ring(in(call.RingIn), call.RingInside))
	answered := in(call.Connected)
	answered.Receive = true
	held := in(call.Held)
	consult := out(call.Seized)
	consult.Ref, consult.Button, consult.Consult, consult.Of, consult.Tone = 17, 2, call.ForTransfer, 16, call.ToneDial
	consulting := out(call.Connected)
	consulting.Ref, consulting.Button, consulting.Consult, consulting.Of = 17, 2, call.ForTransfer, 16
	second := ring(in(call.Waiting), call.RingInside)
	second.Ref, second.Tone = 18, call.ToneCallWaiting
	taken := talking(in(0))
	taken.Ref = 40
	takenBack := with(40, taken)
	conf := talking(in(call.Connected))
	conf.Conference = true
	parked := idle()
	parked.Notice = call.Notice{Seq: 1, Text: "Call park at 701", Seconds: 10}
	stolen := lineInUse
	stolen.Lines = slices.Clone(lineInUse.Lines)
	stolen.Lines[0], stolen.Lines[1] = stolen.Lines[1], stolen.Lines[0]
	stolen.Lines[0].Button, stolen.Lines[1].Button = 1, 2

	for _, tc := range []struct {
		name     string
		old, new call.View
		want     string
	}{
		{"nothing", idle(), idle(), ""},
		{"registered", call.View{}, idle(), `
			SetLamp 0x9 1 1
			SetLamp 0xf 1 1
			ForwardStat 1 ""
			SetLamp 0x9 2 1
			SetLamp 0xf 2 1
			ForwardStat 2 ""
			SetLamp 0xf 0 1
			SelectSoftKeys 0/0 0 0x3f
			PromptV2 0/0 Busylamp`},
		{"off hook", idle(), dial, `
			SetRinger 1 1
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/16
			SelectSoftKeys 1/16 4 0x1f
			PromptV2 1/16 Enter number
			ActivateCallPlane 1
			StartTone 0x21 1/16`},
		{"first digit", dial, digits, `
			StopTone 1/16
			SelectSoftKeys 1/16 6 0x3`},
		{"dialled", digits, ringOut, `
			DialedNumber 5002 1/16
			CallState TsRingOut 1/16
			CallInfo 5001>5002 type 2 1/16
			StartTone 0x24 1/16
			SelectSoftKeys 1/16 8 0x1
			PromptV2 1/16 Ring Out`},
		{"busy", digits, with(16, tone(out(call.Busy), call.ToneBusy)), `
			DialedNumber 5002 1/16
			CallState TsBusy 1/16
			CallInfo 5001>5002 type 2 1/16
			StartTone 0x23 1/16
			SelectSoftKeys 1/16 8 0x1
			PromptV2 1/16 Busy`},
		{"other side answers", ringOut, with(16, talking(out(call.Connected))), `
			StopTone 1/16
			CallState TsConnected 1/16
			SelectSoftKeys 1/16 1 0x1f
			PromptV2 1/16 Connected
			OpenReceive codec 4 16
			StartMedia 10.0.0.2:24612 codec 4 16`},
		{"ring in", idle(), ringIn, `
			CallState TsRingIn 1/16
			SelectSoftKeys 1/16 3 0x3
			PromptV2 1/16 From 5002
			PriNotify 10 s 5 From 5002
			CallInfo 5002>5001 type 1 1/16
			SetLamp 0x9 1 5
			SetRinger 2 1`},
		{"answer", ringIn, with(16, answered), `
			SetRinger 1 1
			ClearPriNotify 5
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/16
			ActivateCallPlane 1
			StopTone 1/16
			OpenReceive codec 4 16
			CallState TsConnected 1/16
			CallInfo 5002>5001 type 1 1/16
			SelectSoftKeys 1/16 1 0x1f
			PromptV2 1/16 Connected`},
		{"picked up, retrieved or joined", idle(), with(16, talking(in(0))), `
			SetRinger 1 1
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/16
			ActivateCallPlane 1
			StopTone 1/16
			CallInfo 5002>5001 type 1 1/16
			OpenReceive codec 4 16
			StartMedia 10.0.0.2:24612 codec 4 16
			CallState TsConnected 1/16
			SelectSoftKeys 1/16 1 0x1f
			PromptV2 1/16 Connected`},
		{"resumed here, held at another phone of the line", heldElsewhere, takenBack, `
			SetRinger 1 1
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/40
			ActivateCallPlane 1
			StopTone 1/40
			CallInfo 5002>5001 type 1 1/40
			OpenReceive codec 4 40
			StartMedia 10.0.0.2:24612 codec 4 40
			CallState TsConnected 1/40
			SelectSoftKeys 1/40 1 0x1f
			PromptV2 1/40 Connected`},
		{"dialled from a list", idle(), ringOut, `
			SetRinger 1 1
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/16
			ActivateCallPlane 1
			DialedNumber 5002 1/16
			CallState TsRingOut 1/16
			CallInfo 5001>5002 type 2 1/16
			StartTone 0x24 1/16
			SelectSoftKeys 1/16 8 0x1
			PromptV2 1/16 Ring Out`},
		{"media known", with(16, answered), with(16, talking(in(0))), "StartMedia 10.0.0.2:24612 codec 4 16"},
		{"end", with(16, talking(in(0))), idle(), `
			CloseReceive 16
			StopMedia 16
			SetSpeakerMode 2
			ClearPrompt 1/16
			CallState TsOnHook 1/16
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 1
			StopTone 1/16
			PromptV2 0/0 Busylamp`},
		{"caller gives up", ringIn, idle(), `
			SetRinger 1 1
			ClearPriNotify 5
			ClearPrompt 1/16
			CallState TsOnHook 1/16
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 1
			StopTone 1/16
			PromptV2 0/0 Busylamp`},
		{"answered at another phone of the line", ringIn, stolen, `
			SetRinger 1 1
			ClearPriNotify 5
			ClearPrompt 1/16
			CallState TsCallRemoteMultiline 1/16
			CallState TsOnHook 1/16
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 2
			StopTone 1/16
			CallState TsCallRemoteMultiline 1/0
			SelectSoftKeys 1/0 10 0x1
			SelectSoftKeys 0/0 0 0x3f
			PromptV2 0/0 Busylamp`},
		{"hold", with(16, talking(in(0))), with(0, held), `
			CallState TsHold 1/16
			SelectSoftKeys 1/16 2 0x3
			CloseReceive 16
			StopMedia 16
			PromptV2 1/16 Hold
			SetSpeakerMode 2
			SetLamp 0x9 1 3`},
		{"resume", with(0, held), with(16, talking(in(0))), `
			SetRinger 1 1
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			ActivateCallPlane 1
			OpenReceive codec 4 16
			StartMedia 10.0.0.2:24612 codec 4 16
			CallState TsConnected 1/16
			SelectSoftKeys 1/16 1 0x1f
			PromptV2 1/16 Connected`},
		{"transfer begins", with(16, talking(in(0))), with(17, held, consult), `
			SetLamp 0x9 2 2
			CallState TsHold 1/16
			SelectSoftKeys 1/16 2 0x3
			CloseReceive 16
			StopMedia 16
			PromptV2 1/16 Hold
			CallState TsOffHook 2/17
			SelectSoftKeys 2/17 4 0x3
			PromptV2 2/17 Enter number
			ActivateCallPlane 2
			StartTone 0x21 2/17
			SetLamp 0x9 1 3`},
		{"transfer done", with(17, held, talking(consulting)), idle(), `
			CloseReceive 17
			StopMedia 17
			SetSpeakerMode 2
			ClearPrompt 1/16
			CallState TsOnHook 1/16
			ClearPrompt 2/17
			CallState TsOnHook 2/17
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 1
			SetLamp 0x9 2 1
			StopTone 1/16
			StopTone 2/17
			PromptV2 0/0 Busylamp`},
		{"call waiting", with(16, talking(in(0))), with(16, talking(in(0)), second), `
			CallState TsRingIn 1/18
			SelectSoftKeys 1/18 3 0x3
			PromptV2 1/18 From 5002
			PriNotify 10 s 5 From 5002
			CallInfo 5002>5001 type 1 1/18
			StartTone 0x2d 1/18
			SetLamp 0x9 1 5
			SelectSoftKeys 1/16 1 0x1f`},
		{"park", with(16, talking(in(0))), parked, `
			CloseReceive 16
			StopMedia 16
			SetSpeakerMode 2
			ClearPrompt 1/16
			CallState TsOnHook 1/16
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 1
			StopTone 1/16
			PromptV2 0/0 Busylamp
			Notify 10 s Call park at 701`},
		{"conference", with(16, talking(in(0))), with(16, conf), `
			SelectSoftKeys 1/16 7 0x2f
			PromptV2 1/16 Conference`},
		{"remote in use", idle(), lineInUse, `
			CallState TsCallRemoteMultiline 2/0
			SelectSoftKeys 2/0 10 0x1
			SetLamp 0x9 2 2
			SelectSoftKeys 0/0 0 0x3f`},
		{"remote no longer in use", lineInUse, idle(), `
			CallState TsOnHook 2/0
			SetLamp 0x9 2 1`},
		{"held at another phone", lineInUse, heldElsewhere, `
			CallState TsHold 1/40
			SelectSoftKeys 1/40 2 0x3
			SetLamp 0x9 1 4
			CallState TsOnHook 2/0
			SetLamp 0x9 2 1
			SelectSoftKeys 0/0 0 0x3f`},
		{"watched phone is not to be disturbed", idle(), watched, `
			CallState TsCallRemoteMultiline 2/0
			SelectSoftKeys 2/0 10 0x1
			SetLamp 0x9 2 2
			SelectSoftKeys 0/0 0 0x3f`},
		{"DnD", idle(), dnd, "PromptV2 0/0 Do Not Disturb is active"},
		{"DnD ends", dnd, idle(), "PromptV2 0/0 Busylamp"},
		{"forwarded", idle(), forwarded, `
			ForwardStat 1 "5009"
			PromptV2 0/0 Forwarded to 5009`},
		{"messages", idle(), waiting, `
			SetLamp 0xf 1 2
			SetLamp 0xf 0 2`},
		{"page", idle(), paged, `
			SetRinger 1 1
			SetSpeakerMode 1
			StartMulticast 239.1.1.0:20480
			PromptV2 0/0 Paging From 5002`},
		{"page ends", paged, idle(), `
			StopMulticast
			SetSpeakerMode 2
			PromptV2 0/0 Busylamp`},
		{"page one by one", idle(), pagedAlone, `
			SetRinger 1 1
			SetSpeakerMode 1
			OpenReceive codec 4 99
			PromptV2 0/0 Paging From 5002`},
		{"notice", idle(), notice, "Notify 5 s Key Is Not Active"},
		{"notice is shown once", notice, notice, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := strings.Fields(strings.ReplaceAll(strings.TrimSpace(tc.want), " ", "_"))
			for i := range want {
				want[i] = strings.ReplaceAll(strings.Trim(want[i], "\t"), "_", " ")
			}
			if got := words(renderAll(tc.old, tc.new, twoLines())); !slices.Equal(got, want) {
				t.Errorf("sent:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}
