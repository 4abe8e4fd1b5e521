package modes

import "github.com/busylamp/busylamp/cli/conf"

// Emergency calls, music on hold of groups, voice gateways and applications of the
// CME command reference: nothing here acts.

// voiceBlock is a block of global mode that is kept, its mode, and the help of both.
type voiceBlock struct {
	syntax, mode, prompt, title, help string
	lines                             []string
}

func voiceBlocks() []voiceBlock {
	return []voiceBlock{
		{"voice emergency response settings", modeEmergencySettings, "cfg-emrgncy-resp-settings", "Emergency response settings", emergencyHelp, []string{
			"callback NUMBER(32)$number", "elin NUMBER(32)$number", "expiry <2-2880>$minutes", "logging",
		}},
		{"voice emergency response location <1-2147483647>$tag!", modeEmergencyLocation, "cfg-emrgncy-resp-location", "Emergency response location", emergencyHelp, []string{
			"address LINE(247)$text", "elin [<1-2>$n!] NUMBER(32)$number", "name LINE(30)$text", "subnet [<1-2>$n!] A.B.C.D$address A.B.C.D-mask$mask",
		}},
		{"voice emergency response zone <1-100>$tag!", modeEmergencyZone, "cfg-emrgncy-resp-zone", "Emergency response zone", emergencyHelp, []string{
			"location <1-2147483647>$location! [priority <1-100>$priority]",
		}},
		{"voice moh-group <1-5>$tag!", modeMOHGroup, "config-voice-moh-group", "Voice MOH group", emergencyHelp, []string{
			"description LINE(80)$text", "moh WORD$file",
			"multicast moh A.B.C.D$address port <2000-65535>$port [route A.B.C.D$route...]",
			"extension-range NUMBER$first! to NUMBER$last!",
		}},
		{"voice-gateway system <1-25>$tag!", modeVoiceGateway, "config-voice-gateway", "Voice gateway", emergencyHelp, []string{
			"mac-address H.H.H$mac", "type <vg202|vg204|vg224>$type", "voice-port PORTS$ports", "network-locale WORD(8)$country", "create cnf-files", "reset", "restart",
		}},
	}
}

func voiceBlockModes() []conf.Mode {
	var out []conf.Mode
	for _, b := range voiceBlocks() {
		out = append(out, keptMode(b.mode, b.prompt, b.title, keptLines(b.help, b.lines...)))
	}
	return out
}

func voiceBlockLines() []conf.Command {
	var out []conf.Command
	for _, b := range voiceBlocks() {
		out = append(out, keptBlock(b.syntax, b.mode, trim(b.syntax, b.help)))
	}
	return out
}

const emergencyHelp = `
	voice      Voice configuration
	emergency  Emergency calls
	response   Emergency response
	settings   Settings of all locations
	location   A place phones are at
	zone       Places that are searched together
	$tag       Tag
	callback   Number that is called back when the caller is not known
	elin       Number that stands for the place
	expiry     Time the caller of an emergency call is remembered
	$minutes   Minutes
	logging    Report emergency calls
	$number    Telephone number
	address    Civic address
	name       Name of the place
	$text      Text
	subnet     Addresses of phones there
	$n         Number
	$address   IP address
	$mask      Network mask
	$location  Tag of a location
	priority   Order in which places are searched
	$priority  Order, 1 is first
	moh-group  Music on hold of a group
	description  Text about the group
	moh        Music on hold
	$file      Name of the audio file
	multicast  Multicast
	port       Port of the multicast
	$port      UDP port
	route      Interfaces it goes out on
	$route     IP address of the interface
	extension-range  Numbers of the group
	$first     First number
	to         Range of numbers
	$last      Last number
	voice-gateway  Gateway with analog phones
	system     Its configuration files
	mac-address  MAC address of the gateway
	$mac       MAC address
	type       Kind of gateway
	vg202      Two ports
	vg204      Four ports
	vg224      Twenty-four ports
	$type      Gateway
	voice-port  Ports that are controlled
	$ports     Ports: 0-23
	network-locale  Tones and cadences of the phones
	$country   Country code
	create     Generate
	cnf-files  Configuration files
	reset      Restart the gateway
	restart    Restart its service`

func applicationModes() []conf.Mode {
	params := keptLines(applicationHelp,
		"param WORD$name! LINE$value",
		"paramspace WORD$space! WORD$name! LINE$value",
	)
	app := keptMode(modeApplication, "config-app", "Application")
	for _, b := range []struct{ syntax, mode string }{
		{"service WORD$name! [URL$url]", modeAppService},
		{"package WORD$name! [URL$url]", modeAppPackage},
		{"global", modeAppGlobal},
	} {
		c := keptBlock(b.syntax, b.mode, trim(b.syntax, applicationHelp))
		c.Bangs = 0
		app.Commands = append(app.Commands, c)
	}
	service := keptMode(modeAppService, "config-app-param", "Application parameter", params)
	pack := keptMode(modeAppPackage, "config-app-param", "Application parameter", params)
	global := keptMode(modeAppGlobal, "config-app-global", "Application global", keptLines(applicationHelp,
		"service default WORD$name", "service alternate WORD$name", "paramspace WORD$space! WORD$name! LINE$value"))
	service.Indent, pack.Indent, global.Indent = 2, 2, 2
	return []conf.Mode{app, service, pack, global}
}

func globalApplication() []conf.Command {
	block := keptBlock("application", modeApplication, trim("application", applicationHelp))
	block.Implicit = true
	return append([]conf.Command{block}, keptLines(applicationHelp,
		"call application voice WORD$name! WORD$parameter! [LINE$value]",
		"call application alternate [WORD$name]",
	)...)
}

const applicationHelp = `
	application  Applications for calls
	service      An application
	package      A part of applications
	global       Settings of all applications
	param        A parameter
	paramspace   Parameters of a package
	default      For calls that name none
	alternate    For calls whose application fails
	call         Calls
	voice        An application
	$name        Name
	$value       Value
	$space       Name of the package
	$url         Place of the script
	$parameter   Place of the script, or a parameter`
