package presence

// timers is a heap of subscriptions by due time; each knows its slot, so that a
// refresh moves it in place.
type timers []*subscription

// due is when a subscription next needs attention: its expiry or a delivery again.
func (s *subscription) due() instant {
	if s.resend != 0 && s.resend < s.expiry {
		return s.resend
	}
	return s.expiry
}

// set puts a subscription where its due time belongs.
func (t *timers) set(s *subscription) {
	if s.slot < 0 {
		s.slot = int32(len(*t))
		*t = append(*t, s)
	}
	t.up(int(s.slot))
	t.down(int(s.slot))
}

// remove takes a subscription out, if it is in.
func (t *timers) remove(s *subscription) {
	if s.slot < 0 {
		return
	}
	i, last := int(s.slot), len(*t)-1
	t.swap(i, last)
	(*t)[last] = nil
	*t = (*t)[:last]
	s.slot = -1
	if i < last {
		t.up(i)
		t.down(i)
	}
}

func (t timers) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t[parent].due() <= t[i].due() {
			return
		}
		t.swap(i, parent)
		i = parent
	}
}

func (t timers) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(t) {
			return
		}
		if child+1 < len(t) && t[child+1].due() < t[child].due() {
			child++
		}
		if t[i].due() <= t[child].due() {
			return
		}
		t.swap(i, child)
		i = child
	}
}

func (t timers) swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].slot, t[j].slot = int32(i), int32(j)
}
