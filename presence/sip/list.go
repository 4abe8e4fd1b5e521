package sip

import (
	"errors"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/eventlist"
)

// maxListBody bounds the body of a NOTIFY about a list, in bytes: it must fit into a
// datagram. What has no room is told by the next NOTIFY, as soon as this one is
// answered; a last NOTIFY leaves it out.
const maxListBody = 48 << 10

// roster is what the dialog of a resource list (RFC 4662) has beside the others: a
// subscription of the hub for each entry. The first that lives stands for all of them
// when the hub is told how NOTIFYs end, so that a failed one is tried again once and
// not once an entry.
type roster struct {
	entries []*entry // never changes

	// Under mu of the dialog:
	missing int    // entries whose first Note has not come: nothing is sent before
	resting uint32 // ID of the entry that waits to be delivered again: nothing is sent before
	full    bool   // the next NOTIFY tells everything
	gone    bool   // the watcher is: nothing is sent any more
}

// entry is one resource of a list, and the Sink of its subscription.
type entry struct {
	d           *dialog
	uri, number string

	// Under mu of the dialog:
	id      uint32 // 0: there is no such number
	sib     uint32 // of its outgoing record
	told    bool
	changed bool // and not yet sent
	line    presence.Line
	phase   phase
	ended   string // why its subscription ended; "" while it lives
}

// Notify is the Sink's.
func (e *entry) Notify(n presence.Note) {
	d, l := e.d, e.d.list
	d.mu.Lock()
	if !e.told {
		e.told = true
		l.missing--
	}
	if l.resting == n.SubID {
		l.resting = 0
	}
	e.line, e.changed = n.Line, true
	d.told, d.fresh = true, true
	if n.Active {
		d.until = time.Since(d.a.epoch) + n.Expires
		if n.SibID != e.sib {
			e.sib, d.keeping.stale = n.SibID, true
		}
	} else {
		e.ended = n.Reason
		// A number that is gone ends its entry; everything else is about the watcher.
		if n.Gone || n.Reason != presence.ReasonNoResource || l.leader() == nil {
			last := n
			d.last = &last
		}
	}
	if n.Gone {
		l.gone = true
	}
	ready := d.takeTurn()
	d.mu.Unlock()
	if ready {
		d.a.sender.ready(d)
	}
}

// waits says that nothing may be sent yet. mu is held.
func (d *dialog) waits() bool {
	return d.list != nil && (d.list.missing > 0 || d.list.resting != 0 && d.last == nil)
}

// leader is the entry that stands for all; nil if none lives. mu of the dialog is held.
func (l *roster) leader() *entry {
	for _, e := range l.entries {
		if e.id != 0 && e.ended == "" {
			return e
		}
	}
	return nil
}

// subscriptionID is the subscription that the hub is told about. mu is held.
func (d *dialog) subscriptionID() uint32 {
	if d.list == nil {
		return d.id
	}
	if e := d.list.leader(); e != nil {
		return e.id
	}
	return 0
}

// beginList handles a SUBSCRIBE with a recipient list (RFC 5367). Either every entry
// that is a number gets its subscription or none does.
func (a *Adapter) beginList(tx *sipua.ServerTx, sub subscription, u *sipua.Dialog, kind presence.WatcherKind, proved proof, watcher Watcher) *refusal {
	req := tx.Request()
	if kind == presence.SIPTrunk && proved == 0 { // one request for many subscriptions is not for everybody
		return refuse(403)
	}
	if !hasTag(req, "eventlist") {
		return refuse(421, "Require", "eventlist")
	}
	uris, err := eventlist.Decode(req.Body())
	switch {
	case errors.Is(err, eventlist.ErrTooMany), errors.Is(err, eventlist.ErrTooBig):
		return refuse(413).because(err.Error())
	case err != nil:
		return refuse(400).because("no usable resource list")
	}
	d, no := a.newDialog(tx, sub, u, proved, watcher.Pool, newList(uris))
	if no != nil {
		return no
	}
	granted, err := a.subscribeAll(d, presence.Request{
		Watcher: presence.Party{User: d.get(watcherUser), Host: d.get(watcherHost)},
		Kind:    kind, Expires: sub.expires, DialPeerTag: watcher.DialPeerTag, Phone: watcher.Phone,
	})
	if err != nil {
		d.mu.Lock()
		d.over = true
		d.mu.Unlock()
		a.forget(d)
		a.endEntries(d)
		a.releaseAll(d)
		return refusedBy(err)
	}
	if !d.external() {
		a.lighter.listed(d)
	}
	a.keepNew(d, granted, watcher)
	a.accept(tx, d, 200, granted)
	a.releaseAll(d)
	return nil
}

