package phones

import (
	"cmp"
	"slices"
)

// EphoneSpec is what an ephone is while it is in service: its buttons as far as
// its model has them, with the directory numbers that exist. model is what the
// phone said of itself; that of `type` counts if it is zero. login is the
// Extension Mobility user's profile; without one a phone with a logout profile
// has that. Addr and Session are left to the caller.
func EphoneSpec(cfg Config, e Ephone, model Model, login *Profile) Spec {
	if model.Name == "" {
		model, _ = cfg.EphoneModel(e.Type)
	}
	s := Spec{
		Model: cmp.Or(model.Name, e.Type), Name: e.MAC.Device(), AutoLine: e.AutoLine,
		PagingDN: e.PagingDN, PagingMulticast: e.PagingMulticast, FeatureRingDnD: e.FeatureRingDnD,
		BusyTrigger: e.BusyTrigger, MaxCalls: e.MaxCallsPerButton,
		KeepConference: e.KeepConference, KeepLast: e.KeepLast, KeepEndCall: e.KeepEndCall, KeepLocal: e.KeepLocal,
		ParkGroup: e.ParkGroup, TransferParkBlocked: e.TransferParkBlocked, TransferBlocked: e.TransferBlocked,
		Codec: e.Codec,
	}
	most := maxButtons
	if model.Name != "" {
		most = cfg.Buttons(model, e.Addons)
	}
	if p := e.mobile(cfg, login); p != nil {
		s.User = userOf(login)
		s.Lines, s.Primary = profileLines(p, func(number string) (DNID, bool) { return ephoneDN(cfg, number) })
		s.Lines = slices.DeleteFunc(s.Lines, func(l SpecLine) bool { return l.Button > most })
		s.Primary = ownButton(s.Lines, s.Primary)
		return s
	}
	for _, b := range e.Buttons {
		if l := (SpecLine{Button: b.Number, Sep: b.Sep, Of: b.Of}); b.Number >= 1 && b.Number <= most {
			for _, tag := range b.DNs {
				if findTag(cfg.EphoneDNs, tag, func(d EphoneDN) int { return d.Tag }) != nil {
					l.DNs = append(l.DNs, DNID{Tag: tag})
				}
			}
			if len(l.DNs) > 0 || b.Sep == Rollover {
				s.Lines = append(s.Lines, l)
			}
		}
	}
	slices.SortStableFunc(s.Lines, func(a, b SpecLine) int { return a.Button - b.Button })
	s.Lines = slices.DeleteFunc(s.Lines, func(l SpecLine) bool {
		return l.Sep == Rollover && !slices.ContainsFunc(s.Lines, func(o SpecLine) bool {
			return o.Button == l.Of && (o.Sep == Overlay || o.Sep == OverlayWait)
		})
	})
	s.Primary = 1
	if e.AutoLine.Button > 0 && !e.AutoLine.Off {
		s.Primary = e.AutoLine.Button
	}
	s.Primary = ownButton(s.Lines, s.Primary)
	return s
}

// EphoneKeys are the speed dials and BLF speed dials of an ephone: its own, or those
// of the profile in force.
func EphoneKeys(cfg Config, e Ephone, login *Profile) (dials []SpeedDial, blf []BLFKey) {
	p := e.mobile(cfg, login)
	if p == nil {
		return e.SpeedDials, e.BLF
	}
	for _, d := range p.SpeedDials {
		if d.BLF {
			blf = append(blf, BLFKey{Tag: d.Tag, Number: d.Number, Label: d.Label})
		} else {
			dials = append(dials, SpeedDial{Tag: d.Tag, Number: d.Number, Label: d.Label})
		}
	}
	return dials, blf
}

// maxButtons is what `button` can name on a phone whose model is not known.
const maxButtons = 34

// ownButton is the button, if it is one with a directory number of the phone's own,
// else 0. Buttons that only watch others are not.
func ownButton(lines []SpecLine, button int) int {
	for _, l := range lines {
		if l.Button == button && l.Sep.Own() && len(l.DNs) > 0 {
			return button
		}
	}
	return 0
}

// Own reports whether calls are made and taken on a button's directory numbers;
// on others they are only watched. A rollover button has none.
func (s Separator) Own() bool { return s != Monitor && s != Watch }

