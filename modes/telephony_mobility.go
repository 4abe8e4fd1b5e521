package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// cmdMaxProtocol is ours: a router takes what its release knows.
const cmdMaxProtocol = "busylamp sccp max-version"

// telephonyMobility is what Extension Mobility has in telephony-service; it prints
// first (CME command reference: em external).
func telephonyMobility() []conf.Command {
	return []conf.Command{
		inert("em external", "", `
			em        Extension mobility
			external  Phones have no login page of ours`),
		inert("em keep-history", "", `
			em            Extension mobility
			keep-history  Phones keep their call lists at logout`),
		acting("em logout CLOCK$first [CLOCK$second [CLOCK$third]]", "", `
			em       Extension mobility
			logout   Log everybody out at up to three times of the day
			$first   Time
			$second  Time
			$third   Time`),
		inert("authentication credential WORD(15)$name! [<0|6>$ptype] WORD(64)$password", "", `
			authentication  Authentication of orders to phones
			credential      An application's name and password
			$name           Name of the application
			0               A password in clear follows
			6               An encrypted password follows
			$ptype          Kind of password that follows
			$password       Password`),
	}
}

// accessCodes are the features that a feature access code can be given to and that
// are here, by the names of the call model (CME command reference: fac).
func accessCodes() []string {
	return []string{"callfwd all", "callfwd cancel", "pickup local", "pickup group", "pickup direct",
		"park", "dnd", "redial", "voicemail", "dpark-retrieval"}
}

// accessCodeLines is `fac`: all standard codes, or custom ones.
func accessCodeLines() []conf.Command {
	const alias = "fac custom alias"
	others := []string{"ephone-hunt join", "ephone-hunt cancel", "ephone-hunt hlog", "ephone-hunt hlog-phone", "trnsfvm", "ccw"}
	standard := shared(acting("fac standard", "", accessCodeHelp))
	standard.Replaces = []string{alias}
	cmds := []conf.Command{}
	for _, name := range slices.Concat(accessCodes(), others) {
		c := shared(acting("fac custom "+name+" CODE(256)$code", "", accessCodeHelp))
		c.Inert = slices.Contains(others, name)
		c.Replaces = []string{"fac standard"}
		standard.Replaces = append(standard.Replaces, "fac custom "+name)
		cmds = append(cmds, c)
	}
	custom := shared(inert(alias+" <0-9>$tag! CODE(256)$code to CODE(256)$map", "", accessCodeHelp))
	custom.Replaces = []string{"fac standard"}
	return slices.Concat([]conf.Command{standard}, cmds, []conf.Command{custom})
}

const accessCodeHelp = `
	fac              Feature access codes
	standard         The standard code of every feature
	custom           Codes of your own
	callfwd          Call forwarding
	all              Forward all calls
	cancel           Leave it
	pickup           Call pickup
	local            A call that rings in the own group
	group            A call that rings in another group
	direct           The call of a given number
	park             Call park
	dnd              Do not disturb
	redial           Last number again
	voicemail        Voice mail
	dpark-retrieval  Prefix that takes a call from a directed park slot
	ephone-hunt      Hunt groups
	join             Join a group
	hlog             This number takes no calls
	hlog-phone       This phone takes no calls
	trnsfvm          Transfer to voice mail
	ccw              No call waiting
	alias            A code in place of digits
	$tag             Alias number
	$code            Code: digits, * and #
	to               Digits it stands for
	$map             Digits`
