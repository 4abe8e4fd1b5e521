package handset

import (
	"fmt"
	"slices"
	"strings"
)

// String is the display as text, a few lines that end in a newline.
func (d Display) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", d.Device, d.standing())
	for i, l := range d.Lines {
		fmt.Fprintf(&b, "line %d  %s\n", i+1, l)
	}
	for i, k := range d.Keys {
		fmt.Fprintf(&b, "key %d  %s\n", i+1, k)
	}
	for _, e := range d.List {
		fmt.Fprintf(&b, "list  %s %s\n", e.Number, e.Status)
	}
	for i, c := range d.Calls {
		mark := ""
		if c.Ref == d.Active {
			mark = "*"
		}
		fmt.Fprintf(&b, "call %d%s  %s\n", i+1, mark, c)
	}
	for _, row := range d.rest() {
		fmt.Fprintln(&b, row)
	}
	return b.String()
}

func (d Display) standing() string {
	if !d.Registered {
		return "not registered"
	}
	return strings.TrimSpace("registered " + d.Protocol)
}

// rest is what is shown once, each as a line of text.
func (d Display) rest() []string {
	var rows []string
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, name+"  "+value)
		}
	}
	add("prompt", d.Prompt)
	add("notice", d.Notice)
	add("soft keys", strings.Join(d.SoftKeys, " | "))
	add("ring", string(d.Ring))
	add("tone", d.Tone)
	var on []string
	for _, flag := range []struct {
		is   bool
		name string
	}{{d.OffHook, "off hook"}, {d.DnD, "do not disturb"}, {d.MWI, "messages wait"}} {
		if flag.is {
			on = append(on, flag.name)
		}
	}
	add("phone", strings.Join(on, ", "))
	add("media", d.Media.String())
	return rows
}

// String is the line in words.
func (l Line) String() string {
	s := fmt.Sprintf("%s  %s", l.Number, l.Lamp)
	if l.State != "" && l.State != OnHook {
		s += " " + string(l.State)
	}
	if l.Forward != "" {
		s += " forwarded to " + l.Forward
	}
	if l.MWI {
		s += " messages"
	}
	return s
}

// String is the key in words.
func (k BesideKey) String() string {
	s := k.Kind
	if k.Label != "" {
		s += " " + k.Label
	}
	if k.Number != "" && k.Number != k.Label {
		s += " (" + k.Number + ")"
	}
	switch {
	case k.Status != "":
		s += "  " + string(k.Status)
	case k.Kind == "blf":
		s += "  " + string(k.Lamp) // a phone without icons
	}
	return s
}

// String is the call in words.
func (c Call) String() string {
	return strings.TrimSpace(string(c.State) + " " + c.Remote)
}

// String is where audio goes, "" for nowhere.
func (m Media) String() string {
	var parts []string
	if m.Receive.IsValid() {
		parts = append(parts, "receives at "+m.Receive.String())
	}
	if m.Send.IsValid() {
		parts = append(parts, "sends to "+m.Send.String())
	}
	if m.Codec != "" && len(parts) > 0 {
		parts = append(parts, m.Codec)
	}
	return strings.Join(parts, ", ")
}

// Changes tells what differs between two displays, a line of text each: what
// `busylamp phone` prints when its output is no terminal.
func Changes(old, new Display) []string {
	var out []string
	if old.Registered != new.Registered {
		out = append(out, fmt.Sprintf("%s %s", new.Device, new.standing()))
	}
	for i, l := range new.Lines {
		if i >= len(old.Lines) || old.Lines[i] != l {
			out = append(out, fmt.Sprintf("line %d  %s", i+1, l))
		}
	}
	for i, k := range new.Keys {
		if i >= len(old.Keys) || old.Keys[i] != k {
			out = append(out, fmt.Sprintf("key %d  %s", i+1, k))
		}
	}
	for _, e := range new.List {
		if !slices.Contains(old.List, e) && e.Status != "" {
			out = append(out, fmt.Sprintf("list  %s %s", e.Number, e.Status))
		}
	}
	for _, c := range new.Calls {
		if was, ok := old.Call(c.Ref); !ok || was != c {
			out = append(out, fmt.Sprintf("call  %s", c))
		}
	}
	for _, c := range old.Calls {
		if _, ok := new.Call(c.Ref); !ok {
			out = append(out, strings.TrimSpace("call  ended "+c.Remote))
		}
	}
	was := old.rest()
	for _, row := range new.rest() {
		if !slices.Contains(was, row) {
			out = append(out, row)
		}
	}
	for _, row := range was {
		name, _, _ := strings.Cut(row, "  ")
		if (name == "ring" || name == "tone" || name == "phone" || name == "media") &&
			!slices.ContainsFunc(new.rest(), func(r string) bool { return strings.HasPrefix(r, name+"  ") }) {
			out = append(out, name+"  off")
		}
	}
	return out
}
