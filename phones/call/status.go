package call

import (
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// snapshot copies everything there is to show.
func (c *core) snapshot(now time.Time) Snapshot {
	s := Snapshot{
		At: now, DNs: make([]DNStatus, 0, len(c.order)), Devices: make([]View, 0, len(c.sorted)),
		Numbers: make(map[string]presence.Line, len(c.published)),
		Phones:  make(map[string]presence.Line, len(c.published)), Totals: c.totals,
	}
	s.Totals.Active = len(c.calls)
	for _, n := range c.order {
		s.DNs = append(s.DNs, c.dnStatus(n))
	}
	for _, d := range c.sorted {
		if d.view != nil {
			s.Devices = append(s.Devices, d.view.clone())
		}
	}
	for number, p := range c.published {
		s.Numbers[number], s.Phones[number] = p.line, p.phone
	}
	for _, f := range c.confs {
		one := Conf{Kind: f.kind}
		if f.dn != nil {
			one.DN, one.Number = f.dn.id, f.dn.number
		}
		if f.creator != nil {
			one.Creator = f.creator.id
		}
		for _, l := range f.order {
			one.Parties = append(one.Parties, l.self)
		}
		s.Conferences = append(s.Conferences, one)
	}
	for id, h := range c.hunts {
		if n := len(h.cfg.Members); n > 0 {
			s.Hunts = append(s.Hunts, Hunt{Voice: id.voice, Tag: id.tag, Next: (h.last+1)%n + 1})
		}
	}
	return s
}

// dnStatus is one directory number as it stands.
func (c *core) dnStatus(n *dn) DNStatus {
	st := DNStatus{
		ID: n.id, Number: n.number, Secondary: n.secondary, Name: n.name, Kind: n.what(), InService: n.inService(),
		Channels: make([]Channel, len(n.channels)), Tallies: n.tallied(), Forward: n.forward, Waiting: n.waiting, DnD: dndOf(c.instances(n.number)),
	}
	for i, l := range n.channels {
		if l == nil {
			continue
		}
		ch := Channel{State: l.state, Ref: l.ref, Remote: l.remote()}
		if l.device != nil {
			ch.Device = l.device.id
		}
		st.Channels[i] = ch
	}
	if p := n.parked; p != nil {
		st.Parked = ParkedCall{Ref: p.leg.ref, Caller: p.leg.self, By: p.by, Since: p.since, Reminders: p.reminders}
	}
	for _, d := range c.hearing(n) {
		st.Paging = append(st.Paging, d.id)
	}
	for _, list := range [][]appearance{n.on, n.watched} {
		for _, a := range list {
			st.On = append(st.On, Appearance{Device: a.device.id, Button: a.button, Sep: a.sep})
		}
	}
	return st
}

// what is what a directory number is for.
func (n *dn) what() DNKind {
	switch {
	case n.eph == nil:
	case n.eph.Park != nil:
		return ParkDN
	case n.eph.Paging != nil:
		return PagingDN
	case n.eph.Conference != "":
		return ConferenceDN
	}
	return LineDN
}

// lookup finds a local number.
func (c *core) lookup(number string) (Number, bool) {
	numbers := c.byNumber[number]
	if len(numbers) == 0 {
		return Number{}, false
	}
	n := Number{Number: number, DNs: make([]phones.DNID, len(numbers))}
	for i, o := range numbers {
		n.DNs[i] = o.id
	}
	n.Line, n.Device = c.states(number)
	return n, true
}
