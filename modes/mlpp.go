package modes

import "github.com/busylamp/busylamp/cli/conf"

// Priority of calls (MLPP) and logical partitioning (LPCOR) of the CME command
// reference; nothing here acts.

func mlppMode() conf.Mode {
	return keptMode(modeMLPP, "config-voice-mlpp", "Voice MLPP", keptLines(mlppHelp,
		"access-digit <0-9>$digit",
		"attendant-console NUMBER(32)$number redirect-timer <10-60>$seconds",
		"bnea URL$file", "bpa URL$file", "ica URL$file", "isolated-code URL$file", "upa URL$file", "loc2 URL$file",
		"vca URL$file voice-class cause-code <1-64>$tag",
		"preemption reserve timer <3-30>$seconds",
		"preemption tone timer <3-30>$seconds",
		"preemption trunkgroup",
		"preemption user",
		"route-code",
		"service-digit",
		"service-domain <drsn|dsn>$domain identifier HEX$identifier",
		"service-domain midcall-mismatch <method1|method2|method3|method4>$method",
		"mlpp <indication|preemption>$what!",
	))
}

func mlppClassMode() conf.Mode {
	return keptMode(modeMLPPClass, "config-class", "Voice class", keptLines(mlppHelp,
		"service-domain <drsn|dsn>$domain",
	))
}

// phoneMLPP is what phones and their templates have.
func phoneMLPP() []conf.Command {
	return keptLines(mlppHelp,
		"mlpp indication = mlpp indication",
		"mlpp preemption = mlpp preemption",
		"mlpp max-precedence <0-9>$level",
		"mlpp service-domain <drsn|dsn>$domain identifier HEX$identifier max-precedence <0-5>$level",
	)
}

const mlppHelp = `
	access-digit       Digit that begins a call with priority
	$digit             Digit
	attendant-console  Calls that nobody answers go there
	$number            Telephone number
	redirect-timer     Time before they go
	$seconds           Seconds
	bnea               Announcement that a busy number cannot be preempted
	bpa                Announcement that a line is busy with a call of equal or higher priority
	ica                Announcement that a number is in another domain
	isolated-code      Announcement that the number cannot be reached
	upa                Announcement that the priority may not be used
	loc2               Announcement that the service is lost
	vca                Announcement that the number is vacant
	$file              Place of the audio file
	voice-class        Voice class of the cause
	cause-code         Voice class of cause codes
	$tag               Tag of the class
	preemption         Calls that are ended for others
	reserve            Time a channel is kept for the new call
	tone               Time the tone is heard
	timer              Time
	trunkgroup         Channels of trunk groups
	user               Calls of phones
	route-code         Phones may dial a route code
	service-digit      Phones may dial a service digit
	service-domain     Domain in which priorities hold
	drsn               Defense Red Switched Network
	dsn                Defense Switched Network
	$domain            Kind of domain
	identifier         Number of the domain
	$identifier        Number in hexadecimal
	midcall-mismatch   What becomes of a call between domains
	method1            The priority of this domain
	method2            The priority of the other domain
	method3            The lower priority
	method4            The call is refused
	$method            Method
	mlpp               Priority of calls
	indication         Phones show and sound it
	max-precedence     Highest priority of calls from this phone
	$level             Level
	$what              What phones do`

func lpcorModes() []conf.Mode {
	return []conf.Mode{
		keptMode(modeLPCORCustom, "cfg-lpcor-custom", "LPCOR custom", keptLines(lpcorHelp,
			"group <1-64>$index! WORD$name")),
		keptMode(modeLPCORPolicy, "cfg-lpcor-policy", "LPCOR policy", keptLines(lpcorHelp,
			"accept WORD$name! [fac$fac]", "service fac")),
		keptMode(modeLPCORPhoneSubnet, "cfg-lpcor-ipphone-subnet", "LPCOR phone subnet", keptLines(lpcorHelp,
			"index <1-50>$index! WORD$name <A.B.C.D$address A.B.C.D-mask$mask [vrf WORD$vrf]|dhcp-pool WORD$pool>$subnet")),
		keptMode(modeLPCORTrunkSubnet, "cfg-lpcor-iptrunk-subnet", "LPCOR trunk subnet", keptLines(lpcorHelp,
			"index <1-50>$index! WORD$name <A.B.C.D$address A.B.C.D-mask$mask|hostname WORD$host>$subnet")),
	}
}

// globalLPCOR are the lines of global mode that belong to it.
func globalLPCOR() []conf.Command {
	out := keptLines(lpcorHelp,
		"voice lpcor enable",
		"voice lpcor call-block cause <1-180>$cause",
		"voice lpcor ip-phone mobility <incoming|outgoing>$direction! WORD$name",
	)
	for _, b := range []struct{ syntax, mode string }{
		{"voice lpcor custom", modeLPCORCustom},
		{"voice lpcor policy WORD$policy!", modeLPCORPolicy},
		{"voice lpcor ip-phone subnet <incoming|outgoing>$direction!", modeLPCORPhoneSubnet},
		{"voice lpcor ip-trunk subnet incoming", modeLPCORTrunkSubnet},
	} {
		out = append(out, keptBlock(b.syntax, b.mode, trim(b.syntax, lpcorHelp)))
	}
	return out
}

// lpcorGroups are the groups of a phone or of its template.
func lpcorGroups() []conf.Command {
	return keptLines(lpcorHelp, "lpcor incoming WORD$name", "lpcor outgoing WORD$name")
}

const lpcorHelp = `
	voice       Voice configuration
	lpcor       Logical partitioning class of restriction
	enable      Use it
	call-block  Calls that it forbids
	cause       Cause they are cleared with
	$cause      Cause code
	ip-phone    Phones
	ip-trunk    Trunks
	mobility    Phones that move
	subnet      By the network they are in
	incoming    Calls that come in
	outgoing    Calls that go out
	$direction  Direction of the calls
	custom      Resource groups
	group       A resource group
	policy      Calls that a resource group takes
	$policy     Name of a resource group
	accept      Take calls of a resource group
	service     Services
	fac         With a forced authorisation code
	$fac        With a code
	index       An entry
	$index      Number
	$name       Name of a resource group
	$address    Network
	$mask       Network mask
	vrf         In a VRF
	$vrf        Name of the VRF
	dhcp-pool   Phones of a DHCP pool
	$pool       Name of the pool
	hostname    By the name of the host
	$host       Name of the host
	$subnet     Network or pool`
