package sipua

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// benchUA is an endpoint on a loopback port.
func benchUA(b *testing.B, o Options) *UA {
	u := New(o)
	b.Cleanup(func() { _ = u.Close() })
	if err := u.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: ap("127.0.0.1:0")}); err != nil {
		b.Fatal(err)
	}
	return u
}

// BenchmarkServer is a request from bytes to the answer on the (loopback) socket.
func BenchmarkServer(b *testing.B) {
	u := benchUA(b, Options{Workers: 1, MaxTransactions: 1000})
	u.Handle("SUBSCRIBE", func(tx *ServerTx) {
		if err := tx.Reject(200, "", "Expires", "3600", "Contact", "<sip:10.0.0.1>"); err != nil {
			b.Error(err)
		}
	})
	src := ap("127.0.0.1:9")
	extra := "Contact: <sip:3001@10.0.0.2>\nEvent: presence\nAccept: application/pidf+xml\nExpires: 3600\nUser-Agent: bench\n"
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		data := []byte(strings.Replace(request1(reqOpt{method: "SUBSCRIBE", callID: "c", branch: "z9hG4bK0000000", extra: extra}), "0000000", fmt.Sprintf("%07d", i), 1))
		s := u.shardOf(callIDOf(data))
		s.message(item{data: data, src: src, at: time.Now()})
	}
}

// BenchmarkClient is a NOTIFY to a second endpoint over loopback and its 200, with
// 256 outstanding.
func BenchmarkClient(b *testing.B) {
	for _, raw := range []bool{false, true} {
		b.Run(map[bool]string{false: "request", true: "raw"}[raw], func(b *testing.B) {
			client, server := benchUA(b, Options{}), benchUA(b, Options{MaxTransactions: 1000})
			server.Handle("NOTIFY", func(tx *ServerTx) { _ = tx.Reject(200, "") })
			to := Target{Addr: server.LocalAddr()}
			d := Dialog{CallID: "bench", LocalTag: "a", RemoteTag: "b", Local: "<sip:a@b>", Remote: "<sip:c@d>", RemoteTarget: "sip:e@f"}
			window := make(chan struct{}, 256)
			var wg sync.WaitGroup
			done := func(_ *sip.Response, err error) {
				if err != nil {
					b.Error(err)
				}
				<-window
				wg.Done()
			}
			body := []byte(strings.Repeat("<presence/>", 60))
			head := []byte("Event: presence\r\nSubscription-State: active;expires=3600\r\nContent-Type: application/pidf+xml\r\n")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				window <- struct{}{}
				wg.Add(1)
				d.CallID = fmt.Sprint("bench", i)
				if raw {
					client.SendRaw(d.Raw("NOTIFY", "sip:a@127.0.0.1", "ua", head, body), to, done)
					continue
				}
				r, err := d.Request("NOTIFY", "sip:a@127.0.0.1")
				if err != nil {
					b.Fatal(err)
				}
				r.AppendHeader(sip.NewHeader("Event", "presence"))
				r.AppendHeader(sip.NewHeader("Subscription-State", "active;expires=3600"))
				r.AppendHeader(sip.NewHeader("Content-Type", "application/pidf+xml"))
				r.SetBody(body)
				client.Send(r, to, done)
			}
			wg.Wait()
		})
	}
}

// BenchmarkTransactionMemory reports what an answered UDP request costs while its
// answer is kept (issue 4: at most 2 kB).
func BenchmarkTransactionMemory(b *testing.B) {
	u := benchUA(b, Options{Workers: 4})
	u.Handle("SUBSCRIBE", func(tx *ServerTx) { _ = tx.Reject(200, "", "Expires", "3600", "Contact", "<sip:10.0.0.1>") })
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	src := netip.MustParseAddrPort("127.0.0.1:9")
	for b.Loop() {
		before := heap()
		const n = 20000
		for i := range n {
			data := []byte(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprintf("28E9846D-B50E11EC-8025D5B1-%08d@10.106.117.2", i)}))
			u.shardOf(callIDOf(data)).message(item{data: data, src: src, at: time.Now()})
		}
		b.ReportMetric(float64(heap()-before)/n, "B/transaction")
		for _, s := range u.shards {
			s.mu.Lock()
			for _, e := range s.fifo[s.fifoFirst:] {
				s.forget(e)
			}
			s.fifo, s.fifoFirst = nil, 0
			s.mu.Unlock()
		}
	}
}
