package modes

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// execDialPeers show routes and calls as the Voice command reference has them.
func execDialPeers(a Agents) []cli.Exec {
	return []cli.Exec{
		privileged("show dial-peer voice summary", `
			dial-peer  Routes of calls
			voice      Of voice calls
			summary    One row for each`,
			func(c *cli.Context, _ grammar.Args) error {
				return showDialPeerSummary(c.Out, c.Tree(), a.phones().Bindings)
			}),
		everybody("show call active voice summary", `
			call     Calls
			active   Those that are going on
			voice    Voice calls
			summary  Their number`,
			a.shown(func(w io.Writer, s phoneState) error { return showCallSummary(w, s.calls) })),
	}
}

// showDialPeerSummary is `show dial-peer voice summary`: the configured dial peers,
// those of ephone-dns and those of registered SIP phones, by tag.
func showDialPeerSummary(w io.Writer, t conf.Tree, bindings []phones.Binding) error {
	type row struct {
		tag                                     int
		kind, admin, oper, pattern, order, pass string
		target, stat, port                      string
	}
	var rows []row
	for n := range t.Root().All(cmdDialPeer) {
		r := row{
			tag: n.Args().Int("tag"), kind: n.Args().String("kind"), admin: "up", oper: "up",
			pattern: text(n, "destination-pattern", "pattern"), order: text(n, "preference", "order"),
			target: text(n, "session target", "target"), port: text(n, "port", "port"),
		}
		way := r.port
		if r.kind == "voip" {
			r.pass, way = "syst", r.target
		}
		if r.pattern != "" && way == "" {
			r.oper = "down"
		}
		if n.On("shutdown") {
			r.admin, r.oper = "down", "down"
		}
		if r.port != "" {
			r.stat = r.oper
		}
		rows = append(rows, r)
	}
	for _, d := range PhonesConfig(t).EphoneDNs {
		if d.Number != "" {
			rows = append(rows, row{
				tag: firstEphonePeer + d.Tag, kind: "pots", admin: "up", oper: "up", pattern: d.Number + "$",
				order: fmt.Sprint(d.Preference), port: fmt.Sprintf("50/0/%d", d.Tag),
			})
		}
	}
	for _, b := range bindings {
		rows = append(rows, row{
			tag: b.DialPeer, kind: "voip", admin: "up", oper: "up", pattern: b.Number + "$", order: "0", pass: "syst",
			target: fmt.Sprintf("ipv4:%s:%d", b.Host, b.Port),
		})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.tag, b.tag) })
	var b strings.Builder
	b.WriteString("dial-peer hunt 0\n" +
		"             AD                                    PRE PASS                OUT\n" +
		"TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN      FER THRU SESS-TARGET    STAT PORT\n")
	for _, r := range rows {
		line := fmt.Sprintf("%-6d %-5s %-4s %-4s           %-18s %-2s %-4s ", r.tag, r.kind, r.admin, r.oper, r.pattern, r.order, r.pass)
		if r.kind == "voip" {
			line += fmt.Sprintf("%-20.20s", r.target)
		} else {
			line += fmt.Sprintf("%-14s %-4s %s", "", r.stat, r.port)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showCallSummary is `show call active voice summary`: a leg for each party of a call.
func showCallSummary(w io.Writer, s call.Snapshot) error {
	legs := map[phones.DeviceKind]int{}
	for _, d := range s.Devices {
		legs[d.Device.Kind] += len(d.Calls)
	}
	telephony, sip := legs[phones.EphoneDevice]+legs[phones.TestDevice], legs[phones.PoolDevice]+legs[phones.TrunkDevice]
	_, err := fmt.Fprintf(w, "Telephony call-legs: %d\nSIP call-legs: %d\nH323 call-legs: 0\nCall agent controlled call-legs: 0\n"+
		"SCCP call-legs: 0\nMulticast call-legs: 0\nTotal call-legs: %d\n", telephony, sip, telephony+sip)
	return err
}
