package call

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// watcher gives ephone 9 the buttons.
func watcher(buttons string, f func(*phones.Config)) phones.Config {
	return change(func(c *phones.Config) {
		c.Ephones[5].Buttons = button(buttons)
		if f != nil {
			f(c)
		}
	})
}

// Table 42, monitor mode: "Watches a single ephone-dn instance. If there are multiple
// ephone-dns with the same extension (such as in an overlay), this mode watches only a
// single ephone-dn".
func TestMonitorWatchesOneInstance(t *testing.T) {
	o := newOffice(t, watcher("1:9 2m1 3m4", nil))
	o.plug(1, 3, 9)
	o.lamp(t, "idle", 9, "off", "off", "off")
	o.offHook(3, 1)
	o.lamp(t, "dn 4", 9, "off", "off", "on+remote")
	o.offHook(1, 1)
	o.lamp(t, "dn 1 too", 9, "off", "on+remote", "on+remote")
	o.hangUp(3)
	o.lamp(t, "dn 4 is free", 9, "off", "on+remote", "off")
}

// Administrator guide: "A monitor-line lamp is off or unlit only when its line is in the
// idle call state."
func TestMonitorIsLitInAnyCallState(t *testing.T) {
	o := newOffice(t, watcher("1:9 2m5", nil))
	o.plug(4, 5, 9)
	o.lamp(t, "idle", 9, "off", "off")
	o.dial(5, 1, "2005")
	o.lamp(t, "ringing", 9, "off", "on+remote")
	o.answer(4)
	o.lamp(t, "connected", 9, "off", "on+remote")
	o.do(Hold{Device: ephone(4)})
	o.lamp(t, "on hold", 9, "off", "on+remote")
	o.hangUp(5)
	o.lamp(t, "over", 9, "off", "off")
}

// Table 42, monitor mode: "Does not indicate DND state of the phone."
func TestMonitorIgnoresDnD(t *testing.T) {
	o := newOffice(t, watcher("1:9 2m5", nil))
	o.plug(4, 9)
	o.dnd(4, true)
	o.lamp(t, "DnD", 9, "off", "off")
}

// Table 42, shared lines, monitor mode: "Can not distinguish which phone is using the
// ephone-dn if the DN is shared across multiple phones."
func TestMonitorOfASharedLine(t *testing.T) {
	o := newOffice(t, watcher("1:9 2m2", nil))
	o.plug(1, 2, 9)
	for _, tag := range []int{1, 2} {
		o.offHook(tag, 2)
		o.lamp(t, "either phone", 9, "off", "on+remote")
		o.hangUp(tag)
		o.lamp(t, "idle", 9, "off", "off")
	}
}

// Park slots, paging and conference numbers can be monitored too.
func TestMonitorOfNumbersWithoutAPhone(t *testing.T) {
	o := newOffice(t, watcher("1:9 2m21 3m22", nil))
	o.plug(4, 5, 9)
	o.dial(4, 1, "2006")
	o.answer(5)
	o.do(Park{Device: ephone(5)})
	o.lamp(t, "parked", 9, "off", "on+remote", "off")
	o.hangUp(4)
	o.dial(4, 1, "801")
	o.lamp(t, "page", 9, "off", "off", "on+remote")
}

// Table 42, watch mode: "Watches all activity on the phone for which the designated
// ephone-dn is the primary extension. (The ephone-dn is 'primary' for a phone if the
// extension appears on button 1 or on the button indicated by the auto-line command.)"
func TestWatchWatchesAllActivity(t *testing.T) {
	o := newOffice(t, watcher("1:9 2w1 3w2", nil))
	o.plug(1, 2, 9)
	o.lamp(t, "idle", 9, "off", "off", "off")
	o.offHook(1, 2)
	o.lamp(t, "another line of the phone", 9, "off", "on+remote", "off")
	o.hangUp(1)
	o.dial(9, 1, "2001")
	o.lamp(t, "ringing", 9, "on", "on+remote", "off")
	o.hangUp(9)
	o.lamp(t, "over", 9, "off", "off", "off")

	o = newOffice(t, watcher("1:9 2w1 3w2", func(c *phones.Config) { c.Ephones[0].AutoLine.Button = 2 }))
	o.plug(1, 9)
	o.offHook(1, 1)
	o.lamp(t, "auto-line", 9, "off", "off", "on+remote")
}

// Table 42, shared lines, watch mode: "Used to indicate that a specific phone is in use as
// opposed (button m) to indicating that a specific ephone-dn is in use."
func TestWatchTellsPhonesApart(t *testing.T) {
	o := newOffice(t, watcher("1:9 2w1 3w3 4m2", nil))
	o.plug(1, 2, 9)
	o.offHook(2, 2) // the line that both share
	o.lamp(t, "shared line in use", 9, "off", "off", "on+remote", "on+remote")
}

