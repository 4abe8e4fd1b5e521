package sipua

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

func TestOnOpenAndOnClose(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		var said []string
		b.ua.OnOpen(func() { said = append(said, fmt.Sprint("open ", b.ua.Advertised())) })
		b.ua.OnClose(func() { said = append(said, fmt.Sprint("close ", b.ua.Advertised())) })
		want := func(w ...string) {
			t.Helper()
			synctest.Wait()
			if !slices.Equal(said, w) {
				t.Errorf("hooks called: %q, want %q", said, w)
			}
			said = nil
		}
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5080")})
		want("open 10.0.0.1:5080")
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5080")})
		want()
		b.apply(Config{})
		want("close 10.0.0.1:5080")
		b.apply(Config{Addr: ap("10.0.0.1:5080")})
		want()

		hog, err := b.net.Host(netip.MustParseAddr(serverHost)).Listen(ap("10.0.0.1:5070"))
		if err != nil {
			t.Fatal(err)
		}
		b.apply(Config{Enabled: true, Addr: ap("10.0.0.1:5070")})
		want()
		hog.Close()
		time.Sleep(retryEvery + time.Second)
		want("open 10.0.0.1:5070")
		b.ua.Close()
		want()
	})
}

// What OnClose sends leaves, by TCP too.
func TestOnCloseCanSend(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		r := b.dial()
		b.write(request1(reqOpt{method: "OPTIONS", callID: "x"}))
		b.readMessage(r, time.Second)
		peer := b.ua.Stats().Connections[0].Peer
		b.ua.OnClose(func() {
			b.ua.Send(newRequest("NOTIFY", "u"), peerTarget, func(*sip.Response, error) {})
			b.ua.Send(newRequest("NOTIFY", "t"), Target{peer, "TCP"}, func(*sip.Response, error) {})
		})
		got := make(chan string, 1)
		go func() { got <- b.readMessage(r, time.Minute) }()
		b.apply(Config{})
		b.expect("NOTIFY")
		if m := <-got; !strings.HasPrefix(m, "NOTIFY") {
			t.Errorf("by TCP: %q", m)
		}
	})
}
