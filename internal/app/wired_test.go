package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// wiredConfig is a router with two numbers, one that may be watched and one that may
// not, a phone, a trunk and a presence server. CFG is for what a test adds.
const wiredConfig = `hostname Router
no logging console
logging buffered 4000000 debugging
voice service voip
 sip
  registrar server expires max 3600 min 60
voice register global
 mode cme
 source-address 10.1.1.2 port 5060
voice register dn 1
 number 2101
 allow watch
voice register dn 2
 number 2102
voice register pool 1
 id mac 0015.6247.EF90
 number 1 dn 1
dial-peer voice 20 voip
 destination-pattern 1...
 session protocol sipv2
 session target ipv4:10.1.1.4
presence
 server 10.1.1.5
 allow subscribe
sip-ua
 presence enable
`

// wired is an appliance on a network in memory, with a console.
type wired struct {
	*App
	t   *testing.T
	dir string
	net *memnet.Net
	tty *memnet.Conn

	mu  sync.Mutex
	out strings.Builder // of the console
}

// wire runs a test beside an appliance, in a bubble: whatever goroutine is left in the
// end fails it. A test that fails midway takes the appliance down too, or the bubble
// would panic and take all other tests with it.
func wire(t *testing.T, config string, f func(*wired)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wired{t: t, dir: t.TempDir(), net: memnet.New()}
		var err error
		w.App, err = Start(Options{Dir: w.dir, Startup: []byte(config), Platform: DefaultPlatform, Net: w.net})
		if err != nil {
			t.Fatal(err)
		}
		near, far := memnet.Pipe()
		w.tty = near
		var wg sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		defer func() {
			cancel()
			near.Close()
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			wg.Wait()
		}()
		if said := w.BootMessages(); said != "" {
			t.Fatalf("the configuration is refused: %s", said)
		}
		wg.Go(func() { w.ConsoleOn(ctx, far) })
		wg.Go(func() {
			buf := make([]byte, 4096)
			for {
				n, err := near.Read(buf)
				w.mu.Lock()
				w.out.Write(buf[:n])
				w.mu.Unlock()
				if err != nil {
					return
				}
			}
		})
		w.types("", "enable", "terminal length 0")
		f(w)
	})
}

// types enters lines and returns what the console said to the last.
func (w *wired) types(lines ...string) (said string) {
	w.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(w.tty, line+"\r"); err != nil {
			w.t.Fatal(err)
		}
		synctest.Wait()
		w.mu.Lock()
		said = w.out.String()
		w.out.Reset()
		w.mu.Unlock()
	}
	return said
}

// flash puts a file there.
func (w *wired) flash(name, text string) {
	w.t.Helper()
	dir := filepath.Join(w.dir, "flash")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// sipPeer is anybody with a socket. It answers what it is asked and keeps all it hears.
type sipPeer struct {
	w    *wired
	addr netip.AddrPort
	conn net.PacketConn
	user string // who it says it is

	mu    sync.Mutex
	deaf  bool   // answers nothing
	realm string // of the challenge that requests without credentials get; "": none
	proof int    // requests with credentials
	heard []heardMessage
	count int
}

type heardMessage struct {
	text string
	at   time.Time
}

func (w *wired) peer(addr string) *sipPeer {
	w.t.Helper()
	p := &sipPeer{w: w, addr: netip.MustParseAddrPort(addr), user: "1001"}
	conn, err := w.net.Host(p.addr.Addr()).ListenPacket(p.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	p.conn = conn
	var wg sync.WaitGroup
	wg.Go(p.listen)
	w.t.Cleanup(func() {
		conn.Close()
		wg.Wait()
	})
	return p
}

func (p *sipPeer) listen() {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := p.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		msg := string(buf[:n])
		p.mu.Lock()
		p.heard = append(p.heard, heardMessage{msg, time.Now()})
		silent := p.deaf || strings.HasPrefix(msg, "SIP/2.0 ") || strings.HasPrefix(msg, "ACK ")
		status, more := "200 OK", ""
		switch {
		case strings.HasPrefix(msg, "SUBSCRIBE "):
			more = "Expires: 600\r\n"
		case strings.HasPrefix(msg, "INVITE "):
			status = "486 Busy Here"
		}
		switch {
		case silent || p.realm == "":
		case strings.Contains(msg, "\r\nAuthorization: "):
			p.proof++
		default:
			status, more = "401 Unauthorized", fmt.Sprintf("WWW-Authenticate: Digest realm=%q, nonce=\"n%d\", qop=\"auth\"\r\n", p.realm, len(p.heard))
		}
		p.mu.Unlock()
		if !silent {
			_, _ = p.conn.WriteTo([]byte(answerTo(msg, status, more)), from)
		}
	}
}

// challenges has it challenge requests.
func (p *sipPeer) challenges(realm string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.realm = realm
}

// authorized is how many requests had credentials.
func (p *sipPeer) authorized() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.proof
}

