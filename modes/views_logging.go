package modes

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// defaultLogBuffer is the size of `logging buffered` without one, in bytes.
const defaultLogBuffer = 4096

// LogConfig is the log's part of a tree.
func LogConfig(t conf.Tree) logbuf.Config {
	root := t.Root()
	c := logbuf.DefaultConfig()
	c.Disabled, c.Counting = !root.On("logging on"), root.On("logging count")
	c.Uncounted = !root.On("logging message-counter syslog")
	if args, ok := root.Get("logging buffered"); ok {
		c.BufferSize, c.BufferLevel = defaultLogBuffer, severity(args, "level", logbuf.Debugging)
		if args.Has("size") {
			c.BufferSize = args.Int("size")
		}
	}
	level := func(command string, def logbuf.Severity) logbuf.Severity {
		args, ok := root.Get(command)
		if !ok {
			return logbuf.Off
		}
		return severity(args, "level", def)
	}
	c.ConsoleLevel = level("logging console", logbuf.Debugging)
	c.MonitorLevel = level("logging monitor", logbuf.Debugging)
	c.TrapLevel = level("logging trap", logbuf.Informational)
	c.SequenceNumbers = root.On("service sequence-numbers")
	c.LogStamp, c.DebugStamp = logStamp(root, "log"), logStamp(root, "debug")
	if args, ok := root.Get("logging rate-limit"); ok {
		c.Rate = logbuf.Rate{Limit: args.Int("limit"), Console: args.Has("console"), All: args.Has("all"), Except: severity(args, "except", logbuf.Off)}
	}
	for n := range root.All("logging host") {
		h := logbuf.Host{Addr: address(n.Args(), "address"), Port: 514}
		if n.Args().Has("port") {
			h.Port = n.Args().Int("port")
		}
		c.Hosts = append(c.Hosts, h)
	}
	if code, ok := facilityCodes[text(root, "logging facility", "facility")]; ok {
		c.Facility = code
	}
	c.Origin = logOrigin(t)
	exception, _ := root.Get("logging exception")
	c.Exception = exception.Int("bytes")
	return c
}

// logStamp is `service timestamps` of one kind of message.
func logStamp(root conf.Node, what string) logbuf.Stamp {
	for n := range root.All("service timestamps") {
		args := n.Args()
		switch {
		case args.String("what") != what:
		case args.Form() == grammar.No:
			return logbuf.Stamp{Mode: logbuf.StampNone}
		case args.String("form") == "datetime":
			return logbuf.Stamp{
				Mode:     logbuf.StampDatetime,
				Msec:     args.Has("msec"),
				Local:    args.Has("local"),
				ShowZone: args.Has("zone"),
				Year:     args.Has("year"),
			}
		}
	}
	return logbuf.Stamp{Mode: logbuf.StampUptime}
}

// severity is a captured level, def when there is none.
func severity(args grammar.Args, capture string, def logbuf.Severity) logbuf.Severity {
	if s, ok := logbuf.ParseSeverity(args.String(capture)); ok {
		return s
	}
	return def
}

// facilityCodes are the numbers of facilities (RFC 3164 4.1.1).
var facilityCodes = map[string]int{
	"kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "syslog": 5, "lpr": 6, "news": 7, "uucp": 8, "sys9": 9, "sys10": 10, "sys11": 11,
	"sys12": 12, "sys13": 13, "sys14": 14, "cron": 15, "local0": 16, "local1": 17, "local2": 18, "local3": 19, "local4": 20, "local5": 21, "local6": 22, "local7": 23,
}

// logOrigin is `logging origin-id` as messages bear it.
func logOrigin(t conf.Tree) string {
	root := t.Root()
	args, ok := root.Get("logging origin-id")
	if !ok {
		return ""
	}
	switch args.String("kind") {
	case "hostname":
		return cmp.Or(text(root, "hostname", "name"), "Router")
	case "string":
		return args.String("text")
	}
	if a := logSource(t); a.IsValid() {
		return a.String()
	}
	return ""
}

// logSource is the address that `logging origin-id ip` tells: the one phones know.
// Interfaces are only kept here.
func logSource(t conf.Tree) netip.Addr {
	if args, ok := block(t, cmdTelephony).Get("ip source-address"); ok {
		return address(args, "address")
	}
	return sipSource(block(t, cmdRegisterGlobal)).Addr()
}

// loggingLines are the lines of logging that are stored in another form than they are
// typed in: severities by name, defaults spelt out, old spellings as the new ones.
var loggingLines = map[string]func(conf.Tree, grammar.Args) (grammar.Args, error){
	"logging A.B.C.D": func(t conf.Tree, args grammar.Args) (grammar.Args, error) {
		return respell(t, args, "logging host "+args.String("address"))
	},
	"service timestamps": func(t conf.Tree, args grammar.Args) (grammar.Args, error) {
		if args.Form() == grammar.Default || args.Form() == grammar.Positive && args.Has("form") {
			return args, nil
		}
		return respell(t, args, "service timestamps "+args.String("what")+" uptime")
	},
	"logging buffered":   bySeverity("level", ""),
	"logging rate-limit": bySeverity("except", ""),
	"logging history":    bySeverity("level", ""),
	"logging console":    bySeverity("level", "debugging"),
	"logging monitor":    bySeverity("level", "debugging"),
	"logging trap":       bySeverity("level", ""),
}

// bySeverity names the severity of a line; the default one is left out.
func bySeverity(capture, def string) func(conf.Tree, grammar.Args) (grammar.Args, error) {
	return func(t conf.Tree, args grammar.Args) (grammar.Args, error) {
		if args.Form() != grammar.Positive {
			return args, nil
		}
		name := args.Command().Name()
		values := map[string]string{}
		for _, c := range args.Command().Captures() {
			if args.Has(c) && c != capture+"-number" {
				values[c] = args.String(c)
			}
		}
		if s, ok := logbuf.ParseSeverity(values[capture]); ok {
			values[capture] = s.String()
		}
		switch {
		case name == "logging trap" && values[capture] == "":
			values[capture] = logbuf.Informational.String()
		case name == "logging buffered" && values["size"] == "":
			values["size"] = strconv.Itoa(defaultLogBuffer)
		}
		if values[capture] == def {
			delete(values, capture)
		}
		return args.Command().Build(values)
	}
}

// followTimestamps are the lines that `service timestamps` stands for.
func followTimestamps(t conf.Tree, form grammar.Form) []cli.Following {
	lines := []string{"service timestamps debug uptime"}
	switch form {
	case grammar.No:
		lines = []string{"no service timestamps debug uptime", "no service timestamps log uptime"}
	case grammar.Default:
		lines = []string{"default service timestamps debug", "default service timestamps log"}
	}
	var out []cli.Following
	for _, line := range lines {
		if r := t.Schema().Mode(conf.Global).Set().Match(line, nil); r.Outcome == grammar.OK {
			out = append(out, cli.Following{At: conf.Root, Args: r.Args})
		}
	}
	return out
}
