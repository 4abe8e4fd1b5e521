// Command references measures how much of a command reference the appliance takes:
// it reads the examples of chapters in Markdown, types each configuration line in
// its mode at the console of a fresh appliance in memory, and prints what was
// refused, per command, and the sum.
//
//	go run ./interop/references [-v] [-platform NAME] FILE.md ...
//
// The chapters are not part of this repository. A line is typed in the mode that
// the example is in, then, if that refuses it, in the modes of its prompt and of
// the command's description: prompts are often misprinted.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	verbose := flag.Bool("v", false, "print accepted lines as well")
	flag.Parse()
	if err := measure(flag.Args(), *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "references:", err)
		os.Exit(1)
	}
}

func measure(files []string, verbose bool) error {
	dir, err := os.MkdirTemp("", "references")
	if err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	defer os.RemoveAll(dir)
	taken, all := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a chapter: %w", err)
		}
		for _, s := range sections(filepath.Base(file), string(text)) {
			for _, block := range s.blocks {
				lines := s.lines(block)
				if len(lines) == 0 {
					continue
				}
				all += len(lines)
				n, err := try(dir, s, lines, verbose)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", s.file, s.name, err)
				}
				taken += n
			}
		}
	}
	fmt.Printf("%d of %d lines accepted: %.1f %%\n", taken, all, 100*float64(taken)/float64(max(all, 1)))
	return nil
}

// try types the lines of one example at a fresh appliance.
func try(dir string, s section, lines []typed, verbose bool) (taken int, err error) {
	c, err := boot(dir)
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := c.close(); err == nil {
			err = cerr
		}
	}()
	for i, l := range lines {
		answer, ok, err := c.example(l, s.prompts, i == 0)
		switch {
		case err != nil:
			return taken, err
		case ok:
			taken++
			if verbose {
				fmt.Printf("ok       %s: %s\n", s.name, l.text)
			}
		default:
			fmt.Printf("refused  %.20s:%d: %s: [%s] %s\n         %s\n", shortName(s.file), l.line, s.name, l.prompt, l.text, answer)
		}
	}
	return taken, nil
}
