// Package siptest is the far end of tests that speak SIP on a network in memory:
// messages as text, and a socket that hears them.
package siptest

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/memnet"
)

// Message is a SIP message as text.
type Message struct {
	First   string              // request or status line
	Headers map[string][]string // values by lower-case name
	Names   []string            // lower-case names in their order
	Body    string
	From    netip.AddrPort // who sent it, if it was heard
	Back    func([]byte)   // sends to him, if it was heard
}

// Parse reads a message without judging it.
func Parse(b []byte) Message {
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	m := Message{First: lines[0], Headers: map[string][]string{}, Body: body}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		m.Headers[name] = append(m.Headers[name], strings.TrimSpace(value))
		m.Names = append(m.Names, name)
	}
	return m
}

// Get is the first value of a header, "" for none.
func (m Message) Get(name string) string {
	if v := m.Headers[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Tag is that of From or To, "" for none.
func (m Message) Tag(name string) string {
	_, tag, _ := strings.Cut(m.Get(name), ";tag=")
	tag, _, _ = strings.Cut(tag, ";")
	return tag
}

// Request tells a request from a response.
func (m Message) Request() bool { return !strings.HasPrefix(m.First, "SIP/2.0") }

// Response is the beginning of a response: its status line and the headers that it
// takes from the request. tag is given to a To that has none; "": it keeps none.
func (m Message) Response(status, tag string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		for _, v := range m.Headers[strings.ToLower(name)] {
			if name == "To" && tag != "" && !strings.Contains(v, ";tag=") {
				v += ";tag=" + tag
			}
			b.WriteString(name + ": " + v + "\r\n")
		}
	}
	return b.String()
}

// Listen hears the datagrams that come to an address until the test ends. take runs on
// one goroutine.
func Listen(t testing.TB, network *memnet.Net, at netip.AddrPort, take func(Message)) net.PacketConn {
	t.Helper()
	conn, err := network.Host(at.Addr()).ListenPacket(at)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 65536)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			m := Parse(buf[:n])
			m.From = from.(*net.UDPAddr).AddrPort()
			m.Back = func(b []byte) { _, _ = conn.WriteTo(b, from) }
			take(m)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn
}
