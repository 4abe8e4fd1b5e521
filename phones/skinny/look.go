package skinny

import (
	"fmt"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// display is what can be seen of all this.
func (f *face) display() handset.Display {
	d := handset.Display{
		Header: f.header, Clock: f.clock(), Prompt: f.prompt, Notice: f.notice, Ring: f.ring, Tone: f.tone,
		OffHook: f.speaker || f.lifted, MWI: f.mwi, SoftKeys: f.softKeys(f.front), Media: f.heard(),
	}
	for _, e := range f.list {
		d.List = append(d.List, e.Entry)
	}
	for _, k := range f.keys {
		d.Keys = append(d.Keys, k.BesideKey)
	}
	for _, l := range f.lines {
		v := l.Line
		if l.remote != "" {
			v.State = l.remote
		}
		for _, c := range f.calls {
			if c.line == l.instance && c.state != "" {
				v.State = c.state
			}
		}
		d.MWI = d.MWI || v.MWI
		d.Lines = append(d.Lines, v)
	}
	for _, c := range f.calls {
		if c.state == "" {
			continue
		}
		d.Calls = append(d.Calls, f.shown(c))
		if c.ref == f.front.Ref {
			d.Active, d.Media = c.ref, c.media
			if c.prompt != "" {
				d.Prompt = c.prompt
			}
		}
	}
	d.DnD = dnd(f.prompt) || dnd(f.notice)
	return d
}

// clock is the phone's clock, which goes on from what it was set to.
func (f *face) clock() string {
	if f.told.IsZero() {
		return ""
	}
	return clock(f.dates, f.told.Add(time.Since(f.toldAt)))
}

// dnd: the phone knows that it is not to be disturbed by what it is told to show.
func dnd(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "do not disturb") || strings.Contains(text, "dnd")
}

func (f *face) shown(c *call) handset.Call {
	v := handset.Call{Ref: c.ref, State: c.state, Out: c.info.Type == wire.CallOutbound, Dialed: c.digits}
	for i, l := range f.lines {
		if l.instance == c.line {
			v.Line = i + 1
		}
	}
	number, name := c.info.Calling, c.info.CallingName
	if v.Out {
		number, name = c.info.Called, c.info.CalledName
	}
	switch {
	case number == "" && name == "":
		v.Remote = c.digits
	case name == "" || name == number:
		v.Remote = number
	default:
		v.Remote = fmt.Sprintf("%s %q", number, name)
	}
	return v
}

// place is one soft key that can be pressed.
type place struct {
	label string
	event uint32
}

// places are the soft keys of a selection.
func (f *face) places(s wire.SelectSoftKeys) []place {
	if int(s.Set) >= len(f.sets) {
		return nil
	}
	var all []place
	for i, n := range f.sets[s.Set] {
		if n == 0 || int(n) > len(f.template) || s.Mask&(1<<i) == 0 {
			continue
		}
		if k := f.template[n-1]; k.Event != 0 {
			all = append(all, place{wire.Plain(k.Label), k.Event})
		}
	}
	return all
}

func (f *face) softKeys(s wire.SelectSoftKeys) []string {
	var labels []string
	for _, p := range f.places(s) {
		labels = append(labels, p.label)
	}
	return labels
}
