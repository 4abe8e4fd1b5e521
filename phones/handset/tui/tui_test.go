package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fake struct {
	mu      sync.Mutex
	d       handset.Display
	pressed []string
	changed chan struct{}
}

func (f *fake) Register(context.Context) error { return nil }
func (f *fake) Close() error                   { return nil }

func (f *fake) Press(k handset.Key) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k.Kind == handset.KeyMessages {
		return handset.ErrNoKey
	}
	f.pressed = append(f.pressed, k.String())
	return nil
}

func (f *fake) Display() handset.Display {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.d.Clone()
}

func (f *fake) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fake) show(change func(*handset.Display)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.d)
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fake) took() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := strings.Join(f.pressed, "; ")
	f.pressed = nil
	return s
}

func newFake() *fake {
	return &fake{changed: make(chan struct{}), d: handset.Display{
		Registered: true, Device: "SEP00127F5762A5", Model: "7960", Protocol: "SCCP 9", Header: "1001", Clock: "13:05 11/22/26",
		Lines:    []handset.Line{{Button: 1, Number: "1001", Label: "Anna", Lamp: handset.LampBlink, State: handset.RingIn}, {Button: 2, Number: "1002", Lamp: handset.LampOff, State: handset.OnHook}},
		Keys:     []handset.BesideKey{{Kind: "blf", Label: "Eve", Status: handset.Busy}, {Kind: "speed-dial", Number: "99", Label: "Bob"}, {Kind: "blf", Label: "Dave", Status: handset.Unknown}},
		Calls:    []handset.Call{{Ref: 7, Line: 1, State: handset.RingIn, Remote: `2101 "Eve"`}},
		Active:   7,
		SoftKeys: []string{"Answer", "iDivert"}, Prompt: "From 2101", Notice: "Hello there", Ring: handset.RingInside,
	}}
}

func sized(f *fake, w, h int) *model {
	m := newModel(context.Background(), f)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m
}

func plainView(m *model) string { return ansi.Strip(m.View()) }

// Everything that the phone shows can be read, in every size that has room for it.
func TestView(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		v := plainView(sized(newFake(), size[0], size[1]))
		for _, want := range []string{"SEP00127F5762A5  7960  SCCP 9  registered", "13:05 11/22/26", " 1001 ", "● Anna  ringin", "○ 1002", "● Eve  busy", "· Bob", "? Dave  unknown",
			` ► ringin     2101 "Eve"`, "From 2101", "Hello there", " Answer ", " iDivert ", "ringing (inside)", "  5  ", " Lift handset ", " Messages ", "Ctrl-C"} {
			if !strings.Contains(v, want) {
				t.Errorf("%v: no %q in\n%s", size, want, v)
			}
		}
	}
}

// The picture is never larger than the terminal, whatever its size and whatever is shown.
func TestSizes(t *testing.T) {
	f := newFake()
	for range 60 {
		f.d.Keys = append(f.d.Keys, handset.BesideKey{Kind: "blf", Label: "somebody with a long name", Status: handset.Idle})
		f.d.Calls = append(f.d.Calls, handset.Call{State: handset.Held, Remote: "日本語の名前"})
	}
	for w := 0; w < 130; w += 7 {
		for h := 0; h < 50; h += 3 {
			lines := strings.Split(plainView(sized(f, w, h)), "\n")
			if len(lines) > max(h, 1) {
				t.Fatalf("%dx%d: %d rows", w, h, len(lines))
			}
			for _, l := range lines {
				if got := ansi.StringWidth(l); got > w {
					t.Fatalf("%dx%d: a row of %d columns: %q", w, h, got, l)
				}
			}
		}
	}
}

func key(s string) tea.KeyMsg {
	switch s {
	case "enter":
		return tea.KeyMsg{Type: tea.KeyEnter}
	case "tab":
		return tea.KeyMsg{Type: tea.KeyTab}
	case "shift+tab":
		return tea.KeyMsg{Type: tea.KeyShiftTab}
	case "esc":
		return tea.KeyMsg{Type: tea.KeyEsc}
	case "backspace":
		return tea.KeyMsg{Type: tea.KeyBackspace}
	case "f1":
		return tea.KeyMsg{Type: tea.KeyF1}
	case "f9":
		return tea.KeyMsg{Type: tea.KeyF9}
	case " ":
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	if rest, alt := strings.CutPrefix(s, "alt+"); alt {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Alt: true}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)}
}

