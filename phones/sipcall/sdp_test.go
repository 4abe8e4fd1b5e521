package sipcall

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/phones/call"
)

func lines(l ...string) []byte { return []byte(strings.Join(l, "\r\n") + "\r\n") }

func TestParseSDP(t *testing.T) {
	head := []string{"v=0", "o=Cisco-SIPUA 1 2 IN IP4 10.1.1.11", "s=SIP Call", "t=0 0"}
	at := func(s string) call.Media { return call.Media{Addr: netip.MustParseAddrPort(s)} }
	with := func(m call.Media, f func(*call.Media)) call.Media { f(&m); return m }
	for _, c := range []struct {
		name string
		body []string
		want call.Media
		dir  direction
		err  error
	}{
		{"7970", []string{"m=audio 17318 RTP/AVP 0 8 18 101", "c=IN IP4 10.1.1.11", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:18 G729/8000",
			"a=fmtp:18 annexb=no", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=sendrecv"},
			with(at("10.1.1.11:17318"), func(m *call.Media) { m.Codecs, m.Event = call.G711u|call.G711a|call.G729, 101 }), sendrecv, nil},
		{"session address and direction", []string{"c=IN IP4 10.1.1.12", "a=sendonly", "m=audio 4000 RTP/AVP 0"},
			with(at("10.1.1.12:4000"), func(m *call.Media) { m.Codecs, m.Inactive = call.G711u, true }), sendonly, nil}, // c= after t=
		{"blanks at line ends", []string{"m=audio 4000 RTP/AVP 0 ", "c=IN IP4 10.1.1.11 ", "a=sendonly "},
			with(at("10.1.1.11:4000"), func(m *call.Media) { m.Codecs, m.Inactive = call.G711u, true }), sendonly, nil},
		{"unknown lines", []string{"x=1", "b=NEW:1", "m=audio 4000 RTP/AVP 0", "a=sendrecv", "c=IN IP4 10.1.1.11/64", "y"},
			with(at("10.1.1.11:4000"), func(m *call.Media) { m.Codecs = call.G711u }), sendrecv, nil},
		{"dynamic types", []string{"m=audio 4000 RTP/AVP 9 97 96", "c=IN IP4 10.1.1.11", "a=rtpmap:97 iLBC/8000", "a=rtpmap:96 telephone-event/8000", "a=recvonly"},
			with(at("10.1.1.11:4000"), func(m *call.Media) { m.Codecs, m.Event, m.ILBC = call.G722|call.ILBC, 96, 97 }), recvonly, nil},
		{"wrong name of a static type", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 10.1.1.11", "a=rtpmap:0 G726/8000"}, call.Media{}, 0, errNoAudio},
		{"video and fax beside", []string{"m=video 5000 RTP/AVP 97", "c=IN IP4 10.1.1.11", "a=rtpmap:97 H264/90000", "m=image 6000 udptl t38", "c=IN IP4 10.1.1.11", "a=T38FaxVersion:0",
			"m=audio 4000 RTP/AVP 8", "c=IN IP4 10.1.1.11"}, with(at("10.1.1.11:4000"), func(m *call.Media) { m.Codecs = call.G711a }), sendrecv, nil},
		{"second audio", []string{"m=audio 0 RTP/AVP 0", "c=IN IP4 10.1.1.11", "m=audio 4000 RTP/AVP 0", "c=IN IP4 10.1.1.11"},
			with(at("10.1.1.11:4000"), func(m *call.Media) { m.Codecs = call.G711u }), sendrecv, nil},
		{"held the old way", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0"}, call.Media{Codecs: call.G711u, Inactive: true}, sendonly, nil},
		{"IPv6", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"}, with(at("[2001:db8::1]:4000"), func(m *call.Media) { m.Codecs = call.G711u }), sendrecv, nil},
		{"name for an address", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 phone.example.com"}, call.Media{}, 0, errNoAudio},
		{"multicast", []string{"m=audio 4000 RTP/AVP 0", "c=IN IP4 239.1.1.1"}, call.Media{}, 0, errSDP},
		{"no address", []string{"m=audio 4000 RTP/AVP 0"}, call.Media{}, 0, errSDP},
		{"port", []string{"m=audio 99999 RTP/AVP 0", "c=IN IP4 10.1.1.11"}, call.Media{}, 0, errSDP},
		{"no formats", []string{"m=audio 4000 RTP/AVP", "c=IN IP4 10.1.1.11"}, call.Media{}, 0, errSDP},
		{"secure", []string{"m=audio 4000 RTP/SAVP 0", "c=IN IP4 10.1.1.11"}, call.Media{}, 0, errNoAudio},
		{"nothing", nil, call.Media{}, 0, errNoAudio},
		{"many streams", strings.Split(strings.Repeat("m=video 1 RTP/AVP 1\n", maxMediaLines)+"m=audio 4000 RTP/AVP 0", "\n"), call.Media{}, 0, errSDP},
	} {
		got, err := parseSDP(lines(append(append([]string{}, head...), c.body...)...))
		if !errors.Is(err, c.err) || err == nil && (got.media != c.want || got.dir != c.dir) {
			t.Errorf("%s: %+v %v %v", c.name, got.media, got.dir, err)
		}
	}
	session := lines("v=0", "o=- 1 1 IN IP4 h", "s=-", "c=IN IP4 10.1.1.11", "t=0 0", "a=inactive", "m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0")
	if got, err := parseSDP(session); err != nil || got.dir != inactive || got.media.Addr.String() != "10.1.1.11:4000" || !got.media.Inactive || got.audio != 0 {
		t.Errorf("%+v %v", got, err)
	}
	for _, head := range [][]string{
		{"v=0", "o=John Doe 1 1 IN IP4 h", "s=", "c=IN IP4 10.1.1.11"},
		{"v=0", "o=- -5 99999999999999999999 IN IP4 h", "c=IN IP4 10.1.1.11", "a=tool:x", "t=0 0"},
	} {
		if got, err := parseSDP(lines(append(head, "m=audio 4000 RTP/AVP 0")...)); err != nil || got.media.Addr.String() != "10.1.1.11:4000" {
			t.Errorf("%v: %+v %v", head, got, err)
		}
	}
	if _, err := parseSDP(lines("c=IN IP4 10.1.1.11", "m=audio 4000 RTP/AVP 0")); !errors.Is(err, errSDP) {
		t.Error(err)
	}
	if _, err := parseSDP(make([]byte, maxSDP+1)); !errors.Is(err, errSDP) {
		t.Error(err)
	}
}

func TestAnswerSDP(t *testing.T) {
	offer, err := parseSDP(lines("v=0", "o=- 1 1 IN IP4 10.1.1.11", "s=-", "c=IN IP4 10.1.1.11", "t=0 0", "m=image 6000 udptl t38", "m=audio 4000 RTP/AVP 8 97 0 96",
		"a=rtpmap:97 iLBC/8000", "a=rtpmap:96 telephone-event/8000", "m=video 5000 RTP/AVP 98"))
	if err != nil {
		t.Fatal(err)
	}
	o := origin{addr: netip.MustParseAddr("10.1.1.2"), id: 7, version: 8}
	for _, c := range []struct {
		m     call.Media
		dir   direction
		codec call.Codecs
		want  []string
	}{
		{call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000"), Codecs: call.G711a | call.G711u}, sendrecv, call.G711u,
			[]string{"c=IN IP4 10.1.1.12", "m=image 0 udptl t38", "m=audio 5000 RTP/AVP 0 96", "a=rtpmap:0 PCMU/8000", "a=rtpmap:96 telephone-event/8000", "a=sendrecv", "m=video 0 RTP/AVP 98"}},
		{call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000"), Codecs: call.ILBC, ILBC: 120, Event: 121}, sendonly, call.ILBC,
			[]string{"m=audio 5000 RTP/AVP 120 121", "a=rtpmap:120 iLBC/8000", "a=sendonly"}},
		{call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000"), Codecs: call.ILBC}, sendrecv, call.ILBC, []string{"m=audio 5000 RTP/AVP 97 96"}},
		{call.Media{}, inactive, call.G711u, []string{"c=IN IP4 0.0.0.0", "m=audio 16384 RTP/AVP 0 96", "a=inactive"}},
		{call.Media{Addr: netip.MustParseAddrPort("[2001:db8::1]:5000")}, sendrecv, call.G711u, []string{"c=IN IP6 2001:db8::1", "o=CiscoSystemsSIP-GW-UserAgent 7 8 IN IP4 10.1.1.2"}},
		{call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000"), Codecs: call.G729}, sendrecv, 0, nil},
	} {
		body, codec := answerSDP(o, offer, c.m, c.dir)
		if codec != c.codec {
			t.Errorf("%v: codec %v", c.m, codec)
		}
		for _, w := range c.want {
			if !strings.Contains(string(body), w+"\r\n") {
				t.Errorf("%v: no %q in\n%s", c.m, w, body)
			}
		}
		if codec == 0 {
			continue
		}
		back, err := parseSDP(body)
		if err != nil || back.media.Codecs != codec || c.m.Valid() && back.media.Addr != c.m.Addr || len(back.lines) != 3 || back.audio != 1 {
			t.Errorf("%v: %+v %v", c.m, back, err)
		}
	}
}

func TestOfferSDP(t *testing.T) {
	o := origin{addr: netip.MustParseAddr("10.1.1.2"), id: 7, version: 8}
	body := offerSDP(o, nil, 0, call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000")}, sendrecv)
	want := lines("v=0", "o=CiscoSystemsSIP-GW-UserAgent 7 8 IN IP4 10.1.1.2", "s=SIP Call", "c=IN IP4 10.1.1.12", "t=0 0", "m=audio 5000 RTP/AVP 0 8 9 18 116 101",
		"a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:9 G722/8000", "a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no", "a=rtpmap:116 iLBC/8000", "a=fmtp:116 mode=20",
		"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv")
	if string(body) != string(want) {
		t.Errorf("%s", body)
	}
	// Streams that were negotiated before stay in their places.
	body = offerSDP(o, []mediaLine{{"video", "RTP/AVP", []string{"97"}}, {"audio", "RTP/AVP", []string{"8"}}}, 1, call.Media{Codecs: call.G711a}, inactive)
	if got, err := parseSDP(body); err != nil || got.audio != 1 || got.lines[0].kind != "video" || !strings.Contains(string(body), "m=video 0 RTP/AVP 97\r\n") {
		t.Errorf("%s %v", body, err)
	}
}

func FuzzSDP(f *testing.F) {
	f.Add([]byte(sdpBody("10.1.1.11:4000", "")))
	f.Add(lines("v=0", "o=- 1 1 IN IP4 10.1.1.11", "s=-", "t=0 0", "m=image 6000 udptl t38", "m=audio 4000/2 RTP/AVP 8 97 0 96", "c=IN IP4 10.1.1.11/127", "a=rtpmap:97 iLBC/8000/1"))
	f.Add([]byte("v=0\nm=audio"))
	o := origin{addr: netip.MustParseAddr("10.1.1.2"), id: 7, version: 8}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := parseSDP(body)
		if err != nil {
			if !errors.Is(err, errSDP) && !errors.Is(err, errNoAudio) {
				t.Errorf("other error %v", err)
			}
			return
		}
		if d.media.Codecs == 0 || d.audio >= len(d.lines) || d.media.Addr.IsValid() && d.media.Addr.Port() == 0 {
			t.Errorf("%+v", d)
		}
		answer, codec := answerSDP(o, d, call.Media{Addr: netip.MustParseAddrPort("10.1.1.12:5000")}, answerDirection(d.dir, sendrecv))
		if codec == 0 || codec&d.media.Codecs == 0 {
			t.Fatalf("codec %v of %v", codec, d.media.Codecs)
		}
		back, err := parseSDP(answer)
		if err != nil || len(back.lines) != len(d.lines) || back.audio != d.audio {
			t.Errorf("%+v %v\n%s", back, err, answer)
		}
	})
}
