package sip

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/busylamp/busylamp/presence"
)

// Lamps is how a phone may show a number. The zero value: not at all.
//
// A SUBSCRIBE does not say which of a phone's keys or lists it is for. So the first
// Device subscriptions of a phone to a number are those of its `device` keys, and
// further ones are for the number itself.
type Lamps struct {
	Device int  // `blf-speed-dial … device` keys that it has for the number
	Lit    bool // another key, or its call lists, show the number itself
}

// sight is what a subscription is shown.
type sight uint8

const (
	seesNumber sight = iota
	seesDevice       // the phone whose primary number it is
	seesNothing
)

// sees is what the i-th subscription of a phone to a number is shown.
func (l Lamps) sees(i int) sight {
	switch {
	case i < l.Device:
		return seesDevice
	case l.Lit:
		return seesNumber
	case l.Device > 0: // the phone has come anew, and the one before is a leftover
		return seesDevice
	}
	return seesNothing
}

// phoneLine is a number as one phone watches it.
type phoneLine struct {
	pool   int
	host   netip.Addr // phones may share a pool
	number string
}

// lighter knows what the dialogs of phones are shown. Its goroutine alone changes
// that of one which the hub has, so that changes of a dialog keep their order.
type lighter struct {
	hub       *presence.Hub
	directory Directory
	dialogs   *dialogs

	wake chan struct{}      // capacity 1: something is pending
	all  chan chan struct{} // look at every dialog
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup

	mu sync.Mutex
	// groups are the dialogs for which counting tells what they are shown, in the
	// order in which they came.
	groups  map[phoneLine][]*dialog
	pending map[phoneLine]bool // groups that lost one
	late    map[*dialog]bool   // changed while the hub did not have them yet
	lists   map[*dialog]bool   // dialogs of lists to look at
}

func startLighter(hub *presence.Hub, dir Directory, ds *dialogs) *lighter {
	l := &lighter{
		hub: hub, directory: dir, dialogs: ds,
		wake: make(chan struct{}, 1), all: make(chan chan struct{}), quit: make(chan struct{}),
		groups: map[phoneLine][]*dialog{}, pending: map[phoneLine]bool{}, late: map[*dialog]bool{},
		lists: map[*dialog]bool{},
	}
	l.wg.Go(l.run)
	return l
}

func (l *lighter) close() {
	l.once.Do(func() { close(l.quit) })
	l.wg.Wait()
}

func (l *lighter) run() {
	for {
		var changed []*dialog
		var done chan struct{}
		select {
		case <-l.quit:
			return
		case done = <-l.all:
			changed = l.lookAtAll()
		case <-l.wake:
			changed = l.lookAtPending()
		}
		for _, d := range changed {
			d.mu.Lock()
			id := d.id
			d.mu.Unlock()
			s := l.of(d)
			l.hub.Watch(id, s == seesDevice, s == seesNothing)
		}
		l.lookAtLists()
		if done != nil {
			close(done)
		}
	}
}

// of is what a dialog is shown.
func (l *lighter) of(d *dialog) sight {
	l.mu.Lock()
	defer l.mu.Unlock()
	return d.sight
}

// join says what the new dialog of a phone is to be shown. The dialogs before it
// in its group may be leftovers of the phone before it started again: they are in
// doubt.
func (l *lighter) join(d *dialog) (s sight, doubt []*dialog) {
	k := d.phoneLine()
	lamps := l.directory.Lamps(k.pool, k.number)
	l.mu.Lock()
	defer l.mu.Unlock()
	d.sight = lamps.sees(0)
	if lamps.Device > 0 && lamps.Lit {
		if !slices.Contains(l.groups[k], d) { // or lookAtAll was faster
			l.groups[k] = append(l.groups[k], d)
		}
		i := slices.Index(l.groups[k], d)
		d.sight, doubt = lamps.sees(i), slices.Clone(l.groups[k][:i])
	}
	return d.sight, doubt
}

// entered says that the hub has a dialog now, with what join said.
func (l *lighter) entered(d *dialog, s sight) {
	l.mu.Lock()
	changed := d.sight != s
	if changed {
		l.late[d] = true
	}
	l.mu.Unlock()
	if changed {
		l.nudge()
	}
}

// leave takes the dialog of a phone out.
func (l *lighter) leave(d *dialog) {
	if d.external() {
		return
	}
	k := d.phoneLine()
	l.mu.Lock()
	delete(l.late, d)
	delete(l.lists, d)
	i := slices.Index(l.groups[k], d)
	if i >= 0 {
		l.pending[k] = true
		if l.groups[k] = slices.Delete(l.groups[k], i, i+1); len(l.groups[k]) == 0 {
			delete(l.groups, k)
			delete(l.pending, k)
		}
	}
	l.mu.Unlock()
	if i >= 0 {
		l.nudge()
	}
}

