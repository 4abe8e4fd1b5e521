package presence

import (
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// device subscribes with Request.Device.
func (b *bench) device(number string, kind WatcherKind) uint32 {
	a := b.step(inSubscribe{reply: make(chan answer, 1), req: Request{
		Watcher: Party{"3001", "10.1.1.9"}, Presentity: Party{number, "10.1.1.2"}, Kind: kind,
		Device: true, Expires: time.Minute, Sink: b,
	}})
	b.step(inRelease{a.id})
	return a.id
}

// A device watcher sees the phone, any other one the number.
func TestDevice(t *testing.T) {
	b := newBench(open("2001"))
	b.device("2001", SCCPSpeedDial)
	b.subscribe("2001", SCCPSpeedDial, 60)
	b.want(t, "1 2001 unknown active 60", "2 2001 unknown active 60")
	b.step(inPublish{key{number: "2001", aspect: ofPhone}, idle})
	b.want(t, "1 2001 idle active 60")
	b.step(inPublish{key{number: "2001"}, busy})
	b.want(t, "2 2001 busy active 60")
	var devices []bool
	for _, r := range b.records() {
		devices = append(devices, r.ID == 1 && r.Device && r.Line == idle || r.ID == 2 && !r.Device && r.Line == busy)
	}
	if !reflect.DeepEqual(devices, []bool{true, true}) {
		t.Errorf("%+v", b.records())
	}
	// `allow watch` of the number holds for both.
	b.apply(with(open("2001"), func(c *Config) { c.Numbers["2001"] = Number{} }))
	b.want(t, "2 2001 unknown active 60", "1 2001 unknown active 60")
	b.apply(Config{})
	b.step(inPublish{key{number: "2001", aspect: ofPhone}, Line{}})
	b.step(inPublish{key{number: "2001"}, Line{}})
	b.want(t, "2 2001 unknown probation 60", "1 2001 unknown probation 60")
	if len(b.core.lines) != 0 {
		t.Error("lines are left")
	}
}

// Guide: "Device-based BLF-speed-dial monitoring is not supported for a remote
// watcher", "Device-based BLF monitoring for call lists is not supported".
func TestWhoCannotWatchDevices(t *testing.T) {
	for _, kind := range []WatcherKind{SIPTrunk, SCCPCallList} {
		b := newBench(open("2001"))
		b.device("2001", kind)
		b.log = nil
		b.step(inPublish{key{number: "2001", aspect: ofPhone}, busy})
		b.want(t)
		b.step(inPublish{key{number: "2001"}, idle})
		b.want(t, "1 2001 idle active 60")
		if b.records()[0].Device {
			t.Errorf("%s is a device watcher", kind)
		}
	}
}

// What a watcher sees may change while it is subscribed; it is told if that is
// another state, and no version goes back.
func TestWatchAnother(t *testing.T) {
	b := newBench(open("2001"))
	b.step(inPublish{key{number: "2001", aspect: ofPhone}, idle})
	b.step(inPublish{key{number: "2001"}, busy})
	id := b.subscribe("2001", SIPPhone, 60)
	b.want(t, "1 2001 busy active 60")
	b.step(inWatch{id: id, device: true})
	b.want(t, "1 2001 idle active 60")
	b.step(inWatch{id: id, device: true})
	b.want(t)
	b.step(inWatch{id: id, dark: true})
	b.want(t, "1 2001 unknown active 60")
	b.step(inPublish{key{number: "2001"}, idle})
	b.want(t)
	b.step(inWatch{id: id})
	b.want(t, "1 2001 idle active 60")
	b.step(inWatch{id: id, device: true})
	b.want(t) // idle too
	b.step(inWatch{id: 77, device: true})
	b.want(t)
	if len(b.core.lines) != 2 {
		t.Errorf("%d lines", len(b.core.lines))
	}
}

// The line of a dark watcher is as its number is: it outlives it.
func TestDark(t *testing.T) {
	b := newBench(open("2001"))
	b.step(inPublish{key{number: "2001"}, busy})
	a := b.step(inSubscribe{reply: make(chan answer, 1), req: Request{
		Presentity: Party{"2001", "h"}, Kind: SIPPhone, Device: true, Dark: true, Expires: time.Minute, Sink: b}})
	b.step(inRelease{a.id})
	b.step(inPublish{key{number: "2001", aspect: ofPhone}, idle})
	b.want(t, "1 2001 unknown active 60")
	b.apply(open())
	b.want(t) // unknown already
	b.apply(open("2001"))
	b.want(t)
}

func TestHubDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHub(t, open("2001"), 3)
		var n notes
		h.PublishDevice("2001", busy)
		r := request("2001", &n, time.Hour)
		r.Device = true
		id, _, err := h.Subscribe(r)
		if err != nil {
			t.Fatal(err)
		}
		h.Release(id)
		h.Publish("2001", idle)
		synctest.Wait()
		h.PublishDevice("2001", Line{State: Idle, DnD: true})
		synctest.Wait()
		h.Watch(id, false, false)
		synctest.Wait()
		want := "[1 2001 busy active 3600 1 2001 idle dnd active 3600 1 2001 idle active 3600]"
		if got := fmt.Sprint(n.take()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.Watch(id+1, true, false)
	})
}
