package sipua

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestOptionsIsAnswered(t *testing.T) {
	inBed(t, Options{AllowEvents: []string{"presence", "dialog"}, Supported: []string{"replaces"}}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(*ServerTx) {})
		b.send("OPTIONS sip:10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP phone.example:5070;rport;branch=z9hG4bK1\nVia: SIP/2.0/TCP 10.9.9.9;branch=z9hG4bK0;ext=\"a;b\"\n" +
			"f: \"A\" <sip:3001@10.0.0.2>;tag=f1\nt: sip:10.0.0.1\ni: c1\nCSeq: 7 OPTIONS\nMax-Forwards: 0\nl: 0\n\n")
		got := b.expect("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP phone.example:5070;rport=5060;branch=z9hG4bK1;received=10.0.0.2\r\nVia: SIP/2.0/TCP 10.9.9.9;branch=z9hG4bK0;ext=\"a;b\"\r\n")
		for name, want := range map[string]string{"From": `"A" <sip:3001@10.0.0.2>;tag=f1`, "Call-ID": "c1", "CSeq": "7 OPTIONS", "Allow": "OPTIONS, SUBSCRIBE",
			"Allow-Events": "presence, dialog", "Supported": "replaces", "Accept": "application/sdp", "Server": "Cisco-SIPGateway/IOS-12.x", "Content-Length": "0"} {
			if h := header(got, name); h != want {
				t.Errorf("%s: %q, want %q", name, h, want)
			}
		}
		if to := header(got, "To"); !strings.HasPrefix(to, "sip:10.0.0.1;tag=") {
			t.Errorf("To: %q", to)
		}
	})
}

// OPTIONS within a dialog that nobody knows is 481, RFC 3261 12.2.2.
func TestOptionsInDialog(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c1", toTag: "mine"}))
		b.expect("SIP/2.0 481")
		for _, id := range []string{"c2", "c3"} {
			b.ua.OnDialog(func(k Key) bool { return k == Key{id, "mine", "f1"} })
		}
		for id, want := range map[string]string{"c2": "200", "c3": "200", "c4": "481"} {
			b.send(request1(reqOpt{method: "OPTIONS", callID: id, toTag: "mine"}))
			b.expect("SIP/2.0 " + want)
		}
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c5"}))
		b.expect("SIP/2.0 200")
	})
}

func TestAnswerGoesToSentByWithoutRport(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		other, err := b.net.ListenPacket(ap(peerHost + ":9999"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if _, err := other.WriteTo([]byte(request1(reqOpt{method: "OPTIONS", callID: "c1"})), udpAddr(serverHost+":5060")); err != nil {
			t.Fatal(err)
		}
		got := b.expect("SIP/2.0 200")
		if v := header(got, "Via"); strings.Contains(v, "received") {
			t.Errorf("Via %q: received though sent-by is the source", v)
		}
	})
}

func TestKeepAlivesAndGarbageGetNoAnswer(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		for _, s := range []string{"\n\n", "\n", "\x00", "", "hello", "GET / HTTP/1.1\n\n", "SIP/2.0 999 X\n\n", strings.Repeat("x", 60000)} {
			b.send(s)
		}
		b.silence(time.Minute)
		if n := b.ua.Stats().Garbage; n != 4 {
			t.Errorf("garbage %d, want 4", n)
		}
		b.send(request1(reqOpt{method: "OPTIONS", callID: "c1"}))
		b.expect("SIP/2.0 200")
	})
}

