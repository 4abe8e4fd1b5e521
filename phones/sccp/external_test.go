package sccp

import (
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
	"github.com/busylamp/busylamp/presence"
)

// far stands for the presence server.
type far struct {
	mu      sync.Mutex
	watched []presence.Outgoing // all that it was ever told
}

func (f *far) Watch(o presence.Outgoing) {
	f.mu.Lock()
	f.watched = append(f.watched, o)
	f.mu.Unlock()
}
func (f *far) Unwatch(uint32) {}
func (f *far) Again(uint32)   {}

// told is how often it was told to watch, and what last.
func (f *far) told() (int, presence.Outgoing) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.watched) == 0 {
		return 0, presence.Outgoing{}
	}
	return len(f.watched), f.watched[len(f.watched)-1]
}

// A key for a number of the presence server is lit by what the server says, at once
// when there is a server; one that the server will not have is unknown and asked for
// again later.
func TestExternalKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[0].BLF = []phones.BLFKey{{Tag: 1, Number: "5551000", Label: "far", Device: true}}
		l := newLab(t, cfg)
		p := l.register(ephone1, 7, 11)
		p.begin()
		p.feature(1, wire.BLFUnknown)
		old := l.hub.Config()
		c := old
		c.AllowSubscribe, c.Server = true, netip.MustParseAddr("10.1.1.4")
		if err := l.hub.Apply(t.Context(), old, c); err != nil {
			t.Fatal(err)
		}
		l.s.Recheck()
		n, o := l.far.told()
		if n != 1 || o.Number != "5551000" || o.Kind != presence.SCCPSpeedDial || o.Watcher != (presence.Party{User: "2001", Host: "10.1.1.2"}) {
			t.Fatalf("%d, %+v", n, o)
		}
		l.hub.PublishRemote(o.SibID, lineBusy)
		p.feature(1, wire.BLFInUse)
		l.hub.PublishRemote(o.SibID, lineIdle)
		p.feature(1, wire.BLFIdle)
		l.hub.RemoteFailed(o.SibID, 3, false)
		p.feature(1, wire.BLFUnknown)
		l.hub.RemoteFailed(o.SibID, 11, true)
		l.apply(cfg) // changes nothing for it
		if n, _ := l.far.told(); n != 1 {
			t.Errorf("%d attempts", n)
		}
		for end := time.Now().Add(31 * time.Minute); time.Now().Before(end); time.Sleep(15 * time.Second) {
			p.send(&wire.KeepAlive{})
		}
		if n, o = l.far.told(); n != 2 {
			t.Fatalf("%d attempts", n)
		}
		p.drain()
		l.hub.PublishRemote(o.SibID, lineBusy)
		p.feature(1, wire.BLFInUse)
	})
}
