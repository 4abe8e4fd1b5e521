package phones

import (
	"net/netip"
	"slices"
	"time"
)

// Snapshot is a copy of everything that `show voice register …` and `show
// sip-ua status registrar` print (CME command reference). It shares nothing
// that changes later.
type Snapshot struct {
	At     time.Time // when it was taken; Binding.Remaining counts from here
	Config Config    // as last applied, MaxExpires and MinExpires with defaults filled in
	Stats  Statistics
	Pools  []PoolStatus // sorted by tag
	DNs    []DNStatus   // sorted by tag
	// Bindings holds every registered contact, sorted by number and then by
	// dial-peer tag: `show sip-ua status registrar`.
	Bindings []Binding
	// Attempts are the refused phones, oldest first.
	Attempts []Attempt
}

// Pool returns the status of one pool.
func (s Snapshot) Pool(tag int) (PoolStatus, bool) {
	for _, p := range s.Pools {
		if p.Config.Tag == tag {
			return p, true
		}
	}
	return PoolStatus{}, false
}

// DN returns the status of one voice register dn.
func (s Snapshot) DN(tag int) (DNStatus, bool) {
	for _, d := range s.DNs {
		if d.Config.Tag == tag {
			return d, true
		}
	}
	return DNStatus{}, false
}

// PoolStatus is one `voice register pool` as it stands.
type PoolStatus struct {
	Config Pool
	// Registered: at least one of its lines has a contact.
	Registered bool
	// Lines has one entry per `number` line, sorted by Index.
	Lines []PoolLine
	// PrimaryLine is the number of the lowest registered line ("active primary
	// line is"); "" when unregistered.
	PrimaryLine string
	// Contact is the address a request to the phone goes to ("contact IP
	// address"); zero when unregistered.
	Contact netip.AddrPort
	// CallID and UserAgent are those of the newest registration, kept after it
	// ended ("registration Call ID is", "Current Phone load version is").
	CallID, UserAgent string
	// Transport is that of the newest contact ("udp", "tcp"); "" when unregistered.
	Transport string
	// UnregisteredReason is the text below "Reason for unregistered state:"; ""
	// while registered.
	UnregisteredReason string
	// Bindings are the contacts of this pool, sorted by dial-peer tag: the
	// dynamic dial peers.
	Bindings []Binding
	Stats    Statistics
}

// PoolLine is one `number N dn TAG` line of a pool.
type PoolLine struct {
	Index      int
	DN         int
	Number     string // "" when the dn does not exist or has no number
	Registered bool
}

// DNStatus is one `voice register dn` as it stands.
type DNStatus struct {
	Config DN
	// Uses says which pools have it, sorted by pool tag: "Pool 3    has this DN
	// configured for line 1, 2".
	Uses       []DNUse
	Registered bool
}

// DNUse is one pool that has a directory number on some of its lines.
type DNUse struct {
	Pool  int
	Lines []int // sorted
}

// Binding is one registered contact.
type Binding struct {
	Number string // the directory number, user part of the address of record
	// URI is the contact URI as received.
	URI string
	// Host and Port are those of the URI; Port is 5060 when the URI has none.
	Host string
	Port int
	// Source is where the REGISTER came from.
	Source    netip.AddrPort
	Transport string // "udp" or "tcp"
	CallID    string
	CSeq      uint32
	Instance  string // +sip.instance without quotes, "" if none
	UserAgent string
	Device    string // SEP…, or the device name the phone gave; "" if it gave none
	Pool, DN  int    // tags
	Line      int    // `number` index in the pool
	// DialPeer is the tag of the dynamic dial peer, counted from 40001.
	DialPeer int
	// ID is the registration id of the newest REGISTER.
	ID         int
	Registered time.Time     // newest REGISTER
	Expires    time.Duration // granted
	Remaining  time.Duration // from Snapshot.At, never below zero
}

// Statistics is the counter group of `show voice register statistics`.
type Statistics struct {
	ActiveRegistrations int // contacts
	RegisteredPhones    int // pools with a contact ("Total SIP phones registered")

	RegisterRequests, RegisterSuccess, RegisterFailed       uint64
	UnregisterRequests, UnregisterSuccess, UnregisterFailed uint64
	// AttemptsSinceUnregister counts registration requests that failed since the
	// last unregister request.
	AttemptsSinceUnregister uint64

	// Zero when it has not happened yet.
	LastRegister, LastUnregister, RegisterSuccessAt, UnregisterSuccessAt time.Time
}

// Attempt is a phone that was refused: `show voice register pool
// attempted-registrations`.
type Attempt struct {
	MAC      MAC    // zero when the request named none
	Number   string // what it tried to register
	Addr     netip.Addr
	Attempts int
	First    time.Time
	Latest   time.Time
	Reason   string // "No pool match for the registration request"
}

const reasonUnregistered = "No registration request since last reboot/unregister" // CME command reference

// Snapshot returns a copy of everything there is to show.
func (r *Registry) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	s := Snapshot{At: now, Config: r.ix.cfg, Stats: r.stats, Attempts: slices.Clone(r.attempts)}
	for i := range r.ix.cfg.Pools {
		ps := r.poolStatus(&r.ix.cfg.Pools[i], now)
		s.Stats.ActiveRegistrations += ps.Stats.ActiveRegistrations
		s.Stats.RegisteredPhones += ps.Stats.RegisteredPhones
		s.Pools = append(s.Pools, ps)
	}
	for _, d := range r.ix.cfg.DNs {
		s.DNs = append(s.DNs, DNStatus{
			Config: d, Uses: r.ix.uses(d.Tag),
			Registered: len(r.bindings[d.Number]) > 0,
		})
	}
	for _, b := range r.sorted() {
		s.Bindings = append(s.Bindings, b.show(now))
	}
	return s
}

// poolStatus copies the state of one pool.
func (r *Registry) poolStatus(p *Pool, now time.Time) PoolStatus {
	s := PoolStatus{Config: *p, UnregisteredReason: reasonUnregistered}
	state := r.pools[p.Tag]
	if state == nil {
		state = &poolState{}
	}
	s.CallID, s.UserAgent, s.Stats = state.callID, state.agent, state.stats
	s.Stats.ActiveRegistrations = len(state.bound)
	var newest *binding
	for _, b := range state.bound {
		s.Bindings = append(s.Bindings, b.show(now))
		if newest == nil || b.ID > newest.ID {
			newest = b
		}
	}
	if newest != nil {
		s.Registered, s.Stats.RegisteredPhones = true, 1
		s.UnregisteredReason = ""
		s.Contact, s.Transport = newest.address(), newest.Transport
	}
	for _, n := range r.ix.lines[p.Tag] {
		l := PoolLine{Index: n.Index, DN: n.DN}
		if d := r.ix.dns[n.DN]; d != nil {
			l.Number = d.Number
			l.Registered = slices.ContainsFunc(state.bound, func(b *binding) bool { return b.Number == d.Number })
		}
		if l.Registered && s.PrimaryLine == "" {
			s.PrimaryLine = l.Number
		}
		s.Lines = append(s.Lines, l)
	}
	return s
}

// uses lists the pools that have a dn.
func (ix *index) uses(dn int) []DNUse {
	var uses []DNUse
	for _, p := range ix.cfg.Pools {
		u := DNUse{Pool: p.Tag}
		for _, n := range ix.lines[p.Tag] {
			if n.DN == dn {
				u.Lines = append(u.Lines, n.Index)
			}
		}
		if u.Lines != nil {
			uses = append(uses, u)
		}
	}
	return uses
}
