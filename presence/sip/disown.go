package sip

import (
	"hash/maphash"

	"github.com/busylamp/busylamp/presence"
)

// proof is the hash of the user as whom an external watcher has authenticated, never 0;
// 0: as nobody in the life of this process.
type proof uint32

func (a *Adapter) proofOf(user string) proof {
	return max(1, proof(maphash.String(a.proofs, user)))
}

// Disown ends the subscriptions of external watchers that have authenticated as one of
// users, who may no longer watch: as rejected. A subscription from before a restart may be
// anybody's and ends as deactivated, so that its watcher comes back and says who it is.
// Without `authenticate presence` nobody had to, and nothing ends.
func (a *Adapter) Disown(users []string) {
	if !a.hub.Config().AuthenticatePresence {
		return
	}
	gone := make(map[proof]bool, len(users))
	for _, u := range users {
		gone[a.proofOf(u)] = true
	}
	for _, d := range a.dialogs.all() {
		if !d.external() {
			continue
		}
		d.mu.Lock()
		by, id := d.proof, d.subscriptionID()
		d.mu.Unlock()
		switch {
		case gone[by]:
			a.hub.End(id, presence.ReasonRejected)
		case by == 0:
			a.hub.End(id, presence.ReasonDeactivated)
		}
	}
}
