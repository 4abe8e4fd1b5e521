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
	return []any{PresenceConfig(t), PhonesConfig(t), SIPConfig(t), ShellConfig(t), LogConfig(t), HTTPAddress(t), ClockConfig(t), SIPCallsConfig(t), TrustConfig(t), CredentialsConfig(t), labelsOf(t), hosts(t)}
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
		var quiet []conf.Command // inert lines, many at a time
		for _, c := range m.Commands() {
			if c.Syntax == "" || c.Hidden || c.Generic {
				continue // no view can ask for a line of the tables, see TestTablesGiveWay
			}
			listed := slices.Contains(actElsewhere[m.Mode.Name], commandName(m, c))
			if c.Inert && !listed && c.Enter == "" && c.Takes == nil && c.Replaces == nil {
				quiet = append(quiet, c)
				continue
			}
			acts := act(trees, m, at[m.Mode.Name], c)
			switch {
			case c.Inert && acts && !listed:
				t.Errorf("mode %s: %s is marked inert and acts", m.Mode.Name, c.Syntax)
			case !c.Inert && !acts && !listed && c.Enter == "":
				t.Errorf("mode %s: %s is not marked inert and nobody is told of it", m.Mode.Name, c.Syntax)
			case listed && c.Inert != acts:
				t.Errorf("mode %s: %s is listed for no reason", m.Mode.Name, c.Syntax)
			}
		}
		for some := range slices.Chunk(quiet, 16) {
			if !act(trees, m, at[m.Mode.Name], some...) {
				continue
			}
			for _, c := range some {
				if act(trees, m, at[m.Mode.Name], c) {
					t.Errorf("mode %s: %s is marked inert and acts", m.Mode.Name, c.Syntax)
				}
			}
		}
	}
}

// commandName is the name of a command.
func commandName(m *conf.CompiledMode, c conf.Command) string {
	r := m.Set().Match(samples(c.Syntax)[0], nil)
	if r.Outcome != grammar.OK {
		return ""
	}
	return r.Args.Command().Name()
}

// act tells whether an example of the commands, or its `no` form, changes what any agent
// is told: first the first example of each of them is typed, then the second.
func act(trees []conf.Tree, m *conf.CompiledMode, parent conf.Path, commands ...conf.Command) bool {
	examples := make([][]string, len(commands))
	for i, c := range commands {
		examples[i] = samples(c.Syntax)
	}
	for _, tree := range trees {
		before, env := views(tree), Bounds(C3825)(tree)
		for _, form := range []string{"", "no "} {
			for n, more := 0, true; more; n++ {
				more = false
				next := tree
				for i, lines := range examples {
					if n >= len(lines) {
						continue
					}
					more = true
					r := m.Set().Match(form+lines[n], env)
					if r.Outcome != grammar.OK {
						continue // it has no such form
					}
					changed, _, _, err := next.Apply(parent, r.Args)
					if err == nil {
						next = changed
					} else if len(commands) > 1 && act(trees[:1], m, parent, commands[i]) { // refused in company
						return true
					}
				}
				if !next.Equal(tree) && !reflect.DeepEqual(views(next), before) {
					return true
				}
			}
		}
	}
	return false
}
