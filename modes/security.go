package modes

import "github.com/busylamp/busylamp/cli/conf"

// Certificates of phones, credentials of the router, voice-mail integration and VPN:
// the modes of the CME command reference around the phones. Nothing here acts.

func securityModes() []conf.Mode {
	return []conf.Mode{
		keptMode(modeCAPFServer, "config-capf-server", "CAPF server", keptLines(securityHelp,
			"source-addr A.B.C.D$address",
			"source address A.B.C.D$address",
			"trustpoint-label WORD$label",
			"cert-oper <delete|fetch|upgrade>$operation all",
			"cert-enroll-trustpoint WORD$label password <0|1>$type WORD$password",
			"auth-mode <auth-string|\\LSC|\\MIC|none|null-string>$mode",
			"auth-string <delete|generate>$action <all|H.H.H$mac>$which [NUMBER$digits]",
			"port <2000-9999>$port",
			"keygen-retry <0-100>$n",
			"keygen-timeout <1-120>$minutes",
			"phone-key-size <512|1024|2048>$size = phone-key-size 1024",
		)),
		keptMode(modeCTLClient, "config-ctl-client", "CTL client", keptLines(securityHelp,
			"sast1 trustpoint WORD$label",
			"sast2 trustpoint WORD$label",
			"server <capf|cme|cme-tftp|tftp>$kind! A.B.C.D$address! trustpoint WORD$label",
			"server cme A.B.C.D$address! username WORD$user password <0|1>$type WORD$password",
			"import certificate <1-10>$tag! WORD$description URL$file",
			"regenerate",
		)),
		keptMode(modeCredentials, "config-credentials", "Credentials", keptLines(securityHelp,
			"ip source-address A.B.C.D$address [port <2000-9999>$port]",
			"trustpoint WORD$label",
			"ctl-service admin WORD$user secret <0|1>$type WORD$password",
		)),
	}
}

const securityHelp = `
	source-addr        Address of the server
	source             Where the server is
	address            Address of the server
	$address           IP address
	trustpoint-label   Trustpoint of the server
	trustpoint         Certificate of this trustpoint
	$label             Name of the trustpoint
	cert-oper          Certificates of phones
	delete             Remove
	fetch              Read them for a check
	upgrade            Make new ones
	$operation         What is done
	all                Of all phones
	cert-enroll-trustpoint  Trustpoint of the certification authority
	password           Password
	secret             Secret
	0                  Text in clear follows
	1                  Encrypted text follows
	$type              Kind of text that follows
	$password          Password
	auth-mode          How a phone proves who it is
	auth-string        Code that the user enters
	LSC                By its own certificate
	MIC                By the certificate of the manufacturer
	none               Not at all
	null-string        By an empty code
	$mode              How it does
	generate           Make codes
	$action            What is done
	$mac               MAC address of a phone
	$which             Which phones
	$digits            Code
	port               Port of the server
	$port              TCP port
	keygen-retry       Times a phone is asked for a key
	$n                 Number of times
	keygen-timeout     Time a phone may take for a key
	$minutes           Minutes
	phone-key-size     Length of keys
	512                512 bits
	1024               1024 bits
	2048               2048 bits
	$size              Bits
	sast1              First signer of the list
	sast2              Second signer of the list
	server             A server in the list
	capf               Certificates of phones
	cme                Call control
	cme-tftp           Call control and files
	tftp               Files
	$kind              Kind of server
	username           User of a server elsewhere
	$user              User name
	import             Take from a file
	certificate        A certificate
	$tag               Number
	$description       Description
	$file              Name of the file
	regenerate         Make a new list
	ip                 IP parameters
	source-address     Address of the service
	ctl-service        Certificates for other routers
	admin              User who asks for them`

