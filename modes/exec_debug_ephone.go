package modes

import (
	"slices"
	"sync"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// ephoneDebugs are the switches of `debug ephone` and how each calls itself when
// it is switched (CME command reference).
var ephoneDebugs = []struct{ keyword, help, name string }{
	{"blf", "BLF monitoring", "EPHONE BLF debugging"},
	{"detail", "Everything about calls and phones", "Ephone detail debugging"},
	{"error", "Errors", "EPHONE error debugging"},
	{"keepalive", "Keepalives", "EPHONE keepalive debugging"},
	{"message", "Names of messages", "EPHONE skinny message debugging"},
	{"paging", "Paging", "EPHONE paging debugging"},
	{"pak", "Media packets", "EPHONE packet debugging"},
	{"raw", "Bytes of messages", "EPHONE raw protocol debugging"},
	{"register", "Registration", "Ephone registration debugging"},
	{"state", "States of calls", "EPHONE state debugging"},
}

// phoneFilter remembers which phones each topic is restricted to.
type phoneFilter struct {
	a    Agents
	mu   sync.Mutex
	only map[logbuf.Topic][]phones.MAC
}

// set restricts a topic to more phones; none means no restriction.
func (f *phoneFilter) set(t logbuf.Topic, macs ...phones.MAC) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(macs) == 0 {
		delete(f.only, t)
	} else if !slices.Contains(f.only[t], macs[0]) {
		f.only[t] = append(f.only[t], macs...)
	}
	f.tell(t)
}

// remove takes a phone off; left says whether the topic is on for any other.
func (f *phoneFilter) remove(t logbuf.Topic, mac phones.MAC) (left bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.only[t] = slices.DeleteFunc(f.only[t], func(m phones.MAC) bool { return m == mac })
	left = len(f.only[t]) > 0
	if !left {
		delete(f.only, t)
	}
	f.tell(t)
	return left
}

func (f *phoneFilter) tell(t logbuf.Topic) {
	if f.a.Skinny != nil {
		f.a.Skinny.DebugOnly(t, slices.Clone(f.only[t]))
	}
}

// execDebugEphone is `debug ephone KEYWORD [mac-address H.H.H]` and its negative forms.
func execDebugEphone(a Agents) []cli.Exec {
	filter := &phoneFilter{a: a, only: map[logbuf.Topic][]phones.MAC{}}
	var cmds []cli.Exec
	for _, d := range ephoneDebugs {
		topic := logbuf.Topic("ephone " + d.keyword)
		help := "ephone  SCCP phone debugging\n" + d.keyword + "  " + d.help
		one := help + "\nmac-address  One phone only\n$mac  MAC address of the phone"
		mac := func(args grammar.Args) phones.MAC {
			m, _ := phones.ParseMAC(args.String("mac"))
			return m
		}
		on := func(c *cli.Context, _ grammar.Args) error {
			filter.set(topic)
			return c.Debug(topic)
		}
		off := func(c *cli.Context, _ grammar.Args) error {
			filter.set(topic)
			return c.Undebug(topic)
		}
		onOne := func(c *cli.Context, args grammar.Args) error {
			filter.set(topic, mac(args))
			c.SetDebug(topic, true)
			c.Printf("%s is enabled for phone %s\n", d.name, mac(args))
			return nil
		}
		offOne := func(c *cli.Context, args grammar.Args) error {
			if !filter.remove(topic, mac(args)) {
				c.SetDebug(topic, false)
			}
			c.Printf("%s is disabled for phone %s\n", d.name, mac(args))
			return nil
		}
		tail := "ephone " + d.keyword
		cmds = append(cmds,
			privileged("debug "+tail, help, on),
			privileged("no debug "+tail, help, off),
			privileged("undebug "+tail, help, off),
			privileged("debug "+tail+" mac-address H.H.H$mac", one, onOne),
			privileged("no debug "+tail+" mac-address H.H.H$mac", one, offOne),
			privileged("undebug "+tail+" mac-address H.H.H$mac", one, offOne),
		)
	}
	return cmds
}
