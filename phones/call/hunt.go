package call

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// hunt is a hunt group and what it remembers from one call to the next (CME command
// reference: ephone-hunt, voice hunt-group).
type hunt struct {
	cfg  *phones.HuntGroup
	last int // place in the list of the member that rang last, -1 before the first
	// used is when members were used last, by number; without an entry: never.
	used map[string]time.Time
}

// huntID names a hunt group.
type huntID struct {
	voice bool
	tag   int
}

// groupCall is a call on its way through a hunt group.
type groupCall struct {
	group *hunt
	cfg   *phones.HuntGroup // as it was when the call came
	order []int             // places of the members that are tried
	next  int               // of order
	until time.Time         // end of `max-timeout`; zero: none
	stays bool              // `no forward local-calls`, and this is one: it does not go to the final number
}

// member is the place in a hunt group for which a leg was called.
type member struct {
	group  *hunt
	number string
}

// keepHunts takes over the configured hunt groups; those that stay remember.
func (c *core) keepHunts() {
	old := c.hunts
	c.hunts = make(map[huntID]*hunt, len(c.cfg.HuntGroups))
	for i := range c.cfg.HuntGroups {
		cfg := &c.cfg.HuntGroups[i]
		id := huntID{cfg.Voice, cfg.Tag}
		h := old[id]
		if h == nil {
			h = &hunt{last: -1, used: map[string]time.Time{}}
		}
		h.cfg = cfg
		c.hunts[id] = h
	}
}

// order is in which order the members ring, those left out that have no number.
func (h *hunt) order() []int {
	all := make([]int, 0, len(h.cfg.Members))
	for i := range h.cfg.Members {
		if h.cfg.Kind == phones.Peer {
			i = (h.last + 1 + i) % len(h.cfg.Members)
		}
		if number := h.cfg.Members[i]; number != "" && number != "*" {
			all = append(all, i)
		}
	}
	if h.cfg.Kind == phones.LongestIdle {
		slices.SortStableFunc(all, func(a, b int) int {
			return h.used[h.cfg.Members[a]].Compare(h.used[h.cfg.Members[b]])
		})
	}
	if hops := h.cfg.Hops; hops > 0 && (h.cfg.Kind == phones.Peer || h.cfg.Kind == phones.LongestIdle) {
		all = all[:min(hops, len(all))]
	}
	return all
}

// tryHunt offers a call to a hunt group, as try does to a target.
func (c *core) tryHunt(k *call, t target) int {
	h, s := t.hunt, k.setup
	g := &groupCall{group: h, cfg: h.cfg, order: h.order()}
	if h.cfg.MaxTimeout > 0 {
		g.until = c.now.Add(h.cfg.MaxTimeout)
	}
	if h.cfg.LocalStays && s.from.device != nil && s.from.device.id.Phone() {
		switch { // CME admin guide: Forwarding to the Final Agent in a Voice Hunt-Groups
		case h.cfg.Voice:
			g.stays = h.cfg.Kind == phones.Sequential || h.cfg.Kind == phones.Parallel
		case h.cfg.Kind == phones.Sequential: // nor to the second member
			g.stays, g.order = true, g.order[:min(1, len(g.order))]
		}
	}
	s.group = g
	k.redirecting = g.pilot(t.second)
	if k.original == (Party{}) {
		k.original = k.redirecting
	}
	return c.nextMember(k, 486)
}

// pilot is the group as phones show it.
func (g *groupCall) pilot(second bool) Party {
	if second {
		return Party{g.cfg.SecondPilot, g.cfg.SecondName}
	}
	return Party{g.cfg.Pilot, g.cfg.Name}
}

// nextMember offers a call to the next member of its hunt group that can take it, then
// to the final number. 0: it rings, or went another way; else why not, code if nobody
// says otherwise. Each member is a redirect (CME admin guide: Hunt Groups).
func (c *core) nextMember(k *call, code int) int {
	s, g := k.setup, k.setup.group
	if g.cfg.Kind == phones.Parallel {
		if c.blast(k) {
			return 0
		}
	}
	for g.next < len(g.order) && (g.until.IsZero() || c.now.Before(g.until)) {
		at := g.order[g.next]
		g.next++
		if s.redirects++; s.redirects > c.maxRedirects() {
			c.failSetup(k, 480)
			return 0
		}
		if c.tryMember(k, at) {
			return 0
		}
	}
	s.group = nil
	if g.stays || g.cfg.Final == "" {
		return code
	}
	c.redirect(k, g.pilot(false), g.cfg.Final)
	return 0
}

