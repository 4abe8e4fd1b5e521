package softphone

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
)

// Final answers, and what the user sees and hears.
func TestFailures(t *testing.T) {
	for code, want := range map[int]string{486: "call busy", 600: "call busy", 404: "call invalid", 484: "call invalid", 503: "call congestion", 403: "tone reorder", 487: "calls 0"} {
		withFar(t, "", func(t *testing.T, p *Phone, f *far) {
			press(t, p, "dial 9")
			_ = f.next(t, "INVITE").Reject(code, "")
			wants(t, p, want)
		})
	}
	withFar(t, "", func(t *testing.T, p *Phone, f *far) { // an answer without a codec of ours
		press(t, p, "dial 9")
		f.accept(t, f.next(t, "INVITE"), describe(addr, 1, "sendrecv", []int{3}))
		f.next(t, "BYE")
		wants(t, p, "calls 0", "notice codec")
	})
	withFar(t, "", func(t *testing.T, p *Phone, f *far) { // no Contact: no dialog
		press(t, p, "dial 9")
		_ = f.next(t, "INVITE").Reject(200, "")
		wants(t, p, "call congestion")
	})
}

// A call that was hung up before it was answered is ended for good, whatever comes.
func TestCancel(t *testing.T) {
	withFar(t, "", func(t *testing.T, p *Phone, f *far) {
		press(t, p, "dial 9")
		tx := f.next(t, "INVITE")
		_ = tx.Reject(180, "", "Contact", "<sip:9@10.1.1.2>")
		wants(t, p, "call ringout")
		press(t, p, "onhook")
		wants(t, p, "calls 0")
		synctest.Wait()
		if err := tx.Reject(200, ""); err == nil {
			t.Error("the CANCEL did not come")
		}
	})
	// The answer comes for all that: it left before the CANCEL came, or nothing
	// came that a CANCEL may follow (RFC 3261 9.1).
	for _, lost := range []string{"CANCEL ", "SIP/2.0 100 "} {
		withFar(t, "", func(t *testing.T, p *Phone, f *far) {
			f.lose(lost)
			press(t, p, "dial 9")
			tx := f.next(t, "INVITE")
			press(t, p, "onhook")
			synctest.Wait()
			f.accept(t, tx, farSDP)
			f.next(t, "BYE")
			wants(t, p, "calls 0")
			synctest.Wait()
			p.turnWait(func() {
				if len(p.calls) != 0 {
					t.Errorf("%d calls left", len(p.calls))
				}
			})
		})
	}
}

// INVITE and BYE answer a challenge.
func TestChallengedCall(t *testing.T) {
	withFar(t, "lab", func(t *testing.T, p *Phone, f *far) {
		v := digest.NewVerifier(digest.Options{})
		check := func(tx *sipua.ServerTx) bool {
			req := tx.Request()
			r := v.Verify(digest.Request{Method: string(req.Method), URI: req.Recipient.String(), Realm: "cme",
				Authorization: sipua.Values(req, "Authorization"), Source: tx.Source().Addr()}, func(string) (string, bool) { return "lab", true })
			if r.Outcome != digest.OK {
				_ = tx.Reject(401, "", "WWW-Authenticate", v.Challenges(tx.Source().Addr(), "cme", false)[0])
			}
			return r.Outcome == digest.OK
		}
		f.ua.Handle("BYE", func(tx *sipua.ServerTx) {
			if check(tx) {
				_ = tx.Reject(200, "")
			}
			f.seen <- tx
		})
		press(t, p, "dial 9")
		if check(f.next(t, "INVITE")) {
			t.Fatal("right at once")
		}
		tx := f.next(t, "INVITE")
		if !check(tx) {
			t.Fatal("wrong answer")
		}
		f.accept(t, tx, farSDP)
		wants(t, p, "call connected", "media 10.1.1.9:20000")
		press(t, p, "hold")
		tx = f.next(t, "INVITE")
		if !check(tx) {
			t.Error("a re-INVITE without the answer")
		}
		if m, _ := readMedia(tx.Request().Body()); m.direction != "sendonly" {
			t.Errorf("hold is %q", m.direction)
		}
		_ = tx.Reject(200, "", "Contact", "<sip:"+addr.String()+">")
		wants(t, p, "call hold")
		press(t, p, "end")
		f.next(t, "BYE")
		wants(t, p, "calls 0")
	})
	withFar(t, "", func(t *testing.T, p *Phone, f *far) { // without a password there is nothing to answer
		press(t, p, "dial 9")
		_ = f.next(t, "INVITE").Reject(401, "")
		wants(t, p, "call congestion")
	})
}

