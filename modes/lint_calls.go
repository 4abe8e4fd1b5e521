package modes

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// hunts looks at hunt groups: who calls them, and whom they ring.
func (l *linter) hunts() {
	trunks := firstOf(l.tree.Root().All(cmdDialPeer)) != conf.Node{}
	groups := l.phones.HuntGroups
	for _, command := range []string{modeEphoneHunt, modeVoiceHuntGroup} {
		for n := range l.tree.Root().All(command) {
			name, voice := nameOf(command, n), command == modeVoiceHuntGroup
			for _, g := range groups {
				if g.Voice != voice || g.Tag != n.Args().Int("tag") {
					continue
				}
				if g.Pilot == "" {
					l.warn(n, "%s has no `pilot`: nobody can call it", name)
				}
				if len(g.Members) == 0 {
					l.warn(n, "%s has no `list`: it rings nobody", name)
				}
				for _, member := range g.Members {
					// "*" is a place to join; a voice hunt-group may ring a number behind a trunk.
					if _, here := l.owners[member]; !here && member != "*" && !(voice && trunks) {
						l.warn(n, "%s: %s is nobody's number here", name, member)
					}
				}
			}
		}
	}
}

// dialPeers looks for routes that lead nowhere.
func (l *linter) dialPeers() {
	for n := range l.tree.Root().All(cmdDialPeer) {
		if n.Args().String("kind") != "voip" || text(n, "destination-pattern", "pattern") == "" {
			continue
		}
		elsewhere := slices.ContainsFunc(slices.Collect(n.Children()), func(c conf.Node) bool {
			line := c.Line()
			return strings.HasPrefix(line, "session target") || strings.HasPrefix(line, "session server-group") || strings.HasPrefix(line, "destination dpg")
		})
		if !elsewhere {
			l.warn(n, "dial-peer voice %d has no `session target`: its calls go nowhere", n.Args().Int("tag"))
		}
	}
}
