package sccp

import (
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// defaultKeepAlive is that of telephony-service (CME command reference: keepalive).
const defaultKeepAlive = 30 * time.Second

// macOf finds the MAC address in a device name: the last twelve digits of
// SEP00156247EF90, ATA00156247EF90, or of the port of an analog gateway.
func macOf(device string) (phones.MAC, bool) {
	if len(device) < 12 || len(device) > 16 {
		return phones.MAC{}, false
	}
	mac, err := phones.ParseMAC(device[len(device)-12:])
	return mac, err == nil && !mac.IsZero()
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
		most = phones.DefaultMaxProtocol
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
// then from those of any type. It returns the range, too; 0 if there is none.
func assign(ranges []phones.AutoAssign, model string, dns map[int]*phones.EphoneDN, taken map[int]bool) (int, phones.AutoAssign) {
	for _, ofType := range []bool{true, false} {
		for _, r := range ranges {
			anyType := r.Type == "" || r.Type == "all"
			if anyType == ofType || !anyType && !sameType(r.Type, model) {
				continue
			}
			for tag := r.First; tag <= r.Last; tag++ {
				if dn := dns[tag]; dn != nil && ordinary(dn) && !taken[tag] {
					return tag, r
				}
			}
		}
	}
	return 0, phones.AutoAssign{}
}

// ordinary says whether a directory number is one that people have.
func ordinary(dn *phones.EphoneDN) bool {
	return dn.Number != "" && dn.Park == nil && dn.Paging == nil && dn.Conference == "" && dn.Intercom == nil && dn.MWI == ""
}

// sameType compares a configured type with a model; 7960-7940 is either.
func sameType(typ, model string) bool {
	return typ == model || strings.Contains(typ, "-") && slices.Contains(strings.Split(typ, "-"), model)
}
