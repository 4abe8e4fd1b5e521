package modes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// Guard refuses to take away a phone type in use, and a MAC address that another phone of the same protocol has, which would
// register as either, and to take away what is hardware. In a file that holds one twice the lower tag wins.
//
// It remembers who has which, and follows each line that is typed, so that pasting a
// long configuration does not take the square of its length.
type Guard struct {
	mu    sync.Mutex
	tree  conf.Tree // that phones is of
	known bool
	has   map[owned][]conf.Path // blocks by MAC address
}

// owned is a MAC address of a phone of one protocol.
type owned struct{ blocks, mac string }

// macOf is the kind of blocks in which a line gives a MAC address, "" for other lines.
func macOf(command string) string {
	switch command {
	case "mac-address":
		return cmdEphone
	case "id":
		return cmdRegisterPool
	}
	return ""
}

// Check is cli.Options.Guard.
func (g *Guard) Check(t conf.Tree, parent conf.Path, args grammar.Args) error {
	if err := typeInUse(t, args); err != nil {
		return err
	}
	if args.Form() == grammar.No {
		return irremovable(args)
	}
	blocks, mac := macOf(args.Command().Name()), args.String("mac")
	if blocks == "" || mac == "" || args.Form() != grammar.Positive {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.known || g.tree != t {
		g.read(t)
	}
	for _, p := range g.has[owned{blocks, mac}] {
		if n, ok := t.At(p); ok && p != parent {
			return fmt.Errorf("%% MAC address %s is that of %s %d", mac, blocks, n.Args().Int("tag"))
		}
	}
	return nil
}

// read makes the table anew.
func (g *Guard) read(t conf.Tree) {
	g.tree, g.known, g.has = t, true, map[owned][]conf.Path{}
	for _, command := range []string{"mac-address", "id"} {
		blocks := macOf(command)
		for n := range t.Root().All(blocks) {
			if mac := text(n, command, "mac"); mac != "" {
				g.has[owned{blocks, mac}] = append(g.has[owned{blocks, mac}], n.Path())
			}
		}
	}
}

// Committed is cli.Options.Committed.
func (g *Guard) Committed(c conf.Commit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.known || g.tree != c.Old {
		g.known = false
		return
	}
	g.tree = c.New
	for _, change := range c.Changes {
		if change.Mode != cmdEphone && change.Mode != cmdRegisterPool {
			continue
		}
		for _, command := range []string{"mac-address", "id"} {
			if blocks := macOf(command); blocks == change.Mode && strings.HasPrefix(change.Line, command+" ") {
				g.follow(change, blocks, command, c)
			}
		}
	}
}

// follow takes one line in that came or went.
func (g *Guard) follow(change conf.Change, blocks, command string, c conf.Commit) {
	tree := c.Old
	if change.Added {
		tree = c.New
	}
	block := change.Path.Parent()
	n, ok := tree.At(block)
	if !ok {
		g.known = false
		return
	}
	key := owned{blocks, text(n, command, "mac")}
	switch i := slices.Index(g.has[key], block); {
	case key.mac == "":
	case change.Added && i < 0:
		g.has[key] = append(g.has[key], block)
	case !change.Added && i >= 0:
		g.has[key] = slices.Delete(g.has[key], i, i+1)
	}
}

// noRemoval is in the words of routers, period included.
const noRemoval = "% Removal of physical interfaces is not permitted."

// irremovable refuses to take away what is hardware: it is there whatever is configured.
func irremovable(args grammar.Args) error {
	switch args.Command().Name() {
	case cmdInterface:
		if !logical(args.String("name")) {
			return fmt.Errorf("%s", noRemoval)
		}
	case "line con", "line aux":
		return errors.New("% Only VTY lines can be removed")
	}
	return nil
}

// logical tells whether an interface is made by its name being configured.
func logical(name string) bool {
	kind := strings.TrimRight(name, "0123456789/.:")
	return strings.Contains(name, ".") || slices.Contains([]string{"Loopback", "Tunnel", "Vlan", "Dialer", "BVI", "Multilink",
		"Virtual-Template", "Virtual-PPP", "Port-channel", "Group-Async"}, kind)
}
