package handset

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A script has one step a line; what follows # is a comment. A step is a key
// (ParseKey), or one of
//
//	wait 2s              let time pass
//	within 5s            how long the next steps `expect` at most (5 s at the start)
//	expect CONDITION     wait until the display shows it, see ParseExpect
//	show                 print the display

// Patience is how long an expectation waits unless `within` says otherwise.
const Patience = 5 * time.Second

// Step is one line of a script.
type Step struct {
	Line int // from 1
	Text string

	key    *Key
	wait   time.Duration
	within time.Duration
	expect func(Display) bool
	show   bool
}

// Script is a parsed script.
type Script []Step

const maxScriptLine = 1000

// ParseScript reads a script. Errors name the line.
func ParseScript(r io.Reader) (Script, error) {
	var s Script
	var errs []error
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<10)
	n := 0
	for lines.Scan() {
		n++
		text, _, _ := strings.Cut(lines.Text(), " #")
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		step, err := ParseStep(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		step.Line = n
		s = append(s, step)
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("line %d: %w", n+1, err))
	}
	return s, errors.Join(errs...)
}

// ParseStep reads one step.
func ParseStep(text string) (Step, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxScriptLine {
		return Step{}, errors.New("too long")
	}
	s := Step{Text: text}
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	var err error
	switch word {
	case "wait":
		s.wait, err = duration(rest)
	case "within":
		s.within, err = duration(rest)
	case "expect":
		s.expect, err = ParseExpect(rest)
	case "show":
		if s.show = true; rest != "" {
			err = fmt.Errorf("show takes no %q", rest)
		}
	default:
		var k Key
		k, err = ParseKey(text)
		s.key = &k
	}
	return s, err
}

// duration is a positive time of at most a day.
func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("%q is no time such as 2s, 500ms or 1m", s)
	}
	return d, nil
}

// Run carries out the script on a phone; out gets what `show` prints and may be
// nil. An error names the line.
func (s Script) Run(ctx context.Context, h Handset, out io.Writer) error {
	within := Patience
	for _, step := range s {
		within = step.Within(within)
		if err := step.Do(ctx, h, within, out); err != nil {
			return fmt.Errorf("line %d: %w", step.Line, err)
		}
	}
	return nil
}

// Within is how long expectations wait after this step: within, unless the step is
// one that changes it.
func (s Step) Within(within time.Duration) time.Duration {
	if s.within > 0 {
		return s.within
	}
	return within
}

// Do carries out one step; an expectation fails after within.
func (s Step) Do(ctx context.Context, h Handset, within time.Duration, out io.Writer) error {
	switch {
	case s.key != nil:
		if err := h.Press(*s.key); err != nil {
			return fmt.Errorf("%s: %w", s.Text, err)
		}
	case s.wait > 0:
		t := time.NewTimer(s.wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	case s.expect != nil:
		ctx, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		d, err := Wait(ctx, h, s.expect)
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s: not within %v; the phone shows:\n%s", s.Text, within, d)
		}
		return err
	case s.show && out != nil:
		fmt.Fprint(out, h.Display())
	}
	return nil
}
