package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

func globalNetwork() []conf.Command {
	return slices.Concat(globalInterfaces(), globalSyslog(), globalSSH(), globalAccessLists(), globalServers())
}

func globalInterfaces() []conf.Command {
	return []conf.Command{
		{
			Syntax: "interface INTERFACE$name! [<multipoint|point-to-point|type tunnel>$kind]",
			Enter:  modeInterface,
			Inert:  true,
			Bangs:  1,
			Help: `
				interface       An interface
				$name           Name of the interface
				multipoint      A subinterface to several others
				point-to-point  A subinterface to one other
				type            Kind of virtual template
				tunnel          Template of tunnels
				$kind           Kind of interface`,
		},
		group(),
		inert("ip classless", "", `
			ip         IP parameters
			classless  Forward by the longest match`),
		inert("ip default-gateway A.B.C.D$address", "", `
			ip               IP parameters
			default-gateway  Gateway while routing is off
			$address         IP address`),
		{
			Syntax: "ip route A.B.C.D$network! A.B.C.D-mask$mask! <A.B.C.D$hop|INTERFACE$interface [A.B.C.D$next!]|dhcp>$via! [<1-255>$distance] [{name WORD$name|permanent$permanent|tag <1-4294967295>$tag|track <1-1000>$track}]",
			Inert:  true,
			Help: `
				ip          IP parameters
				route       Static route
				$network    Destination network
				$mask       Network mask
				$hop        Next router
				$interface  Interface
				$next       Next router
				dhcp        Next router that DHCP tells
				$via        Next router or interface
				$distance   Administrative distance
				name        Name of the route
				$name       Name
				permanent   Stays when the interface goes down
				$permanent  Permanent route
				tag         Tag for route maps
				$tag        Tag
				track       Only while an object is up
				$track      Object number`,
		},
		bangs(1),
		stored(shared(conf.Command{Syntax: "ip http server", Help: ipHTTPHelp})),
		shared(conf.Command{Syntax: "ip http port <1-65535>$port", Default: "ip http port 80", Help: ipHTTPHelp}),
		shared(inert("ip http access-class <1-99>$list", "", ipHTTPHelp)),
		shared(inert("ip http authentication <enable|local>$how", "", ipHTTPHelp)),
		stored(shared(inert("ip http secure-server", "", ipHTTPHelp))),
		shared(inert("ip http path URL$path", "", ipHTTPHelp)),
		bangs(3),
	}
}

func globalServers() []conf.Command {
	return []conf.Command{
		bangs(1),
		{
			Syntax: "tftp-server URL$file! [alias WORD$alias] [<1-99>$list]",
			Inert:  true,
			Order:  conf.Arrival,
			Help: `
				tftp-server  Files served by TFTP
				$file        File: flash:NAME
				alias        Name it is served by
				$alias       Name
				$list        Access list of clients`,
		},
		bangs(1),
		{
			Syntax: "control-plane",
			Enter:  modeControlPlane,
			Inert:  true,
			Bangs:  1,
			Help: `
				control-plane  Control plane`,
		},
	}
}

const ipHTTPHelp = `
		ip              IP parameters
		http            Web server
		server          Serve HTTP
		port            Port of the web server
		$port           TCP port
		secure-server   Serve HTTPS
		access-class    Access list of clients
		$list           Access list
		authentication  How clients log in
		enable          By the enable password
		local           By the user database
		$how            How clients log in
		path            Place of the files
		$path           Directory`
