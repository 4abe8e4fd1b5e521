package wire

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

// unhex reads bytes as they are printed, with blanks.
func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var someServers = [5]Server{{Name: "CME", Port: 2000, Addr: netip.MustParseAddr("10.1.1.1")}}

// The lengths of frames that captures show; the length word counts the identifier
// and the body.
func TestLengths(t *testing.T) {
	for _, c := range []struct {
		m      Message
		inUse  int
		length int
	}{
		{&KeepAlive{}, 9, 4},
		{&KeepAliveAck{}, 9, 4},
		{NewRegisterAck(9, 30, 30, "M/D/Y"), 9, 24},
		{&CapabilitiesRes{Audio: []Capability{{Codec: CodecG711U}}}, 9, 296},
		{&ServerRes{Servers: someServers}, 9, 284},
		{&ServerRes{Servers: someServers}, 17, 364},
		{&ConfigStat{Name: "SEP000000000001"}, 9, 116},
		{NewDefineTimeDate(time.Now()), 9, 40},
		{NewForwardStat(1, "2001", "", ""), 17, 96},
		{NewForwardStat(1, "2001", "", ""), 18, 100},
		{NewButtonTemplate(make([]Button, 6)), 9, 100},
		{NewButtonTemplate(make([]Button, 54)), 9, 128},
		{NewLineStat(16, 1, "2001", "", ""), 16, 116},
		{NewSpeedDialStat(16, 1, "2001", ""), 16, 72},
		{NewFeatureStat(7, 1, ButtonBLFSpeedDial, BLFIdle, "Sales"), 7, 56},
		{NewFeatureStat(8, 1, ButtonBLFSpeedDial, BLFIdle, "Sales"), 8, 24},
		{&SubscriptionStatReq{Number: "2001"}, 9, 272},
		{&SubscriptionStat{}, 9, 20},
		{&Notification{}, 9, 116},
		{NewSoftKeyTemplate(make([]SoftKey, 20)), 9, 656},
		{NewSoftKeySets(make([]SoftKeySet, KeySets)), 9, 784},
		{NewCallState(StateRingIn, 1, 1), 9, 28},
		{NewCallInfo(7, CallDetails{}), 7, 388},
		{&DialedNumber{Number: "2001"}, 17, 36},
		{&DialedNumber{Number: "2001"}, 18, 40},
		{NewPromptStatus(7, "hello", 0, 0, 0), 7, 48},
		{NewPriNotify(7, "hello", 10, 5), 7, 44},
		{&OpenReceiveChannel{}, 9, 112},
		{&StartMediaTransmission{}, 9, 120},
		{&RegisterReq{Version: 11}, 0, 72},
		{&RegisterReq{Version: 17, Load: "SCCP41.8-5-3S"}, 0, 176},
		{&EnblocCall{Number: "98011", Line: 1}, 22, 36},
		{&CallCountResp{}, 9, 184},
	} {
		frame := Encode(nil, c.m, c.inUse)
		if got := int(frame[0]) | int(frame[1])<<8; got != c.length || len(frame) != c.length+8 {
			t.Errorf("%T at %d has length %d (%d bytes), not %d", c.m, c.inUse, got, len(frame), c.length)
		}
	}
}

// The version word of the header: the version in use from 10 on, but for three.
func TestHeaderVersion(t *testing.T) {
	for _, inUse := range versions {
		for _, m := range all() {
			want := byte(0)
			switch m.(type) {
			case *KeepAliveAck, *RegisterAck, *UnregisterAck:
			default:
				if inUse >= 10 {
					want = byte(inUse)
				}
			}
			if got := Encode(nil, m, inUse)[4:8]; !bytes.Equal(got, []byte{want, 0, 0, 0}) {
				t.Errorf("%T at %d has the version %x", m, inUse, got)
			}
		}
	}
}

