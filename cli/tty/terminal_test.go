package tty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

var echo = term.LineOptions{Echo: true}

// TestOneEnter sends every sort of line end: each ends exactly one line.
func TestOneEnter(t *testing.T) {
	for _, in := range []string{
		"a\rb\rc\r", "a\nb\nc\n", "a\r\nb\r\nc\r\n", "a\r\x00b\r\x00c\r\x00",
		"a\r|b\r|\nc\r\n", "a|\r|\nb\r|\x00c|\r\n",
	} {
		bubble(t, func(t *testing.T) {
			d := sit(Options{})
			defer d.Close()
			for piece := range strings.SplitSeq(in, "|") {
				d.w.in <- piece
			}
			close(d.w.in)
			for _, want := range []string{"a", "b", "c"} {
				if got, err := d.ReadLine("", echo); got != want || err != nil {
					t.Errorf("%q: line %q, %v; want %q", in, got, err, want)
				}
			}
			if _, err := d.ReadLine("", echo); err != io.EOF {
				t.Errorf("%q: after the last line: %v", in, err)
			}
		})
	}
}

// TestOneWrite: the echo of Enter, the reply and the next prompt leave
// together.
func TestOneWrite(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		go func() {
			for {
				line, err := d.ReadLine("R#", echo)
				if err != nil {
					return
				}
				fmt.Fprintf(d, "%% you said\n%s\n", line)
			}
		}()
		synctest.Wait()
		d.w.output()
		d.w.in <- "hello\r"
		synctest.Wait()
		if got := d.w.output(); len(got) != 1 || got[0] != "hello\r\n% you said\r\nhello\r\nR#" {
			t.Errorf("%q", got)
		}
	})
}

// TestFlushWhileRunning: output of a command that takes its time is shown.
func TestFlushWhileRunning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		io.WriteString(d, "!")
		io.WriteString(d, "!\r\n.\n")
		time.Sleep(2 * flushDelay)
		if got := d.w.output(); len(got) != 1 || got[0] != "!!\r\n.\r\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestAsync(t *testing.T) {
	for _, tt := range []struct {
		name   string
		o      term.LineOptions
		insert bool
		want   string
	}{
		{"breaks the line", term.LineOptions{Echo: true}, false, "\r\n*Mar  1: %X\r\nw"},
		{"shown again", term.LineOptions{Echo: true}, true, "\r\n*Mar  1: %X\r\nR#sho\bwo\b"},
		{"password", term.LineOptions{}, true, "\r\n*Mar  1: %X\r\nR#"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := sit(Options{Cols: 80})
				defer d.Close()
				d.ask("R#", tt.o)
				d.press("sho")
				if tt.insert {
					d.press("\x02")
					d.Insert("*Mar  1: %X\n")
				} else {
					d.Async("*Mar  1: %X\n")
				}
				got := d.press("w")
				if got != tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
			})
		})
	}
	bubble(t, func(t *testing.T) { // a question that waits for a key
		d := sit(Options{})
		defer d.Close()
		io.WriteString(d, "Saved\nProceed? [confirm]")
		key := make(chan rune, 1)
		go func() {
			r, _ := d.ReadKey(t.Context())
			key <- r
		}()
		synctest.Wait()
		d.Insert("one")
		d.Async("two")
		if got := d.press("y"); got != "Saved\r\nProceed? [confirm]\r\none\r\nProceed? [confirm]\r\ntwo\r\n" || <-key != 'y' {
			t.Errorf("%q", got)
		}
	})
	bubble(t, func(t *testing.T) { // while a command runs
		d := sit(Options{})
		defer d.Close()
		d.Async("one")
		io.WriteString(d, "partial")
		d.Async("two\n")
		time.Sleep(2 * flushDelay)
		if got := d.w.got(); got != "one\r\npartial\r\ntwo\r\n" {
			t.Errorf("%q", got)
		}
	})
}