// "Ephone-dn can be shared": its use by another phone is not activity on this one.
func TestWatchedNumberInUseElsewhere(t *testing.T) {
	o := newOffice(t, watcher("1:9 2w1", func(c *phones.Config) { c.Ephones[1].Buttons = button("1:3 2:1") }))
	o.plug(1, 2, 9)
	o.offHook(2, 2)
	o.lamp(t, "used by the phone that shares it", 9, "off", "off")
	o.offHook(1, 1)
	o.lamp(t, "used by both", 9, "off", "on+remote")
}

// Table 42, watch mode: "Indicates DND state of the phone."
func TestWatchShowsDnD(t *testing.T) {
	o := newOffice(t, watcher("1:9 2w5", nil))
	o.plug(4, 9)
	o.dnd(4, true)
	o.lamp(t, "DnD", 9, "off", "on+dnd")
	o.offHook(4, 1)
	o.lamp(t, "DnD and in use", 9, "off", "on+remote+dnd")
	o.hangUp(4)
	o.dnd(4, false)
	o.lamp(t, "off again", 9, "off", "off")
}

// Administrator guide: the watch button is red "when the watched phone is unregistered".
func TestWatchOfAnUnregisteredPhone(t *testing.T) {
	o := newOffice(t, watcher("1:9 2w5 3w22", nil))
	o.plug(9)
	o.lamp(t, "not yet registered; a number of no phone", 9, "off", "on+remote", "off")
	o.plug(4)
	o.lamp(t, "registered", 9, "off", "off", "off")
	o.unplug(4)
	o.lamp(t, "gone", 9, "off", "on+remote", "off")
}

// The lamp of a line follows its call: dial tone, ringing, speech, hold.
func TestOwnLamp(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5)
	o.lamp(t, "idle", 4, "off")
	o.dial(5, 1, "2005")
	o.lamp(t, "caller", 5, "on")
	o.lamp(t, "called", 4, "blink")
	o.answer(4)
	o.lamp(t, "speech", 4, "on")
	o.do(Hold{Device: ephone(4)})
	o.lamp(t, "hold", 4, "wink")
	o.do(Resume{Device: ephone(4)})
	o.lamp(t, "resumed", 4, "on")
	o.hangUp(5)
	o.hangUp(4)
	o.lamp(t, "over", 4, "off")
	o.lamp(t, "over", 5, "off")
}

// A call that waits blinks, whatever else is on the line.
func TestCallWaitingLamp(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5, 9)
	o.dial(5, 1, "2005")
	o.answer(4)
	o.dial(9, 1, "2005")
	o.lamp(t, "second call", 4, "blink")
	o.hangUp(9)
	o.lamp(t, "first call alone", 4, "on")
}

// CME command reference, hold-alert: the lamp reminds of a call on hold.
func TestHoldAlertLamp(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) {
		c.EphoneDNs[4].HoldAlert, c.EphoneDNs[4].HoldAlertWho = time.Minute, "originator"
	}))
	o.plug(4, 5)
	o.dial(5, 1, "2005")
	o.answer(4)
	o.do(Hold{Device: ephone(4)})
	o.lamp(t, "hold", 4, "wink")
	o.after(time.Minute)
	o.lamp(t, "reminder", 4, "flash")
}

// A shared line shows on every phone that it is in use, and who holds may be relieved.
func TestSharedLineLamp(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2, 5)
	o.dial(5, 1, "2002")
	o.lamp(t, "rings on both", 1, "off", "blink")
	o.lamp(t, "rings on both", 2, "off", "blink")
	o.answer(2)
	o.lamp(t, "the other one", 1, "off", "on+remote")
	o.lamp(t, "the one that answered", 2, "off", "on")
	o.do(Hold{Device: ephone(2)})
	o.lamp(t, "held there", 1, "off", "flash+remote+held")
	o.lamp(t, "held here", 2, "off", "wink")
	o.do(Resume{Device: ephone(1), Ref: o.views[ephone(1)].Lines[1].Held})
	o.lamp(t, "taken over", 1, "off", "on")
	o.lamp(t, "taken over", 2, "off", "on+remote")
	o.hangUp(5)
	o.hangUp(1)
	o.lamp(t, "over", 1, "off", "off")
	o.lamp(t, "over", 2, "off", "off")
}

// An overlay button is in use elsewhere when all of its numbers are.
func TestOverlayLamp(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[0].Buttons = button("1o3,6 2x1") }))
	o.plug(1, 2, 5, 9)
	o.offHook(2, 1)
	o.lamp(t, "one of two", 1, "off", "off")
	o.offHook(5, 1)
	o.lamp(t, "both", 1, "on+remote", "off")
	o.hangUp(2)
	o.hangUp(5)
	o.dial(9, 1, "2006")
	o.lamp(t, "rings", 1, "blink", "off")
	o.answer(1)
	o.lamp(t, "answered", 1, "on", "off")
	if l := o.views[ephone(1)].Lines[0]; l.Number != "2003" || l.Label != "2003" {
		t.Errorf("shown beside the button: %+v", l)
	}
}
