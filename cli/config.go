package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// frame is one level of the configuration mode stack: the mode, and the block
// of the tree that its lines go to.
type frame struct {
	set    *modeSet
	prompt string // what stands in the prompt's parentheses
	path   conf.Path
	also   []conf.Path // other blocks that what is typed goes into
}

// maxText bounds a banner in bytes; what is typed beyond it is dropped.
const maxText = 64 << 10

// matchConfig matches a line in the innermost mode and, when that fails, in the
// modes around it up to global, where it must match whole. It returns the
// level of the stack it matched at. Only what the privilege level may type counts. The error is that of the mode that got furthest; among
// equals, of the innermost.
func matchConfig(stack []frame, level int, line string, env grammar.Env) (int, grammar.Result, *lineError) {
	var worst, short, shown grammar.Result
	var denied *lineError
	var isAmbiguous bool
	best, shortAt := -1, -1
	for i := len(stack) - 1; i >= 0; i-- {
		set := stack[i].set.at(level)
		r := set.Match(line, env)
		if r.Outcome == grammar.OK || r.Outcome == grammar.NeedText {
			// A keyword typed in full is preferred to an abbreviation further
			// in: `ephone 3` typed in ephone mode is not `ephone-template 3`.
			// An abbreviation that is ambiguous here must not act elsewhere.
			switch {
			case firstWordWhole(set, line):
				return i, r, nil
			case shortAt < 0 && !isAmbiguous:
				short, shortAt = r, i
			}
			continue
		}
		// Nor is `ephone-dn 7` typed in ephone-dn mode `ephone-dn-template 7` when
		// there is no ephone-dn 7: the line says what it means, and is refused for it.
		if shortAt >= 0 && denied == nil && meansWhole(set, line, r, env) {
			denied, shown = failure(line, r), r
		}
		isAmbiguous = isAmbiguous || r.Outcome == grammar.Ambiguous
		if n := reach(line, r); n > best {
			best, worst = n, r
		}
	}
	switch {
	case denied != nil:
		return 0, shown, denied
	case shortAt >= 0:
		return shortAt, short, nil
	}
	return 0, worst, failure(line, worst)
}

// firstWordWhole tells whether the line's keyword is typed in full.
func firstWordWhole(set *grammar.Set, line string) bool {
	first := true
	for w := range strings.FieldsSeq(line) {
		if first && (strings.EqualFold(w, "no") || strings.EqualFold(w, "default")) {
			first = false
			continue
		}
		return set.Begins(w)
	}
	return false
}

// meansWhole tells whether a line that does not match begins with a whole keyword of
// these lines behind which nothing but an argument can stand.
func meansWhole(set *grammar.Set, line string, r grammar.Result, env grammar.Env) bool {
	if r.Outcome != grammar.NoMatch || r.Depth == 0 || !firstWordWhole(set, line) {
		return false
	}
	words := strings.Fields(line)
	help := set.Next(strings.Join(words[:min(r.Depth, len(words))], " ")+" ", env)
	return help.Outcome == grammar.OK && len(help.Items) > 0 && !help.CR &&
		!slices.ContainsFunc(help.Items, func(i grammar.Item) bool { return i.Keyword })
}

// cutDo recognises `do LINE`. at is the offset of LINE.
func cutDo(line string) (rest string, at int, ok bool) {
	trimmed := strings.TrimLeft(line, " \t")
	if len(trimmed) < 3 || !strings.EqualFold(trimmed[:2], "do") || !strings.ContainsRune(" \t", rune(trimmed[2])) {
		return "", 0, false
	}
	rest = strings.TrimLeft(trimmed[2:], " \t")
	return rest, len(line) - len(rest), true
}

// configLine carries out one line of a configuration mode. next reads the
// following lines of a banner.
func (s *Session) configLine(ctx context.Context, line string, next func() (string, error)) *lineError {
	if rest, at, ok := cutDo(line); ok {
		err := s.execLine(ctx, rest, true)
		if err != nil && err.caret >= 0 {
			err.caret += at
		}
		return err
	}
	level, res, lerr := matchConfig(s.stack, s.level, line, s.shell.env())
	if lerr != nil {
		return lerr
	}
	args := res.Args
	if res.Outcome == grammar.NeedText {
		s.print("Enter TEXT message.  End with the character '" + string([]rune(res.Delim)[:1]) + "'.\n")
		text, err := collect(res, next)
		if err != nil {
			return message("% Text has no closing delimiter")
		}
		args = res.WithText(text)
	}
	f := s.stack[level]
	switch f.set.builtin[args.Command()] {
	case builtinExit:
		switch {
		case level > 0:
			s.stack = s.stack[:level]
		case !s.loading:
			s.leaveConfig()
		}
		return nil
	case builtinEnd:
		s.leaveConfig()
		return nil
	case builtinDo:
		return incomplete() // `do` alone; with a line it was cut above
	case builtinHelp:
		if !s.loading {
			s.print(helpText)
		}
		return nil
	}
	if a, ok := f.set.actions[args.Command()]; ok {
		e := a.of(args)
		if e == nil {
			return invalidAt(len(line) - len(strings.TrimLeft(line, " ")))
		}
		s.stack = s.stack[:level+1]
		if s.trial {
			return nil
		}
		s.below = next
		return s.run(ctx, e, args, nil)
	}
	if lerr := s.mentioned(line, args); lerr != nil {
		return lerr
	}
	return s.commit(level, args)
}

