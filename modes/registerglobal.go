package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// registerGlobalMode is `voice register global`: everything common to SIP
// phones. `mode cme` comes first, without it nothing else has an effect (CME
// command reference: mode).
func registerGlobalMode() conf.Mode {
	return conf.Mode{
		Name:   modeRegisterGlobal,
		Prompt: "config-register-global",
		Title:  "Voice register global configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			registerGlobalHead(),
			registerGlobalAuthenticate(),
			registerGlobalPhones(),
			registerGlobalKept(),
		),
	}
}

func registerGlobalHead() []conf.Command {
	return []conf.Command{
		{
			Syntax: "mode <cme|esrst|srst>$mode",
			Help: `
				mode   Mode of operation
				cme    Cisco Unified CME
				esrst  Enhanced survivable remote site telephony
				srst   Survivable remote site telephony
				$mode  Mode of operation`,
		},
		{
			Syntax: "source-address A.B.C.D$address [port <2000-9999>$port] [secondary A.B.C.D$secondary]",
			Fill:   map[string]string{"port": "5060"},
			Help: `
				source-address  Address and port SIP phones register with
				$address        IP address of this router
				port            Port SIP messages are received on
				$port           Port number
				secondary       Router used when this one fails
				$secondary      IP address`,
		},
		{
			Syntax: "max-dn <1-{platform-max-register-dn}>$n",
			Check: checkMax(
				tagUse{"", cmdRegisterDN, []string{"tag"}},
				tagUse{cmdRegisterPool, "number", []string{"dn"}}),
			Help: `
				max-dn  Maximum number of directory numbers of SIP phones
				$n      Maximum directory numbers to support`,
		},
		{
			Syntax: "max-pool <1-{platform-max-pool}>$n",
			Check:  checkMax(tagUse{"", cmdRegisterPool, []string{"tag"}}),
			Help: `
				max-pool  Maximum number of SIP phones
				$n        Maximum pools to support`,
		},
		{
			Syntax: "load <" + sipLoads + "|POOLTYPE>$model! WORD$file",
			Inert:  true,
			Check:  checkPoolLoad,
			Help: `
				load    Firmware file of a phone type
				POOLTYPE  Phone type that voice register pool-type adds
				$file   Name of the firmware file, without extension`,
		},
	}
}

func registerGlobalAuthenticate() []conf.Command {
	return []conf.Command{
		{
			Syntax: "authenticate register",
			Help: `
				authenticate  Digest authentication
				register  Challenge registrations`,
		},
		{
			Syntax: "authenticate ood-refer",
			Inert:  true,
			Help: `
				authenticate  Digest authentication
				ood-refer  Challenge out-of-dialog REFER`,
		},
		{
			Syntax: "authenticate presence",
			Help: `
				authenticate  Digest authentication
				presence  Challenge presence requests of external watchers`,
		},
		{
			Syntax: "authenticate credential <1-5>$tag! URL$location",
			Help: `
				authenticate  Digest authentication
				credential  Credential file for presence and out-of-dialog REFER
				$tag        Number of the credential file
				$location   Name and place of the file: tftp:, http: or flash:`,
		},
		{
			Syntax: "authenticate realm WORD$realm",
			Help: `
				authenticate  Digest authentication
				realm   Realm of challenges
				$realm  Realm`,
		},
	}
}

