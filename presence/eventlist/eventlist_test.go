package eventlist

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func list(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"
 xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>` + inner + `</list></resource-lists>`
}

// RFC 4826, RFC 5367 4: what is taken out of a recipient list.
func TestDecode(t *testing.T) {
	many := ""
	for i := range MaxEntries + 1 {
		many += fmt.Sprintf(`<entry uri="sip:%d@a"/>`, i)
	}
	for _, c := range []struct {
		name, doc string
		want      []string
		err       error
	}{
		{"two", list(`<entry uri="sip:1@a" cp:copyControl="to"/><entry uri="sip:2@a"><display-name>x</display-name></entry>`), []string{"sip:1@a", "sip:2@a"}, nil},
		{"nested", list(`<list name="x"><entry uri="sip:1@a"/></list><entry uri="sip:2@a"/>`), []string{"sip:1@a", "sip:2@a"}, nil},
		{"twice", list(`<entry uri="sip:1@a"/><entry uri="sip:1@a"/>`), []string{"sip:1@a"}, nil},
		{"prefixed", `<r:resource-lists xmlns:r="urn:ietf:params:xml:ns:resource-lists"><r:list><r:entry uri="sip:1@a"/></r:list></r:resource-lists>`, []string{"sip:1@a"}, nil},
		{"references", list(`<external anchor="http://x"/><entry-ref ref="y"/><entry uri="sip:1@a"/>`), []string{"sip:1@a"}, nil},
		{"empty", list(""), nil, ErrNoList},
		{"nothing", "", nil, ErrNoList},
		{"something else", `<presence xmlns="urn:ietf:params:xml:ns:pidf"/>`, nil, ErrNoList},
		{"no URI", list(`<entry/>`), nil, ErrNoURI},
		{"long URI", list(`<entry uri="sip:` + strings.Repeat("1", 300) + `"/>`), nil, ErrNoURI},
		{"many", list(many), nil, ErrTooMany},
		{"deep", list(strings.Repeat("<list>", 50)), nil, ErrTooBig},
		{"big", list(strings.Repeat(" ", 70000)), nil, ErrTooBig},
	} {
		got, err := Decode([]byte(c.doc))
		if fmt.Sprint(got) != fmt.Sprint(c.want) || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
	if _, err := Decode([]byte(list("<entry"))); err == nil {
		t.Error("broken document is taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(list(`<entry uri="sip:1@a"/><list><entry uri="sip:2@a"/></list>`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		uris, err := Decode(b)
		if err == nil && (len(uris) == 0 || len(uris) > MaxEntries) {
			t.Errorf("%d entries", len(uris))
		}
	})
}

// read takes a body apart as a watcher does.
func read(t interface{ Fatalf(string, ...any) }, contentType string, body []byte) (rlmi []byte, parts map[string]string) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != ContentTypeMulti || params["type"] != ContentTypeRLMI {
		t.Fatalf("Content-Type %q: %v", contentType, err)
	}
	parts = map[string]string{}
	m := multipart.NewReader(strings.NewReader(string(body)), params["boundary"])
	for {
		p, err := m.NextPart()
		if err == io.EOF {
			return rlmi, parts
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		doc, err := io.ReadAll(p)
		if err != nil {
			t.Fatalf("%v", err)
		}
		id := p.Header.Get("Content-ID")
		if id == params["start"] {
			rlmi = doc
			continue
		}
		parts[strings.Trim(id, "<>")] = p.Header.Get("Content-Type") + " " + string(doc)
	}
}

func TestEncode(t *testing.T) {
	kind, body := Encode(List{URI: "sip:list@10.1.1.2", Version: 3, Full: true, Host: "10.1.1.2", Resources: []Resource{
		{URI: "sip:1@a", Doc: []byte("<list3x/>"), Type: "application/pidf+xml"},
		{URI: "sip:2@a"},
		{URI: "sip:3@a", Ended: true, Reason: "noresource"},
	}})
	rlmi, parts := read(t, kind, body)
	want := `<?xml version="1.0" encoding="UTF-8"?>
<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:list@10.1.1.2" version="3" fullState="true" cid="rlmi0-3@10.1.1.2">
<resource uri="sip:1@a"><instance id="1" state="active" cid="r0-3@10.1.1.2"/></resource>
<resource uri="sip:2@a"></resource>
<resource uri="sip:3@a"><instance id="1" state="terminated" reason="noresource"/></resource>
</list>
`
	if string(rlmi) != want {
		t.Errorf("got\n%s", rlmi)
	}
	if len(parts) != 1 || parts["r0-3@10.1.1.2"] != "application/pidf+xml <list3x/>" {
		t.Errorf("parts %q", parts)
	}
}

// What is written is read back, and Room is never too little.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := List{URI: "sip:l@x", Version: rapid.Uint32().Draw(t, "version"), Host: "255.255.255.255"}
		room := 600
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			r := Resource{URI: rapid.StringMatching(`sip:[ -~]{0,30}`).Draw(t, "uri"), Type: "application/cpim-pidf+xml", Ended: rapid.Bool().Draw(t, "ended"), Reason: "deactivated"}
			if rapid.Bool().Draw(t, "doc") {
				r.Doc = []byte(rapid.StringMatching(`list[0-9]{0,10}x{0,3}[ -~]{0,40}`).Draw(t, "body"))
			}
			room += Room(r)
			l.Resources = append(l.Resources, r)
		}
		kind, body := Encode(l)
		if len(body) > room {
			t.Fatalf("%d bytes, room for %d", len(body), room)
		}
		rlmi, parts := read(t, kind, body)
		var doc struct {
			Version   uint32 `xml:"version,attr"`
			Resources []struct {
				URI      string `xml:"uri,attr"`
				Instance struct {
					State string `xml:"state,attr"`
					CID   string `xml:"cid,attr"`
				} `xml:"instance"`
			} `xml:"resource"`
		}
		if err := xml.Unmarshal(rlmi, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Version != l.Version || len(doc.Resources) != len(l.Resources) {
			t.Fatalf("%+v", doc)
		}
		for i, r := range l.Resources {
			got := doc.Resources[i]
			if got.URI != r.URI || r.Ended && got.Instance.State != "terminated" {
				t.Fatalf("%+v became %+v", r, got)
			}
			if r.Doc != nil && parts[got.Instance.CID] != r.Type+" "+string(r.Doc) {
				t.Fatalf("%q became %q", r.Doc, parts[got.Instance.CID])
			}
		}
	})
}

// The schema of RFC 4662, where there is one on this machine (make interop has it).
func TestSchema(t *testing.T) {
	schema := filepath.Join("..", "..", "..", "shared", "xsd", "rlmi.xsd")
	_, err := exec.LookPath("xmllint")
	if _, err2 := os.Stat(schema); err != nil || err2 != nil {
		t.Log("no xmllint or no schema: nothing is shown")
		return
	}
	rlmi := List{URI: "sip:l@x", Full: true, Resources: []Resource{{URI: "sip:1@a"}, {URI: "sip:2@a", Doc: []byte{}}, {URI: "sip:3@a", Ended: true, Reason: "timeout"}}}.rlmi("a@b")
	file := filepath.Join(t.TempDir(), "rlmi.xml")
	if err := os.WriteFile(file, rlmi, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}
