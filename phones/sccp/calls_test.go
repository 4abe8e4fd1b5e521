package sccp

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// newCallLab is a lab with the call model itself.
func newCallLab(t testing.TB, cfg phones.Config) *lab {
	l := &lab{t: t, net: memnet.New(), log: logbuf.New(time.Now)}
	l.log.Attach(logbuf.Console, "", func(_ logbuf.Severity, line string) {
		_, text, _ := strings.Cut(line, ": ")
		l.mu.Lock()
		l.lines = append(l.lines, text)
		l.mu.Unlock()
	})
	l.hub = presence.New(presence.Options{Log: l.log, Shards: 2})
	x := call.New(call.Options{Log: l.log, Publisher: l.hub})
	l.s = New(Options{Net: l.net, Log: l.log, Exchange: x, Hub: l.hub})
	if err := x.Apply(context.Background(), phones.Config{}, cfg); err != nil {
		t.Fatal(err)
	}
	l.apply(cfg)
	t.Cleanup(func() {
		l.s.Close()
		x.Close()
		l.hub.Close()
		l.log.Close()
	})
	return l
}

// all is everything that the phone has been sent by now, shortly.
func (p *phone) all() []string {
	p.t.Helper()
	var got []string
	for {
		synctest.Wait()
		m, err := p.read()
		if err != nil {
			return got
		}
		got = append(got, word(m))
	}
}

