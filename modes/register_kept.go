package modes

import "github.com/busylamp/busylamp/cli/conf"

// What SIP phones have beside the lines that act, and the modes of their dial plans,
// session servers and phone types (CME command reference).

func registerGlobalKept() []conf.Command {
	out := keptLines(registerKeptHelp,
		"application WORD$name",
		"authenticate all",
		"bandwidth video tias-modifier <1-99999999>$rate [negotiate end-to-end$negotiate]",
		"bulk WORD$pattern",
		"call-feature-uri <cfwdall|gpickup|pickup>$feature! URL$url",
		"call-forward system redirecting-expanded",
		"calling-number local",
		"camera = camera",
		"conference hardware",
		"em external",
		"em logout HH:MM$first [HH:MM$second [HH:MM$third]]",
		"forwarding local",
		"group <1-5>$tag! [vrf WORD$vrf]",
		"hfs enable [port <1024-65535>$port]",
		"hfs home-path URL$url",
		"ip qos dscp WORD$dscp <media|service|signaling|video>$packets!",
		"mwi reg-e164",
		"mwi stutter",
		"mwi prefix WORD(32)$digits",
		"network-locale [<0-4>$locale!] WORD(8)$country [WORD(8)$second]",
		"user-locale [<0-4>$locale!] WORD(8)$country [WORD(8)$code] [load WORD$file]",
		"olsontimezone WORD$zone version WORD$version",
		"phone-mode <phone-only|phone only>$client",
		"phone-redirect-limit <5-20>$n",
		"privacy = privacy",
		"privacy-on-hold",
		"service dnis overlay",
		"service phone WORD$name! LINE$value",
		"snr answer-too-soon <1-5>$seconds",
		"standby username WORD$name password [<0|6>$type] WORD$password",
		"timeouts transfer-recall <1-1800>$seconds",
		"url <AppDialRule|DirLookupRule|authentication|directory|idle|ldapServer|service>$service! WORD$url [<idle-timeout <0-300>$seconds|WORD$name [<0|6>$type] WORD$password>$more]",
		"dst <start|stop>$which! "+months+"$month <day <1-31>$date|week <<1-8>$nth|last>$week day "+weekdays+"$day>$when time HH:MM$clock",
		"video = video",
		"reset tapi",
		"upgrade",
	)
	auto := keptBlock("auto-register", modeAutoRegister, trim("auto-register", registerKeptHelp))
	auto.Bangs = 0
	return append(out, auto)
}

func autoRegisterMode() conf.Mode {
	m := keptMode(modeAutoRegister, "config-voice-auto-register", "Voice auto register", keptLines(registerKeptHelp,
		"password [<0|6>$type] WORD$password",
		"service-enable = service-enable",
		"auto-assign <1-{max-register-dn}>$from to <1-{max-register-dn}>$to",
		"template <1-10>$template",
	))
	m.Indent = 2
	return m
}

// registerPhoneKept is what pools and templates both have.
func registerPhoneKept() []conf.Command {
	return keptLines(registerKeptHelp,
		"bandwidth video tias-modifier <1-99999999>$rate [negotiate end-to-end$negotiate]",
		"button-layout PORTS$buttons! <blf-speed-dial|feature-button|line|speed-dial|url-button>$kind",
		"camera = camera",
		"conference add-mode [creator$creator]",
		"conference drop-mode <creator|local>$party",
		"conference admin",
		"conference max-length <3-16>$n",
		"conference-pattern blocked",
		"emergency response location <1-2147483647>$tag",
		"exclude <directory|em|myphoneapps>$services...",
		"group <1-5>$tag",
		"feature-button <1-100>$index! WORD$feature [label STRING$label]",
		"lpcor incoming WORD$name",
		"lpcor outgoing WORD$name",
		"service https",
		"service phone WORD$name! LINE$value",
		"transfer max-length <3-16>$n",
		"transfer-pattern blocked",
		"url-button <1-8>$index! <em|myphoneapp|park-list|snr|voicehuntgroups|type WORD$feature|url URL$url [STRING$label]|URL$page [STRING$title]>$what",
		"video = video",
		"voice-class stun-usage <1-10000>$tag",
	)
}

func registerPoolKept() []conf.Command {
	return keptLines(registerKeptHelp,
		"after-hours override-code WORD(16)$digits",
		"after-hours login http",
		"alias <1-5>$index! WORD$pattern to WORD$target [preference <0-10>$order]",
		"ata-ivr-pwd [<0|6>$type] WORD$password",
		"authenticate WORD$name",
		"cor <incoming|outgoing>$direction! WORD$name [<default|<0-9>$number [NUMBER$first [- NUMBER$last]]>$numbers]",
		"digit collect kpml = digit collect kpml",
		"max registrations <1-150>$n",
		"night-service bell",
		"voice-hunt-groups login",
		"incoming called-number WORD$pattern",
		"proxy A.B.C.D$address [preference <0-10>$order] [monitor probe <icmp-ping|rtr>$probe [A.B.C.D$alternate]]",
		"provision-tag <1-2147483647>$tag",
		"phone-mode <phone-only|phone only>$client",
		"translate-outgoing <called|calling>$which! <1-2147483647>$rule",
		"translation-profile <incoming|outgoing>$direction! WORD$name",
		"softkeys personal-conf-user",
	)
}

func registerTemplateKept() []conf.Command {
	return keptLines(registerKeptHelp,
		"paging-dn <1-{max-dn}>$tag [<multicast|unicast>$how]",
		"url <AppDialRule|DirLookupRule|authentication|directory|idle|ldapServer|service>$service! WORD$url [<idle-timeout <0-300>$seconds|WORD$name [<0|6>$type] WORD$password>$more]",
		"semi-attended enable",
		"softkeys personal-conf-user",
		"softkeys alerting <Callback|Endcall>$keys...",
		"voice-class codec <1-10000>$tag",
		"phone-mode <phone-only|phone only>$client",
	)
}

func registerDNKept() []conf.Command {
	return keptLines(registerKeptHelp,
		"call-forward b2bua night-service NUMBER(32)$digits",
		"caller-id block",
		"mwi-type <audio|both|visual>$how",
		"moh-group <0-5>$tag",
		"overlap-signal",
		"snr NUMBER(32)$number delay <0-30>$delay timeout <5-60>$time [cfwd-noan NUMBER(32)$noan]",
		"snr answer-too-soon <1-5>$seconds",
		"snr calling-number local",
		"snr ring-stop",
		"timeouts transfer-recall <1-1800>$seconds",
		"voice-hunt-groups login",
	)
}

// registerModes are the small modes around SIP phones.
func registerModes() []conf.Mode {
	return []conf.Mode{
		keptMode(modeRegisterDialplan, "config-register-dialplan", "Voice register dialplan", keptLines(registerKeptHelp,
			"type <\\7905-7912|\\7940-7960-others>$model",
			"pattern [<1-24>$index!] WORD$pattern! [button <1-50>$button] [timeout <0-30>$seconds] [user <ip|phone>$user]",
			"filename WORD$name",
		)),
		keptMode(modeRegisterServer, "config-register-fs", "Voice register session-server", keptLines(registerKeptHelp,
			"cti-aware",
			"keepalive <60-3600>$seconds = keepalive 300",
			"register-id WORD$name",
		)),
		registerTypeMode(),
	}
}
