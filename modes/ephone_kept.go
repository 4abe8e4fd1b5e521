package modes

import "github.com/busylamp/busylamp/cli/conf"

// What SCCP phones, their directory numbers and templates have beside the lines that
// act, and the phone types that an administrator adds (CME command reference).

// ephoneKept is the rest of ephone and ephone-template.
func ephoneKept() []conf.Command {
	return keptLines(phoneKeptHelp,
		"after-hours login http",
		"after-hours override-code WORD(16)$digits",
		"audible-tone",
		"exclude <call-history|directory|em|myphoneapp>$what...",
		"features blocked <\\CFwdAll|Confrn|GpickUp|Park|PickUp|Trnsfer>$keys...",
		"keypad-normalize",
		"keyphone",
		"nte-end-digit-delay [<10-200>$milliseconds]",
		"phone-ui park-list",
		"phone-ui snr",
		"phone-ui speeddial-fastdial",
		"provision-tag <1-2147483647>$tag",
		"service https",
		"service phone WORD$name! LINE$value",
		"user-locale <0-4>$tag",
		"network-locale <0-4>$tag",
		"video",
		"video-bitrate <64-102400>$rate",
		"conference max-length <3-16>$length",
		"conference-pattern blocked",
		"overlap-signal",
		"missed-calls [all$missed]",
		"group phone <1-5>$group! [tapi <1-5>$tapi]",
		"voice-class stun-usage <1-10000>$tag",
		"phone-ui voice-hunt-groups",
		"url services <1-8>$index! URL$url [WORD$name]",
		"url-button <1-8>$index! <em|help|myphoneapp|park-list|snr|voicehuntgroups|URL$url [STRING$title]>$what",
		"feature-button <1-100>$index! WORD$feature [label STRING$title]",
		"button-layout <phone-type <1-2>$layout|set <1-2>$order|PORTS$buttons! <blf-speed-dial|feature|line|speed-dial|url>$kind>$what!",
	)
}

// ephoneDNKept is the rest of ephone-dn and ephone-dn-template.
func ephoneDNKept() []conf.Command {
	return keptLines(phoneKeptHelp,
		"caller-id block",
		"call-forward pattern WORD$pattern!",
		"cor <incoming|outgoing>$direction! WORD$name",
		"forward local-calls = forward local-calls",
		"huntstop-channel",
		"mailbox-selection last-redirect-num",
		"moh [out-call NUMBER(32)$number] [ip A.B.C.D$address port <2000-65535>$port [route A.B.C.D$route]]",
		"moh-group <0-5>$tag",
		"overlap-signal",
		"cti notify",
		"cti watch",
		"session-server PORTS$servers",
		"mwi qsig",
		"shared-line sip [max-calls <2-16>$calls]",
		"snr NUMBER(32)$number delay <0-30>$delay timeout <5-60>$time [cfwd-noan NUMBER(32)$noan]",
		"snr answer-too-soon <1-5>$seconds",
		"snr calling-number local",
		"snr mode [virtual$virtual]",
		"snr ring-stop",
		"translate callback-number",
		"trunk NUMBER(32)$number [timeout <3-30>$wait] [transfer-timeout <5-60000>$time] [monitor-port WORD$port]",
		"loopback-dn <1-{max-dn}>$tag [<forward <1-32>$forward|strip <1-32>$strip>$change] [prefix WORD$prefix] [suffix WORD$suffix] [retry <0-32767>$retry] [auto-con$auto] [codec <g711alaw|g711ulaw>$codec]",
	)
}