// What the far side does in a call.
func TestFarSide(t *testing.T) {
	withFar(t, "", func(t *testing.T, p *Phone, f *far) {
		press(t, p, "dial 9")
		tx := f.next(t, "INVITE")
		_ = tx.Reject(183, "", "Contact", "<sip:9@10.1.1.2>", "P-Asserted-Identity", `"Eve" <sip:99@10.1.1.2>`)
		wants(t, p, `call ringout 99 "Eve"`)
		d := f.accept(t, tx, farSDP)
		wants(t, p, "call connected")
		if code := f.ask(t, d, "INVITE", describe(addr, 2, "inactive", []int{0}), "Content-Type", "application/sdp"); code != 200 {
			t.Fatalf("hold: %d", code)
		}
		wants(t, p, "no media send", "no media receive", "call connected")
		if code := f.ask(t, d, "INVITE", nil); code != 200 { // no offer: ours is in the 200
			t.Fatalf("without offer: %d", code)
		}
		if code := f.ask(t, d, "INVITE", describe(addr, 3, "sendrecv", []int{3})); code != 488 {
			t.Errorf("unknown codec: %d", code)
		}
		if code := f.ask(t, d, "INVITE", describe(netip.MustParseAddrPort("10.1.1.8:30000"), 4, "sendrecv", []int{0}), "P-Asserted-Identity", "<sip:77@10.1.1.2>"); code != 200 {
			t.Errorf("moved: %d", code)
		}
		wants(t, p, "media 10.1.1.8:30000", "call connected 77")
		if code := f.ask(t, d, "INVITE", nil, "Require", "100rel"); code != 420 {
			t.Errorf("Require: %d", code)
		}
		// Both change the call at once.
		press(t, p, "hold")
		hold := f.next(t, "INVITE")
		if code := f.ask(t, d, "INVITE", farSDP); code != 491 {
			t.Errorf("glare: %d", code)
		}
		_ = hold.Reject(491, "")
		wants(t, p, "call connected")
		again := f.next(t, "INVITE") // later
		_ = again.Reject(500, "")
		wants(t, p, "notice refused", "call connected")
		d.LocalCSeq = 0
		if code := f.ask(t, d, "BYE", nil); code != 500 {
			t.Errorf("old CSeq: %d", code)
		}
		d.LocalCSeq = 50
		other := *d
		other.LocalTag = "other"
		if code := f.ask(t, &other, "BYE", nil); code != 481 {
			t.Errorf("foreign BYE: %d", code)
		}
		if code := f.ask(t, d, "BYE", nil); code != 200 {
			t.Errorf("BYE: %d", code)
		}
		wants(t, p, "calls 0")
	})
}

