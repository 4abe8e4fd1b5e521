package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// globalMode is the running-config from top to bottom: the order of its
// commands and the separators between them give the guide's example line by
// line.
func globalMode() conf.Mode {
	return conf.Mode{
		Name:   conf.Global,
		Prompt: "config",
		Title:  "Configure commands:",
		Commands: slices.Concat(
			globalServices(),
			globalAccess(),
			globalLogging(),
			globalEnable(),
			globalHardware(),
			globalAddressing(),
			globalVoice(),
			registerBlocks(),
			voiceGroups(),
			globalNetwork(),
			globalTelephony(),
			signallingBlocks(),
			phoneBlocks(),
			globalLines(),
		),
	}
}

func globalServices() []conf.Command {
	return []conf.Command{
		{
			Syntax: "version 12.4", Default: "version 12.4", Fixed: true, Inert: true,
			Help: `
				version  Version this configuration was written by
				12.4     Version 12.4`,
		},
		inert("service nagle", "", `
			service  Services
			nagle    Collect small packets of terminal sessions`),
		stored(inert("service pad", "", `
			service  Services
			pad      Packet assembler`)),
		inert("service tcp-keepalives-in", "", `
			service            Services
			tcp-keepalives-in  Keepalives on connections to this router`),
		inert("service tcp-keepalives-out", "", `
			service             Services
			tcp-keepalives-out  Keepalives on connections from this router`),
		timestampsCommand(),
		allTimestampsCommand(),
		{
			Syntax: "service password-encryption", No: conf.NoStored,
			Help: `
				service              Services
				password-encryption  Keep passwords hidden`,
		},
		{
			Syntax: "service sequence-numbers",
			Help: `
				service           Services
				sequence-numbers  Number messages`,
		},
		bangs(1),
		{
			Syntax:  "hostname WORD(63)$name",
			Default: "hostname Router", Fixed: true,
			Prompt: true,
			Help: `
				hostname  Name of this router
				$name     Name`,
			Check: checkHostname,
		},
		bangs(1),
		{
			Syntax: "boot-start-marker", Default: "boot-start-marker", Fixed: true, Inert: true, Open: true,
			Help: `
				boot-start-marker  Boot commands start here`,
		},
		{
			Syntax: "boot system LINE$image!", Inert: true, Order: conf.Arrival,
			Help: `
				boot    Boot parameters
				system  System image
				$image  Place of the image`,
		},
		{
			Name: "no boot system", Syntax: "boot system", No: conf.NoSweeps, Hidden: true, Inert: true,
			Help: `
				boot    Boot parameters
				system  System image`,
		},
		{
			Syntax: "boot-end-marker", Default: "boot-end-marker", Fixed: true, Inert: true, Open: true,
			Help: `
				boot-end-marker  Boot commands end here`,
		},
		bangs(1),
	}
}

func globalAccess() []conf.Command {
	return []conf.Command{
		inert("card type <e1|t1>$type <0-10>$slot! [<0-3>$bay]", "", `
			card   Cards
			type   Type of a card
			e1     E1
			t1     T1
			$type  Type
			$slot  Slot
			$bay   Bay`),
	}
}

func globalEnable() []conf.Command {
	return []conf.Command{
		{
			Syntax: "enable secret [level <1-15>$level!] [" + secretTypes + "$type] LINE$secret",
			Check:  checkEncrypted("type", "secret"),
			Help: `
				enable   Privileged EXEC
				secret   Password that is kept hashed
				level    Set the password of a level
				$level   Level` + secretHelp + `
				$type    Kind of password that follows
				$secret  The password`,
		},
		{
			// Stored as `enable secret` of that type.
			Syntax: "enable algorithm-type " + algorithms + "$algorithm secret [level <1-15>$level] LINE$secret",
			Help: `
				enable          Privileged EXEC
				algorithm-type  How the secret is hashed` + algorithmHelp + `
				secret          Password that is kept hashed
				level           Set the password of a level
				$level          Level
				$secret         The password`,
		},
		{
			Syntax: "enable password [level <1-15>$level!] [<0|7>$type] LINE$password",
			Check:  checkEncrypted("type", "password"),
			Help: `
				enable     Privileged EXEC
				password   Password
				level      Set the password of a level
				$level     Level
				0          An unencrypted password follows
				7          A hidden password follows
				$type      Kind of password that follows
				$password  The password`,
		},
		bangs(1),
		stored(inert("aaa new-model", "", `
			aaa        Authentication, authorisation and accounting
			new-model  Use it`)),
		bangs(1),
		inert("resource policy", "", `
			resource  Resources
			policy    Policy of their use`),
		bangs(1),
	}
}

