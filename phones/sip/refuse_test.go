package sip

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/emiago/sipgo/sip"
)

// RFC 3261 21.4.2: a 401 has a challenge, also when it is the registry that
// refuses, because authentication was switched on while the request was handled.
func TestEvery401HasAChallenge(t *testing.T) {
	net := memnet.New()
	log := logbuf.New(time.Now)
	defer log.Close()
	registry := phones.New(phones.Options{Log: log, Devices: nobody{}})
	defer registry.Close()
	if err := registry.Apply(t.Context(), phones.Config{}, phones.Config{Realm: "cisco.com"}); err != nil {
		t.Fatal(err)
	}
	open := func(host string) *sipua.UA {
		ua := sipua.New(sipua.Options{Net: net.Host(netip.MustParseAddr(host)), Workers: 1})
		t.Cleanup(func() { _ = ua.Close() })
		if err := ua.Apply(context.Background(), sipua.Config{}, sipua.Config{Enabled: true, Addr: netip.MustParseAddrPort(host + ":5060")}); err != nil {
			t.Fatal(err)
		}
		return ua
	}
	server, client := open("10.0.0.1"), open("10.0.0.2")
	r := New(Options{UA: server, Registry: registry, Log: log})
	server.Handle("REGISTER", func(tx *sipua.ServerTx) { r.refuse(tx, &phones.Error{Code: 401, Reason: "Unauthorized"}) })
	var uri sip.Uri
	if err := sip.ParseUri("sip:10.0.0.1", &uri); err != nil {
		t.Fatal(err)
	}
	req := sip.NewRequest(sip.REGISTER, uri)
	for _, h := range []string{"From", "To"} {
		req.AppendHeader(sip.NewHeader(h, "<sip:2101@10.0.0.1>"))
	}
	req.AppendHeader(sip.NewHeader("Call-ID", "c"))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.REGISTER})
	done := make(chan *sip.Response, 1)
	client.Send(req, sipua.Target{Addr: server.LocalAddr()}, func(res *sip.Response, _ error) { done <- res })
	res := <-done
	if res == nil || res.StatusCode != 401 || !strings.Contains(sipua.Value(res, "WWW-Authenticate"), `realm="cisco.com"`) {
		t.Errorf("%v", res)
	}
}
