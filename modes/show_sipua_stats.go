package modes

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/sipua"
)

// sipCount is one counter of `show sip-ua statistics`: responses by status code, of
// one method or of all; or requests, with code 0.
type sipCount struct {
	name   string
	code   int
	method string // "": of all methods
	inOnly bool
}

// all counts a status code whatever the request was.
func all(name string, code int) sipCount { return sipCount{name: name, code: code} }

// of counts a status code of one method.
func of(name string, code int, method string) sipCount {
	return sipCount{name: name, code: code, method: method}
}

// sipResponses are the blocks and lines of the output (Voice command reference: show
// sip-ua statistics).
var sipResponses = []struct {
	title string
	lines [][]sipCount
}{
	{"Informational", [][]sipCount{
		{all("Trying", 100), all("Ringing", 180)},
		{all("Forwarded", 181), all("Queued", 182)},
		{all("SessionProgress", 183)},
	}},
	{"Success", [][]sipCount{
		{of("OkInvite", 200, "INVITE"), of("OkBye", 200, "BYE")},
		{of("OkCancel", 200, "CANCEL"), of("OkOptions", 200, "OPTIONS")},
		{of("OkPrack", 200, "PRACK"), of("OkPreconditionMet", 200, "COMET")},
		{of("OkSubscribe", 200, "SUBSCRIBE"), of("OkNOTIFY", 200, "NOTIFY")},
		{of("OkInfo", 200, "INFO"), all("202Accepted", 202)},
		{of("OkRegister", 200, "REGISTER"), of("OkUpdate", 200, "UPDATE")},
	}},
	{"Redirection (Inbound only)", [][]sipCount{
		{{name: "MultipleChoice", code: 300, inOnly: true}, {name: "MovedPermanently", code: 301, inOnly: true}},
		{{name: "MovedTemporarily", code: 302, inOnly: true}, {name: "UseProxy", code: 305, inOnly: true}},
		{{name: "AlternateService", code: 380, inOnly: true}},
	}},
	{"Client Error", [][]sipCount{
		{all("BadRequest", 400), all("Unauthorized", 401)},
		{all("PaymentRequired", 402), all("Forbidden", 403)},
		{all("NotFound", 404), all("MethodNotAllowed", 405)},
		{all("NotAcceptable", 406), all("ProxyAuthReqd", 407)},
		{all("ReqTimeout", 408), all("Conflict", 409), all("Gone", 410)},
		{all("ReqEntityTooLarge", 413), all("ReqURITooLarge", 414)},
		{all("UnsupportedMediaType", 415), all("BadExtension", 420)},
		{all("TempNotAvailable", 480), all("CallLegNonExistent", 481)},
		{all("LoopDetected", 482), all("TooManyHops", 483)},
		{all("AddrIncomplete", 484), all("Ambiguous", 485)},
		{all("BusyHere", 486), all("RequestCancel", 487)},
		{all("NotAcceptableMedia", 488), all("BadEvent", 489)},
		{all("SETooSmall", 422), all("RequestPending", 491)},
	}},
	{"Server Error", [][]sipCount{
		{all("InternalError", 500), all("NotImplemented", 501)},
		{all("BadGateway", 502), all("ServiceUnavail", 503)},
		{all("GatewayTimeout", 504), all("BadSipVer", 505)},
		{all("PreCondFailure", 580)},
	}},
	{"Global Failure", [][]sipCount{
		{all("BusyEverywhere", 600), all("Decline", 603)},
		{all("NotExistAnywhere", 604), all("NotAcceptable", 606)},
	}},
}

// sipRequests are the lines of the traffic statistics.
var sipRequests = [][]sipCount{
	{of("Invite", 0, "INVITE"), of("Ack", 0, "ACK"), of("Bye", 0, "BYE")},
	{of("Cancel", 0, "CANCEL"), of("Options", 0, "OPTIONS")},
	{of("Prack", 0, "PRACK"), of("Comet", 0, "COMET")},
	{of("Subscribe", 0, "SUBSCRIBE"), of("NOTIFY", 0, "NOTIFY")},
	{of("Refer", 0, "REFER"), of("Info", 0, "INFO")},
	{of("Register", 0, "REGISTER"), of("Update", 0, "UPDATE")},
}

