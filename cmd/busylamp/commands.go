package main

import (
	"os"

	"github.com/busylamp/busylamp/internal/app"
)

type commandsCmd struct{}

// Run prints docs/commands.md.
func (commandsCmd) Run() error { return app.Commands(os.Stdout) }