// Frames of captures and of the references, byte by byte.
func TestGoldenFrames(t *testing.T) {
	for _, c := range []struct {
		m     Message
		inUse int
		frame string
	}{
		// CME command reference, debug ephone raw.
		{&KeepAliveAck{}, 17, "04000000 00000000 00010000"},
		// A 7962 and a 7960 that say how many lines they have.
		{&RegisterAvailableLines{Lines: 2}, 22, "08000000 16000000 2D000000 02000000"},
		{&RegisterAvailableLines{}, 9, "08000000 00000000 2D000000 00000000"},
		{NewFeatureStat(9, 2, ButtonBLFSpeedDial, BLFInUse, "Sales"), 9,
			"18000000 00000000 46010000 02000000 15000000 02000000 53616C6573000000"},
		{NewRegisterAck(9, 30, 30, "M/D/Y"), 9,
			"18000000 00000000 81000000 1E000000 4D2F442F5900 0000 1E000000 09 20F1FE"},
		{NewRegisterAck(17, 30, 30, "D.M.YA"), 17,
			"18000000 00000000 81000000 1E000000 442E4D2E5941 0000 1E000000 11 20F1FF"},
		{NewRegisterAck(3, 30, 30, "M/D/Y"), 3,
			"18000000 00000000 81000000 1E000000 4D2F442F5900 0000 1E000000 03 000000"},
		{NewPromptStatus(9, TextYourCurrentOptions, 0, 0, 0), 9,
			"14000000 00000000 45010000 00000000 00000000 00000000 80130000"},
		{NewDefineTimeDate(time.Date(2024, 2, 29, 13, 14, 15, 16e6, time.FixedZone("", 3600))), 9,
			"28000000 00000000 94000000 E8070000 02000000 04000000 1D000000 0D000000 0E000000 0F000000 10000000 1775E065"},
		{&SetLamp{Stimulus: ButtonLine, Instance: 1, Mode: LampBlink}, 15,
			"10000000 0F000000 86000000 09000000 01000000 05000000"},
		{&StopTone{Line: 1, Ref: 2}, 10, "0C000000 0A000000 83000000 01000000 02000000"},
		{&StopTone{Line: 1, Ref: 2, Tone: ToneBusy}, 11, "10000000 0B000000 83000000 01000000 02000000 23000000"},
		{&OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.2.3"), Port: 16384, Party: 7, Ref: 9}, 9,
			"18000000 00000000 22000000 00000000 0A010203 00400000 07000000 09000000"},
		{&OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.2.3"), Port: 16384, Party: 7, Ref: 9}, 17,
			"28000000 11000000 22000000 00000000 00000000 0A010203 000000000000000000000000 00400000 07000000 09000000"},
		{&OpenReceiveChannelAck{Addr: netip.MustParseAddr("2001:db8::1"), Port: 16384, Party: 7, Ref: 9}, 17,
			"28000000 11000000 22000000 00000000 01000000 20010DB8000000000000000000000001 00400000 07000000 09000000"},
		{NewCallInfo(15, CallDetails{Line: 1, Ref: 2, Type: CallInbound, Calling: "2001", Called: "2002", CallingName: "A"}), 15,
			"3C000000 0F000000 4A010000 01000000 02000000 01000000" + strings.Repeat("00000000", 5) +
				"3230303100 3230303200 0000 00000000 4100 000000" + "000000"},
		{NewCallInfo(16, CallDetails{Calling: "1", AlternateCalling: "2", Called: "3", HuntPilot: "4", HuntPilotName: "5"}), 16,
			"38000000 10000000 4A010000" + strings.Repeat("00000000", 8) + "3100 3200 3300 0000 00000000 00000000 3400 3500"},
		{&UnregisterAck{Status: UnregisterNAK}, 20, "08000000 00000000 18010000 02000000"},
	} {
		want := unhex(t, c.frame)
		got := Encode(nil, c.m, c.inUse)
		if !bytes.Equal(got, want) {
			t.Errorf("%T at %d:\n got %x\nwant %x", c.m, c.inUse, got, want)
		}
	}
}

