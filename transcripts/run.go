package transcripts

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
)

// Stage carries out stage directions. Expect and Phone block until what they
// say has come about or ctx ends.
type Stage interface {
	// Line sets the call state of a local number: idle, busy, ringing, clear.
	Line(ctx context.Context, number, state string) error
	// Phone drives a phone: words after "phone".
	Phone(ctx context.Context, words []string) error
	// SIP sends one datagram to the SIP endpoint.
	SIP(ctx context.Context, datagram []byte) error
	// Received waits for the next datagram back.
	Received(ctx context.Context) ([]byte, error)
	// Answer waits for the next request back with a Call-ID and answers it.
	Answer(ctx context.Context, code int, callID string) error
	// HTTP fetches a page of the web server, as phones do.
	HTTP(ctx context.Context, port uint16, page string) ([]byte, error)
	// Server drives another appliance: its address, and words after that. startup is
	// the configuration it boots with, nil if it is there.
	Server(ctx context.Context, at netip.Addr, words []string, startup []byte) error
	// Serve puts a file where a URL (flash:, tftp: or http:) finds it.
	Serve(url string, file []byte) error
	// Advance lets time pass.
	Advance(ctx context.Context, d time.Duration) error
}

// Runner replays scripts on one terminal.
type Runner struct {
	// Screen is the terminal of the appliance.
	Screen *Screen
	Stage  Stage
	// Patience is how long to wait for what must appear. Default 5 s.
	Patience time.Duration
	// GoOn keeps typing after a step that differs, for rewriting; the first
	// difference is still returned.
	GoOn bool

	lastPrompt string // while recording: the prompt that messages broke
}

// Mismatch says where a screen differed from its transcript.
type Mismatch struct {
	Script string
	Line   int // in the console section, from 1
	Diff   string
}

// Error implements error.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("%s: console line %d:\n%s", m.Script, m.Line, m.Diff)
}

// Run types the script and compares the screen. It stops at the first step that
// differs, with a *Mismatch. The lines really printed are returned per step, for
// rewriting.
func (r *Runner) Run(ctx context.Context, s *Script) ([][]string, error) {
	got := make([][]string, len(s.Steps))
	if len(s.Steps) == 0 {
		return got, nil
	}
	bare := false // the prompt was broken by a message and not printed again
	if err := r.start(ctx, s); err != nil {
		return got, err
	}
	var first error
	for i, st := range s.Steps {
		var err error
		if len(st.Direction) > 0 {
			got[i], bare, err = r.direct(ctx, s, i, bare)
		} else {
			got[i], err = r.typed(ctx, s, i, bare)
			bare = false
		}
		if err != nil {
			return got, err
		}
		if d := compare(s, st.Expect, got[i]); d != "" {
			first = cmp.Or[error](first, &Mismatch{Script: s.Name, Line: st.Line, Diff: d})
			if !r.GoOn {
				break
			}
		}
	}
	return got, first
}

// start waits for the first prompt and drops what a front end prints before it.
func (r *Runner) start(ctx context.Context, s *Script) error {
	want := s.firstPrompt()
	r.Screen.Wait(ctx, r.patience(), func(b string) bool { return samePrompt(tail(b), want) })
	if t := tail(r.Screen.Peek()); !samePrompt(t, want) {
		return fmt.Errorf("%s: the first prompt is %q, not %q", s.Name, t, want)
	}
	r.Screen.DropLines()
	return nil
}

func (s *Script) firstPrompt() string {
	for _, st := range s.Steps {
		if len(st.Direction) == 0 {
			return st.Prompt
		}
	}
	return ""
}

