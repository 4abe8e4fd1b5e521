package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/busylamp/busylamp/internal/app"
)

type checkCmd struct {
	Platform string   `default:"c3825" enum:"c3825,unlimited" help:"Limits behind ranges: c3825 or unlimited."`
	Files    []string `arg:"" name:"file" help:"Configurations; - is standard input."`
}

// Help is what --help says below the summary.
func (checkCmd) Help() string {
	return `Prints FILE:LINE: error: TEXT for each line that would be refused, with the line and the caret below it,
and FILE:LINE: warning: TEXT for what would be taken and looks wrong: keys that watch nobody, buttons to
missing directory numbers, phones that show no lamps or cannot register. Nothing is started.

Exit status: 0 nothing found, 1 warnings only, 2 lines would be refused or a file cannot be read.`
}

// status is an error that says how the process ends.
type status struct {
	error
	code int
}

// Run checks one file after the other.
func (c *checkCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := bufio.NewWriter(os.Stdout)
	refused, warnings := 0, 0
	for _, name := range c.Files {
		found, err := c.check(ctx, name)
		for _, f := range found {
			if f.Refused {
				refused++
			} else {
				warnings++
			}
			fmt.Fprintf(out, "%s:%s", name, f)
		}
		if err != nil {
			return status{errors.Join(err, out.Flush()), 2}
		}
	}
	if err := out.Flush(); err != nil {
		return status{err, 2}
	}
	summary := fmt.Errorf("refused lines: %d, warnings: %d", refused, warnings)
	switch {
	case refused > 0:
		return status{summary, 2}
	case warnings > 0:
		return status{summary, 1}
	}
	return nil
}

func (c *checkCmd) check(ctx context.Context, name string) ([]app.Finding, error) {
	var in io.Reader = os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	platform, err := app.PlatformNamed(c.Platform)
	if err != nil {
		return nil, err
	}
	found, err := app.Check(ctx, in, platform)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return found, nil
}
