package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/busylamp/busylamp/phones/handset"
)

// steps carries out the steps of a script as they are read, and prints `ok` after
// each: so another program can drive several phones at once. It ends with in, or
// with the first step that fails. in is read by a goroutine that a blocked read
// keeps until the process ends.
func steps(ctx context.Context, h handset.Handset, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	within := handset.Patience
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return nil
			}
			step, err := handset.ParseStep(line)
			if err == nil {
				within = step.Within(within)
				err = step.Do(ctx, h, within, out)
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(out, "ok")
		}
	}
}
