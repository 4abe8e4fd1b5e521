package softphone

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/phones/handset"
)

var (
	addrA = netip.MustParseAddrPort("10.1.1.51:5060")
	addrB = netip.MustParseAddrPort("10.1.1.52:5060")
)

// open opens a phone whose server is at to.
func open(t *testing.T, net *memnet.Net, number string, at, to netip.AddrPort) *Phone {
	t.Helper()
	p, err := New(Options{Network: net, Server: to, Local: at, Number: number})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pair is two phones, each of which is the other's server.
func pair(t *testing.T, f func(t *testing.T, a, b *Phone)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		a, b := open(t, net, "2101", addrA, addrB), open(t, net, "2102", addrB, addrA)
		defer synctest.Wait()
		defer b.Close()
		defer a.Close()
		f(t, a, b)
	})
}

// play carries out steps, "a: key" or "b: expect ...".
func play(t *testing.T, a, b *Phone, steps ...string) {
	t.Helper()
	for _, s := range steps {
		who, text, _ := strings.Cut(s, ": ")
		step, err := handset.ParseStep(text)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		p := a
		if who == "b" {
			p = b
		}
		if err := step.Do(t.Context(), p, 5*time.Second, nil); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// Calls between two phones, as the keys and displays of both tell them.
func TestCalls(t *testing.T) {
	for name, steps := range map[string][]string{
		"answered, held from both sides, ended": {
			"a: dial 2102", "b: expect call ringin 2101", "b: expect ring inside", "b: expect line 1 blink", "b: expect soft Answer",
			"b: expect prompt From 2101", "a: expect call ringout", "a: expect tone ringback", "a: expect offhook", "a: expect line 1 on",
			"b: answer", "b: expect call connected", "a: expect call connected 2102", "a: expect media", "b: expect media", "a: expect no tone", "b: expect no ring",
			"a: hold", "a: expect call hold", "a: expect line 1 wink", "a: expect not offhook", "b: expect no media send",
			"a: resume", "a: expect call connected", "b: expect media",
			"b: soft hold", "b: expect call hold", "a: expect no media send", "b: soft Resume", "b: expect call connected", "a: expect media",
			"b: onhook", "a: expect calls 0", "b: expect calls 0", "a: expect line 1 off",
		},
		"keypad": {
			"a: offhook", "a: expect tone dial", "a: digits 21", "a: expect soft <<", "a: expect no tone", "a: soft <<", "a: digits 102", "b: expect call ringin",
			"a: onhook", "a: expect calls 0", "b: expect calls 0",
		},
		"hash dials at once": {"a: digits 2102#", "b: expect ring", "b: offhook", "a: expect call connected", "a: end", "b: expect calls 0"},
		"Dial key":           {"a: newcall", "a: digits 2102", "a: soft Dial", "b: expect ring", "b: soft Answer", "a: expect call connected"},
		"refused":            {"a: dial 2102", "b: expect ring", "b: soft Decline", "a: expect call busy", "a: expect tone busy", "a: onhook", "a: expect calls 0"},
		"do not disturb": {"b: dnd", "b: expect dnd", "a: dial 2102", "a: expect call busy", "b: expect calls 0", "a: soft EndCall",
			"b: soft DND", "b: expect not dnd", "a: redial", "b: expect ring"},
		"call waiting": {
			"a: dial 2102", "b: expect ring", "b: answer", "a: expect call connected",
			"a: dial 2102", "a: expect call 1 hold", "b: expect call 2 waiting", "b: expect tone callwaiting", "b: expect soft Answer",
			"b: answer", "b: expect call 1 hold", "b: expect call 2 connected", "a: expect call 2 connected",
			"b: call 1", "b: soft Resume", "b: expect call 1 connected", "b: expect call 2 hold",
			"b: call 2", "b: end", "b: expect calls 1", "a: expect calls 1", "a: expect call 1 hold",
		},
		"closing hangs up": {"a: dial 2102", "b: expect ring", "b: answer", "a: expect call connected", "a: dial 2102", "b: expect calls 2"},
		"unknown keys":     {"a: line 1", "a: expect call offhook", "a: line 1", "a: expect calls 1", "a: line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, a, b *Phone) { play(t, a, b, steps...) })
		})
	}
}

func TestNoSuchKey(t *testing.T) {
	pair(t, func(t *testing.T, a, b *Phone) {
		for _, key := range []string{"line 2", "key 1", "call 1", "answer", "hold", "resume", "end", "redial", "transfer", "soft Hold", "messages"} {
			if err := handset.Press(a, key); err == nil {
				t.Errorf("%s was taken", key)
			}
		}
		play(t, a, b, "a: dial 2102", "b: expect ring", "b: answer", "a: expect call connected", "a: digits 1")
		for range maxCalls - 1 {
			play(t, a, b, "a: dial 2102", "b: expect call waiting", "b: answer", "a: expect call connected")
		}
		if err := handset.Press(a, "newcall"); err == nil {
			t.Error("one call too many")
		}
	})
}

// The phone keeps no call of one that has vanished.
func TestVanished(t *testing.T) {
	pair(t, func(t *testing.T, a, b *Phone) {
		play(t, a, b, "a: dial 2102", "b: expect ring")
		_ = b.ua.Close()
		if err := handset.Press(a, "onhook"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		a.turnWait(func() {
			if len(a.calls) != 0 || len(a.byID) != 0 {
				t.Errorf("%d calls left", len(a.calls))
			}
		})
		play(t, a, b, "a: dial 2102", "a: expect call proceed")
		time.Sleep(time.Minute)
		play(t, a, b, "a: expect call congestion")
	})
}

// A watched number as a key: ringing is in use, DnD goes before that.
func TestKey(t *testing.T) {
	for want, s := range map[handset.Status]State{
		handset.Unknown: {Status: "busy"}, handset.Idle: {Active: true, Status: "idle"}, handset.Busy: {Active: true, Status: "busy", Ringing: true},
		handset.DnD: {Active: true, Status: "busy", DnD: true},
	} {
		if k := blfKey(s); k.Status != want || (k.Lamp == handset.LampOn) != (want == handset.Busy || want == handset.DnD) {
			t.Errorf("%+v: %+v", s, k)
		}
	}
}

func ExamplePhone_Press() {
	net := memnet.New()
	bell := func(number string, at, to netip.AddrPort) *Phone {
		p, err := New(Options{Network: net, Server: to, Local: at, Number: number})
		if err != nil {
			panic(err)
		}
		return p
	}
	a, b := bell("2101", addrA, addrB), bell("2102", addrB, addrA)
	defer a.Close()
	defer b.Close()
	_ = handset.Press(a, "dial 2102")
	_, _ = handset.Wait(context.Background(), b, func(d handset.Display) bool { return d.Ring != "" })
	_ = handset.Press(b, "answer")
	d, _ := handset.Wait(context.Background(), a, func(d handset.Display) bool { return len(d.Calls) == 1 && d.Calls[0].State == handset.Connected })
	fmt.Println(d.Calls[0])
	// Output: connected 2102
}
