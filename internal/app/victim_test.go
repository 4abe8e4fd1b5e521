package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// applianceEnv has the test binary be an appliance with that state directory.
const applianceEnv = "BUSYLAMP_TEST_APPLIANCE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(applianceEnv); dir != "" {
		if err := beAppliance(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beAppliance runs an appliance that is told on standard input what its lines do, and
// what to show. It ends with its input.
func beAppliance(dir string) error {
	startup, err := os.ReadFile(filepath.Join(dir, "config"))
	if err != nil {
		return err
	}
	a, err := Start(Options{Dir: filepath.Join(dir, "state"), Startup: startup, Bind: netip.MustParseAddr("127.0.0.1"), Platform: DefaultPlatform})
	if err != nil {
		return err
	}
	fmt.Println("up", a.BootMessages())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		switch words := strings.Fields(in.Text()); words[0] {
		case "line":
			fmt.Println("done", a.SetLine(words[1], words[2]))
		case "rows":
			text, err := json.Marshal(a.hub.Snapshot().Records)
			fmt.Println(string(text), err)
		case "quit":
			return a.Close()
		}
	}
	return nil // its parent has died
}

// victim is a running appliance.
type victim struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startVictim(t *testing.T, dir string) *victim {
	t.Helper()
	v := &victim{cmd: exec.Command(os.Args[0])}
	v.cmd.Env = append(os.Environ(), applianceEnv+"="+dir)
	v.cmd.Stderr = os.Stderr
	var err error
	if v.in, err = v.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.out = bufio.NewReader(out)
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if said, err := v.out.ReadString('\n'); said != "up \n" {
		t.Fatalf("the appliance said %q, %v", said, err)
	}
	return v
}

// kill is SIGKILL.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

func (v *victim) ask(t *testing.T, command string) string {
	t.Helper()
	fmt.Fprintln(v.in, command)
	said, err := v.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(said, " <nil>\n")
}

// rows are the subscriptions as `show presence subscription` has them, by watcher.
func (v *victim) rows(t *testing.T) map[string]presence.Record {
	t.Helper()
	var list []presence.Record
	if err := json.Unmarshal([]byte(v.ask(t, "rows")), &list); err != nil {
		t.Fatal(err)
	}
	m := map[string]presence.Record{}
	for _, r := range list {
		if _, twice := m[r.Watcher.User]; twice {
			m[r.Watcher.User+" twice"] = r
		}
		m[r.Watcher.User] = r
	}
	return m
}

// peer is a watcher, or a phone, with a socket of its own. It believes what it is told.
type peer struct {
	server       *net.UDPAddr
	conn         *net.UDPConn
	user, number string
	event        string
	body         string      // of its requests, a PIDF document
	answers      chan string // to its requests
	wg           sync.WaitGroup

	mu      sync.Mutex
	callID  string
	tag     string // of the appliance; "": there is no subscription, or none yet
	leaving bool
	cseq    int
	heard   int      // CSeq of the newest NOTIFY
	version int      // of the newest document
	state   string   // of the line
	states  []string // as they were heard
	wrong   []string
	seen    map[string]bool // Vias of NOTIFYs that were taken: such a one again is a retransmission
}

func newPeer(t *testing.T, server netip.AddrPort, from, user, number, event string) *peer {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(from)})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{server: net.UDPAddrFromAddrPort(server), conn: conn, user: user, number: number, event: event, answers: make(chan string, 64), seen: map[string]bool{}}
	p.wg.Go(p.listen)
	t.Cleanup(func() {
		conn.Close()
		p.wg.Wait()
	})
	return p
}

func header(msg, name string) string {
	_, rest, _ := strings.Cut(msg, "\r\n"+name+": ")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

func tagOf(value string) string {
	_, tag, _ := strings.Cut(value, ";tag=")
	return tag
}

func (p *peer) listen() {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := p.conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		msg := string(buf[:n])
		if strings.HasPrefix(msg, "SIP/2.0 ") {
			select {
			case p.answers <- msg:
			default:
			}
			continue
		}
		if status := p.notified(msg); status != "" {
			var b strings.Builder
			fmt.Fprintf(&b, "SIP/2.0 %s\r\n", status)
			for _, h := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
				fmt.Fprintf(&b, "%s: %s\r\n", h, header(msg, h))
			}
			b.WriteString("Content-Length: 0\r\n\r\n")
			_, _ = p.conn.WriteToUDP([]byte(b.String()), from)
		}
	}
}

