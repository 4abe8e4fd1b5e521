package relay

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

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/pidf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	router  = netip.MustParseAddrPort("11.1.1.2:5060")
	server1 = netip.MustParseAddrPort("11.1.1.4:5060")
	server2 = netip.MustParseAddrPort("11.1.1.5:5060")
	idle    = presence.Line{State: presence.Idle}
	busy    = presence.Line{State: presence.Busy}
)

// watcher is the Sink of one watcher.
type watcher struct {
	mu    sync.Mutex
	notes []presence.Note
}

func (w *watcher) Notify(n presence.Note) {
	w.mu.Lock()
	w.notes = append(w.notes, n)
	w.mu.Unlock()
}

// last is what the watcher believes.
func (w *watcher) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.notes) == 0 {
		return "-"
	}
	n := w.notes[len(w.notes)-1]
	if !n.Active {
		return "over " + n.Reason
	}
	return n.Line.State.String()
}

// rig is a router with hub and relay on a network in memory.
type rig struct {
	t    testing.TB
	net  *memnet.Net
	log  *logbuf.Log
	hub  *presence.Hub
	ua   *sipua.UA
	r    *Relay
	cfg  presence.Config
	icmp wire
}

func run(t *testing.T, f func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.close()
		f(r)
	})
}

func newRig(t testing.TB) *rig {
	r := newProcess(t, memnet.New(), nil)
	r.begin()
	return r
}

// newProcess is a router without configuration.
func newProcess(t testing.TB, net *memnet.Net, j Journal) *rig {
	r := &rig{t: t, net: net, log: logbuf.New(time.Now)}
	r.ua = sipua.New(sipua.Options{Net: r.net.Host(router.Addr()), Log: r.log, Workers: 2})
	r.r = New(Options{UA: r.ua, Log: r.log, Journal: j, Dial: r.icmp.dial})
	r.hub = presence.New(presence.Options{Log: r.log, Relay: r.r, Shards: 2})
	r.r.Start(r.hub)
	return r
}

// begin configures it and opens SIP last.
func (r *rig) begin() {
	r.configure(func(c *presence.Config) {
		*c = presence.Config{Enabled: true, SIPEnabled: true, AllowSubscribe: true, Server: server1.Addr(), MaxSubscriptions: 100,
			RetryInterval: 70 * time.Second, RetryLimit: 2, Numbers: map[string]presence.Number{}}
	})
	r.endpoint(router)
}

func (r *rig) close() {
	r.endpoint(netip.AddrPort{})
	r.ua.Close()
	r.r.Close()
	r.hub.Close()
	r.log.Close()
}

// endpoint opens the endpoint at an address, or closes it.
func (r *rig) endpoint(at netip.AddrPort) {
	r.t.Helper()
	if err := r.ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: at.IsValid(), Addr: at}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) configure(change func(*presence.Config)) {
	r.t.Helper()
	old := r.cfg
	numbers := map[string]presence.Number{}
	for k, v := range old.Numbers {
		numbers[k] = v
	}
	r.cfg.Numbers = numbers
	change(&r.cfg)
	if err := r.hub.Apply(context.Background(), old, r.cfg); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) accounts(tcp bool, a ...Account) {
	if err := r.r.Apply(context.Background(), Config{}, Config{Accounts: a, TCP: tcp}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// watch subscribes a watcher to a number.
func (r *rig) watch(kind presence.WatcherKind, number string) (*watcher, uint32) {
	r.t.Helper()
	w := &watcher{}
	id, _, err := r.hub.Subscribe(presence.Request{
		Watcher: presence.Party{User: "6003", Host: "10.4.171.59"}, Presentity: presence.Party{User: number, Host: "11.1.1.2"},
		Kind: kind, Expires: 24 * time.Hour, Sink: w,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.hub.Release(id)
	synctest.Wait()
	return w, id
}

// message is a SIP message as text with its headers by lower-case name.
type message struct {
	first   string
	headers map[string][]string
	body    string
	from    netip.AddrPort
	back    func([]byte)
}

func parse(b []byte) message {
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	m := message{first: lines[0], headers: map[string][]string{}, body: body}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		m.headers[name] = append(m.headers[name], strings.TrimSpace(value))
	}
	return m
}

func (m message) get(name string) string {
	if v := m.headers[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (m message) tag(name string) string {
	_, tag, _ := strings.Cut(m.get(name), ";tag=")
	return tag
}

func (m message) request() bool { return !strings.HasPrefix(m.first, "SIP/2.0") }

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
	f := &far{r: r, addr: at}
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

func doc(l presence.Line) string {
	return string(pidf.Encode(pidf.Body{Entity: "sip:5001@11.1.1.4", Line: l}))
}

func check(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// after lets time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
