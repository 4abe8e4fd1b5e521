package modes

import "github.com/busylamp/busylamp/cli/conf"

// The modes in this file belong to the router around the telephony: nothing in
// them acts.

func voiceCardMode() conf.Mode {
	return conf.Mode{
		Name:   modeVoiceCard,
		Prompt: "config-voicecard",
		Title:  "Voice-card configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			stored(inert("dspfarm", "", `
				dspfarm  Give DSP resources to the DSP farm`)),
			inert("dsp services dspfarm", "", `
				dsp       DSP resources
				services  Services that may use them
				dspfarm   DSP farm`),
			inert("codec complexity <flex|high|medium>$complexity", "", `
				codec        Codecs of the card
				complexity   Which codecs at a time
				flex         Any, as resources allow
				high         All, fewer calls
				medium       Simple ones, more calls
				$complexity  Complexity`),
		},
	}
}

func voiceClassCodecMode() conf.Mode {
	return conf.Mode{
		Name:   modeVoiceClassCodec,
		Prompt: "config-class",
		Title:  "Voice class configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			inert("codec preference <1-14>$order! "+codecs+"$codec [bytes <10-240>$bytes]", "", `
				codec       Codec of the list
				preference  Place in the list
				$order      Preference, 1 is tried first
				$codec      Codec
				bytes       Voice payload of a packet
				$bytes      Number of bytes`),
		},
	}
}

func controlPlaneMode() conf.Mode {
	return conf.Mode{
		Name:   modeControlPlane,
		Prompt: "config-cp",
		Title:  "Control Plane configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			inert("service-policy <input|output>$direction! WORD$name", "", `
				service-policy  Policy map
				input           For packets to the router
				output          For packets from the router
				$direction      Direction
				$name           Name of the policy map`),
		},
	}
}

func dhcpPoolMode() conf.Mode {
	return conf.Mode{
		Name:   modeDHCPPool,
		Prompt: "dhcp-config",
		Title:  "DHCP pool configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			inert("network A.B.C.D$address A.B.C.D-mask$mask", "", `
				network   Addresses of the pool
				$address  Network
				$mask     Network mask`),
			inert("host A.B.C.D$address A.B.C.D-mask$mask", "", `
				host      The one address of the pool
				$address  IP address
				$mask     Network mask`),
			inert("client-identifier WORD$identifier", "", `
				client-identifier  Client the address is for
				$identifier        Identifier in hexadecimal`),
			inert("option 150 ip A.B.C.D$address...", "", `
				option    Raw options
				150       TFTP servers of phones
				ip        As IP addresses
				$address  IP address`),
			inert("option 66 ascii STRING$name", "", `
				option  Raw options
				66      Name of the TFTP server
				ascii   As text
				$name   Name`),
			inert("default-router A.B.C.D$address...", "", `
				default-router  Gateways
				$address        IP address`),
			inert("dns-server A.B.C.D$address...", "", `
				dns-server  Domain name servers
				$address    IP address`),
			inert("domain-name WORD$name", "", `
				domain-name  Domain of clients
				$name        Domain name`),
			inert("lease <infinite|<0-365>$days [<0-23>$hours [<0-59>$minutes]]>$time", "", `
				lease     Time of a lease
				infinite  For ever
				$days     Days
				$hours    Hours
				$minutes  Minutes
				$time     Time of a lease`),
		},
	}
}
