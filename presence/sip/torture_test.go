package sip

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// serves says whether somebody else is still served.
func (r *rig) serves(p *phone, after string) {
	r.t.Helper()
	p.hear()
	ok, notes := p.subscribe(sub{callID: "sane" + words(p.cseq), expires: "0"})
	if ok.First != "SIP/2.0 200 OK" || len(notes) != 1 {
		r.t.Fatalf("after %q: %s, %d NOTIFYs", after, ok.First, len(notes))
	}
}

// A16: the messages of RFC 4475, which the SIP library carries as files, sent as they are and
// each turned into a SUBSCRIBE and a PUBLISH.
func TestTortureMessages(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "sip", "testdata", "torture", "*", "*.dat"))
	if err != nil || len(files) < 49 {
		t.Fatalf("%d files, RFC 4475 has 49 messages: %v", len(files), err)
	}
	run(t, func(r *rig) {
		hostile, sane := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		for _, file := range files {
			msg, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			hostile.send(msg)
			for _, method := range []string{"INVITE", "OPTIONS", "REGISTER", "MESSAGE"} {
				for _, other := range []string{"SUBSCRIBE", "PUBLISH", "NOTIFY"} {
					hostile.send(bytes.ReplaceAll(msg, []byte(method), []byte(other)))
				}
			}
			r.serves(sane, file)
		}
		time.Sleep(time.Hour + time.Minute) // whatever was accepted runs out
		synctest.Wait()
		want(t, "left", words(r.a.dialogs.count(), len(r.hub.Snapshot().Records)), "0 0")
	})
}

// A16: valid messages cut short at every length and with each bit of some bytes turned,
// each in a transaction of its own. The watcher answers NOTIFYs with 481, so that what
// is accepted makes room.
func TestMutatedTraffic(t *testing.T) {
	run(t, func(r *rig) {
		hostile, sane := r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060")
		ok, _ := hostile.subscribe(sub{callID: "real"})
		n, answers := 0, map[string]int{}
		throw := func(msg []byte) {
			hostile.send(msg)
			if n++; n%16 > 0 {
				return
			}
			for _, m := range hostile.hear() {
				if strings.HasPrefix(m.First, "SIP/2.0 ") {
					answers[m.First[8:11]]++
				}
			}
		}
		for _, msg := range seeds(hostile, ok.Tag("To")) {
			if hostile.answers("481 Gone"); bytes.Contains(msg, []byte(ok.Tag("To"))) {
				hostile.answers("200 OK")
			}
			for i := range renewed(msg, 0) {
				throw(renewed(msg, n)[:i])
				bent := renewed(msg, n)
				bent[i] ^= 1 << (i % 8)
				throw(bent)
				bent = renewed(msg, n)
				bent[i] = byte(i)
				throw(bent)
			}
			hostile.hear()
			r.serves(sane, string(msg))
		}
		for _, code := range []string{"200", "400", "404", "481", "489"} {
			if answers[code] < 10 {
				t.Errorf("of %d messages few reached those who serve them: %v", n, answers)
				break
			}
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		want(t, "left", words(r.a.dialogs.count(), len(r.hub.Snapshot().Records)), "0 0")
	})
}

var (
	branches = regexp.MustCompile(`branch=[^;\r]*`)
	callIDs  = regexp.MustCompile(`(?m)^Call-ID: [^\r]*`)
	cseqs    = regexp.MustCompile(`(?m)^CSeq: \d+`)
)

// renewed is a message with a branch and a CSeq, and outside of dialogs a Call-ID, that
// no other has; all are of one length.
func renewed(msg []byte, n int) []byte {
	msg = branches.ReplaceAll(msg, fmt.Appendf(nil, "branch=z9hG4bK%06d", n))
	msg = cseqs.ReplaceAll(msg, fmt.Appendf(nil, "CSeq: %d", 100000+n))
	if !bytes.Contains(msg, []byte("Call-ID: real")) {
		msg = callIDs.ReplaceAll(msg, fmt.Appendf(nil, "Call-ID: m%06d", n))
	}
	return msg
}

// seeds are valid messages of every kind that the adapter takes.
func seeds(p *phone, tag string) [][]byte {
	notify := func(callID string) []byte {
		return []byte("NOTIFY sip:2001@10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/UDP " + p.addr.String() + ";branch=z9hG4bKn" + callID + "\r\n" +
			"From: <sip:2001@10.9.9.9>;tag=a\r\nTo: <sip:2001@10.1.1.2>;tag=b\r\nCall-ID: " + callID + "\r\nCSeq: 1 NOTIFY\r\n" +
			"Event: presence\r\nSubscription-State: active\r\nContent-Length: 0\r\n\r\n")
	}
	return [][]byte{
		p.write(sub{callID: "first", event: "presence;id=7", more: "Record-Route: <sip:10.1.1.11;lr>\r\nSupported: eventlist\r\n"}),
		p.write(sub{callID: "dialog", event: "dialog", accept: "application/dialog-info+xml;q=0.5, */*"}),
		p.write(sub{callID: "real", toTag: tag, expires: "600"}),
		p.write(listed(sub{callID: "list"}, "2001", "2002", "9999")),
		published(p, sub{callID: "pub", more: "SIP-If-Match: x\r\n"}, inDnD),
		notify("stray"),
	}
}
