package call

import (
	"slices"
)

// maxUnicast is how many phones a page reaches one by one (CME command reference: paging).
const maxUnicast = 10

// tryVirtual is a call to a number that belongs to no phone.
func (c *core) tryVirtual(k *call, n *dn, second bool) int {
	switch {
	case n.eph.Park != nil:
		return c.trySlot(k, n)
	case n.eph.Paging != nil:
		return c.tryPage(k, n)
	case n.eph.Conference == "meetme" || n.eph.Conference == "unlocked":
		return c.tryMeetMe(k, n)
	case n.eph.MWI != "":
		return c.tryMWI(k, n, second)
	}
	return 486 // an ad-hoc conference is not called
}

// tryPage starts a page.
func (c *core) tryPage(k *call, n *dn) int {
	if n.channels[0] != nil || len(c.hearing(n)) > 0 {
		return 486
	}
	anchor := c.newLeg(k, n, 0, 0)
	anchor.anchor = pageAnchor
	from := k.setup.from
	c.setState(anchor, Connected)
	c.debugf(TopicPaging, "SkinnyBuildPagingList for %v", n.id)
	unicast, multicast := 0, 0
	for _, d := range c.sorted {
		if !d.hears(n) || len(d.legs) > 0 || d.paged != nil {
			continue // only idle phones
		}
		if d.multicast(n) {
			multicast = 1
		} else if unicast == maxUnicast {
			continue
		} else {
			unicast++
		}
		d.paged, d.pageMedia = n, Media{}
		n.paged = append(n.paged, d)
		c.debugf(TopicPaging, "SkinnyStartPagingPhone %d for %v %s", d.id.Tag, n.id, d.how(n))
		c.touchDevice(d)
	}
	c.debugf(TopicPaging, "SkinnyBuildPagingList %v for %d targets", n.id, unicast+multicast)
	c.debugf(TopicPaging, "SkinnyStartPagingMedia for %d targets for %v", unicast+multicast, n.id)
	c.endSetup(k, 200)
	k.answered = true
	c.totals.Answered++
	c.join(from)
	c.touchCall(k)
	return 0
}

// page is the leg that stands for the page on a paging number, nil if there is none.
func (n *dn) page() *leg {
	if len(n.channels) == 0 {
		return nil
	}
	return n.channels[0]
}

// hears reports whether a phone belongs to a paging number, or to one of its group.
func (d *device) hears(n *dn) bool {
	if !d.id.Phone() || d.spec.PagingDN == 0 {
		return false
	}
	return d.spec.PagingDN == n.id.Tag || slices.Contains(n.eph.Paging.Group, d.spec.PagingDN)
}

// hearing lists the phones that hear the page of a paging number, and those of its own that
// hear one of a group it belongs to (guide: when a monitored phone receives a page, the paging
// directory number is busy).
func (c *core) hearing(n *dn) []*device {
	if n.eph == nil || n.eph.Paging == nil {
		return nil
	}
	all := n.paged
	for _, g := range c.order {
		if g == n || len(g.paged) == 0 || !slices.Contains(g.eph.Paging.Group, n.id.Tag) {
			continue
		}
		for _, d := range g.paged {
			if d.spec.PagingDN == n.id.Tag {
				all = append(all[:len(all):len(all)], d)
			}
		}
	}
	return all
}

// multicast reports whether a phone is paged by multicast.
func (d *device) multicast(n *dn) bool {
	return d.spec.PagingMulticast && n.eph.Paging.Multicast.IsValid()
}

// how is the way in which a phone is paged, in the words of debug output.
func (d *device) how(n *dn) string {
	if d.multicast(n) {
		return "with multicast"
	}
	return "with unicast"
}

// page is what a paged device is to listen to, nil if it is not paged.
func (c *core) page(d *device) *Page {
	n := d.paged
	if n == nil || n.page() == nil {
		return nil
	}
	anchor := n.page()
	p := &Page{DN: n.id, Ref: anchor.ref, From: Party{n.number, n.name}}
	if p.From.Name == "" && len(anchor.call.legs) > 0 {
		p.From = anchor.call.legs[0].self
	}
	if d.multicast(n) {
		p.Group = n.eph.Paging.Multicast
	}
	return p
}

// endPage lets all phones go that hear a page.
func (c *core) endPage(n *dn) {
	all := n.paged
	n.paged = nil
	for _, d := range all {
		d.paged = nil
		c.debugf(TopicPaging, "SkinnyStopPagingPhone %d for %v %s", d.id.Tag, n.id, d.how(n))
		c.touchDevice(d)
	}
	c.touchDN(n)
}

// leavePage takes a phone out of the page it hears: it has a call of its own now.
func (c *core) leavePage(d *device) {
	n := d.paged
	if n == nil {
		return
	}
	d.paged = nil
	if i := slices.Index(n.paged, d); i >= 0 {
		n.paged = slices.Delete(n.paged, i, i+1)
	}
	c.touchDevice(d)
	c.touchPage(n)
}

// touchPage touches all who take part in a page.
func (c *core) touchPage(n *dn) {
	c.touchDN(n)
	if l := n.page(); l != nil {
		c.touchCall(l.call)
	}
}

// pageMedia is where the caller of a page speaks to: the group, or else the first
// phone that is paged by itself.
func (n *dn) pageMedia() Media {
	for _, d := range n.paged {
		if d.multicast(n) {
			return Media{Addr: n.eph.Paging.Multicast, Codecs: G711u}
		}
	}
	for _, d := range n.paged {
		if d.pageMedia.Valid() {
			return d.pageMedia
		}
	}
	return Media{}
}

// tryMWI is a call to a number that switches message lamps: the digits in the place of
// its dots are the number whose lamp it is; without dots it is the caller's (CME
// command reference: mwi). Of `on-off` the primary number lights, the secondary darkens.
func (c *core) tryMWI(k *call, n *dn, second bool) int {
	from := k.setup.from
	number, written := k.setup.number, n.number
	if second {
		written = n.secondary
	}
	var of []byte
	for i := 0; i < len(written) && i < len(number); i++ {
		if written[i] == '.' {
			of = append(of, number[i])
		}
	}
	if len(of) == 0 {
		of = []byte(from.self.Number)
	}
	c.setWaiting(string(of), n.eph.MWI == "on" || n.eph.MWI == "on-off" && !second)
	c.endSetup(k, 200)
	c.finish(from, true)
	return 0
}
