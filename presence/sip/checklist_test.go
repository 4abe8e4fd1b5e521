package sip

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// A5: Via comes back as it was, with received and rport where the sender's address
// is not what it says.
func TestReceivedAndRport(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:31000")
		for branch, c := range map[string]struct{ via, want string }{
			"z9hG4bKa": {"192.168.0.5:5060;branch=z9hG4bKa;rport", "192.168.0.5:5060;branch=z9hG4bKa;rport=31000;received=10.1.1.11"},
			"z9hG4bKb": {"10.1.1.11:31000;branch=z9hG4bKb;rport", "10.1.1.11:31000;branch=z9hG4bKb;rport=31000;received=10.1.1.11"},
			"z9hG4bKc": {"phone.example.com:31000;branch=z9hG4bKc;x=y", "phone.example.com:31000;branch=z9hG4bKc;x=y;received=10.1.1.11"},
		} {
			msg := string(p.write(sub{callID: branch, expires: "0", branch: "mark"}))
			p.send([]byte(strings.Replace(msg, "10.1.1.11:31000;branch=mark;rport", c.via, 1)))
			h := p.hear()
			if len(h) == 0 {
				t.Fatalf("%s: no answer", c.via)
			}
			got := h[0].Get("Via")
			for part := range strings.SplitSeq(c.want, ";") {
				if !strings.Contains(got+";", part+";") {
					t.Errorf("%s: got %s, want %s", c.via, got, c.want)
				}
			}
			want(t, "one Via", len(h[0].Headers["via"]), 1)
		}
	})
}

// A1: unknown is a state as well: the NOTIFY comes at once and has a body.
func TestFirstNotifyWhenUnknown(t *testing.T) {
	run(t, func(r *rig) {
		_, notes := r.phone("10.1.1.11:5060").subscribe(sub{})
		want(t, "NOTIFYs", len(notes), 1)
		want(t, "state", notes[0].state(), "active;expires=3600 closed")
	})
}

// A3: the CSeq of NOTIFYs goes up by one, whatever became of those before.
func TestNotifyCSeqGrowsByOne(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		var got []string
		for i, answer := range []string{"200 OK", "500 Oops", "503 Busy\r\nRetry-After: 5", "200 OK", "200 OK"} {
			p.answers(answer)
			if i == 0 {
				_, notes := p.subscribe(sub{})
				got = append(got, notes[0].Get("CSeq"))
				continue
			}
			r.publish("2001", presence.Line{State: presence.State(1 + i%2)})
			time.Sleep(time.Minute)
			for _, m := range p.hear() {
				got = append(got, m.Get("CSeq"))
			}
		}
		for i, seq := range got {
			want(t, "CSeq", seq, words(i+1, "NOTIFY"))
		}
		if len(got) < 5 {
			t.Errorf("only %v", got)
		}
	})
}

// A6, A12: what is refused before the package is looked at, with the headers that say why.
func TestErrorsOfTheStack(t *testing.T) {
	for _, c := range []struct{ name, old, new, want, header string }{
		{"405", "SUBSCRIBE", "MESSAGE", "405 Method Not Allowed", "Allow"},
		{"501", "SUBSCRIBE", "FROBNICATE", "501 Not Implemented", "Allow"},
		{"505", "SIP/2.0\r\nVia", "SIP/3.0\r\nVia", "505 Version Not Supported", ""},
		{"416 tel", "SUBSCRIBE sip:2001@10.1.1.2", "SUBSCRIBE tel:2001", "416 Unsupported URI Scheme", ""},
		{"400 CSeq method", "1 SUBSCRIBE", "1 NOTIFY", "400 CSeq method does not match", ""},
		{"400 CSeq number", "1 SUBSCRIBE", "99999999999 SUBSCRIBE", "400 Malformed CSeq", ""},
		{"Max-Forwards 0 ends here anyway", "Max-Forwards: 70", "Max-Forwards: 0", "200 OK", "Contact"},
		{"no Max-Forwards", "Max-Forwards: 70\r\n", "", "200 OK", "Contact"},
	} {
		run(t, func(r *rig) {
			p := r.phone("10.1.1.11:5060")
			p.send([]byte(strings.ReplaceAll(string(p.write(sub{expires: "0"})), c.old, c.new)))
			h := p.hear()
			if len(h) == 0 {
				t.Fatalf("%s: no answer", c.name)
			}
			if !strings.HasPrefix(h[0].First, "SIP/2.0 "+c.want) {
				t.Errorf("%s: %s", c.name, h[0].First)
			}
			if c.header != "" && h[0].Get(c.header) == "" {
				t.Errorf("%s: no %s", c.name, c.header)
			}
			if h[0].Tag("To") == "" {
				t.Errorf("%s: no To tag", c.name)
			}
		})
	}
}

// A7: when a subscription runs out there is one last NOTIFY, and nothing after it.
func TestNothingAfterTheEnd(t *testing.T) {
	run(t, func(r *rig) {
		p := r.phone("10.1.1.11:5060")
		p.subscribe(sub{expires: "60"})
		time.Sleep(61 * time.Second)
		r.publish("2001", busy)
		time.Sleep(time.Minute)
		synctest.Wait()
		want(t, "heard", p.states(), "[terminated;reason=timeout closed]")
	})
}
