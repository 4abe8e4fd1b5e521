package sip

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/emiago/sipgo/sip"
)

type nobody struct{}

func (nobody) Register(phones.Device, phones.Spec) {}
func (nobody) Unregister(phones.Device)            {}

// Any REGISTER is answered: the registry never panics, keeps its bounds, and
// lists contacts that are one header each.
func FuzzRegister(f *testing.F) {
	head := "REGISTER sip:10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.1.50;branch=z9hG4bK1\r\nFrom: <sip:2101@h>;tag=1\r\nTo: <sip:2101@h>\r\nCall-ID: 00156247-ef900002-6c48fe8e-03013c10@h\r\nCSeq: 1 REGISTER\r\n"
	for _, rest := range []string{
		"Contact: <sip:2101@10.1.1.50:5060>;expires=100;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-00156247ef90>\"\r\nExpires: 200\r\n",
		"m: <sip:SEP00156247EF90@10.1.1.50>, \"x,y\" <sips:2101@[::1]:5061;transport=tcp?a=b>;q=0.1\r\n",
		"Contact: *\r\nExpires: 0\r\n",
		"Contact: sip:2101@10.1.1.50;expires=4294967296\r\nReason: SIP;text=\"Name=SEP00156247EF90\"\r\nX-Mac: 00:15:62:47:ef:90\r\n",
		"Contact: <tel:2101>\r\nExpires: -1\r\n",
		"Contact:\r\nExpires:\r\n",
	} {
		f.Add([]byte(head + rest + "\r\n"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		msg, err := sip.ParseMessage(b)
		if err != nil {
			return
		}
		req, ok := msg.(*sip.Request)
		if !ok {
			return
		}
		reg, err := parse(req)
		if err != nil {
			return
		}
		reg.Source = netip.MustParseAddrPort("10.1.1.50:5060")
		log := logbuf.New(time.Now)
		defer log.Close()
		log.SetDebug(phones.TopicEvents, true)
		r := phones.New(phones.Options{Log: log, Devices: nobody{}})
		defer r.Close()
		cfg := phones.Config{
			Mode: "cme", RegistrarOn: true, DNs: []phones.DN{{Tag: 1, Number: "2101"}, {Tag: 2, Number: reg.Number}},
			Pools: []phones.Pool{{Tag: 1, Numbers: []phones.PoolNumber{{Index: 1, DN: 1}, {Index: 2, DN: 2}}}},
		}
		if err := r.Apply(t.Context(), phones.Config{}, cfg); err != nil {
			t.Fatal(err)
		}
		r.Authenticate(&reg)
		res, err := r.Register(reg)
		if err != nil {
			return
		}
		if len(res.Contacts) > phones.MaxContacts {
			t.Errorf("%d contacts", len(res.Contacts))
		}
		for _, c := range res.Contacts {
			if bytes.ContainsAny([]byte(c.URI), "\r\n<>\"") || c.Remaining <= 0 || c.Remaining > phones.DefaultMaxExpires {
				t.Errorf("contact %q for %v", c.URI, c.Remaining)
			}
		}
	})
}
