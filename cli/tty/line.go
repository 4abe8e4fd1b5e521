package tty

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// line is one ReadLine in progress; guarded by Terminal.mu.
type line struct {
	o       term.LineOptions
	buf     *lineBuffer
	screen  screen
	visible bool // prompt and line stand on the screen's last row
	belled  bool // the bell has rung for a full line

	history []string // copy made at the first Up
	at      int      // position in history; len(history) = the typed line
	typed   []rune   // what was typed before Up
}

// redraw returns prompt and line for a fresh row.
func (l *line) redraw() string {
	if !l.o.Echo {
		return l.screen.prompt
	}
	return l.screen.draw(l.buf.Runes(), l.buf.Pos())
}

// ReadLine implements term.Terminal.
func (t *Terminal) ReadLine(prompt string, o term.LineOptions) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forgetInterrupt() // it was for a command that has ended
	l := t.begin(prompt, o)
	defer func() { t.line, t.waiting = nil, false }()

	ctx := o.Context
	if ctx == nil {
		ctx = context.Background()
	}
	var idle *time.Timer
	var timeout <-chan time.Time
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		text, done, err := t.editKeys(l)
		if done || err != nil {
			return text, err
		}
		if t.eof {
			if t.o.LastLine && l.buf.Len() > 0 {
				return t.finish(l, "\n"), nil
			}
			return "", io.EOF
		}
		if o.Timeout > 0 {
			if idle == nil {
				idle = time.NewTimer(o.Timeout)
				defer idle.Stop()
				timeout = idle.C
			} else {
				idle.Reset(o.Timeout)
			}
		}
		if err := t.wait(ctx, timeout); err != nil {
			return "", err
		}
	}
}

// forgetInterrupt drops a Ctrl-C that nobody has received.
func (t *Terminal) forgetInterrupt() {
	select {
	case <-t.interrupts:
	default:
	}
}

// begin prints the prompt and makes the line the current one.
func (t *Terminal) begin(prompt string, o term.LineOptions) *line {
	width := o.Width
	if width == 0 {
		width = t.cols
	}
	l := &line{o: o, buf: t.text, screen: newScreen(prompt, width), visible: true, at: -1}
	if !o.Echo {
		l.buf = t.secrets
	}
	l.buf.Reset()
	t.line, t.waiting = l, true
	t.put(prompt)
	return l
}

// wait sleeps until input has arrived; the caller holds mu.
func (t *Terminal) wait(ctx context.Context, timeout <-chan time.Time) error {
	notify(t.kick)
	t.mu.Unlock()
	defer t.mu.Lock()
	select {
	case <-t.arrived:
		return nil
	case <-t.closing:
		return io.EOF
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout:
		return term.ErrTimeout
	}
}

// call runs a callback of the shell without the lock. Meanwhile the row is not
// the line's. A Ctrl-C that came then was for the callback and not for the next
// command.
func (t *Terminal) call(l *line, f func()) {
	l.visible, t.waiting = false, false
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		l.visible, t.waiting = true, true
		t.forgetInterrupt()
	}()
	f()
}

// editKeys works off the input that is there. done: the line is complete.
func (t *Terminal) editKeys(l *line) (text string, done bool, err error) {
	for {
		if !t.waitRoom() {
			return "", false, io.EOF
		}
		t.skipLineEnd()
		if text, ok := t.wholeLine(l); ok {
			return text, true, nil
		}
		k, r, n := decode(t.in, t.eof)
		if n == 0 {
			return "", false, nil
		}
		t.consume(n)
		switch k {
		case keyNone:
		case keyEnter:
			t.lastCR = r == '\r'
			return t.finish(l, "\n"), true, nil
		case keyInterrupt:
			t.put("^C\n")
			return "", true, term.ErrInterrupt
		case keyEnd:
			return t.finish(l, "^Z\n"), true, term.ErrEnd
		default:
			if l.o.Echo {
				t.press(l, k, r)
			} else {
				t.pressSecret(l, k, r)
			}
		}
	}
}

// skipLineEnd drops the second half of CR LF and CR NUL.
func (t *Terminal) skipLineEnd() {
	if !t.lastCR || len(t.in) == 0 {
		return
	}
	t.lastCR = false
	if t.in[0] == '\n' || t.in[0] == 0 {
		t.consume(1)
	}
}

