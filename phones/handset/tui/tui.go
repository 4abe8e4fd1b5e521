// Package tui shows a phone in a terminal: display, line buttons, speed dials and
// BLF keys with their lamps, soft keys, keypad and hook; keys and the mouse press
// them. `busylamp phone` is its only user.
//
// Bubbletea runs the model on one goroutine; one command waits for changes of the
// phone, one for the next blink while a lamp blinks. Run ends all of them.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	_ "github.com/busylamp/busylamp/phones/handset/tui/quiet" // before bubbletea
	tea "github.com/charmbracelet/bubbletea"
)

// Run shows the phone until the user quits (Ctrl-C, Ctrl-D) or ctx ends. It does
// not close the phone.
func Run(ctx context.Context, h handset.Handset, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := tea.NewProgram(newModel(ctx, h), tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out),
		tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithoutSignalHandler())
	_, err := p.Run()
	if ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	return nil
}

// blinkTime is half of a lamp's blink.
const blinkTime = 400 * time.Millisecond

type (
	changed struct{} // the phone shows something else
	blink   struct{} // blinking lamps change
)

// model is the program's state; bubbletea alone touches it.
type model struct {
	ctx      context.Context
	h        handset.Handset
	d        handset.Display
	w, hi    int  // of the terminal
	dark     bool // blinking lamps are off at the moment
	blinking bool // a command waits for the next blink
	focus    handset.Key
	fault    string // what became of the last key press
}

func newModel(ctx context.Context, h handset.Handset) *model {
	return &model{ctx: ctx, h: h, d: h.Display(), w: 80, hi: 24}
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return m.wait() }

// wait reports the next change of the phone. The change may have come already.
func (m *model) wait() tea.Cmd {
	next := m.h.Changed()
	m.d = m.h.Display()
	return tea.Batch(m.blinkOn(), func() tea.Msg {
		select {
		case <-next:
			return changed{}
		case <-m.ctx.Done():
			return nil
		}
	})
}

// blinkOn keeps the blinking going while there is something that blinks.
func (m *model) blinkOn() tea.Cmd {
	if m.blinking || !blinks(m.d) {
		return nil
	}
	m.blinking = true
	return tea.Tick(blinkTime, func(time.Time) tea.Msg { return blink{} })
}

func blinks(d handset.Display) bool {
	for _, l := range d.Lines {
		switch l.Lamp {
		case handset.LampBlink, handset.LampFlash, handset.LampWink:
			return true
		}
	}
	for _, k := range d.Keys {
		if k.Status == handset.Ringing {
			return true
		}
	}
	return d.Ring != ""
}

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.hi = msg.Width, msg.Height
	case changed:
		return m, m.wait()
	case blink:
		m.blinking, m.dark = false, !m.dark
		cmd := m.blinkOn()
		if cmd == nil {
			m.dark = false
		}
		return m, cmd
	case tea.KeyMsg:
		return m, m.typed(msg)
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft {
			if k, ok := m.screen().at(msg.X, msg.Y); ok {
				m.press(k)
			}
		}
	}
	return m, nil
}

// typed presses what a key of the keyboard stands for.
func (m *model) typed(msg tea.KeyMsg) tea.Cmd {
	switch s := msg.String(); s {
	case "ctrl+c", "ctrl+d":
		return tea.Quit
	case " ":
		m.press(m.hook())
	case "m":
		m.press(handset.Key{Kind: handset.KeyMessages})
	case "backspace":
		m.press(handset.Key{Kind: handset.KeySoft, Text: "<<"})
	case "tab", "right", "down":
		m.move(1)
	case "shift+tab", "left", "up":
		m.move(-1)
	case "enter":
		if m.focus != (handset.Key{}) {
			m.press(m.focus)
		} else {
			m.press(m.hook())
		}
	case "esc":
		m.focus = handset.Key{}
	default:
		switch {
		case msg.Type == tea.KeyRunes && !msg.Alt && strings.Trim(s, "0123456789*#+") == "":
			m.press(handset.Key{Kind: handset.KeyDigits, Text: s})
		case msg.Alt && len(msg.Runes) == 1 && msg.Runes[0] >= '1' && msg.Runes[0] <= '9':
			m.button(int(msg.Runes[0] - '0'))
		case len(s) == 2 && s[0] == 'f' && s[1] >= '1' && s[1] <= '9':
			if n := int(s[1] - '1'); n < len(m.d.SoftKeys) {
				m.press(handset.Key{Kind: handset.KeySoft, Text: m.d.SoftKeys[n]})
			}
		}
	}
	return nil
}

// button presses the n-th key beside the display: the lines come first.
func (m *model) button(n int) {
	if n <= len(m.d.Lines) {
		m.press(handset.Key{Kind: handset.KeyLine, N: n})
	} else if n -= len(m.d.Lines); n <= len(m.d.Keys) {
		m.press(handset.Key{Kind: handset.KeyBeside, N: n})
	}
}

// hook is what lifting the handset or putting it back is now.
func (m *model) hook() handset.Key {
	if m.d.OffHook {
		return handset.Key{Kind: handset.KeyOnHook}
	}
	return handset.Key{Kind: handset.KeyOffHook}
}

// move puts the focus on another key.
func (m *model) move(by int) {
	keys := m.screen().keys()
	if len(keys) == 0 {
		return
	}
	at := -1
	for i, k := range keys {
		if k == m.focus {
			at = i
		}
	}
	if at < 0 && by < 0 {
		at = 0
	}
	m.focus = keys[(at+by+len(keys))%len(keys)]
}

// press presses a key of the phone, which does not wait for the server.
func (m *model) press(k handset.Key) {
	m.fault = ""
	if err := m.h.Press(k); err != nil {
		m.fault = fmt.Sprintf("%s: %v", k, err)
	}
}

// View implements tea.Model.
func (m *model) View() string { return m.screen().render(m.focus) }
