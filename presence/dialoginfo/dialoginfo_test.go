package dialoginfo

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/presence"
)

// local is the side of the line that is watched.
const local = `<local><identity>sip:2001@10.1.1.2</identity><target uri="sip:2001@10.1.1.2"/></local></dialog>`

// RFC 4235: what each state of a line is as a dialog.
func TestDialogStates(t *testing.T) {
	for _, c := range []struct {
		line presence.Line
		want string
	}{
		{presence.Line{}, ""},
		{presence.Line{DnD: true}, ""},
		{presence.Line{State: presence.Idle}, `<dialog id="line-9"><state>terminated</state>` + local},
		{presence.Line{State: presence.Busy}, `<dialog id="line-9"><state>confirmed</state>` + local},
		{presence.Line{State: presence.Busy, Ringing: true}, `<dialog id="line-9" direction="recipient"><state>early</state>` + local},
		{presence.Line{State: presence.Idle, DnD: true}, `<dialog id="line-9"><state>confirmed</state>` + local},
	} {
		want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
			`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="full" entity="sip:2001@10.1.1.2">` + "\n"
		if c.want != "" {
			want += c.want + "\n"
		}
		want += "</dialog-info>\n"
		if got := string(Encode(Body{Entity: "sip:2001@10.1.1.2", Version: 7, Dialog: 9, Line: c.line})); got != want {
			t.Errorf("%+v: got\n%s", c.line, got)
		}
	}
}

// Some phones want a dialog in every document: one that is over, of a call that never was.
func TestIdleFromTheBeginning(t *testing.T) {
	if got := string(Encode(Body{Line: presence.Line{State: presence.Idle}})); !strings.Contains(got, `<dialog id="line-0"><state>terminated</state><local>`) {
		t.Error(got)
	}
}

// Whatever the URI, a document is well-formed and names it.
func TestWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entity := "sip:" + rapid.StringMatching(`[ -~é]{0,40}`).Draw(t, "entity")
		version := rapid.Uint32().Draw(t, "version")
		var doc struct {
			XMLName xml.Name `xml:"urn:ietf:params:xml:ns:dialog-info dialog-info"`
			Version uint32   `xml:"version,attr"`
			Entity  string   `xml:"entity,attr"`
			Local   struct {
				Identity string `xml:"identity"`
				Target   struct {
					URI string `xml:"uri,attr"`
				} `xml:"target"`
			} `xml:"dialog>local"`
		}
		if err := xml.Unmarshal(Encode(Body{Entity: entity, Version: version, Line: presence.Line{State: presence.Busy}}), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Local.Identity != entity || doc.Local.Target.URI != entity {
			t.Fatalf("the local side is %+v, want %q", doc.Local, entity)
		}
		if doc.Entity != entity || doc.Version != version {
			t.Fatalf("%q %d became %q %d", entity, version, doc.Entity, doc.Version)
		}
	})
}

// The schema of RFC 4235, where there is one on this machine (make interop has it).
func TestSchema(t *testing.T) {
	schema := filepath.Join("..", "..", "..", "shared", "xsd", "dialog-info.xsd")
	_, err := exec.LookPath("xmllint")
	if _, err2 := os.Stat(schema); err != nil || err2 != nil {
		t.Log("no xmllint or no schema: nothing is shown")
		return
	}
	for i, l := range []presence.Line{{}, {State: presence.Idle}, {State: presence.Busy}, {State: presence.Busy, Ringing: true}} {
		file := filepath.Join(t.TempDir(), fmt.Sprint(i, ".xml"))
		if err := os.WriteFile(file, Encode(Body{Entity: "sip:20%2301@10.1.1.2", Version: uint32(i), Dialog: uint16(i), Line: l}), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
			t.Errorf("%+v: %s", l, out)
		}
	}
}
