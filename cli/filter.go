package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// filterSpec is one parsed output modifier.
type filterSpec struct{ args grammar.Args }

// compileFilters makes the grammar of what may follow `|`.
func compileFilters() (*grammar.Set, error) {
	const re = "\n$re  Regular Expression"
	const url = "\n$url  URL of the file, flash:NAME or tftp://HOST/NAME"
	lib := &grammar.Library{Types: grammar.StandardTypes()}
	var cmds []*grammar.Command
	for _, spec := range []grammar.Spec{
		{Name: "append", Syntax: "append WORD$url", Help: "append  Append redirected output to URL" + url},
		{Name: "begin", Syntax: "begin LINE$re", Help: "begin  Begin with the line that matches" + re},
		{Name: "count", Syntax: "count LINE$re", Help: "count  Count number of lines which match regexp" + re},
		{Name: "exclude", Syntax: "exclude LINE$re", Help: "exclude  Exclude lines that match" + re},
		{Name: "include", Syntax: "include LINE$re", Help: "include  Include lines that match" + re},
		{Name: "redirect", Syntax: "redirect WORD$url", Help: "redirect  Redirect output to URL" + url},
		{Name: "section", Syntax: "section LINE$re", Help: "section  Filter a section of output" + re},
		{Name: "section exclude", Syntax: "section exclude LINE$re", Help: "section  Filter a section of output\nexclude  Exclude the section" + re},
		{Name: "section include", Syntax: "section include LINE$re", Help: "section  Filter a section of output\ninclude  Include only the section" + re},
		{Name: "tee", Syntax: "tee WORD$url", Help: "tee  Copy output to URL" + url},
	} {
		spec.NoRefused = true
		c, err := grammar.Compile(spec, lib)
		if err != nil {
			return nil, fmt.Errorf("output modifiers: %w", err)
		}
		cmds = append(cmds, c)
	}
	return grammar.NewSet(cmds, grammar.SetOptions{})
}

// pipeAt finds the first `|` outside quotes, -1 if there is none.
func pipeAt(line string) int {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '|' && !quoted:
			return i
		}
	}
	return -1
}

// pipeable tells whether `|` behind a command typed in set, a part of m, begins
// an output modifier: one whose output may be modified or, as long as it is not
// a whole command, one that begins like such.
func (m *modeSet) pipeable(set *grammar.Set, env grammar.Env, command string) bool {
	if r := set.Match(command, env); r.Outcome == grammar.OK {
		return m.actions[r.Args.Command()].plain.Pipe
	}
	words := strings.Fields(command)
	return len(words) > 0 && m.pipes[complete(set, env, words[0])]
}

// nextPipe finds where a further modifier begins behind the first one: ` | `
// before a modifier's name of at least three letters and an argument, or with
// unfinished a blank. Any other `|` belongs to the regular expression.
func nextPipe(filters *grammar.Set, text string, unfinished bool) int {
	for from := 0; ; {
		i := strings.Index(text[from:], " |")
		if i < 0 {
			return -1
		}
		i += from + 1
		words := strings.Fields(text[i+1:])
		argument := len(words) >= 2 || unfinished && strings.HasSuffix(text, " ")
		if argument && len(words) > 0 && len(words[0]) >= 3 && complete(filters, nil, words[0]) != "" {
			return i
		}
		from = i
	}
}

// maxFilters bounds a chain of modifiers.
const maxFilters = 8

// parseFilters parses what follows the first `|` of line, from offset at.
func (sh *Shell) parseFilters(line string, at int) ([]filterSpec, *lineError) {
	var out []filterSpec
	for {
		text, more := line[at:], -1
		if more = nextPipe(sh.filters, text, false); more >= 0 {
			text = text[:more]
		}
		if strings.TrimSpace(text) == "" {
			return nil, incomplete()
		}
		r := sh.filters.Match(text, nil)
		switch {
		case r.Outcome == grammar.NoMatch:
			return nil, invalidAt(at + r.Caret)
		case r.Outcome == grammar.Ambiguous:
			return nil, ambiguous(line)
		case r.Outcome != grammar.OK:
			return nil, incomplete()
		case len(out) == maxFilters:
			return nil, invalidAt(at)
		}
		out = append(out, filterSpec{r.Args})
		if more < 0 {
			return out, nil
		}
		at += more + 1
	}
}

