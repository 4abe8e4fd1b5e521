package modes

import (
	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// debugging is one group of debug switches: `debug NAME KEYWORD`.
type debugging struct {
	name string // "presence"
	help string
	all  bool // there is a keyword `all`
	// keywords and what `?` says of each; the topic is "NAME KEYWORD".
	keywords [][2]string
}

func debuggings() []debugging {
	return []debugging{
		{
			name: "presence", help: "presence  Presence service debugging", all: true,
			keywords: [][2]string{ // guide, "Troubleshooting Presence"
				{"asnl", "Subscription and notification layer"},
				{"errors", "Errors"},
				{"event", "Events"},
				{"info", "General information"},
				{"timer", "Timers"},
				{"trace", "Function traces"},
				{"xml", "Presence documents"},
			},
		},
		{
			name: "ccsip", help: "ccsip  SIP call control debugging", all: true,
			keywords: [][2]string{
				{"error", "SIP errors"},
				{"events", "SIP transactions"},
				{"messages", "SIP messages"},
			},
		},
		{
			name: "voice register", help: "voice  Voice debugging\nregister  SIP phone registration",
			keywords: [][2]string{
				{"errors", "Registration errors"},
				{"events", "Registration events"},
			},
		},
	}
}

// DebugText is cli.Options.DebugText: the words of topics that have their own (CME
// command reference: debug ephone blf; Voice command reference: debug ccsip messages).
func DebugText(t logbuf.Topic, on bool) string {
	word := "disabled"
	if on {
		word = "enabled"
	}
	if t == "ccsip messages" {
		return "SIP Call messages tracing is " + word
	}
	for _, d := range ephoneDebugs {
		if t == logbuf.Topic("ephone "+d.keyword) {
			return d.name + " is " + word
		}
	}
	return ""
}

// execDebug is each switch in its three forms, debug, no debug and undebug.
func execDebug(a Agents) []cli.Exec {
	all := func(c *cli.Context, _ grammar.Args) error {
		a.filter.clear()
		return c.UndebugAll()
	}
	cmds := []cli.Exec{
		privileged("debug all", `
			all  Enable all debugging`, a.debugAll),
		privileged("undebug all", `
			all  Disable all debugging`, all),
		privileged("no debug all", `
			all  Disable all debugging`, all),
	}
	for _, d := range debuggings() {
		for _, k := range d.keywords {
			cmds = append(cmds, d.forms(k[0], k[1], logbuf.Topic(d.name+" "+k[0]))...)
		}
		if d.all {
			var topics []logbuf.Topic
			for _, k := range d.keywords {
				topics = append(topics, logbuf.Topic(d.name+" "+k[0]))
			}
			cmds = append(cmds, d.forms("all", "All of them", topics...)...)
		}
	}
	return cmds
}

// debugAll is `debug all`, for all phones.
func (a Agents) debugAll(c *cli.Context, _ grammar.Args) error {
	ok, err := c.YesOrElse("\nThis may severely impact network performance. Continue?")
	if err != nil || !ok {
		return err
	}
	a.filter.clear()
	for _, d := range debuggings() {
		for _, k := range d.keywords {
			c.SetDebug(logbuf.Topic(d.name+" "+k[0]), true)
		}
	}
	for _, d := range ephoneDebugs {
		c.SetDebug(logbuf.Topic("ephone "+d.keyword), true)
	}
	c.Printf("\nAll possible debugging has been turned on\n")
	return nil
}

func (d debugging) forms(keyword, text string, topics ...logbuf.Topic) []cli.Exec {
	help := d.help + "\n" + keyword + "  " + text
	on := func(c *cli.Context, _ grammar.Args) error { return c.Debug(topics...) }
	off := func(c *cli.Context, _ grammar.Args) error { return c.Undebug(topics...) }
	tail := d.name + " " + keyword
	return []cli.Exec{
		privileged("debug "+tail, help, on),
		privileged("no debug "+tail, help, off),
		privileged("undebug "+tail, help, off),
	}
}