// wantPhoneLog compares the lines of debug output that phones/sccp writes.
func (l *lab) wantPhoneLog(want string) {
	l.t.Helper()
	var got, lines []string
	for _, line := range l.logged() {
		if strings.HasPrefix(line, "ephone-") || strings.HasPrefix(line, "DN ") {
			got = append(got, line)
		}
	}
	for line := range strings.Lines(strings.TrimSpace(want)) {
		lines = append(lines, strings.TrimLeft(strings.TrimSuffix(line, "\n"), "\t"))
	}
	if !slices.Equal(got, lines) {
		l.t.Errorf("log:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

func (p *phone) wantAll(want string) {
	p.t.Helper()
	got := p.all()
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if !slices.Equal(got, lines) {
		p.t.Errorf("sent:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// press sends what a phone sends when its user does something.
func (p *phone) press(list ...wire.Message) { p.t.Helper(); p.send(list...) }

func keypad(number string) []wire.Message {
	var list []wire.Message
	for _, d := range []byte(number) {
		b, _ := wire.KeypadFor(d)
		list = append(list, &wire.KeypadButton{Button: b})
	}
	return list
}

func TestCallOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.EphoneDNs[1].Name = "Bob"
		l := newCallLab(t, cfg)
		ann, bob := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 11)
		ann.begin()
		bob.begin()
		ann.all()
		bob.all()
		l.logged()
		l.log.SetDebug(TopicState, true)
		l.s.DebugOnly(TopicState, []phones.MAC{cfg.Ephones[0].MAC})

		ann.press(&wire.OffHook{})
		ann.wantAll(`
			SetRinger 1 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/1
			SelectSoftKeys 1/1 4 0x1f
			PromptV2 1/1 Enter number
			ActivateCallPlane 1
			StartTone 0x21 1/1`)
		ann.press(keypad("2003")...)
		// Ann's phone has Bob's line too.
		ann.wantAll(`
			StopTone 1/1
			SelectSoftKeys 1/1 6 0x3
			DialedNumber 2003 1/1
			CallState TsRingOut 1/1
			CallInfo 2001>2003 type 2 1/1
			StartTone 0x24 1/1
			SelectSoftKeys 1/1 8 0x1
			PromptV2 1/1 Ring Out
			CallState TsRingIn 2/2
			SelectSoftKeys 2/2 3 0x3
			PromptV2 2/2 From 2001
			PriNotify 10 s 5 From 2001
			CallInfo 2001>2003 type 1 2/2
			StartTone 0x2d 2/2
			SetLamp 0x9 2 5
			SelectSoftKeys 1/1 8 0x1`)
		bob.wantAll(`
			CallState TsRingIn 1/2
			SelectSoftKeys 1/2 3 0x3
			PromptV2 1/2 From 2001
			PriNotify 10 s 5 From 2001
			CallInfo 2001>2003 type 1 1/2
			SetLamp 0x9 1 5
			SetRinger 2 1`)
		bob.press(&wire.SoftKeyEvent{Event: wire.EventAnswer, Line: 1, Ref: 2})
		bob.wantAll(`
			SetRinger 1 1
			ClearPriNotify 5
			SetSpeakerMode 1
			SetLamp 0x9 1 2
			CallState TsOffHook 1/2
			ActivateCallPlane 1
			StopTone 1/2
			OpenReceive codec 4 2
			CallState TsConnected 1/2
			CallInfo 2001>2003 type 1 1/2
			SelectSoftKeys 1/2 1 0x1f
			PromptV2 1/2 Connected`)
		ann.wantAll(`
			ClearPriNotify 5
			ClearPrompt 2/2
			CallState TsCallRemoteMultiline 2/2
			CallState TsOnHook 2/2
			SetLamp 0x9 2 2
			StopTone 2/2
			StopTone 1/1
			CallState TsConnected 1/1
			SelectSoftKeys 1/1 1 0x1f
			PromptV2 1/1 Connected
			OpenReceive codec 4 1
			CallState TsCallRemoteMultiline 2/0
			SelectSoftKeys 2/0 10 0x1
			SelectSoftKeys 1/1 1 0x1f`)
		ann.press(&wire.OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.0.21"), Port: 24010, Party: 1, Ref: 1})
		bob.wantAll("StartMedia 10.1.0.21:24010 codec 4 2")
		bob.press(&wire.OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.0.22"), Port: 24612, Party: 2, Ref: 2})
		ann.wantAll("StartMedia 10.1.0.22:24612 codec 4 1")
		ann.press(&wire.OnHook{})
		ann.wantAll(`
			CloseReceive 1
			StopMedia 1
			SetSpeakerMode 2
			ClearPrompt 1/1
			CallState TsOnHook 1/1
			SelectSoftKeys 0/0 0 0x3f
			SetLamp 0x9 1 1
			StopTone 1/1
			CallState TsOnHook 2/0
			SetLamp 0x9 2 1
			PromptV2 0/0 Cisco Unified Communications Manager Express`)
		bob.all()
		l.wantPhoneLog(`
			ephone-1[1]:OFFHOOK
			ephone-1[1]:SIEZE on activeline 0
			ephone-1[1]:SetCallState line 1 DN 1 TsOffHook
			ephone-1[1]:Skinny-to-Skinny call DN 1 to DN 2 instance 1
			ephone-1[1]:SetCallState line 1 DN 1 TsRingOut
			ephone-1[1]:Call Info DN 1 line 1 ref 1 called 2003 calling 2001
			ephone-1[1]: Ann calling 
			ephone-1[1]: Bob
			ephone-1[1]:SetCallState line 2 DN 2 TsRingIn
			ephone-1[1]:Call Info DN 2 line 2 ref 2 called 2003 calling 2001
			ephone-1[1]: Ann calling 
			ephone-1[1]: Bob
			ephone-1[1]:SetCallState line 2 DN 2 TsCallRemoteMultiline
			ephone-1[1]:SetCallState line 2 DN 2 TsOnHook
			ephone-1[1]:SetCallState line 1 DN 1 TsConnected
			ephone-1[1]:OpenReceive DN 1 codec 4:G711Ulaw64k  duration 20 ms bytes 160
			ephone-1[1]:SetCallState line 2 DN 2 TsCallRemoteMultiline
			ephone-1[1]:OpenReceiveChannelAck 10.1.0.21 port=24010
			ephone-1[1]:StartMedia 10.1.0.22 port=24612
			DN 1 codec 4:G711Ulaw64k duration 20 ms bytes 160
			ephone-1[1]:ONHOOK
			ephone-1[1]:CloseReceive
			ephone-1[1]:StopMedia
			ephone-1[1]:SpeakerPhoneOnHook
			ephone-1[1]:SetCallState line 1 DN 1 TsOnHook
			ephone-1[1]:SetCallState line 2 DN 2 TsOnHook`)
	})
}

func TestDebugDetail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newCallLab(t, guide())
		ann := l.register(ephone1, 7, 11)
		ann.begin()
		ann.all()
		l.logged()
		l.log.SetDebug(TopicDetail, true)
		for _, m := range []wire.Message{&wire.OffHook{}, &wire.KeypadButton{Button: 2}, &wire.OnHook{}} {
			ann.press(m)
			ann.all()
		}
		l.wantPhoneLog(`
			ephone-1[1]:OFFHOOK
			ephone-1[1]:SIEZE on activeline 0
			ephone-1[1]:SetLineLamp 1 to ON
			ephone-1[1]:SetCallState line 1 DN 1 TsOffHook
			ephone-1[1]:KeypadButtonMessage 2
			ephone-1[1]:StopTone sent to ephone
			ephone-1[1]:ONHOOK
			ephone-1[1]:SpeakerPhoneOnHook
			ephone-1[1]:SetCallState line 1 DN 1 TsOnHook
			ephone-1[1]:SetLineLamp 1 to OFF
			ephone-1[1]:StopTone sent to ephone`)
		l.log.SetDebug(TopicDetail, false)
		l.log.SetDebug(TopicSCCPState, true)
		for _, m := range []wire.Message{&wire.OffHook{}, &wire.OnHook{}} {
			ann.press(m)
			ann.all()
		}
		l.wantPhoneLog(`
			ephone-1[1]:SetCallState line 1 DN 1 TsOffHook
			ephone-1[1]:SetCallState line 1 DN 1 TsOnHook`)
	})
}

// A key that has no function here is answered with a short text.
func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newCallLab(t, guide())
		ann := l.register(ephone1, 7, 11)
		ann.begin()
		ann.all()
		ann.press(&wire.SoftKeyEvent{Event: wire.EventCallBack})
		ann.wantAll("PriNotify 10 s 5 Feature Unavailable")
		ann.press(&wire.Stimulus{Stimulus: wire.ButtonVoicemail})
		ann.wantAll("PriNotify 10 s 5 No Voice Mail")
		ann.press(&wire.SoftKeyEvent{Event: wire.EventDND})
		ann.wantAll("PromptV2 0/0 Do Not Disturb is active")
		ann.press(&wire.SoftKeyEvent{Event: wire.EventDND})
		ann.wantAll("PromptV2 0/0 Cisco Unified Communications Manager Express")
	})
}

func TestTemplateOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[0].Softkeys = map[string][]string{"idle": {"Dnd", "Redial"}}
		cfg.Ephones[0].SpeedDials = []phones.SpeedDial{{Tag: 3, Number: "5003"}}
		l := newCallLab(t, cfg)
		ann := l.register(ephone1, 7, 11)
		ann.send(&wire.ButtonTemplateReq{}, &wire.SoftKeyTemplateReq{}, &wire.SoftKeySetReq{})
		keys := want[*wire.ButtonTemplateRes](ann)
		var got []string
		for _, b := range keys.Buttons {
			got = append(got, keyWord(newKey(uint32(b.Type), int(b.Instance))))
		}
		if text := strings.Join(got, " "); text != "L1 L2 S3 B2 B4 0xff/0" {
			t.Errorf("keys %s", text)
		}
		template, sets := want[*wire.SoftKeyTemplateRes](ann), want[*wire.SoftKeySetRes](ann)
		first := sets.Sets[wire.KeySetOnHook]
		if template.Keys[first[0]-1].Label != "DND" || template.Keys[first[1]-1].Label != "Redial" || first[2] != 0 {
			t.Errorf("idle soft keys %v", first)
		}
		ann.begin()
		if got := ann.all(); !slices.Contains(got, "SelectSoftKeys 0/0 0 0x3") {
			t.Errorf("sent %q", got)
		}
	})
}
