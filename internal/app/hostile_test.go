package app

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// besieged is an appliance in use: a phone that watches a number of its own router and
// one at the presence server, a trunk, and somebody who means harm.
type besieged struct {
	*wired
	phone, trunk, server, sane *sipPeer
	hostile                    *sipPeer // at the address of nobody
	sent                       int
	answers                    map[string]int // to what was thrown, by status
	goroutines                 int
	heap                       uint64
	last                       string // SUBSCRIBE that the server had
	cseq                       int    // of its NOTIFYs
}

// waiting goroutines of phones/sipcall there may be that had nothing to do before.
const waiting = 4

func besiege(t *testing.T, f func(*besieged)) {
	t.Helper()
	const more = "voice register pool 1\n blf-speed-dial 1 2102 label \"x\"\n blf-speed-dial 2 1001 label \"y\"\npresence\n max-subscription 500\n watcher all\n"
	wire(t, wiredConfig+more, func(w *wired) {
		b := &besieged{wired: w, phone: w.peer("10.1.1.11:5060"), trunk: w.peer("10.1.1.4:5060"), server: w.peer("10.1.1.5:5060"),
			sane: w.peer("10.9.8.1:5060"), hostile: w.peer("10.9.9.9:5060"), cseq: 1, answers: map[string]int{}}
		b.works("before")
		time.Sleep(3 * time.Hour)
		b.goroutines, b.heap = b.left()
		f(b)
		// Whatever was accepted runs out.
		time.Sleep(3 * time.Hour)
		goroutines, heap := b.left()
		if rows := len(w.hub.Snapshot().Records); rows != 0 {
			t.Errorf("%d rows are left", rows)
		}
		if goroutines > b.goroutines+waiting {
			buf := make([]byte, 1<<20)
			t.Errorf("%d goroutines, there were %d: %s", goroutines, b.goroutines, buf[:runtime.Stack(buf, true)])
		}
		if grown := int64(heap) - int64(b.heap); grown > 4<<20 {
			t.Errorf("%d bytes more than before %d messages", grown, b.sent)
		}
		b.works("after all")
	})
}

// left is what the process has.
func (b *besieged) left() (goroutines int, heap uint64) {
	for _, p := range []*sipPeer{b.phone, b.trunk, b.server, b.sane, b.hostile} {
		p.hear()
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), m.HeapAlloc
}

// works says whether everybody is served: a registration, a watcher of outside, and a
// phone that watches a number of outside.
func (b *besieged) works(when string) {
	b.t.Helper()
	b.phone.hear()
	b.phone.registers("2101", "00156247EF90", 3600)
	if status, notes := b.sane.watches("2101", 0, ""); status != "SIP/2.0 200 OK" || len(notes) != 1 {
		b.t.Fatalf("%s: %s, %d NOTIFYs", when, status, len(notes))
	}
	b.server.hear()
	if status, notes := b.phone.watches("1001", 60, ""); status != "SIP/2.0 200 OK" || len(notes) != 1 {
		b.t.Fatalf("%s, external: %s, %d NOTIFYs", when, status, len(notes))
	}
	for _, text := range b.server.hear() {
		if strings.HasPrefix(text, "SUBSCRIBE ") {
			b.last = text
		}
	}
	b.phone.hear()
	b.cseq += 1 << 20
	b.server.sends(b.notify("busy"))
	if notes := b.phone.hear(); len(notes) == 0 || !strings.Contains(notes[0], "on-the-phone") {
		b.t.Fatalf("%s: the state of an external number does not arrive: %q", when, notes)
	}
}

var afterColon = regexp.MustCompile(`(?m)^(From|To|Call-ID): (.*)\r$`)

// notify writes a NOTIFY of the presence server, in the dialog of the last SUBSCRIBE.
func (b *besieged) notify(state string) string {
	head := map[string]string{}
	for _, m := range afterColon.FindAllStringSubmatch(b.last, -1) {
		head[m[1]] = m[2]
	}
	if !strings.Contains(head["To"], ";tag=") {
		head["To"] += ";tag=peer"
	}
	activity := ""
	if state == "busy" {
		activity = `<person xmlns="urn:ietf:params:xml:ns:pidf:data-model" id="p"><activities xmlns="urn:ietf:params:xml:ns:pidf:rpid"><on-the-phone/></activities></person>`
	}
	body := `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:1001@10.1.1.5"><tuple id="a"><status><basic>open</basic></status></tuple>` + activity + `</presence>`
	b.cseq++
	return fmt.Sprintf("NOTIFY sip:2101@10.1.1.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.1.5:5060;branch=z9hG4bKs%d;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\n"+
		"CSeq: %d NOTIFY\r\nContact: <sip:10.1.1.5>\r\nEvent: presence\r\nSubscription-State: active;expires=600\r\nContent-Type: application/pidf+xml\r\nContent-Length: %d\r\n\r\n%s",
		b.cseq, head["To"], head["From"], head["Call-ID"], b.cseq, len(body), body)
}

