package sip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/siptest"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	server = netip.MustParseAddrPort("10.1.1.2:5060")
	idle   = presence.Line{State: presence.Idle}
	busy   = presence.Line{State: presence.Busy}
)

// rig is a router with a presence agent on a network in memory.
type rig struct {
	t   testing.TB
	net *memnet.Net
	log *logbuf.Log
	hub *presence.Hub
	ua  *sipua.UA
	a   *Adapter
	cfg presence.Config

	mu     sync.Mutex
	phones map[netip.Addr]bool // addresses that are registered phones
	lamps  map[string]Lamps    // by number; others are lit
	dnd    []bool              // what the pool was said to have published
	pubs   *book               // journal of publications, if there is one
	opens  func()              // called when the endpoint of the next life is open, before the agent knows; may be nil
}

// FindWatcher takes any user at a phone's address.
func (r *rig) FindWatcher(_ string, src netip.AddrPort, _ string) (Watcher, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Watcher{Phone: "SEP1", DialPeerTag: 40001, Pool: 1}, r.phones[src.Addr()]
}

func (r *rig) Lamps(_ int, number string) Lamps {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l, ok := r.lamps[number]; ok {
		return l
	}
	return Lamps{Lit: true}
}

// light says how phones may show a number.
func (r *rig) light(number string, l Lamps) {
	r.t.Helper()
	r.mu.Lock()
	r.lamps[number] = l
	r.mu.Unlock()
	if err := r.a.Recheck(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// register says whether a phone's address is one.
func (r *rig) register(p *phone, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phones[p.addr.Addr()] = is
}

// run runs a test inside a bubble with everything open: numbers 2001 to 2009,
// phones at 10.1.1.11 to 10.1.1.19, trunks allowed.
func run(t *testing.T, f func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		f(r)
		synctest.Wait()
		if held := len(r.hub.Snapshot().Records); r.a.dialogs.subscriptions() < held {
			t.Errorf("%d subscriptions, %d dialogs", held, r.a.dialogs.count())
		}
	})
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, net: memnet.New(), log: logbuf.New(time.Now), phones: map[netip.Addr]bool{}, lamps: map[string]Lamps{}}
	r.cfg = presence.Config{Enabled: true, SIPEnabled: true, WatchAll: true, MaxSubscriptions: 100, Numbers: map[string]presence.Number{}}
	for i := 1; i <= 9; i++ {
		r.cfg.Numbers[fmt.Sprint(2000+i)] = presence.Number{Watch: true}
		r.phones[netip.AddrFrom4([4]byte{10, 1, 1, byte(10 + i)})] = true
	}
	r.hub = presence.New(presence.Options{Log: r.log, Shards: 2})
	r.ua = sipua.New(sipua.Options{Net: r.net.Host(server.Addr()), Log: r.log})
	r.a = New(Options{UA: r.ua, Hub: r.hub, Directory: r, Log: r.log,
		Credentials:  func(user string) (string, bool) { return "secret", user == "trunk" },
		Realm:        func() string { return "cme" },
		DoNotDisturb: r.disturb})
	if err := r.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: true, Addr: server}); err != nil {
		t.Fatal(err)
	}
	if err := r.hub.Apply(context.Background(), presence.Config{}, r.cfg); err != nil {
		t.Fatal(err)
	}
	return r
}

// disturb is told what a pool has published.
func (r *rig) disturb(pool int, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dnd = append(r.dnd, on && pool == 1)
}

func (r *rig) close() {
	r.ua.Close()
	r.a.Close()
	r.hub.Close()
	r.log.Close()
}