// PoolSpec is what a SIP phone is while it is in service: those of its lines whose
// number it has registered. login is as for EphoneSpec. Addr is left to the caller.
func PoolSpec(cfg Config, p Pool, registered func(number string) bool, login *Profile) Spec {
	s := Spec{
		Model: p.Type, Name: p.MAC.Device(), PagingDN: p.PagingDN, DnD: p.DnD,
		BusyTrigger: p.BusyTrigger, CallWaiting: p.CallWaiting,
	}
	if mobile(cfg, p.LogoutProfile, login) != nil {
		s.User = userOf(login)
	}
	numbers, primary := PoolNumbers(cfg, p, login)
	s.Primary = primary
	for _, n := range numbers {
		if d := registerDN(cfg, n.DN); d != nil && d.Number != "" && registered(d.Number) {
			s.Lines = append(s.Lines, SpecLine{Button: n.Index, Sep: Normal, DNs: []DNID{{SIP: true, Tag: n.DN}}})
		}
	}
	return s
}

// PoolNumbers are the lines of a pool, registered or not, sorted by index, and the
// index of the primary one (0: none): the lowest, or that of the first number of
// the Extension Mobility profile in force.
func PoolNumbers(cfg Config, p Pool, login *Profile) (numbers []PoolNumber, primary int) {
	profile := mobile(cfg, p.LogoutProfile, login)
	if profile == nil {
		if len(p.Numbers) > 0 {
			primary = p.Numbers[0].Index
		}
		return p.Numbers, primary
	}
	lines, primary := profileLines(profile, func(number string) (DNID, bool) {
		for _, d := range cfg.DNs {
			if d.Number == number {
				return DNID{SIP: true, Tag: d.Tag}, true
			}
		}
		return DNID{}, false
	})
	for _, l := range lines {
		if l.Sep.Own() { // a SIP phone has no monitor lines
			numbers = append(numbers, PoolNumber{Index: l.Button, DN: l.DNs[0].Tag})
		}
	}
	return numbers, ownButton(lines, primary)
}

// mobile is the profile in force on an ephone, nil if it is not enabled for
// Extension Mobility; analog phones never are.
func (e *Ephone) mobile(cfg Config, login *Profile) *Profile {
	if e.Analog {
		return nil
	}
	return mobile(cfg, e.LogoutProfile, login)
}

// mobile is the Extension Mobility profile in force on a phone, nil if it is not
// enabled for that.
func mobile(cfg Config, logout int, login *Profile) *Profile {
	if logout == 0 {
		return nil
	}
	if login != nil {
		return login
	}
	return findTag(cfg.LogoutProfiles, logout, func(p Profile) int { return p.Tag })
}

func userOf(login *Profile) string {
	if login == nil {
		return ""
	}
	return login.User
}

// profileLines puts the numbers of a profile on buttons, in the order of their
// kinds (CME administrator guide, Extension Mobility): normal, silent, beep,
// feature, monitor, overlay. primary is the button of the first number configured
// (guide, "Device-Based BLF Monitoring"). Numbers that do not exist are left out.
func profileLines(p *Profile, find func(number string) (DNID, bool)) (lines []SpecLine, primary int) {
	numbers := slices.Clone(p.Numbers)
	slices.SortStableFunc(numbers, func(a, b ProfileNumber) int { return cmp.Compare(kindOrder(a.Sep), kindOrder(b.Sep)) })
	var first DNID
	for _, n := range p.Numbers {
		if id, ok := find(firstOf(n.Numbers)); ok && n.Sep.Own() {
			first = id
			break
		}
	}
	for _, n := range numbers {
		l := SpecLine{Button: len(lines) + 1, Sep: n.Sep}
		for _, number := range n.Numbers {
			if id, ok := find(number); ok {
				l.DNs = append(l.DNs, id)
			}
		}
		if len(l.DNs) == 0 {
			continue
		}
		lines = append(lines, l)
		if primary == 0 && l.DNs[0] == first && l.Sep.Own() {
			primary = l.Button
		}
	}
	return lines, primary
}

func firstOf(numbers []string) string {
	if len(numbers) == 0 {
		return ""
	}
	return numbers[0]
}

// kindOrder is the place of a kind of line among those of a profile.
func kindOrder(s Separator) int {
	return slices.Index([]Separator{Normal, Silent, Beep, Feature, Monitor, Overlay, OverlayWait}, s)
}

// ephoneDN finds the ephone-dn with a number, the lowest tag if there are several.
func ephoneDN(cfg Config, number string) (DNID, bool) {
	for _, d := range cfg.EphoneDNs {
		if number != "" && d.Number == number {
			return DNID{Tag: d.Tag}, true
		}
	}
	return DNID{}, false
}

func registerDN(cfg Config, tag int) *DN {
	return findTag(cfg.DNs, tag, func(d DN) int { return d.Tag })
}

// findTag finds an entry of a slice that is sorted by tag, nil if there is none.
func findTag[E any](list []E, tag int, tagOf func(E) int) *E {
	i, ok := slices.BinarySearchFunc(list, tag, func(e E, tag int) int { return cmp.Compare(tagOf(e), tag) })
	if !ok {
		return nil
	}
	return &list[i]
}
