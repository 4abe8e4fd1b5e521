package sipua

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/emiago/sipgo/sip"
)

// examine calls every helper that looks into a message.
func examine(m sip.Message) {
	for _, name := range []string{"Via", "From", "Contact", "Event", "Expires", "Accept", "Route", "Record-Route", "X"} {
		for _, v := range List(m, name) {
			SplitValue(v)
			if uri, _, err := addrSpec(v); err == nil {
				var u sip.Uri
				if sip.ParseUri(uri, &u) == nil {
					User(&u)
					TargetOf(&u)
				}
			}
		}
	}
	_, _ = Contacts(m)
	_, _ = Expires(m)
	_, _ = FromTag(m), ToTag(m)
	if from := m.From(); from != nil {
		User(&from.Address)
		Param(from.Params, "tag")
	}
	if req, ok := m.(*sip.Request); ok {
		_ = KeyOf(req)
		if d, err := UASDialog(req, "x"); err == nil {
			d.Target(Target{})
			_ = d.Raw("NOTIFY", "", "", nil, nil)
			if r, err := d.Request("NOTIFY", ""); err == nil {
				_ = r.String()
			}
		}
	}
	_ = m.String()
}

// FuzzPacket sends one datagram to an endpoint whose handlers look at all of it.
// Answers must be well formed.
func FuzzPacket(f *testing.F) {
	for _, c := range torture() {
		f.Add([]byte(wire(c.msg)))
	}
	u := New(Options{Net: memnet.New(), Workers: 1, Tracer: func(sent bool, _ string, _ netip.AddrPort, msg []byte) {
		if !sent {
			return
		}
		h, err := scan(msg)
		if err != nil || (h.fault != "" && h.fault != "Malformed CSeq") || h.request || h.body < 0 || h.length != len(msg)-h.body || len(h.vias) == 0 {
			panic("sent a malformed answer: " + string(msg))
		}
	}})
	f.Cleanup(func() { _ = u.Close() })
	for _, method := range methods {
		u.Handle(method, func(tx *ServerTx) {
			examine(tx.Request())
			tx.Merged()
			_ = tx.Reject(200, "")
		})
	}
	if err := u.Apply(context.Background(), Config{}, Config{Enabled: true, Addr: ap("10.0.0.1:5060")}); err != nil {
		f.Fatal(err)
	}
	src := ap("10.0.0.2:5060")
	f.Fuzz(func(t *testing.T, data []byte) {
		if blank(data) {
			return
		}
		s := u.shardOf(callIDOf(data))
		h, err := scan(data)
		if err == nil && h.callID != nil && h.seen[fCallID] == 1 && h.fault == "" && !bytes.ContainsRune(h.callID, '\r') && u.shardOf(h.callID) != s {
			t.Errorf("reader and worker see another Call-ID: %q %q", callIDOf(data), h.callID)
		}
		s.message(item{data: bytes.Clone(data), src: src, at: time.Now()})
		_ = shown(data)
	})
}

// FuzzFrame cuts a stream in pieces of different sizes: the messages must be the
// same, and what comes before an error too.
func FuzzFrame(f *testing.F) {
	var all strings.Builder
	for _, c := range torture() {
		f.Add([]byte(wire(c.msg)))
		all.WriteString(wire(c.msg))
	}
	f.Add([]byte("\r\n\r\n\r\n" + all.String()))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := frames(bytes.NewReader(data))
		bytewise := frames(iotest.OneByteReader(bytes.NewReader(data)))
		if whole != bytewise {
			t.Errorf("whole: %q\nbytewise: %q", whole, bytewise)
		}
	})
}

func frames(r io.Reader) string {
	var out strings.Builder
	fr := newFramer(r)
	for {
		msg, err := fr.next(func() {})
		switch {
		case errors.Is(err, errPing):
			out.WriteString("ping|")
		case err != nil:
			return out.String() + err.Error()
		default:
			h, scanned := scan(msg)
			if scanned != nil || h.body+h.length != len(msg) || len(msg) > maxMessage {
				return "framing is wrong"
			}
			out.Write(msg)
			out.WriteString("|")
		}
	}
}
