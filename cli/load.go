package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/term"
)

// String is how a terminal shows the refusal: the line, the caret below it, the
// error with the number of the line, and a blank line.
func (e LoadError) String() string {
	text, at := Excerpt(e.Text, e.Caret)
	caret := ""
	if at >= 0 {
		caret = strings.Repeat(" ", at) + "^\n"
	}
	return fmt.Sprintf("%s\n%s%s (line %d)\n\n", text, caret, e.Error, e.Line)
}

// Excerpt is the part of a refused line around the caret, which is a column in
// characters or -1: a line of a file may be as long as the file. A line that no terminal
// would have taken whole is cut, with `$` where something is missing, as the editor shows it.
func Excerpt(text string, caret int) (string, int) {
	const most, before = 400, 200
	if len(text) <= most {
		return text, caret
	}
	runes := []rune(text)
	from := 0
	if caret > before {
		from = min(caret-before, max(len(runes)-most, 0))
	}
	to := min(from+most, len(runes))
	cut := string(runes[from:to])
	if from > 0 {
		cut = "$" + cut
		caret += 1 - from
	}
	if to < len(runes) {
		cut += "$"
	}
	return cut, caret
}

// Load reads a configuration file from global mode on, line by line, and returns
// the lines that were refused; the rest is committed under the name of who
// ("memory"). Lines deeper than a refused one go with it, so that the body of a
// block that was refused does not land in the block before. It takes what files
// of routers and of people hold, see pasted and tidy. It ends at `end`, unless that
// stands behind a prompt, and waits (bounded) until the agents have taken it.
func (sh *Shell) Load(ctx context.Context, file []byte, who conf.Origin) []LoadError {
	s := sh.loader(ctx, who)
	defer s.leaveConfig()
	return s.load(ctx, file)
}

// Adopt is Load for lines that the appliance writes by itself, such as those of
// an ephone that a phone made by registering: nobody has configured them, and no
// message says so.
func (sh *Shell) Adopt(ctx context.Context, lines []byte, who conf.Origin) []LoadError {
	s := sh.loader(ctx, who)
	defer func() { s.stack = nil }()
	return s.load(ctx, lines)
}

// loader is a session without a terminal, in global configuration mode.
func (sh *Shell) loader(ctx context.Context, who conf.Origin) *Session {
	s := newSession(sh, LineConsole, 0, "")
	s.ctx, s.source, s.level, s.term = ctx, who.Text, maxLevel, nullTerminal{}
	s.loading, s.piped = true, true
	s.enterConfig()
	return s
}

func (s *Session) load(ctx context.Context, file []byte) []LoadError {
	defer s.shell.store.Hold()()
	r := fileReader{rest: string(file)}
	var bad []LoadError
	refused := -1          // indentation of a refused line: what is deeper belongs to it
	var atPrompt, was bool // it stands behind a prompt, and so did the refused line
	for ctx.Err() == nil && len(s.stack) > 0 {
		line, err := r.next()
		if err != nil {
			break
		}
		s.fileLine = r.line
		text, depth, ok := pasted(line)
		if !ok {
			continue
		}
		atPrompt = text != line
		if refused >= 0 && depth > refused && atPrompt == was {
			bad = append(bad, LoadError{Line: s.fileLine, Text: line, Caret: -1, Error: "% Skipped, the line above it that it belongs to was refused"})
			continue
		}
		refused = -1
		var lerr *lineError
		switch _, at, do := cutDo(text); {
		case do && atPrompt: // of a log, like what stands behind an EXEC prompt
		case do:
			lerr = invalidAt(at - len("do ")) // EXEC commands have no place in a file
		case atPrompt && strings.EqualFold(strings.TrimSpace(text), "end"):
			s.stack = s.stack[:1] // a log may go on with another `configure terminal`
		default:
			lerr = s.configLine(ctx, text, r.next)
		}
		if lerr != nil {
			refused, was = depth, atPrompt
			bad = append(bad, LoadError{Line: s.fileLine, Text: line, Caret: lerr.column(text), Error: lerr.text})
		}
	}
	return bad
}

// fileReader hands out the lines of a file, tidied.
type fileReader struct {
	rest string
	line int // number of the line handed out last
}

func (r *fileReader) next() (string, error) {
	if r.rest == "" {
		return "", io.EOF
	}
	var line string
	line, r.rest, _ = strings.Cut(r.rest, "\n")
	r.line++
	return tidy(line), nil
}

// nullTerminal stands in while a file is read: output goes nowhere and every
// question meets a hang-up.
type nullTerminal struct{}

func (nullTerminal) Write(p []byte) (int, error)                       { return len(p), nil }
func (nullTerminal) ReadLine(string, term.LineOptions) (string, error) { return "", io.EOF }
func (nullTerminal) ReadKey(context.Context) (rune, error)             { return 0, io.EOF }
func (nullTerminal) Size() (cols, rows int)                            { return 0, 0 }
func (nullTerminal) Pending() bool                                     { return true }
func (nullTerminal) Async(string)                                      {}
func (nullTerminal) Insert(string)                                     {}
func (nullTerminal) Interrupted() <-chan struct{}                      { return nil }
func (nullTerminal) Raw() term.Raw                                     { return term.Hung{} }
