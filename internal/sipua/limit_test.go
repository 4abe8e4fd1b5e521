package sipua

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
)

func TestTooManyCalls(t *testing.T) {
	inBed(t, Options{Workers: 8}, func(b *bed) {
		b.ua.Handle("INVITE", func(*ServerTx) {})
		const limit = maxInvites / 8
		for i := range limit + 1 {
			b.send(request1(reqOpt{method: "INVITE", callID: "c", branch: fmt.Sprint("z9hG4bK", i)}))
			want := "SIP/2.0 100"
			if i == limit {
				want = "SIP/2.0 503"
			}
			b.expect(want)
		}
	})
}

// Large INVITEs: the requests go with the answer, and there is a limit to them.
func TestInviteMemory(t *testing.T) {
	large := func(i int) string {
		return request1(reqOpt{method: "INVITE", callID: "c", branch: fmt.Sprint("z9hG4bK", i), extra: "X: " + strings.Repeat("a", 60000) + "\n"})
	}
	inBed(t, Options{}, func(b *bed) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		const n = 60
		for i := range n {
			b.send(large(i))
			b.expect("SIP/2.0 405")
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if each := int64(after.HeapAlloc-before.HeapAlloc) / n; each > 20000 || b.ua.Stats().ServerTx != n {
			t.Errorf("%d bytes for each of %d refused INVITEs", each, b.ua.Stats().ServerTx)
		}
		for i := range 3 * maxInvitesIdle / 16 { // the shard of this Call-ID is full of them
			b.send(request1(reqOpt{method: "INVITE", callID: "c", branch: fmt.Sprint("z9hG4bKs", i)}))
		}
		synctest.Wait()
		if got := b.ua.Stats().ServerTx; got > maxInvitesIdle/16 {
			t.Errorf("%d transactions while nobody handles INVITE", got)
		}
	})
	inBed(t, Options{Workers: 64}, func(b *bed) { // 1 MiB a worker
		b.ua.Handle("INVITE", func(*ServerTx) {})
		var got []string
		for i := range 20 {
			b.send(large(i))
			got = append(got, b.recv(time.Millisecond)[:11])
		}
		if i := slices.Index(got, "SIP/2.0 503"); i != 1<<20/len(large(0)) {
			t.Errorf("refused from %d on: %q", i, got)
		}
	})
}

// Strangers cannot take all connections, nor one address those of the others.
func TestTCPConnectionLimit(t *testing.T) {
	inBed(t, Options{MaxConns: 8}, func(b *bed) {
		var conns []net.Conn
		defer func() {
			for _, c := range conns {
				c.Close()
			}
		}()
		open := func(host string) net.Conn {
			t.Helper()
			c, err := b.net.Host(netip.MustParseAddr(host)).Dial(context.Background(), ap(serverHost+":5060"))
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
			synctest.Wait()
			return c
		}
		want := func(n int) {
			t.Helper()
			synctest.Wait()
			if got := len(b.ua.Stats().Connections); got != n {
				t.Errorf("%d connections, want %d", got, n)
			}
		}
		first := open("10.0.0.10")
		open("10.0.0.10")
		open("10.0.0.10")
		want(2)
		for i := range 6 {
			open(fmt.Sprintf("10.0.1.%d", i))
		}
		want(6)
		l, err := b.net.Host(peerTarget.Addr.Addr()).Listen(peerTarget.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c"), Target{peerTarget.Addr, "TCP"}, o.done)
		if b.tcp, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		b.write(answer(b.readMessage(bufio.NewReader(b.tcp), time.Second), 200, ""))
		o.want(t, 200, nil)
		want(7)
		first.Close() // makes room for its address and for one more
		want(6)
		open("10.0.0.10")
		want(7)
	})
}

// exhausted is a network whose listeners fail for a while, as when the process
// has no file descriptors left.
type exhausted struct {
	*memnet.Net
	fails atomic.Int32
}

func (n *exhausted) Listen(a netip.AddrPort) (net.Listener, error) {
	l, err := n.Net.Listen(a)
	return &exhaustedListener{l, n}, err
}

type exhaustedListener struct {
	net.Listener
	net *exhausted
}

func (l *exhaustedListener) Accept() (net.Conn, error) {
	if l.net.fails.Add(-1) >= 0 {
		return nil, syscall.EMFILE
	}
	return l.Listener.Accept()
}

func TestAcceptFailuresAreLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &exhausted{Net: memnet.New()}
		n.fails.Store(100)
		log := logbuf.New(time.Now)
		defer log.Close()
		if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		u := New(Options{Net: n, Log: log})
		defer u.Close()
		if err := u.Apply(t.Context(), Config{}, Config{Enabled: true, Addr: ap(serverHost + ":5060")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := strings.Join(log.Buffer(), "\n"); strings.Count(got, "%SIP-3-ACCEPT: cannot accept connections: too many open files") != 1 {
			t.Errorf("logged %q", got)
		}
		c, err := n.Dial(t.Context(), ap(serverHost+":5060"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		synctest.Wait()
		if len(u.Stats().Connections) != 1 {
			t.Error("nothing is accepted afterwards")
		}
	})
}

// RFC 3261 7.3.1: tokens compare without case.
func TestBranchInUpperCase(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var o outcome
		b.ua.Send(newRequest("NOTIFY", "c1"), peerTarget, o.done)
		a := answer(b.expect("NOTIFY"), 200, "")
		i := strings.Index(a, "branch=") + 7
		j := i + strings.IndexAny(a[i:], ";\r")
		b.send(a[:i] + strings.ToUpper(a[i:j]) + a[j:])
		o.want(t, 200, nil)
	})
}

// An empty tag is none: the answer has one tag, ours.
func TestEmptyTag(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		good := request1(reqOpt{method: "OPTIONS", callID: "c1"})
		for name, msg := range map[string]string{
			"answer":  good,
			"refusal": strings.Replace(good, "CSeq: 1 OPTIONS", "CSeq: 1 INFO", 1),
		} {
			b.send(strings.Replace(msg, "To: <sip:2001@10.0.0.1>", "To: <sip:2001@10.0.0.1>;x=y;tag=", 1))
			to := header(b.expect("SIP/2.0 "), "To")
			if !strings.HasPrefix(to, "<sip:2001@10.0.0.1>;x=y;tag=") || strings.Count(to, "tag") != 1 || tagOf(to) == "" {
				t.Errorf("%s: To: %s", name, to)
			}
		}
	})
}
