package modes

import "github.com/busylamp/busylamp/cli/conf"

func telephonyServices() []conf.Command {
	return []conf.Command{
		acting("voicemail NUMBER$number", "", `
			voicemail  Number behind the messages button
			$number    Telephone number of voice mail`),
		shared(inert("mwi relay", "", mwiHelp)),
		shared(inert("mwi expires <600-99999>$n", "mwi expires 86400", mwiHelp)),
		shared(inert("mwi sip-server A.B.C.D$address [transport <tcp|udp>$transport] [port <2000-9999>$port] [reg-e164$reg] [unsolicited$unsolicited [prefix WORD$prefix]]", "", mwiHelp)),
		shared(inert("night-service code WORD(16)$code", "", nightServiceHelp)),
		shared(inert("night-service <everyday|weekday|weekend>$days! HH:MM$start HH:MM$stop", "", nightServiceHelp)),
		shared(inert("night-service day <Mon|Tue|Wed|Thu|Fri|Sat|Sun>$day! HH:MM$start HH:MM$stop", "", nightServiceHelp)),
		shared(inert("night-service date <Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec>$month! <1-31>$date! HH:MM$start HH:MM$stop", "", nightServiceHelp)),
		shared(inert("after-hours block pattern <1-100>$tag! WORD$pattern [\\7-24$always]", "", afterHoursHelp)),
		shared(inert("after-hours day <Mon|Tue|Wed|Thu|Fri|Sat|Sun>$day! HH:MM$start HH:MM$stop", "", afterHoursHelp)),
		shared(inert("after-hours date <Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec>$month! <1-31>$date! HH:MM$start HH:MM$stop", "", afterHoursHelp)),
		inert("hunt-group logout <\\DND|HLog|notify>$how", "", `
			hunt-group  Hunt groups
			logout      How an agent leaves
			DND         By do not disturb
			HLog        By the HLog soft key
			notify      The phone is told
			$how        How an agent leaves`),
		acting("directory <first-name-first|last-name-first>$order", "directory first-name-first", `
			directory         Local directory
			first-name-first  Names are entered first name first
			last-name-first   Names are entered last name first
			$order            Order of names`),
		acting("directory entry <1-250>$tag! NUMBER(32)$number name LINE(24)$name", "", `
			directory  Local directory
			entry      Additional entry
			$tag       Entry number
			$number    Telephone number
			name       Name of the entry
			$name      Name, up to 24 characters`),
		acting("dialplan-pattern <1-10>$tag! WORD$pattern extension-length <1-32>$length [extension-pattern WORD$extension] [no-reg$noreg] [demote$demote]", "", dialplanPatternHelp),
	}
}

func telephonyCalls() []conf.Command {
	return []conf.Command{
		{
			Syntax: "max-conferences <1-{platform-max-conferences}>$n [gain <-6|0|3|6>$gain]",
			Fill:   map[string]string{"gain": "-6"},
			Help: `
				max-conferences  Maximum number of three-party conferences
				$n               Number of conferences
				gain             Volume of parties from outside
				-6               Decrease by 6 dB
				0                No change
				3                Increase by 3 dB
				6                Increase by 6 dB
				$gain            Gain in dB`,
		},
		inert("call-forward pattern WORD$pattern!", "", `
			call-forward  Call forwarding
			pattern       Callers that are forwarded by H.450.3
			$pattern      Pattern of calling numbers`),
		inert("call-forward system redirecting-expanded", "", `
			call-forward           Call forwarding
			system                 For all forwarded calls
			redirecting-expanded   Give the full number that forwarded`),
		inert("call-park system <application|redirect>$kind", "", `
			call-park    Call park
			system       For all parked calls
			application  Park SCCP and SIP calls alike
			redirect     By H.450 or REFER
			$kind        How calls are parked`),
		inert("calling-number local [secondary$secondary]", "", `
			calling-number  Calling number of transferred and forwarded calls
			local           The number that forwarded
			secondary       Its secondary number
			$secondary      Its secondary number`),
		inert("moh WORD$file", "", `
			moh    Music on hold
			$file  Name of the audio file`),
		inert("multicast moh A.B.C.D$address port <2000-65535>$port [route A.B.C.D$route...]", "", `
			multicast  Multicast
			moh        Music on hold
			$address   Multicast address
			port       Port of the multicast
			$port      UDP port
			route      Interfaces it goes out on
			$route     IP address of the interface`),
		acting("max-redirect <5-20>$n", "max-redirect 10", `
			max-redirect  Redirects a call may take
			$n            Number of redirects`),
		inert("live-record NUMBER$number", "", `
			live-record  Number behind the LiveRcd soft key
			$number      Telephone number`),
		inert("fxo hook-flash", "", `
			fxo         FXO trunks
			hook-flash  Flash soft key`),
		inert("privacy", "privacy", `
			privacy  Privacy on shared lines`),
	}
}