func TestRetransmissionGetsTheSameBytes(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		calls := 0
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			calls++
			if err := tx.Reject(200, "", "Expires", "60"); err != nil {
				t.Error(err)
			}
			if err := tx.Reject(500, ""); err == nil {
				t.Error("second final response accepted")
			}
		})
		msg := request1(reqOpt{method: "SUBSCRIBE", callID: "c1"})
		b.send(msg)
		first := b.expect("SIP/2.0 200")
		time.Sleep(31 * time.Second)
		b.send(msg)
		if again := b.expect("SIP/2.0 200"); again != first || calls != 1 {
			t.Errorf("calls %d, answer\n%s\nwant\n%s", calls, again, first)
		}
		if s := b.ua.Stats(); s.RetransmitsIn["SUBSCRIBE"] != 1 || s.In[Count{"SUBSCRIBE", 0}] != 1 || s.Out[Count{"SUBSCRIBE", 200}] != 1 {
			t.Errorf("%+v", s)
		}
		time.Sleep(2 * time.Second)
		if n := b.ua.Stats().ServerTx; n != 0 {
			t.Errorf("%d transactions after Timer J", n)
		}
		b.send(msg) // a new one by now
		b.expect("SIP/2.0 200")
		if calls != 2 {
			t.Errorf("calls %d", calls)
		}
	})
}

func TestTooManyAnswersDropTheOldest(t *testing.T) {
	inBed(t, Options{MaxTransactions: 3, Workers: 1}, func(b *bed) {
		for i := range 10 {
			b.send(request1(reqOpt{method: "OPTIONS", callID: fmt.Sprint("c", i)}))
			b.expect("SIP/2.0 200")
		}
		if n := b.ua.Stats().ServerTx; n != 3 {
			t.Errorf("%d transactions kept, want 3", n)
		}
	})
}

func TestTooManyBytesDropTheOldest(t *testing.T) {
	inBed(t, Options{MaxTransactionBytes: 15000, Workers: 1}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			res := tx.NewResponse(200, "")
			res.SetBody(make([]byte, 6000))
			if err := tx.Respond(res); err != nil {
				t.Error(err)
			}
		})
		for i := range 10 {
			b.send(request1(reqOpt{method: "SUBSCRIBE", callID: fmt.Sprint("c", i)}))
			b.expect("SIP/2.0 200")
		}
		if n := b.ua.Stats().ServerTx; n != 2 {
			t.Errorf("%d transactions kept, want 2", n)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := b.ua.shards[0]; b.ua.Stats().ServerTx != 0 || s.fifoBytes != 0 || len(s.merged) != 0 {
			t.Errorf("after a minute: %d transactions, %d bytes, %d merge keys", b.ua.Stats().ServerTx, s.fifoBytes, len(s.merged))
		}
	})
}

func TestHandlerThatSaysNothing(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.ua.Handle("NOTIFY", func(*ServerTx) {})
		b.send(request1(reqOpt{method: "NOTIFY", callID: "c1"}))
		b.expect("SIP/2.0 500 Server Internal Error")
	})
}

func TestUnhandledMethods(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		for method, want := range map[string]string{"PUBLISH": "405 Method Not Allowed", "FROBNICATE": "501 Not Implemented", "options": "501 Not Implemented"} {
			b.send(request1(reqOpt{method: method, callID: method}))
			if got := b.expect("SIP/2.0 " + want); header(got, "Allow") != "OPTIONS" {
				t.Errorf("Allow %q", header(got, "Allow"))
			}
		}
		b.send(request1(reqOpt{method: "ACK", callID: "c"}))
		b.silence(time.Minute)
	})
}

