package modes

import "github.com/busylamp/busylamp/cli/conf"

// telephonyKept is the rest of telephony-service in the CME command reference, which
// is kept.
func telephonyKept() []conf.Command {
	const v6 = "ip source-address X:X:X:X::X$address [port <2000-9999>$port] [secondary <A.B.C.D|X:X:X:X::X>$secondary [rehome <0-65535>$rehome]] [<any-match|strict-match>$match]"
	address := shared(inert(v6, "", telephonyKeptHelp))
	address.Name = "ip source-address ipv6" // beside the line with an IPv4 address
	return append(keptLines(telephonyKeptHelp,
		"protocol mode <ipv4|ipv6|dual-stack [preference <ipv4|ipv6>$first]>$mode",
		"application WORD$name",
		"after-hours override-code WORD(16)$code",
		"after-hours pstn-prefix <1-4>$tag! WORD(4)$digits",
		"login [timeout [<1-1440>$minutes]] [clear HH:MM$clock]",
		"background save interval <0-1440>$minutes [~minutes]",
		"caller-id block code WORD(16)$code",
		"codec <g711ulaw|g722r64>$codec",
		"conference transfer-pattern",
		"conference max-length <3-16>$n",
		"encrypt password = encrypt password",
		"extension-assigner tag-type <ephone-tag|provision-tag>$kind",
		"hfs enable [port <1024-65535>$port]",
		"hfs home-path URL$url",
		"hunt-group logout threshold <1-65535>$n",
		"hunt-group report url prefix URL$url",
		"hunt-group report url suffix <0-1>$from to <1-200>$to",
		"hunt-group report delay <1-10>$n hours",
		"hunt-group report every <1-84>$n hours",
		"internal-call moh-group <0-5>$tag",
		"load-cfg-file URL$url! alias WORD$name [sign$sign] [create$create]",
		"log password WORD$password",
		"log table max-size <0-1000>$n",
		"log table retain-timer <2-500>$minutes",
		"moh-file-buffer <64-10000>$n",
		"olsontimezone WORD$zone version WORD$version",
		"privacy-on-hold",
		"sdspfarm conference lecture-mode on WORD(8)$on release WORD(8)$off",
		"sdspfarm conference mute-on WORD(8)$on mute-off WORD(8)$off",
		"sdspfarm unregister force",
		"device-security-mode <authenticated|encrypted|none>$mode",
		"server-security-mode <erase|non-secure|secure>$mode",
		"secure-signaling trustpoint WORD$label",
		"tftp-server-credentials trustpoint WORD$label",
		"service dnis dir-lookup",
		"service dnis overlay",
		"service https",
		"service profile <backgroundImageAccess <false|true>$access|callLogBlfEnabled|phonePassword WORD$password>$what!",
		"shutdown",
		"srst dn line-mode <dual|dual-octo|octo|single>$kind",
		"srst dn template <1-15>$tag",
		"srst ephone description LINE(100)$text",
		"srst ephone template <1-20>$tag",
		"srst mode auto-provision <all|dn|none>$what",
		"standby username WORD$name password [<0|6>$type] WORD$password",
		"url authentication URL$url WORD$name [<0|6>$type] WORD$password",
		"web customize load WORD$name",
		"xmlschema URL$url",
		"xmltest",
		"xmlthread <1-5>$n",
		"mwi prefix WORD(32)$digits",
		"mwi qsig",
		"mwi reg-e164",
		"bulk-speed-dial list <0-9>$tag! URL$url",
		"fac refer",
	), address)
}

// telephonyBlocks are the blocks inside telephony-service.
func telephonyBlocks() []conf.Command {
	out := []conf.Command{}
	for _, b := range []struct{ syntax, mode string }{
		{"group <1-5>$tag! [vrf WORD$vrf]", modeTelephonyGroup},
		{"video", modeTelephonyVideo},
	} {
		c := keptBlock(b.syntax, b.mode, trim(b.syntax, telephonyKeptHelp))
		c.Bangs = 0
		out = append(out, c)
	}
	return out
}

func telephonyInnerModes() []conf.Mode {
	group := keptMode(modeTelephonyGroup, "conf-tele-group", "Telephony group", keptLines(telephonyKeptHelp,
		"ip source-address A.B.C.D$address [port <2000-9999>$port] [secondary A.B.C.D$secondary]",
		"url <authentication|directories|idle|information|messages|proxy-server|services>$service! URL$url",
		"shutdown",
	))
	video := keptMode(modeTelephonyVideo, "config-tele-video", "Telephony video", keptLines(telephonyKeptHelp,
		"maximum bit-rate <0-10000000>$n = maximum bit-rate 10000000",
	))
	group.Indent, video.Indent = 2, 2
	return []conf.Mode{group, video}
}

