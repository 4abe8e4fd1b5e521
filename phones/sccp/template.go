package sccp

import (
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// maxKeys is the length of the longest button template.
const maxKeys = 56

func newKey(kind uint32, instance int) key { return key{uint8(kind), uint8(instance)} }

// layoutOf is the button template of a phone. It puts the lines on the keys that `button` numbers. Keys that are left
// take the speed dials in the order of their tags, then the BLF speed dials
// likewise (CME command reference: speed-dial; administrator guide: button
// layout). What finds no key can still be dialled by its tag.
//
// has is how many keys the model has, its modules included.
func layoutOf(spec phones.Spec, e phones.Ephone, m phones.Model, has int) []key {
	keys := make([]key, keyCount(spec, e, m, has))
	for _, l := range spec.Lines {
		if l.Button >= 1 && l.Button <= len(keys) {
			keys[l.Button-1] = newKey(wire.ButtonLine, l.Button)
		}
	}
	var rest []key
	for _, s := range slices.SortedFunc(slices.Values(e.SpeedDials), func(a, b phones.SpeedDial) int { return a.Tag - b.Tag }) {
		rest = append(rest, newKey(wire.ButtonSpeedDial, s.Tag))
	}
	if m.BLF || m.Name == "" {
		for _, b := range slices.SortedFunc(slices.Values(e.BLF), func(a, b phones.BLFKey) int { return a.Tag - b.Tag }) {
			rest = append(rest, newKey(wire.ButtonBLFSpeedDial, b.Tag))
		}
	}
	if !m.Analog {
		for i := range keys {
			if keys[i].kind == 0 && len(rest) > 0 {
				keys[i], rest = rest[0], rest[1:]
			}
		}
	}
	for _, kind := range fixedKeys(m.Name) {
		keys = append(keys, newKey(kind, len(keys)+1))
	}
	return keys
}

// keyCount is the number of keys that may be lines. Of a model that is not known
// it is what the phone's configuration needs.
func keyCount(spec phones.Spec, e phones.Ephone, m phones.Model, n int) int {
	if m.Name == "" {
		last := 0
		for _, l := range spec.Lines {
			last = max(last, l.Button)
		}
		n = max(last, len(spec.Lines)+len(e.SpeedDials)+len(e.BLF))
	}
	return min(n, maxKeys)
}

// fixedKeys are the labelled keys of models that report them like line keys.
func fixedKeys(model string) []uint32 {
	switch model {
	case "7902":
		return []uint32{wire.ButtonHold, wire.ButtonTransfer, wire.ButtonVoicemail, wire.ButtonConference, wire.ButtonForwardAll, wire.ButtonRedial}
	case "7905", "7912":
		return []uint32{wire.ButtonHold}
	case "7910":
		return []uint32{wire.ButtonHold, wire.ButtonTransfer, wire.ButtonDisplay, wire.ButtonVoicemail, wire.ButtonConference, wire.ButtonForwardAll, wire.ButtonRedial}
	case "7931":
		return []uint32{wire.ButtonMessages, wire.ButtonDirectory, wire.ButtonHeadset, wire.ButtonApplication}
	}
	return nil
}

// template answers ButtonTemplateReq, SoftKeyTemplateReq and SoftKeySetReq; false
// if m is another message. mu is held.
func (c *conn) template(m wire.Message) bool {
	switch m.(type) {
	case *wire.ButtonTemplateReq:
		c.send(buttonTemplate(c.keys))
	case *wire.SoftKeyTemplateReq:
		c.send(softKeyTemplate())
	case *wire.SoftKeySetReq:
		c.send(softKeySets(c.sets))
	default:
		return false
	}
	return true
}

// buttonTemplate is the template as it is sent.
func buttonTemplate(keys []key) wire.Message {
	buttons := make([]wire.Button, len(keys))
	for i, k := range keys {
		buttons[i] = wire.Button{Instance: k.instance, Type: k.kind}
		if k.kind == 0 {
			buttons[i] = wire.Button{Type: uint8(wire.ButtonUndefined)}
		}
	}
	return wire.NewButtonTemplate(buttons)
}