func TestKeyboard(t *testing.T) {
	f := newFake()
	m := sized(f, 80, 24)
	for _, row := range [][2]string{
		{"5", "digits 5"}, {"*", "digits *"}, {"2102", "digits 2102"}, {"f1", "soft Answer"}, {"f9", ""}, {"alt+2", "line 2"}, {"alt+3", "key 1"}, {"alt+9", ""},
		{" ", "offhook"}, {"enter", "offhook"}, {"x", ""}, {"backspace", "soft <<"}, {"m", ""},
	} {
		m.Update(key(row[0]))
		if got := f.took(); got != row[1] {
			t.Errorf("%s pressed %q, want %q", row[0], got, row[1])
		}
	}
	if v := plainView(m); !strings.Contains(v, "messages: no such key") {
		t.Errorf("the refusal is not told in\n%s", v)
	}
	f.show(func(d *handset.Display) { d.OffHook = true })
	m.Update(changed{})
	m.Update(key(" "))
	if got := f.took(); got != "onhook" {
		t.Errorf("hook pressed %q", got)
	}
	if _, cmd := m.Update(tea.KeyMsg{Type: tea.KeyCtrlC}); cmd == nil || cmd() != tea.Quit() {
		t.Error("Ctrl-C does not quit")
	}
}

// Each key that can be seen can be reached by Tab and by the mouse, and is pressed there.
func TestFocusAndMouse(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {110, 30}} {
		f := newFake()
		m := sized(f, size[0], size[1])
		keys := m.screen().keys()
		seen := map[handset.Key]bool{}
		for range keys {
			m.Update(key("tab"))
			seen[m.focus] = true
			m.Update(key("enter"))
			if got, want := f.took(), m.focus.String(); got != want && want != "messages" {
				t.Errorf("enter on %s pressed %q", want, got)
			}
		}
		for _, k := range keys {
			if !seen[k] {
				t.Errorf("%v: Tab does not reach %v", size, k)
			}
		}
		first := keys[0]
		m.Update(key("esc"))
		m.Update(key("tab"))
		m.Update(key("tab"))
		m.Update(key("shift+tab"))
		if m.focus != first {
			t.Errorf("back at %v", m.focus)
		}
		clicked := map[string]bool{}
		for y, line := range strings.Split(plainView(m), "\n") {
			for x := 0; x < ansi.StringWidth(line); x += 2 {
				m.Update(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
				m.Update(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionRelease, Button: tea.MouseButtonLeft})
				if k := f.took(); k != "" {
					clicked[k] = true
				}
			}
		}
		for _, want := range []string{"line 1", "line 2", "key 1", "key 3", "soft Answer", "digits 0", "digits #", "offhook", "call 1"} {
			if !clicked[want] {
				t.Errorf("%v: the mouse does not reach %s: %v", size, want, clicked)
			}
		}
		if k, ok := m.screen().at(-1, 500); ok {
			t.Errorf("outside is %v", k)
		}
	}
}

// Lamps blink while something blinks, and no longer.
func TestBlink(t *testing.T) {
	f := newFake()
	m := sized(f, 80, 24)
	if m.Init() == nil || !m.blinking {
		t.Fatal("no blinking")
	}
	if v := plainView(m); !strings.Contains(v, "● Anna") {
		t.Errorf("lamp is dark:\n%s", v)
	}
	m.Update(blink{})
	if v := plainView(m); !strings.Contains(v, "○ Anna") || strings.Contains(v, "ringing (") {
		t.Errorf("lamp is lit:\n%s", v)
	}
	f.show(func(d *handset.Display) { d.Lines[0].Lamp, d.Ring = handset.LampOn, "" })
	m.Update(changed{})
	if _, cmd := m.Update(blink{}); cmd != nil || m.dark || m.blinking {
		t.Error("still blinking")
	}
}

// The program runs on a terminal of any kind, follows the phone, and ends with its context.
func TestRun(t *testing.T) {
	f := newFake()
	in, typed := io.Pipe()
	defer in.Close()
	var out lockedBuffer
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, f, in, &out) }()
	until(t, &out, "Anna")
	f.show(func(d *handset.Display) { d.Prompt = "Something else" })
	until(t, &out, "Something else")
	go func() { _, _ = typed.Write([]byte("7")) }()
	for deadline := time.Now().Add(10 * time.Second); f.took() != "digits 7"; {
		if time.Now().After(deadline) {
			t.Fatal("the key was not pressed")
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	typed.Close()
}

func until(t *testing.T, out *lockedBuffer, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(out.String(), text); {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in %q", text, out.String())
		}
		time.Sleep(time.Millisecond)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