// wholeLine takes a complete line of plain characters past the editor: pasted
// text is echoed together with its line end and costs no editing.
func (t *Terminal) wholeLine(l *line) (string, bool) {
	if !l.o.Echo || l.buf.Len() > 0 {
		return "", false
	}
	end := bytes.IndexAny(t.in[:min(len(t.in), MaxLine+1)], "\r\n")
	if end < 0 || !l.screen.fits(end) {
		return "", false
	}
	for _, b := range t.in[:end] {
		if b < 0x20 || b >= del || b == '?' && l.o.Help != nil {
			return "", false
		}
	}
	text := string(t.in[:end])
	t.lastCR = t.in[end] == '\r'
	t.consume(end + 1)
	t.put(text + "\n")
	if l.o.History != nil {
		l.o.History.Add(text)
	}
	return text, true
}

// finish ends the line with echo and returns it.
func (t *Terminal) finish(l *line, echo string) string {
	text := string(l.buf.Reset())
	t.put(echo)
	if l.o.Echo && l.o.History != nil {
		l.o.History.Add(text)
	}
	return text
}

// pressSecret is press for passwords: nothing is shown, few keys edit.
func (t *Terminal) pressSecret(l *line, k key, r rune) {
	switch k {
	case keyRune, keyQuoted, keyHelp:
		l.buf.insert(r)
	case keyBackspace, keyKillToStart:
		l.buf.edit(k)
	}
}

// press carries out one key and paints what it changed.
func (t *Terminal) press(l *line, k key, r rune) {
	ok := true
	switch k {
	case keyHelp:
		if l.o.Help != nil {
			t.help(l)
			return
		}
		ok = t.insert(l, r)
	case keyTab:
		// A paste may have been cut behind a tab, see blankTabs.
		if l.o.Complete != nil && !bytes.ContainsAny(t.in, "\r\n") {
			t.complete(l)
			return
		}
		ok = t.insert(l, ' ')
	case keyRune, keyQuoted:
		if l.belled && l.buf.Len() >= MaxLine {
			return // the rest of a paste: nothing to paint
		}
		ok = t.insert(l, r)
	case keyUp:
		ok = l.recall(-1)
	case keyDown:
		ok = l.recall(+1)
	case keyRedisplay:
		t.put("\n" + l.redraw())
		return
	default:
		ok = l.buf.edit(k)
	}
	t.put(l.screen.update(l.buf.Runes(), l.buf.Pos()))
	if !ok && !t.o.PlainNewline {
		t.put("\a")
	}
}

// insert adds a character. A full line rings once, not for each character of
// what may be a long paste.
func (t *Terminal) insert(l *line, r rune) bool {
	if l.buf.insert(r) {
		return true
	}
	rung := l.belled
	l.belled = true
	return rung
}

// help serves `?`, which is echoed and not part of the line.
func (t *Terminal) help(l *line) {
	head := string(l.buf.Runes()[:l.buf.Pos()])
	t.put("?\n")
	var text string
	t.call(l, func() { text = l.o.Help(head) })
	t.put(text)
	t.put(l.redraw())
}

// complete serves TAB: the line is shown again on a new row, completed if
// there was one way to do it.
func (t *Terminal) complete(l *line) {
	text, pos := l.buf.Runes(), l.buf.Pos()
	var head string
	var ok bool
	t.call(l, func() { head, ok = l.o.Complete(string(text[:pos])) })
	if ok {
		h := []rune(head)
		l.buf.set(slices.Concat(h, text[pos:]), len(h))
	}
	t.put("\n" + l.redraw())
}

// recall moves through the history by one line; false: there is none.
func (l *line) recall(step int) bool {
	if l.o.History == nil {
		return false
	}
	if l.at < 0 {
		l.history, l.typed = l.o.History.Lines(), l.buf.Runes()
		l.at = len(l.history)
	}
	to := l.at + step
	if to < 0 || to > len(l.history) {
		return false
	}
	if l.at == len(l.history) {
		l.typed = l.buf.Runes()
	}
	l.at = to
	text := l.typed
	if to < len(l.history) {
		text = []rune(l.history[to])
	}
	l.buf.set(text, len(text))
	return true
}

// ReadKey implements term.Terminal.
func (t *Terminal) ReadKey(ctx context.Context) (rune, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = true
	defer func() { t.waiting = false }()
	for {
		t.skipLineEnd()
		// A lone Esc is a key here; so is a whole sequence.
		for len(t.in) > 0 {
			k, r, n := decode(t.in, t.eof)
			if n == 0 && t.in[0] == escape {
				r, n = escape, 1
			}
			if n == 0 {
				break
			}
			t.consume(n)
			switch {
			case k == keyEnter:
				t.lastCR = r == '\r'
				return '\r', nil
			case r != 0:
				return r, nil
			}
		}
		if t.eof || t.gone {
			return 0, io.EOF
		}
		if err := t.wait(ctx, nil); err != nil {
			return 0, err
		}
	}
}
