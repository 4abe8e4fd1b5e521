package tty

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

// hostKeys makes the host keys once: RSA is slow.
var hostKeys = sync.OnceValue(func() []ssh.Signer {
	keys, err := LoadOrCreateHostKeys(
		func(string) ([]byte, error) { return nil, fs.ErrNotExist },
		func(string, []byte) error { return nil })
	if err != nil {
		panic(err)
	}
	return keys
})

// sshHost is ServeSSH in memory: user admin, password secret, level 15.
func sshHost(t *testing.T, o SSHOptions) (dial func() net.Conn, stop func()) {
	o.HostKeys = hostKeys
	if o.Handler == nil {
		o.Handler = echoShell
	}
	o.Auth = func(_ context.Context, _ any, user, password string) (int, bool) {
		return 15, user == "admin" && password == "secret"
	}
	d, stop := host(t, func(ctx context.Context, ln net.Listener) error { return ServeSSH(ctx, ln, o) })
	return func() net.Conn { return d() }, stop
}

// login makes an SSH connection.
func login(c net.Conn, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	sc, chans, reqs, err := ssh.NewClientConn(c, "router", &ssh.ClientConfig{
		User: "admin", Auth: auth, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(sc, chans, reqs), nil
}

// screenBuffer collects a session's output.
type screenBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screenBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screenBuffer) got() string {
	time.Sleep(2 * flushDelay)
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.b.Reset()
	return s.b.String()
}

func TestSSHShell(t *testing.T) {
	hostKeys()
	for _, tt := range []struct {
		name string
		auth ssh.AuthMethod
		pty  bool
	}{
		{"password, pty", ssh.Password("secret"), true},
		{"keyboard-interactive, no pty", ssh.KeyboardInteractive(func(_, _ string, questions []string, echos []bool) ([]string, error) {
			if len(questions) == 0 {
				return nil, nil
			}
			if questions[0] != "Password: " || echos[0] {
				return nil, errors.New("odd question")
			}
			return []string{"secret"}, nil
		}), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				dial, stop := sshHost(t, SSHOptions{})
				defer stop()
				client, err := login(dial(), tt.auth)
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				if got := string(client.ServerVersion()); got != SSHVersion {
					t.Errorf("version %q", got)
				}
				s, err := client.NewSession()
				if err != nil {
					t.Fatal(err)
				}
				if s.Setenv("LANG", "C") == nil {
					t.Error("the environment was taken")
				}
				want := "0x0"
				if tt.pty {
					want = "132x50"
					if err := s.RequestPty("vt100", 50, 132, nil); err != nil {
						t.Fatal(err)
					}
				}
				var screen screenBuffer
				s.Stdout = &screen
				keys, _ := s.StdinPipe()
				if err := s.Shell(); err != nil {
					t.Fatal(err)
				}
				if got := screen.got(); got != "R#" {
					t.Errorf("first %q", got)
				}
				for _, k := range []stroke{
					{"si", "si"},
					{"ze\r", "ze\r\n" + want + "\r\nR#"},
					{"who\n", "who\r\nssh admin 15 10.0.0.9\r\nR#"},
				} {
					io.WriteString(keys, k.keys)
					if got := screen.got(); got != k.out {
						t.Errorf("%q got %q, want %q", k.keys, got, k.out)
					}
				}
				s.WindowChange(24, 80)
				synctest.Wait() // requests and keys have no common order
				io.WriteString(keys, "size\r")
				if got := screen.got(); got != "size\r\n80x24\r\nR#" {
					t.Errorf("resized: %q", got)
				}
				if _, err := client.NewSession(); err == nil {
					t.Error("a second session was opened")
				}
				if _, _, err := client.OpenChannel("direct-tcpip", nil); err == nil {
					t.Error("forwarding was allowed")
				}
				io.WriteString(keys, "a\rb\rexit\r")
				if err := s.Wait(); err != nil {
					t.Errorf("exit status: %v", err)
				}
				if got := screen.got(); got != "a\r\n<a>\r\nR#b\r\n<b>\r\nR#exit\r\n" {
					t.Errorf("typed ahead: %q", got)
				}
				if err := client.Wait(); err != io.EOF {
					t.Errorf("connection after exit: %v", err)
				}
			})
		})
	}
}

func TestSSHExec(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{})
		defer stop()
		client, err := login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		s, _ := client.NewSession()
		out, err := s.Output("show version")
		if string(out) != "ran \"show version\"\r\n" || err != nil {
			t.Errorf("%q, %v", out, err)
		}
	})
}

// TestSSHEndOfInput: what was piped in is run to its end before the session
// ends.
func TestSSHEndOfInput(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{})
		defer stop()
		client, err := login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		s, _ := client.NewSession()
		var screen screenBuffer
		s.Stdin, s.Stdout = strings.NewReader("one\ntwo\nhalf a li"), &screen
		if err := s.Shell(); err != nil {
			t.Fatal(err)
		}
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
		if got := screen.got(); got != "R#one\r\n<one>\r\nR#two\r\n<two>\r\nR#half a li" {
			t.Errorf("%q", got)
		}
	})
}

func TestSSHRefusesWrongPasswords(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{})
		defer stop()
		tries := 0
		c := dial()
		defer c.Close()
		_, err := login(c, ssh.RetryableAuthMethod(ssh.PasswordCallback(func() (string, error) {
			tries++
			return "guess", nil
		}), 100))
		if err == nil || tries != defaultAuthTries {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

// TestSSHStrangers: who does not log in is hung up on, and does not keep others
// out for ever.
func TestSSHStrangers(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{MaxUnauthenticated: 2, HandshakeTimeout: 10 * time.Second})
		defer stop()
		a, b := dial(), dial()
		defer a.Close()
		defer b.Close()
		synctest.Wait()
		c := dial()
		defer c.Close()
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("one too many: %v", err)
		}
		start := time.Now()
		if _, err := io.ReadAll(a); err != nil {
			t.Errorf("silent stranger: %v", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("hung up after %v", took)
		}
		// Logged in, but asks for nothing.
		client, err := login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		client.Wait()
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("idle client kept for %v", took)
		}
	})
}

func TestHostKeys(t *testing.T) {
	files := map[string][]byte{}
	read := func(name string) ([]byte, error) {
		b, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return b, nil
	}
	write := func(name string, b []byte) error {
		files[name] = b
		return nil
	}
	first, err := LoadOrCreateHostKeys(read, write)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadOrCreateHostKeys(read, write)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{ssh.KeyAlgoED25519, ssh.KeyAlgoRSA} {
		if got := first[i].PublicKey().Type(); got != want {
			t.Errorf("key %d: %s", i, got)
		}
		if !bytes.Equal(first[i].PublicKey().Marshal(), second[i].PublicKey().Marshal()) {
			t.Errorf("key %d has changed", i)
		}
	}
	files["ssh_host_rsa_key"] = []byte("garbage")
	if _, err := LoadOrCreateHostKeys(read, write); err == nil || !strings.Contains(err.Error(), "ssh_host_rsa_key") {
		t.Errorf("a broken file: %v", err)
	}
	failed := errors.New("disk full")
	_, err = LoadOrCreateHostKeys(
		func(string) ([]byte, error) { return nil, fs.ErrNotExist },
		func(string, []byte) error { return failed })
	if !errors.Is(err, failed) {
		t.Errorf("a failed write: %v", err)
	}
}
