package app

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/busylamp/busylamp/internal/memnet"
)

// BenchmarkAnswer is a command typed over SSH until its answer and the next prompt are
// there, beside a bare SSH server that sends the same bytes for the same line. Both
// run in turns; "bare-times" is their ratio.
func BenchmarkAnswer(b *testing.B) {
	a, err := Start(Options{Dir: b.TempDir(), Bind: netip.MustParseAddr("127.0.0.1"), Platform: DefaultPlatform, Net: memnet.New(),
		Startup: []byte("hostname X\nusername ops privilege 15 password lab\nline vty 0 4\n login local\n")})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	ours, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	if err := a.ServeSSH(ours); err != nil {
		b.Fatal(err)
	}
	const command = "show privilege\r"
	typed := dialShell(b, ours.Addr().String())
	for !bytes.HasSuffix(typed.heard, []byte("X#")) {
		typed.more(b)
	}
	typed.ask(b, command, 0) // what it says
	said := bytes.Clone(typed.heard)
	bare := dialShell(b, bareServer(b, said))
	var mine, theirs time.Duration
	for b.Loop() {
		mine += typed.ask(b, command, len(said))
		theirs += bare.ask(b, command, len(said))
	}
	b.ReportMetric(float64(mine.Microseconds())/float64(b.N), "us/answer")
	b.ReportMetric(float64(theirs.Microseconds())/float64(b.N), "us/bare")
	b.ReportMetric(float64(mine)/float64(theirs), "bare-times")
}

// sshShell is a shell on an SSH connection.
type sshShell struct {
	in    io.Writer
	out   io.Reader
	heard []byte
	buf   [4096]byte
}

func dialShell(b *testing.B, addr string) *sshShell {
	b.Helper()
	client, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{User: "ops", Auth: []ssh.AuthMethod{ssh.Password("lab")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close() })
	session, err := client.NewSession()
	if err != nil {
		b.Fatal(err)
	}
	s := &sshShell{}
	if s.in, err = session.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	if s.out, err = session.StdoutPipe(); err != nil {
		b.Fatal(err)
	}
	if err := session.RequestPty("vt100", 24, 80, nil); err != nil {
		b.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		b.Fatal(err)
	}
	return s
}

func (s *sshShell) more(b *testing.B) {
	n, err := s.out.Read(s.buf[:])
	if err != nil {
		b.Fatalf("%v after %q", err, s.heard)
	}
	s.heard = append(s.heard, s.buf[:n]...)
}

// ask types a line and reads n bytes, or up to the prompt when n is 0.
func (s *sshShell) ask(b *testing.B, line string, n int) time.Duration {
	began := time.Now()
	s.heard = s.heard[:0]
	if _, err := io.WriteString(s.in, line); err != nil {
		b.Fatal(err)
	}
	for len(s.heard) < n || n == 0 && !bytes.HasSuffix(s.heard, []byte("X#")) {
		s.more(b)
	}
	return time.Since(began)
}

// bareServer is an SSH server that sends answer for each line; where it listens.
func bareServer(b *testing.B, answer []byte) string {
	b.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		b.Fatal(err)
	}
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(signer)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	b.Cleanup(func() { ln.Close(); <-done })
	go func() {
		defer close(done)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		_, channels, requests, err := ssh.NewServerConn(c, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for open := range channels {
			ch, in, err := open.Accept()
			if err != nil {
				return
			}
			go func() {
				for r := range in {
					_ = r.Reply(true, nil)
				}
			}()
			for buf := make([]byte, 256); ; {
				n, err := ch.Read(buf)
				if err != nil {
					return
				}
				if bytes.HasSuffix(buf[:n], []byte("\r")) {
					if _, err := ch.Write(answer); err != nil {
						return
					}
				}
			}
		}
	}()
	return ln.Addr().String()
}
