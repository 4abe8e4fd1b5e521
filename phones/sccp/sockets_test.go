package sccp

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// Phones on real sockets, which are waited for together (other tests have connections in
// memory): they come, talk in pieces, and go in every manner, while lines change, phones are
// reset and the listener moves. Afterwards all of them are served, and nothing is left.
func TestRealSockets(t *testing.T) {
	const many = 48
	descriptors := func() int {
		list, _ := os.ReadDir("/proc/self/fd")
		return len(list)
	}
	before := descriptors()
	f := newServer(t, many, 3, tcp{})
	var churn, busy sync.WaitGroup
	over := make(chan struct{})
	for w := range 8 {
		churn.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			for range 25 {
				at := f.s.Snapshot().Listening
				if !at.IsValid() {
					time.Sleep(time.Millisecond)
					continue
				}
				c, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(at))
				if err != nil {
					continue // it has moved
				}
				f.visit(c, random, 1+random.IntN(many))
			}
		})
	}
	busy.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			case <-time.After(2 * time.Millisecond):
			}
			f.x.Do(call.Test{Number: "20001", State: []string{"busy", "idle"}[i%2]})
			f.s.Snapshot()
			if i%20 == 0 {
				f.s.Reset(nil, phones.Restart, 0, true)
			}
			if i%50 == 25 {
				f.listen(false)
				f.listen(true)
			}
		}
	})
	churn.Wait()
	close(over)
	busy.Wait()
	f.s.CancelReset()

	f.register(many, 8)
	if n := f.registered(); n != many {
		t.Errorf("%d of %d are registered", n, many)
	}
	for i, c := range f.conns {
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		if err := (step{wire.Encode(nil, &wire.KeepAlive{}, 9), wire.IDKeepAliveAck}).do(c, wire.NewReader(c)); err != nil {
			t.Errorf("phone %d: %v", i+1, err)
		}
	}
	f.hangUp()
	for end := time.Now().Add(10 * time.Second); f.registered() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if n := f.registered(); n > 0 {
		t.Errorf("%d are registered still", n)
	}
	if rows := len(f.hub.Snapshot().Records); rows > 0 {
		t.Errorf("%d lamps are left", rows)
	}
	f.s.Close()
	if after := descriptors(); after > before+8 { // the runtime's own may have come
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// visit is a phone that registers, as far as it gets, in pieces, and goes.
func (f *fleet) visit(c *net.TCPConn, random *rand.Rand, phone int) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	r := wire.NewReader(c)
	for i := random.IntN(20); i > 0; i-- {
		for _, st := range dialogue(phone) {
			if random.IntN(3) == 0 {
				cut := random.IntN(len(st.frame))
				if _, err := c.Write(st.frame[:cut]); err != nil {
					return
				}
				st.frame = st.frame[cut:]
				time.Sleep(time.Duration(random.IntN(1000)) * time.Microsecond)
			}
			if st.do(c, r) != nil { // another one is this phone, or the server has moved
				return
			}
			if i--; i <= 0 {
				break
			}
		}
	}
	switch random.IntN(4) {
	case 0:
		_ = c.SetLinger(0)
	case 1:
		_, _ = c.Write([]byte("0123456789abcdef")) // no message
		_, _ = io.Copy(io.Discard, c)
	case 2:
		_ = c.CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	}
}

// listen opens or closes the listener.
func (f *fleet) listen(on bool) {
	cfg := Config{Enabled: on, Addr: netip.MustParseAddrPort("127.0.0.1:0"), Phones: *f.s.config()}
	if err := f.s.Apply(context.Background(), Config{}, cfg); err != nil {
		f.b.Error(fmt.Errorf("listening: %w", err))
	}
}

// config is the configuration in force.
func (s *Server) config() *phones.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg
}

func (f *fleet) registered() (n int) {
	for _, e := range f.s.Snapshot().Ephones {
		if e.State == phones.EphoneRegistered {
			n++
		}
	}
	return n
}
