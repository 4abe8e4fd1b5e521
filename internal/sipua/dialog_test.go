package sipua

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func parsed[T sip.Message](t *testing.T, text string) T {
	t.Helper()
	m, err := newParser().ParseSIP([]byte(wire(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return m.(T)
}

const subscribe = "SUBSCRIBE sip:2001@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\nf: \"A, B\" <sip:3001@10.0.0.2;x=y>;tag=r1;p=q\nTo: sip:2001@10.0.0.1\n" +
	"i: c1\nCSeq: 4 SUBSCRIBE\nm: <sip:3001@10.0.0.2:5070;transport=tcp?X=y>;q=1\nRecord-Route: <sip:10.0.0.8;lr>, \"P\" <sip:10.0.0.9:5080;lr>\nl: 0\n\n"

func TestUASDialog(t *testing.T) {
	req := parsed[*sip.Request](t, subscribe)
	d, err := UASDialog(req, "l1")
	if err != nil {
		t.Fatal(err)
	}
	if d.Key() != (Key{"c1", "l1", "r1"}) || d.RemoteTarget != "sip:3001@10.0.0.2:5070;transport=tcp" || d.RemoteCSeq != 4 {
		t.Errorf("%+v", d)
	}
	want := "NOTIFY sip:3001@10.0.0.2:5070;transport=tcp SIP/2.0|Max-Forwards: 70|Route: <sip:10.0.0.8;lr>|Route: \"P\" <sip:10.0.0.9:5080;lr>|" +
		"From: <sip:2001@10.0.0.1>;tag=l1|To: \"A, B\" <sip:3001@10.0.0.2;x=y>;p=q;tag=r1|Call-ID: c1|CSeq: 1 NOTIFY|Contact: <sip:2001@10.0.0.1>|" +
		"User-Agent: ua|Event: presence|Content-Length: 1||x"
	raw := d.Raw("NOTIFY", "sip:2001@10.0.0.1", "ua", []byte("Event: presence\r\n"), []byte("x"))
	if got := strings.ReplaceAll(raw.Line+"\r\n"+string(raw.Rest), "\r\n", "|"); got != want || raw.CallID != "c1" || raw.Method != "NOTIFY" {
		t.Errorf("raw\n%s\nwant\n%s", got, want)
	}
	r, err := d.Request("NOTIFY", "sip:2001@10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(r.String(), "\r\n", "|"); got != "NOTIFY sip:3001@10.0.0.2:5070;transport=tcp SIP/2.0|Route: <sip:10.0.0.8;lr>|Route: \"P\" <sip:10.0.0.9:5080;lr>|"+
		"From: <sip:2001@10.0.0.1>;tag=l1|To: \"A, B\" <sip:3001@10.0.0.2;x=y>;p=q;tag=r1|Call-ID: c1|CSeq: 2 NOTIFY|Contact: <sip:2001@10.0.0.1>||" {
		t.Error(got)
	}
	if got := d.Target(peerTarget); got != (Target{ap("10.0.0.8:5060"), "UDP"}) {
		t.Error(got)
	}
	d.Routes = nil
	if got := d.Target(peerTarget); got != (Target{ap("10.0.0.2:5070"), "TCP"}) {
		t.Error(got)
	}
	d.RemoteTarget = "sip:phone.example.com"
	if got := d.Target(peerTarget); got != peerTarget {
		t.Error(got)
	}
}

func TestStrictRouting(t *testing.T) {
	d := Dialog{CallID: "c", Local: "<sip:a@b>", Remote: "<sip:c@d>", RemoteTarget: "sip:target@1.2.3.4", Routes: []string{"<sip:10.0.0.8>", "<sip:10.0.0.9;lr>"}}
	raw := d.Raw("BYE", "", "", nil, nil)
	if raw.Line != "BYE sip:10.0.0.8 SIP/2.0" || !strings.Contains(string(raw.Rest), "Route: <sip:10.0.0.9;lr>\r\nRoute: <sip:target@1.2.3.4>\r\n") {
		t.Errorf("%s\n%s", raw.Line, raw.Rest)
	}
	if len(d.Routes) != 2 || d.Target(Target{}).Addr != ap("10.0.0.8:5060") {
		t.Errorf("%+v", d)
	}
}

func TestDialogCheck(t *testing.T) {
	d, err := UASDialog(parsed[*sip.Request](t, subscribe), "l1")
	if err != nil {
		t.Fatal(err)
	}
	refresh := func(cseq, contact string) *sip.Request {
		text := strings.Replace(subscribe, "CSeq: 4", "CSeq: "+cseq, 1)
		return parsed[*sip.Request](t, strings.Replace(text, "m: <sip:3001@10.0.0.2:5070;transport=tcp?X=y>;q=1\n", contact, 1))
	}
	for _, c := range []struct {
		cseq, contact string
		want          error
		target        string
	}{
		{"4", "", ErrOldCSeq, "sip:3001@10.0.0.2:5070;transport=tcp"},
		{"3", "m: sip:x@y\n", ErrOldCSeq, "sip:3001@10.0.0.2:5070;transport=tcp"},
		{"9", "", nil, "sip:3001@10.0.0.2:5070;transport=tcp"},
		{"10", "m: <tel:123>\n", ErrNoContact, "sip:3001@10.0.0.2:5070;transport=tcp"},
		{"10", "Contact: sip:new@10.0.0.7;expires=5\n", nil, "sip:new@10.0.0.7"},
	} {
		if err := d.Check(refresh(c.cseq, c.contact)); !errors.Is(err, c.want) || d.RemoteTarget != c.target {
			t.Errorf("%v: %v, target %s", c, err, d.RemoteTarget)
		}
	}
	if d.RemoteCSeq != 10 {
		t.Errorf("%d", d.RemoteCSeq)
	}
}

func TestUACDialog(t *testing.T) {
	req := newRequest("SUBSCRIBE", "c1")
	res := parsed[*sip.Response](t, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.1;branch=z\nFrom: <sip:2001@10.0.0.1>;tag=l1\nTo: <sip:3001@10.0.0.2>;tag=r1\nCall-ID: c1\nCSeq: 1 SUBSCRIBE\n"+
		"Contact: <sip:10.0.0.2:5070>\nRecord-Route: <sip:a;lr>\nRecord-Route: <sip:b;lr>, <sip:c;lr>\nContent-Length: 0\n\n")
	d, err := UACDialog(req, res)
	if err != nil {
		t.Fatal(err)
	}
	if d.Key() != (Key{"c1", "l1", "r1"}) || !slices.Equal(d.Routes, []string{"<sip:c;lr>", "<sip:b;lr>", "<sip:a;lr>"}) || d.LocalCSeq != 1 || d.Remote != "<sip:3001@10.0.0.2>" {
		t.Errorf("%+v", d)
	}
	notify := parsed[*sip.Request](t, "NOTIFY sip:2001@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z\nFrom: <sip:3001@10.0.0.2>;tag=r1\nTo: <sip:2001@10.0.0.1>;tag=l1\nCall-ID: c1\nCSeq: 7 NOTIFY\n"+
		"Contact: <sip:10.0.0.2:5070>\nRecord-Route: <sip:c;lr>, <sip:b;lr>\nContent-Length: 0\n\n")
	early, err := UACDialogFromNotify(req, notify)
	if err != nil {
		t.Fatal(err)
	}
	if early.Key() != d.Key() || early.Key() != KeyOf(notify) || early.LocalCSeq != 1 || early.RemoteCSeq != 7 || early.Local != d.Local || early.Routes[0] != "<sip:c;lr>" {
		t.Errorf("%+v", early)
	}
}

func TestHeaderHelpers(t *testing.T) {
	req := parsed[*sip.Request](t, "REGISTER sip:10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z\nFROM: <sip:+1%20234;ext=5@h>  ;  TAG = abc\nt: <sip:x>\nCall-ID: c\nCSeq: 1 REGISTER\n"+
		"o: dialog ; ID = \"7\";sla\nAccept: a/b;q=0.3 , c/d\naccept: e/f\nk: x,,y\nRequire: 100rel, X\nEXPIRES: 99999999999\n"+
		"m: \"J, R\" <sip:a@h;p=1>;q=0.7;expires=60, sip:b@h;expires=x\nContact: *\nContent-Length: 0\n\n")
	if FromTag(req) != "abc" || ToTag(req) != "" {
		t.Errorf("tags %q %q", FromTag(req), ToTag(req))
	}
	if tag, _ := Param(req.From().Params, "tag"); tag != "abc" || User(&req.From().Address) != "+1 234" {
		t.Errorf("%q %q", tag, User(&req.From().Address))
	}
	if token, p := SplitValue(Value(req, "Event")); token != "dialog" || p["id"] != "7" {
		t.Errorf("event %q %v", token, p)
	}
	if got := List(req, "Accept"); !slices.Equal(got, []string{"a/b;q=0.3", "c/d", "e/f"}) {
		t.Errorf("%q", got)
	}
	if got := List(req, "Supported"); !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("%q", got)
	}
	if got := Unsupported(req, "100REL"); !slices.Equal(got, []string{"X"}) {
		t.Errorf("%q", got)
	}
	if d, ok := Expires(req); !ok || d != (1<<32-1)*time.Second {
		t.Errorf("%v %v", d, ok)
	}
	list, err := Contacts(req)
	if err != nil || len(list) != 3 || list[0].Text != "sip:a@h;p=1" || list[0].Q != "0.7" || list[0].Expires != time.Minute ||
		list[1].Text != "sip:b@h" || list[1].Expires != time.Hour || !list[2].Star {
		t.Errorf("%+v %v", list, err)
	}
	for _, bad := range []string{"sip:u@h?Route=x", "<sip:a@h", "\"x <sip:a@h>", "<>", "<sip:a b@h>", "<sip:a@h> x", "<sip:>"} {
		if c, err := parseContact(bad); err == nil {
			t.Errorf("%s accepted: %+v", bad, c)
		}
	}
	for _, v := range []string{"", "x", "-1", "+1", "1.5"} {
		if _, ok := seconds(v); ok {
			t.Errorf("expires %q accepted", v)
		}
	}
}

func TestTargetOf(t *testing.T) {
	for text, want := range map[string]Target{
		"sip:a@1.2.3.4":                {ap("1.2.3.4:5060"), "UDP"},
		"sip:1.2.3.4:99;transport=TCP": {ap("1.2.3.4:99"), "TCP"},
		"sip:a@[2001:db8::1]:5070":     {ap("[2001:db8::1]:5070"), "UDP"},
		"sip:a@example.com":            {},
		"sip:a@1.2.3.4:70000":          {},
		"tel:123":                      {},
	} {
		var u sip.Uri
		if err := sip.ParseUri(text, &u); err != nil {
			t.Fatal(err)
		}
		if got, ok := TargetOf(&u); got != want || ok != want.Addr.IsValid() {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 1: "1", time.Second: "1", 1500 * time.Millisecond: "2", time.Hour: "3600"} {
		if got := Seconds(d); got != want {
			t.Errorf("%s is %s seconds", d, got)
		}
	}
}
