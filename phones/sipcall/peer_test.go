package sipcall

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing/synctest"

	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// message is what a peer heard.
type message struct{ siptest.Message }

// sdpLine returns the first line of the body that begins with a prefix.
func (m message) sdpLine(prefix string) string {
	for _, l := range strings.Split(m.Body, "\r\n") {
		if strings.HasPrefix(l, prefix) {
			return l
		}
	}
	return ""
}

// media is where the body says that audio goes.
func (m message) media() string {
	if m.Body == "" {
		return "-"
	}
	for _, d := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
		if strings.Contains(m.Body, "a="+d+"\r\n") {
			return strings.TrimPrefix(m.sdpLine("c="), "c=IN IP4 ") + ":" + strings.Fields(m.sdpLine("m=audio"))[1] + " " + d
		}
	}
	return m.Body
}

// peer is a SIP phone or trunk of the test.
type peer struct {
	b      *bed
	user   string
	addr   netip.AddrPort
	conn   net.PacketConn
	branch int

	mu    sync.Mutex
	heard []message
	mute  bool // 481 and so on are the test's to send; BYE, NOTIFY and CANCEL are answered unless mute
}

// phone makes a registered phone: number 200N at 10.1.1.1N.
func (b *bed) phone(n int) *peer {
	p := b.peer(fmt.Sprint(2000+n), fmt.Sprintf("10.1.1.1%d:5060", n))
	b.register(n, p)
	return p
}

func (b *bed) register(n int, p *peer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bindings = append(b.bindings, phones.Binding{Number: p.user, URI: "sip:" + p.user + "@" + p.addr.String(),
		Host: p.addr.Addr().String(), Port: int(p.addr.Port()), Source: p.addr, Transport: "udp", Pool: n,
		CallID: "reg-" + p.user, UserAgent: "Cisco-CP7970G/8.0"})
}

func (b *bed) peer(user, addr string) *peer {
	b.t.Helper()
	p := &peer{b: b, user: user, addr: netip.MustParseAddrPort(addr)}
	p.conn = siptest.Listen(b.t, b.net, p.addr, func(heard siptest.Message) {
		m := message{heard}
		p.mu.Lock()
		p.heard = append(p.heard, m)
		mute := p.mute
		p.mu.Unlock()
		method, _, _ := strings.Cut(m.First, " ")
		if !mute && (method == "BYE" || method == "NOTIFY" || method == "CANCEL") {
			p.answer(m, "200 OK", "", "")
		}
	})
	return p
}

func (p *peer) silent(is bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = is
}

func (p *peer) send(text string) {
	p.b.t.Helper()
	if _, err := p.conn.WriteTo([]byte(text), net.UDPAddrFromAddrPort(server)); err != nil {
		p.b.t.Fatal(err)
	}
}

// hear returns what came since the last time, without 100.
func (p *peer) hear() []message {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var h []message
	for _, m := range p.heard {
		if !strings.HasPrefix(m.First, "SIP/2.0 100") {
			h = append(h, m)
		}
	}
	p.heard = nil
	return h
}

// want compares the beginnings of the first lines of what came since the last time.
func (p *peer) want(first ...string) []message {
	p.b.t.Helper()
	h := p.hear()
	ok := len(h) == len(first)
	var got []string
	for i, m := range h {
		got = append(got, m.First)
		ok = ok && strings.HasPrefix(strings.TrimPrefix(m.First, "SIP/2.0 "), first[i])
	}
	if !ok {
		p.b.t.Fatalf("%s heard\n  %s\nwant\n  %s", p.user, strings.Join(got, "\n  "), strings.Join(first, "\n  "))
	}
	return h
}

// one is want for a single message.
func (p *peer) one(first string) message {
	p.b.t.Helper()
	return p.want(first)[0]
}

// sdp is a description: address "A:P" and direction, "" for sendrecv.
func sdpBody(at, dir string) string {
	a := netip.MustParseAddrPort(at)
	if dir == "" {
		dir = "sendrecv"
	}
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0 8 101\r\n"+
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n", a.Addr(), a.Addr(), a.Port(), dir)
}

// talk is one dialog as a peer has it.
type talk struct {
	p                                *peer
	callID, localTag, remoteTag      string
	local, remote, target, lastBrnch string
	cseq                             int
}

// dial begins a dialog to a number.
func (p *peer) dial(number string) *talk {
	p.branch++
	return &talk{p: p, callID: fmt.Sprintf("call%d-%s", p.branch, p.addr), localTag: fmt.Sprintf("ft%d", p.branch),
		local: "<sip:" + p.user + "@10.1.1.2>", remote: "<sip:" + number + "@10.1.1.2>", target: "sip:" + number + "@10.1.1.2"}
}

