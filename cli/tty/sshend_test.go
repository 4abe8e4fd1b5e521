package tty

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/busylamp/busylamp/cli/term"
)

// How sessions end whose peers do not end them properly.

// TestSSHHangUp: a lost connection ends the handler's context and its reads.
func TestSSHHangUp(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{})
		defer stop()
		for _, typed := range []string{"", "half", "wait\r"} {
			c := dial()
			client, err := login(c, ssh.Password("secret"))
			if err != nil {
				t.Fatal(err)
			}
			s, _ := client.NewSession()
			keys, _ := s.StdinPipe()
			if err := s.Shell(); err != nil {
				t.Fatal(err)
			}
			io.WriteString(keys, typed)
			synctest.Wait()
			c.Close()
			client.Close()
		}
		synctest.Wait()
	})
}

// TestSSHStalledPeer: a client that neither reads nor closes its channel cannot
// hold the server.
func TestSSHStalledPeer(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		gone := make(chan struct{})
		dial, stop := sshHost(t, SSHOptions{Handler: func(ctx context.Context, t term.Terminal, info ConnInfo) {
			defer close(gone)
			for {
				if _, err := t.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}})
		defer stop()
		client, err := login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		ch, reqs, err := client.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(reqs)
		ch.SendRequest("shell", true, nil)
		start := time.Now()
		<-gone
		if took := time.Since(start); took > 5*time.Minute {
			t.Errorf("held for %v", took)
		}
	})
}

// deafConn is a client's connection that, once deaf, drops what the server sends.
type deafConn struct {
	net.Conn
	deaf atomic.Bool
}

func (c *deafConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for err == nil && c.deaf.Load() {
		n, err = c.Conn.Read(p)
	}
	return n, err
}

// TestSSHSilentPeer: after the end of input the session is over, and a client
// that never answers the close of the channel is hung up on.
func TestSSHSilentPeer(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		dial, stop := sshHost(t, SSHOptions{})
		defer stop()
		c := &deafConn{Conn: dial()}
		client, err := login(c, ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		ch, reqs, err := client.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(reqs)
		if ok, err := ch.SendRequest("shell", true, nil); !ok || err != nil {
			t.Fatal(ok, err)
		}
		c.deaf.Store(true)
		if err := ch.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Hour, func() { c.Close() })
		start := time.Now()
		client.Wait()
		if took := time.Since(start); took > 2*lingerTime {
			t.Errorf("held for %v", took)
		}
	})
}
