package relay

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing/synctest"

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
	conn, err := r.net.Host(at.Addr()).ListenPacket(at)
	if err != nil {
		r.t.Fatal(err)
	}
	f.conn = conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 65536)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			m := parse(buf[:n])
			m.from = from.(*net.UDPAddr).AddrPort()
			m.back = func(b []byte) { _, _ = conn.WriteTo(b, from) }
			f.take(m)
		}
	}()
	r.t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return f
}

func (f *far) take(m message) {
	f.mu.Lock()
	if !m.request() {
		f.codes = append(f.codes, m.first)
		f.mu.Unlock()
		return
	}
	if strings.HasPrefix(m.first, "OPTIONS ") {
		pings := f.pings
		f.mu.Unlock()
		if pings {
			m.back(f.response(m, "405 Method Not Allowed"))
		}
		return
	}
	f.heard = append(f.heard, m)
	answer, after := f.answer, f.after
	f.mu.Unlock()
	text := "200 OK\r\nExpires: " + m.get("Expires")
	if answer != nil {
		text = answer(m)
	}
	if text != "" {
		m.back(f.response(m, text))
	}
	if after != nil {
		after(m, text)
	}
}

// response answers with a To tag and a Contact.
func (f *far) response(m message, text string) []byte {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + text + "\r\n")
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		for _, v := range m.headers[strings.ToLower(name)] {
			if name == "To" && !strings.Contains(v, ";tag=") {
				v += ";tag=far"
			}
			b.WriteString(name + ": " + v + "\r\n")
		}
	}
	b.WriteString("Contact: <sip:" + f.addr.String() + ">\r\nContent-Length: 0\r\n\r\n")
	return []byte(b.String())
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
	def(&n.toTag, m.tag("From"))
	def(&n.callID, m.get("Call-ID"))
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
		if m.get("Expires") == "0" {
			f.notify(m, note{state: "terminated;reason=timeout", body: doc(l)})
			return
		}
		f.notify(m, note{body: doc(l)})
	}
	return f
}
