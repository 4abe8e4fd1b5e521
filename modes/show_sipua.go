package modes

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/phones"
)

// showSIPUAStatus is `show sip-ua status` (Voice command reference). local is
// what the endpoint listens on, the zero value while it is closed; there is no
// TLS.
func showSIPUAStatus(w io.Writer, local netip.AddrPort, presenceEnabled bool) error {
	open := render.Upper(local.IsValid())
	bind := "DISABLED"
	if local.IsValid() {
		bind = "ENABLED " + local.Addr().String()
	}
	_, err := fmt.Fprintf(w, `SIP User Agent Status
SIP User Agent for UDP : %s
SIP User Agent for TCP : %s
SIP User Agent for TLS over TCP : DISABLED

SIP User Agent bind status(signaling): %s
SIP User Agent bind status(media): DISABLED
SIP early-media for 180 responses with SDP: ENABLED
SIP max-forwards : 70
SIP DNS SRV version: 2 (rfc 2782)
NAT Settings for the SIP-UA
Role in SDP: NONE
Check media source packets: DISABLED
Maximum duration for a telephone-event in NOTIFYs: 2000 ms
SIP support for ISDN SUSPEND/RESUME: ENABLED
Redirection (3xx) message handling: ENABLED
Reason Header will override Response/Request Codes: DISABLED
Out-of-dialog Refer: DISABLED
Presence support is %s
protocol mode is ipv4

SDP application configuration:
 Version line (v=) required
 Owner line (o=) required
 Timespec line (t=) required
 Media supported: audio video image
 Network types supported: IN
 Address types supported: IP4 IP6
 Transport types supported: RTP/AVP udptl
`, open, open, bind, render.Upper(presenceEnabled))
	return err
}

// showSIPUARegistrar is `show sip-ua status registrar`: three lines for each
// registered contact.
func showSIPUARegistrar(w io.Writer, s phones.Snapshot) error {
	const row = "%-13s %-16s %-13v %s\n%14s%s\n%14s%v\n"
	var b strings.Builder
	fmt.Fprintf(&b, row, "Line", "destination", "expires(sec)", "contact", "", "call-id", "", "peer")
	fmt.Fprintln(&b, strings.Repeat("=", 60))
	for _, r := range s.Bindings {
		fmt.Fprintf(&b, row+"\n", r.Number, r.Source.Addr(), seconds(r.Remaining), r.Host, "", r.CallID, "", r.DialPeer)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