func vmIntegrationMode() conf.Mode {
	lines := make([]string, 0, 5)
	for _, when := range []string{"direct", "ext-to-ext busy", "ext-to-ext no-answer", "trunk-to-ext busy", "trunk-to-ext no-answer"} {
		lines = append(lines, "pattern "+when+" WORD(8)$tag1 "+vmNumber+"$number1 [WORD(8)$tag2 "+vmNumber+"$number2 [WORD(8)$tag3 "+vmNumber+"$number3]] [WORD(8)$last]")
	}
	return keptMode(modeVMIntegration, "config-vm-int", "Voice mail integration", keptLines(`
		pattern       Digits dialled towards voice mail
		direct        A user calls voice mail
		ext-to-ext    An extension was called by another
		trunk-to-ext  An extension was called from a trunk
		busy          It was busy
		no-answer     It did not answer
		$tag1         Digits before the number
		$tag2         Digits before the number
		$tag3         Digits before the number
		CDN           Number that was called
		CGN           Number that calls
		FDN           Number that forwarded
		$number1      Which number follows
		$number2      Which number follows
		$number3      Which number follows
		$last         Digits at the end`, lines...))
}

const vmNumber = `<\CDN|\CGN|\FDN>`

// vpnLines are the lines of `voice service voip` for phones behind a VPN.
func vpnModes() []conf.Mode {
	group := keptMode(modeVPNGroup, "conf-vpn-group", "VPN group", keptLines(vpnHelp,
		"vpn-gateway <1-3>$n! WORD$url",
		"vpn-trustpoint <1-10>$n! <raw LINE$raw|trustpoint WORD$label [<leaf|root>$part]>$source",
		"vpn-hash-algorithm sha-1"))
	profile := keptMode(modeVPNProfile, "conf-vpn-profile", "VPN profile", keptLines(vpnHelp,
		"keepalive <0-120>$seconds",
		"mtu <256-1406>$bytes",
		"authen-method <both|none|password>$method",
		"password-persistent <disable|enable>$state",
		"host-id-check <disable|enable>$state",
		"auto-network-detect <disable|enable>$state",
		"fail-connect-time <0-600>$seconds"))
	group.Indent, profile.Indent = 2, 2
	return []conf.Mode{group, profile}
}

// voiceServiceKept are the lines of `voice service voip` for phones: control by a
// computer, and VPN.
func voiceServiceKept() []conf.Command {
	out := keptLines(vpnHelp,
		"cti csta mode basic",
		"cti message device-id suppress-conversion",
		"cti shutdown = cti shutdown")
	for _, b := range []struct{ syntax, mode string }{
		{"vpn-group <1-2>$tag!", modeVPNGroup},
		{"vpn-profile <1-6>$tag!", modeVPNProfile},
	} {
		c := keptBlock(b.syntax, b.mode, trim(b.syntax, vpnHelp))
		c.Bangs = 0
		out = append(out, c)
	}
	return out
}

const vpnHelp = `
	cti                  Control of calls by a computer
	csta                 By CSTA
	mode                 Kind of control
	basic                Basic
	message              Messages
	device-id            Number of the phone
	suppress-conversion  As it is
	shutdown             Not served
	vpn-group            VPN gateways of phones
	vpn-profile          VPN parameters of phones
	$tag                 Tag
	vpn-gateway          A VPN gateway
	$n                   Number
	$url                 URL
	vpn-trustpoint       Certificate of the gateway
	raw                  The certificate as text
	$raw                 Certificate
	trustpoint           Certificate of a trustpoint
	$label               Name of the trustpoint
	leaf                 The certificate itself
	root                 Its authority
	$part                Which certificate
	$source              Certificate
	vpn-hash-algorithm   Hash of certificates
	sha-1                SHA-1
	keepalive            Time between keepalives
	fail-connect-time    Time a connection may take
	$seconds             Seconds
	mtu                  Largest packet
	$bytes               Bytes
	authen-method        How the user proves who he is
	both                 By name and password
	none                 Not at all
	password             By password
	$method              How
	password-persistent  The phone keeps the password
	host-id-check        The gateway's name must be that of its certificate
	auto-network-detect  The phone finds out whether it is outside
	disable              Off
	enable               On
	$state               On or off`