func (l *lighter) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lighter) lookAtPending() (changed []*dialog) {
	l.mu.Lock()
	pending := l.pending
	l.pending = map[phoneLine]bool{}
	l.mu.Unlock()
	lamps := map[phoneLine]Lamps{}
	for k := range pending {
		lamps[k] = l.directory.Lamps(k.pool, k.number)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, lamp := range lamps {
		changed = show(changed, lamp, l.groups[k])
	}
	for d := range l.late {
		changed = append(changed, d)
	}
	clear(l.late)
	return changed
}

// lookAtAll makes the groups anew. Dialogs that come meanwhile have asked the
// directory as it is now.
func (l *lighter) lookAtAll() (changed []*dialog) {
	lamps := map[phoneLine]Lamps{}
	for k := range l.members() {
		lamps[k] = l.directory.Lamps(k.pool, k.number)
	}
	for _, d := range l.dialogs.all() {
		if d.list != nil && !d.external() {
			l.listed(d)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, ds := range l.members() {
		lamp, ok := lamps[k]
		if !ok {
			continue
		}
		changed = show(changed, lamp, ds)
		if lamp.Device > 0 && lamp.Lit {
			l.groups[k] = ds
		} else {
			delete(l.groups, k)
		}
	}
	return changed
}

// listed has the numbers of a phone's list shown as the directory says, which may
// have changed while the hub did not have them yet.
func (l *lighter) listed(d *dialog) {
	l.mu.Lock()
	l.lists[d] = true
	l.mu.Unlock()
	l.nudge()
}

// lookAtLists has the numbers of lists follow the directory. Keys with `device` are
// no call lists: an entry is shown the number itself or nothing.
func (l *lighter) lookAtLists() {
	l.mu.Lock()
	lists := l.lists
	l.lists = map[*dialog]bool{}
	l.mu.Unlock()
	for d := range lists {
		for _, e := range d.list.entries {
			d.mu.Lock()
			id := e.id
			d.mu.Unlock()
			l.hub.Watch(id, false, !l.directory.Lamps(int(d.pool), e.number).Lit)
		}
	}
}

// members are all dialogs of phones by what they watch, in the order in which
// they came.
func (l *lighter) members() map[phoneLine][]*dialog {
	type entry struct {
		id uint32
		d  *dialog
	}
	var list []entry
	for _, d := range l.dialogs.all() {
		if !d.external() && d.list == nil {
			d.mu.Lock()
			list = append(list, entry{d.id - 1, d}) // those that have none yet last
			d.mu.Unlock()
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	m := map[phoneLine][]*dialog{}
	for _, e := range list {
		k := e.d.phoneLine()
		m[k] = append(m[k], e.d)
	}
	return m
}

// show says what a group is shown, and adds those to changed that are shown
// something else by that.
func show(changed []*dialog, lamps Lamps, group []*dialog) []*dialog {
	for i, d := range group {
		if s := lamps.sees(i); s != d.sight {
			d.sight = s
			changed = append(changed, d)
		}
	}
	return changed
}

// Recheck has what phones are shown follow the directory, whose answers have
// changed. It returns when that is done, and what phones have published was told.
func (a *Adapter) Recheck(ctx context.Context) error {
	if a.publisher != nil {
		if err := a.publisher.settle(ctx); err != nil {
			return err
		}
	}
	done := make(chan struct{})
	select {
	case a.lighter.all <- done:
	case <-a.lighter.quit:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Registered has Options.DoNotDisturb told again what the phones of a pool have
// published, if they have: one of them has come into service. It never blocks.
func (a *Adapter) Registered(pool int) {
	if a.publisher != nil {
		a.publisher.registered(pool)
	}
}

// forget takes a dialog out of every table.
func (a *Adapter) forget(d *dialog) {
	a.dialogs.remove(d)
	a.lighter.leave(d)
	a.informer.leave(d)
	a.unkeep(d)
}

// doubt has a dialog told its state again; if its phone has forgotten it, its
// answer ends it.
func (a *Adapter) doubt(d *dialog) {
	d.mu.Lock()
	ready := false
	if d.told && !d.over {
		d.fresh = true
		ready = d.takeTurn()
	}
	d.mu.Unlock()
	if ready {
		a.sender.ready(d)
	}
}