func newList(uris []string) *roster {
	l := &roster{full: true}
	for _, uri := range uris {
		l.entries = append(l.entries, &entry{uri: uri, number: numberOf(uri)})
	}
	return l
}

// numberOf is the directory number that a URI of a list names, "" if none.
func numberOf(uri string) string {
	if rest, is := strings.CutPrefix(uri, "pres:"); is {
		uri = "sip:" + rest
	}
	var u sip.Uri
	if err := sip.ParseUri(uri, &u); err != nil {
		return ""
	}
	return sipua.User(&u)
}

// subscribeAll makes the subscriptions of a list; with an error, some of them may be
// there. The presentities of the request are those of the entries.
func (a *Adapter) subscribeAll(d *dialog, r presence.Request) (granted time.Duration, err error) {
	granted = r.Expires
	found := false
	for _, e := range d.list.entries {
		r.Presentity = presence.Party{User: e.number, Host: d.get(ownHost)}
		r.Sink = e
		r.Dark = !d.external() && !a.directory.Lamps(int(d.pool), e.number).Lit
		id, g, err := a.hub.Subscribe(r)
		d.mu.Lock()
		switch {
		case err == nil:
			e.id, found, granted = id, true, min(granted, g)
			d.list.missing++
		case errors.Is(err, presence.ErrNotFound):
			e.ended = presence.ReasonNoResource
		default:
			d.mu.Unlock()
			return 0, err
		}
		d.id = d.subscriptionID()
		d.mu.Unlock()
	}
	if !found {
		return 0, presence.ErrNotFound
	}
	return granted, nil
}

func (a *Adapter) releaseAll(d *dialog) {
	for _, e := range d.list.entries {
		d.mu.Lock()
		id := e.id
		d.mu.Unlock()
		if id != 0 {
			a.hub.Release(id)
		}
	}
}

// endEntries ends what is left of a list that is over. It is never called on a shard
// goroutine.
func (a *Adapter) endEntries(d *dialog) {
	if d.list == nil {
		return
	}
	for _, e := range d.list.entries {
		d.mu.Lock()
		id, lives := e.id, e.id != 0 && e.ended == ""
		d.mu.Unlock()
		if lives {
			a.hub.End(id, presence.ReasonDeactivated)
		}
	}
}

// refreshSubscription restarts what a dialog has at the hub.
func (a *Adapter) refreshSubscription(d *dialog, expires time.Duration) error {
	if d.list == nil {
		return a.hub.Refresh(d.id, expires)
	}
	err := error(presence.ErrGone)
	for _, e := range d.list.entries {
		d.mu.Lock()
		id, lives := e.id, e.id != 0 && e.ended == ""
		d.list.full, d.list.resting = true, 0
		d.mu.Unlock()
		if lives && a.hub.Refresh(id, expires) == nil {
			err = nil
		}
	}
	return err
}

// listBody is the next body about a list, with its Content-Type; more says that not
// everything had room. mu of the dialog is held.
func (a *Adapter) listBody(d *dialog) (contentType string, body []byte, more bool) {
	l := eventlist.List{URI: d.get(entity), Version: d.localSeq, Full: d.list.full, Host: d.get(ownHost)}
	room := maxListBody
	if l.Full { // every resource is named, told or not
		for _, e := range d.list.entries {
			room -= eventlist.Room(eventlist.Resource{URI: e.uri})
		}
	}
	for _, e := range d.list.entries {
		e.changed = e.changed || d.list.full && e.id != 0
		if !e.changed && !d.list.full {
			continue
		}
		res := eventlist.Resource{URI: e.uri, Ended: e.ended != "", Reason: e.ended, Type: d.form.contentType()}
		if e.changed {
			res.Doc = a.document(d.form, e.uri, d.localSeq, e.line, &e.phase)
		}
		need := eventlist.Room(res)
		if l.Full {
			need -= eventlist.Room(eventlist.Resource{URI: e.uri})
		}
		if need <= room {
			room -= need
			e.changed = false
		} else if more = true; l.Full {
			res.Doc = nil
		} else {
			continue
		}
		l.Resources = append(l.Resources, res)
	}
	d.list.full = false
	contentType, body = eventlist.Encode(l)
	return contentType, body, more
}

// hasTag says whether a request supports or requires an extension.
func hasTag(req *sip.Request, tag string) bool {
	for _, name := range []string{"Supported", "Require"} {
		for _, t := range sipua.List(req, name) {
			if strings.EqualFold(t, tag) {
				return true
			}
		}
	}
	return false
}