// Types of secrets (`enable secret`, `username NAME secret`), and names of the ways
// to make them.
const (
	secretTypes = "<0|4|5|8|9>"
	secretHelp  = `
	0  An unencrypted password follows
	4  A SHA-256 hash follows
	5  An MD5 hash follows
	8  A PBKDF2 hash follows
	9  A scrypt hash follows`

	algorithms    = "<md5|scrypt|sha256>"
	algorithmHelp = `
	md5         MD5, type 5
	scrypt      scrypt, type 9
	sha256      PBKDF2 with SHA-256, type 8
	$algorithm  How the secret is hashed`
)

func globalHardware() []conf.Command {
	return append(globalClock(), []conf.Command{
		stored(inert("network-clock-participate <slot <1-6>$slot!|wic <0-4>$wic!|aim <0-1>$aim!>$kind!", "", `
			network-clock-participate  Cards that take the common clock
			slot                       Network module
			$slot                      Slot
			wic                        Interface card
			$wic                       Slot
			aim                        Integration module
			$aim                       Slot
			$kind                      Kind of card`)),
		inert("ip routing", "ip routing", `
			ip       IP parameters
			routing  Enable IP routing`),
		stored(inert("ip cef", "", `
			ip   IP parameters
			cef  Express forwarding`)),
		bangs(2),
	}...)
}

func globalAddressing() []conf.Command {
	return []conf.Command{
		{
			Syntax: "ip dhcp excluded-address A.B.C.D$first! [A.B.C.D$last]",
			Inert:  true,
			Help: `
				ip                IP parameters
				dhcp              DHCP server
				excluded-address  Addresses that are not given out
				$first            First address
				$last             Last address`,
		},
		bangs(1),
		{
			Syntax: "ip dhcp pool WORD$name!",
			Enter:  modeDHCPPool,
			Inert:  true,
			Bangs:  1,
			Help: `
				ip     IP parameters
				dhcp   DHCP server
				pool   Addresses that are given out
				$name  Name of the pool`,
		},
		group(),
		{
			Syntax: "ip domain lookup", Default: "ip domain lookup",
			Help: `
				ip      IP parameters
				domain  Domain names
				lookup  Look names up`,
		},
		{
			// The old spellings are accepted and become the new ones.
			Syntax: "ip domain-lookup", Hidden: true,
			Help: `
				ip             IP parameters
				domain-lookup  Look names up`,
		},
		{
			Syntax: "ip domain-lookup source-interface INTERFACE$interface", Hidden: true, Inert: true,
			Help: `
				ip                IP parameters
				domain-lookup     Look names up
				source-interface  Interface that lookups leave by
				$interface        Interface`,
		},
		{
			Syntax: "ip domain-name WORD$name", Hidden: true,
			Help: `
				ip           IP parameters
				domain-name  Domain of this router
				$name        Domain name`,
		},
		{
			Syntax: "ip domain-name vrf WORD$vrf! WORD$name", Hidden: true, Inert: true,
			Help: `
				ip           IP parameters
				domain-name  Domain of this router
				vrf          Of a VRF
				$vrf         VRF
				$name        Domain name`,
		},
		{
			Syntax: "ip domain-list WORD$name!", Hidden: true, Inert: true,
			Help: `
				ip           IP parameters
				domain-list  Domain that names are tried in
				$name        Domain name`,
		},
		acting("ip domain name WORD$name", "", `
			ip      IP parameters
			domain  Domain names
			name    Domain of this router
			$name   Domain name`),
		hostCommand(),
		{
			Syntax:  "ip name-server A.B.C.D$address...",
			Inert:   true,
			Order:   conf.Arrival,
			PerLine: 1,
			Help: `
				ip           IP parameters
				name-server  Server that looks names up
				$address     IP address`,
		},
		inert("ip multicast-routing", "", `
			ip                 IP parameters
			multicast-routing  Route multicasts`),
		inert("multilink bundle-name authenticated", "", `
			multilink      PPP multilink
			bundle-name    Name of a bundle
			authenticated  The authenticated name`),
		bangs(1),
	}
}
