package sipcall

import (
	"bytes"
	"encoding/xml"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// Soft keys of Cisco's phones that a SIP method of its own does not exist for come as
// REFER outside of any dialog with such a body (public captures of Cisco's own
// troubleshooting notes show its form).
const typeRemoteCC = "application/x-cisco-remotecc-request+xml"

// serviceURI begins the user part of URIs that phones dial for soft keys.
const serviceURI = "x-cisco-serviceuri-"

const maxRemoteCC = 8192 // bytes of a body

// remoteCC is what we understand of a body.
type remoteCC struct {
	XMLName xml.Name `xml:"x-cisco-remotecc-request"`
	Key     *struct {
		Event  string `xml:"softkeyevent"`
		Dialog struct {
			CallID    string `xml:"callid"`
			LocalTag  string `xml:"localtag"` // of the phone
			RemoteTag string `xml:"remotetag"`
		} `xml:"dialogid"`
	} `xml:"softkeyeventmsg"`
}

// hasRemoteCC reports whether a REFER carries such a body, alone or as a part.
func hasRemoteCC(req *sip.Request) bool {
	kind, _, _ := mime.ParseMediaType(sipua.Value(req, "Content-Type"))
	return kind == typeRemoteCC || kind == "multipart/mixed"
}

// remoteCC does what a soft key asks for: 202 without a subscription. A key that we
// do not have is 403; a body that is no key (reports of the phone's state) is taken
// and not used.
func (a *Agent) remoteCC(tx *sipua.ServerTx) {
	w, ok := a.phone(tx)
	if !ok {
		_ = tx.Reject(403, "")
		return
	}
	body, ok := readRemoteCC(tx.Request())
	if !ok {
		_ = tx.Reject(400, "Malformed body")
		return
	}
	if body.Key != nil {
		if !a.softKey(phones.Device{Kind: phones.PoolDevice, Tag: w.Pool}, body) {
			_ = tx.Reject(403, "")
			return
		}
	}
	_ = tx.Reject(202, "", "Contact", "<sip:"+a.ua.Advertised().String()+">", "Refer-Sub", "false")
}

// softKey presses a key; false if there is no such key or call.
func (a *Agent) softKey(id phones.Device, body remoteCC) bool {
	key := body.Key
	l := a.find(key.Dialog.CallID, key.Dialog.RemoteTag)
	if l == nil || l.device != id {
		return false
	}
	var press func(ref uint32) call.Input
	switch strings.ToLower(key.Event) {
	case "park", "parkmonitor":
		press = func(ref uint32) call.Input { return call.Park{Device: id, Ref: ref} }
	case "idivert":
		press = func(ref uint32) call.Input { return call.DivertToVoicemail{Device: id, Ref: ref} }
	case "rmlastconf":
		press = func(ref uint32) call.Input { return call.DropLast{Device: id, Ref: ref} }
	default:
		return false
	}
	return a.postRequest(id, func(*device) {
		if !l.s.over {
			a.x.Press(press(l.s.ref))
		}
	})
}

func readRemoteCC(req *sip.Request) (r remoteCC, ok bool) {
	body := req.Body()
	kind, params, _ := mime.ParseMediaType(sipua.Value(req, "Content-Type"))
	if kind == "multipart/mixed" {
		if body = remoteCCPart(body, params["boundary"]); body == nil {
			return r, false
		}
	}
	if len(body) > maxRemoteCC {
		return r, false
	}
	return r, xml.Unmarshal(body, &r) == nil
}

// remoteCCPart is the first part that is one.
func remoteCCPart(body []byte, boundary string) []byte {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range 8 {
		p, err := r.NextRawPart()
		if err != nil {
			return nil
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind == typeRemoteCC {
			part, err := io.ReadAll(io.LimitReader(p, maxRemoteCC+1))
			if err != nil {
				return nil
			}
			return part
		}
	}
	return nil
}

// service carries out an INVITE to a soft key's URI; false if it is to a number.
func (s *session) service(number string) bool {
	key, ok := strings.CutPrefix(strings.ToLower(number), serviceURI)
	if !ok {
		return false
	}
	switch {
	case s.d.id.Kind == phones.PoolDevice && (key == "pickup" || key == "gpickup"):
		s.pickUp(caller{}, "", true)
	default:
		s.leg.end(404)
		s.tell()
	}
	return true
}
