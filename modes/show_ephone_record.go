package modes

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// phoneState is what `show ephone …` and `show ephone-dn …` print from: SCCP phones
// and the call model at one moment.
type phoneState struct {
	skinny phones.SkinnySnapshot
	calls  call.Snapshot
	// debugged: some `debug ephone` is on for a phone; nil: for none.
	debugged func(phones.MAC) bool
	// intercoms are the numbers that intercom lines dial, as configured.
	intercoms map[phones.DNID]string
}

// phoneRecord is one ephone with its lines.
type phoneRecord struct {
	phones.EphoneStatus
	view  call.View // zero while it is not in service
	debug bool
}

func (s phoneState) records() []phoneRecord {
	out := make([]phoneRecord, 0, len(s.skinny.Ephones))
	views := map[int]call.View{}
	for _, v := range s.calls.Devices {
		if v.Device.Kind == phones.EphoneDevice {
			views[v.Device.Tag] = v
		}
	}
	for _, e := range s.skinny.Ephones {
		r := phoneRecord{EphoneStatus: e, view: views[e.Config.Tag]}
		r.debug = s.debugged != nil && s.debugged(e.Config.MAC)
		out = append(out, r)
	}
	return out
}

func (s phoneState) dn(id phones.DNID) (call.DNStatus, bool) {
	for _, d := range s.calls.DNs {
		if d.ID == id {
			return d, true
		}
	}
	return call.DNStatus{}, false
}

// ringing, offhook and the like are the filters of `show ephone`.
func (r phoneRecord) ringing() bool {
	return slices.ContainsFunc(r.view.Calls, func(c call.CallView) bool { return c.State == call.RingIn || c.State == call.Waiting })
}

func (r phoneRecord) active() (call.CallView, bool) { return r.view.Call(r.view.Active) }

func (r phoneRecord) media() bool {
	c, ok := r.active()
	return ok && c.State == call.Connected && c.Send.Valid()
}

func (r phoneRecord) forwarded() bool {
	return slices.ContainsFunc(r.view.Lines, func(l call.LineView) bool { return l.Forward.All != "" })
}

func (r phoneRecord) overlaid() bool {
	return slices.ContainsFunc(r.lines(), func(l phones.SpecLine) bool { return isOverlay(l.Sep) })
}

func isOverlay(s phones.Separator) bool { return s == phones.Overlay || s == phones.OverlayWait }

// lines are the phone's line buttons: those it registered with, or those configured.
func (r phoneRecord) lines() []phones.SpecLine {
	if r.State == phones.EphoneRegistered {
		return r.Spec.Lines
	}
	var lines []phones.SpecLine
	for _, b := range r.Config.Buttons {
		l := phones.SpecLine{Button: b.Number, Sep: b.Sep, Of: b.Of}
		for _, tag := range b.DNs {
			l.DNs = append(l.DNs, phones.DNID{Tag: tag})
		}
		lines = append(lines, l)
	}
	return lines
}

// device is what `show ephone` calls the model, "Unknown 0" if it never registered.
func (r phoneRecord) device() string {
	return cmp.Or(r.Shown, fmt.Sprintf("Unknown %d", r.Type))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// activeLine is the button in use, 0 while the phone is on hook.
func (r phoneRecord) activeLine() int {
	if c, ok := r.active(); ok && r.view.OffHook {
		return c.Button
	}
	return 0
}

// head is the first line of a record. The second number is the ephone's place in
// the table of registrations.
func (r phoneRecord) head() string {
	state := r.State.String()
	if r.State == phones.EphoneRegistered {
		state += fmt.Sprintf(" in SCCP ver %d/%d max_streams=%d", r.Version, r.InUse, r.MaxStreams)
	}
	return fmt.Sprintf("ephone-%d[%d] Mac:%s TCP socket:[%d] activeLine:%d whisperLine:0 %s",
		r.Config.Tag, r.Config.Tag-1, macOrZero(r.Config.MAC), r.Socket, r.activeLine(), state)
}

func macOrZero(m phones.MAC) string {
	if m.IsZero() {
		return "0000.0000.0000"
	}
	return m.String()
}
