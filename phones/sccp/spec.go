package sccp

import (
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// Defaults of telephony-service (CME command reference: keepalive; the highest
// protocol version is that of the release that the guide describes).
const (
	defaultKeepAlive   = 30 * time.Second
	defaultMaxProtocol = 9
	unknownButtons     = 34 // of a model that is not in the table: what `button` can name
)

// macOf finds the MAC address in a device name: the last twelve digits of
// SEP00156247EF90, ATA00156247EF90, or of the port of an analog gateway.
func macOf(device string) (phones.MAC, bool) {
	if len(device) < 12 || len(device) > 16 {
		return phones.MAC{}, false
	}
	mac, err := phones.ParseMAC(device[len(device)-12:])
	return mac, err == nil && !mac.IsZero()
}

// specOf makes of an ephone's configuration what the call model is told: its line
// buttons as far as the phone has them, with the directory numbers that exist.
func specOf(e *phones.Ephone, model phones.Model, dns map[int]*phones.EphoneDN) phones.Spec {
	s := phones.Spec{
		Model: model.Name, AutoLine: e.AutoLine,
		PagingDN: e.PagingDN, PagingMulticast: e.PagingMulticast, FeatureRingDnD: e.FeatureRingDnD,
		BusyTrigger: e.BusyTrigger, MaxCalls: e.MaxCallsPerButton,
		KeepConference: e.KeepConference, KeepLast: e.KeepLast, KeepEndCall: e.KeepEndCall, KeepLocal: e.KeepLocal,
		ParkGroup: e.ParkGroup, TransferParkBlocked: e.TransferParkBlocked, TransferBlocked: e.TransferBlocked,
		Codec: e.Codec,
	}
	most := unknownButtons
	if model.Name != "" {
		most = model.Buttons(e.Addons)
	}
	for _, b := range e.Buttons {
		if b.Number < 1 || b.Number > most {
			continue
		}
		line := phones.SpecLine{Button: b.Number, Sep: b.Sep, Of: b.Of}
		for _, tag := range b.DNs {
			if dns[tag] != nil {
				line.DNs = append(line.DNs, phones.DNID{Tag: tag})
			}
		}
		if len(line.DNs) > 0 || b.Sep == phones.Rollover {
			s.Lines = append(s.Lines, line)
		}
	}
	slices.SortFunc(s.Lines, func(a, b phones.SpecLine) int { return a.Button - b.Button })
	s.Lines = slices.DeleteFunc(s.Lines, func(l phones.SpecLine) bool {
		return l.Sep == phones.Rollover && !slices.ContainsFunc(s.Lines, func(o phones.SpecLine) bool {
			return o.Button == l.Of && (o.Sep == phones.Overlay || o.Sep == phones.OverlayWait)
		})
	})
	s.Primary = primary(s.Lines, e.AutoLine)
	return s
}

// primary is the button whose directory number is the phone's primary one: that
// of `auto-line`, else button 1 (guide). Buttons that only watch have no number
// of the phone's own.
func primary(lines []phones.SpecLine, auto phones.AutoLine) int {
	want := 1
	if auto.Button > 0 && !auto.Off {
		want = auto.Button
	}
	for _, l := range lines {
		if l.Button == want && len(l.DNs) > 0 && l.Sep != phones.Monitor && l.Sep != phones.Watch {
			return want
		}
	}
	return 0
}

// keepAlive is the interval that an ephone is told.
func keepAlive(e *phones.Ephone, t *phones.Telephony) time.Duration {
	switch {
	case e.KeepAlive > 0:
		return e.KeepAlive
	case t.KeepAlive > 0:
		return t.KeepAlive
	}
	return defaultKeepAlive
}

// negotiate is the version spoken with a phone: what both know. A registration
// too short to name a version is one of the oldest phones.
func negotiate(phone, most int) int {
	if most <= 0 {
		most = defaultMaxProtocol
	}
	if phone <= 0 {
		phone = 3
	}
	return min(phone, most)
}

// dateTemplate is the form of dates that phones are told: of `date-format` and
// `time-format`.
func dateTemplate(t *phones.Telephony) string {
	form := "M/D/Y"
	switch t.DateFormat {
	case "dd-mm-yy":
		form = "D/M/Y"
	case "yy-dd-mm":
		form = "Y/D/M"
	case "yy-mm-dd":
		form = "Y/M/D"
	}
	if t.TimeFormat != 24 {
		form += "A"
	}
	return form
}

// assign chooses the directory number that `auto assign` gives to button 1 of a
// phone: a normal one that is on no phone, first from the ranges of its type,
// then from those of any type. 0 if there is none.
func assign(ranges []phones.AutoAssign, model string, dns map[int]*phones.EphoneDN, taken map[int]bool) int {
	for _, ofType := range []bool{true, false} {
		for _, r := range ranges {
			anyType := r.Type == "" || r.Type == "all"
			if anyType == ofType || !anyType && !sameType(r.Type, model) {
				continue
			}
			for tag := r.First; tag <= r.Last; tag++ {
				if dn := dns[tag]; dn != nil && ordinary(dn) && !taken[tag] {
					return tag
				}
			}
		}
	}
	return 0
}

// ordinary says whether a directory number is one that people have.
func ordinary(dn *phones.EphoneDN) bool {
	return dn.Number != "" && dn.Park == nil && dn.Paging == nil && dn.Conference == "" && dn.Intercom == nil && dn.MWI == ""
}

// sameType compares a configured type with a model; 7960-7940 is either.
func sameType(typ, model string) bool {
	return typ == model || strings.Contains(typ, "-") && slices.Contains(strings.Split(typ, "-"), model)
}
