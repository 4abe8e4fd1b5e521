package sip

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/winfo"
)

const (
	// maxInformed is how many subscriptions for watcher information there may be.
	maxInformed = 64
	// maxWatchers of one number are looked at.
	maxWatchers = 400
	// informPause is how often watcher information may change (RFC 3857 4.7).
	informPause = 5 * time.Second
)

// informer knows who watches the lines about which external watchers that have
// authenticated subscribe to presence.winfo (RFC 3857). Watcher information is for
// operators: there are few such subscriptions, and its goroutine asks the hub for each
// every informPause. Like any other such a subscription is a row and counts against the
// limit; it is itself no watcher of the line.
type informer struct {
	hub     *presence.Hub
	changed func(*dialog)
	quit    chan struct{}
	once    sync.Once
	wg      sync.WaitGroup

	mu    sync.Mutex // may be taken while that of a dialog is held, never the other way round
	lists map[*dialog]watchers
}

// watchers of one number at one time, by ID.
type watchers struct {
	at   time.Time
	list []presence.Record
}

func startInformer(hub *presence.Hub, changed func(*dialog)) *informer {
	i := &informer{hub: hub, changed: changed, quit: make(chan struct{}), lists: map[*dialog]watchers{}}
	i.wg.Go(i.run)
	return i
}

func (i *informer) close() {
	i.once.Do(func() { close(i.quit) })
	i.wg.Wait()
}

func (i *informer) run() {
	tick := time.NewTicker(informPause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-i.quit:
			return
		}
		for _, d := range i.all() {
			if i.look(d) {
				i.changed(d)
			}
		}
	}
}

func (i *informer) all() []*dialog {
	i.mu.Lock()
	defer i.mu.Unlock()
	all := make([]*dialog, 0, len(i.lists))
	for d := range i.lists {
		all = append(all, d)
	}
	return all
}

// join enters a dialog; false if there are too many.
func (i *informer) join(d *dialog) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.lists) >= maxInformed {
		return false
	}
	i.lists[d] = watchers{}
	return true
}

// leave takes a dialog out.
func (i *informer) leave(d *dialog) {
	d.mu.Lock()
	is := d.form == asWatchers
	d.mu.Unlock()
	if !is {
		return
	}
	i.mu.Lock()
	delete(i.lists, d)
	i.mu.Unlock()
}

// look asks the hub who watches; false if that is who did before.
func (i *informer) look(d *dialog) bool {
	d.mu.Lock()
	about := d.get(number)
	d.mu.Unlock()
	now := i.hub.Watchers(about, maxWatchers)
	slices.SortFunc(now, func(a, b presence.Record) int { return cmp.Compare(a.ID, b.ID) })
	now = slices.DeleteFunc(now, func(r presence.Record) bool { return !ofPresence(r.Sink) })
	i.mu.Lock()
	defer i.mu.Unlock()
	before, here := i.lists[d]
	if !here {
		return false
	}
	i.lists[d] = watchers{time.Now(), now} // expiry may have changed anyhow
	return !slices.EqualFunc(before.list, now, func(a, b presence.Record) bool { return a.ID == b.ID })
}

// ofPresence says that a subscription is one for presence, and not for dialogs or for
// watchers. Those that are not SIP are.
func ofPresence(s presence.Sink) bool {
	d, _ := s.(*dialog)
	if e, is := s.(*entry); is {
		d = e.d
	}
	if d == nil {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.form.event() == "presence"
}

// document is the next document for a dialog. mu of the dialog is held.
func (i *informer) document(d *dialog) []byte {
	b := winfo.Body{Resource: d.get(entity), Version: d.localSeq}
	i.mu.Lock()
	now := i.lists[d]
	i.mu.Unlock()
	for _, r := range now.list {
		b.Watchers = append(b.Watchers, winfo.Watcher{ID: r.ID, User: sipua.EscapeUser(r.Watcher.User), Host: r.Watcher.Host, For: time.Since(r.Since), Left: r.Expires - time.Since(now.at)})
	}
	return winfo.Encode(b)
}