// notified takes a NOTIFY and says how to answer it.
func (p *peer) notified(msg string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var seq int
	fmt.Sscan(header(msg, "CSeq"), &seq)
	switch tag := tagOf(header(msg, "From")); {
	case header(msg, "Call-ID") != p.callID:
		return "481 Gone"
	case p.tag == "" && !p.leaving:
		return "" // its 200 comes first; if that was lost it will come again
	case tag != p.tag:
		return "481 Gone"
	case p.seen[header(msg, "Via")]:
		return "200 OK"
	case seq <= p.heard:
		p.complain("CSeq %d after %d", seq, p.heard)
	}
	p.heard, p.seen[header(msg, "Via")] = seq, true
	if p.event == "dialog" {
		var version int
		_, doc, _ := strings.Cut(msg, "<dialog-info")
		_, digits, _ := strings.Cut(doc, `version="`)
		fmt.Sscan(strings.SplitN(digits, `"`, 2)[0], &version)
		if version <= p.version {
			p.complain("version %d after %d", version, p.version)
		}
		p.version = version
	}
	switch {
	case strings.Contains(msg, "ce:dnd"):
		p.state = "dnd"
	case strings.Contains(msg, "on-the-phone"), strings.Contains(msg, "<state>confirmed"):
		p.state = "busy"
	case strings.Contains(msg, "<basic>open"), p.event == "dialog":
		p.state = "idle"
	default:
		p.state = "unknown"
	}
	p.states = append(p.states, p.state)
	if state := header(msg, "Subscription-State"); !strings.HasPrefix(state, "active") {
		if !p.leaving {
			p.complain("ended: %s", state)
		}
		p.tag = ""
	}
	return "200 OK"
}

// complain notes what must not happen. mu is held.
func (p *peer) complain(format string, a ...any) {
	p.wrong = append(p.wrong, p.user+": "+fmt.Sprintf(format, a...))
}

// request sends a request until it is answered, and returns the answer.
func (p *peer) request(method string, expires int) string {
	p.mu.Lock()
	p.cseq++
	to := fmt.Sprintf("<sip:%s@127.0.0.1>", p.number)
	if p.tag != "" {
		to += ";tag=" + p.tag
	}
	seq, at := fmt.Sprintf("%d %s", p.cseq, method), p.conn.LocalAddr()
	msg := fmt.Sprintf("%s sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%d;rport\r\nFrom: <sip:%s@127.0.0.1>;tag=x\r\nTo: %s\r\n"+
		"Call-ID: %s\r\nCSeq: %s\r\nContact: <sip:%s@%s>\r\nEvent: %s\r\nExpires: %d\r\nMax-Forwards: 70\r\nContent-Type: application/pidf+xml\r\nContent-Length: %d\r\n\r\n%s",
		method, p.number, at, p.callID, p.cseq, p.user, to, p.callID, seq, p.user, at, p.event, expires, len(p.body), p.body)
	call := p.callID
	p.mu.Unlock()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		_, _ = p.conn.WriteToUDP([]byte(msg), p.server) // nobody may be there
		timer := time.After(100 * time.Millisecond)
		for waiting := true; waiting; {
			select {
			case answer := <-p.answers:
				if header(answer, "Call-ID") == call && header(answer, "CSeq") == seq {
					return answer
				}
			case <-timer:
				waiting = false
			}
		}
	}
	return "SIP/2.0 408 nobody answers\r\n"
}

// step is what a watcher does next: subscribe, refresh or leave.
func (p *peer) step() {
	p.mu.Lock()
	subscribed := p.tag != ""
	leave := subscribed && rand.IntN(5) == 0
	p.leaving = leave
	if !subscribed {
		p.callID, p.heard, p.version, p.state = fmt.Sprintf("%s-%d", p.user, rand.Uint32()), 0, -1, ""
	}
	p.mu.Unlock()
	expires := 600
	if leave {
		expires = 0
	}
	answer := p.request("SUBSCRIBE", expires)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ok := strings.HasPrefix(answer, "SIP/2.0 200"); {
	case leave && (ok || strings.HasPrefix(answer, "SIP/2.0 481")): // it had left already when its process died
		p.tag, p.leaving = "", false
	case !ok:
		p.complain("answered %s, subscribed %v, leaving %v", strings.SplitN(answer, "\r\n", 2)[0], subscribed, leave)
	case !subscribed:
		p.tag = tagOf(header(answer, "To"))
	}
}

// freePort is a free one of those that source-address takes.
func freePort(t *testing.T) netip.AddrPort {
	t.Helper()
	for range 100 {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5100 + rand.IntN(4000)})
		if err == nil {
			defer conn.Close()
			return conn.LocalAddr().(*net.UDPAddr).AddrPort()
		}
	}
	t.Fatal("no port is free")
	return netip.AddrPort{}
}
