package sccp

import "github.com/busylamp/busylamp/phones"

// profileOf is the profile of an Extension Mobility phone: that of the user who is
// logged in, or else its logout profile; nil if it is no such phone. user is the
// name of who is logged in.
func (s *Server) profileOf(e *phones.Ephone, d phones.Device, logout []phones.Profile) (p *phones.Profile, user string) {
	if e.LogoutProfile == 0 {
		return nil, ""
	}
	if s.o.User != nil {
		if p = s.o.User(d); p != nil {
			return p, p.User
		}
	}
	for i := range logout {
		if logout[i].Tag == e.LogoutProfile {
			return &logout[i], ""
		}
	}
	return nil, ""
}

// wear gives an ephone the lines and speed dials of a profile: one button for each
// of its numbers, in their order (CME command reference: number and speed-dial of
// voice user-profile and voice logout-profile). A number that no ephone-dn has
// leaves its button empty.
func wear(e *phones.Ephone, p *phones.Profile, dns map[int]*phones.EphoneDN) {
	tags := map[string]int{}
	for tag, dn := range dns {
		for _, number := range []string{dn.Number, dn.Secondary} {
			if known := tags[number]; number != "" && (known == 0 || tag < known) {
				tags[number] = tag
			}
		}
	}
	e.Buttons, e.BLF, e.SpeedDials = nil, nil, nil
	for i, n := range p.Numbers {
		b := phones.Button{Number: i + 1, Sep: n.Sep}
		for _, number := range n.Numbers {
			if tag := tags[number]; tag != 0 {
				b.DNs = append(b.DNs, tag)
			}
		}
		e.Buttons = append(e.Buttons, b)
	}
	for _, d := range p.SpeedDials {
		if d.BLF {
			e.BLF = append(e.BLF, phones.BLFKey{Tag: d.Tag, Number: d.Number, Label: d.Label})
		} else {
			e.SpeedDials = append(e.SpeedDials, phones.SpeedDial{Tag: d.Tag, Number: d.Number, Label: d.Label})
		}
	}
}
