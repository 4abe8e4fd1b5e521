package modes

import (
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// maxHuntSeconds bounds the time that a member rings (CME command reference: timeout
// (ephone-hunt): 3 to 60000).
const maxHuntSeconds = 60000

var huntKinds = map[string]phones.HuntKind{
	"sequential": phones.Sequential, "peer": phones.Peer, "longest-idle": phones.LongestIdle, "parallel": phones.Parallel,
}

var huntPresents = map[string]phones.HuntPresent{"idle-phone": phones.PresentIdle, "onhook-phone": phones.PresentOnhook}

// huntGroups are those of SCCP phones, then those of both kinds of phones.
func huntGroups(t conf.Tree) []phones.HuntGroup {
	groups := every(t, modeEphoneHunt, func(n conf.Node) phones.HuntGroup {
		g := huntGroup(n)
		g.Present = huntPresents[text(n, "present-call", "phones")]
		return g
	})
	return append(groups, every(t, modeVoiceHuntGroup, func(n conf.Node) phones.HuntGroup {
		g := huntGroup(n)
		g.Voice = true
		if n.On("present-call idle-phone") {
			g.Present = phones.PresentIdle
		}
		return g
	})...)
}

func huntGroup(n conf.Node) phones.HuntGroup {
	l := layers{n}
	g := phones.HuntGroup{
		Tag: n.Args().Int("tag"), Kind: huntKinds[n.Args().String("kind")],
		Pilot: l.text("pilot", "number"), SecondPilot: l.text("pilot", "second"),
		Name: l.text("name", "name"), SecondName: l.text("name", "secondary"),
		Preference: l.num("preference", "order"), SecondPreference: l.num("preference", "second"),
		Final: l.text("final", "number"), Hops: l.num("hops", "hops"), MaxTimeout: l.seconds("max-timeout", "seconds"),
		FromRing: n.On("from-ring"), LocalStays: !n.On("forward local-calls"),
	}
	if g.SecondPreference == 0 {
		g.SecondPreference = defaultHuntSecond
	}
	if list := l.text("list", "list"); list != "" {
		g.Members = strings.Split(list, ",")
	}
	if times := l.text("timeout", "times"); times != "" {
		for s := range strings.SplitSeq(times, ",") {
			seconds, err := strconv.Atoi(s)
			if err != nil || seconds > maxHuntSeconds {
				seconds = maxHuntSeconds
			}
			g.Timeouts = append(g.Timeouts, time.Duration(seconds)*time.Second)
		}
	}
	return g
}

// defaultHuntSecond is the preference of a secondary pilot number (CME command reference:
// preference (ephone-hunt)).
const defaultHuntSecond = 7