// newFilter makes the sink of one modifier in front of next.
func (s *Session) newFilter(ctx context.Context, spec filterSpec, next lineSink) (lineSink, error) {
	name, verb := spec.args.Command().Name(), ""
	name, verb, _ = strings.Cut(name, " ")
	switch name {
	case "redirect", "tee", "append":
		return s.newFileSink(ctx, name, spec.args.String("url"), next)
	}
	re, err := compileRegexp(spec.args.String("re"))
	if err != nil {
		return nil, err
	}
	switch name {
	case "include", "exclude":
		return &grepFilter{next: next, re: re, want: name == "include"}, nil
	case "begin":
		return &beginFilter{next: next, re: re}, nil
	case "count":
		return &countFilter{next: next, re: re}, nil
	}
	return &sectionFilter{next: next, re: re, want: verb != "exclude"}, nil
}

type grepFilter struct {
	next lineSink
	re   *regexp.Regexp
	want bool
}

func (f *grepFilter) line(text []byte) error {
	if f.re.Match(text) != f.want {
		return nil
	}
	return f.next.line(text)
}

func (f *grepFilter) end() error { return f.next.end() }

type beginFilter struct {
	next  lineSink
	re    *regexp.Regexp
	begun bool
}

func (f *beginFilter) line(text []byte) error {
	if f.begun = f.begun || f.re.Match(text); !f.begun {
		return nil
	}
	return f.next.line(text)
}

func (f *beginFilter) end() error { return f.next.end() }

type countFilter struct {
	next lineSink
	re   *regexp.Regexp
	n    int
}

func (f *countFilter) line(text []byte) error {
	if f.re.Match(text) {
		f.n++
	}
	return nil
}

func (f *countFilter) end() error {
	if err := f.next.line(fmt.Appendf(nil, "Number of lines which match regexp = %d", f.n)); err != nil {
		return err
	}
	return f.next.end()
}

// sectionFilter takes a matching line with the lines below it that are indented
// deeper.
type sectionFilter struct {
	next   lineSink
	re     *regexp.Regexp
	want   bool
	inside bool
	indent int // of the matching line, while inside
}

func (f *sectionFilter) line(text []byte) error {
	indent := len(text) - len(bytes.TrimLeft(text, " "))
	if f.inside && (indent <= f.indent || indent == len(text)) {
		f.inside = false
	}
	if !f.inside && f.re.Match(text) {
		f.inside, f.indent = true, indent
	}
	if f.inside != f.want {
		return nil
	}
	return f.next.line(text)
}

func (f *sectionFilter) end() error { return f.next.end() }

// fileSink writes to flash: when the output is complete; nothing is written when
// the user quits before or the output is too long.
type fileSink struct {
	ctx   context.Context
	shell *Shell
	file  place
	next  lineSink
	tee   bool
	add   bool
	data  bytes.Buffer
	long  bool // data is not all of it
}

var errTooLong = errors.New("% Output is too long for a file")

func (s *Session) newFileSink(ctx context.Context, verb, url string, next lineSink) (lineSink, error) {
	file, err := parsePlace(url)
	if err != nil {
		return nil, err
	}
	switch {
	case file.where == onFlash && s.shell.o.State != nil:
	case file.where == onTFTP && file.host != "" && file.name != "" && verb != "append" && s.shell.o.Servers != nil:
	default: // a file on a server cannot grow
		return nil, fmt.Errorf("%%Error opening %s (No such device)", shown(url))
	}
	if s.level < maxLevel {
		return nil, fmt.Errorf("%%Error opening %s (Permission denied)", shown(url))
	}
	return &fileSink{ctx: ctx, shell: s.shell, file: file, next: next, tee: verb == "tee", add: verb == "append"}, nil
}

func (f *fileSink) line(text []byte) error {
	if f.long = f.long || f.data.Len()+len(text) >= conf.MaxFlashFile; f.long {
		return errTooLong
	}
	f.data.Write(text)
	f.data.WriteByte('\n')
	if f.tee {
		return f.next.line(text)
	}
	return nil
}

func (f *fileSink) end() error {
	switch {
	case f.ctx.Err() != nil:
		return nil
	case f.long:
		return errTooLong
	}
	if f.add {
		if err := f.shell.o.State.Flash().Append(f.file.name, f.data.Bytes()); err != nil {
			f.shell.logFile(f.file, err)
			return openError(f.file.String(), err)
		}
	} else if err := f.shell.write(f.ctx, f.file, f.data.Bytes()); err != nil {
		return err
	}
	return f.next.end()
}