func telephonyWeb() []conf.Command {
	return []conf.Command{
		shared(inert("web admin system [name WORD(28)$user] [<password LINE$password|secret <0|5>$type LINE$secret>$kind]", "", webAdminHelp)),
		shared(inert("web admin customer [name WORD(28)$user] [<password LINE$password|secret <0|5>$type LINE$secret>$kind]", "", webAdminHelp)),
		inert("dn-webedit", "", `
			dn-webedit  Directory numbers may be added in the web interface`),
		inert("time-webedit", "", `
			time-webedit  The time may be set in the web interface`),
		inert("xml user WORD(19)$user! password [<0|6>$type] WORD(19)$password <0-15>$level", "", `
			xml        XML interface
			user       User of the XML interface
			$user      User name
			password   Password of the user
			$type      Kind of password that follows
			$password  Password
			$level     Privilege level`),
	}
}

func telephonyTransfer() []conf.Command {
	return []conf.Command{
		{
			Syntax: "transfer-system <blind|full-blind|full-consult [dss$dss]|local-consult>$kind",
			Help: `
				transfer-system  How calls are transferred
				blind            At once, Cisco method
				full-blind       At once, H.450.2 or REFER
				full-consult     After consultation, H.450.2 or REFER
				dss              By monitor and speed-dial buttons as well
				$dss             By monitor and speed-dial buttons
				local-consult    After consultation within this system
				$kind            Method`,
		},
		acting("transfer-pattern WORD(32)$pattern! [blind$blind]", "", `
			transfer-pattern  Numbers calls may be transferred to
			$pattern          Pattern
			blind             Without consultation
			$blind            Without consultation`),
		inert("transfer-digit-collect <new-call|orig-call>$how", "transfer-digit-collect new-call", `
			transfer-digit-collect  How digits of a transfer are collected
			new-call                As for a new call
			orig-call               As for the original call
			$how                    How they are collected`),
		inert("secondary-dialtone WORD(32)$digits", "", `
			secondary-dialtone  Second dial tone
			$digits             After these digits`),
	}
}

const (
	sdspfarmHelp = `
		sdspfarm   DSP farms that register here
		units      Number of DSP farms
		transcode  Transcoding
		sessions   Transcoding sessions
		$n         Number
		tag        Name of a DSP farm
		$tag       DSP farm number
		$name      Device name`

	timeoutsHelp = `
		timeouts            Time limits
		busy                Busy tone before a call ends
		interdigit          Time between two digits
		ringing             Ringing of calls that are not answered
		transfer-recall     Time before a transferred call returns
		night-service-bell  Time between two night-service rings
		$n                  Seconds`

	mwiHelp = `
		mwi           Message waiting indication
		relay         Relay indications to remote phones
		expires       Time of a registration
		$n            Seconds
		sip-server    SIP server that knows the messages
		$address      IP address of the server
		transport     Transport towards the server
		tcp           TCP
		udp           UDP
		$transport    Transport
		port          Port of the server
		$port         Port number
		reg-e164      Register with the full number
		$reg          Full number
		unsolicited   The server notifies without a subscription
		$unsolicited  Unsolicited notification
		prefix        Prefix of numbers in notifications
		$prefix       Prefix digits`

	nightServiceHelp = `
		night-service  Night service
		code           Code that turns it on and off
		$code          Code
		everyday       Every day
		weekday        Monday to Friday
		weekend        Saturday and Sunday
		$days          Days
		day            One day of the week
		$day           Day of the week
		date           One day of the year
		$month         Month
		$date          Day of the month
		$start         Beginning, HH:MM
		$stop          End, HH:MM` + calendarHelp

	afterHoursHelp = `
		after-hours  After-hours call blocking
		block        Calls that are blocked
		pattern      Pattern of called numbers
		$tag         Pattern number
		$pattern     Pattern
		7-24         At any time
		$always      At any time
		day          One day of the week
		$day         Day of the week
		date         One day of the year
		$month       Month
		$date        Day of the month
		$start       Beginning, HH:MM
		$stop        End, HH:MM` + calendarHelp

	calendarHelp = `
		Mon  Monday
		Tue  Tuesday
		Wed  Wednesday
		Thu  Thursday
		Fri  Friday
		Sat  Saturday
		Sun  Sunday
		Jan  January
		Feb  February
		Mar  March
		Apr  April
		May  May
		Jun  June
		Jul  July
		Aug  August
		Sep  September
		Oct  October
		Nov  November
		Dec  December`

	webAdminHelp = `
		web        Web interface
		admin      Administrator of the web interface
		system     System administrator
		customer   Customer administrator
		name       User name
		$user      User name
		password   Password
		$password  Password
		secret     Password that is kept hashed
		$type      Kind of password that follows
		$secret    Password
		$kind      Password`
)
