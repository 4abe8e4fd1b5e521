package modes

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// execHunt shows hunt groups and their members (CME command reference: show ephone-hunt,
// show voice hunt-group).
func execHunt(a Agents) []cli.Exec {
	show := func(voice bool, how func(io.Writer, huntView)) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, args grammar.Args) error {
			var s call.Snapshot
			if a.Calls != nil {
				s = a.Calls.Snapshot()
			}
			cfg := PhonesConfig(c.Tree())
			for _, g := range cfg.HuntGroups {
				if g.Voice == voice && (!args.Has("tag") || args.Int("tag") == g.Tag) {
					how(c.Out, huntView{g, s, cfg.Telephony.Ringing})
				}
			}
			return nil
		}
	}
	return []cli.Exec{
		privileged("show ephone-hunt [<1-100>$tag]", `
			ephone-hunt  Hunt groups of SCCP phones
			$tag         Tag of a hunt group`, show(false, showEphoneHunt)),
		privileged("show ephone-hunt summary", `
			ephone-hunt  Hunt groups of SCCP phones
			summary      Without the state of their members`, show(false, showHuntSummary)),
		privileged("show voice hunt-group [<1-100>$tag]", voiceHuntHelp+`
			$tag  Tag of a hunt group`, show(true, showVoiceHunt)),
		privileged("show voice hunt-group brief", voiceHuntHelp+`
			brief  Without their members`, show(true, showHuntBrief)),
	}
}

const voiceHuntHelp = `
	voice       Voice
	hunt-group  Hunt groups of SCCP and SIP phones`

// huntView is a hunt group at one moment.
type huntView struct {
	phones.HuntGroup
	now     call.Snapshot
	ringing time.Duration // `timeouts ringing`: how long members ring without a `timeout`
}

var huntKindNames = map[phones.HuntKind]string{
	phones.Sequential: "sequential", phones.Peer: "peer", phones.LongestIdle: "longest-idle", phones.Parallel: "parallel",
}

// dns are the directory numbers of a member.
func (v huntView) dns(number string) (all []call.DNStatus) {
	for _, d := range v.now.DNs {
		if d.Number == number || d.Secondary == number {
			all = append(all, d)
		}
	}
	return all
}

// out reports whether all phones of a directory number have left the group by their DND key
// (CME command reference: hunt-group logout).
func (v huntView) out(d call.DNStatus) bool {
	return len(d.On) > 0 && !slices.ContainsFunc(d.On, func(a call.Appearance) bool {
		return slices.ContainsFunc(v.now.Devices, func(p call.View) bool { return p.Device == a.Device && !p.DnD })
	})
}

func login(out bool) string {
	if out {
		return "logout"
	}
	return "login"
}

func up(is bool) string {
	if is {
		return "up"
	}
	return "down"
}

// seconds are times as the commands write them.
func (v huntView) seconds() string {
	if len(v.Timeouts) == 0 {
		return strconv.Itoa(int(v.ringing.Seconds()))
	}
	all := make([]string, len(v.Timeouts))
	for i, t := range v.Timeouts {
		all[i] = strconv.Itoa(int(t.Seconds()))
	}
	return strings.Join(all, ", ")
}

func showEphoneHunt(w io.Writer, v huntView) {
	fmt.Fprintf(w, "Group %d\n    type: %s\n    pilot number: %s\n", v.Tag, huntKindNames[v.Kind], v.Pilot)
	if v.SecondPilot != "" {
		fmt.Fprintf(w, "    secondary number: %s\n", v.SecondPilot)
	}
	fmt.Fprint(w, "    list of numbers:\n")
	for _, number := range v.Members {
		peers := v.dns(number)
		outs, downs := 0, 0
		for _, d := range peers {
			if v.out(d) {
				outs++
			}
			if !d.InService {
				downs++
			}
		}
		if number == "*" {
			downs = 1
		}
		fmt.Fprintf(w, "        %s, # peers %d, logout %d, down %d\n", number, len(peers), outs, downs)
		if len(peers) > 0 {
			fmt.Fprint(w, "            peer-tag  dn-tag  login/logout  up/down\n")
		}
		for _, d := range peers {
			tag := strconv.Itoa(firstEphonePeer + d.ID.Tag)
			if d.ID.SIP {
				tag = "-"
			}
			fmt.Fprintf(w, "            [%-8s %-7d %-13s %-4s]\n", tag, d.ID.Tag, login(v.out(d)), up(d.InService))
		}
	}
	v.rest(w)
	if v.Kind == phones.Peer {
		fmt.Fprintf(w, "    next-to-pick: %d\n", v.now.HuntNext(v.Voice, v.Tag))
	}
}

// rest is what both forms of `show ephone-hunt` say behind the list.
func (v huntView) rest(w io.Writer) {
	if v.Final != "" {
		fmt.Fprintf(w, "    final number: %s\n", v.Final)
	}
	fmt.Fprintf(w, "    preference: %d\n    preference (sec): %d\n    timeout: %s\n", v.Preference, v.SecondPreference, v.seconds())
	if v.MaxTimeout > 0 {
		fmt.Fprintf(w, "    max timeout : %d\n", int(v.MaxTimeout.Seconds()))
	}
	if v.Kind == phones.Peer || v.Kind == phones.LongestIdle {
		hops := v.Hops
		if hops == 0 {
			hops = len(v.Members)
		}
		fmt.Fprintf(w, "    hops: %d\n", hops)
	}
}

func showHuntSummary(w io.Writer, v huntView) {
	fmt.Fprintf(w, "Group %d\n    type: %s\n    pilot number: %s\n    list of numbers:\n", v.Tag, huntKindNames[v.Kind], v.Pilot)
	for _, number := range v.Members {
		fmt.Fprintf(w, "        %s\n", number)
	}
	v.rest(w)
}

func showVoiceHunt(w io.Writer, v huntView) {
	v.head(w)
	fmt.Fprint(w, "    list of numbers:\n        Member          Used-by         State   Login/Logout\n        ======          =======         =====   ============\n")
	for _, number := range v.Members {
		state, out, by := false, false, number
		for _, d := range v.dns(number) {
			state, out = state || d.InService, out || v.out(d)
		}
		if number == "*" {
			by = ""
		}
		fmt.Fprintf(w, "        %-15s %-15s %-7s %s\n", number, by, up(state), login(out))
	}
	v.tail(w)
}

func showHuntBrief(w io.Writer, v huntView) { v.head(w); v.tail(w) }

func (v huntView) head(w io.Writer) {
	fmt.Fprintf(w, "Group %d\n    type: %s\n    pilot number: %s\n", v.Tag, huntKindNames[v.Kind], v.Pilot)
	if v.SecondPilot != "" {
		fmt.Fprintf(w, "    secondary number: %s\n", v.SecondPilot)
	}
}

func (v huntView) tail(w io.Writer) {
	fmt.Fprintf(w, "    preference: %d\n    preference (sec): %d\n    timeout: %s\n    final_number: %s\n", v.Preference, v.SecondPreference, v.seconds(), v.Final)
}
