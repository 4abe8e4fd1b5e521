package softphone

import (
	"bytes"
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones/handset"
	"github.com/emiago/sipgo/sip"
)

// far is a server that answers as a test says.
type far struct {
	ua   *sipua.UA
	seen chan *sipua.ServerTx
	net  *memnet.Net
}

// lose loses the packets that begin so, on their way to either side.
func (f *far) lose(start string) {
	f.net.FilterPackets(func(_, _ netip.AddrPort, b []byte) bool { return !bytes.HasPrefix(b, []byte(start)) })
}

func withFar(t *testing.T, password string, f func(t *testing.T, p *Phone, far *far)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		s := &far{ua: sipua.New(sipua.Options{Net: net}), seen: make(chan *sipua.ServerTx, 16), net: net}
		defer s.ua.Close()
		for _, m := range []string{"INVITE", "BYE", "REFER", "REGISTER", "ACK"} {
			s.ua.Handle(m, func(tx *sipua.ServerTx) {
				if m == "REGISTER" {
					_ = tx.Reject(200, "", "Expires", "3600")
				}
				if m == "BYE" {
					_ = tx.Reject(200, "")
				}
				if m == "REFER" {
					_ = tx.Reject(202, "")
				}
				s.seen <- tx
			})
		}
		if err := s.ua.Apply(t.Context(), sipua.Config{}, sipua.Config{Enabled: true, Addr: addr}); err != nil {
			t.Fatal(err)
		}
		p, err := New(Options{Network: net, Server: addr, Local: addrA, Number: "2101", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		defer synctest.Wait()
		defer p.Close()
		f(t, p, s)
	})
}

// next is the next request of that method.
func (f *far) next(t *testing.T, method string) *sipua.ServerTx {
	t.Helper()
	for {
		select {
		case tx := <-f.seen:
			if string(tx.Request().Method) == method {
				return tx
			}
		case <-time.After(time.Minute):
			t.Fatalf("no %s", method)
		}
	}
}

var farSDP = describe(netip.MustParseAddrPort("10.1.1.9:20000"), 1, "sendrecv", []int{8, 0})

// accept answers an INVITE and returns the far side's dialog.
func (f *far) accept(t *testing.T, tx *sipua.ServerTx, body []byte) *sipua.Dialog {
	t.Helper()
	d, err := sipua.UASDialog(tx.Request(), tx.ToTag())
	if err != nil {
		t.Fatal(err)
	}
	res := tx.NewResponse(200, "")
	res.AppendHeader(sip.NewHeader("Contact", "<sip:"+addr.String()+">"))
	if body != nil {
		setBody(res, body)
	}
	if err := tx.Respond(res); err != nil {
		t.Fatal(err)
	}
	return d
}

// ask sends a request in the far side's dialog and returns the status code.
func (f *far) ask(t *testing.T, d *sipua.Dialog, method string, body []byte, headers ...string) int {
	t.Helper()
	req, err := d.Request(method, "sip:"+addr.String())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.AppendHeader(sip.NewHeader(headers[i], headers[i+1]))
	}
	if body != nil {
		req.SetBody(body)
	}
	code := make(chan int, 4)
	if method == "INVITE" {
		tx := f.ua.Invite(req, sipua.Target{Addr: addrA}, func(res *sip.Response, err error) { code <- statusOf(res, err) })
		got := <-code
		if got == 200 {
			ack, _ := d.Ack(req.CSeq().SeqNo)
			_ = tx.Ack(ack, sipua.Target{Addr: addrA})
		}
		return got
	}
	f.ua.Send(req, sipua.Target{Addr: addrA}, func(res *sip.Response, err error) { code <- statusOf(res, err) })
	return <-code
}

func wants(t *testing.T, p *Phone, conditions ...string) {
	t.Helper()
	for _, c := range conditions {
		ok, err := handset.ParseExpect(c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		d, err := handset.Wait(ctx, p, ok)
		cancel()
		if err != nil {
			t.Fatalf("%s: the phone shows\n%s", c, d)
		}
	}
}

func press(t *testing.T, p *Phone, keys ...string) {
	t.Helper()
	for _, k := range keys {
		if err := handset.Press(p, k); err != nil {
			t.Fatal(err)
		}
	}
}
