package relay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// Journal keeps dialogs at the server over the death of the process. What it cannot
// keep it reports itself: subscriptions go on without it.
type Journal interface {
	// Each calls back with the newest data of each key; only before the first Put.
	Each(func(key uint64, data []byte)) error
	// Put returns when the data survives the process.
	Put(key uint64, data []byte) error
	Delete(key uint64) // must not block
	MaxKey() uint64    // the highest key that was ever put
}

const (
	// sibShift is where the SibID begins in the key of a record: below it is a number
	// that tells the dialogs of one sibling apart.
	sibShift = 16
	// seqBlock is how many SUBSCRIBEs a record is good for: after the process has died
	// CSeq goes on behind the block.
	seqBlock = 64
	// recordVersion begins each record; what has another one is not restored.
	recordVersion = 1
	// sweepAt once, and every moment, dialogs that nobody has taken up are ended.
	sweepAt = openRate / 10
)

// record is a dialog in the journal.
type record struct {
	Version  int
	Server   netip.Addr
	User     string // of the watcher
	Number   string
	Life     time.Duration
	Live     bool
	Dialog   sipua.Dialog
	Reserved uint32 // CSeqs up to this one may have been used
}

// keep writes the record of a usage that has a dialog.
func (r *Relay) keep(u *usage) {
	if r.journal == nil || !u.live && !u.made {
		return
	}
	if u.record == 0 {
		r.records++
		u.record = uint64(u.id)<<sibShift | uint64(r.records)
	}
	reserved := u.d.LocalCSeq + seqBlock
	data, err := json.Marshal(record{
		Version: recordVersion, Server: u.out.Server, User: u.out.Watcher.User, Number: u.out.Number,
		Life: u.life, Live: u.live, Dialog: *u.d, Reserved: reserved,
	})
	if err == nil {
		err = r.journal.Put(u.record, data)
	}
	if err == nil {
		u.reserved = reserved
	}
}

// unkeep deletes the record of a usage that is forgotten.
func (r *Relay) unkeep(u *usage) {
	if u.record != 0 {
		r.journal.Delete(u.record)
	}
}

// readRecord takes a record apart; nil if it is none.
func readRecord(data []byte) *usage {
	var v record
	if json.Unmarshal(data, &v) != nil || v.Version != recordVersion || !v.Server.IsValid() || v.Reserved >= 1<<31 || v.Number == "" {
		return nil
	}
	d := v.Dialog
	texts := append([]string{v.User, v.Number, d.CallID, d.LocalTag, d.RemoteTag, d.Local, d.Remote, d.RemoteTarget}, d.Routes...)
	if slices.ContainsFunc(texts, func(s string) bool { return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' }) }) ||
		slices.Contains([]string{d.CallID, d.LocalTag, d.RemoteTag, d.Local, d.Remote, d.RemoteTarget}, "") {
		return nil
	}
	d.LocalCSeq = v.Reserved
	return &usage{
		out:  presence.Outgoing{Server: v.Server, Number: v.Number, Watcher: presence.Party{User: v.User}},
		d:    &d,
		live: v.Live, made: true, asked: wanted, born: time.Now(), life: min(max(v.Life, wanted), longestLife), reserved: v.Reserved,
	}
}

// Restore brings back the dialogs of the Journal. A watcher that comes back, with
// Hub.Restore, goes on in the dialog it had; what nobody has taken up a moment after
// the endpoint has opened is ended at the server. Call it after Start and before the
// first Apply of the hub. The error is one of reading.
func (r *Relay) Restore() error {
	if r.journal == nil {
		return nil
	}
	var found []*usage
	err := r.journal.Each(func(key uint64, data []byte) {
		u := readRecord(data)
		if u == nil {
			u = &usage{}
		}
		u.id, u.record = uint32(key>>sibShift), key
		found = append(found, u)
	})
	r.hub.IDsAfter(uint32(r.journal.MaxKey() >> sibShift))
	slices.SortFunc(found, func(a, b *usage) int { return cmp.Compare(a.record, b.record) })
	done := make(chan struct{})
	r.post(func() {
		for _, u := range found {
			r.records = max(r.records, uint16(u.record))
			if u.d == nil || r.usages[u.key()] != nil {
				r.journal.Delete(u.record)
				continue
			}
			u.next.do = func() { r.due(u) }
			r.usages[u.key()] = u
			r.leaving++
			r.stray(u)
		}
		close(done)
	})
	select {
	case <-done:
	case <-r.stopped:
	}
	if err != nil {
		return fmt.Errorf("restoring subscriptions at the server: %w", err)
	}
	return nil
}

// identity is what dialogs have in common that can take one another's place.
type identity struct {
	server       netip.Addr
	user, number string
}

func identify(o presence.Outgoing) identity { return identity{o.Server, o.Watcher.User, o.Number} }

// stray puts a usage without a sibling aside, to be taken up or ended.
func (r *Relay) stray(u *usage) {
	k := identify(u.out)
	r.strays[k] = append(r.strays[k], u)
	if r.open && r.sweep.slot == 0 {
		r.alarms.set(&r.sweep, time.Now().Add(moment))
	}
}

// takeUp gives a sibling a dialog that was there before; false if there is none. It is
// refreshed when the endpoint is open, and its NOTIFY tells the state.
func (r *Relay) takeUp(s *sub) bool {
	k := identify(s.out)
	for len(r.strays[k]) > 0 {
		u := r.popStray(k)
		if r.usages[u.key()] != u {
			continue // it is over
		}
		r.leaving--
		s.use, u.sub, u.id, u.out = u, s, s.out.SibID, s.out
		if r.open {
			u.refresh = time.Now()
			r.setAlarm(u)
		}
		r.watchOver(s.out.Server)
		return true
	}
	return false
}

func (r *Relay) popStray(k identity) *usage {
	list := r.strays[k]
	u := list[0]
	if r.strays[k] = list[1:]; len(list) == 1 {
		delete(r.strays, k)
	}
	return u
}

// sweepUp ends up to limit dialogs that nobody has taken up.
func (r *Relay) sweepUp(limit int) {
	for k := range r.strays {
		for len(r.strays[k]) > 0 {
			if limit--; limit < 0 {
				r.alarms.set(&r.sweep, time.Now().Add(moment))
				return
			}
			if u := r.popStray(k); r.usages[u.key()] == u {
				r.unsubscribe(u)
			}
		}
	}
}