// TestHelpMayPage: the callback of `?` prints and reads keys itself.
func TestHelpMayPage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		d.ask("R#", term.LineOptions{Echo: true, Help: func(string) string {
			io.WriteString(d, "first\n --More-- ")
			k, err := d.ReadKey(t.Context())
			d.Async("message")
			fmt.Fprintf(d, "key %q %v\n", k, err)
			return "last\n"
		}})
		if got := d.press("sh?"); got != "R#sh?\r\nfirst\r\n --More-- " {
			t.Errorf("page: %q", got)
		}
		if got := d.press(" "); got != "\r\nmessage\r\nkey ' ' <nil>\r\nlast\r\nR#sh" {
			t.Errorf("rest: %q", got)
		}
		if got := d.press("ow\r"); got != "ow\r\n" {
			t.Errorf("afterwards: %q", got)
		}
		if r := <-d.done; r.text != "show" {
			t.Errorf("line %q", r.text)
		}
	})
}

func TestReadKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := d.ReadKey(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no key: %v", err)
		}
		d.w.in <- " q\r\n\r\x00\n\x1b[Aü\x03?\t"
		for _, want := range " q\r\r\r\x1bü\x03?\t" {
			if got, err := d.ReadKey(t.Context()); got != want || err != nil {
				t.Errorf("key %q, %v; want %q", got, err, want)
			}
		}
		d.w.in <- "\x1b" // alone: the Esc key
		if got, err := d.ReadKey(t.Context()); got != 0x1b || err != nil {
			t.Errorf("Esc: %q, %v", got, err)
		}
		close(d.w.in)
		if _, err := d.ReadKey(t.Context()); err != io.EOF {
			t.Errorf("end: %v", err)
		}
	})
}

func TestPending(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		d.w.in <- "one\r\ntwo\r\n"
		for _, want := range []bool{true, false} {
			d.ReadLine("", echo)
			if got := d.Pending(); got != want {
				t.Errorf("pending %v", got)
			}
		}
	})
}

// TestPaste feeds 10,000 lines faster than they are read: all arrive in order.
func TestPaste(t *testing.T) {
	const lines = 10_000
	bubble(t, func(t *testing.T) {
		d := sit(Options{Cols: 80})
		defer d.Close()
		go func() {
			var b strings.Builder
			for i := range lines {
				fmt.Fprintf(&b, "voice register dn %d\r\n", i)
			}
			text := b.String()
			for len(text) > 0 { // chunks that cut lines anywhere
				n := min(1461, len(text))
				d.w.in <- text[:n]
				text = text[n:]
			}
			close(d.w.in)
		}()
		for i := range lines {
			want := fmt.Sprintf("voice register dn %d", i)
			if got, err := d.ReadLine("R#", echo); got != want || err != nil {
				t.Fatalf("line %d: %q, %v", i, got, err)
			}
		}
		if _, err := d.ReadLine("R#", echo); err != io.EOF {
			t.Error(err)
		}
		d.Close()
		out := d.w.got()
		if n := strings.Count(out, "\r\n"); n != lines || !strings.HasPrefix(out, "R#voice register dn 0\r\nR#voice register dn 1\r\n") {
			t.Errorf("%d lines echoed", n)
		}
	})
}

