package cli

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/busylamp/busylamp/cli/term"
)

// fakeTerm is a terminal whose keys are a string: `?`, TAB, ^C (3) and ^Z (26)
// act, Enter is "\n". "\x01" is a wait that runs out: ErrTimeout in ReadLine, the
// end of the context in ReadKey. When the keys are used up the line has hung up.
type fakeTerm struct {
	mu         sync.Mutex
	out        bytes.Buffer
	keys       []byte
	cols, rows int
	pending    bool
	interrupt  chan struct{}
	onWrite    func(text string)
	reads      int
}

func newFakeTerm(keys string) *fakeTerm {
	return &fakeTerm{keys: []byte(keys), interrupt: make(chan struct{}, 1)}
}

func (f *fakeTerm) Write(p []byte) (int, error) {
	f.mu.Lock()
	f.out.Write(p)
	f.mu.Unlock()
	if f.onWrite != nil {
		f.onWrite(string(p))
	}
	return len(p), nil
}

func (f *fakeTerm) print(text string) { io.WriteString(f, text) }

func (f *fakeTerm) ReadLine(prompt string, o term.LineOptions) (string, error) {
	f.reads++
	f.print(prompt)
	var line []byte
	echo := func(text string) {
		if o.Echo {
			f.print(text)
		}
	}
	for {
		if o.Context != nil && o.Context.Err() != nil {
			return "", o.Context.Err()
		}
		if len(f.keys) == 0 {
			return string(line), io.EOF
		}
		key := f.keys[0]
		f.keys = f.keys[1:]
		switch {
		case key == '\n':
			f.print("\n")
			if o.History != nil {
				o.History.Add(string(line))
			}
			return string(line), nil
		case key == 1:
			return "", term.ErrTimeout
		case key == 3:
			f.print("^C\n")
			return "", term.ErrInterrupt
		case key == 26:
			f.print("^Z\n")
			return string(line), term.ErrEnd
		case key == '?' && o.Help != nil:
			f.print("?\n")
			f.print(o.Help(string(line)) + prompt + string(line))
		case key == '\t' && o.Complete != nil:
			if full, ok := o.Complete(string(line)); ok {
				line = []byte(full)
			}
			f.print("\n" + prompt + string(line))
		default:
			line = append(line, key)
			echo(string(key))
		}
	}
}

func (f *fakeTerm) ReadKey(ctx context.Context) (rune, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(f.keys) == 0 {
		return 0, io.EOF
	}
	key := f.keys[0]
	f.keys = f.keys[1:]
	switch key {
	case 1:
		<-ctx.Done()
		return 0, ctx.Err()
	case '\n':
		key = '\r'
	}
	return rune(key), nil
}

func (f *fakeTerm) Size() (int, int) { return f.cols, f.rows }

func (f *fakeTerm) Pending() bool { return f.pending }

func (f *fakeTerm) Async(text string) { f.print(text + "\n") }

func (f *fakeTerm) Insert(text string) { f.print(text + "\n") }

func (f *fakeTerm) Interrupted() <-chan struct{} { return f.interrupt }

func (f *fakeTerm) Raw() term.Raw { return fakeRaw{f} }

// fakeRaw is a fakeTerm for a program: Enter is "\n" and becomes CR, the end of the keys
// is a wait that only ctx ends.
type fakeRaw struct{ f *fakeTerm }

func (r fakeRaw) Read(ctx context.Context, p []byte) (int, error) {
	r.f.mu.Lock()
	n := copy(p, r.f.keys)
	r.f.keys = r.f.keys[n:]
	r.f.mu.Unlock()
	if n == 0 {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	for i := range p[:n] {
		if p[i] == '\n' {
			p[i] = '\r'
		}
	}
	return n, nil
}

func (r fakeRaw) Unread(p []byte) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.f.keys = append(bytes.ReplaceAll(p, []byte("\r"), []byte("\n")), r.f.keys...)
}

func (r fakeRaw) Write(p []byte) (int, error) { return r.f.Write(p) }

func (r fakeRaw) Resized() <-chan struct{} { return nil }

func (r fakeRaw) Close() {}

func (f *fakeTerm) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.String()
}
