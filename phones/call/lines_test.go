package call

import (
	"fmt"
	"testing"

	"github.com/busylamp/busylamp/phones"
)

// "Line is idle - displays when this line is not being used."
func TestLineIsIdle(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2, 3, 4, 5, 9)
	o.plugSIP(1)
	o.want(t, "registered", "2001 idle", "2002 idle", "2003 idle", "2101 idle")
}

// "Line is in-use - displays when this line is in the ringing state and when a user is
// on the line, whether or not this line can accept a new call."
func TestLineIsInUse(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5)
	o.dial(5, 1, "2005")
	o.want(t, "ringing", "2005 busy ringing", "2006 busy")
	o.answer(4)
	o.want(t, "on the line, and another call could come", "2005 busy", "2006 busy")
	o.hangUp(5)
	o.hangUp(4)
	o.want(t, "over", "2005 idle", "2006 idle")
	o.offHook(4, 1)
	o.want(t, "off hook", "2005 busy")
	o.hangUp(4)
	o.want(t, "on hook", "2005 idle")
}

// "BLF indicator unknown - phone is unregistered …"
func TestUnregisteredIsUnknown(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "never registered", "2005 unknown", "phone 2005 unknown", "2101 unknown")
	o.plug(4)
	o.dial(4, 1, "2006")
	o.want(t, "registered", "2005 busy")
	o.unplug(4)
	o.want(t, "gone in a call", "2005 unknown", "phone 2005 unknown")
	o.plug(4)
	o.want(t, "back", "2005 idle", "phone 2005 idle")
}

// "any line on any IP phone or on an analog phone on supported voice gateways can be a
// presentity."
func TestAnalogPhonesAreWatched(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[3].Type, c.Ephones[3].Analog = "anl", true }))
	o.plug(4, 5)
	o.want(t, "plugged in", "2005 idle", "phone 2005 idle")
	o.offHook(4, 1)
	o.want(t, "off hook", "2005 busy", "phone 2005 busy")
}

// Table 42, BLF: "Watches all ephone-dn instances with the same (primary) extension
// number. The BLF lamp is on if any instance of the monitored extension is in use."
func TestAnyInstanceCounts(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1)
	o.want(t, "one instance registered", "2001 idle")
	o.plug(3)
	for _, tag := range []int{1, 3} {
		o.offHook(tag, 1)
		o.want(t, fmt.Sprint("ephone ", tag), "2001 busy")
		o.hangUp(tag)
		o.want(t, fmt.Sprint("ephone ", tag), "2001 idle")
	}
	o.unplug(1)
	o.want(t, "the other instance is left", "2001 idle")
	o.unplug(3)
	o.want(t, "none is left", "2001 unknown")
}

// A number that some dn has as secondary one is in use with that dn, unless another
// has it as primary one.
func TestSecondaryNumber(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.EphoneDNs[4].Secondary = "3005"; c.EphoneDNs[5].Secondary = "2003" }))
	o.plug(2, 4, 5)
	o.offHook(4, 1)
	o.want(t, "by its dn", "3005 busy", "2005 busy")
	o.offHook(5, 1)
	o.want(t, "by its own dn alone", "2003 idle", "2006 busy")
}

// Table 42, shared lines, BLF: "Cannot distinguish which phone is using the ephone-dn
// if the DN is shared across multiple phones."
func TestSharedLineOfEitherPhone(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2)
	for _, tag := range []int{1, 2} {
		o.offHook(tag, 2)
		o.want(t, fmt.Sprint("ephone ", tag), "2002 busy")
		o.hangUp(tag)
	}
	o.unplug(2)
	o.want(t, "one phone is left", "2002 idle")
}

