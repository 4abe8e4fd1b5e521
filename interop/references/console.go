package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/transcripts"
)

// console is the console of one appliance, in privileged EXEC mode at first.
type console struct {
	lab  *transcripts.Lab
	term io.ReadWriteCloser
	dir  string
	mode string   // of the last prompt
	path []string // the lines that led there from global mode
}

var readyRE = regexp.MustCompile(`(?:^|\n)[\w.-]+(?:\(([\w.-]+)\))?[>#]$`)

// questionRE ends the questions of EXEC commands.
var questionRE = regexp.MustCompile(`(\[confirm\]|\]\?|\[yes/no\]:|[Pp]assword:) ?$`)

func boot(parent string) (*console, error) {
	dir, err := os.MkdirTemp(parent, "lab")
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	lab, err := transcripts.OpenLab(dir, &transcripts.Script{Startup: []byte("no logging console\nno ip domain lookup\nline con 0\n length 0\n")})
	if err != nil {
		return nil, fmt.Errorf("booting: %w", err)
	}
	term, err := lab.Console()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("console: %w", err), lab.Close())
	}
	c := &console{lab: lab, term: term, dir: dir}
	if _, _, err := c.read(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	for _, line := range []string{"enable", "configure terminal"} {
		if _, _, err := c.say(line); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *console) close() error {
	return errors.Join(c.term.Close(), c.lab.Close(), os.RemoveAll(c.dir))
}

// read reads up to the next prompt and gives the prompt's mode.
func (c *console) read() (text, mode string, err error) {
	var b []byte
	buf := make([]byte, 4096)
	for {
		n, err := c.term.Read(buf)
		b = append(b, buf[:n]...)
		if questionRE.Match(b) {
			if _, err := io.WriteString(c.term, "\x03"); err != nil {
				return string(b), "", fmt.Errorf("console: %w", err)
			}
			b = append(b, '\n')
		}
		if m := readyRE.FindSubmatch(b); m != nil {
			return strings.ReplaceAll(string(b), "\r", ""), string(m[1]), nil
		}
		if err != nil {
			return string(b), "", fmt.Errorf("console: %w", err)
		}
	}
}

// refusalRE is what the parser answers. What a line that it takes says about the
// state of the appliance (no phone to restart) is no refusal.
var refusalRE = regexp.MustCompile(`^% ?(Invalid input|Incomplete command|Ambiguous command|Unrecognized|Unknown)`)

// say types a line and returns its refusal, if any, and the mode of the next prompt.
func (c *console) say(line string) (answer, mode string, err error) {
	if _, err := io.WriteString(c.term, line+"\r"); err != nil {
		return "", "", fmt.Errorf("console: %w", err)
	}
	text, mode, err := c.read()
	if err != nil {
		return "", "", err
	}
	c.mode = mode
	var out []string
	for i, l := range strings.Split(text, "\n") {
		if t := strings.TrimSpace(l); i > 0 && refusalRE.MatchString(t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " "), mode, nil
}

// run types an EXEC command. Questions that it asks are left with Ctrl-C.
func (c *console) run(line string) (refusal string, err error) {
	if _, _, err := c.say("end"); err != nil {
		return "", err
	}
	refusal, _, err = c.say(line)
	if err != nil {
		return "", err
	}
	_, _, err = c.say("configure terminal")
	return refusal, err
}

// runs types an EXEC command. If it is refused, what follows a word that is no keyword
// may be the first line of its screen, which was printed behind it: it is cut off there,
// but not within the name of the command.
func (c *console) runs(line, name string) (refusal string, err error) {
	refusal, err = c.run(line)
	words, named := strings.Fields(line), strings.Fields(name)
	own := 0
	for own < min(len(words), len(named)) && words[own] == named[own] {
		own++
	}
	for n := len(words) - 1; refusal != "" && err == nil && n >= max(own, 2); n-- {
		if keywordRE.MatchString(words[n]) {
			continue
		}
		var cut string
		if cut, err = c.run(strings.Join(words[:n], " ")); cut == "" {
			refusal = ""
		}
	}
	return refusal, err
}

var keywordRE = regexp.MustCompile(`^[a-z][a-z-]*$`)

// example types an example line in the mode the console is in, else in those that
// its prompt and its command name. first says that no line stands before it.
func (c *console) example(l typed, prompts []string, first bool) (refusal string, ok bool, err error) {
	modes := slices.Concat([]string{l.prompt}, prompts)
	if first && l.prompt != "" && l.prompt != "config" {
		if err := c.open(l.prompt); err != nil {
			return "", false, err
		}
	}
	refusal, err = c.enter(l.text)
	path := c.path
	for _, m := range modes {
		if refusal == "" || err != nil {
			break
		}
		if _, known := openers[m]; !known {
			continue
		}
		if err = c.open(m); err == nil {
			var again string
			if again, err = c.enter(l.text); again == "" {
				refusal = ""
			}
		}
	}
	if refusal != "" && err == nil {
		if err = c.back(path); err == nil {
			var two bool
			if two, err = c.twice(l.text, path); two {
				return "", true, err
			}
		}
	}
	return refusal, refusal == "", err
}

// twice types a line as two, the first of which opens a mode: where the break between them
// got lost when the example was printed.
func (c *console) twice(line string, path []string) (bool, error) {
	words := strings.Fields(line)
	for n := len(words) - 1; n > 0; n-- {
		before := c.mode
		refusal, err := c.enter(strings.Join(words[:n], " "))
		if err != nil {
			return false, err
		}
		if refusal == "" && c.mode != before {
			if refusal, err = c.enter(strings.Join(words[n:], " ")); refusal == "" || err != nil {
				return err == nil, err
			}
		}
		if refusal == "" || c.mode != before {
			if err := c.back(path); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// enter types a line and remembers where it leads.
func (c *console) enter(line string) (refusal string, err error) {
	before := c.mode
	refusal, mode, err := c.say(line)
	switch {
	case mode == before:
	case nested[mode] && len(c.path) > 0:
		c.path = append(c.path[:1:1], line)
	default:
		c.path = []string{line}
	}
	return refusal, err
}

// back returns to where lines led.
func (c *console) back(path []string) error {
	for _, line := range append([]string{"end", "configure terminal"}, path...) {
		if _, _, err := c.say(line); err != nil {
			return err
		}
	}
	c.path = path
	return nil
}

// open enters the mode of a prompt from global mode.
func (c *console) open(prompt string) error { return c.back(openers[prompt]) }

func shortName(file string) string {
	if _, rest, ok := strings.Cut(filepath.Base(file), "-chapter-"); ok {
		file, _, _ = strings.Cut(rest, "-html")
	}
	return file
}