const telephonyKeptHelp = `
	protocol       Internet protocol towards phones
	mode           Which versions
	ipv4           Version 4
	ipv6           Version 6
	dual-stack     Both versions
	preference     Which version is tried first
	$first         Version
	$mode          Mode
	application    Application for calls of all phones
	$name          Name
	after-hours    After-hours call blocking
	override-code  Code that lets a blocked call through
	pstn-prefix    Digits before numbers outside
	$code          Code
	$tag           Tag
	$digits        Digits
	login          Users may unlock phones after hours by their PIN
	timeout        Idle time after which they are locked again
	clear          Time of day at which all are locked
	$clock         Time of day
	$minutes       Minutes
	background     Work that is done in the background
	save           Keep data
	interval       Time between two times
	caller-id      Caller identification
	block          Hide the caller
	code           Code that phones dial for it
	codec          Codec of the phones
	g711ulaw       G.711 mu-law, 64 kbit/s
	g722r64        G.722, 64 kbit/s
	$codec         Codec
	conference     Conferences
	transfer-pattern  Numbers that a conference may call are those of transfers
	max-length     Digits of a number that is called
	$n             Number
	encrypt        Keep secrets encrypted
	password       Password
	extension-assigner  Extension assigner application
	tag-type       Number by which a phone is chosen
	ephone-tag     Its ephone tag
	provision-tag  Its provision tag
	$kind          Which
	hfs            Files over HTTP
	enable         Use it
	home-path      Directory of the files
	hunt-group     Hunt groups
	logout         When an agent leaves
	threshold      Calls that wait
	report         Statistics of hunt groups
	url            Where they are written
	prefix         Beginning of the name of the files
	suffix         Numbers at the end of the names
	$from          First number
	to             Last number
	$to            Last number
	delay          Time from the end of an hour to its report
	every          Time between reports
	hours          Hours
	$url           URL
	internal-call  Calls between phones of this system
	moh-group      Music on hold of a group
	load-cfg-file  A configuration file for phones
	alias          Name by which phones ask for it
	sign           Sign the file
	$sign          Sign it
	create         Make it now
	$create        Make it
	log            XML interface
	$password      Password
	table          Table of events
	max-size       Number of entries
	retain-timer   Time that entries stay
	all            All of them
	moh-file-buffer  Memory for the music on hold
	olsontimezone  Time zone by its name
	$zone          Name, such as America/Argentina/Buenos_Aires
	version        Version of the table of zones
	$version       Version
	privacy-on-hold  Calls on hold on shared lines are private as well
	sdspfarm       DSP farm
	lecture-mode   Only one party of a conference is heard
	on             Begin
	release        End
	mute-on        Mute
	mute-off       End mute
	$on            Digits
	$off           Digits
	unregister     DSP farm leaves
	force          Even while calls use it
	device-security-mode  Security of SCCP signalling
	authenticated  Authenticated by TLS
	encrypted      Authenticated by TLS, media encrypted
	none           None
	server-security-mode  Security of this server
	erase          Remove the certificate list
	non-secure     Not secured
	secure         Secured
	secure-signaling  Signalling over TLS
	tftp-server-credentials  Files for phones are signed
	trustpoint     Certificate of this trustpoint
	$label         Name of the trustpoint
	service        Services
	dnis           Number that was called
	dir-lookup     Show its name in the directory
	overlay        On overlay buttons
	https          Over HTTPS
	profile        Parameters of the phones
	backgroundImageAccess  Users may change the picture on the display
	false          No
	true           Yes
	$access        Yes or no
	callLogBlfEnabled  Busy lamps in call lists
	phonePassword  Password of SSH to a phone
	$what          What
	shutdown       Do not serve phones
	srst           Fallback of phones that another system serves
	dn             Directory numbers
	line-mode      Calls at a time
	dual           Two
	dual-octo      Two, eight on shared lines
	octo           Eight
	single         One
	template       Template
	ephone         Phones
	description    Text about them
	$text          Text
	auto-provision  What is put into the configuration
	standby        Second router
	username       User name
	0              Text in clear follows
	6              Encrypted text follows
	$type          Kind of text that follows
	authentication  Commands for phones are checked
	credential     By name and password
	directories    Directories button
	idle           Idle display
	information    Information button
	messages       Messages button
	proxy-server   Proxy for all of them
	services       Services button
	$service       Service
	web            Web interface
	customize      Appearance
	load           Read it from a file
	xmlschema      Schema of the XML interface
	xmltest        Queries of the XML interface come as a form
	xmlthread      Queries of the XML interface at a time
	ip             IP parameters
	source-address  Address of the group
	$address       IP address
	port           Port
	$port          Port
	secondary      Second router
	$secondary     IP address
	rehome         Time before phones come back
	$rehome        Seconds
	any-match      Phones may use any address of this router
	strict-match   Phones must use this address
	$match         Addresses phones may use
	mwi            Message waiting indication
	qsig           By QSIG
	reg-e164       Register full numbers
	bulk-speed-dial  Bulk speed-dial lists
	list           A list
	fac            Feature access codes
	refer          By REFER
	group          Group of phones
	vrf            In a VRF
	$vrf           Name of the VRF
	video          Video
	maximum        Highest value
	bit-rate       Bits per second, in kilobits`