// wait is how long a member rings.
func (g *groupCall) wait(c *core, at int) time.Duration {
	wait := c.cfg.Telephony.Ringing
	if wait <= 0 {
		wait = defaultRinging
	}
	switch t := g.cfg.Timeouts; {
	case g.stays && !g.cfg.Voice || len(t) == 0:
	case at < len(t) && len(t) > 1:
		wait = t[at]
	default:
		wait = t[0]
	}
	if !g.until.IsZero() {
		wait = min(wait, g.until.Sub(c.now))
	}
	return wait
}

// tryMember lets a member ring. What is configured for its own calls does not count: calls
// of a hunt group are not forwarded, and DnD is to have left it (CME admin guide: Hunt Groups).
func (c *core) tryMember(k *call, at int) bool {
	s, g := k.setup, k.setup.group
	number := g.cfg.Members[at]
	for _, t := range c.targets(number) {
		switch n := t.dn; {
		case t.peer != nil && !c.mayLeave(k):
			continue
		case t.peer != nil:
			s.number = number
			g.rang(c, c.tryTrunk(k, t.peer, g.wait(c, at)), at)
		case n == nil || n.virtual():
			continue
		default:
			channel, rings := n.free(), g.present(c.takers(k, n))
			if channel < 0 || len(rings) == 0 {
				continue
			}
			g.rang(c, c.offer(k, t, channel, rings, g.wait(c, at)), at)
		}
		return true
	}
	return false
}

// rang notes that a member rings.
func (g *groupCall) rang(c *core, l *leg, at int) {
	number := g.cfg.Members[at]
	g.group.last = at
	if g.cfg.FromRing {
		g.group.used[number] = c.now
	}
	l.member = member{g.group, number}
}

// present leaves out the devices that a call of the group is not offered to.
func (g *groupCall) present(rings []*ring) []*ring {
	return slices.DeleteFunc(rings, func(r *ring) bool {
		d := r.device
		return d.dnd || g.cfg.Present == phones.PresentIdle && len(d.legs) > 0 || g.cfg.Present == phones.PresentOnhook && d.offHook()
	})
}

// blast lets all members ring that can, at once. False: nobody can, or it was done.
func (c *core) blast(k *call) bool {
	s, g := k.setup, k.setup.group
	for ; g.next < len(g.order); g.next++ {
		before := s.callee
		if before != nil {
			s.beside, s.callee = append(s.beside, before), nil
		}
		if !c.tryMember(k, g.order[g.next]) && before != nil {
			s.beside, s.callee = s.beside[:len(s.beside)-1], before
		}
		if k.setup != s { // it was answered at once
			return true
		}
	}
	if s.callee != nil && len(s.beside) > 0 { // each has set the timer anew
		wait := g.wait(c, 0)
		c.stop(&s.timer)
		s.timer = c.after(wait, func() { c.noAnswer(k) })
	}
	return s.callee != nil
}

// rings reports whether a leg is one that a call rings at.
func (s *setup) rings(l *leg) bool { return s.callee == l || slices.Contains(s.beside, l) }

// alerted reports whether it rings somewhere.
func (s *setup) alerted() bool {
	return s.callee != nil && s.callee.alerted() || slices.ContainsFunc(s.beside, (*leg).alerted)
}

// refused is called when one of the legs that a call rings at cannot or does not answer.
func (c *core) refused(l *leg, code int) {
	k, s := l.call, l.call.setup
	if len(s.beside) == 0 {
		c.lost(k, code)
		return
	}
	c.leaves(s, l)
	c.drop(l)
	c.touchCall(k)
}

// leaves takes a leg off those that a call rings at.
func (c *core) leaves(s *setup, l *leg) {
	if i := slices.Index(s.beside, l); i >= 0 {
		s.beside = slices.Delete(s.beside, i, i+1)
		return
	}
	if s.callee == l {
		if s.callee = nil; len(s.beside) > 0 {
			s.callee = s.beside[0]
			s.beside = slices.Delete(s.beside, 0, 1)
		}
	}
}

// dropRest ends the ringing everywhere but at l, nil: everywhere.
func (c *core) dropRest(s *setup, l *leg) {
	rest := s.beside
	if s.callee != nil {
		rest = append(rest, s.callee)
	}
	s.callee, s.beside = nil, nil
	for _, o := range rest {
		if o != l && o.call != nil {
			if l != nil {
				c.taken(o, l.device)
			}
			c.drop(o)
		}
	}
}

// left notes when a member was used last, as its leg ends.
func (l *leg) left(now time.Time) {
	if m := l.member; m.group != nil && l.state != RingIn {
		m.group.used[m.number] = now
	}
}