// "An ephone-dn configured as a park-slot is not registered with any phone. … if a
// monitored park-slot is idle, the BLF status shows idle on the watcher. If there is a
// call parked on the monitored park-slot, the BLF status indicates in-use." Device-based:
// "If … there is a call parked on this park-slot, the device-based BLF status
// indicates busy."
func TestParkSlot(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "no phone at all", "701 idle", "phone 701 idle")
	o.plug(4, 5)
	o.dial(4, 1, "2006")
	o.answer(5)
	o.do(Park{Device: ephone(5)})
	o.want(t, "parked", "701 busy", "phone 701 busy", "2005 busy", "2006 idle")
	o.hangUp(5)
	o.dial(5, 1, "701")
	o.want(t, "retrieved", "701 idle", "phone 701 idle", "2005 busy", "2006 busy")
	o.hangUp(5)
	o.hangUp(4)
	o.want(t, "over", "701 idle", "2005 idle", "2006 idle")
}

// A parked caller who gives up leaves the slot.
func TestParkedCallerHangsUp(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(4, 5)
	o.dial(4, 1, "2006")
	o.answer(5)
	o.do(Park{Device: ephone(5)})
	o.hangUp(4)
	o.want(t, "given up", "701 idle", "phone 701 idle")
}

// "An ephone-dn configured for paging or conferencing is also not registered with any
// phone. The indicators for the idle, in-use, and unknown BLF status are displayed …".
// Device-based: "When a monitored phone receives a page, if the paging directory number
// is also monitored, the BLF status of the paging directory number shows busy on the
// watcher."
func TestPagingNumber(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[4].PagingDN = 22 }))
	o.want(t, "no phone at all", "801 idle", "phone 801 idle")
	o.plug(4, 5)
	o.dial(4, 1, "801")
	o.want(t, "page", "801 busy", "phone 801 busy", "2006 idle", "phone 2006 idle")
	o.hangUp(4)
	o.want(t, "over", "801 idle", "phone 801 idle")
}

// "… which conference number is available for a conference."
func TestConferenceNumbers(t *testing.T) {
	o := newOffice(t, floor())
	o.want(t, "no phone at all", "901 idle", "902 idle", "phone 902 idle")
	o.plug(4, 5, 9)
	o.do(MeetMe{Device: ephone(4), Button: 1})
	o.dial(4, 0, "902")
	o.want(t, "meet-me", "902 busy", "phone 902 busy", "901 idle")
	o.dial(5, 1, "902")
	o.hangUp(4)
	o.want(t, "one is left", "902 busy")
	o.hangUp(5)
	o.want(t, "all gone", "902 idle")
}

// "When a user presses the DnD soft key on an SCCP phone, all directory numbers assigned
// to the phone become DnD-enabled"; the lamp shows it "for both the idle and in-use BLF
// status".
func TestDnDOverIdleAndInUse(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[3].Buttons = button("1:5 2:6"); c.Ephones[4].Buttons = nil }))
	o.plug(4)
	o.dnd(4, true)
	o.want(t, "idle", "2005 idle dnd", "2006 idle dnd", "phone 2005 idle dnd")
	o.offHook(4, 1)
	o.want(t, "in use", "2005 busy dnd", "2006 idle dnd", "phone 2005 busy dnd")
	o.dnd(4, false)
	o.want(t, "off", "2005 busy", "2006 idle", "phone 2005 busy")
	o.hangUp(4)
	o.dnd(4, true)
	o.unplug(4)
	o.want(t, "unregistered", "2005 unknown", "phone 2005 unknown")
}

