package sipua

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/memnet"
)

const subscribePlain = "SUBSCRIBE sip:2001@10.1.1.2:5060;transport=udp SIP/2.0\nVia: SIP/2.0/UDP 10.1.1.11:5060;branch=z9hG4bKplain;rport\n" +
	"Max-Forwards: 70\nf: \"Bob\" <sip:3001@10.1.1.2>;tag=a73kszlfl\nTo: <sip:2001@10.1.1.2>\nCall-ID: 1j9FpLxk3u@10.1.1.11\n" +
	"CSeq: 1 SUBSCRIBE\nm: <sip:3001@10.1.1.11:5060>;x=y\nEvent: presence\nAccept: application/pidf+xml, */*;q=0.1\nAccept: a/b\n" +
	"Record-Route: <sip:10.1.1.9;lr>, <sip:10.1.1.8;lr>\nExpires: 600\nk: eventlist\nX-Empty:\nContent-Length: 4\n\nbody"

// received is a request on its way to a brief handler; nil if it does not pass check.
func received(u *UA, data []byte) *ServerTx {
	h := new(head)
	if h.scan(data) != nil || !h.request {
		return nil
	}
	r := request{item: item{data: data, src: ap("10.1.1.11:5060")}, head: h}
	if code, _ := r.check(); code != 0 {
		return nil
	}
	return briefServerTx(&shard{ua: u}, nil, &r)
}

// FuzzPlain: the parser takes what is plain, and says the same of it.
func FuzzPlain(f *testing.F) {
	for _, c := range torture() {
		f.Add([]byte(wire(c.msg)))
	}
	plain := wire(subscribePlain)
	for _, from := range []string{plain, strings.Replace(plain, "\"Bob\" ", "", 1), strings.Replace(plain, "Bob", "B<b>;tag=x", 1),
		strings.Replace(plain, ";transport=udp", "", 1), strings.Replace(plain, "2001@", "", 1), strings.Replace(plain, "Event: ", "Event : ", 1),
		strings.Replace(plain, "To: <sip:2001@10.1.1.2>", "t:<sip:2001@h>;tag=x", 1), strings.Replace(plain, ":5060;t", ":99999;t", 1)} {
		f.Add([]byte(from))
	}
	u := New(Options{Net: memnet.New(), Workers: 1})
	f.Cleanup(func() { _ = u.Close() })
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.Clone(data)
		tx := received(u, data)
		if tx == nil || !tx.isPlain() {
			return
		}
		parsed := received(u, data)
		if code, why := parsed.parse(u); code != 0 {
			t.Fatalf("the parser says %d %s", code, why)
		}
		same := func(what string, got, want any) {
			t.Helper()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %#v, the parser says %#v", what, got, want)
			}
		}
		names := []string{"From", "To", "Call-ID", "Contact", "Event", "Expires", "Accept", "Supported", "Require", "Record-Route",
			"Content-Type", "Content-Encoding", "Content-Disposition", "Authorization", "Suppress-If-Match", "X-Empty", "Subject"}
		for _, l := range tx.head.lines {
			if name := string(data[l.name:l.colon]); len(name) > 1 && fieldOf([]byte(name)) == fOther {
				names = append(names, name)
			}
		}
		for _, name := range names {
			same(name, tx.Value(name), parsed.Value(name))
			same(name, tx.Values(name), parsed.Values(name))
			same(name, tx.List(name), parsed.List(name))
		}
		got, bad := tx.Contacts()
		want, worse := parsed.Contacts()
		same("Contacts", got, want)
		same("Contacts", bad == nil, worse == nil)
		same("URI", tx.URI(), parsed.URI())
		same("FromURI", tx.FromURI(), parsed.FromURI())
		same("ToURI", tx.ToURI(), parsed.ToURI())
		same("Key", tx.Key(), parsed.Key())
		same("Body", string(tx.Body()), string(parsed.Body()))
		same("Unsupported", tx.Unsupported("eventlist"), parsed.Unsupported("eventlist"))
		expires, ok := tx.Expires()
		longer, fine := parsed.Expires()
		same("Expires", expires, longer)
		same("Expires", ok, fine)
		d, bad := tx.Dialog("tag")
		other, worse := parsed.Dialog("tag")
		same("Dialog", d, other)
		same("Dialog", bad == nil, worse == nil)
		was, is := Dialog{RemoteCSeq: 1}, Dialog{RemoteCSeq: 1}
		same("Check", is.CheckTx(tx), was.CheckTx(parsed))
		same("Check", is, was)
		same("no sip.Request was made", tx.msg == nil, true)
		same("Via", tx.Value("Via"), parsed.Value("Via"))
		same("Request", tx.Request().String(), parsed.Request().String())
	})
}

// What watchers send is plain; what is not is left to the parser.
func TestPlain(t *testing.T) {
	u := New(Options{Net: memnet.New(), Workers: 1})
	defer u.Close()
	for change, want := range map[[2]string]bool{
		{"", ""}:                                                  true,
		{"f: \"Bob\" ", "From: "}:                                 true,
		{"f: \"Bob\" ", "From: Bob "}:                             false,
		{";transport=udp", ""}:                                    true,
		{";transport=udp", ";lr"}:                                 false,
		{"2001@10.1.1.2:", "20%3101@10.1:"}:                       false,
		{"Max-Forwards: 70", "Max-Forwards: seventy"}:             false,
		{"Accept: a/b", "Accept:\n a/b"}:                          false,
		{"Accept: a/b", "Accept : a/b"}:                           false,
		{"Accept: a/b", "@: a/b"}:                                 false,
		{"k: event", "d: event"}:                                  false,
		{"SUBSCRIBE sip", "SUBSCRIBE sips"}:                       false,
		{">;tag=", ">;lag="}:                                      false,
		{"Content-Length: 4", "Content-Type:\nContent-Length: 4"}: false,
		{"X-Empty:", strings.Repeat("X: y\n", maxPlainLines)}:     false,
		{"X-Empty:", "X:" + strings.Repeat("y", maxPlain)}:        false,
	} {
		msg := wire(strings.Replace(subscribePlain, change[0], change[1], 1))
		tx := received(u, []byte(msg))
		if tx == nil {
			t.Errorf("%q: refused", change)
		} else if got := tx.isPlain(); got != want {
			t.Errorf("%q: plain is %v", change, got)
		}
	}
}
