package modes

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
)

const systemHelp = `
	version       System hardware and software status
	inventory     Show the physical inventory
	raw           Every entity
	diag          Show diagnostic information for port adapters/modules
	bootvar       Boot and related environment variable
	file          Show filesystem information
	systems       List filesystems
	information   Display information about a file
	$file         A file or URL
	hosts         IP domain-name, lookup style, nameservers, and host table
	snmp          snmp statistics
	chassis       Chassis serial number
	community     Communities
	contact       Contact
	group         Groups
	host          Hosts that notifications go to
	location      Location
	user          SNMPv3 users
	$user         Name of a user
	view          Views
	cdp           CDP information
	lldp          LLDP information
	neighbors     Neighbor entries
	detail        Show detailed information
	tech-support  Show system information for Tech-Support`

// execSystem are the commands about the appliance as a router.
func execSystem(a Agents) []cli.Exec {
	show := func(syntax string, run func(*cli.Context, grammar.Args) error) cli.Exec {
		return everybody(syntax, trim(syntax, systemHelp), run)
	}
	tech := privileged("show tech-support", trim("show tech-support", systemHelp), a.showTech)
	return []cli.Exec{
		show("show version", method((*cli.Context).ShowVersion)),
		show("show inventory [raw]", method((*cli.Context).ShowInventory)),
		show("show diag", method((*cli.Context).ShowDiag)),
		show("show bootvar", method((*cli.Context).ShowBootvar)),
		show("show file systems", method((*cli.Context).ShowFileSystems)),
		privileged("show file information WORD$file", trim("show file information WORD$file", systemHelp), func(c *cli.Context, args grammar.Args) error {
			return c.ShowFileInformation(args.String("file")) // which has servers asked
		}),
		show("show hosts", showHosts),
		show("show snmp", absent("%SNMP agent not enabled")),
		show("show snmp <chassis|community|contact|group|host|location|view>", absent("%SNMP agent not enabled")),
		show("show snmp user [WORD$user]", func(*cli.Context, grammar.Args) error { return nil }), // there are none, and ansible reads each line as one
		show("show cdp", absent("% CDP is not enabled")),
		show("show cdp neighbors [detail]", absent("% CDP is not enabled")),
		show("show lldp", absent("% LLDP is not enabled")),
		show("show lldp neighbors [detail]", absent("% LLDP is not enabled")),
		tech,
	}
}

// absent is all there is to say of what routers can have and this one never has,
// whatever lines about it are kept.
func absent(text string) func(*cli.Context, grammar.Args) error {
	return func(c *cli.Context, _ grammar.Args) error { return errors.New(text) }
}

// showHosts is `show hosts`. No name is ever asked of a server.
func showHosts(c *cli.Context, _ grammar.Args) error {
	domain := cmp.Or(labelsOf(c.Tree()).domain, "not set")
	lookup := "static mappings"
	if c.Shell.Config().DomainLookup {
		lookup = "domain service"
	}
	c.Printf("Default domain is %s\nName/address lookup uses %s\nName servers are 255.255.255.255\n\n", domain, lookup)
	c.Printf("Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n       temp - temporary, perm - permanent\n       NA - Not Applicable None - Not defined\n\n")
	c.Printf("Host                      Port  Flags      Age Type   Address(es)\n")
	for _, h := range hosts(c.Tree()) {
		port := "None"
		if h.port > 0 {
			port = strconv.Itoa(h.port)
		}
		for i, a := range h.addresses {
			if i == 0 {
				c.Printf("%-25s %-5s (perm, OK)  0   IP    %s\n", h.name, port, a)
			} else {
				c.Printf("%54s%s\n", "", a)
			}
		}
	}
	return nil
}

// showTech is `show tech-support`: what people send to others, without passwords.
func (a Agents) showTech(c *cli.Context, _ grammar.Args) error {
	var none grammar.Args
	run := func(f func(*cli.Context, grammar.Args) error) func(*cli.Context) error {
		return func(c *cli.Context) error {
			if a.Machine == nil || a.Meter == nil {
				return errHost
			}
			return f(c, none)
		}
	}
	for _, part := range []struct {
		name string
		show func(*cli.Context) error
	}{
		{"version", (*cli.Context).ShowVersion},
		{"running-config", (*cli.Context).ShowRunningRemoved},
		{"inventory", (*cli.Context).ShowInventory},
		{"interfaces", run(a.showInterfaces)},
		{"ip interface brief", run(a.showBrief)},
		{"ip route", run(a.showRoutes)},
		{"processes memory", run(a.showProcessMemory)},
		{"processes cpu", run(a.showCPU)},
		{"memory statistics", run(a.showMemory)},
		{"file systems", (*cli.Context).ShowFileSystems},
		{"logging", (*cli.Context).ShowLogging},
	} {
		if c.Err() != nil {
			return nil
		}
		c.Printf("\n\n------------------ show %s ------------------\n\n\n", part.name)
		if err := part.show(c); err != nil {
			c.Printf("%v\n", err)
		}
	}
	return nil
}