// Transfer, blind and with consultation.
func TestTransfer(t *testing.T) {
	connected := func(t *testing.T, p *Phone, f *far, key string) *sipua.Dialog {
		t.Helper()
		press(t, p, key)
		d := f.accept(t, f.next(t, "INVITE"), farSDP)
		wants(t, p, "call connected")
		return d
	}
	fragment := func(t *testing.T, f *far, d *sipua.Dialog, text string) {
		t.Helper()
		if code := f.ask(t, d, "NOTIFY", []byte("SIP/2.0 "+text+"\r\n"), "Event", "refer", "Subscription-State", "active", "Content-Type", "message/sipfrag"); code != 200 {
			t.Errorf("NOTIFY: %d", code)
		}
	}
	withFar(t, "", func(t *testing.T, p *Phone, f *far) {
		d := connected(t, p, f, "dial 9")
		press(t, p, "transfer 2103")
		req := f.next(t, "REFER").Request()
		if to := sipua.Value(req, "Refer-To"); to != "<sip:2103@10.1.1.2:5060>" {
			t.Errorf("Refer-To %s", to)
		}
		fragment(t, f, d, "100 Trying")
		fragment(t, f, d, "503 No")
		wants(t, p, "notice failed", "call connected")
		press(t, p, "transfer 2104")
		f.next(t, "REFER")
		fragment(t, f, d, "200 OK")
		f.next(t, "BYE")
		wants(t, p, "calls 0", "notice transferred")
	})
	withFar(t, "", func(t *testing.T, p *Phone, f *far) {
		d := connected(t, p, f, "dial 9")
		press(t, p, "transfer")
		_ = f.next(t, "INVITE").Reject(200, "", "Contact", "<sip:"+addr.String()+">")
		wants(t, p, "call 1 hold", "call 2 offhook")
		connected(t, p, f, "digits 2103#")
		press(t, p, "soft Trnsfer")
		req := f.next(t, "REFER").Request()
		to := sipua.Value(req, "Refer-To")
		if !strings.HasPrefix(to, "<sip:2103@10.1.1.2:5060?Replaces=") || strings.Count(to, "%3B") != 2 || strings.Contains(to, ";") {
			t.Errorf("Refer-To %s", to)
		}
		fragment(t, f, d, "200 OK")
		f.next(t, "BYE")
		f.next(t, "BYE")
		wants(t, p, "calls 0")
	})
	withFar(t, "", func(t *testing.T, p *Phone, f *far) { // the consulted party still rings
		connected(t, p, f, "dial 9")
		press(t, p, "transfer")
		_ = f.next(t, "INVITE").Reject(200, "", "Contact", "<sip:"+addr.String()+">")
		wants(t, p, "call 1 hold")
		press(t, p, "digits 2103#")
		_ = f.next(t, "INVITE").Reject(180, "", "Contact", "<sip:9@10.1.1.2>")
		wants(t, p, "call 2 ringout", "soft Trnsfer")
		press(t, p, "transfer")
		if to := sipua.Value(f.next(t, "REFER").Request(), "Refer-To"); to != "<sip:2103@10.1.1.2:5060>" {
			t.Errorf("Refer-To %s", to)
		}
	})
}

// Messages wait, and a phone that is told to starts again once it is idle.
func TestTold(t *testing.T) {
	withFar(t, "", func(t *testing.T, p *Phone, f *far) {
		if err := p.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.next(t, "REGISTER")
		wants(t, p, "registered")
		tell := func(event, body string) {
			t.Helper()
			d := &sipua.Dialog{CallID: newID(), LocalTag: newID(), Local: "<sip:cme@10.1.1.2>", Remote: "<sip:2101@10.1.1.51>", RemoteTarget: "sip:2101@10.1.1.51"}
			if code := f.ask(t, d, "NOTIFY", []byte(body), "Event", event, "Subscription-State", "active"); code != 200 {
				t.Errorf("%s: %d", event, code)
			}
		}
		tell("message-summary", "Messages-Waiting: yes\r\n")
		wants(t, p, "mwi")
		tell("message-summary", "Messages-Waiting: no\r\n")
		wants(t, p, "not mwi")
		press(t, p, "dial 9")
		f.accept(t, f.next(t, "INVITE"), farSDP)
		wants(t, p, "call connected")
		tell("check-sync", "")
		tell("service-control", "action=restart")
		time.Sleep(time.Minute)
		wants(t, p, "registered")
		press(t, p, "onhook")
		var got []string
		for range 2 {
			got = append(got, sipua.Value(f.next(t, "REGISTER").Request(), "Expires"))
		}
		if want := []string{"0", "3600"}; !slices.Equal(got, want) {
			t.Errorf("REGISTERs %q", got)
		}
		wants(t, p, "registered")
	})
}
