package tui

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/charmbracelet/lipgloss"
)

// Colours: of lamps and of what stands out.
var (
	plain  = lipgloss.NewStyle()
	dim    = plain.Faint(true)
	bold   = plain.Bold(true)
	green  = plain.Foreground(lipgloss.Color("10"))
	red    = plain.Foreground(lipgloss.Color("9"))
	yellow = plain.Foreground(lipgloss.Color("11"))
	bar    = plain.Reverse(true)
	button = plain.Foreground(lipgloss.Color("15")).Background(lipgloss.Color("8"))
)

const (
	besideWidth = 26 // of one column of buttons
	keypadRows  = 4
	leastLeft   = 36
)

const help = "0-9*# type  Space hook  F1-F9 soft keys  Alt-1..9 buttons  Tab Enter  Ctrl-C quit"

// screen lays out what the phone shows. Small terminals lose the keypad first,
// then the rows of the display.
func (m *model) screen() screen {
	body := max(m.hi-2, 1)
	side := m.beside(body)
	left := m.w - side.width
	var rows []row
	shown := m.display(body)
	for i := range body {
		var r row
		if i < len(shown) {
			r = shown[i]
		}
		r = r.fit(max(left, 0))
		if i < len(side.rows) {
			r = append(r, side.rows[i]...)
		}
		rows = append(rows, r)
	}
	foot := row{{text: help, style: dim}}
	if m.fault != "" {
		foot = row{{text: m.fault, style: yellow}}
	}
	rows = append([]row{m.title()}, rows...)
	return screen{w: m.w, h: m.hi, rows: append(rows, foot)}
}

func (m *model) title() row {
	d := m.d
	state := "not registered"
	if d.Registered {
		state = "registered"
	}
	left := " " + strings.Join(words(d.Device, d.Model, d.Protocol, state), "  ")
	gap := max(m.w-len([]rune(left))-len([]rune(d.Clock))-1, 1)
	return row{{text: left + strings.Repeat(" ", gap) + d.Clock + " ", style: bar}}
}

// words leaves out what is empty.
func words(all ...string) []string {
	var some []string
	for _, w := range all {
		if w != "" {
			some = append(some, w)
		}
	}
	return some
}

// display is the phone's own display with soft keys, keypad and hook under it.
func (m *model) display(height int) []row {
	d := m.d
	head := row{{text: " "}, {text: d.Header, style: bold}}
	for _, flag := range words(onOff(d.DnD, "do not disturb"), onOff(d.MWI, "messages"), ringText(d, m.dark), toneText(d)) {
		head = append(head, part{text: "   " + flag, style: yellow})
	}
	top := []row{head, {}}
	for i, c := range d.Calls {
		mark := "   "
		if c.Ref == d.Active {
			mark = " ► "
		}
		top = append(top, row{{text: fmt.Sprintf("%s%-11s", mark, c.State), style: callStyle(c.State), key: handset.Key{Kind: handset.KeyCall, N: i + 1}},
			{text: c.Remote, style: bold}})
	}
	for _, e := range d.List {
		lamp, style := statusLamp(e.Status)
		top = append(top, row{{text: "   " + lamp + " ", style: style}, {text: e.Number}})
	}
	if text := audio(d.Media); text != "" {
		top = append(top, row{{text: "   " + text, style: dim}})
	}
	bottom := []row{{{text: " "}, {text: d.Notice, style: yellow}}, {{text: " " + d.Prompt, style: bold}}, m.softKeys()}
	if height >= len(top)+len(bottom)+keypadRows+2 {
		bottom = append(append(bottom, row{}), m.keypad()...)
	} else {
		bottom = append(bottom, row{{text: " "}, m.hookKey()})
	}
	if len(top)+len(bottom) > height {
		top = top[:max(0, height-len(bottom))]
	}
	for len(top)+len(bottom) < height {
		top = append(top, row{})
	}
	return append(top, bottom...)
}

func audio(m handset.Media) string {
	var parts []string
	if m.Receive.IsValid() {
		parts = append(parts, fmt.Sprintf("audio at port %d", m.Receive.Port()))
	}
	if m.Send.IsValid() {
		parts = append(parts, "audio to "+m.Send.String())
	}
	return strings.Join(parts, ", ")
}