// typed types one step and returns the lines printed after the typed line.
func (r *Runner) typed(ctx context.Context, s *Script, i int, bare bool) ([]string, error) {
	st := s.Steps[i]
	before := tail(r.Screen.Peek())
	input := st.Input
	if st.Pressed != "" {
		return r.pressed(ctx, s, i)
	}
	if pre := strings.TrimPrefix(before, st.Prompt); !bare && pre != before {
		rest, ok := strings.CutPrefix(input, pre) // redisplayed after `?`
		if !ok {
			return nil, &Mismatch{Script: s.Name, Line: st.Line, Diff: fmt.Sprintf("the line already holds %q", pre)}
		}
		input = rest
	} else if !bare && !samePrompt(before, st.Prompt) {
		return nil, &Mismatch{Script: s.Name, Line: st.Line, Diff: fmt.Sprintf("prompt %q, not %q", before, st.Prompt)}
	}
	help := strings.HasSuffix(input, "?") && !st.Typed
	if !help {
		input += "\r"
	}
	if err := r.Screen.Type(input); err != nil {
		return nil, fmt.Errorf("%s: console line %d: %w", s.Name, st.Line, err)
	}
	next := r.nextPrompt(s, i)
	r.Screen.Wait(ctx, r.patience(), func(b string) bool {
		n := strings.Count(b, "\n")
		if n < 1+len(st.Expect) {
			return false
		}
		return samePrompt(tail(b), next) || next == "" && tail(b) != ""
	})
	lines := r.Screen.Lines()
	if len(lines) == 0 {
		return nil, &Mismatch{Script: s.Name, Line: st.Line, Diff: "nothing happened"}
	}
	want := st.Screen
	if st.Typed {
		want = st.Prompt
	}
	if bare {
		want = st.Input
	}
	if d := compare(s, []string{want}, lines[:1]); d != "" {
		return lines[1:], &Mismatch{Script: s.Name, Line: st.Line, Diff: d}
	}
	return lines[1:], nil
}

// direct carries out a stage direction and returns what was printed meanwhile.
func (r *Runner) direct(ctx context.Context, s *Script, i int, bare bool) ([]string, bool, error) {
	st := s.Steps[i]
	fail := func(err error) error {
		return fmt.Errorf("%s: console line %d: @ %s: %w", s.Name, st.Line, strings.Join(st.Direction, " "), err)
	}
	ctx, cancel := context.WithTimeout(ctx, r.patience()+time.Hour)
	defer cancel()
	if err := r.perform(ctx, s, st.Direction); err != nil {
		return nil, bare, fail(err)
	}
	if len(st.Expect) > 0 {
		n := len(st.Expect)
		if !bare {
			n++
		}
		r.Screen.Wait(ctx, r.patience(), func(b string) bool { return strings.Count(b, "\n") >= n })
	} else {
		r.Screen.Settle()
	}
	lines := r.Screen.Lines()
	lines, bare = afterPrompt(lines, bare, r.Screen.Peek())
	return lines, bare, nil
}

// afterPrompt drops the end of the prompt that a message broke, unless it was
// broken before.
func afterPrompt(lines []string, bare bool, rest string) ([]string, bool) {
	if len(lines) == 0 {
		return nil, bare
	}
	if !bare {
		lines = lines[1:]
	}
	return lines, tail(rest) == ""
}

func (r *Runner) perform(ctx context.Context, s *Script, w []string) error {
	switch {
	case w[0] == "advance" && len(w) == 2:
		d, err := time.ParseDuration(w[1])
		if err != nil {
			return err
		}
		return r.Stage.Advance(ctx, d)
	case w[0] == "line" && len(w) == 3:
		return r.Stage.Line(ctx, w[1], w[2])
	case w[0] == "server" && len(w) >= 3:
		at, err := netip.ParseAddr(w[1])
		if err != nil {
			return err
		}
		if w[2] != "<" {
			return r.Stage.Server(ctx, at, w[2:], nil)
		}
		f, ok := s.Files[w[len(w)-1]]
		if !ok {
			return fmt.Errorf("no section %q", w[len(w)-1])
		}
		return r.Stage.Server(ctx, at, nil, f)
	case w[0] == "phone" && len(w) >= 3:
		return r.Stage.Phone(ctx, w[1:])
	case w[0] == "key" && len(w) == 2:
		k, ok := keys[w[1]]
		if !ok && len(w[1]) == 1 {
			k, ok = w[1], true
		}
		if !ok {
			return fmt.Errorf("unknown key %q", w[1])
		}
		return r.Screen.Type(k)
	case w[0] == "sip" && len(w) == 3 && w[1] == "<":
		f, ok := s.Files[w[2]]
		if !ok {
			return fmt.Errorf("no section %q", w[2])
		}
		return r.Stage.SIP(ctx, crlf(f))
	case w[0] == "http" && len(w) == 4:
		f, ok := s.Files[w[3]]
		port, err := strconv.ParseUint(w[1], 10, 16)
		if !ok || err != nil {
			return fmt.Errorf("no section %q, or no port", w[3])
		}
		b, err := r.Stage.HTTP(ctx, uint16(port), w[2])
		if err != nil {
			return err
		}
		if d := compare(s, splitLines(string(f)), splitLines(string(b))); d != "" {
			return fmt.Errorf("the page differs:\n%s", d)
		}
		return nil
	case w[0] == "answer" && len(w) == 3:
		code, err := strconv.Atoi(w[1])
		if err != nil || code < 100 || code > 699 {
			return fmt.Errorf("%q is no status code", w[1])
		}
		return r.Stage.Answer(ctx, code, w[2])
	case w[0] == "file" && len(w) == 3:
		f, ok := s.Files[w[2]]
		if !ok {
			return fmt.Errorf("no section %q", w[2])
		}
		return r.Stage.Serve(w[1], f)
	case w[0] == "expect" && len(w) == 2:
		f, ok := s.Files[w[1]]
		if !ok {
			return fmt.Errorf("no section %q", w[1])
		}
		b, err := r.Stage.Received(ctx)
		if err != nil {
			return err
		}
		if d := compare(s, splitLines(string(f)), splitLines(string(b))); d != "" {
			return fmt.Errorf("the datagram differs:\n%s", d)
		}
		return nil
	}
	return fmt.Errorf("unknown stage direction")
}

