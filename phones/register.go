package phones

import (
	"container/heap"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// MaxContacts bounds the contacts of one directory number, and of one request.
const MaxContacts = 10

const (
	reasonNoPool = "No pool match for the registration request" // CME command reference
	reasonAuth   = "Registration authorization failed"
)

// refuse makes an Error.
func refuse(code int, reason, cause string, a ...any) *Error {
	return &Error{Code: code, Reason: reason, Cause: fmt.Sprintf(cause, a...)}
}

// Authenticate says whether a REGISTER must carry a valid digest, and which:
// `authenticate register` is on and the pool it matches has a user name and a
// password. One that matches no pool is asked too while any pool has a password, for
// one that nobody knows: else whoever asks could tell the numbers that there are. What
// it finds out about the device stays in reg for Register.
func (r *Registry) Authenticate(reg *Registration) (Credentials, bool) {
	r.mu.Lock()
	on := r.ix.open() && r.ix.cfg.AuthenticateRegister
	r.mu.Unlock()
	if !on || reg.check() != nil { // which Register refuses whatever the number
		return Credentials{}, false
	}
	id := reg.who()
	reg.Source = unmap(reg.Source)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.match(*reg, id)
	switch {
	case !r.ix.open():
		return Credentials{}, false
	case m.pool != nil && r.ix.challenges(m.pool):
		return Credentials{Realm: r.ix.cfg.Realm, Username: m.pool.Username, Password: m.pool.Password}, true
	case m.pool != nil || !r.ix.secrets:
		return Credentials{}, false
	}
	now := r.now()
	if _, leaves := r.leaves(*reg, now); leaves {
		return Credentials{}, false
	}
	r.attempt(*reg, id, reasonNoPool, now)
	return Credentials{Realm: r.ix.cfg.Realm}, true
}

// Welcome says whether the registrar talks to an Untrusted address: the REGISTER names
// the MAC address of a pool, comes from where `id ip` or `id network` says, or is for
// a pool whose phones must prove who they are. While there is such a pool it talks to all.
func (r *Registry) Welcome(reg *Registration) bool {
	id := reg.who()
	reg.Source = unmap(reg.Source)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ix.secrets || r.match(*reg, id).pool != nil
}

// match finds the pool and line of a request.
func (r *Registry) match(reg Registration, id identity) found {
	return r.ix.match(reg.Number, id, reg.Source.Addr(), func(p *Pool, level int) bool { return r.closed(p, level, reg) })
}

// closed reports whether a pool is not for a request though it fits. Where nobody must
// prove who it is, a pool with `id mac` is only for who names the MAC, and who speaks
// from where its phone is registered: others who know the number could pass for it. And
// who is not trusted must at least name a MAC, or be where the pool says.
func (r *Registry) closed(p *Pool, level int, reg Registration) bool {
	switch {
	case level > fitDevice || r.ix.challenges(p):
		return false
	case reg.Untrusted && level != fitIP && level != fitNetwork:
		return true
	}
	return level == fitNumber && !p.MAC.IsZero() &&
		!slices.ContainsFunc(r.poolState(p.Tag).bound, func(b *binding) bool { return b.Source == reg.Source })
}

// challenges reports whether a pool's phones must prove who they are.
func (ix *index) challenges(p *Pool) bool {
	return ix.cfg.AuthenticateRegister && p.Username != "" && p.Password != ""
}

// AuthenticationFailed records a REGISTER whose digest was wrong: it counts as
// failed and is remembered as an attempt.
func (r *Registry) AuthenticationFailed(reg Registration) {
	id := reg.who()
	reg.Source = unmap(reg.Source)
	j := r.journal()
	r.mu.Lock()
	now := r.now()
	p, reason := r.match(reg, id).pool, reasonAuth
	if p == nil {
		reason = reasonNoPool
	}
	r.count(p, reg.removesOnly(), false, now)
	r.attempt(reg, id, reason, now)
	j.err("//-1/xxxxxxxxxxxx/SIP/Error/ccsip_spi_register_incoming_registration: Registration Authorization failed with authorization header=")
	r.mu.Unlock()
	j.flush()
}

// Register carries out one REGISTER (RFC 3261 10.3), wholly or not at all. The
// error is an *Error: 400 malformed, 401 not authenticated though
// Authenticate asks for it, 403 no pool matches or too many contacts, 404 the
// number is not a directory number of the pool (but to take off a contact that the pool
// had before the number was taken from it succeeds), 423 too brief, 500 out of
// order, 503 registrar off (`registrar server` or `mode cme` missing).
//
// `Contact: *` removes the contacts of the pool that sent it, not those of
// another phone that shares the number.
func (r *Registry) Register(reg Registration) (Result, error) {
	id := reg.who()
	reg.Source = unmap(reg.Source)
	j := r.journal()
	r.mu.Lock()
	res, err := r.register(reg, id, j)
	r.mu.Unlock()
	j.flush()
	r.save() // before the answer
	r.tell(false)
	if err != nil {
		return Result{}, err
	}
	return res, nil
}

// register is Register under the lock.
func (r *Registry) register(reg Registration, id identity, j *journal) (Result, *Error) {
	now := r.now()
	if !r.match(reg, id).ok {
		if p, leaves := r.leaves(reg, now); leaves {
			r.count(p, true, true, now)
			return Result{At: now}, nil
		}
	}
	p, ln, err := r.admit(reg, id, j, now)
	if err == nil {
		err = r.update(reg, id, p, ln, j, now)
	}
	if !reg.query() {
		r.count(p, reg.removesOnly(), err == nil, now)
	}
	if err != nil {
		return Result{}, err
	}
	res := Result{At: now}
	for _, b := range r.bindings[reg.Number] {
		res.Contacts = append(res.Contacts, b.show(now))
	}
	return res, nil
}

// admit finds the pool and line of a request, or says why it is refused.
func (r *Registry) admit(reg Registration, id identity, j *journal, now time.Time) (*Pool, line, *Error) {
	j.both("VOICE_REG_POOL: Register request for (%s) from (%s)", clean(reg.Number), reg.Source.Addr())
	if !r.ix.open() {
		return nil, line{}, refuse(503, "Service Unavailable", "registrar is off")
	}
	if err := reg.check(); err != nil {
		return nil, line{}, err
	}
	if reg.Star && (len(reg.Contacts) > 0 || reg.Expires != 0) {
		return nil, line{}, refuse(400, "Bad Request", "Contact * without Expires 0")
	}
	m := r.match(reg, id)
	p, ln := m.pool, m.line
	if p != nil && r.ix.challenges(p) && reg.Authenticated != p.Username {
		return p, ln, refuse(401, "Unauthorized", "not authenticated")
	}
	if !m.ok {
		j.both("VOICE_REG_POOL: Contact doesn't match any pools")
		r.attempt(reg, id, reasonNoPool, now)
		if p == nil {
			return nil, line{}, refuse(403, "Forbidden", "%s", reasonNoPool)
		}
		return p, line{}, refuse(404, "Not Found", "number is not configured in pool %d", p.Tag)
	}
	j.event("VOICE_REG_POOL: Contact matches pool %d number list %d", p.Tag, ln.index)
	return p, ln, nil
}

// update is RFC 3261 10.3 steps 6 and 7: everything is checked before anything is changed.
func (r *Registry) update(reg Registration, id identity, p *Pool, ln line, j *journal, now time.Time) *Error {
	existing := r.bindings[reg.Number]
	plan := make([]change, 0, len(reg.Contacts))
	if reg.Star {
		for _, b := range existing {
			if b.Pool == p.Tag {
				plan = append(plan, change{b: b})
			}
		}
	}
	total := len(existing)
	for _, c := range reg.Contacts {
		expires, err := r.ix.expires(c, reg)
		if err != nil {
			return err
		}
		ch := change{c: c, key: c.key(), expires: expires}
		if slices.ContainsFunc(plan, func(other change) bool { return other.key == ch.key }) {
			return refuse(400, "Bad Request", "the same contact twice")
		}
		ch.b = find(existing, ch.key)
		if ch.b == nil && len(reg.Contacts) == 1 {
			ch.b = findDevice(existing, c.Instance, p.Tag)
		}
		if ch.b == nil && expires == 0 {
			continue // removing what is not there is no error
		}
		if ch.b == nil {
			total++
		}
		plan = append(plan, ch)
	}
	for _, ch := range plan {
		if ch.b != nil && ch.b.CallID == reg.CallID && ch.b.passed(reg.CSeq) {
			return refuse(500, "Server Internal Error", "CSeq %d is not above %d", reg.CSeq, ch.b.CSeq)
		}
	}
	if total > MaxContacts && len(reg.Contacts) == 1 {
		if b := oldest(existing, p.Tag, reg.Source.Addr()); b != nil {
			plan = append(plan, change{b: b})
			total--
		}
	}
	if total > MaxContacts {
		j.err("VOICE_REG_POOL: Maximum registration threshold for pool(%d) hit", p.Tag)
		return refuse(403, "Forbidden", "too many contacts")
	}
	for _, ch := range plan {
		if ch.expires > 0 {
			r.store(reg, id, p, ln, ch, j, now)
		} else {
			r.unbind(ch.b, j)
		}
	}
	return nil
}

// change is one contact of a request and the binding it is about, if any.
type change struct {
	b       *binding
	c       Contact
	key     string
	expires time.Duration // 0 removes
}

func find(existing []*binding, key string) *binding {
	for _, b := range existing {
		if b.key == key {
			return b
		}
	}
	return nil
}

// findDevice returns the binding of a device (+sip.instance) of a pool, which has
// come back with another address: its new contact replaces the old one.
func findDevice(existing []*binding, instance string, pool int) *binding {
	for _, b := range existing {
		if instance != "" && b.Instance == instance && b.Pool == pool {
			return b
		}
	}
	return nil
}

// oldest returns the contact of a pool from an address that was refreshed longest
// ago: a phone without +sip.instance that comes back with another port leaves
// such contacts behind.
func oldest(existing []*binding, pool int, from netip.Addr) *binding {
	var old *binding
	for _, b := range existing {
		if b.Pool == pool && b.Source.Addr() == from && (old == nil || b.ID < old.ID) {
			old = b
		}
	}
	return old
}

// expires is the time a contact is granted: its own parameter, else the header,
// else the maximum (RFC 3261 10.2.1.1, 10.3).
func (ix *index) expires(c Contact, reg Registration) (time.Duration, *Error) {
	seconds := c.Expires
	if seconds < 0 {
		seconds = reg.Expires
	}
	if seconds < 0 || seconds > int(ix.cfg.MaxExpires/time.Second) {
		return ix.cfg.MaxExpires, nil
	}
	d := time.Duration(seconds) * time.Second
	if d > 0 && d < ix.cfg.MinExpires {
		err := refuse(423, "Interval Too Brief", "%d s", seconds)
		err.MinExpires = ix.cfg.MinExpires
		return 0, err
	}
	return d, nil
}

// store adds or refreshes one binding.
func (r *Registry) store(reg Registration, id identity, p *Pool, ln line, ch change, j *journal, now time.Time) {
	number, host := clean(reg.Number), clean(ch.c.Host)
	j.event("VOICE_REG_POOL: key(%s) contact(%s) add to contact table", number, host)
	b := ch.b
	if b != nil && b.Pool != p.Tag { // the phone moved to another pool
		r.unbind(b, j)
		b = nil
	}
	fresh := b == nil
	if fresh {
		r.dialPeer++
		b = &binding{Binding: Binding{Number: strings.Clone(reg.Number), Pool: p.Tag, DialPeer: r.dialPeer}}
		j.event("VOICE_REG_POOL: No entry for (%s) found in contact table", number)
		j.event("VOICE_REG_POOL: key(%s) contact(%s) added to contact table", number, host)
		j.event("VOICE_REG_POOL pool->tag(%d), dn->tag(%d), submask(1)", p.Tag, ln.dn)
		j.event("VOICE_REG_POOL: Creating param container for dial-peer %d.", b.DialPeer)
	} else {
		j.event("VOICE_REG_POOL: key(%s) exists in contact table", number)
		j.event("VOICE_REG_POOL: contact(%s) exists in contact table, ref updated", host)
	}
	r.id++
	b.key, b.identity, b.until = ch.key, id, now.Add(ch.expires)
	// Cloned, as they may be cut from a whole message.
	b.URI, b.Host, b.Port = strings.Clone(ch.c.URI), strings.Clone(ch.c.Host), ch.c.Port
	b.Instance, b.CallID = strings.Clone(ch.c.Instance), strings.Clone(reg.CallID)
	if b.Port == 0 {
		b.Port = defaultPort
	}
	if !fresh {
		r.from(b, -1) // it may come from another address
	}
	b.Source, b.Transport = reg.Source, reg.Transport
	b.UserAgent, b.Device = clean(reg.UserAgent), clean(id.device)
	b.CSeq, b.DN, b.Line = reg.CSeq, ln.dn, ln.index
	b.ID, b.Registered, b.Expires = r.id, now, ch.expires
	b.name, b.restored = deviceName(p, b.Binding), false
	ps := r.poolState(p.Tag)
	ps.callID, ps.agent = b.CallID, b.UserAgent
	kind := 1 // the dial peer was there
	if fresh {
		r.bind(b, j)
		kind = 0
	} else {
		heap.Fix(&r.expiry, b.heapPos)
		r.from(b, 1)
		r.touch(p.Tag)
		r.wakeIfFirst(b)
	}
	r.keep(b)
	j.event("VOICE_REG_POOL: Created dial-peer entry of type %d", kind)
	j.event("VOICE_REG_POOL: Registration successful for %s, registration id is %d", number, r.id)
}

// check refuses what no phone sends, so that nothing large or unprintable is kept.
func (reg Registration) check() *Error {
	if len(reg.Contacts) > MaxContacts {
		return refuse(400, "Bad Request", "%d contacts", len(reg.Contacts))
	}
	texts := []string{reg.Number, reg.CallID}
	for _, c := range reg.Contacts {
		if c.URI == "" || strings.ContainsAny(c.URI, "<>\"") || c.Host == "" || c.Port < 0 || c.Port > 65535 {
			return refuse(400, "Bad Request", "contact without an address")
		}
		texts = append(texts, c.URI, c.User, c.Host, c.Transport, c.Instance)
	}
	for _, t := range texts {
		if len(t) > maxText || strings.ContainsFunc(t, func(r rune) bool { return r < '!' || r > '~' }) {
			return refuse(400, "Bad Request", "bad or long text")
		}
	}
	return nil
}

const maxText = 512 // bytes of a contact URI, Call-ID and the like

// query reports whether a request only asks for the contacts.
func (reg Registration) query() bool { return !reg.Star && len(reg.Contacts) == 0 }

// removesOnly reports whether a request only removes contacts: an "unRegister request".
func (reg Registration) removesOnly() bool {
	for _, c := range reg.Contacts {
		if c.Expires > 0 || c.Expires < 0 && reg.Expires != 0 {
			return false
		}
	}
	return !reg.query()
}