func TestRefusedBeforeTheHandler(t *testing.T) {
	good := request1(reqOpt{method: "OPTIONS", callID: "c1", branch: "z9hG4bKx"})
	edit := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, c := range map[string]struct{ msg, want string }{
		"version":              {edit("SIP/2.0\r\n", "SIP/7.0\r\n"), "SIP/2.0 505 Version Not Supported"},
		"cseq method":          {edit("1 OPTIONS", "1 INVITE"), "SIP/2.0 400 CSeq method does not match"},
		"cseq number":          {edit("1 OPTIONS", "4294967296 OPTIONS"), "SIP/2.0 400 Malformed CSeq"},
		"no call-id":           {edit("Call-ID: c1\r\n", ""), "SIP/2.0 400 Missing Call-ID"},
		"no from":              {edit("From: <sip:3001@10.0.0.2>;tag=f1\r\n", ""), "SIP/2.0 400 Missing From"},
		"two to":               {edit("CSeq:", "To: <sip:x@y>\r\nCSeq:"), "SIP/2.0 400 More than one To"},
		"two lengths":          {edit("CSeq:", "l: 5\r\nCSeq:"), "SIP/2.0 400 Repeated header"},
		"negative length":      {edit("Content-Length: 0", "Content-Length: -9"), "SIP/2.0 400 Malformed Content-Length"},
		"short body":           {edit("Content-Length: 0", "Content-Length: 9"), "SIP/2.0 400 Body shorter"},
		"scheme":               {edit("OPTIONS sip:2001@10.0.0.1", "OPTIONS tel:+1234"), "SIP/2.0 416 Unsupported URI Scheme"},
		"blank in uri":         {edit("sip:2001@10.0.0.1 ", "sip:20 01@10.0.0.1 "), "SIP/2.0 400 Malformed request line"},
		"no host":              {edit("sip:2001@10.0.0.1 ", "sip:2001@ "), "SIP/2.0 400 Bad Request"},
		"quote":                {edit("From: <", "From: \"a <"), "SIP/2.0 400 Bad Request"},
		"missing empty":        {edit("Call-ID: c1", "Call-ID:"), "SIP/2.0 400 Empty Call-ID"},
		"NUL":                  {edit("Max-Forwards: 70", "Subject: a\x00"), "SIP/2.0 200"},
		"header injection":     {strings.Replace(good, "tag=f1", "tag=f1\rX", 1), "SIP/2.0 400 Stray line end"},
		"via":                  {edit("SIP/2.0/UDP 10.0.0.2:5060", "SIP/2.0/UDP"), ""},
		"via port":             {edit("10.0.0.2:5060;", "10.0.0.2:99999;"), "SIP/2.0 400 Malformed Via"},
		"no empty line":        {strings.TrimSuffix(good, "\r\n"), "SIP/2.0 400 Header section not ended"},
		"Max-Forwards garbage": {edit("Max-Forwards: 70", "Max-Forwards: x"), "SIP/2.0 400 Bad Request"},
		"well-formed":          {good, "SIP/2.0 200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			inBed(t, Options{}, func(b *bed) {
				b.send(c.msg)
				got := b.recv(time.Second)
				if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
					t.Fatalf("got %q, want %q", got, c.want)
				}
				if got == "" {
					return
				}
				b.send(c.msg)
				if again := b.recv(time.Second); again != got {
					t.Errorf("retransmission answered\n%s\nfirst\n%s", again, got)
				}
				if to := header(got, "To"); !strings.Contains(to, ";tag=") {
					t.Errorf("To %q without tag", to)
				}
			})
		})
	}
}

func TestMerged(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			code := 200
			if tx.Merged() {
				code = 482
			}
			if err := tx.Reject(code, ""); err != nil {
				t.Error(err)
			}
		})
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1", branch: "z9hG4bKone"}))
		b.expect("SIP/2.0 200")
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1", branch: "z9hG4bKtwo"}))
		b.expect("SIP/2.0 482 Loop Detected")
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1", branch: "z9hG4bKthree", toTag: "x"}))
		b.expect("SIP/2.0 200") // in a dialog
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1", cseq: 2}))
		b.expect("SIP/2.0 200")
		time.Sleep(33 * time.Second)
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c1", branch: "z9hG4bKfour"}))
		b.expect("SIP/2.0 200")
	})
}

func TestRFC2543ClientIsKeptApart(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		calls := 0
		b.ua.Handle("NOTIFY", func(tx *ServerTx) { calls++; tx.mustReject(200) })
		for _, cseq := range []int{1, 1, 2} {
			b.send(request1(reqOpt{method: "NOTIFY", callID: "c1", branch: "1", cseq: cseq}))
			b.expect("SIP/2.0 200")
		}
		if calls != 2 {
			t.Errorf("handler called %d times, want 2", calls)
		}
	})
}