// answerTo writes the answer to a request.
func answerTo(msg, status, more string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %s\r\n", status)
	head, _, _ := strings.Cut(msg, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "to":
			if !strings.Contains(value, ";tag=") {
				line += ";tag=peer"
			}
			fallthrough
		case "via", "from", "call-id", "cseq":
			b.WriteString(line + "\r\n")
		}
	}
	return b.String() + more + "Content-Length: 0\r\n\r\n"
}

// hear is what came since the last time.
func (p *sipPeer) hear() (texts []string) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range p.heard {
		texts = append(texts, h.text)
	}
	p.heard = nil
	return texts
}

// request writes a request of a new dialog; each has other identifiers.
func (p *sipPeer) request(method, number, headers, body string) string {
	p.count++
	id := fmt.Sprintf("c%d-%s", p.count, p.addr)
	return fmt.Sprintf("%s sip:%s@10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-%s;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:%s@%s>;tag=f%d\r\nTo: <sip:%s@10.1.1.2>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContact: <sip:%s@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		method, number, p.addr, id, p.user, p.addr.Addr(), p.count, number, id, method, p.user, p.addr, headers, len(body), body)
}

// sends sends a message and returns what is said to it at once.
func (p *sipPeer) sends(msg string) []string {
	p.w.t.Helper()
	if _, err := p.conn.WriteTo([]byte(msg), net.UDPAddrFromAddrPort(netip.MustParseAddrPort("10.1.1.2:5060"))); err != nil {
		p.w.t.Fatal(err)
	}
	return p.hear()
}

// watches subscribes to a number and returns the status line, and the NOTIFYs.
func (p *sipPeer) watches(number string, expires int, more string) (status string, notes []string) {
	p.w.t.Helper()
	said := p.sends(p.request("SUBSCRIBE", number, fmt.Sprintf("Event: presence\r\nExpires: %d\r\n%s", expires, more), ""))
	for _, text := range said {
		if strings.HasPrefix(text, "SIP/2.0 ") {
			status, _, _ = strings.Cut(text, "\r\n")
		} else {
			notes = append(notes, text)
		}
	}
	return status, notes
}

// registers makes a peer the phone of a pool, or with 0 no longer.
func (p *sipPeer) registers(number, mac string, expires int) {
	p.w.t.Helper()
	p.user = number
	msg := p.request("REGISTER", number, fmt.Sprintf("Expires: %d\r\nReason: SIP;cause=200;text=\"Name=SEP%s\"\r\n", expires, mac), "")
	msg = strings.Replace(msg, "REGISTER sip:"+number+"@", "REGISTER sip:", 1)
	said := p.sends(msg)
	// What it watches may change by that: NOTIFYs may come before the answer.
	i := slices.IndexFunc(said, func(text string) bool { return strings.HasPrefix(text, "SIP/2.0 ") })
	if i < 0 || !strings.HasPrefix(said[i], "SIP/2.0 200") {
		p.w.t.Fatalf("REGISTER: %q", said)
	}
}
