package sip

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// Journal keeps dialogs over the death of the process. What it cannot keep it
// reports itself: subscriptions go on without it.
type Journal interface {
	// Each calls back with the newest data of each key; only before the first Put.
	Each(func(key uint64, data []byte)) error
	// Put returns when the data survives the process.
	Put(key uint64, data []byte) error
	Delete(key uint64) // must not block
	MaxKey() uint64    // the highest key that was ever put
}

// A dialog has two records, both under the ID of its subscription, of a list the
// first one: all of it as it began, and what has changed since. They are written
// before the answer to a SUBSCRIBE leaves and before a NOTIFY that ends the
// subscription or whose CSeq is not reserved.
const (
	wholeRecord uint64 = iota
	stateRecord
	records
)

// seqBlock is how many NOTIFYs a record is good for: after the process has died CSeq,
// and with it versions, go on behind the block.
const seqBlock = 64

// keeping is what a dialog knows of its records. mu of the dialog is held.
type keeping struct {
	reserved uint32 // CSeqs up to this one may be used
	sib      uint32 // of the outgoing record
	granted  uint16 // seconds, by the last SUBSCRIBE
	kept     bool   // there is a record: a fetch has none, nor has what met a full disk
	stale    bool   // the record has another sib
	ended    bool   // the record says that the subscription has ended
	gone     bool   // the dialog is forgotten
	revived  bool   // it is from before a restart
}

// keeper writes records. Those of one dialog are made and put under one lock, so that
// the newest is the last; no shard goroutine takes it.
type keeper struct {
	j       Journal
	stripes [64]struct {
		mu  sync.Mutex
		buf []byte
	}
}

// keepNew journals a dialog whose first SUBSCRIBE is about to be answered.
func (a *Adapter) keepNew(d *dialog, granted time.Duration, w Watcher) {
	if a.keeper.j == nil || granted <= 0 {
		return
	}
	d.mu.Lock()
	if !d.told {
		d.until = time.Since(a.epoch) + granted
	}
	d.keeping.granted = uint16(granted / time.Second)
	d.mu.Unlock()
	a.write(d, &birth{since: time.Now(), dialPeer: w.DialPeerTag, phone: w.Phone})
}

// keep journals what a refresh that is about to be answered has changed.
func (a *Adapter) keep(d *dialog, granted time.Duration) {
	d.mu.Lock()
	if granted > 0 {
		d.keeping.granted = uint16(granted / time.Second)
	}
	kept := d.keeping.kept
	d.mu.Unlock()
	if kept {
		a.write(d, nil)
	}
}

// reserve journals what the next NOTIFY must not go without.
func (a *Adapter) reserve(d *dialog) {
	d.mu.Lock()
	k := &d.keeping
	due := k.kept && (d.localSeq >= k.reserved || k.stale || d.last != nil && !k.ended)
	d.mu.Unlock()
	if due {
		a.write(d, nil)
	}
}

// unkeep deletes the records of a dialog that is forgotten.
func (a *Adapter) unkeep(d *dialog) {
	d.mu.Lock()
	id, kept := d.id, d.keeping.kept
	d.keeping.gone = true
	d.mu.Unlock()
	if kept {
		a.keeper.remove(id)
	}
}

func (k *keeper) remove(id uint32) {
	for r := range records {
		k.j.Delete(uint64(id)*records + r)
	}
}

// write puts one record: with b the whole dialog, else its state.
func (a *Adapter) write(d *dialog, b *birth) {
	s := &a.keeper.stripes[d.id%uint32(len(a.keeper.stripes))]
	s.mu.Lock()
	defer s.mu.Unlock()
	d.mu.Lock()
	k := &d.keeping
	if k.gone {
		d.mu.Unlock()
		return
	}
	reserved, ended, key := d.localSeq+seqBlock, d.last != nil, uint64(d.id)*records
	k.stale = false
	if b != nil {
		s.buf = d.appendWhole(s.buf[:0], reserved, b)
	} else {
		s.buf = d.appendState(s.buf[:0], reserved)
		key += stateRecord
	}
	d.mu.Unlock()
	err := a.keeper.j.Put(key, s.buf)
	d.mu.Lock()
	if err == nil {
		k.kept, k.reserved, k.ended = true, reserved, ended
	} else {
		k.stale = true
	}
	gone := k.gone
	d.mu.Unlock()
	if gone {
		a.keeper.remove(d.id)
	}
}

