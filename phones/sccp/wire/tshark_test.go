package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tsharkVersions are the versions in use whose frames tshark reads: it knows the
// header versions 0 (used up to 9), 10, 11 and 15 to 22.
var tsharkVersions = []int{0, 3, 5, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 22}

// packet is one frame in the capture and what tshark is to read in it.
type packet struct {
	m     Message
	inUse int
	frame []byte
	want  map[string]string // by field
}

// An independent reader finds every message well-formed, at every version, with
// the fields where they belong. It runs in `make interop`, which sets the variable.
func TestTshark(t *testing.T) {
	if os.Getenv("BUSYLAMP_TSHARK") == "" {
		t.Log("BUSYLAMP_TSHARK is not set: nothing is compared")
		return
	}
	var packets []packet
	for _, inUse := range tsharkVersions {
		for _, m := range all() {
			if _, ok := m.(*ConnectionStatisticsRes); ok && inUse >= 18 {
				continue // tshark has the number of the request here, phones (chan-sccp) do not
			}
			if reflect.TypeOf(m).Elem().NumField() > 0 {
				packets = append(packets, packet{m: sample(m, inUse), inUse: inUse})
			}
			if !strings.Contains(Name(m.ID()), "UserData") && !strings.Contains(Name(m.ID()), "DeviceData") {
				packets = append(packets, packet{m: m, inUse: inUse}) // no data at all is malformed to it
			}
		}
		packets = append(packets, expected(inUse)...)
	}
	fields := map[string]bool{}
	for i := range packets {
		packets[i].frame = Encode(nil, packets[i].m, packets[i].inUse)
		for name := range packets[i].want {
			fields[name] = true
		}
	}
	file := filepath.Join(t.TempDir(), "sccp.pcap")
	if err := os.WriteFile(file, capture(packets), 0o600); err != nil {
		t.Fatal(err)
	}
	names := []string{"frame.number", "skinny.data_length", "skinny.hdr_version", "skinny.messageId", "_ws.malformed"}
	for name := range fields {
		names = append(names, name)
	}
	rows := tshark(t, file, names)
	if len(rows) != len(packets) {
		t.Fatalf("%d frames, tshark reads %d", len(packets), len(rows))
	}
	for i, p := range packets {
		row := rows[i]
		what := fmt.Sprintf("frame %d, %T at %d", i+1, p.m, p.inUse)
		for name, want := range map[string]string{
			"skinny.data_length": strconv.Itoa(len(p.frame) - 8),
			"skinny.hdr_version": strconv.FormatUint(uint64(headerVersion(p.m.ID(), p.inUse)), 10),
			"skinny.messageId":   strconv.FormatUint(uint64(p.m.ID()), 10),
			"_ws.malformed":      "",
		} {
			if row[name] != want {
				t.Errorf("%s: %s is %q, not %q\n%x", what, name, row[name], want, p.frame)
			}
		}
		for name, want := range p.want {
			if row[name] != want {
				t.Errorf("%s: %s is %q, not %q\n%x", what, name, row[name], want, p.frame)
			}
		}
	}
	t.Logf("%d frames", len(packets))
}

// sample is a filled message of the kind of m.
func sample(m Message, inUse int) Message {
	return rapid.Custom(func(t *rapid.T) Message {
		out := blank(m.ID())
		v := reflect.ValueOf(out).Elem()
		fill(t, v, "", inUse)
		if data := v.FieldByName("Data"); data.IsValid() {
			data.SetBytes([]byte("<x/>"))
		}
		switch m := out.(type) { // tshark counts by these
		case *ButtonTemplateRes:
			m.Offset, m.Total = 0, uint32(len(m.Buttons))
		case *SoftKeyTemplateRes:
			m.Offset, m.Total = 0, uint32(len(m.Keys))
		case *SoftKeySetRes:
			m.Offset, m.Total = 0, uint32(len(m.Sets))
		}
		return out
	}).Example(inUse)
}

