package cli

import (
	"context"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What the pager prints: the prompt, and after a key what takes it away again
// (nine backspaces, eight blanks, nine backspaces, as clients expect).
const (
	moreText  = " --More-- "
	moreErase = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"
)

// pager shows lines a page at a time. It is the last sink; only the line at hand
// is in memory, so a hundred thousand rows page at once.
type pager struct {
	ctx   context.Context
	quit  context.CancelFunc
	term  io.Writer
	key   func(context.Context) (rune, error) // Session.readKey
	page  int                                 // `terminal length`; 0 does not page
	width int

	used   int  // rows shown on this page
	mode   byte // '/', '+', '-': a filter typed at the pager
	filter *regexp.Regexp
}

func (p *pager) line(text []byte) error { return p.show(text, true) }

// partial shows the beginning of a line.
func (p *pager) partial(text []byte) error { return p.show(text, false) }

func (p *pager) end() error { return nil }

func (p *pager) show(text []byte, whole bool) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if p.filter != nil {
		match := p.filter.Match(text)
		switch {
		case match == (p.mode == '-'):
			return nil
		case p.mode == '/':
			p.filter = nil
		}
	}
	rows := 1
	if n := utf8.RuneCount(text); p.width > 0 && n > p.width {
		rows = (n-1)/p.width + 1
	}
	if limit := max(p.page-1, 1); p.page > 0 && p.used > 0 && p.used+rows > limit {
		skip, err := p.more(text)
		if skip || err != nil {
			return err
		}
	}
	p.used += rows
	buf := make([]byte, 0, len(text)+1)
	buf = append(buf, text...)
	if whole {
		buf = append(buf, '\n')
	}
	_, err := p.term.Write(buf)
	return err
}

// more waits for a key. skip says that a filter was typed that hides next.
func (p *pager) more(next []byte) (skip bool, err error) {
	if _, err := p.term.Write([]byte(moreText)); err != nil {
		return false, err
	}
	key, err := p.key(p.ctx)
	if err != nil {
		p.quit()
		return false, context.Canceled
	}
	if _, err := p.term.Write([]byte(moreErase)); err != nil {
		return false, err
	}
	switch key {
	case ' ':
		p.used = 0
	case '\r', '\n':
		p.used = max(p.page-2, 0)
	case '/', '+', '-':
		re, ok := p.askFilter(key)
		if !ok {
			break
		}
		p.mode, p.filter, p.used = byte(key), re, 0
		match := re.Match(next)
		if match && p.mode == '/' {
			p.filter = nil
		}
		return match == (p.mode == '-'), nil
	default:
		p.quit()
		return false, context.Canceled
	}
	return false, p.ctx.Err()
}

// askFilter reads a regular expression at the pager. It is false when the user
// gave up or the expression is not one; the page then goes on.
func (p *pager) askFilter(kind rune) (*regexp.Regexp, bool) {
	text := []rune{kind}
	p.term.Write([]byte(string(kind)))
	for {
		key, err := p.key(p.ctx)
		switch {
		case err != nil || key == 3:
			p.term.Write([]byte("\n"))
			return nil, false
		case key == '\r' || key == '\n':
			p.term.Write([]byte("\n"))
			re, err := compileRegexp(string(text[1:]))
			if err != nil {
				p.term.Write([]byte(err.Error() + "\n"))
				return nil, false
			}
			p.term.Write([]byte("filtering...\n"))
			return re, true
		case key == 21 || key == 24: // ^U, ^X
			p.term.Write([]byte(strings.Repeat("\b \b", len(text)-1)))
			text = text[:1]
		case key == '\b' || key == 127:
			if len(text) > 1 {
				text = text[:len(text)-1]
				p.term.Write([]byte("\b \b"))
			}
		case key >= ' ' && len(text) < maxRegexp:
			text = append(text, key)
			p.term.Write([]byte(string(key)))
		}
	}
}
