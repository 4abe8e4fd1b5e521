package main

import (
	"os"

	"github.com/busylamp/busylamp/internal/app"
)

type commandsCmd struct {
	Kept bool `help:"Print the lines of a router that are only kept."`
}

// Run prints docs/commands.md or docs/commands-ios.md.
func (c commandsCmd) Run() error { return app.Commands(os.Stdout, c.Kept) }
