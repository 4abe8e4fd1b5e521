package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/term"
)

// execLine carries out one EXEC line, or with do the rest of a `do` line, whose
// errors never go the host-lookup way.
func (s *Session) execLine(ctx context.Context, line string, do bool) (err *lineError) {
	s.settle(ctx)
	typed := line
	line, grown := s.expand(line)
	defer func() { // the caret stands under what was typed
		if err != nil && err.caret >= 0 && grown != 0 {
			err.caret = min(max(err.caret-grown, 0), len(typed))
		}
	}()
	mode, env := s.shell.mode(ExecMode), s.shell.env()
	set := mode.at(s.level)
	var filters []filterSpec
	command := line
	if at := pipeAt(line); at >= 0 && mode.pipeable(set, env, line[:at]) {
		command = line[:at]
		var lerr *lineError
		if filters, lerr = s.shell.parseFilters(line, at+1); lerr != nil {
			return lerr
		}
	}
	res := set.Match(command, env)
	switch {
	case res.Outcome == grammar.OK:
	case res.Outcome == grammar.NeedText:
		return incomplete() // no EXEC command has a text of several lines
	case do:
		return failure(line, res)
	default:
		if connect := s.implied(command, res); connect != "" {
			if r := set.Match(connect, env); r.Outcome == grammar.OK {
				return s.run(ctx, mode.actions[r.Args.Command()].plain, r.Args, nil)
			}
		}
		return mode.execFailure(command, res, set, env, s.shell.Config().DomainLookup, s.line().Preferred != "none")
	}
	lerr := s.run(ctx, mode.actions[res.Args.Command()].plain, res.Args, filters)
	if lerr != nil && lerr.text == ErrNumber.Error() {
		return invalidAt(lastNumber(command))
	}
	return lerr
}

// run runs an EXEC command or action with its output going through the filters
// and the pager.
func (s *Session) run(ctx context.Context, e *Exec, args grammar.Args, filters []filterSpec) *lineError {
	ctx, cancel := context.WithCancel(ctx)
	c := &Context{Context: ctx, Session: s, Shell: s.shell}
	s.breaks.Store(&cancel)
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-s.term.Interrupted():
				(*s.breaks.Load())()
			case <-ctx.Done():
				return
			}
		}
	})
	out, lerr := s.output(ctx, cancel, filters)
	var err error
	if lerr == nil {
		c.Out, c.flush = out, out.flush
		err = e.Run(c, args)
		if cerr := out.close(); err == nil {
			err = cerr
		}
	}
	quit := ctx.Err() != nil
	cancel()
	watch.Wait()
	switch {
	case lerr != nil:
		return lerr
	case err == nil, quit && errors.Is(err, context.Canceled), errors.Is(err, io.EOF), errors.Is(err, term.ErrInterrupt):
		return nil
	case errors.Is(err, term.ErrTimeout):
		s.done = true // nobody answered a dialog: exec-timeout
		return nil
	}
	return message(err.Error())
}

// output is the way from Context.Out to the terminal.
type output struct {
	ctx  context.Context
	buf  []byte   // an unfinished line
	next lineSink // nil: straight to the terminal
	raw  io.Writer
	page *pager
	all  bool // filters are in between: an unfinished line must wait for its end
}

// lineSink takes output line by line, without newlines. end comes once, after
// the last line.
type lineSink interface {
	line(text []byte) error
	end() error
}

func (s *Session) output(ctx context.Context, quit context.CancelFunc, filters []filterSpec) (*output, *lineError) {
	o := &output{ctx: ctx, raw: s.term}
	page := s.pageLength()
	if page == 0 && len(filters) == 0 {
		return o, nil
	}
	o.page = &pager{ctx: ctx, quit: quit, term: s.term, key: s.readKey, page: page, width: s.columns()}
	o.next = o.page
	for i := len(filters) - 1; i >= 0; i-- {
		f, err := s.newFilter(ctx, filters[i], o.next)
		if err != nil {
			return o, message(err.Error())
		}
		o.next, o.all = f, true
	}
	return o, nil
}

// Write implements io.Writer for Run bodies.
func (o *output) Write(p []byte) (int, error) {
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	if o.next == nil {
		return o.raw.Write(p)
	}
	written := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		line := p[:i]
		if len(o.buf) > 0 {
			line = append(o.buf, line...)
			o.buf = o.buf[:0]
		}
		p = p[i+1:]
		if err := o.ctx.Err(); err != nil { // filters may pass nothing on for long
			return 0, err
		}
		if err := o.next.line(line); err != nil {
			return 0, err
		}
	}
	o.buf = append(o.buf, p...)
	return written, nil
}

// flush shows an unfinished line, before a dialog asks something.
func (o *output) flush() error {
	if o.next == nil || o.all || len(o.buf) == 0 {
		return o.ctx.Err()
	}
	err := o.page.partial(o.buf)
	o.buf = o.buf[:0]
	return err
}

func (o *output) close() error {
	if o.next == nil {
		return nil
	}
	if len(o.buf) > 0 && o.ctx.Err() == nil {
		if !o.all {
			return o.flush()
		}
		if err := o.next.line(o.buf); err != nil {
			return err
		}
	}
	return o.next.end()
}

// pageLength is the number of rows on a page plus one, 0 for no paging.
func (s *Session) pageLength() int {
	line := s.line()
	switch {
	case s.piped:
		return 0
	case s.length != nil:
		return *s.length
	case line.NoPaging:
		return 0
	case line.Length > 0:
		return line.Length
	}
	if _, rows := s.term.Size(); rows > 0 {
		return rows
	}
	if s.kind == LineConsole {
		return 0 // a pipe
	}
	return defaultLength
}

// columns is the width of the terminal, 0 for endless.
func (s *Session) columns() int {
	if s.width != nil {
		return *s.width
	}
	if w := s.line().Width; w > 0 {
		return w
	}
	if cols, _ := s.term.Size(); cols > 0 {
		return cols
	}
	return defaultWidth
}

// What a terminal is that does not say.
const (
	defaultLength = 24
	defaultWidth  = 80
)
