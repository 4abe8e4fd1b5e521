package call

import (
	"testing"

	"github.com/busylamp/busylamp/phones"
)

// "Cisco Unified CME selects the phone with the monitored directory number assigned to
// the first button, or the directory number whose button is selected by the auto-line
// command (SCCP only)."
func TestWhichPhoneIsMonitored(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2)
	o.offHook(2, 1)
	o.want(t, "first button", "phone 2003 busy", "phone 2001 idle", "phone 2002 unknown")
	o.hangUp(2)
	o = newOffice(t, change(func(c *phones.Config) { c.Ephones[0].AutoLine.Button = 2 }))
	o.plug(1, 2)
	o.want(t, "auto-line", "phone 2001 unknown", "phone 2002 idle", "phone 2003 idle")
	o.offHook(1, 1)
	o.want(t, "another line of that phone", "phone 2002 busy", "2002 idle", "2001 busy")
}

// "If more than one phone uses the same number as its primary directory number, the
// phone with the lowest phone tag is monitored for BLF status."
func TestLowestPhoneTag(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 3) // dns 1 and 4 have number 2001
	o.offHook(3, 1)
	o.want(t, "the other phone", "phone 2001 idle", "2001 busy")
	o.offHook(1, 2)
	o.want(t, "the phone with the lowest tag", "phone 2001 busy")
	o.unplug(1)
	o.want(t, "that is unregistered", "phone 2001 unknown", "2001 busy")
	o.plug(1)
	o.want(t, "and is back", "phone 2001 idle")
	o.configure(change(func(c *phones.Config) { c.Ephones = c.Ephones[1:] }))
	o.unplug(1)
	o.want(t, "no such ephone any more", "phone 2001 busy")
}

// An SCCP and a SIP phone may have one number.
func TestLowestPhoneTagOfBothProtocols(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Pools[0].Numbers = []phones.PoolNumber{{Index: 1, DN: 2}} }))
	o.plug(2)
	o.plugSIP(1)
	o.offHook(2, 1)
	o.want(t, "pool 1 goes before ephone 2", "phone 2003 idle", "2003 busy")
}

// A phone is what it registered as, whatever is configured since; until it is restarted.
func TestThePhoneAsItRegistered(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2)
	o.configure(change(func(c *phones.Config) { c.Ephones[0].Buttons = button("1:2 2:1") }))
	o.want(t, "configured", "phone 2001 idle", "phone 2002 unknown")
	o.plug(1)
	o.want(t, "restarted", "phone 2001 unknown", "phone 2002 idle")
}

// "If a shared directory number is busy on a monitored SCCP phone, and the monitored
// device is on-hook, the monitored phone is considered idle."
func TestSharedNumberBusyElsewhere(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 2, 5)
	o.dial(5, 1, "2002")
	o.want(t, "rings on both", "phone 2001 busy ringing", "phone 2003 busy ringing")
	o.answer(2)
	o.want(t, "busy on one", "2002 busy", "phone 2001 idle", "phone 2003 busy")
	o.do(Hold{Device: ephone(2)})
	o.want(t, "on hold there", "2002 busy", "phone 2001 idle", "phone 2003 busy")
}

// "For Extension Mobility phones, the first number configured in the user profile indicates
// the primary directory number … the BLF status of the corresponding phone is sent to the
// watcher when an extension-mobility user logs in or out, is idle, or busy."
func TestExtensionMobility(t *testing.T) {
	number := func(list ...string) (all []phones.ProfileNumber) {
		for _, n := range list {
			all = append(all, phones.ProfileNumber{Numbers: []string{n}, Sep: phones.Normal})
		}
		return all
	}
	user := &phones.Profile{Tag: 1, User: "me", Numbers: number("2005", "2001")}
	o := newOffice(t, change(func(c *phones.Config) {
		c.LogoutProfiles = []phones.Profile{{Tag: 1, Numbers: number("2006")}}
		c.Ephones[3].LogoutProfile, c.Ephones[4].Buttons = 1, nil
	}))
	o.login(4, nil)
	o.want(t, "nobody logged in", "phone 2006 idle", "phone 2005 unknown", "2005 unknown")
	o.login(4, user)
	o.want(t, "logged in", "phone 2006 unknown", "phone 2005 idle", "2005 idle", "2001 idle")
	o.offHook(4, 2)
	o.want(t, "busy", "phone 2005 busy", "2005 idle", "2001 busy")
	o.hangUp(4)
	o.want(t, "idle", "phone 2005 idle")
	o.login(4, nil)
	o.want(t, "logged out", "phone 2006 idle", "phone 2005 unknown", "2005 unknown")
}

// "All directory numbers associated with a phone are in the DnD state when the DnD soft
// key is pressed. If a monitored phone becomes DnD-enabled, watchers are notified of the
// DnD status change."
func TestDnDOfThePhone(t *testing.T) {
	o := newOffice(t, floor())
	o.plug(1, 3)
	o.dnd(3, true)
	o.want(t, "another phone with the number", "phone 2001 idle")
	o.dnd(1, true)
	o.want(t, "the phone itself", "phone 2001 idle dnd")
	o.dnd(1, false)
	o.want(t, "and off", "phone 2001 idle")
}

// A page that a phone hears does not make the phone busy.
func TestPagedPhone(t *testing.T) {
	o := newOffice(t, change(func(c *phones.Config) { c.Ephones[4].PagingDN = 22 }))
	o.plug(4, 5)
	o.dial(4, 1, "801")
	o.want(t, "paged", "phone 2006 idle", "phone 801 busy", "phone 2005 busy")
}