func (r *Runner) nextPrompt(s *Script, i int) string {
	for _, st := range s.Steps[i+1:] {
		if len(st.Direction) == 0 {
			return st.Prompt
		}
	}
	return ""
}

func (r *Runner) patience() time.Duration {
	if r.Patience > 0 {
		return r.Patience
	}
	return 5 * time.Second
}

// A prompt may be followed by a line already typed (redisplayed after `?`).
func samePrompt(tail, want string) bool {
	return want != "" && strings.HasPrefix(tail, strings.TrimRight(want, " "))
}

func tail(b string) string { return b[strings.LastIndexByte(b, '\n')+1:] }

func crlf(b []byte) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n"))
}

func splitLines(t string) []string {
	t = strings.TrimRight(strings.ReplaceAll(t, "\r\n", "\n"), "\n")
	if t == "" {
		return nil
	}
	return strings.Split(t, "\n")
}

var (
	stampRE = regexp.MustCompile(`[*.]?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{3})?: `)
	doneRE  = regexp.MustCompile(`(! (?:Last configuration change|NVRAM config last updated) at ).*`)
	sizeRE  = regexp.MustCompile(`^(Current configuration : |Using )\d+`)
	holeRE  = regexp.MustCompile(`\{\{(.+?)\}\}`)
)

func normal(s *Script, line string) string {
	line = strings.TrimRight(line, " \t")
	if s.Loose {
		line = strings.Join(strings.Fields(line), " ")
	}
	line = doneRE.ReplaceAllString(line, "${1}TIME")
	if s.Away {
		line = sizeRE.ReplaceAllString(line, "${1}N")
	}
	return stampRE.ReplaceAllString(line, "*TIME: ")
}

// matches reports whether the line printed fits the line of the transcript.
func matches(s *Script, want, got string) bool {
	want, got = normal(s, want), normal(s, got)
	if want == got {
		return true
	}
	if !holeRE.MatchString(want) {
		return false
	}
	var re strings.Builder
	at := 0
	for _, m := range holeRE.FindAllStringSubmatchIndex(want, -1) {
		re.WriteString(regexp.QuoteMeta(want[at:m[0]]) + "(?:" + want[m[2]:m[3]] + ")")
		at = m[1]
	}
	re.WriteString(regexp.QuoteMeta(want[at:]))
	x, err := regexp.Compile("^" + re.String() + "$")
	return err == nil && x.MatchString(got)
}

// compare returns a unified diff, empty when all lines fit.
func compare(s *Script, want, got []string) string {
	if s.Loose {
		want, got = dropBlank(want), dropBlank(got)
	}
	same := len(want) == len(got)
	shown := make([]string, len(got))
	for i, g := range got {
		shown[i] = normal(s, g)
		if i < len(want) && matches(s, want[i], g) {
			shown[i] = normal(s, want[i])
		} else {
			same = false
		}
	}
	if same {
		return ""
	}
	exp := make([]string, len(want))
	for i, w := range want {
		exp[i] = normal(s, w)
	}
	return string(diff.Diff("transcript", []byte(strings.Join(exp, "\n")+"\n"), "screen", []byte(strings.Join(shown, "\n")+"\n")))
}

func dropBlank(in []string) []string {
	var out []string
	for _, l := range in {
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}