// mentioned refuses a line about a command that there is not. Only the first word counts: of
// what a router has behind it much is not here.
func (s *Session) mentioned(line string, args grammar.Args) *lineError {
	if s.shell.o.Mentions == nil || args.Form() != grammar.Positive {
		return nil
	}
	name, command := s.shell.o.Mentions(args)
	mode := s.shell.mode(name)
	first, _, _ := strings.Cut(command, " ")
	if mode == nil || first == "" {
		return nil
	}
	if r := mode.set.Match(first, s.shell.env()); r.Outcome == grammar.NoMatch {
		return invalidAt(strings.LastIndex(line, command) + r.Caret)
	}
	return nil
}

// collect reads a banner up to its closing delimiter. The error is that of next.
func collect(res grammar.Result, next func() (string, error)) (string, error) {
	var b strings.Builder
	for {
		line, err := next()
		if err != nil {
			return "", err
		}
		before, closed := res.Closes(line)
		if !closed {
			before = line + "\n"
		}
		if b.Len()+len(before) <= maxText {
			b.WriteString(before)
		}
		if closed {
			return b.String(), nil
		}
	}
}

// commit puts a matched line into the tree and opens its mode.
func (s *Session) commit(level int, args grammar.Args) *lineError {
	f := s.stack[level]
	store := s.shell.store
	if rewrite := s.shell.o.Rewrite; rewrite != nil {
		var err error
		if args, err = rewrite(store.Tree(), f.path, args); err != nil {
			return refusal(err)
		}
	}
	if guard := s.shell.o.Guard; guard != nil && !s.loading {
		if err := guard(store.Tree(), f.path, args); err != nil {
			return refusal(err)
		}
	}
	logged := s.shell.Config().Archive.Log
	path, done, err := store.Apply(s.author(), f.path, args)
	if err != nil {
		return refusal(err)
	}
	if told := s.shell.o.Committed; told != nil && !s.loading && !done.Empty() {
		told(done)
	}
	if told := s.shell.o.Retyped; told != nil && !s.loading && done.Empty() && args.Form() == grammar.Positive {
		told(s.ctx, args)
	}
	more, also := s.following(f, done, args)
	for _, m := range more {
		_, done, err := store.Apply(s.author(), m.At, m.Args)
		if err != nil {
			return refusal(err)
		}
		s.dirty = s.dirty || !done.Empty()
	}
	s.trace(path, done.Changes)
	s.dirty = s.dirty || !done.Empty()
	s.changed = s.changed || !done.Empty()
	if zone := s.shell.o.Zone; zone != nil && strings.HasPrefix(args.Command().Name(), "clock ") {
		s.rezoned(zone(done.Old), zone(done.New))
	}
	s.record(logged, args.Line(), f.set.conf.Mode.Indent)
	if notice := s.shell.o.Notice; notice != nil && !s.loading {
		s.print(notice(done.Old, f.path, args, !done.Empty()))
	}
	c, _ := f.set.conf.CommandOf(args)
	s.stale = s.stale || c.Prompt
	s.stack = s.stack[:level+1]
	if args.Form() == grammar.Positive && c.Enter != "" {
		set := s.shell.mode(c.Enter)
		prompt := set.conf.Mode.Prompt
		if of := set.conf.Mode.PromptOf; of != nil {
			prompt = of(args)
		}
		s.stack = append(s.stack, frame{set, prompt, path, also})
	}
	return nil
}

// following gives the lines that a committed one brings about, and the blocks besides its own
// that it has opened.
func (s *Session) following(f frame, done conf.Commit, args grammar.Args) (lines []Following, also []conf.Path) {
	if follow := s.shell.o.Follow; follow != nil {
		lines, also = follow(done.Old, done.New, args)
	}
	for _, path := range f.also {
		lines = append(lines, Following{At: path, Args: args})
	}
	return lines, also
}

// enterConfig starts a configure session in global mode.
func (s *Session) enterConfig() {
	s.configSession = 0
	set := s.shell.mode(conf.Global)
	s.stack = []frame{{set: set, prompt: set.conf.Mode.Prompt, path: conf.Root}}
}

// leaveConfig returns to EXEC and logs who has configured.
func (s *Session) leaveConfig() {
	if len(s.stack) == 0 {
		return
	}
	s.stack = nil
	if s.trial {
		return // nobody has configured anything
	}
	// The message is logged as the configuration says that it ends.
	s.settle(context.WithoutCancel(s.ctx))
	if s.changed {
		s.altered()
	}
	s.shell.o.Log.Msg("SYS", logbuf.Notifications, "CONFIG_I", "Configured from %s by %s", s.source, s.origin().Text)
}

// settle waits, for a bounded time, until the agents have taken over what this
// session has committed.
func (s *Session) settle(ctx context.Context) {
	if !s.dirty {
		return
	}
	s.dirty, s.stale = false, false
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	began := time.Now()
	defer func() { s.settled = time.Now(); s.settling = s.settled.Sub(began) }()
	if err := s.shell.store.Settle(ctx); errors.Is(err, context.DeadlineExceeded) {
		s.dirty = true // ask again before the next command
	}
}

// slow reports whether waiting for the agents again would hold the user up.
func (s *Session) slow() bool {
	return s.settling >= slowSettle && time.Since(s.settled) < settleShare*s.settling
}

const (
	// settleTime is how long a prompt waits for agents.
	settleTime = 2 * time.Second
	// A prompt does not wait for settleShare times as long as it waited last, if that was
	// slowSettle or more: pasted lines come one by one if the network is slow, and each view
	// of a large configuration takes its time.
	settleShare = 4
	slowSettle  = 50 * time.Millisecond
	// flushTime is how long a prompt waits for messages to be printed.
	flushTime = 200 * time.Millisecond
)