const phoneKeptHelp = `
	after-hours    After-hours call blocking
	override-code  Code that lets a blocked call through
	login          The user may unlock this phone
	http           By its web page
	$digits        Digits
	audible-tone   Keys can be heard
	exclude        Services this phone does not show
	call-history   Lists of calls
	directory      Directory
	em             Extension Mobility
	myphoneapp     Settings of the phone by its user
	$what          What
	features       Soft keys
	blocked        That do nothing
	CFwdAll        Forward all calls
	Confrn         Conference
	GpickUp        Group pickup
	Park           Call park
	PickUp         Pickup
	Trnsfer        Transfer
	$keys          Soft keys
	keypad-normalize  Delay the keypad of a phone that is too quick
	keyphone       This phone is a key phone
	nte-end-digit-delay  Wait before the end of a digit is told
	$milliseconds  Milliseconds
	phone-ui       Menus of the phone
	park-list      List of parked calls
	snr            Single number reach
	speeddial-fastdial  Personal speed dials
	provision-tag  Number by which the extension assigner finds this phone
	$tag           Tag
	service        Services
	https          Over HTTPS
	phone          Vendor parameters of phones
	$name          Name
	$text          Text
	$like          Phone type
	$value         Value
	user-locale    Language of the phone
	network-locale  Tones and cadences of the phone
	video          Video calls
	video-bitrate  Bits per second of video, in kilobits
	$rate          Kilobits per second
	conference     Conferences
	max-length     Digits of a number that is called
	$length        Number of digits
	conference-pattern  Conferences with numbers outside
	overlap-signal  Digits go out one by one
	privacy-on-hold  Calls on hold on shared lines are private as well
	url            URL of a phone service
	services       Services button
	$index         Number
	$url           URL
	url-button     Button that opens a page
	help           Help
	voicehuntgroups  List of hunt groups
	$title         Text beside the button
	feature-button  Button with the function of a soft key
	$feature       Soft key or its number
	label          Text beside the button
	button-layout  What buttons are for
	phone-type     As on this type of phone
	set            Fixed order
	$layout        Order
	$order         Order
	$buttons       Buttons: 1,3-5
	blf-speed-dial  Speed dial with busy lamp
	feature        Soft keys
	line           Lines
	speed-dial     Speed dials
	$kind          What they are for
	caller-id      Caller of outgoing calls
	block          Hide the caller
	call-forward   Call forwarding
	pattern        Callers that are forwarded by H.450.3
	$pattern       Pattern of calling numbers
	cor            Class of restriction
	incoming       For incoming calls
	outgoing       For outgoing calls
	$direction     Direction of the calls
	forward        Forwarding
	local-calls    Calls from local phones are forwarded as well
	huntstop-channel  Stop hunting on the second channel
	mailbox-selection  Mailbox of a call that was forwarded
	last-redirect-num  That of the last number that forwarded
	moh            Source of music on hold
	out-call       Number called for the music
	$number        Telephone number
	ip             The music goes out by multicast
	$address       Multicast address
	port           Port
	$port          Port
	route          Interface it goes out on
	$route         IP address of the interface
	moh-group      Music on hold of a group
	shared-line    Share this number among phones
	sip            With SIP phones
	max-calls      Calls on the shared line
	$calls         Number of calls
	delay          Time before the other phone rings
	$delay         Seconds
	timeout        Time
	$time          Seconds
	$wait          Seconds between digits
	cfwd-noan      Where the call goes when nobody answers
	$noan          Telephone number
	answer-too-soon  Time within which an answer is that of a mailbox
	$seconds       Seconds
	calling-number  Number shown for the caller
	local          This number
	mode           Number without a phone
	virtual        Without a phone
	$virtual       Without a phone
	ring-stop      The number stops to ring
	translate      Number translation
	callback-number  Number that lists of calls show
	trunk          This number is a line of a trunk
	transfer-timeout  Time before a transferred call returns
	monitor-port   Voice port whose state the line shows
	loopback-dn    Number at the other end of a loop
	$forward       Number of digits
	strip          Take leading digits off
	$strip         Number of digits
	$change        What becomes of the digits
	prefix         Put digits before
	$prefix        Digits
	suffix         Put digits behind
	$suffix        Digits
	retry          Time before the next attempt
	$retry         Seconds
	auto-con       Answer at once
	$auto          Answer at once
	codec          Codec
	g711alaw       G.711 A-law
	g711ulaw       G.711 mu-law
	$codec         Codec
	group          Phones that a computer controls
	tapi           By TAPI
	$tapi          Number
	$group         Number
	missed-calls   Calls that were not answered
	all            All of them
	$missed        All
	voice-class    Voice class of this phone
	stun-usage     STUN parameters
	voice-hunt-groups  Voice hunt groups
	cti            Control by a computer
	notify         It is told of calls
	watch          It is told of the state
	session-server  Session manager that controls this number
	$servers       Session server tags, separated by commas
	mwi            Message waiting indication
	qsig           By QSIG
	device-id      Number of the device
	$id            Number
	device-name    Name of the device
	device-type    Device it behaves as
	$type          Phone type
	num-buttons    Buttons for lines
	num-presentations  Calls it can show
	max-presentation  Calls it can show
	addon          It is an expansion module
	security       It can sign and encrypt
	phoneload      It has firmware of its own
	utf8           It shows text in UTF-8`
