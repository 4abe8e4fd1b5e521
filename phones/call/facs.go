package call

import (
	"strings"

	"github.com/busylamp/busylamp/phones"
)

// fac is a feature access code in force (CME command reference: fac).
type fac struct {
	name, code string
	takes      facArg
}

// facArg is what follows a code.
type facArg uint8

const (
	noArg facArg = iota
	numberArg
	groupArg
	slotArg
)

// standardFACs are those of `fac standard` that lead to a feature of ours; hunt
// groups and the like have none.
var standardFACs = [...]fac{
	{"callfwd all", "**1", numberArg}, {"callfwd cancel", "**2", noArg},
	{"pickup local", "**3", noArg}, {"pickup group", "**4", groupArg}, {"pickup direct", "**5", numberArg},
	{"park", "**6", slotArg}, {"dnd", "**7", noArg}, {"redial", "**8", noArg}, {"voicemail", "**9", noArg},
	{"dpark-retrieval", "*0", numberArg},
}

// facs are the codes in force: a custom one takes the place of the standard one.
func facs(t phones.Telephony) []fac {
	var all []fac
	for _, f := range standardFACs {
		on := t.FAC
		for _, custom := range t.FACs {
			if custom.Name == f.name && custom.Code != "" {
				f.code, on = custom.Code, true
			}
		}
		if on {
			all = append(all, f)
		}
	}
	return all
}

// AccessCodes are the feature access codes in force: `show telephony-service fac`.
func AccessCodes(t phones.Telephony) []phones.FAC {
	var all []phones.FAC
	for _, f := range facs(t) {
		all = append(all, phones.FAC{Name: f.name, Code: f.code})
	}
	return all
}

// fac finds the code that digits begin with, and what follows it.
func (c *core) fac(number string) (f fac, arg string, ok bool) {
	for _, f := range c.plan.facs {
		if arg, ok := strings.CutPrefix(number, f.code); ok && (arg == "" || f.takes != noArg) {
			return f, arg, true
		}
	}
	return fac{}, "", false
}

// facVerdict judges digits as a feature access code.
func (c *core) facVerdict(number string) verdict {
	f, arg, ok := c.fac(number)
	if !ok {
		for _, f := range c.plan.facs {
			if strings.HasPrefix(f.code, number) {
				return more
			}
		}
		return impossible
	}
	switch {
	case f.takes == noArg:
		return complete
	case arg == "" && (f.takes == slotArg || f.takes == groupArg && len(c.plan.groups) == 1):
		return openEnd
	case arg == "":
		return more
	case f.takes == groupArg:
		return c.groupVerdict(arg)
	}
	return c.number(arg)
}

// groupVerdict judges digits as a pickup group; `*` is one's own.
func (c *core) groupVerdict(number string) verdict {
	if number == "*" {
		return complete
	}
	var exact, longer bool
	for g := range c.plan.groups {
		if rest, ok := strings.CutPrefix(g, number); ok {
			exact, longer = exact || rest == "", longer || rest != ""
		}
	}
	switch {
	case exact && longer:
		return openEnd
	case exact:
		return complete
	case longer:
		return more
	}
	return impossible
}

// runFAC does what a code asks for; l is the call that it was dialled on.
func (c *core) runFAC(l *leg, f fac, arg string) {
	d := l.device
	switch f.name {
	case "callfwd all":
		c.finish(l, c.setForward(d, l.dn, arg))
	case "callfwd cancel":
		c.finish(l, c.setForward(d, l.dn, ""))
	case "dnd":
		c.finish(l, true)
		c.setDnD(d, !d.dnd)
	case "pickup local":
		c.pickUpGroup(l, "*")
	case "pickup group":
		c.pickUpGroup(l, arg)
	case "pickup direct", "dpark-retrieval":
		c.pickUpNumber(l, arg)
	case "park":
		of := l.of
		if l.consult != ForTransfer || of == nil || !c.park(of, arg) {
			c.failLeg(l, 480)
			return
		}
		c.hangUp(l)
	case "redial":
		c.dialNumber(l, d.dialed)
	case "voicemail":
		c.dialNumber(l, c.cfg.Telephony.Voicemail)
	}
}