// "The BLF status notification occurs if the monitored ephone-dn is: the primary
// directory number on only one SCCP phone; a directory number that is not shared; a
// shared directory number and all associated phones are DnD-enabled."
func TestWhenANumberIsDnD(t *testing.T) {
	for _, c := range []struct {
		name    string
		buttons map[int]string // of ephones
		dnd     []int
		want    string // of 2002, which is dn 2
	}{
		{"primary on one phone", map[int]string{1: "1:2"}, []int{1}, "idle dnd"},
		{"primary on one phone, shared by another", map[int]string{1: "1:2", 2: "1:3 2:2"}, []int{1}, "idle dnd"},
		{"primary on a phone without DnD, shared by one with", map[int]string{1: "1:2", 2: "1:3 2:2"}, []int{2}, "idle"},
		{"primary on two phones, one DnD", map[int]string{1: "1:2", 2: "1:2"}, []int{1}, "idle"},
		{"primary on two phones, both DnD", map[int]string{1: "1:2", 2: "1:2"}, []int{1, 2}, "idle dnd"},
		{"not shared, not primary", map[int]string{1: "1:1 2:2"}, []int{1}, "idle dnd"},
		{"shared, one DnD", map[int]string{1: "1:1 2:2", 2: "1:3 2:2"}, []int{1}, "idle"},
		{"shared, all DnD", map[int]string{1: "1:1 2:2", 2: "1:3 2:2"}, []int{1, 2}, "idle dnd"},
		{"on two buttons of one phone", map[int]string{1: "1:2 2:2"}, []int{1}, "idle dnd"},
		{"in an overlay", map[int]string{1: "1o1,2", 2: "1:3"}, []int{1}, "idle dnd"},
		{"only monitored by the DnD phone", map[int]string{1: "1:1 2:2", 2: "1:3 2m2"}, []int{2}, "idle"},
		{"monitored by another", map[int]string{1: "1:1 2:2", 2: "1:3 2m2 3w2"}, []int{1}, "idle dnd"},
	} {
		o := newOffice(t, change(func(cfg *phones.Config) {
			for i := range cfg.Ephones {
				cfg.Ephones[i].Buttons = button(c.buttons[cfg.Ephones[i].Tag])
			}
		}))
		o.plug(1, 2)
		for _, tag := range c.dnd {
			o.dnd(tag, true)
		}
		o.want(t, c.name, "2002 "+c.want)
		for _, tag := range c.dnd {
			o.dnd(tag, false)
		}
		o.want(t, c.name+", off again", "2002 idle")
	}
}

// DnD is that of SCCP phones ("support the Do Not Disturb (DnD) BLF status indicator for
// ephone-dns"): `dnd` of a pool is not shown, and a SIP phone that has the number too
// is not DnD-enabled.
func TestDnDOfSIPPhonesIsNotShown(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) {
		c.Pools[0].DnD = true
		c.Pools = append(c.Pools, phones.Pool{Tag: 2, Numbers: []phones.PoolNumber{{Index: 1, DN: 1}, {Index: 2, DN: 2}}})
	}))
	o.plugSIP(1)
	o.want(t, "pool with dnd", "2101 idle", "phone 2101 idle")
	o.plug(2)
	o.dnd(2, true)
	o.want(t, "ephone alone", "2003 idle dnd")
	o.plugSIP(2)
	o.want(t, "primary on one SCCP phone only", "2003 idle dnd")
}

// Of the three conditions the last wants all phones, SIP phones too.
func TestDnDOfANumberSharedWithASIPPhone(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) {
		c.Ephones[1].Buttons = button("1:6 2:3")
		c.Pools[0].Numbers = []phones.PoolNumber{{Index: 1, DN: 2}}
	}))
	o.plug(2)
	o.plugSIP(1)
	o.dnd(2, true)
	o.want(t, "shared with a pool", "2003 idle")
	o.do(Gone{pool(1)})
	o.want(t, "not shared any more", "2003 idle dnd")
}

// `test presence line` drives a line without a phone.
func TestDriven(t *testing.T) {
	o := newOffice(t, floor())
	for _, c := range []struct{ state, want string }{{"busy", "busy"}, {"ringing", "busy ringing"}, {"idle", "idle"}, {"clear", "unknown"}} {
		o.do(Test{"2005", c.state})
		o.want(t, c.state, "2005 "+c.want, "phone 2005 "+c.want)
	}
	o.plug(4)
	o.offHook(4, 1)
	o.do(Test{"2005", "idle"})
	o.want(t, "wins over calls", "2005 idle")
	o.do(Test{"2005", "clear"})
	o.want(t, "the truth again", "2005 busy")
}
