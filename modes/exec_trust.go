package modes

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/trust"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence/credentials"
)

// execTrust shows whom this router listens to and reloads credential files (Voice
// command reference: credential load, show ip address trusted check; CME
// administrator guide: show ip address trusted list; CME command reference: show voice
// register credential).
func execTrust(a Agents) []cli.Exec {
	const help = `
		ip       IP information
		address  Addresses
		trusted  Those whose SIP requests are answered
`
	return []cli.Exec{
		privileged("credential load <1-5>$tag", `
			credential  Credential files
			load        Read a file again
			$tag        Number of the credential file`,
			func(c *cli.Context, args grammar.Args) error {
				tag := args.Int("tag")
				if a.Credentials == nil || a.Credentials.Load(c, tag) != nil {
					return fmt.Errorf("%% Credential file %d is not configured", tag)
				}
				return nil
			}),
		privileged("show voice register credential", registerHelp+`
			credential  Users of the credential files`,
			func(c *cli.Context, _ grammar.Args) error {
				if a.Credentials == nil {
					return nil
				}
				return showCredentials(c.Out, a.Credentials.Snapshot())
			}),
		privileged("show ip address trusted list", help+`
			list  All of them`,
			func(c *cli.Context, _ grammar.Args) error {
				if a.Trust == nil {
					return nil
				}
				return showTrusted(c.Out, a.Trust.Config(), a.phones().Bindings)
			}),
		privileged("show ip address trusted check A.B.C.D$address", help+`
			check     Whether one is
			$address  Source address`,
			func(c *cli.Context, args grammar.Args) error {
				at := address(args, "address")
				if a.Trust == nil {
					return errors.New("% There is no SIP")
				}
				c.Printf("ip[%s] %s\n", at, verdict(a.Trust.Check(at)))
				return nil
			}),
	}
}

func showCredentials(w io.Writer, users []credentials.Entry) error {
	var b strings.Builder
	for _, u := range users {
		// A router prints the password.
		fmt.Fprintf(&b, "username: %s, password: %s, service: %s , file index %d\n", u.Username, hidden, u.Service, u.File)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// verdict is the text of `show ip address trusted check`.
func verdict(by trust.By) string {
	switch by {
	case trust.ByPeer:
		return "authenticate is PASSED by peer ip addr"
	case trust.ByList:
		return "authenticate is PASSED by static TrustList"
	case trust.ByPhone:
		return "authenticate is PASSED by dynamic TrustList"
	case trust.ByServer:
		return "authenticate is PASSED by presence server"
	case trust.Anybody:
		return "authenticate is PASSED, no list is in force"
	}
	return "authentication is FAILED!"
}

// showTrusted is `show ip address trusted list`.
func showTrusted(w io.Writer, c trust.Config, bindings []phones.Binding) error {
	state := func(up bool) string {
		if up {
			return "UP"
		}
		return "DOWN"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "IP Address Trusted Authentication\n Administration State: %s\n Operation State:      %s\n\n"+
		"IP Address Trusted Call Block Cause: %s (%d)\n", state(c.Authenticate), state(c.InForce()), c.Cause.Word, c.Cause.Q850)
	if len(c.Peers) > 0 {
		b.WriteString("\nVoIP Dial-peer IPv4 and IPv6 Session Targets:\nPeer Tag Oper State Session Target\n-------- ---------- --------------\n")
		for _, p := range c.Peers {
			fmt.Fprintf(&b, "%-9d %-10s %s\n", p.Tag, state(p.Up), p.Text)
		}
	}
	if len(c.List) > 0 {
		b.WriteString("\nConfigured IP Address Trusted List:\n")
		for _, p := range c.List {
			fmt.Fprintf(&b, "ipv4 %s", p.Addr())
			if !p.IsSingleIP() {
				fmt.Fprintf(&b, " %s", net.IP(net.CIDRMask(p.Bits(), p.Addr().BitLen())))
			}
			b.WriteString("\n")
		}
	}
	if len(bindings) > 0 {
		count := map[netip.Addr]int{}
		var order []netip.Addr
		for _, x := range bindings {
			from := x.Source.Addr()
			if count[from]++; count[from] == 1 {
				order = append(order, from)
			}
		}
		slices.SortFunc(order, netip.Addr.Compare)
		b.WriteString("\nDynamic IP Address Trusted List:\nIP Address                          Subnet Mask      Count   Reason\n" +
			"---------------------------------   ------------     -----   ----------------\n")
		for _, from := range order {
			fmt.Fprintf(&b, "%-52s %-7d %s\n", "ipv4:"+from.String(), count[from], "Phone Registered")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