// What phones of different firmware send.
func TestGoldenDecode(t *testing.T) {
	name := "53455030303038423131323333343400" // SEP0008B1123344
	for _, c := range []struct {
		what  string
		id    uint32
		inUse int
		body  string
		want  Message
	}{
		{"7910, body of 36 bytes", IDRegisterReq, 0, name + "00000000 01000000 0A010203 06000000 00000000",
			&RegisterReq{Name: "SEP0008B1123344", Instance: 1, Addr: netip.MustParseAddr("10.1.2.3"), Type: Device7910}},
		{"7960, body of 48 bytes", IDRegisterReq, 0,
			name + "00000000 00000000 0A010203 07000000 00000000 00000000 0B006085 00000000",
			&RegisterReq{Name: "SEP0008B1123344", Addr: netip.MustParseAddr("10.1.2.3"), Type: Device7960,
				Version: 11, Features: Features{0x00, 0x60, 0x85}}},
		{"CallManager 2", IDRegisterAck, 0, "1E000000 4D2F442F5900 0000",
			&RegisterAck{KeepAlive: 30, DateTemplate: "M/D/Y"}},
		{"port of 16 bits", IDIpPort, 0, "0040", &IpPort{Port: 16384}},
		{"7970, version 22: packed", IDEnblocCall, 22,
			"39383031310000000000000000000000 00000000000000000001000000 000000", &EnblocCall{Number: "98011", Line: 1}},
		{"8945, version 22: aligned", IDEnblocCall, 22,
			"39383031310000000000000000000000 000000000000000000 000000 01000000", &EnblocCall{Number: "98011", Line: 1}},
		{"version 9: no line", IDEnblocCall, 9, "393830313100000000000000000000000000000000000000", &EnblocCall{Number: "98011"}},
		{"call list, number of 64 bytes", IDSubscriptionStatReq, 9,
			"30000000 01000000 4B0D0000 3230303100" + strings.Repeat("00", 59),
			&SubscriptionStatReq{Transaction: 0x30, Feature: SubscriptionBLF, Timer: 3403, Number: "2001"}},
		{"7960: one word", IDFeatureStatReq, 9, "02000000", &FeatureStatReq{Index: 2}},
		{"7961: two words", IDFeatureStatReq, 9, "02000000 01000000", &FeatureStatReq{Index: 2, Capabilities: 1}},
		{"off hook, empty", IDOffHook, 9, "", &OffHook{}},
		{"number that fills its field", IDLineStat, 9, "01000000" + strings.Repeat("31", 24),
			&LineStat{Line: 1, Number: strings.Repeat("1", 24)}},
		{"answer of version 3 though 17 is in use", IDOpenReceiveChannelAck, 17, "00000000 0A010203 00400000 07000000",
			&OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.2.3"), Port: 16384, Party: 7}},
		{"answer of version 17 though 9 is in use", IDOpenReceiveChannelAck, 9,
			"00000000 00000000 0A010203 000000000000000000000000 00400000 07000000 09000000",
			&OpenReceiveChannelAck{Addr: netip.MustParseAddr("10.1.2.3"), Port: 16384, Party: 7, Ref: 9}},
		{"template of a 7970", IDButtonTemplateRes, 9,
			"00000000 04000000 04000000 0109 0209 0102 0202" + strings.Repeat("00FF", 38),
			&ButtonTemplateRes{Total: 4, Buttons: []Button{{1, 9}, {2, 9}, {1, 2}, {2, 2}}}},
		{"more buttons than there are", IDButtonTemplateRes, 9, "00000000 FFFFFFFF FFFFFFFF 0109",
			&ButtonTemplateRes{Total: 0xFFFFFFFF, Buttons: []Button{{1, 9}}}},
		{"no codecs though it says so", IDCapabilitiesRes, 9, "FFFFFFFF", &CapabilitiesRes{}},
		{"CallManager 4: body of 68 bytes", IDOpenReceiveChannel, 9,
			"01000000 02000000 14000000 04000000 00000000 00000000 03000000" + strings.Repeat("00", 40),
			&OpenReceiveChannel{Conference: 1, Party: 2, Milliseconds: 20, Codec: CodecG711U, Ref: 3}},
		{"CallManager 4: body of 84 bytes", IDStartMediaTransmission, 9,
			"01000000 02000000 0A010203 00400000 14000000 04000000 B8000000 00000000 00000000 00000000 03000000" + strings.Repeat("00", 40),
			&StartMediaTransmission{Conference: 1, Party: 2, Addr: netip.MustParseAddr("10.1.2.3"), Port: 16384, Milliseconds: 20,
				Codec: CodecG711U, Precedence: 0xB8, Ref: 3}},
		{"unknown", 0x0ABC, 9, "0102", &Unknown{Number: 0x0ABC, Body: []byte{1, 2}}},
	} {
		got, err := Decode(c.id, 0, unhex(t, c.body), c.inUse)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v\nwant %+v", c.what, got, err, c.want)
		}
	}
}

// Before the version is negotiated, that of the header stands in.
func TestVersionOfHeader(t *testing.T) {
	sent := &MediaTransmissionFailure{Addr: netip.MustParseAddr("10.1.2.3"), Ref: 3}
	stop := &StopTone{Line: 1, Ref: 2, Tone: 3}
	if got, _ := Decode(IDStopTone, 17, Encode(nil, stop, 17)[headerSize:], 0); !reflect.DeepEqual(got, stop) {
		t.Errorf("%+v", got)
	}
	if got, _ := Decode(sent.ID(), 1<<31, Encode(nil, sent, 22)[headerSize:], 0); !reflect.DeepEqual(got, sent) {
		t.Errorf("absurd version: %+v", got)
	}
}

func TestFeatures(t *testing.T) {
	f := Features{0x00, 0x60, 0x85} // 7960 8.1(2)
	if f.UTF8() || !f.Dynamic() || !f.RFC2833() || !f.AbbreviatedDial() {
		t.Errorf("%x", f)
	}
	if f = (Features{0x00, 0x72, 0x84}); !f.UTF8() || f.Dynamic() {
		t.Errorf("%x", f)
	}
}

func TestKeypad(t *testing.T) {
	for i, c := range []byte("0123456789ABCD*#+") {
		if n, ok := KeypadFor(c); !ok || int(n) != i {
			t.Errorf("%c is %d", c, n)
		}
		if got, ok := (&KeypadButton{Button: uint32(i)}).Digit(); !ok || got != c {
			t.Errorf("%d is %c", i, got)
		}
	}
	if _, ok := KeypadFor('x'); ok {
		t.Error("x is no key")
	}
	if _, ok := (&KeypadButton{Button: 17}).Digit(); ok {
		t.Error("17 is no key")
	}
}
