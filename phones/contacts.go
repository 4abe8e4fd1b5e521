package phones

// Contacts are the live contacts of a number that a pool has registered, by dial-peer
// tag; number "" means all numbers of the pool.
func (r *Registry) Contacts(pool int, number string) []Binding {
	r.mu.Lock()
	defer r.mu.Unlock()
	ps := r.pools[pool]
	if ps == nil {
		return nil
	}
	now := r.now()
	var list []Binding
	for _, b := range ps.bound {
		if (number == "" || b.Number == number) && b.until.After(now) {
			list = append(list, b.show(now))
		}
	}
	return list
}