// showSIPUAStatistics is `show sip-ua statistics` without the counters of the SDP
// library.
func showSIPUAStatistics(w io.Writer, k *clock.Clock, s sipua.Stats) error {
	var b strings.Builder
	b.WriteString("SIP Response Statistics (Inbound/Outbound)\n")
	for _, block := range sipResponses {
		fmt.Fprintf(&b, "    %s:\n", block.title)
		writeCounts(&b, s, block.lines)
	}
	b.WriteString("\nSIP Total Traffic Statistics (Inbound/Outbound)\n")
	writeCounts(&b, s, sipRequests)
	again := s.RetransmitsOut
	fmt.Fprintf(&b, `
Retry Statistics
      Invite %d, Bye %d, Cancel %d, Prack %d,
      Subscribe %d, NOTIFY %d, Refer %d, Register %d
`, again["INVITE"], again["BYE"], again["CANCEL"], again["PRACK"], again["SUBSCRIBE"], again["NOTIFY"], again["REFER"], again["REGISTER"])
	cleared := "<never>"
	if s.Cleared {
		cleared = stamp(k, s.Since)
	}
	fmt.Fprintf(&b, "\nLast time SIP Statistics were cleared: %s\n", cleared)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeCounts writes lines of counters: a comma behind each but the last of a block.
func writeCounts(b *strings.Builder, s sipua.Stats, lines [][]sipCount) {
	for i, line := range lines {
		var cells []string
		for _, c := range line {
			in, out := c.sum(s.In), c.sum(s.Out)
			if c.inOnly {
				cells = append(cells, fmt.Sprintf("%s %d", c.name, in))
				continue
			}
			cells = append(cells, fmt.Sprintf("%s %d/%d", c.name, in, out))
		}
		end := ","
		if i == len(lines)-1 {
			end = ""
		}
		fmt.Fprintf(b, "      %s%s\n", strings.Join(cells, ", "), end)
	}
}

func (c sipCount) sum(counts map[sipua.Count]uint64) (n uint64) {
	for k, v := range counts {
		if k.Code == c.code && (c.method == "" || c.method == k.Method) {
			n += v
		}
	}
	return n
}

// showSIPUAConnections is `show sip-ua connections`. UDP has none: every datagram
// finds its own way.
func showSIPUAConnections(w io.Writer, s sipua.Stats, local netip.AddrPort, transport string, detail bool) error {
	t, conns := s.UDP, []sipua.Connection(nil)
	if transport == "tcp" {
		t, conns = s.TCP, s.Connections
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
Total active connections      : %d
No. of send failures          : %d
No. of remote closures        : %d
No. of conn. failures         : %d
No. of inactive conn. ageouts : %d
`, len(conns), t.SendFailures, t.RemoteClosures, t.ConnFailures, t.AgeOuts)
	if transport == "tcp" {
		peer := cmp.Or(t.MaxQueuePeer, netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
		fmt.Fprintf(&b, "Max. tcp send msg queue size of %d, recorded for %s\n", t.MaxQueue, peer)
	}
	if detail {
		b.WriteString("\n---------Printing Detailed Connection Report---------\n")
		writeConnections(&b, conns)
	}
	b.WriteString("\n-------------- SIP Transport Layer Listen Sockets ---------------\n" +
		"  Conn-Id               Local-Address             \n ===========    ============================= \n")
	if local.IsValid() {
		fmt.Fprintf(&b, "   %-13d[%s]:%d:\n", 0, local.Addr(), local.Port())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeConnections writes connections, those with one host together.
func writeConnections(b *strings.Builder, conns []sipua.Connection) {
	conns = slices.Clone(conns)
	slices.SortFunc(conns, func(x, y sipua.Connection) int {
		return cmp.Or(x.Peer.Addr().Compare(y.Peer.Addr()), cmp.Compare(x.ID, y.ID))
	})
	for len(conns) > 0 {
		host := conns[0].Peer.Addr()
		n := slices.IndexFunc(conns, func(c sipua.Connection) bool { return c.Peer.Addr() != host })
		if n < 0 {
			n = len(conns)
		}
		fmt.Fprintf(b, "\nRemote-Agent:%s, Connections-Count:%d\n", host, n)
		b.WriteString("  Remote-Port Conn-Id Conn-State  WriteQ-Size\n  =========== ======= =========== ===========\n")
		for _, c := range conns[:n] {
			state := "Pending"
			if c.Open {
				state = "Established"
			}
			fmt.Fprintf(b, "  %11d %7d %-11s %11d\n", c.Peer.Port(), c.ID, state, c.Queued)
		}
		conns = conns[n:]
	}
}

// showSIPUATimers is `show sip-ua timers`: what is configured, or its defaults.
func showSIPUATimers(w io.Writer, t conf.Tree) error {
	l := layers{block(t, cmdSIPUA)}
	ms := func(name string) int { return l.num("timers "+name, "n") }
	_, err := fmt.Fprintf(w, `SIP UA Timer Values (millisecs unless noted)
trying %d, expires %d, connect %d, disconnect %d
prack %d, rel1xx %d, notify %d, update %d
refer %d, register %d, info %d, options %d, hold %d minutes
tcp/udp aging %d minutes
`, ms("trying"), ms("expires"), ms("connect"), ms("disconnect"),
		ms("prack"), ms("rel1xx"), ms("notify"), ms("update"),
		ms("refer"), ms("register"), ms("info"), ms("options"), ms("hold"), ms("connection aging"))
	return err
}

// showSIPUARetry is `show sip-ua retry`: what is configured, or its defaults.
func showSIPUARetry(w io.Writer, t conf.Tree) error {
	l := layers{block(t, cmdSIPUA)}
	n := func(name string) int { return l.num("retry "+name, "n") }
	_, err := fmt.Fprintf(w, `SIP UA Retry Values
invite retry count = %d response retry count = %d
bye retry count = %d cancel retry count = %d
prack retry count = %d comet retry count = %d
reliable 1xx count = %d notify retry count = %d
refer retry count = %d register retry count = %d
subscribe retry count = %d
`, n("invite"), n("response"), n("bye"), n("cancel"), n("prack"), n("comet"), n("rel1xx"), n("notify"),
		n("refer"), n("register"), n("subscribe"))
	return err
}

// showSIPUARegister is `show sip-ua register status`: this appliance registers its
// numbers nowhere, so there are no rows.
func showSIPUARegister(w io.Writer, t conf.Tree, secondary bool) error {
	for r := range block(t, cmdSIPUA).All("registrar") {
		if r.Args().Has("secondary") == secondary {
			_, err := io.WriteString(w, "Line peer expires(sec) registered\n")
			return err
		}
	}
	_, err := io.WriteString(w, "Registrar is not configured\n")
	return err
}
