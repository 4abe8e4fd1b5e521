package sipua

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOverload(t *testing.T) {
	count := map[string]int{}
	o := Options{Workers: 1, Tracer: func(sent bool, _ string, _ netip.AddrPort, msg []byte) {
		if !sent {
			return
		}
		line, _, _ := strings.Cut(string(msg), "\r\n")
		count[line]++ // on the one worker
		if strings.Contains(line, "503") && header(string(msg), "Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
	}}
	inBed(t, o, func(b *bed) {
		calls := 0
		b.ua.Handle("NOTIFY", func(tx *ServerTx) { calls++; time.Sleep(10 * time.Millisecond); tx.mustReject(200) })
		const sent = queueMessages + 500
		for i := range sent { // by so many that none takes more than its share
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 5060)
			b.ua.receive(item{data: []byte(request1(reqOpt{method: "NOTIFY", callID: fmt.Sprint("c", i)})), src: from})
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		served, refused := count["SIP/2.0 200 OK"], count["SIP/2.0 503 Service Unavailable"]
		lost := int(b.ua.Stats().Dropped) - refused
		if served != calls || served < 200 || refused < 100 || lost < 100 || served+refused+lost != sent {
			t.Errorf("served %d refused %d dropped %d of %d", served, refused, lost, sent)
		}
	})
}

// However long a request in a dialog has waited, it is served: a watcher that is there must
// not lose its subscription to load. A CANCEL is too.
func TestDialogsAreNotRefusedForOverload(t *testing.T) {
	served, refused := 0, 0
	o := Options{Workers: 1, Tracer: func(sent bool, _ string, _ netip.AddrPort, msg []byte) {
		switch line := string(msg); {
		case sent && strings.HasPrefix(line, "SIP/2.0 503 "):
			refused++
		case sent:
			served++
		}
	}}
	inBed(t, o, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) { time.Sleep(10 * time.Millisecond); tx.mustReject(200) })
		const sent = queueMessages - 100
		for i := range sent {
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 5060)
			b.ua.receive(item{data: []byte(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprint("c", i), toTag: "mine"})), src: from})
		}
		b.ua.receive(item{data: []byte(request1(reqOpt{method: "CANCEL", callID: "x"})), src: ap(peerHost + ":5060")})
		time.Sleep(time.Minute)
		synctest.Wait()
		if served != sent+1 || refused != 0 { // the CANCEL is 481
			t.Errorf("served %d refused %d of %d", served, refused, sent)
		}
	})
}
