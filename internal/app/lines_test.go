package app

import (
	"crypto/ed25519"
	"crypto/md5"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

// dial connects to a port of the appliance from an address in memory.
func (w *wired) dial(from string, port uint16) net.Conn {
	w.t.Helper()
	c, err := w.net.Host(netip.MustParseAddr(from)).Dial(w.t.Context(), netip.AddrPortFrom(netip.MustParseAddr("10.1.1.2"), port))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

// heard is what has come over a connection so far; over tells that it has ended.
func heard(t *testing.T, c net.Conn) (text string, over bool) {
	t.Helper()
	time.Sleep(50 * time.Millisecond)
	synctest.Wait()
	if err := c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	return string(b), err == nil
}

// fronts opens telnet and SSH in memory.
func (w *wired) fronts() {
	w.t.Helper()
	for _, port := range []uint16{22, 23} {
		ln, err := w.net.Listen(netip.AddrPortFrom(netip.MustParseAddr("10.1.1.2"), port))
		if err != nil {
			w.t.Fatal(err)
		}
		if port == 23 {
			w.ServeTelnet(ln)
		} else if err := w.ServeSSH(ln); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Who gets a line, and who is refused without a byte.
func TestConnectionsGetLines(t *testing.T) {
	wire(t, "line vty 0 1\n password lab\n login\n access-class 10 in\nline vty 2 4\n transport input none\naccess-list 10 deny 10.1.1.66\naccess-list 10 permit 10.1.1.0 0.0.0.255\n", func(w *wired) {
		w.fronts()
		greeted := func(c net.Conn) bool {
			text, over := heard(t, c)
			if over && text != "" {
				t.Errorf("refused with %q", text)
			}
			return !over && strings.Contains(text, "Password: ")
		}
		one := w.dial("10.1.1.11", 23)
		if !greeted(one) || !greeted(w.dial("10.1.1.12", 23)) { // vty 0, then vty 1
			t.Fatal("no login")
		}
		if greeted(w.dial("10.1.1.13", 23)) {
			t.Error("a third session on two lines")
		}
		if said := w.types("show users"); !strings.Contains(said, "10.1.1.12") {
			t.Errorf("show users: %s", said)
		}
		w.types("clear line vty 0", "")
		if _, over := heard(t, one); !over {
			t.Error("the line was cleared and its session goes on")
		}
		if greeted(w.dial("10.1.1.66", 23)) || greeted(w.dial("192.0.2.1", 23)) {
			t.Error("the access list lets strangers in")
		}
		if !greeted(w.dial("10.1.1.13", 23)) {
			t.Error("no login on the line that was cleared")
		}
		for _, want := range []string{"10 deny   10.1.1.66 (1 match)", "20 permit 10.1.1.0, wildcard bits 0.0.0.255 (3 matches)"} {
			if said := w.types("show access-lists"); !strings.Contains(said, want) {
				t.Errorf("%q is missing: %s", want, said)
			}
		}
		w.types("configure terminal", "line vty 0 1", "transport input ssh", "end", "clear line vty 0", "", "clear line vty 1", "")
		if greeted(w.dial("10.1.1.13", 23)) {
			t.Error("telnet though the lines take SSH")
		}
	})
}

// Public keys, keyboard-interactive and passwords over SSH, and that guessing is slow.
func TestSSHLogins(t *testing.T) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	chain := fmt.Sprintf("ip ssh pubkey-chain\n username ops\n key-hash ssh-ed25519 %X\n", md5.Sum(signer.PublicKey().Marshal()))
	wire(t, "username ops privilege 15 algorithm-type scrypt secret lab\nusername eve secret ev\nline vty 0 4\n login local\n"+chain, func(w *wired) {
		w.fronts()
		login := func(user string, how ssh.AuthMethod) (level string, took time.Duration) {
			start := time.Now()
			c := w.dial("10.1.1.11", 22)
			sc, chans, reqs, err := ssh.NewClientConn(c, "x", &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{how}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
			took = time.Since(start)
			if err != nil {
				c.Close()
				return "", took
			}
			client := ssh.NewClient(sc, chans, reqs)
			defer client.Close()
			s, err := client.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			out, _ := s.Output("show privilege")
			return strings.TrimSpace(strings.TrimPrefix(string(out), "Current privilege level is ")), took
		}
		asked := ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			return []string{"lab"}[:len(questions)], nil
		})
		for _, c := range []struct {
			what, user string
			how        ssh.AuthMethod
			want       string
		}{
			{"key", "ops", ssh.PublicKeys(signer), "15"}, {"key of another", "eve", ssh.PublicKeys(signer), ""},
			{"key of nobody", "ann", ssh.PublicKeys(signer), ""}, {"keyboard-interactive", "ops", asked, "15"},
			{"password", "eve", ssh.Password("ev"), "1"}, {"wrong password", "ops", ssh.Password("la"), ""},
		} {
			got, took := login(c.user, c.how)
			if got != c.want {
				t.Errorf("%s of %s: level %q, want %q", c.what, c.user, got, c.want)
			}
			if c.what == "wrong password" && took < loginDelay {
				t.Errorf("refused after %v", took)
			}
		}
	})
}