// throw sends bytes as somebody, without waiting for what comes of it.
func (b *besieged) throw(p *sipPeer, msg []byte) {
	b.t.Helper()
	if _, err := p.conn.WriteTo(msg, net.UDPAddrFromAddrPort(netip.MustParseAddrPort("10.1.1.2:5060"))); err != nil {
		b.t.Fatal(err)
	}
	if b.sent++; b.sent%32 == 0 {
		for _, text := range p.hear() {
			if strings.HasPrefix(text, "SIP/2.0 ") {
				b.answers[text[8:11]]++
			}
		}
	}
	if b.sent%200 == 0 {
		time.Sleep(61 * time.Second)
	}
}

const offer = "v=0\r\no=- 1 1 IN IP4 10.1.1.4\r\ns=-\r\nc=IN IP4 10.1.1.4\r\nt=0 0\r\nm=audio 16384 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"

// Valid messages of every kind cut short at every length, and with bits turned in every
// byte, each in a transaction and, if it makes one, a dialog of its own.
func TestMutatedTraffic(t *testing.T) {
	besiege(t, func(b *besieged) {
		listed := "Event: presence\r\nExpires: 60\r\nSupported: eventlist\r\nRequire: recipient-list-subscribe\r\nContent-Type: application/resource-lists+xml\r\n"
		for _, s := range []struct {
			name string
			from *sipPeer
			next func() string
		}{
			{"SUBSCRIBE", b.hostile, func() string {
				return b.hostile.request("SUBSCRIBE", "2101", "Event: presence;id=7\r\nExpires: 60\r\nAccept: application/pidf+xml;q=0.5, */*\r\n", "")
			}},
			{"SUBSCRIBE of a list", b.phone, func() string {
				return b.phone.request("SUBSCRIBE", "2101", listed, `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="sip:2101@h"/><entry uri="sip:2102@h"/></list></resource-lists>`)
			}},
			{"SUBSCRIBE of an external number", b.phone, func() string {
				return b.phone.request("SUBSCRIBE", "1001", "Event: dialog\r\nExpires: 60\r\n", "")
			}},
			{"NOTIFY", b.server, func() string { return b.notify("idle") }},
			{"PUBLISH", b.phone, func() string {
				return b.phone.request("PUBLISH", "2101", "Event: presence\r\nExpires: 60\r\nContent-Type: application/pidf+xml\r\n",
					`<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:2101@h"><tuple id="a"><status><basic>open</basic></status></tuple></presence>`)
			}},
			{"REGISTER", b.phone, func() string {
				return b.phone.request("REGISTER", "2101", "Expires: 60\r\nReason: SIP;cause=200;text=\"Name=SEP00156247EF90\"\r\n", "")
			}},
			{"INVITE", b.trunk, func() string {
				return b.trunk.request("INVITE", "2101", "Allow: UPDATE, REFER\r\nSupported: timer\r\nSession-Expires: 1800\r\nContent-Type: application/sdp\r\n", offer)
			}},
		} {
			for i := range s.next() {
				whole := []byte(s.next())
				b.throw(s.from, whole[:min(i, len(whole))])
				for _, bit := range []int{i % 8, (i + 3) % 8} {
					bent := []byte(s.next())
					bent[min(i, len(bent)-1)] ^= 1 << bit
					b.throw(s.from, bent)
				}
			}
			time.Sleep(2 * time.Minute)
			b.works("after mutations of " + s.name)
		}
		// Most went through to those who serve them.
		for _, status := range []string{"200", "400", "404", "481", "486", "489"} {
			if b.answers[status] < 10 {
				t.Errorf("%d messages were answered %v", b.sent, b.answers)
				break
			}
		}
	})
}

// The messages of RFC 4475, which the SIP library carries as files, as they are and as
// every other method, over UDP and over TCP.
func TestTortureMessages(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "sip", "testdata", "torture", "*", "*.dat"))
	if err != nil || len(files) < 49 {
		t.Fatalf("%d files, RFC 4475 has 49 messages: %v", len(files), err)
	}
	methods := []string{"SUBSCRIBE", "PUBLISH", "NOTIFY", "REGISTER", "INVITE", "REFER", "MESSAGE", "OPTIONS"}
	besiege(t, func(b *besieged) {
		for _, file := range files {
			msg, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all := [][]byte{msg}
			for _, from := range methods {
				for _, to := range methods {
					if other := bytes.ReplaceAll(msg, []byte(from), []byte(to)); !bytes.Equal(other, msg) {
						all = append(all, other)
					}
				}
			}
			for i, m := range all {
				for _, p := range []*sipPeer{b.hostile, b.trunk, b.phone, b.server} {
					b.throw(p, bytes.ReplaceAll(m, []byte("branch=z9hG4bK"), fmt.Appendf(nil, "branch=z9hG4bK%d-%s-", i, p.addr.Addr())))
				}
				conn, err := b.net.Host(netip.MustParseAddr("10.9.9.7")).Dial(b.t.Context(), netip.MustParseAddrPort("10.1.1.2:5060"))
				if err != nil {
					t.Fatal(err)
				}
				_, _ = conn.Write(m) // may be refused at once
				synctest.Wait()
				conn.Close()
			}
			time.Sleep(2 * time.Minute)
			b.works("after " + filepath.Base(file))
		}
	})
}