// request sends a request; headers are whole lines.
func (d *talk) request(method, body string, headers ...string) {
	d.p.b.t.Helper()
	if method != "ACK" && method != "CANCEL" {
		d.cseq++
		d.p.branch++
		d.lastBrnch = fmt.Sprintf("z9hG4bK%d%s", d.p.branch, d.p.user)
	}
	branch := d.lastBrnch
	if method == "ACK" {
		branch += "ack"
	}
	d.p.send(d.text(method, branch, body, headers...))
}

func (d *talk) text(method, branch, body string, headers ...string) string {
	to := d.remote
	if d.remoteTag != "" && method != "CANCEL" {
		to += ";tag=" + d.remoteTag
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s;rport\r\nMax-Forwards: 70\r\nFrom: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n",
		method, d.target, d.p.addr, branch, d.local, d.localTag, to, d.callID, d.cseq, method)
	if method != "CANCEL" && method != "BYE" {
		fmt.Fprintf(&s, "Contact: <sip:%s@%s>\r\n", d.p.user, d.p.addr)
	}
	for _, h := range headers {
		s.WriteString(h + "\r\n")
	}
	if body != "" && !strings.Contains(s.String(), "Content-Type:") {
		s.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&s, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return s.String()
}

// refused acknowledges a final response that is no 2xx.
func (d *talk) refused() { d.p.send(d.text("ACK", d.lastBrnch, "")) }

// learn takes the dialog from a response.
func (d *talk) learn(m message) {
	d.remoteTag = m.Tag("To")
	if c := m.Get("Contact"); c != "" {
		d.target = strings.Trim(c, "<>")
	}
}

// answer answers a request; tag is the To tag if it has none.
func (p *peer) answer(m message, status, tag, body string, headers ...string) {
	var s strings.Builder
	s.WriteString(m.Response(status, tag))
	for _, h := range headers {
		s.WriteString(h + "\r\n")
	}
	fmt.Fprintf(&s, "Contact: <sip:%s@%s>\r\n", p.user, p.addr)
	if body != "" {
		s.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&s, "Content-Length: %d\r\n\r\n%s", len(body), body)
	_, _ = p.conn.WriteTo([]byte(s.String()), net.UDPAddrFromAddrPort(m.From))
}

// talkOf is the dialog of an INVITE that a peer has answered with a tag.
func (p *peer) talkOf(invite message, tag string) *talk {
	return &talk{p: p, callID: invite.Get("Call-ID"), localTag: tag, remoteTag: invite.Tag("From"),
		local: invite.Get("To"), remote: strings.Split(invite.Get("From"), ";tag=")[0], target: strings.Trim(invite.Get("Contact"), "<>")}
}

var (
	alice = call.Party{Number: "2001", Name: "Alice"}
	bob   = call.Party{Number: "2002", Name: "Bob"}
)

func media(at string) call.Media {
	return call.Media{Addr: netip.MustParseAddrPort(at), Codecs: call.G711u | call.G711a, Event: 101}
}

// calls is a phone's call to a number up to where the exchange has its Dial.
func (p *peer) calls(number, body string, headers ...string) (*talk, uint32) {
	p.b.t.Helper()
	d := p.dial(number)
	d.request("INVITE", body, headers...)
	ref := last[call.Dial](p.b).Ref
	if ref == 0 {
		p.b.t.Fatalf("no Dial; %s heard %v", p.user, p.hear())
	}
	return d, ref
}

// connect brings a phone's call up: 2001 calls 2002.
func (p *peer) connect() (*talk, call.CallView) {
	p.b.t.Helper()
	d, ref := p.calls("2002", sdpBody("10.1.1.11:4000", ""))
	v := call.CallView{Ref: ref, State: call.Connected, Button: 1, Outgoing: true, Calling: alice, Called: bob, Send: media("10.1.1.12:5000")}
	p.b.view(pool(1), v)
	d.learn(p.one("200"))
	d.request("ACK", "")
	p.want()
	return d, v
}

// rung brings up a call to a phone: 2002 is called by 2001.
func (p *peer) rung(ref uint32) (*talk, call.CallView) {
	p.b.t.Helper()
	v := call.CallView{Ref: ref, State: call.RingIn, Button: 1, Calling: alice, Called: bob, Send: media("10.1.1.11:4000")}
	p.b.view(pool(2), v)
	inv := p.one("INVITE")
	p.answer(inv, "200 OK", "tt", sdpBody("10.1.1.12:5000", ""))
	p.b.wantInputs(fmt.Sprintf("answer pool-2 %d 10.1.1.12:5000 g711ulaw,g711alaw", ref))
	p.one("ACK")
	v.State = call.Connected
	p.b.view(pool(2), v)
	p.want()
	return p.talkOf(inv, "tt"), v
}