func onOff(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

func ringText(d handset.Display, dark bool) string {
	if d.Ring == "" || dark {
		return ""
	}
	return "ringing (" + string(d.Ring) + ")"
}

func toneText(d handset.Display) string {
	if d.Tone == "" {
		return ""
	}
	return "♪ " + d.Tone
}

func callStyle(s handset.State) lipgloss.Style {
	switch s {
	case handset.Connected:
		return green
	case handset.RingIn, handset.Waiting:
		return yellow
	case handset.BusyTone, handset.Congestion, handset.Invalid:
		return red
	}
	return plain
}

func (m *model) softKeys() row {
	r := row{{text: " "}}
	for _, text := range m.d.SoftKeys {
		r = append(r, part{text: " " + text + " ", style: button, key: handset.Key{Kind: handset.KeySoft, Text: text}}, part{text: " "})
	}
	return r
}

func (m *model) hookKey() part {
	text := " Lift handset "
	if m.d.OffHook {
		text = " Put handset back "
	}
	return part{text: text, style: button, key: m.hook()}
}

func (m *model) keypad() []row {
	var rows []row
	for _, keys := range []string{"123", "456", "789", "*0#"} {
		r := row{{text: "  "}}
		for _, k := range keys {
			r = append(r, part{text: "  " + string(k) + "  ", style: button, key: handset.Key{Kind: handset.KeyDigits, Text: string(k)}}, part{text: " "})
		}
		rows = append(rows, r)
	}
	rows[0] = append(rows[0], part{text: "  "}, m.hookKey())
	rows[1] = append(rows[1], part{text: "  "}, part{text: " Messages ", style: button, key: handset.Key{Kind: handset.KeyMessages}})
	return rows
}

// side is the buttons beside the display, in as many columns as they need and
// the terminal has room for.
type side struct {
	rows  []row
	width int
}

func (m *model) beside(height int) side {
	var all []row
	for i, l := range m.d.Lines {
		text := l.Label
		if text == "" {
			text = l.Number
		}
		lamp, style := lineLamp(l, m.dark)
		key := handset.Key{Kind: handset.KeyLine, N: i + 1}
		detail := string(l.State)
		if l.State == handset.OnHook {
			detail = ""
		}
		all = append(all, row{{text: "│ ", style: dim}, {text: lamp + " ", style: style, key: key},
			{text: strings.TrimSpace(text + "  " + strings.Join(words(detail, onOff(l.Forward != "", "→ "+l.Forward), onOff(l.MWI, "✉")), " ")), style: bold, key: key}})
	}
	for i, k := range m.d.Keys {
		text := k.Label
		if text == "" {
			text = k.Number
		}
		lamp, style := statusLamp(k.Status)
		if k.Status == handset.Ringing && m.dark {
			lamp = " "
		}
		key := handset.Key{Kind: handset.KeyBeside, N: i + 1}
		all = append(all, row{{text: "│ ", style: dim}, {text: lamp + " ", style: style, key: key},
			{text: strings.TrimSpace(text + "  " + string(k.Status)), key: key}})
	}
	columns := max((len(all)+height-1)/height, 1)
	columns = min(columns, max((m.w-leastLeft)/besideWidth, 0))
	s := side{rows: make([]row, height), width: columns * besideWidth}
	for i := range s.rows {
		for c := range columns {
			r := row{{text: "│ ", style: dim}}
			if n := c*height + i; n < len(all) {
				r = all[n]
			}
			s.rows[i] = append(s.rows[i], r.fit(besideWidth)...)
		}
	}
	return s
}

// lineLamp is the lamp of a line button: green in use, yellow ringing, red in use
// elsewhere.
func lineLamp(l handset.Line, dark bool) (string, lipgloss.Style) {
	style := green
	switch {
	case l.State == handset.Remote || l.State == handset.HeldRemote:
		style = red
	case l.Lamp == handset.LampBlink:
		style = yellow
	}
	switch l.Lamp {
	case handset.LampOn:
		return "●", style
	case handset.LampWink, handset.LampFlash, handset.LampBlink:
		if !dark {
			return "●", style
		}
	}
	return "○", dim
}

// statusLamp is the lamp of a BLF key.
func statusLamp(s handset.Status) (string, lipgloss.Style) {
	switch s {
	case handset.Idle:
		return "○", green
	case handset.Busy:
		return "●", red
	case handset.DnD:
		return "⊖", red
	case handset.Ringing:
		return "●", yellow
	case handset.Unknown:
		return "?", dim
	}
	return "·", dim
}
