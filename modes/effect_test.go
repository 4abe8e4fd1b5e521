package modes

import (
	"reflect"
	"slices"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// actElsewhere are lines that act, though on no agent: they are limits of ranges, or
// change how other lines are stored.
var actElsewhere = map[string][]string{
	conf.Global:        {"service password-encryption", "enable algorithm-type", "username algorithm-type"},
	modeRegisterGlobal: {"max-dn", "max-pool"},
}

// views is everything that agents are told about a tree.
func views(t conf.Tree) []any {
	return []any{PresenceConfig(t), PhonesConfig(t), SIPConfig(t), ShellConfig(t), LogConfig(t), HTTPAddress(t), ClockConfig(t), SIPCallsConfig(t), TrustConfig(t), CredentialsConfig(t), labelsOf(t)}
}

// TestInert: a line is marked inert if and only if no example of it, nor its `no`
// form, changes what any agent is told. A block that others stand in need not act
// by itself.
func TestInert(t *testing.T) {
	schema := compiled(t)
	base, at := blocks(t, schema)
	base, _ = apply(t, base, at[modeEphoneDN], "number 2001")
	base, _ = apply(t, base, at[modeTelephony], "max-ephones 99") // a block is there when a line is
	trees := []conf.Tree{base}
	for _, line := range []struct{ mode, line string }{
		{modeEphoneDN, "ephone-dn-template 1"}, {modeEphone, "ephone-template 1"}, {modeRegisterPool, "template 1"},
		{conf.Global, "dial-peer voice 1 voip"}, {modeDialPeer, "session protocol sipv2"},
		{conf.Global, "ip http server"}, {modeTelephony, "ip source-address 10.1.1.1"},
	} {
		next, _ := apply(t, trees[len(trees)-1], at[line.mode], line.line)
		trees = append(trees, next)
	}
	watched, _ := apply(t, base, at[modeEphoneDNTemplate], "allow watch")
	trees = append(trees, watched)
	for _, m := range schema.Modes() {
		for _, c := range m.Commands() {
			if c.Syntax == "" || c.Hidden || c.Generic {
				continue // no view can ask for a line of the tables, see TestTablesGiveWay
			}
			name, acts := "", false
			for _, tree := range trees {
				before := views(tree)
				for _, line := range samples(c.Syntax) {
					for _, line := range []string{line, "no " + line} {
						r := m.Set().Match(line, Bounds(C3825)(tree))
						if r.Outcome != grammar.OK {
							continue // it has no such form
						}
						name = r.Args.Command().Name()
						next, _, _, err := tree.Apply(at[m.Mode.Name], r.Args)
						acts = acts || err == nil && !reflect.DeepEqual(views(next), before)
					}
				}
			}
			listed := slices.Contains(actElsewhere[m.Mode.Name], name)
			switch {
			case c.Inert && acts && !listed:
				t.Errorf("mode %s: %s is marked inert and acts", m.Mode.Name, name)
			case !c.Inert && !acts && !listed && c.Enter == "":
				t.Errorf("mode %s: %s is not marked inert and nobody is told of it", m.Mode.Name, name)
			case listed && c.Inert != acts:
				t.Errorf("mode %s: %s is listed for no reason", m.Mode.Name, name)
			}
		}
	}
}
