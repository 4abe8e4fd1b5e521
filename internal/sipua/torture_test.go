package sipua

import (
	"strings"
	"testing"
	"time"
)

// torture are messages of our own with the faults and oddities that RFC 4475
// describes, under its names. want is the start of the answer when every method
// has a handler that says 200; "" means that silence is right.
func torture() map[string]struct{ msg, want string } {
	const via = "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK"
	// m builds a message from a start line and what differs from the usual headers.
	m := func(start, name, method string, replace ...string) string {
		h := []string{via + name, "Max-Forwards: 70", "From: <sip:caller@example.net>;tag=" + name,
			"To: <sip:callee@example.com>", "Call-ID: " + name + ".torture", "CSeq: 8 " + method, "Contact: <sip:caller@10.0.0.2>", "Content-Length: 0"}
		for i := 0; i+1 < len(replace); i += 2 {
			found := false
			for j := range h {
				if strings.HasPrefix(h[j], replace[i]+":") {
					h[j], found = replace[i+1], true
				}
			}
			if !found {
				h = append(h, replace[i+1])
			}
		}
		var lines []string
		for _, l := range append([]string{start}, h...) {
			if l != "" {
				lines = append(lines, l)
			}
		}
		return strings.Join(lines, "\n") + "\n\n"
	}
	invite := func(name string, replace ...string) string {
		return m("INVITE sip:callee@example.com SIP/2.0", name, "INVITE", replace...)
	}
	options := func(name string, replace ...string) string {
		return m("OPTIONS sip:callee@example.com SIP/2.0", name, "OPTIONS", replace...)
	}
	register := func(name string, replace ...string) string {
		return m("REGISTER sip:example.com SIP/2.0", name, "REGISTER", replace...)
	}
	long := strings.Repeat("verylong", 40)
	huge := strings.Repeat("9", 20)
	return map[string]struct{ msg, want string }{
		// 3.1.1 valid
		"wsinv": {"INVITE sip:callee@chair.example.com;unknownparam SIP/2.0\nTO :\n sip:callee@chair.example.com ;   tag    = 1918181833n\n" +
			"from   : \"C \\\\\\\"D\"       <sip:jr@example.com>\n  ;\n  tag = 98asjd8\nMaX-fOrWaRdS: 0068\nCall-ID: wsinv.ndaksdj@192.0.2.1\nContent-Length   : 3\n" +
			"cseq: 0009\n  INVITE\nVia  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\nNewFangledHeader:   newfangled value\n continued newfangled value\n" +
			"UnknownHeaderWithUnusualValue: ;;,,;;,;\nContent-Type: application/sdp\nRoute:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n" +
			"v:  SIP  / 2.0  / TCP     192.0.2.3   ;\n  branch  =   z9hG4bK9ikj8  ,\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n" +
			"m:\"Quoted string \\\"\\\"\" <sip:jd@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n\nv=0", "SIP/2.0 200"},
		"intmeth": {m("!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
			"intmeth", "!interesting-Method0123456789_*+`.%indeed'~", "To", "To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>"), "SIP/2.0 501"},
		"esc01": {m("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0", "esc01", "INVITE"), "SIP/2.0 200"},
		"escnull": {register("escnull", "To", "To: sip:null-%00-null@example.com", "From", "From: sip:null-%00-null@example.com;tag=8",
			"Contact", "Contact: <sip:%00@host5.example.com>\nContact: <sip:%00%00@host5.example.com>"), "SIP/2.0 200"},
		"esc02":   {m("RE%47IST%45R sip:registrar.example.com SIP/2.0", "esc02", "RE%47IST%45R"), "SIP/2.0 501"},
		"lwsdisp": {options("lwsdisp", "From", "From: caller<sip:caller@example.com>;tag=323"), "SIP/2.0 200"},
		"longreq": {m("INVITE sip:user@example.com SIP/2.0", "longreq", "INVITE", "To", "To: \"I have a user name of "+long+" proportion\"<sip:user@example.com:6000;unknownparam1="+long+";"+long+"=x>",
			"From", "From: sip:"+long+"@example.net;tag="+long, "X", "X"+long+"-Header: "+long), "SIP/2.0 200"},
		"dblreq":  {register("dblreq") + "INVITE sip:joe@example.com SIP/2.0\n" + via + "second\n\n", "SIP/2.0 200"},
		"semiuri": {m("OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0", "semiuri", "OPTIONS"), "SIP/2.0 200"},
		"transports": {options("transports", "Via", via+"transports\nVia: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK2\nVia: SIP/2.0/TLS t3.example.com;branch=z9hG4bK3\n"+
			"Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bK4\nVia: SIP/2.0/TCP t5.example.com;branch=z9hG4bK5"), "SIP/2.0 200"},
		"mpart01":  {m("MESSAGE sip:kumiko@example.org SIP/2.0", "mpart01", "MESSAGE", "Content-Length", "Content-Length: 9", "Content-Type", "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655") + "--7\x00\x01\xff\r\n\r", "SIP/2.0 200"},
		"unreason": {m("SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe \xd1\x81\xd1\x82\xd0\xbe", "unreason", "INVITE"), ""},
		"noreason": {m("SIP/2.0 100 ", "noreason", "INVITE"), ""},
		// 3.1.2 invalid
		"badinv01":   {invite("badinv01", "To", "To: sip:callee@example.com;;;;,,;x", "Contact", "Contact: \"Joe\" <sip:joe@example.org>;;;;"), "SIP/2.0"},
		"clerr":      {invite("clerr", "Content-Length", "Content-Length: 9999"), "SIP/2.0 400"},
		"ncl":        {invite("ncl", "Content-Length", "Content-Length: -999"), "SIP/2.0 400"},
		"scalar02":   {register("scalar02", "CSeq", "CSeq: 36893488147419103232 REGISTER", "Max-Forwards", "Max-Forwards: 300", "Expires", "Expires: "+huge), "SIP/2.0 400"},
		"scalarlg":   {m("SIP/2.0 503 Service Unavailable", "scalarlg", "INVITE", "CSeq", "CSeq: 9292394834772304023312 OPTIONS", "Retry-After", "Retry-After: "+huge), ""},
		"quotbal":    {invite("quotbal", "To", "To: \"Mr. J. User <sip:j.user@example.com>"), "SIP/2.0 400"},
		"ltgtruri":   {m("INVITE <sip:user@example.com> SIP/2.0", "ltgtruri", "INVITE"), "SIP/2.0 400"},
		"lwsruri":    {m("INVITE sip:user@example.com; lr SIP/2.0", "lwsruri", "INVITE"), "SIP/2.0 400"},
		"lwsstart":   {m("INVITE  sip:user@example.com  SIP/2.0", "lwsstart", "INVITE"), "SIP/2.0 400"},
		"trws":       {m("OPTIONS sip:remote-target@example.com SIP/2.0  ", "trws", "OPTIONS"), "SIP/2.0 400"},
		"escruri":    {m("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", "escruri", "INVITE"), "SIP/2.0"},
		"baddate":    {invite("baddate", "Date", "Date: Fri, 01 Jan 2010 16:00:00 EST"), "SIP/2.0 200"},
		"regbadct":   {register("regbadct", "Contact", "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"), "SIP/2.0 200"},
		"badaspec":   {options("badaspec", "To", "To: \"Watson, Thomas\" < sip:t.watson@example.org >"), "SIP/2.0"},
		"baddn":      {options("baddn", "From", "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43"), "SIP/2.0"},
		"badvers":    {m("OPTIONS sip:t.watson@example.org SIP/7.0", "badvers", "OPTIONS"), "SIP/2.0 505"},
		"mismatch01": {m("OPTIONS sip:user@example.com SIP/2.0", "mismatch01", "INVITE"), "SIP/2.0 400"},
		"mismatch02": {m("NEWMETHOD sip:user@example.com SIP/2.0", "mismatch02", "INVITE"), "SIP/2.0 400"},
		"bigcode":    {m("SIP/2.0 4294967301 better not break the receiver", "bigcode", "INVITE"), ""},
		// 3.2, 3.3, 3.4
		"badbranch": {options("badbranch", "Via", "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK"), "SIP/2.0 200"},
		"insuf":     {"INVITE sip:user@example.com SIP/2.0\nCSeq: 193942 INVITE\n" + via + "insuf\nContent-Type: application/sdp\nl: 0\n\n", "SIP/2.0 400 Missing"},
		"unkscm":    {m("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "unkscm", "OPTIONS"), "SIP/2.0 416"},
		"novelsc":   {m("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "novelsc", "OPTIONS"), "SIP/2.0 416"},
		"unksm2":    {register("unksm2", "To", "To: isbn:2983792873", "From", "From: <http://www.example.com>;tag=3234233", "Contact", "Contact: <name:John_Smith>"), "SIP/2.0"},
		"bext01":    {options("bext01", "Require", "Require: nothingSupportsThis, nothingSupportsThisEither", "Proxy-Require", "Proxy-Require: noProxiesSupportThis"), "SIP/2.0 420"},
		"invut":     {invite("invut", "Content-Type", "Content-Type: application/unknownformat", "Content-Length", "Content-Length: 7") + "<audio>", "SIP/2.0 200"},
		"regaut01":  {register("regaut01", "Authorization", "Authorization: NoOneKnowsThisScheme opaque-data=here"), "SIP/2.0 200"},
		"multi01":   {m("INVITE sip:user@company.com SIP/2.0", "multi01", "INVITE", "CSeq", "CSeq: 5 INVITE\nCSeq: 59 INVITE\nCall-ID: other\nFrom: sip:x@y;tag=1\nTo: sip:z@y"), "SIP/2.0 400"},
		"mcl01":     {options("mcl01", "Content-Length", "Content-Length: 13\nContent-Length: 5") + "There's no way", "SIP/2.0 400"},
		"bcast":     {m("SIP/2.0 200 OK", "bcast", "INVITE", "Via", "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK2"), ""},
		"zeromf":    {options("zeromf", "Max-Forwards", "Max-Forwards: 0"), "SIP/2.0 200"},
		"cparam01":  {register("cparam01", "Contact", "Contact: sip:+19725552222@gw1.example.net;unknownparam"), "SIP/2.0 200"},
		"cparam02":  {register("cparam02", "Contact", "Contact: <sip:+19725552222@gw1.example.net;unknownparam>"), "SIP/2.0 200"},
		"regescrt":  {register("regescrt", "Contact", "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), "SIP/2.0 200"},
		"sdp01":     {invite("sdp01", "Accept", "Accept: text/nobodyKnowsThis"), "SIP/2.0 200"},
		"inv2543": {"INVITE sip:UserB@example.com SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2\nFrom: <sip:UserA@example.net>\nTo: <sip:UserB@example.com>\nCall-ID: inv2543.1\nCSeq: 1 INVITE\n" +
			"Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\n\nv=0", "SIP/2.0 200"},
	}
}

// tortureBed answers every known method with 200 after looking at all that
// handlers look at.
func tortureBed(t *testing.T, f func(*bed)) {
	inBed(t, Options{}, func(b *bed) {
		for _, method := range methods {
			b.ua.Handle(method, func(tx *ServerTx) {
				req := tx.Request()
				if bad := Unsupported(req); len(bad) > 0 {
					tx.mustReject(420, "Unsupported", strings.Join(bad, ", "))
					return
				}
				examine(req)
				if _, err := UASDialog(req, tx.ToTag()); err != nil {
					_ = err.Error()
				}
				if tx.entry != nil {
					tx.mustReject(200)
				}
			})
		}
		f(b)
	})
}

func TestTorture(t *testing.T) {
	all := torture()
	if len(all) != 49 {
		t.Errorf("%d messages, RFC 4475 has 49", len(all))
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			tortureBed(t, func(b *bed) {
				pc, err := b.net.ListenPacket(ap("10.0.0.9:5060"))
				if err != nil {
					t.Fatal(err)
				}
				defer pc.Close()
				b.send(c.msg)
				got := b.recv(time.Second)
				if (c.want == "") != (got == "") || !strings.HasPrefix(got, c.want) {
					t.Fatalf("sent\n%s\ngot\n%s\nwant %s", c.msg, got, c.want)
				}
				b.send(request1(reqOpt{method: "OPTIONS", callID: "still there"}))
				for got = b.recv(time.Second); got != "" && header(got, "Call-ID") != "still there"; {
					got = b.recv(time.Second)
				}
				if !strings.HasPrefix(got, "SIP/2.0 200") {
					t.Errorf("does not serve any more: %q", got)
				}
			})
		})
	}
}

// Truncated and bent copies of all of them, through one endpoint.
func TestTortureMutations(t *testing.T) {
	tortureBed(t, func(b *bed) {
		n := 0
		for _, c := range torture() {
			msg := wire(c.msg)
			for cut := 1; cut < len(msg); cut += 13 {
				b.send(msg[:cut])
				bent := []byte(msg)
				bent[cut] ^= 1 << (cut % 8)
				b.ua.endpoint().packet(bent, ap("10.0.0.2:5060"))
				n += 2
			}
			for b.recv(time.Millisecond) != "" {
			}
		}
		b.send(request1(reqOpt{method: "OPTIONS", callID: "still there"}))
		for got := "x"; header(got, "Call-ID") != "still there"; got = b.recv(time.Second) {
			if got == "" {
				t.Fatal("does not serve any more")
			}
		}
		if g := b.ua.Stats().Garbage; g == 0 || g >= uint64(n) {
			t.Errorf("%d of %d counted as garbage", g, n)
		}
	})
}