// Restore brings back the dialogs of the Journal with their subscriptions. Call it
// before the first Apply of the hub, which ends what its configuration does not allow,
// and of the UA, on whose opening each watcher hears by one NOTIFY what is true then.
// Until that the hub and the Directory have time to learn it. The error is one of
// reading. Publications come back too, see Registered.
func (a *Adapter) Restore() error {
	var published error
	if a.publisher != nil {
		published = a.publisher.restore()
	}
	return errors.Join(published, a.restore())
}

func (a *Adapter) restore() error {
	if a.keeper.j == nil {
		return nil
	}
	found := map[uint32]*revived{}
	err := a.keeper.j.Each(func(key uint64, data []byte) {
		id := uint32(key / records)
		switch r := found[id]; {
		case uint64(id) != key/records:
		case key%records == wholeRecord:
			found[id] = readWhole(data)
		case r == nil || !r.readState(data):
			found[id] = nil // a state without its dialog too: it must not stay for ever
		}
	})
	a.hub.IDsAfter(uint32(a.keeper.j.MaxKey() / records))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if r := found[id]; r == nil || !a.revive(id, r) {
			a.log.Msg("PRESENCE", logbuf.Warnings, "RESTORE", "subscription %d cannot be restored", id)
			a.keeper.remove(id)
		}
	}
	if err != nil {
		return fmt.Errorf("restoring subscriptions: %w", err)
	}
	return nil
}

// revive makes a dialog and its subscriptions; false if it cannot be.
func (a *Adapter) revive(id uint32, r *revived) bool {
	left := min(time.Until(r.until), r.granted) // the clock may have been set back
	d := &dialog{
		a: a, id: id, pool: r.pool, form: r.form, localSeq: r.reserved,
		// The answer to the last SUBSCRIBE may not have left, so it may come again.
		remoteSeq: max(r.remoteSeq, 1) - 1,
		target:    r.target, tcp: r.tcp, told: true, until: time.Since(a.epoch) + max(left, 0),
		keeping: keeping{reserved: r.reserved, sib: r.sib, granted: uint16(r.granted / time.Second), kept: true, ended: r.ended != nil, revived: true},
	}
	values := r.text
	if !d.put(&values) {
		return false
	}
	if r.entries != nil {
		d.list = &roster{full: true, entries: r.entries}
		for i, e := range r.entries {
			if i < len(r.sibs) {
				e.sib = r.sibs[i]
			}
			e.d, e.told, e.changed = d, true, e.id != 0
			if e.id == 0 {
				e.ended = presence.ReasonNoResource
			}
		}
	}
	if r.form == asWatchers && (r.entries != nil || r.pool != 0 || !a.informer.join(d)) {
		return false
	}
	if !a.dialogs.add(d) {
		a.informer.leave(d)
		return false
	}
	if r.ended != nil { // its last NOTIFY may not have left
		d.last = r.ended
		for _, e := range r.entries {
			e.ended = cmp.Or(e.ended, r.ended.Reason)
		}
		return true
	}
	kind := presence.SIPPhone
	if d.external() {
		kind = presence.SIPTrunk
	}
	record := presence.Record{
		ID: id, Watcher: presence.Party{User: d.get(watcherUser), Host: d.get(watcherHost)},
		Presentity: presence.Party{User: d.get(number), Host: d.get(ownHost)},
		Expires:    r.granted, Since: r.since, Kind: kind, SibID: r.sib, DialPeerTag: r.dialPeer, Phone: r.phone,
	}
	if d.list == nil {
		if a.hub.Restore(record, left, d) != nil {
			a.dialogs.remove(d)
			a.informer.leave(d)
			return false
		}
		if d.form == asWatchers {
			a.hub.Watch(id, false, true) // of the line it sees nothing
		}
		return true
	}
	some := false
	for _, e := range d.list.entries {
		if e.id == 0 {
			continue
		}
		record.ID, record.Presentity.User, record.SibID = e.id, e.number, e.sib
		if a.hub.Restore(record, left, e) == nil {
			some = true
			continue
		}
		d.mu.Lock()
		e.ended = presence.ReasonNoResource
		d.mu.Unlock()
	}
	if !some {
		a.dialogs.remove(d)
	}
	return some
}
