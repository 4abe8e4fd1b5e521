package call

import "github.com/busylamp/busylamp/phones"

// mediaReady notes where a device receives.
func (c *core) mediaReady(in MediaReady) {
	d := c.devices[in.Device]
	if d == nil {
		return
	}
	m := in.Media
	if !in.OK {
		m = Media{}
	}
	if n := d.paged; n != nil && n.page() != nil && n.page().ref == in.Ref {
		d.pageMedia = m
		c.touchPage(n)
		return
	}
	// What an SCCP phone says of a channel that it is to close meanwhile is void.
	if l := c.find(d, in.Ref); l != nil && in.Ref != 0 && (l.receives() || !l.sccp()) {
		l.media = m
		c.touchCall(l.call)
	}
}

// receives reports whether a leg's device is to be ready for media.
func (l *leg) receives() bool {
	return l.state == Connected && l.anchor == noAnchor && !l.paging()
}

// sccp reports whether a leg is a call of an SCCP phone.
func (l *leg) sccp() bool { return l.device != nil && l.device.id.Kind == phones.EphoneDevice }

// sends is where a leg's device sends media; zero: nowhere.
func (c *core) sends(l *leg) Media {
	k := l.call
	switch l.state {
	case Connected:
		if k.conf != nil {
			return toward(l, k.conf.partner(l))
		}
		for _, o := range k.legs {
			switch {
			case o.anchor == pageAnchor:
				return o.dn.pageMedia()
			case o != l && o.anchor == noAnchor && o.state == Connected:
				return toward(l, o)
			}
		}
	case RingOut, Proceeding: // an announcement or the far side's own ringback
		// An SCCP phone has no channel open yet: it makes the ringback itself.
		if s := k.setup; s != nil && s.callee != nil && !l.sccp() {
			return toward(l, s.callee)
		}
	case RingIn: // what the caller offers: all its codecs, since the answer chooses
		if s := k.setup; s != nil && s.from.state != Held && s.from.media.Valid() {
			return s.from.media
		}
	}
	return Media{}
}

// partner is whom a conference party hears: the creator, who hears the party that
// joined first. Audio is not mixed.
func (f *conf) partner(l *leg) *leg {
	var first *leg
	for _, o := range f.order {
		if o == l || o.state != Connected {
			continue
		}
		if o.device == f.creator && f.creator != nil {
			return o
		}
		if first == nil {
			first = o
		}
	}
	return first
}

// toward is the media of another party with the codec that both know, zero if there is none.
func toward(l, other *leg) Media {
	if other == nil || !other.media.Valid() {
		return Media{}
	}
	mine := AllCodecs
	if l.media.Valid() {
		mine = l.media.Codecs
	}
	m := other.media
	if m.Codecs = prefer(l, other, mine&m.Codecs); m.Codecs == 0 && l.state == Connected {
		return Media{}
	}
	return m
}

// prefer picks one codec: the one that either phone prefers by its `codec`, the older
// leg's first, else by our order.
func prefer(l, other *leg, common Codecs) Codecs {
	if l.ref > other.ref {
		l, other = other, l
	}
	for _, one := range []*leg{l, other} {
		if one.device == nil || one.device.id.Kind != phones.EphoneDevice {
			continue
		}
		for _, codec := range []Codecs{G711a, G722, G729, ILBC} {
			if codec.String() == one.device.spec.Codec && common&codec != 0 {
				return codec
			}
		}
	}
	return common.Pick(common)
}