// tshark reads fields of every frame.
func tshark(t *testing.T, file string, names []string) []map[string]string {
	args := []string{"-n", "-r", file, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"}
	for _, name := range names {
		args = append(args, "-e", name)
	}
	cmd := exec.Command("tshark", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	var rows []map[string]string
	for line := range strings.Lines(string(out)) {
		row := map[string]string{}
		for i, value := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			row[names[min(i, len(names)-1)]] = decimal(value)
		}
		rows = append(rows, row)
	}
	return rows
}

// decimal writes the hexadecimal numbers of a list as decimal ones.
func decimal(list string) string {
	values := strings.Split(list, ",")
	for i, v := range values {
		if n, err := strconv.ParseUint(v, 0, 64); err == nil && strings.HasPrefix(v, "0x") {
			values[i] = strconv.FormatUint(n, 10)
		}
	}
	return strings.Join(values, ",")
}

// capture is a pcap file of raw IPv4 packets, one for each frame, between a server
// on port 2000 and a phone.
func capture(packets []packet) []byte {
	le, be := binary.LittleEndian, binary.BigEndian
	out := le.AppendUint32(nil, 0xA1B2C3D4)
	out = le.AppendUint16(le.AppendUint16(out, 2), 4)
	out = le.AppendUint32(le.AppendUint64(out, 0), 65535)
	out = le.AppendUint32(out, 101) // raw IP
	seq := uint32(1)
	for i, p := range packets {
		size := uint32(40 + len(p.frame))
		out = le.AppendUint32(le.AppendUint32(out, uint32(i)), 0)
		out = le.AppendUint32(le.AppendUint32(out, size), size)
		out = append(out, 0x45, 0)
		out = be.AppendUint16(out, uint16(size))
		out = append(out, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
		out = be.AppendUint16(be.AppendUint16(out, 2000), 40000)
		out = be.AppendUint32(be.AppendUint32(out, seq), 1)
		out = append(out, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0)
		out = append(out, p.frame...)
		seq += uint32(len(p.frame))
	}
	return out
}

// expected are messages with the fields of each as tshark is to show them.
func expected(inUse int) []packet {
	addr := netip.MustParseAddr("10.1.2.3")
	audio := []Capability{{Codec: CodecG711U, MaxFrames: 40}, {Codec: CodecG729, MaxFrames: 60}}
	now := NewDefineTimeDate(time.Date(2024, 2, 29, 13, 14, 15, 0, time.UTC))
	at := func(m Message, pairs ...string) packet {
		want := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			want["skinny."+pairs[i]] = pairs[i+1]
		}
		return packet{m: m, inUse: inUse, want: want}
	}
	packets := []packet{
		at(&RegisterReq{Name: "SEP001122334455", Instance: 1, Addr: addr, Type: Device7960, MaxStreams: 5, Version: 11},
			"DeviceName", "SEP001122334455", "deviceType", "7", "maxStreams", "5", "protocolVer", "11"),
		at(NewRegisterAck(9, 30, 31, "M/D/Y"),
			"keepAliveInterval", "30", "secondaryKeepAliveInterval", "31", "dateTemplate", "M/D/Y", "maxProtocolVer", "9"),
		at(&RegisterReject{Text: "no"}, "text", "no"),
		at(&Alarm{Severity: AlarmInformational, Text: "23: Name=SEP", P1: 7, P2: 8}, "alarmSeverity", "2", "text", "23: Name=SEP", "parm1", "7"),
		at(&CapabilitiesRes{Audio: audio}, "capCount", "2", "payloadCapability", "4,11"),
		at(&UpdateCapabilities{Audio: audio}, "audioCapCount", "2"),
		at(&UpdateCapabilitiesV2{Audio: audio}, "audioCapCount", "2"),
		at(&UpdateCapabilitiesV3{Audio: audio}, "audioCapCount", "2"),
		at(&ServerRes{Servers: someServers}, "ServerName", "CME,,,,", "serverTcpListenPort", "2000,0,0,0,0"),
		at(&Version{Load: "P00308010200"}, "versionStr", "P00308010200"),
		at(&ConfigStat{Name: "SEP001122334455", UserName: "anna", Server: "cme", Lines: 2, SpeedDials: 3},
			"DeviceName", "SEP001122334455", "userName", "anna", "serverName", "cme", "numberOfLines", "2", "numberOfSpeedDials", "3"),
		at(now, "wYear", "2024", "wMonth", "2", "wDay", "29", "wHour", "13", "wMinute", "14", "wSecond", "15", "systemTime", "1709212455"),
		at(&Reset{Kind: ResetRestart}, "resetType", "2"),
		at(NewButtonTemplate([]Button{{1, uint8(ButtonLine)}, {2, uint8(ButtonBLFSpeedDial)}}), "totalButtonCount", "2",
			"instanceNumber", "1,2", "buttonDefinition", "9,21"),
		at(NewLineStat(inUse, 3, "2001", "Anna A", "Anna"), "lineNumber", "3", "lineDirNumber", "2001",
			"lineFullyQualifiedDisplayName", "Anna A", "lineTextLabel", "Anna"),
		at(NewSpeedDialStat(inUse, 4, "2001", "Anna"), "speedDialNumber", "4", "speedDialDirNumber", "2001", "speedDialDisplayName", "Anna"),
		at(NewForwardStat(2, "2001", "", "2002"), "lineNumber", "2", "activeForward", "1", "forwardAllDirnum", "2001",
			"forwardBusyDirnum", "", "forwardNoAnswerlDirnum", "2002"),
		at(NewServiceURLStat(inUse, 1, "http://10.1.1.1/x", "X"), "serviceURLIndex", "1"),
		at(&ServiceURLStat{Index: 1, URL: "http://10.1.1.1/x", Label: "X"}, "serviceURL", "http://10.1.1.1/x", "serviceURLDisplayName", "X"),
		at(NewFeatureStat(inUse, 2, ButtonBLFSpeedDial, BLFInUse, "Sales"),
			"featureIndex", "2", "featureID", "21", "featureStatus", "2", "featureTextLabel", "Sales"),
		at(&SubscriptionStatReq{Transaction: 48, Feature: SubscriptionBLF, Timer: 3403, Number: "2001"},
			"transactionId", "48", "subscriptionFeatureID", "1", "timer", "3403", "subscriptionID", "2001"),
		at(&SubscriptionStat{Transaction: 48, Feature: SubscriptionBLF, Timer: 3403, Cause: SubscribeTrunkForbidden},
			"transactionId", "48", "subscriptionFeatureID", "1", "timer", "3403", "cause", "5"),
		at(&Notification{Transaction: 48, Feature: SubscriptionBLF, Status: BLFIdle}, "transactionId", "48", "notificationStatus", "1"),
		at(NewSoftKeyTemplate([]SoftKey{{"Redial", EventRedial}, {"DND", EventDND}}), "softKeyEvent", "1,63"),
		at(NewSoftKeySets([]SoftKeySet{{1, 22}}), "softKeyTemplateIndex", "1,22"+strings.Repeat(",0", 14)),
		at(&SelectSoftKeys{Line: 1, Ref: 2, Set: KeySetRingIn, Mask: AllKeys}, "lineInstance", "1", "callReference", "2", "softKeySetIndex", "3"),
		at(&SoftKeyEvent{Event: EventDND, Line: 1, Ref: 2}, "softKeyEvent", "63", "lineInstance", "1", "callReference", "2"),
		at(&Stimulus{Stimulus: ButtonBLFSpeedDial, Instance: 2}, "stimulus", "21", "lineInstance", "2"),
		at(&KeypadButton{Button: 14, Line: 1, Ref: 2}, "kpButton", "14", "lineInstance", "1", "callReference", "2"),
		at(NewCallState(StateRemoteMultiline, 1, 2), "callState", "13", "lineInstance", "1", "callReference", "2"),
		at(&DialedNumber{Number: "2001", Line: 1, Ref: 2}, "dialedNumber", "2001", "lineInstance", "1", "callReference", "2"),
		at(NewPromptStatus(inUse, "Hello", 10, 1, 2), "timeOutValue", "10", "promptStatus", "Hello", "lineInstance", "1", "callReference", "2"),
		at(NewNotify(inUse, "Hello", 10), "timeOutValue", "10", "notify", "Hello"),
		at(NewPriNotify(inUse, "Hello", 10, 5), "timeOutValue", "10", "priority", "5", "notify", "Hello"),
		at(&StartTone{Tone: ToneAlerting, Line: 1, Ref: 2}, "tone", "36", "lineInstance", "1", "callReference", "2"),
		at(&SetRinger{Mode: RingOutside, Duration: RingNormal, Line: 1, Ref: 2}, "ringMode", "3", "ringDuration", "1", "lineInstance", "1"),
		at(&SetLamp{Stimulus: ButtonLine, Instance: 3, Mode: LampBlink}, "stimulus", "9", "stimulusInstance", "3", "lampMode", "5"),
		at(&OpenReceiveChannel{Conference: 1, Party: 2, Milliseconds: 20, Codec: CodecG711U, Ref: 3},
			"conferenceId", "1", "passThroughPartyId", "2", "compressionType", "4", "callReference", "3"),
		at(&OpenReceiveChannelAck{Addr: addr, Port: 16384, Party: 2, Ref: 3},
			"ipAddr.ipv4", "10.1.2.3", "portNumber", "16384", "passThroughPartyId", "2", "callReference", "3"),
		at(&StartMediaTransmission{Conference: 1, Party: 2, Addr: addr, Port: 16384, Milliseconds: 20, Codec: CodecG711U, Precedence: 0xB8, Ref: 3},
			"conferenceId", "1", "passThroughPartyId", "2", "remoteIpAddr.ipv4", "10.1.2.3", "remotePortNumber", "16384",
			"compressionType", "4", "precedenceValue", "184", "callReference", "3"),
		at(&StartMulticastMediaReception{Conference: 1, Party: 2, Group: netip.MustParseAddr("239.1.1.1"), Port: 20480, Milliseconds: 20, Codec: CodecG711U},
			"multicastIpAddr.ipv4", "239.1.1.1", "multicastPortNumber", "20480", "compressionType", "4"),
	}
	details := CallDetails{Line: 1, Ref: 2, Type: CallOutbound, Calling: "2001", CallingName: "Anna", Called: "2002", CalledName: "Bert",
		Original: "2003", OriginalName: "Cleo", Redirecting: "2004", RedirectingName: "Dora"}
	numbers := []string{"lineInstance", "1", "callReference", "2", "callType", "2", "callingParty", "2001", "calledParty", "2002",
		"originalCalledParty", "2003", "lastRedirectingParty", "2004"}
	names := []string{"callingPartyName", "Anna", "calledPartyName", "Bert", "originalCalledPartyName", "Cleo", "lastRedirectingPartyName", "Dora"}
	if inUse < 8 || inUse >= 17 { // between, tshark takes CallInfoV2 for a form of 13 strings
		packets = append(packets, at(NewCallInfo(inUse, details), append(numbers, names...)...))
	}
	return packets
}
