package winfo

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEncode(t *testing.T) {
	got := string(Encode(Body{Resource: "sip:2001@10.1.1.2", Version: 4, Watchers: []Watcher{
		{ID: 23, User: "3001", Host: "10.1.1.11", For: 90 * time.Second, Left: time.Minute}, {ID: 24, User: "a&b", Host: "10.1.1.12", For: -time.Second}}}))
	want := `<?xml version="1.0" encoding="UTF-8"?>
<watcherinfo xmlns="urn:ietf:params:xml:ns:watcherinfo" version="4" state="full">
<watcher-list package="presence" resource="sip:2001@10.1.1.2">
<watcher id="23" status="active" event="subscribe" expiration="60" duration-subscribed="90">sip:3001@10.1.1.11</watcher>
<watcher id="24" status="active" event="subscribe" expiration="0" duration-subscribed="0">sip:a&amp;b@10.1.1.12</watcher>
</watcher-list>
</watcherinfo>
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// However many watch, and whatever they are called, a document is well-formed and bounded.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.StringMatching(`[ -~]{0,200}`).Draw(t, "user")
		watchers := make([]Watcher, rapid.IntRange(0, 400).Draw(t, "n"))
		for i := range watchers {
			watchers[i] = Watcher{ID: uint32(i), User: user, Host: "10.1.1.1"}
		}
		b := Encode(Body{Resource: "sip:" + user, Watchers: watchers})
		if len(b) > maxSize {
			t.Fatalf("%d bytes", len(b))
		}
		var doc struct {
			Watchers []string `xml:"watcher-list>watcher"`
		}
		if err := xml.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Watchers) < min(len(watchers), 25) || len(doc.Watchers) > 0 && doc.Watchers[0] != "sip:"+user+"@10.1.1.1" {
			t.Fatalf("%d of %d", len(doc.Watchers), len(watchers))
		}
	})
}

// The schema of RFC 3858, where there is one on this machine (make interop has it).
func TestSchema(t *testing.T) {
	schema := filepath.Join("..", "..", "..", "shared", "xsd", "watcherinfo.xsd")
	_, err := exec.LookPath("xmllint")
	if _, err2 := os.Stat(schema); err != nil || err2 != nil {
		t.Log("no xmllint or no schema: nothing is shown")
		return
	}
	file := filepath.Join(t.TempDir(), "winfo.xml")
	doc := Encode(Body{Resource: "sip:20%2301@10.1.1.2", Watchers: []Watcher{{ID: 1, User: strings.Repeat("3", 9), Host: "10.1.1.1"}}})
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}
