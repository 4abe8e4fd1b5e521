package sip

import (
	"time"

	"github.com/busylamp/busylamp/presence"
)

// farewell bounds the wait for the last NOTIFYs before the endpoint closes.
const farewell = time.Second

// renew has every watcher told the state anew when the endpoint has opened: the
// Contact may be another one, and what was sent from where it was before went, or
// will be answered, astray. Connections have not survived. Until the first time
// nothing is sent: who was told just before would hear it twice.
func (a *Adapter) renew() {
	for _, d := range a.dialogs.all() {
		d.mu.Lock()
		watchers := d.form == asWatchers
		d.mu.Unlock()
		if watchers { // may have come back after a restart, as it has
			a.informer.look(d)
		}
		d.mu.Lock()
		if d.told && (!d.over || d.last != nil) {
			d.reroute()
			// A NOTIFY that is being sent, or was sent from where we were, ends first: then
			// this one goes (sent).
			d.over, d.fresh = false, true
			if d.list != nil {
				d.list.full, d.list.resting = true, 0
			}
		}
		d.mu.Unlock()
	}
	a.sending.Store(true)
	for _, d := range a.dialogs.all() { // those too that have come meanwhile
		d.mu.Lock()
		ready := d.takeTurn()
		d.mu.Unlock()
		if ready {
			a.sender.ready(d)
		}
	}
}

// dismiss ends all subscriptions before the endpoint closes for good. What is not
// answered in time is told when it opens again.
func (a *Adapter) dismiss() {
	for _, d := range a.dialogs.all() {
		d.mu.Lock()
		id := d.subscriptionID()
		d.mu.Unlock()
		a.hub.End(id, presence.ReasonProbation)
	}
	tick := time.NewTicker(farewell / 100)
	defer tick.Stop()
	for end := time.Now().Add(farewell); !a.dialogs.empty() && time.Now().Before(end); {
		<-tick.C
	}
}
