package sip

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// part numbers the pieces of a dialog's text.
type part uint8

const (
	callID part = iota
	localTag
	remoteTag
	local        // our side, without tag
	remote       // the watcher's side, without tag
	remoteTarget // URI of its Contact
	routes       // route set, a name-addr a line
	eventID      // parameter id of Event, "" if none
	number       // of the presentity
	entity       // URI of the presentity as it was asked for
	watcherUser
	watcherHost
	ownHost // our address, as presentities are shown
	parts
)

// maxText bounds the text of a dialog in bytes; more is refused with 513.
const maxText = 4096

// dialog is one subscription dialog (RFC 3261 12) of one watcher, and the Sink
// of its subscription. There are 100,000 of them: all text is in one string.
type dialog struct {
	a    *Adapter
	same *dialog // next one with this hash
	next *dialog // next one in the sender's queue; the sender's

	mu        sync.Mutex
	text      string
	ends      [parts]uint16 // of the parts in text
	id        uint32        // of the subscription; set before the first Note
	proof     proof         // who has authenticated
	pool      int32         // tag of the phone's pool, 0 for a trunk; never changes
	sight     sight         // what it is shown; the lighter's
	localSeq  uint32        // CSeq of the last NOTIFY
	remoteSeq uint32        // CSeq of the last SUBSCRIBE
	target    netip.AddrPort
	list      *roster // of a resource list, else nil; never changes
	keeping   keeping // in the journal
	tcp       bool    // transport of target
	form      form    // event package, which never changes, and label of the bodies

	held     bool  // a SUBSCRIBE is being answered: NOTIFYs wait
	queued   bool  // in the sender's queue
	waiting  bool  // a NOTIFY is outstanding
	over     bool  // the last NOTIFY has been sent, or none may be
	lastFail uint8 // times that the transport failed the last NOTIFY

	// The newest Note, if fresh not yet sent.
	knows known // what the watcher has already; the next NOTIFY comes without it
	told  bool  // there was one
	fresh bool
	line  presence.Line
	phase phase          // of the dialog event package
	until time.Duration  // expiry, since the adapter's epoch
	last  *presence.Note // of the subscription; nil while it is active
}

// external says that it is the dialog of a trunk.
func (d *dialog) external() bool { return d.pool == 0 }

// phoneLine is what the dialog of a phone watches. Its parts never change.
func (d *dialog) phoneLine() phoneLine {
	d.mu.Lock()
	defer d.mu.Unlock()
	host, _ := netip.ParseAddr(d.get(watcherHost)) // an address, see newDialog
	return phoneLine{pool: int(d.pool), host: host, number: strings.Clone(d.get(number))}
}

// get returns a part of the text. mu is held, or nobody else knows the dialog yet.
func (d *dialog) get(p part) string {
	start := uint16(0)
	if p > 0 {
		start = d.ends[p-1]
	}
	return d.text[start:d.ends[p]]
}

// put sets the whole text; false if it is too long.
func (d *dialog) put(values *[parts]string) bool {
	var b strings.Builder
	size := 0
	for _, v := range values {
		size += len(v)
	}
	if size > maxText {
		return false
	}
	b.Grow(size)
	for p, v := range values {
		b.WriteString(v)
		d.ends[p] = uint16(b.Len())
	}
	d.text = b.String()
	return true
}

// retarget changes the remote target; false if the text would be too long.
func (d *dialog) retarget(uri string) bool {
	if uri == d.get(remoteTarget) {
		return true
	}
	var values [parts]string
	for p := range values {
		values[p] = d.get(part(p))
	}
	values[remoteTarget] = uri
	return d.put(&values)
}

// unpack makes the form that sipua works with. Its strings are parts of the text.
func (d *dialog) unpack() sipua.Dialog {
	u := sipua.Dialog{
		CallID: d.get(callID), LocalTag: d.get(localTag), RemoteTag: d.get(remoteTag),
		Local: d.get(local), Remote: d.get(remote), RemoteTarget: d.get(remoteTarget),
		LocalCSeq: d.localSeq, RemoteCSeq: d.remoteSeq,
	}
	if r := d.get(routes); r != "" {
		u.Routes = strings.Split(r, "\n")
	}
	return u
}

// dialogs finds dialogs by Call-ID and tags. It is keyed by a hash of them, a
// third of the memory that the three strings would take.
type dialogs struct {
	hash    func(sipua.Key) uint64
	stripes [64]stripe
}

// stripe is one part of dialogs. Its mu may be held while a dialog's is taken,
// never the other way round.
type stripe struct {
	mu sync.RWMutex
	m  map[uint64]*dialog
}

func newDialogs() *dialogs {
	seed := maphash.MakeSeed()
	ds := &dialogs{hash: func(k sipua.Key) uint64 { return maphash.Comparable(seed, k) }}
	for i := range ds.stripes {
		ds.stripes[i].m = make(map[uint64]*dialog)
	}
	return ds
}

func (d *dialog) key() sipua.Key {
	return sipua.Key{CallID: d.get(callID), LocalTag: d.get(localTag), RemoteTag: d.get(remoteTag)}
}

// is compares keys. The text that a key is in may be replaced meanwhile.
func (d *dialog) is(k sipua.Key) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.key() == k
}

func (ds *dialogs) find(k sipua.Key) *dialog {
	h := ds.hash(k)
	s := ds.stripe(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.m[h]
	for d != nil && !d.is(k) {
		d = d.same
	}
	return d
}

// all lists the dialogs, in no order.
func (ds *dialogs) all() []*dialog {
	var list []*dialog
	for i := range ds.stripes {
		s := &ds.stripes[i]
		s.mu.RLock()
		for _, d := range s.m {
			for ; d != nil; d = d.same {
				list = append(list, d)
			}
		}
		s.mu.RUnlock()
	}
	return list
}

func (ds *dialogs) empty() bool {
	for i := range ds.stripes {
		s := &ds.stripes[i]
		s.mu.RLock()
		n := len(s.m)
		s.mu.RUnlock()
		if n > 0 {
			return false
		}
	}
	return true
}

// add enters a dialog; false if there is one with its key.
func (ds *dialogs) add(d *dialog) bool {
	k := d.key()
	h := ds.hash(k)
	s := ds.stripe(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := s.m[h]; o != nil; o = o.same {
		if o.is(k) {
			return false
		}
	}
	d.same = s.m[h]
	s.m[h] = d
	return true
}

// remove takes a dialog out, if it is in.
func (ds *dialogs) remove(d *dialog) {
	d.mu.Lock()
	h := ds.hash(d.key())
	d.mu.Unlock()
	s := ds.stripe(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m[h] == d && d.same == nil {
		delete(s.m, h)
		return
	}
	if s.m[h] == d {
		s.m[h] = d.same
		return
	}
	for o := s.m[h]; o != nil; o = o.same {
		if o.same == d {
			o.same = d.same
			return
		}
	}
}

func (ds *dialogs) stripe(h uint64) *stripe { return &ds.stripes[h%uint64(len(ds.stripes))] }
