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
}

var readyRE = regexp.MustCompile(`(?:^|\n)[\w.-]+(?:\(([\w.-]+)\))?[>#]$`)

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
	c := &console{lab, term, dir}
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
		if m := readyRE.FindSubmatch(b); m != nil {
			return strings.ReplaceAll(string(b), "\r", ""), string(m[1]), nil
		}
		if err != nil {
			return string(b), "", fmt.Errorf("console: %w", err)
		}
	}
}

// say types a line and returns what is printed and the mode of the next prompt.
func (c *console) say(line string) (answer, mode string, err error) {
	if _, err := io.WriteString(c.term, line+"\r"); err != nil {
		return "", "", fmt.Errorf("console: %w", err)
	}
	text, mode, err := c.read()
	if err != nil {
		return "", "", err
	}
	var out []string
	for i, l := range strings.Split(text, "\n") {
		if t := strings.TrimSpace(l); i > 0 && (strings.HasPrefix(t, "%") || strings.HasPrefix(t, "ERROR")) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " "), mode, nil
}

// example types an example line in the mode the console is in, else in those that
// its prompt and its command name. first says that no line stands before it.
func (c *console) example(l typed, prompts []string, first bool) (refusal string, ok bool, err error) {
	modes := slices.Concat([]string{l.prompt}, prompts)
	if first && l.prompt != "" && l.prompt != "config" {
		if err := c.open(l.prompt); err != nil {
			return "", false, err
		}
	}
	refusal, _, err = c.say(l.text)
	for _, m := range modes {
		if refusal == "" || err != nil {
			break
		}
		if m == "" || opener(m) == nil {
			continue
		}
		if err = c.open(m); err == nil {
			var again string
			if again, _, err = c.say(l.text); again == "" {
				refusal = ""
			}
		}
	}
	return refusal, refusal == "", err
}

// open enters the mode of a prompt from global mode.
func (c *console) open(prompt string) error {
	for _, line := range opener(prompt) {
		if _, _, err := c.say(line); err != nil {
			return err
		}
	}
	return nil
}

// opener is the lines that enter a mode; nil for an unknown prompt.
func opener(prompt string) []string {
	lines, ok := openers[prompt]
	if !ok {
		return nil
	}
	return append([]string{"end", "configure terminal"}, lines...)
}

func shortName(file string) string {
	if _, rest, ok := strings.Cut(filepath.Base(file), "-chapter-"); ok {
		file, _, _ = strings.Cut(rest, "-html")
	}
	return file
}