// configure changes the configuration and lets it settle.
func (r *rig) configure(change func(*presence.Config)) {
	r.t.Helper()
	c := r.cfg
	c.Numbers = map[string]presence.Number{}
	for k, v := range r.cfg.Numbers {
		c.Numbers[k] = v
	}
	change(&c)
	old := r.cfg
	r.cfg = c
	if err := r.hub.Apply(context.Background(), old, c); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// publish sets a line and lets the NOTIFYs go out.
func (r *rig) publish(number string, l presence.Line) {
	r.hub.Publish(number, l)
	synctest.Wait()
}

// message is what a phone heard.
type message struct {
	siptest.Message
	answer string // it was given
}

// state is what a NOTIFY says: Subscription-State and the lamp.
func (m message) state() string {
	basic := "-"
	if _, rest, ok := strings.Cut(m.Body, "<basic>"); ok {
		basic, _, _ = strings.Cut(rest, "<")
	}
	if strings.Contains(m.Body, "rpid:on-the-phone") {
		basic = "busy"
	}
	return m.Get("Subscription-State") + " " + basic
}

// phone is a SIP peer. It answers NOTIFYs and keeps everything it hears.
type phone struct {
	r      *rig
	addr   netip.AddrPort
	conn   net.PacketConn
	stream net.Conn // instead of conn
	cseq   int

	mu     sync.Mutex
	answer string // status line of answers to NOTIFYs, "" to be silent; more lines: headers
	heard  []message
}

func (r *rig) phone(addr string) *phone {
	r.t.Helper()
	p := &phone{r: r, addr: netip.MustParseAddrPort(addr), answer: "200 OK"}
	p.conn = siptest.Listen(r.t, r.net, p.addr, p.take)
	return p
}

// take keeps a message and answers a request.
func (p *phone) take(m siptest.Message) {
	p.mu.Lock()
	answer := p.answer
	p.heard = append(p.heard, message{m, answer})
	p.mu.Unlock()
	if m.Request() && answer != "" {
		m.Back([]byte(m.Response(answer, "") + "Content-Length: 0\r\n\r\n"))
	}
}

func (p *phone) answers(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = text
}

// hear returns what came since the last time.
func (p *phone) hear() []message {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.heard
	p.heard = nil
	return h
}

// sub is a SUBSCRIBE to be written; zero fields mean the usual.
type sub struct {
	uri, from, to, callID, contact, event, expires, accept string // "-": leave the header out
	cseq                                                   int
	fromTag, toTag                                         string
	more                                                   string // header lines
	body                                                   string
	branch                                                 string
}

func (p *phone) write(s sub) []byte {
	def := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	def(&s.uri, "sip:2001@10.1.1.2")
	def(&s.from, "<sip:3001@10.1.1.2>")
	def(&s.to, "<sip:2001@10.1.1.2>")
	def(&s.callID, "call-"+p.addr.String())
	def(&s.contact, "<sip:3001@"+p.addr.String()+">")
	def(&s.event, "presence")
	def(&s.expires, "3600")
	def(&s.accept, "-")
	def(&s.fromTag, "ft")
	if s.cseq == 0 {
		p.cseq++
		s.cseq = p.cseq
	}
	def(&s.branch, fmt.Sprintf("z9hG4bK-%s-%d", s.callID, s.cseq))
	transport := "UDP"
	if p.stream != nil {
		transport = "TCP"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SUBSCRIBE %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=%s;rport\r\nMax-Forwards: 70\r\nFrom: %s;tag=%s\r\n",
		s.uri, transport, p.addr, s.branch, s.from, s.fromTag)
	to := s.to
	if s.toTag != "" {
		to += ";tag=" + s.toTag
	}
	fmt.Fprintf(&b, "To: %s\r\nCall-ID: %s\r\nCSeq: %d SUBSCRIBE\r\n", to, s.callID, s.cseq)
	for _, h := range [][2]string{{"Contact", s.contact}, {"Event", s.event}, {"Expires", s.expires}, {"Accept", s.accept}} {
		if h[1] != "-" {
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		}
	}
	fmt.Fprintf(&b, "%sContent-Length: %d\r\n\r\n%s", s.more, len(s.body), s.body)
	return []byte(b.String())
}

func (p *phone) send(b []byte) {
	p.r.t.Helper()
	var err error
	if p.stream != nil {
		_, err = p.stream.Write(b)
	} else {
		_, err = p.conn.WriteTo(b, net.UDPAddrFromAddrPort(server))
	}
	if err != nil {
		p.r.t.Fatal(err)
	}
}

// subscribe sends a SUBSCRIBE and returns the answer and the NOTIFYs that followed.
func (p *phone) subscribe(s sub) (message, []message) {
	p.r.t.Helper()
	p.send(p.write(s))
	h := p.hear()
	if len(h) == 0 || !strings.HasPrefix(h[0].First, "SIP/2.0 ") {
		p.r.t.Fatalf("no answer first: %+v", h)
	}
	return h[0], h[1:]
}

// states are the NOTIFYs that came, one line each.
func (p *phone) states() []string {
	var s []string
	for _, m := range p.hear() {
		s = append(s, m.state())
	}
	return s
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// words joins values with blanks.
func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

// subscriptions is how many the dialogs have room for.
func (ds *dialogs) subscriptions() (n int) {
	for _, d := range ds.all() {
		n++
		if d.list != nil {
			n += len(d.list.entries) - 1
		}
	}
	return n
}

// count is how many dialogs there are.
func (ds *dialogs) count() int { return len(ds.all()) }
