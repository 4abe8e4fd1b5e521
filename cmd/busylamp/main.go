// Command busylamp is an appliance that behaves like a Cisco Unified CME router
// with presence: an IOS-like shell and a live SIP presence agent. See README.md.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

var commandLine struct {
	Run      runCmd      `cmd:"" default:"withargs" help:"Run the appliance; its console is this terminal (default)."`
	Replay   replayCmd   `cmd:"" help:"Replay transcripts of console sessions; exit status 0 when all match."`
	Phone    phoneCmd    `cmd:"" help:"A SIP or SCCP phone in this terminal, driven by a script, or a fleet of phones."`
	Check    checkCmd    `cmd:"" help:"Check configuration files without starting anything."`
	Commands commandsCmd `cmd:"" help:"Print the command reference as Markdown."`
}

func main() {
	k := kong.Parse(&commandLine,
		kong.Name("busylamp"),
		kong.Description("An appliance that behaves like a Cisco Unified CME router with presence."),
		kong.UsageOnError())
	if err := k.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "busylamp: %v\n", err)
		code := 1
		if s, ok := errors.AsType[status](err); ok {
			code = s.code
		}
		os.Exit(code)
	}
}
