package modes

import (
	"fmt"
	"slices"
	"sync"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// ephoneDebug is one switch of `debug ephone`.
type ephoneDebug struct {
	keyword, help string
	name          string // how it calls itself when it is switched (CME command reference)
	silent        bool   // switched for one phone, it does not say for which
}

var ephoneDebugs = []ephoneDebug{
	{keyword: "blf", help: "BLF monitoring", name: "EPHONE BLF debugging"},
	{keyword: "detail", help: "Everything about calls and phones", name: "Ephone detail debugging", silent: true},
	{keyword: "error", help: "Errors", name: "EPHONE error debugging", silent: true},
	{keyword: "keepalive", help: "Keepalives", name: "EPHONE keepalive debugging"},
	{keyword: "message", help: "Names of messages", name: "EPHONE skinny message debugging"},
	{keyword: "paging", help: "Paging", name: "EPHONE paging debugging"},
	{keyword: "pak", help: "Media packets", name: "EPHONE packet debugging"},
	{keyword: "raw", help: "Bytes of messages", name: "EPHONE raw protocol debugging"},
	{keyword: "register", help: "Registration", name: "Ephone registration debugging", silent: true},
	{keyword: "state", help: "States of calls", name: "EPHONE state debugging"},
}

// echo is what switching it for one phone prints.
func (d ephoneDebug) echo(word string, mac phones.MAC) string {
	if d.silent {
		return d.name + " is " + word
	}
	return fmt.Sprintf("%s is %s for phone %s", d.name, word, mac)
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

// clear restricts no topic any more.
func (f *phoneFilter) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for t := range f.only {
		delete(f.only, t)
		f.tell(t)
	}
}

// of is the phones a topic is restricted to, none if it is not.
func (f *phoneFilter) of(t logbuf.Topic) []phones.MAC {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.only[t])
}

// texts is what `show debugging` says of a topic that is on for some phones only.
func (f *phoneFilter) texts(t logbuf.Topic) (lines []string) {
	for _, mac := range f.of(t) {
		lines = append(lines, fmt.Sprintf("%s for phone %s", DebugText(t, true), mac))
	}
	return lines
}

// includes reports whether any `debug ephone` is on for a phone.
func (f *phoneFilter) includes(c *cli.Context, mac phones.MAC) bool {
	for _, d := range ephoneDebugs {
		t := logbuf.Topic("ephone " + d.keyword)
		if !c.Debugging(t) {
			continue
		}
		if only := f.of(t); len(only) == 0 || slices.Contains(only, mac) {
			return true
		}
	}
	return false
}

func (f *phoneFilter) tell(t logbuf.Topic) {
	if f.a.Skinny != nil {
		f.a.Skinny.DebugOnly(t, slices.Clone(f.only[t]))
	}
}

// execDebugEphone is `debug ephone KEYWORD [mac-address H.H.H]` and its negative forms.
func execDebugEphone(a Agents) []cli.Exec {
	filter := a.filter
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
			c.Printf("%s\n", d.echo("enabled", mac(args)))
			return nil
		}
		offOne := func(c *cli.Context, args grammar.Args) error {
			if len(filter.of(topic)) == 0 { // on for all, which cannot leave one out
				return c.Undebug(topic)
			}
			if !filter.remove(topic, mac(args)) {
				c.SetDebug(topic, false)
			}
			c.Printf("%s\n", d.echo("disabled", mac(args)))
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