func registerGlobalPhones() []conf.Command {
	return []conf.Command{
		{
			Syntax:  "attempted-registrations size <0-50>$n",
			Default: "attempted-registrations size 10",
			Help: `
				attempted-registrations  Table of refused registrations
				size                     Size of the table
				$n                       Number of phones remembered, 0 for none`,
		},
		{
			Syntax: "dialplan-pattern <1-10>$tag! WORD$pattern extension-length <1-32>$length [extension-pattern WORD$extension] [no-reg$noreg] [demote$demote]",
			Inert:  true,
			Help:   dialplanPatternHelp,
		},
		{
			Syntax: "voicemail NUMBER$number",
			Inert:  true,
			Help: `
				voicemail  Number behind the messages button
				$number    Telephone number of voice mail`,
		},
		{
			Syntax: "hold-alert",
			Inert:  true,
			Help: `
				hold-alert  Alert when a call stays on hold`,
		},
		{
			Syntax: "timeouts interdigit <2-120>$n",
			Inert:  true, Default: "timeouts interdigit 10",
			Help: `
				timeouts    Time limits
				interdigit  Time between two digits
				$n          Seconds`,
		},
		{
			Syntax: "keepalive <120-65535>$n",
			Inert:  true, Default: "keepalive 120",
			Help: `
				keepalive  Interval between keepalives of SIP phones
				$n         Seconds`,
		},
		{
			Syntax: "timezone <1-53>$n",
			Inert:  true, Default: "timezone 5",
			Help: `
				timezone  Time zone phones show
				$n        Time zone number`,
		},
		{
			Syntax: "time-format <12|24>$format",
			Inert:  true, Default: "time-format 12",
			Help: timeFormatHelp,
		},
		{
			Syntax: "date-format <d-m-y|dd-mm-yy|m-d-y|mm-dd-yy|y-d-m|y-m-d|yy-dd-mm|yy-m-d|yy-mm-dd>$format",
			Inert:  true,
			Help:   dateFormatHelp,
		},
		{
			Syntax: "dst auto-adjust",
			Inert:  true, Default: "dst auto-adjust",
			Help: `
				dst          Daylight saving time
				auto-adjust  Phones change their clocks by themselves`,
		},
		{
			Syntax: "logo URL$location",
			Inert:  true,
			Help: `
				logo       Picture on the idle display
				$location  Place of the file`,
		},
		{
			Syntax: "external-ring <bellcore-dr1|bellcore-dr2|bellcore-dr3|bellcore-dr4|bellcore-dr5>$ring",
			Inert:  true,
			Help: `
				external-ring  Ring of external calls
				bellcore-dr1   Distinctive ring 1
				bellcore-dr2   Distinctive ring 2
				bellcore-dr3   Distinctive ring 3
				bellcore-dr4   Distinctive ring 4
				bellcore-dr5   Distinctive ring 5
				$ring          Ring`,
		},
		{
			Syntax: "ntp-server A.B.C.D$address [mode <anycast|directedbroadcast|multicast|unicast>$mode]",
			Inert:  true,
			Help: `
				ntp-server         Time server of the phones
				$address           IP address of the server
				mode               How the server is reached
				anycast            Anycast
				directedbroadcast  Directed broadcast
				multicast          Multicast
				unicast            Unicast
				$mode              Mode`,
		},
		{
			Syntax: "tftp-path <flash:|slot0:|tftp:|URL>$location",
			Inert:  true,
			Help: `
				tftp-path  Where configuration profiles of phones are kept
				flash:     Flash memory
				slot0:     First memory card
				tftp:      TFTP server
				$location  Place of the profiles`,
		},
		{
			Syntax: "file text",
			Inert:  true,
			Help: `
				file  Form of the configuration profiles
				text  Readable text files as well`,
		},
		{
			Syntax: "create profile sync WORD$sync",
			Help: `
				create   Generate configuration profiles
				profile  Configuration profiles of SIP phones
				sync     Number that tells one generation from another
				$sync    Synchronisation number of 16 digits`,
		},
	}
}

const dialplanPatternHelp = `
	dialplan-pattern   Full numbers for extensions
	$tag               Pattern number
	$pattern           Pattern of the full number
	extension-length   Digits of an extension
	$length            Number of digits
	extension-pattern  Leading digits of extensions where they differ
	$extension         Pattern of the extension
	no-reg             Do not register the full number
	$noreg             Do not register
	demote             Change a registered full number back to the extension
	$demote            Demote`

const timeFormatHelp = `
	time-format  Clock on the phones
	12           12-hour clock
	24           24-hour clock
	$format      Clock`

const dateFormatHelp = `
	date-format  Date on the phones
	d-m-y        Day, month, year
	dd-mm-yy     Day, month, year
	m-d-y        Month, day, year
	mm-dd-yy     Month, day, year
	y-d-m        Year, day, month
	y-m-d        Year, month, day
	yy-m-d       Year, month and day, the year with four digits
	yy-dd-mm     Year, day, month
	yy-mm-dd     Year, month, day
	$format      Order of day, month and year`
