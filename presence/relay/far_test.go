package relay

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing/synctest"

	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

// far is a presence server that does what the test says.
type far struct {
	r    *rig
	addr netip.AddrPort
	conn net.PacketConn
	seq  int

	mu     sync.Mutex
	heard  []message                      // SUBSCRIBEs
	codes  []string                       // first lines of answers to our NOTIFYs
	answer func(m message) string         // status line and header lines; "": silent
	after  func(m message, answer string) // what follows the answer
	pings  bool                           // OPTIONS are answered
}

func (r *rig) server(at netip.AddrPort) *far {
	r.t.Helper()
	f := &far{r: r, addr: at, pings: true}
	f.conn = siptest.Listen(r.t, r.net, at, f.take)
	return f
}

func (f *far) take(m message) {
	f.mu.Lock()
	if !m.Request() {
		f.codes = append(f.codes, m.First)
		f.mu.Unlock()
		return
	}
	if strings.HasPrefix(m.First, "OPTIONS ") {
		pings := f.pings
		f.mu.Unlock()
		if pings {
			m.Back(f.response(m, "405 Method Not Allowed"))
		}
		return
	}
	f.heard = append(f.heard, m)
	answer, after := f.answer, f.after
	f.mu.Unlock()
	text := "200 OK\r\nExpires: " + m.Get("Expires")
	if answer != nil {
		text = answer(m)
	}
	if text != "" {
		m.Back(f.response(m, text))
	}
	if after != nil {
		after(m, text)
	}
}

// response answers with a To tag and a Contact.
func (f *far) response(m message, text string) []byte {
	return []byte(m.Response(text, "far") + "Contact: <sip:" + f.addr.String() + ">\r\nContent-Length: 0\r\n\r\n")
}

// note is a NOTIFY in the dialog that a SUBSCRIBE made; zero fields mean the usual.
type note struct {
	event, state, kind, body, tag, toTag, callID, contact, more string
	seq                                                         int
}

func (f *far) notify(m message, n note) {
	def := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	def(&n.event, "presence")
	def(&n.state, "active;expires=3600")
	def(&n.kind, pidf.ContentType)
	def(&n.tag, "far")
	def(&n.toTag, m.Tag("From"))
	def(&n.callID, m.Get("Call-ID"))
	def(&n.contact, "Contact: <sip:"+f.addr.String()+">\r\n")
	f.mu.Lock()
	f.seq++
	if n.seq == 0 {
		n.seq = f.seq
	}
	branch := fmt.Sprintf("z9hG4bKn%d", f.seq)
	f.mu.Unlock()
	if n.body == "-" {
		n.body, n.kind = "", "-"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "NOTIFY sip:6003@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nMax-Forwards: 70\r\n", router, f.addr, branch)
	fmt.Fprintf(&b, "From: <sip:5001@11.1.1.4>;tag=%s\r\nTo: <sip:6003@11.1.1.2>;tag=%s\r\nCall-ID: %s\r\nCSeq: %d NOTIFY\r\n%s%s",
		n.tag, n.toTag, n.callID, n.seq, n.contact, n.more)
	for _, h := range [][2]string{{"Event", n.event}, {"Subscription-State", n.state}, {"Content-Type", n.kind}} {
		if h[1] != "-" {
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(n.body), n.body)
	_, err := f.conn.WriteTo([]byte(b.String()), net.UDPAddrFromAddrPort(router))
	if err != nil {
		f.r.t.Error(err)
	}
}

// tell sends a state in the dialog of a SUBSCRIBE and returns the answer to it.
func (f *far) tell(m message, n note) string {
	f.r.t.Helper()
	f.notify(m, n)
	synctest.Wait()
	return f.said()
}

// said is the answer to the last NOTIFY.
func (f *far) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.codes) == 0 {
		return "-"
	}
	return strings.TrimPrefix(f.codes[len(f.codes)-1], "SIP/2.0 ")
}

// hear returns the SUBSCRIBEs that came since the last time.
func (f *far) hear() []message {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.heard
	f.heard = nil
	return h
}

// one is the one SUBSCRIBE that came since the last time.
func (f *far) one() message {
	f.r.t.Helper()
	h := f.hear()
	if len(h) != 1 {
		f.r.t.Fatalf("%d SUBSCRIBEs came, not one", len(h))
	}
	return h[0]
}

func (f *far) answers(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = func(message) string { return text }
}

// obliging makes it a server that accepts and tells a state.
func (f *far) obliging(l presence.Line) *far {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = nil
	f.after = func(m message, _ string) {
		if m.Get("Expires") == "0" {
			f.notify(m, note{state: "terminated;reason=timeout", body: doc(l)})
			return
		}
		f.notify(m, note{body: doc(l)})
	}
	return f
}
