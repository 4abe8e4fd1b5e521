package pidf

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/presence"
	"pgregory.net/rapid"
)

var (
	unknown = presence.Line{}
	idle    = presence.Line{State: presence.Idle}
	busy    = presence.Line{State: presence.Busy}
	ringing = presence.Line{State: presence.Busy, Ringing: true}
	idleDnD = presence.Line{State: presence.Idle, DnD: true}
	busyDnD = presence.Line{State: presence.Busy, DnD: true}
)

// The golden files are what xmllint validated against the schemas of RFC 3863,
// 4479 and 4480.
func TestEncodeGolden(t *testing.T) {
	for name, line := range map[string]presence.Line{
		"unknown": unknown, "idle": idle, "busy": busy, "ringing": ringing, "idle-dnd": idleDnD, "busy-dnd": busyDnD,
	} {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join("testdata", name+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			got := Encode(Body{Entity: "sip:2001@10.1.1.2", Line: line})
			if string(got) != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestEncodeNormalises(t *testing.T) {
	for _, c := range []struct{ in, want presence.Line }{
		{presence.Line{DnD: true}, unknown},
		{presence.Line{Ringing: true}, ringing},
		{presence.Line{State: presence.Idle, Ringing: true}, ringing},
	} {
		got, err := Decode(Encode(Body{Entity: "sip:1@h", Line: c.in}))
		if err != nil || got.Line != c.want {
			t.Errorf("%+v: got %+v, %v", c.in, got.Line, err)
		}
	}
}

func TestEncodeDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]presence.Line{unknown, idle, busy, ringing, idleDnD, busyDnD,
			{State: presence.Busy, Ringing: true, DnD: true}}).Draw(t, "line")
		entity := rapid.StringMatching(`sip:[ -~]{0,20}@[a-z<>&"']{1,9}`).Draw(t, "entity")
		doc := Encode(Body{Entity: entity, Line: line})
		var any struct {
			Tuple struct {
				Basic string `xml:"status>basic"`
			} `xml:"tuple"`
			Person struct {
				ID string `xml:"id,attr"`
			} `xml:"urn:ietf:params:xml:ns:pidf:data-model person"`
		}
		if err := xml.Unmarshal(doc, &any); err != nil {
			t.Fatalf("%v in %s", err, doc)
		}
		if any.Person.ID == "" || (any.Tuple.Basic == "closed") != (line == unknown) {
			t.Fatalf("%+v: %s", line, doc)
		}
		got, err := Decode(doc)
		if err != nil || got != (Body{Entity: entity, Line: line}) {
			t.Fatalf("%+v %v from %s", got, err, doc)
		}
	})
}

func TestEncodeHostileEntity(t *testing.T) {
	doc := Encode(Body{Entity: "sip:\x00\xff]]>\"<x/>@h", Line: idle})
	if err := xml.Unmarshal(doc, &struct{}{}); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
}

// The forms follow what those servers and clients are known to write.
func TestDecodeForeign(t *testing.T) {
	const pre = `<?xml version="1.0" encoding="ISO-8859-1"?>`
	for _, c := range []struct {
		name, doc string
		want      presence.Line
	}{
		{"prefixed, CUCM busy is closed", pre + `<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" entity="sip:1@h"><p:tuple id="a"><p:status><p:basic>closed</p:basic></p:status></p:tuple><dm:person id="b"><r:activities><r:busy/></r:activities></dm:person></p:presence>`, busy},
		{"CUCM: person before tuple, status in it", `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:1@h"><dm:person xmlns:dm="d"><status><basic>open</basic></status><e:activities xmlns:e="e"><e:on-the-phone/></e:activities></dm:person><tuple id="x"><status><basic>open</basic></status></tuple></presence>`, busy},
		{"activities in the status", `<presence xmlns="n" entity="sip:1@h"><tuple id="x"><status><basic> Open </basic><r:activities xmlns:r="r"><r:on-the-phone/></r:activities></status></tuple></presence>`, busy},
		{"linphone idle", `<presence xmlns="n" entity="sip:1@h"><tuple id="x"><status><basic>open</basic></status><contact>sip:1@h</contact></tuple></presence>`, idle},
		{"Kamailio, nothing published", `<presence entity="sip:1@h"><tuple id="x"><status><basic>closed</basic></status></tuple></presence>`, unknown},
		{"away is neither", `<presence entity="sip:1@h"><tuple id="x"><status><basic>open</basic></status></tuple><person id="p"><activities><away/></activities></person></presence>`, idle},
		{"activity unknown", `<presence entity="sip:1@h"><tuple id="x"><status><basic>open</basic></status></tuple><person id="p"><activities><unknown/></activities></person></presence>`, unknown},
		{"two devices, one open", `<presence entity="sip:1@h"><tuple id="x"><status><basic>closed</basic></status></tuple><tuple id="y"><status><basic>open</basic></status></tuple></presence>`, idle},
		{"latin-1 note", pre + "<presence entity='sip:1@h'><tuple id='x'><status><basic>open</basic></status><note>sp\xe4ter</note></tuple></presence>", idle},
		{"multipart", "--b\r\nContent-ID: <x@y>\r\nContent-Type: application/pidf+xml\r\n\r\n<?xml version=\"1.0\"?>\n<presence entity='sip:1@h'><tuple id='x'><status><basic>open</basic></status></tuple></presence>\r\n--b--\r\n", idle},
		{"no tuple", `<presence entity="sip:1@h"/>`, unknown},
	} {
		got, err := Decode([]byte(c.doc))
		if err != nil || got.Line != c.want || got.Entity != "sip:1@h" {
			t.Errorf("%s: got %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	if _, err := Decode(nil); !errors.Is(err, ErrNoPresence) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := Decode([]byte(strings.Repeat(" ", maxSize+1))); !errors.Is(err, ErrTooBig) {
		t.Errorf("big: %v", err)
	}
	for _, doc := range []string{"<presence", "<presence>", "<presence><a></b></presence>", "<presence>&bomb;</presence>"} {
		if _, err := Decode([]byte(doc)); err == nil {
			t.Errorf("%q was accepted", doc)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(Body{Entity: "sip:2001@10.1.1.2", Line: ringing}))
	f.Add([]byte("<p:presence><a><basic>open</basic></a></p:presence>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		b, err := Decode(doc)
		if err != nil {
			return
		}
		if b.Line.Ringing && b.Line.State != presence.Busy {
			t.Errorf("ringing but not busy: %+v", b.Line)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Encode(Body{Entity: "sip:2001@10.1.1.2", Line: busy})
	}
}
