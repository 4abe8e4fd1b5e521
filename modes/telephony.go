package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// telephonyMode is `telephony-service`, in the output order of 12.4T: load,
// sizes, address, then the services.
func telephonyMode() conf.Mode {
	return conf.Mode{
		Name:   modeTelephony,
		Prompt: "config-telephony",
		Title:  "Cisco Unified CME configuration commands:",
		Indent: 1,
		Commands: slices.Concat(
			telephonyMobility(),
			telephonyHead(),
			telephonyPhones(),
			telephonyTimes(),
			telephonyServices(),
			telephonyCalls(),
			telephonyWeb(),
			telephonyTransfer(),
			accessCodeLines(),
			telephonyKept(),
			telephonyBlocks(),
			[]conf.Command{
				acting(cmdMaxProtocol+" <3-17>$version", cmdMaxProtocol+" 9", `
					busylamp     Settings that a router does not have
					sccp         SCCP phones
					max-version  Highest version of the protocol that phones are offered
					$version     Version`),
			},
			[]conf.Command{{
				Syntax: "create cnf-files version-stamp LINE$stamp",
				Help: `
					create         Generate configuration files
					cnf-files      Configuration files of SCCP phones
					version-stamp  Time the files were generated at
					$stamp         Time stamp`,
			}},
		),
	}
}

func telephonyHead() []conf.Command {
	return []conf.Command{
		{
			Syntax: "load <" + sccpLoads + "|EPHONETYPE>$model! WORD$file",
			Inert:  true,
			Help: `
				load    Firmware file of a phone type
				EPHONETYPE  Phone type that ephone-type adds
				$file   Name of the firmware file`,
		},
		{
			Syntax: "max-ephones <1-{platform-max-ephones}>$n",
			Check:  checkMax(tagUse{"", cmdEphone, []string{"tag"}}),
			Help: `
				max-ephones  Maximum number of SCCP phones
				$n           Maximum phones to support`,
		},
		{
			Syntax: "max-dn <1-{platform-max-dn}>$n [preference <0-10>$preference] [no-reg$noreg [<both|primary>$which]]",
			Check: checkMax(
				tagUse{"", cmdEphoneDN, []string{"tag"}},
				tagUse{cmdTelephony, "auto assign", []string{"first", "last"}},
				tagUse{cmdEphone, "paging-dn", []string{"dn"}},
				tagUse{modeEphoneTemplate, "paging-dn", []string{"dn"}},
				tagUse{cmdRegisterPool, "paging-dn", []string{"dn"}}),
			Help: `
				max-dn       Maximum number of directory numbers of SCCP phones
				$n           Maximum directory numbers to support
				preference   Preference of primary numbers
				$preference  Preference, 0 is tried first
				no-reg       Do not register numbers elsewhere
				$noreg       Do not register
				both         Both numbers
				primary      The primary number only
				$which       Which numbers`,
		},
		{
			Fill:   map[string]string{"port": "2000"},
			Syntax: "ip source-address A.B.C.D$address [port <2000-9999>$port] [secondary A.B.C.D$secondary [rehome <0-65535>$rehome]] [<any-match|strict-match>$match]",
			Help: `
				ip              IP parameters
				source-address  Address and port SCCP phones register with
				$address        IP address of this router
				port            Port SCCP messages are received on
				$port           TCP port
				secondary       Router used when this one fails
				$secondary      IP address
				rehome          Time before phones come back
				$rehome         Seconds
				any-match       Phones may use any address of this router
				strict-match    Phones must use this address
				$match          Addresses phones may use`,
		},
		inert("ip qos dscp WORD$dscp <media|service|signaling|video>$what!", "", `
			ip         IP parameters
			qos        Quality of service
			dscp       Differentiated services code point
			$dscp      Code point
			media      Voice packets
			service    Packets of phone services
			signaling  Signalling packets
			video      Video packets
			$what      Packets`),
		acting("auto assign <1-{max-dn}>$first! to <1-{max-dn}>$last [type <"+sccpModels+"|all|EPHONETYPE>$type] [cfw NUMBER$cfw timeout <3-60000>$timeout]", "", `
			auto      Automatic assignment
			assign    Give directory numbers to phones that register by themselves
			$first    First ephone-dn tag
			to        Range of tags
			$last     Last ephone-dn tag
			type      Only to one phone type
			EPHONETYPE  Phone type that ephone-type adds
			all       Any phone type
			cfw       Forward unanswered calls
			$cfw      Telephone number
			timeout   Time to ring
			$timeout  Seconds`),
		acting("auto-reg-ephone", "auto-reg-ephone", `
			auto-reg-ephone  Unknown phones may register`),
		inert("service phone WORD$name! LINE$value", "", `
			service  Services
			phone    Vendor parameters of phones
			$name    Name of the parameter
			$value   Value`),
		inert("service dss", "", `
			service  Services
			dss      Direct station select by speed-dial and monitor buttons`),
		inert("service local-directory [authenticate WORD$user WORD$password]", "service local-directory", `
			service          Services
			local-directory  Local directory of the phones
			authenticate     Searches need credentials
			$user            User name
			$password        Password`),
		acting("service directed-pickup [gpickup$gpickup]", "service directed-pickup", `
			service          Services
			directed-pickup  Pick up the call of a given number
			gpickup          By the GPickUp soft key
			$gpickup         By the GPickUp soft key`),
	}
}

