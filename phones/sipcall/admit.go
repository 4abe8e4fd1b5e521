package sipcall

import "net/netip"

// guests counts the dialogs of trunk calls that came in. Whoever reaches us may call,
// so that he must not be able to take the places of phones.
type guests struct {
	all       int
	strangers int                // those of no dial-peer's session target
	by        map[netip.Addr]int // strangers by address
}

// admits reports whether there is room for one more.
func (g *guests) admits(l *leg) bool {
	if g.all >= maxGuests {
		return false
	}
	return l.trusted || g.strangers < maxStrangers && g.by[l.back.Addr.Addr().Unmap()] < maxStranger
}

// enter makes a leg findable; false if there are too many.
func (l *leg) enter() bool {
	a := l.a
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.legs) >= maxLegs || l.guest && !a.guests.admits(l) {
		return false
	}
	a.legs[l.key] = l
	if l.guest {
		a.guests.all++
		if !l.trusted {
			l.counted = l.back.Addr.Addr().Unmap()
			a.guests.strangers++
			a.guests.by[l.counted]++
		}
	}
	return true
}

// leave makes it unfindable.
func (l *leg) leave() {
	a := l.a
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.legs[l.key] != l {
		return
	}
	delete(a.legs, l.key)
	if !l.guest {
		return
	}
	a.guests.all--
	if l.counted.IsValid() {
		a.guests.strangers--
		if a.guests.by[l.counted]--; a.guests.by[l.counted] == 0 {
			delete(a.guests.by, l.counted)
		}
	}
}
