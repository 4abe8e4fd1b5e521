// Command references measures how much of a command reference the appliance takes:
// it reads the examples of chapters in Markdown, types each configuration line in
// its mode at the console of a fresh appliance in memory, and prints what was
// refused, per command, and the sum. Lines behind EXEC prompts are typed in privileged
// EXEC mode and counted apart.
//
//	go run ./interop/references [-v] FILE.md ...
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
	var config, commands tally
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a chapter: %w", err)
		}
		for _, s := range sections(filepath.Base(file), string(text)) {
			for _, block := range s.blocks {
				lines, ran := s.lines(block)
				if len(lines)+len(ran) == 0 {
					continue
				}
				n, m, err := try(dir, s, lines, ran, verbose)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", s.file, s.name, err)
				}
				config.add(n, len(lines))
				commands.add(m, len(ran))
			}
		}
	}
	fmt.Printf("configuration: %v\nEXEC:          %v\ntogether:      %v\n", config, commands,
		tally{config.taken + commands.taken, config.all + commands.all})
	return nil
}

// tally counts lines.
type tally struct{ taken, all int }

func (t *tally) add(taken, all int) { t.taken, t.all = t.taken+taken, t.all+all }

func (t tally) String() string {
	return fmt.Sprintf("%d of %d lines accepted: %.1f %%", t.taken, t.all, 100*float64(t.taken)/float64(max(t.all, 1)))
}

// try types the lines of one example at a fresh appliance: those of its configuration,
// then its EXEC commands.
func try(dir string, s section, lines, commands []typed, verbose bool) (taken, ran int, err error) {
	c, err := boot(dir)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if cerr := c.close(); err == nil {
			err = cerr
		}
	}()
	report := func(l typed, answer string, ok bool) {
		switch {
		case !ok:
			fmt.Printf("refused  %.20s:%d: %s: [%s] %s\n         %s\n", shortName(s.file), l.line, s.name, l.prompt, l.text, answer)
		case verbose:
			fmt.Printf("ok       %s: [%s] %s\n", s.name, l.prompt, l.text)
		}
	}
	for i, l := range lines {
		whole := l
		whole.text = l.whole
		answer, ok, err := c.example(whole, s.prompts, i == 0)
		if !ok && err == nil && l.text != l.whole {
			answer, ok, err = c.example(l, s.prompts, i == 0)
		}
		if err != nil {
			return taken, ran, err
		}
		if ok {
			taken++
		}
		report(l, answer, ok)
	}
	for _, l := range commands {
		if err := c.back(nil); err != nil {
			return taken, ran, err
		}
		answer, err := c.runs(l.text, s.name)
		if err != nil {
			return taken, ran, err
		}
		if answer == "" {
			ran++
		}
		report(l, answer, answer == "")
	}
	return taken, ran, nil
}