func telephonyPhones() []conf.Command {
	return []conf.Command{
		shared(inert("sdspfarm units <0-10>$n", "", sdspfarmHelp)),
		shared(inert("sdspfarm transcode sessions <1-128>$n", "", sdspfarmHelp)),
		shared(inert("sdspfarm tag <1-10>$tag! WORD$name", "", sdspfarmHelp)),
		acting("conference hardware", "", `
			conference  Conferences
			hardware    By DSP farm resources`),
		inert("cnf-file location <flash:|slot0:|tftp URL$url>$where", "", `
			cnf-file  Configuration files of phones
			location  Where they are kept
			flash:    Flash memory
			slot0:    First memory card
			tftp      TFTP server
			$url      URL of the directory
			$where    Where they are kept`),
		inert("cnf-file <perphone|perphonetype>$kind", "", `
			cnf-file      Configuration files of phones
			perphone      One file for each phone
			perphonetype  One file for each phone type
			$kind         Files`),
		inert("user-locale [<0-4>$tag!] WORD(8)$locale [WORD(8)$code] [load WORD$file]", "", `
			user-locale  Language of the phones
			$tag         Locale number
			$locale      Country code
			$code        Country code of a user-defined locale
			load         Load a locale package
			$file        Name of the file`),
		inert("network-locale [<0-4>$tag!] WORD(8)$locale [WORD(8)$code]", "", `
			network-locale  Tones and cadences of the phones
			$tag            Locale number
			$locale         Country code
			$code           Country code of a user-defined locale`),
		inert("bulk-speed-dial prefix WORD(4)$prefix", "", `
			bulk-speed-dial  Bulk speed-dial lists
			prefix           Access code
			$prefix          Prefix code`),
		{
			Syntax: "url <authentication|directories|idle|information|messages|proxy-server|services>$kind! URL$url [idle-timeout <0-300>$timeout]",
			Help: `
				url             URL of a phone service
				authentication  Checks commands for phones
				directories     Directories button
				idle            Idle display
				information     Information button
				messages        Messages button
				proxy-server    Proxy for all of them
				services        Services button
				$kind           Service
				$url            URL
				idle-timeout    Time between two refreshes
				$timeout        Seconds`,
		},
	}
}

func telephonyTimes() []conf.Command {
	return []conf.Command{
		shared(acting("timeouts busy <0-30>$n", "timeouts busy 10", timeoutsHelp)),
		shared(acting("timeouts interdigit <2-120>$n", "timeouts interdigit 10", timeoutsHelp)),
		shared(acting("timeouts ringing <5-60000>$n", "timeouts ringing 180", timeoutsHelp)),
		shared(acting("timeouts transfer-recall <1-1800>$n", "", timeoutsHelp)),
		shared(inert("timeouts night-service-bell <4-30>$n", "timeouts night-service-bell 12", timeoutsHelp)),
		acting("time-zone <1-54>$n", "time-zone 5", `
			time-zone  Time zone phones show
			$n         Time zone number`),
		acting("time-format <12|24>$format", "time-format 12", timeFormatHelp),
		shared(acting("date-format <dd-mm-yy|mm-dd-yy|yy-dd-mm|yy-mm-dd>$format", "date-format mm-dd-yy", dateFormatHelp)),
		acting("keepalive <10-65535>$n [auxiliary <10-65535>$aux]", "keepalive 30", `
			keepalive  Interval between keepalives of phones
			$n         Seconds
			auxiliary  Interval towards a second router
			$aux       Seconds`),
		acting("system message LINE(32)$text", "", `
			system   Settings of the system
			message  Text on idle phones
			$text    Message`),
	}
}