// TestStalledPeer: a peer that takes nothing holds up Write but not Async, and
// is cut off in the end.
func TestStalledPeer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{WriteTimeout: time.Minute})
		d.w.stuck = make(chan struct{})
		start := time.Now()
		n, err := d.Write(make([]byte, 10*outputLimit))
		if err != io.ErrClosedPipe || n >= 10*outputLimit || time.Since(start) < time.Minute {
			t.Errorf("wrote %d, %v after %v", n, err, time.Since(start))
		}
		for range 1000 {
			d.Async(strings.Repeat("x", 1000))
		}
		if _, err := d.ReadLine("R#", echo); err != io.EOF {
			t.Errorf("ReadLine: %v", err)
		}
		if _, err := d.ReadKey(t.Context()); err != io.EOF {
			t.Errorf("ReadKey: %v", err)
		}
		d.Close()
	})
	bubble(t, func(t *testing.T) { // echo nobody takes does not pile up
		d := sit(Options{WriteTimeout: time.Hour})
		d.w.stuck = make(chan struct{})
		d.ask("R#", echo)
		for range 50 {
			d.w.in <- strings.Repeat("x\x12", 4000)
		}
		synctest.Wait()
		d.mu.Lock()
		if n := len(d.out); n > 3*outputLimit {
			t.Errorf("%d bytes of echo", n)
		}
		d.mu.Unlock()
		for range 1000 {
			d.Async(strings.Repeat("x", 1000))
		}
		d.mu.Lock()
		if n := len(d.out); n > 3*outputLimit {
			t.Errorf("%d bytes with messages", n)
		}
		d.mu.Unlock()
		start := time.Now()
		d.Close()
		if took := time.Since(start); took > lingerTime {
			t.Errorf("Close took %v", took)
		}
		if r := <-d.done; r.err != io.EOF {
			t.Errorf("ReadLine: %v", r.err)
		}
	})
}

// TestClose: what was written leaves, then everything fails.
func TestClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		io.WriteString(d, "bye\n")
		d.Close()
		d.Close()
		if got := d.w.got(); got != "bye\r\n" {
			t.Errorf("%q", got)
		}
		if _, err := d.Write([]byte("x")); err == nil {
			t.Error("Write succeeded")
		}
		d.Async("x")
		if _, err := d.ReadLine("R#", echo); err != io.EOF {
			t.Errorf("ReadLine: %v", err)
		}
	})
}

// TestManyTerminals opens terminals and drops them in every state; TestMain
// looks for goroutines that stayed.
func TestManyTerminals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for i := range 500 {
			d := sit(Options{})
			switch i % 4 {
			case 0:
				d.ask("R#", echo)
			case 1:
				d.ask("R#", echo)
				d.press("half a li")
			case 2:
				d.w.in <- "typed ahead\r"
			case 3:
				d.w.in <- strings.Repeat("x", 2*inputLimit)
			}
			d.Close()
		}
	})
}

// FuzzTerminal types anything: nothing panics or hangs, no line is longer than
// allowed or holds what cannot be seen, and the input comes to its end.
func FuzzTerminal(f *testing.F) {
	f.Add([]byte("show\x1b[A\x1bb\x17\x19\x14?\t\x15\x12\r\nx"), 40)
	f.Add([]byte("\x1b[1;5D\x1bO\x16\xc3\xff\xfb\x01\r\x00\x03\x1a\x1e"), 0)
	f.Add([]byte(strings.Repeat("abcdefghij ", 9)+"\x01\x14\x1bu\x1bd\x0b\x19\x19"), 30)
	f.Fuzz(func(t *testing.T, in []byte, width int) {
		w := newWire()
		for piece := range slices.Chunk(in, 1+len(in)/50) {
			w.in <- string(piece)
		}
		close(w.in)
		d := New(w, Options{Cols: width, LastLine: true})
		defer d.Close()
		h := term.NewHistory(5)
		for i := 0; ; i++ {
			o := term.LineOptions{Echo: i%5 != 4, History: h,
				Help:     func(line string) string { return line + "\n" },
				Complete: func(line string) (string, bool) { return line + "\x01done ", len(line)%2 == 0 },
			}
			line, err := d.ReadLine("Router#", o)
			if err == io.EOF {
				return
			}
			if n := len([]rune(line)); n > MaxLine {
				t.Fatalf("%d characters", n)
			}
			for _, r := range line {
				if k, _, _ := decodeRune([]byte(string(r)), true); k != keyRune {
					t.Fatalf("character %q in %q", r, line)
				}
			}
			d.Insert("message\n")
			if i%7 == 6 {
				d.ReadKey(t.Context())
			}
		}
	})
}
