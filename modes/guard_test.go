package modes

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// TestGuardFollows: a Guard that has been told of each line refuses what one that reads the
// configuration anew refuses.
func TestGuardFollows(t *testing.T) {
	schema, err := conf.Compile(All(), Library())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		store := conf.NewStore(schema, conf.Tree{})
		defer store.Close()
		g := new(Guard)
		refused := 0
		for range rapid.IntRange(1, 40).Draw(t, "lines") {
			tag, mac := rapid.IntRange(1, 3).Draw(t, "tag"), fmt.Sprintf("0000.0000.000%d", rapid.IntRange(1, 3).Draw(t, "mac"))
			block, line := fmt.Sprintf("ephone %d", tag), "mac-address "+mac
			if rapid.Bool().Draw(t, "pool") {
				block, line = fmt.Sprintf("voice register pool %d", tag), "id mac "+mac
			}
			untold := rapid.IntRange(0, 9).Draw(t, "untold") == 0
			apply := func(parent conf.Path, mode, line string) conf.Path {
				r := schema.Mode(mode).Set().Match(line, nil)
				if r.Outcome != grammar.OK {
					t.Fatalf("%s: %q is not taken", mode, line)
				}
				if got, want := g.Check(store.Tree(), parent, r.Args), new(Guard).Check(store.Tree(), parent, r.Args); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%q: %v, want %v", line, got, want)
				} else if got != nil {
					refused++
					return parent
				}
				path, done, err := store.Apply(conf.Origin{}, parent, r.Args)
				if err != nil {
					t.Fatal(err)
				}
				if !done.Empty() && !untold {
					g.Committed(done)
				}
				return path
			}
			mode := cmdEphone
			if block[0] == 'v' {
				mode = cmdRegisterPool
			}
			if rapid.IntRange(0, 5).Draw(t, "gone") == 0 {
				apply(conf.Root, conf.Global, "no "+block)
				continue
			}
			path := apply(conf.Root, conf.Global, block)
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				line = "no " + line
			case 1:
				line = "description one of us"
			}
			if mode == cmdRegisterPool && line == "description one of us" {
				line = "number 1 dn 1"
			}
			apply(path, mode, line)
		}
		t.Log(refused, "refused")
	})
}
