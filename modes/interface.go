package modes

import (
	"fmt"
	mathbits "math/bits"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// cmdInterface is the name of the command that opens it.
const cmdInterface = "interface"

// interfaceMode is `interface`. The appliance uses the host's own interfaces;
// the lines are kept so that a router's configuration survives.
func interfaceMode() conf.Mode {
	return conf.Mode{
		Name:   modeInterface,
		Prompt: "config-if",
		PromptOf: func(opened grammar.Args) string {
			if strings.Contains(opened.String("name"), ".") {
				return "config-subif"
			}
			return "config-if"
		},
		Title:  "Interface configuration commands:",
		Indent: 1,
		Commands: []conf.Command{
			acting("description LINE(240)$text", "", `
				description  Description of the interface
				$text        Text, up to 240 characters`),
			inert("encapsulation dot1Q <1-4094>$vlan [native$native]", "", `
				encapsulation  Encapsulation of frames
				dot1Q          IEEE 802.1Q
				$vlan          VLAN
				native         The native VLAN
				$native        Native VLAN`),
			inert("bandwidth <1-10000000>$rate", "", `
				bandwidth  Bandwidth told to routing
				$rate      kbit/s`),
			{
				Syntax:   "ip address A.B.C.D$address A.B.C.D$mask",
				Check:    checkHostAddress,
				Inert:    true,
				No:       conf.NoStored,
				Replaces: []string{"ip address dhcp"},
				Help: `
					ip        IP parameters
					address   Address of the interface
					$address  IP address
					$mask     Network mask`,
			},
			{
				Name:   "ip address secondary",
				Syntax: "ip address A.B.C.D$address! A.B.C.D$mask secondary",
				Check:  checkHostAddress,
				Inert:  true,
				Help: `
					ip         IP parameters
					address    Address of the interface
					$address   IP address
					$mask      Network mask
					secondary  A further address`,
			},
			{
				Syntax:   "ip address dhcp",
				Inert:    true,
				Replaces: []string{"ip address"},
				Help: `
					ip       IP parameters
					address  Address of the interface
					dhcp     From a DHCP server`,
			},
			inert("ip access-group WORD$list <in|out>$direction!", "", `
				ip            IP parameters
				access-group  Access list for packets
				$list         Access list
				in            Packets that come in
				out           Packets that go out
				$direction    Direction`),
			inert("ip helper-address A.B.C.D$address!", "", `
				ip              IP parameters
				helper-address  Where broadcasts go
				$address        IP address`),
			inert("ip nat <inside|outside>$side", "", `
				ip       IP parameters
				nat      Address translation
				inside   The inside
				outside  The outside
				$side    Side`),
			inert("ip virtual-reassembly", "", `
				ip                  IP parameters
				virtual-reassembly  Reassembly of fragments`),
			stored(inert("ip proxy-arp", "ip proxy-arp", `
				ip         IP parameters
				proxy-arp  Answer ARP for others`)),
			inert("shutdown", "", `
				shutdown  Take the interface out of service`),
			inert("duplex <auto|full|half>$mode", "", `
				duplex  Duplex mode
				auto    By negotiation
				full    Full duplex
				half    Half duplex
				$mode   Mode`),
			inert("speed <10|100|1000|auto>$rate", "", `
				speed  Speed
				10     10 Mbit/s
				100    100 Mbit/s
				1000   1000 Mbit/s
				auto   By negotiation
				$rate  Speed`),
			inert("media-type <rj45|sfp>$type", "", `
				media-type  Connector
				rj45        Copper
				sfp         Pluggable module
				$type       Connector`),
			stored(inert("negotiation auto", "", `
				negotiation  Negotiation of speed and duplex
				auto         By itself`)),
			shared(inert("switchport access vlan <1-4094>$vlan", "", switchportHelp)),
			shared(inert("switchport voice vlan <1-4094>$vlan", "", switchportHelp)),
			shared(inert("switchport mode <access|trunk>$mode", "", switchportHelp)),
			inert("spanning-tree portfast", "", `
				spanning-tree  Spanning tree
				portfast       Forward at once`),
			stored(inert("keepalive [<1-32767>$seconds]", "", `
				keepalive  Keepalives
				$seconds   Seconds`)),
			stored(inert("cdp enable", "cdp enable", `
				cdp     Cisco Discovery Protocol
				enable  On this interface`)),
			stored(inert("mop enabled", "", `
				mop      Maintenance Operation Protocol
				enabled  On this interface`)),
			inert("service-module ip address A.B.C.D$address A.B.C.D-mask$mask", "", `
				service-module  Module behind this interface
				ip              IP parameters of the module
				address         Its address
				$address        IP address
				$mask           Network mask`),
			inert("service-module ip default-gateway A.B.C.D$address", "", `
				service-module   Module behind this interface
				ip               IP parameters of the module
				default-gateway  Its gateway
				$address         IP address`),
		},
	}
}

const badMask = "Bad mask"

// checkHostAddress refuses a mask with holes, and the address of a network or the broadcast
// address of it as that of a host. Networks of two addresses have neither (RFC 3021).
func checkHostAddress(_ conf.CheckContext, args grammar.Args) error {
	address, mask := bits(args, "address"), bits(args, "mask")
	host := ^mask
	if host&(host+1) != 0 {
		return fmt.Errorf("%s 0x%08X for address %s", badMask, mask, args.String("address"))
	}
	if host > 1 && (address&host == 0 || address&host == host) {
		return fmt.Errorf("%s /%d for address %s", badMask, 32-mathbits.Len32(host), args.String("address"))
	}
	return nil
}

const switchportHelp = `
	switchport  Switch port
	access      Untagged traffic
	voice       Traffic of a phone
	vlan        VLAN
	$vlan       VLAN number
	mode        Mode of the port
	trunk       Trunk
	$mode       Mode`
