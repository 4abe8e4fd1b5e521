package phones

import (
	"slices"
	"time"
)

// maxDeparted bounds the contacts that are remembered after their number was taken from
// their pool; the oldest are forgotten.
const maxDeparted = 1024

// departed is a contact whose pool lost the number. Its phone does not know that and
// takes it off itself, after an Extension Mobility login for example.
type departed struct {
	pool        int
	number, key string
	source      string // IP address
	until       time.Time
}

// depart remembers a contact.
func (r *Registry) depart(b *binding) {
	r.departed = append(r.departed, departed{b.Pool, b.Number, b.key, b.Source.Addr().String(), b.until})
	if over := len(r.departed) - maxDeparted; over > 0 {
		r.departed = slices.Delete(r.departed, 0, over)
	}
}

// leaves reports whether a request only takes contacts off that their pool has lost
// already, and which pool that is. Such a request has done what it should.
func (r *Registry) leaves(reg Registration, now time.Time) (*Pool, bool) {
	if !reg.removesOnly() || reg.check() != nil || !r.ix.open() || reg.Star && (len(reg.Contacts) > 0 || reg.Expires != 0) {
		return nil, false
	}
	r.departed = slices.DeleteFunc(r.departed, func(d departed) bool { return !d.until.After(now) })
	source := reg.Source.Addr().String()
	for _, d := range r.departed {
		p := r.ix.pools[d.pool]
		if p == nil || d.number != reg.Number || d.source != source {
			continue
		}
		if _, has := r.ix.lineOf(p, d.number); has {
			continue // it has it again
		}
		if reg.Star || slices.ContainsFunc(reg.Contacts, func(c Contact) bool { return c.key() == d.key }) {
			return p, true
		}
	}
	return nil, false
}
