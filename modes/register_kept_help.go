package modes

// registerKeptHelp is the help of register_kept.go.
const registerKeptHelp = `
	application    Application for calls of all phones
	$name          Name
	authenticate   Digest authentication
	all            Challenge every request
	bandwidth      Bandwidth
	video          Video
	tias-modifier  Of the session, in bits per second
	$rate          Bits per second
	negotiate      Agree on the lower of two
	end-to-end     With the far end
	$negotiate     Agree with the far end
	bulk           Numbers that are registered elsewhere by a pattern
	$pattern       Pattern
	call-feature-uri  URI phones call for a feature
	cfwdall        Forward all calls
	gpickup        Group pickup
	pickup         Pickup
	$feature       Feature
	$url           URL
	call-forward   Call forwarding
	system         For all forwarded calls
	redirecting-expanded  Give the full number that forwarded
	calling-number  Number shown for the caller
	local          The local number
	camera         Cameras of the phones
	conference     Conferences
	hardware       By DSP farm resources
	add-mode       Who may add parties
	drop-mode      When a conference ends
	creator        Its creator
	$creator       Its creator
	$party         Whose leaving ends it
	admin          This phone administers conferences
	max-length     Digits of a number that is called
	em             Extension Mobility
	external       Users log in elsewhere
	logout         Times of day at which all users are logged out
	$first         First
	$second        Second
	$third         Third
	forwarding     Forwarding on the phone
	group          Group of phones
	vrf            In a VRF
	$vrf           Name of the VRF
	hfs            Files over HTTP
	enable         Use it
	home-path      Directory of the files
	port           Port
	$port          TCP port
	ip             IP parameters
	qos            Quality of service
	dscp           Differentiated services code point
	$dscp          Code point
	media          Voice packets
	service        Services
	signaling      Signalling packets
	$packets       Packets
	mwi            Message waiting indication
	reg-e164       Register full numbers
	stutter        Stutter dial tone
	prefix         Digits before numbers
	$digits        Digits
	network-locale  Tones and cadences of the phones
	user-locale    Language of the phones
	$locale        Locale number
	$country       Country code
	$code          Country code
	load           Load a locale package
	$file          Name of the file
	$more          What follows
	olsontimezone  Time zone by its name
	$zone          Name, such as America/Argentina/Buenos_Aires
	version        Version of the table of zones
	$version       Version
	phone-mode     Kind of client
	phone          Phones
	only           Calls alone
	phone-only     Calls alone
	$client        Kind of client
	max            Most
	registrations  Registrations of this entry
	bell           Ring for night service
	num-buttons    Buttons
	phone-redirect-limit  Redirects that a phone takes
	$n             Number
	privacy        Privacy on shared lines
	privacy-on-hold  Calls on hold on shared lines are private as well
	dnis           Number that was called
	overlay        On overlay buttons
	$value         Value
	standby        Second router
	username       User name
	password       Password
	0              Text in clear follows
	6              Encrypted text follows
	$type          Kind of text that follows
	$password      Password
	timeouts       Time limits
	transfer-recall  Time after which a transferred call returns
	$seconds       Seconds
	url            URL of a phone service
	AppDialRule    Dial rules
	DirLookupRule  Rules for the directory
	authentication  Checks commands for phones
	directory      Directory
	idle           Idle display
	ldapServer     LDAP server
	$service       Service
	idle-timeout   Time between two refreshes
	dst            Daylight saving time
	start          It begins
	stop           It ends
	$which         Which
	$nth           Number of the week, 8 is the last
	$month         Month
	day            Day
	$date          Day of the month
	week           Week of the month
	last           The last one
	$week          Week
	$day           Day of the week
	$when          Which day
	time           Time of day
	$clock         Time of day
	reset          Start again
	tapi           Clients that control phones
	auto-register  Unknown phones may register
	service-enable  Take them
	auto-assign    Numbers they get
	$from          First voice register dn tag
	to             Range
	$to            Last voice register dn tag
	template       Template they get
	$template      Template tag
	button-layout  What buttons are for
	$buttons       Buttons: 1,3-5
	blf-speed-dial  Speed dial with busy lamp
	feature-button  Function of a soft key
	line           Lines
	speed-dial     Speed dials
	url-button     Button that opens a page
	$kind          What they are for
	conference-pattern  Conferences with numbers outside
	blocked        Not from this phone
	emergency      Emergency calls
	response       Emergency response
	location       Where the phone is
	$tag           Tag
	exclude        Services this phone does not show
	myphoneapps    Settings of the phone by its user
	myphoneapp     Settings of the phone by its user
	park-list      List of parked calls
	snr            Single number reach
	voicehuntgroups  List of hunt groups
	type           Kind
	$services      Services
	$index         Number
	label          Text beside the button
	$label         Text beside the button
	$page          URL
	$title         Text beside the button
	$what          What it is
	lpcor          Logical partitioning class of restriction
	incoming       Calls that come in
	outgoing       Calls that go out
	$direction     Direction of the calls
	https          Over HTTPS
	transfer       Call transfer
	transfer-pattern  Transfers to patterns
	voice-class    Voice class of this entry
	stun-usage     STUN parameters
	codec          Codec preference list
	xml-config     Values written to the phone's configuration file
	maxNumCalls    Calls per line
	busyTrigger    Calls before a line is busy
	custom         Any element
	after-hours    After-hours call blocking
	after-hour     After-hours call blocking
	exempt         This number is not blocked
	login          The user may unlock it
	http           By its web page
	override-code  Code that lets a blocked call through
	alias          Number for calls that match a pattern
	$target        Telephone number
	preference     Order among equals
	$order         Preference, 0 is tried first
	ata-ivr-pwd    Password of the menu of an analog adapter
	cor            Class of restriction
	default        For all other numbers
	-              Range of numbers
	$number        Number
	$last          Last number
	$numbers       Which numbers
	digit          Digits
	collect        How digits are collected
	kpml           One by one, by KPML
	called-number  Calls to these numbers use this entry
	translate-outgoing  Number translation of outgoing calls
	called         Number that is called
	calling        Number that calls
	$rule          Rule number
	translation-profile  Number translation
	proxy          Another destination for this entry
	$address       IP address
	monitor        It is watched
	probe          By a probe
	icmp-ping      ICMP echo
	rtr            Response time reporter
	$probe         Probe
	$alternate     Address that is probed
	provision-tag  Number by which the extension assigner finds this phone
	softkeys       Soft keys and their order
	personal-conf-user  Conferences of the user
	alerting       In this call state
	Callback       Callback soft key
	Endcall        Endcall soft key
	$keys          Soft keys
	upgrade        Write firmware files
	paging-dn      Paging number these phones listen to
	multicast      Pages come by multicast
	unicast        Pages come by unicast
	$how           How
	semi-attended  Transfer while the far phone rings
	b2bua          By the back-to-back user agent
	night-service  Calls during night service
	unreachable    Calls to a phone that cannot be reached
	timeout        Time
	$time          Seconds
	caller-id      Caller of outgoing calls
	block          Hide the caller
	mwi-type       How a waiting message shows
	audio          By a tone
	both           By tone and lamp
	visual         By the lamp
	moh-group      Music on hold of a group
	overlap-signal  Digits go out one by one
	delay          Time before the other phone rings
	$delay         Seconds
	cfwd-noan      Where the call goes when nobody answers
	$noan          Telephone number
	answer-too-soon  Time within which an answer is that of a mailbox
	ring-stop      The number stops to ring
	voice-hunt-groups  Hunt groups
	pattern        Numbers that are dialled at once
	button         Only on one button
	$button        Button
	user           What the phone adds to the number
	$user          What it adds
	7905-7912      Phones 7905 and 7912
	7940-7960-others  All other phones
	$model         Phone type
	filename       File of the dial plan
	cti-aware      Its applications control calls
	keepalive      Time between keepalives
	register-id    Name it registers with
	addons         Expansion modules
	description    Description
	$text          Text
	gsm-support    It can pass calls to a mobile network
	num-lines      Lines
	phoneload-support  It has firmware of its own
	reference-pooltype  Phone type whose properties it has
	POOLTYPE       Phone type that voice register pool-type adds
	$like          Phone type
	sip-prefix     Names of its files begin with SIP
	telnet-support  It takes Telnet
	transport      Transport of SIP signalling
	tcp            TCP
	udp            UDP
	$transport     Transport`
