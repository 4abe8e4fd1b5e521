package phones

import (
	"cmp"
	"container/heap"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Journal keeps contacts over the death of the process. A contact's key is the tag
// of its dial peer. What cannot be kept is the Journal's to report: registrations go
// on without it.
type Journal interface {
	// Each calls back with the newest data of each key; only before the first Put.
	Each(func(key uint64, data []byte)) error
	Put(key uint64, data []byte) error
	Delete(key uint64) // must not block
	MaxKey() uint64    // the highest key that was ever put
}

// kept is a contact in the Journal. Credentials are not part of it.
type kept struct {
	Number, URI, Host   string
	Port                int
	Source              netip.AddrPort
	Transport, CallID   string
	CSeq                uint32
	Instance, UserAgent string
	Device, Name        string
	Pool, DialPeer, ID  int
	Registered, Until   time.Time
	Expires             time.Duration
	Key                 []byte // binding.key, which is no text
	MACs                []MAC
	GivenName           string // identity.device
	Named               bool
}

// keeping is one thing to be written to the Journal; no data deletes.
type keeping struct {
	key  uint64
	data []byte
}

// keep queues a binding for the Journal. mu is held.
func (r *Registry) keep(b *binding) {
	if r.kept == nil {
		return
	}
	data, err := json.Marshal(kept{
		Number: b.Number, URI: b.URI, Host: b.Host, Port: b.Port, Source: b.Source, Transport: b.Transport,
		CallID: b.CallID, CSeq: b.CSeq, Instance: b.Instance, UserAgent: b.UserAgent, Device: b.Device, Name: b.name,
		Pool: b.Pool, DialPeer: b.DialPeer, ID: b.ID, Registered: b.Registered, Until: b.until, Expires: b.Expires,
		Key: []byte(b.key), MACs: b.identity.macs, GivenName: b.identity.device, Named: b.identity.named,
	})
	if err == nil { // a date beyond the year 9999 would be one
		r.unkept = append(r.unkept, keeping{uint64(b.DialPeer), data})
	}
}

// unkeep queues that a binding is gone. mu is held.
func (r *Registry) unkeep(b *binding) {
	if r.kept != nil {
		r.unkept = append(r.unkept, keeping{key: uint64(b.DialPeer)})
	}
}

// save writes what is queued. When it returns all that its caller has queued is
// written, by this call or by another one; in the order of the changes.
func (r *Registry) save() {
	if r.kept == nil {
		return
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	list := r.unkept
	r.unkept = nil
	r.mu.Unlock()
	for _, k := range list {
		if k.data == nil {
			r.kept.Delete(k.key)
		} else {
			_ = r.kept.Put(k.key, k.data) // the Journal says so
		}
	}
}

// Restore brings back the contacts that the Journal has and that have not expired:
// with their dial peers, as registered when they were. Call it before the first
// Apply, which removes what does not fit its configuration and tells Devices of the
// rest. What the Journal holds is not trusted: what no REGISTER could have brought
// is dropped. The error is one of reading.
func (r *Registry) Restore() error {
	if r.kept == nil {
		return nil
	}
	var list []*binding
	var bad []uint64
	now := r.now()
	err := r.kept.Each(func(key uint64, data []byte) {
		if b := revive(key, data, now); b != nil {
			list = append(list, b)
		} else {
			bad = append(bad, key)
		}
	})
	for _, key := range bad {
		r.kept.Delete(key)
	}
	slices.SortFunc(list, func(a, b *binding) int { return cmp.Compare(a.DialPeer, b.DialPeer) })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dialPeer = max(r.dialPeer, int(r.kept.MaxKey()))
	for _, b := range list {
		ps := r.poolState(b.Pool)
		ps.bound = append(ps.bound, b)
		if b.ID > r.id {
			r.id = b.ID
		}
		ps.callID, ps.agent = b.CallID, b.UserAgent
		r.bindings[b.Number] = append(r.bindings[b.Number], b)
		r.from(b, 1)
		heap.Push(&r.expiry, b)
		r.wakeIfFirst(b)
	}
	if err != nil {
		return fmt.Errorf("restoring registrations: %w", err)
	}
	return nil
}

// revive makes a binding of what the Journal has; nil if it is none, or has expired.
func revive(key uint64, data []byte, now time.Time) *binding {
	var k kept
	if json.Unmarshal(data, &k) != nil {
		return nil
	}
	reg := Registration{Number: k.Number, CallID: k.CallID, Contacts: []Contact{{URI: k.URI, Host: k.Host, Port: k.Port, Instance: k.Instance}}}
	switch {
	case reg.check() != nil, len(k.Key) == 0, len(k.Key) > 5*maxText, len(k.MACs) > maxIdentityMACs:
		return nil
	case uint64(k.DialPeer) != key, k.DialPeer < firstDialPeer, k.DialPeer > 1<<31, k.Pool < 1, k.ID < 1 || k.ID > 1<<53:
		return nil
	case !k.Source.IsValid(), k.Expires <= 0, !k.Until.After(now), k.Until.Sub(now) > k.Expires:
		return nil
	}
	return &binding{
		Binding: Binding{
			Number: k.Number, URI: k.URI, Host: k.Host, Port: k.Port, Source: k.Source, Transport: k.Transport,
			CallID: k.CallID, CSeq: k.CSeq, Instance: k.Instance, UserAgent: clean(k.UserAgent), Device: clean(k.Device),
			Pool: k.Pool, DialPeer: k.DialPeer, ID: k.ID, Registered: k.Registered.Local(), Expires: k.Expires,
		},
		key: string(k.Key), name: clean(k.Name), until: k.Until, restored: true,
		identity: identity{macs: k.MACs, device: k.GivenName, named: k.Named},
	}
}