// Whatever mixture of Call-IDs arrives, the handler sees each one's requests in
// order, one at a time, and different ones side by side.
func TestOrderPerCallID(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ids := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 60).Draw(rt, "ids")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 3), len(ids), len(ids)).Draw(rt, "pauses")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		inBed(t, Options{Workers: workers}, func(b *bed) {
			type seen struct {
				running bool
				last    uint32
			}
			var state [6]seen // each touched by one worker: the race detector watches
			b.ua.Handle("NOTIFY", func(tx *ServerTx) {
				var id int
				if _, err := fmt.Sscanf(Value(tx.Request(), "Call-ID"), "call%d", &id); err != nil {
					t.Error(err)
				}
				s := &state[id]
				n := tx.Request().CSeq().SeqNo
				if s.running || n <= s.last {
					t.Errorf("call %d: %d after %d, running %v", id, n, s.last, s.running)
				}
				s.running = true
				time.Sleep(time.Duration(pauses[n-1]) * time.Millisecond)
				s.running, s.last = false, n
				tx.mustReject(200)
			})
			for i, id := range ids {
				b.send(request1(reqOpt{method: "NOTIFY", callID: fmt.Sprint("call", id), cseq: i + 1, branch: fmt.Sprint("z9hG4bK", i)}))
			}
			for range ids {
				b.expect("SIP/2.0 200")
			}
		})
	})
}

func TestDifferentCallIDsRunSideBySide(t *testing.T) {
	inBed(t, Options{Workers: 8}, func(b *bed) {
		start := time.Now()
		b.ua.Handle("NOTIFY", func(tx *ServerTx) { time.Sleep(time.Second); tx.mustReject(200) })
		for i := range 16 {
			b.send(request1(reqOpt{method: "NOTIFY", callID: fmt.Sprint("c", i)}))
		}
		for range 16 {
			if b.recv(time.Minute) == "" {
				t.Fatal("no answer")
			}
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("16 calls of 1 s on 8 workers took %v", d)
		}
	})
}

func TestResponseIsRepeatable(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			a, c := tx.NewResponse(200, ""), tx.NewResponse(404, "Nobody")
			if ToTag(a) == "" || ToTag(a) != ToTag(c) || ToTag(a) != tx.ToTag() || ToTag(tx.NewResponse(100, "")) != "" {
				t.Errorf("tags %q %q %q", ToTag(a), ToTag(c), tx.ToTag())
			}
			if rr := Values(a, "Record-Route"); len(rr) != 2 || rr[0] != "<sip:a;lr>, <sip:b;lr>" || len(Values(c, "Record-Route")) != 0 {
				t.Errorf("Record-Route %q", rr)
			}
			if v := tx.Request().Via(); v == nil || v.Params.GetOr("received", "") != "" || v.Host != peerHost {
				t.Errorf("Via %v", v)
			}
			if tx.Source() != ap(peerHost+":5060") || tx.Transport() != "UDP" || tx.Reply() != (Target{ap(peerHost + ":5060"), "UDP"}) {
				t.Errorf("source %v", tx.Source())
			}
			if err := tx.Respond(a); err != nil {
				t.Error(err)
			}
		})
		b.send(request1(reqOpt{method: "SUBSCRIBE", callID: "c", extra: "Record-Route: <sip:a;lr>, <sip:b;lr>\nRecord-Route: <sip:c>\n"}))
		b.expect("SIP/2.0 200")
	})
}

func TestHops(t *testing.T) {
	inBed(t, Options{}, func(b *bed) {
		hops := 0
		b.ua.Handle("MESSAGE", func(tx *ServerTx) { hops = tx.Hops(); _ = tx.Reject(200, "") })
		for i, more := range []string{"", "Via: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKx\n", "Via: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKx,\n SIP/2.0/UDP 10.0.0.4\n"} {
			b.send(request1(reqOpt{method: "MESSAGE", branch: fmt.Sprint("z9hG4bKh", i), callID: fmt.Sprint("h", i), extra: more}))
			b.expect("SIP/2.0 200 OK")
			if hops != i+1 {
				t.Errorf("%d hops, want %d", hops, i+1)
			}
		}
	})
}
