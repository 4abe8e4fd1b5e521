package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// stroke is what somebody types, and what must be on the screen before they go on.
type stroke struct{ keys, wait string }

// unfinished are the places in which sessions are dropped.
var unfinished = [][]stroke{
	{},
	{{"lab\r", "Router>"}},
	{{"lab\r", "Router>"}, {"show vers", "show vers"}},
	{{"lab\r", "Router>"}, {"terminal length 3\rshow terminal\r", " --More-- "}},
	{{"lab\r", "Router>"}, {"terminal length 3\r?", " --More-- "}},
	{{"lab\r", "Router>"}, {"terminal length 3\rshow terminal\r", " --More-- "}, {"/re", "/re"}},
	{{"lab\r", "Router>"}, {"enable\r", "Password: "}},
	{{"lab\r", "Router>"}, {"enable\r", "Password: "}, {"lab\r", "Router#"}, {"write erase\r", "[confirm]"}},
	{{"lab\r", "Router>"}, {"enable\r", "Password: "}, {"lab\r", "Router#"}, {"configure\r", "[terminal]? "}},
	{{"lab\r", "Router>"}, {"enable\r", "Password: "}, {"lab\r", "Router#"}, {"terminal monitor\rconfigure terminal\rbanner exec #\r", "'#'."}},
}

// Sessions that are dropped in the middle of anything leave no goroutine, no descriptor
// and no line behind.
func TestDroppedSessions(t *testing.T) {
	const sessions, clients = 500, 6
	a := start(t, "enable password lab\nline vty 0 15\n password lab\n login\n")
	defer a.Close()
	var addr [2]string // telnet, SSH
	for i := range addr {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr[i] = ln.Addr().String()
		if i == 0 {
			a.ServeTelnet(ln)
		} else if err := a.ServeSSH(ln); err != nil {
			t.Fatal(err)
		}
	}
	drop := func(n int) {
		for try := 0; ; try++ {
			var err error
			if n%2 == 0 {
				err = dropTelnet(addr[0], unfinished[n/2%len(unfinished)], n%4 == 0)
			} else {
				err = dropSSH(addr[1], n/2)
			}
			if err == nil {
				return
			}
			if try == 100 { // all lines may be taken for a moment
				t.Errorf("session %d: %v", n, err)
				return
			}
			runtime.Gosched()
		}
	}
	for n := range 40 { // what is made once for all
		drop(n)
	}
	rest := func() (goroutines, files int) { return runtime.NumGoroutine(), descriptors(t) }
	waitFor(t, func() bool { return len(a.Shell.Sessions()) == 0 })
	goroutines, files := rest()
	var running sync.WaitGroup
	for c := range clients {
		running.Go(func() {
			for n := c; n < sessions; n += clients {
				drop(n)
			}
		})
	}
	running.Wait()
	waitFor(t, func() bool {
		g, f := rest()
		return len(a.Shell.Sessions()) == 0 && g <= goroutines && f <= files
	})
	if g, f := rest(); len(a.Shell.Sessions()) > 0 || g > goroutines || f > files {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d sessions, %d goroutines (%d before), %d descriptors (%d before)\n%s", len(a.Shell.Sessions()), g, goroutines, f, files,
			stacks[:runtime.Stack(stacks, true)])
	}
}

// waitFor polls until ok, for ten seconds at most.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); !ok() && time.Now().Before(end); {
		<-tick.C
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // not Linux: goroutines alone are counted
	}
	return len(names)
}

// play types strokes; the error says what did not come.
func play(rw io.ReadWriter, strokes []stroke) error {
	var seen bytes.Buffer
	buf := make([]byte, 4096)
	for _, s := range strokes {
		if _, err := io.WriteString(rw, s.keys); err != nil {
			return err
		}
		for !bytes.Contains(seen.Bytes(), []byte(s.wait)) {
			n, err := rw.Read(buf)
			seen.Write(buf[:n])
			if err != nil {
				return fmt.Errorf("after %q: %q: %w", s.keys, seen.String(), err)
			}
		}
		seen.Reset()
	}
	return nil
}

// dropTelnet goes as far as the strokes and drops the connection, with a reset if rude.
func dropTelnet(addr string, strokes []stroke, rude bool) error {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	err = play(c, append([]stroke{{"", "Password: "}}, strokes...))
	io.WriteString(c, "\xff\xfa\x1f") // a subnegotiation that never ends
	if rude {
		c.(*net.TCPConn).SetLinger(0)
	}
	return err
}

var errGone = errors.New("gone")

// dropSSH drops the connection in the handshake, while it authenticates, without a
// session, in a shell, and while a command is asked for.
func dropSSH(addr string, n int) error {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if n%5 == 0 {
		return play(c, []stroke{{"SSH-2.0-x\r\n", "SSH-2.0-"}})
	}
	gone := false
	cc, chans, reqs, err := ssh.NewClientConn(c, "x", &ssh.ClientConfig{User: "x", HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Auth: []ssh.AuthMethod{ssh.PasswordCallback(func() (string, error) {
			if gone = n%5 == 1; gone {
				return "", errGone
			}
			return "lab", nil
		})}})
	if gone {
		return nil
	}
	if err != nil {
		return err
	}
	client := ssh.NewClient(cc, chans, reqs)
	defer client.Wait() // its goroutines are not the appliance's
	defer c.Close()
	if n%5 == 2 {
		return nil
	}
	s, err := client.NewSession()
	if err != nil {
		return err
	}
	if n%5 == 3 {
		return s.Start("show running-config")
	}
	if err := s.RequestPty("vt100", 24, 80, nil); err != nil {
		return err
	}
	in, err := s.StdinPipe()
	if err != nil {
		return err
	}
	out, err := s.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.Shell(); err != nil {
		return err
	}
	strokes := unfinished[n/5%len(unfinished)]
	if len(strokes) > 0 {
		strokes = append([]stroke{{"", "Router>"}}, strokes[1:]...)
	}
	return play(struct {
		io.Reader
		io.Writer
	}{out, in}, strokes)
}
