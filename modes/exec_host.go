package modes

import (
	"cmp"
	"errors"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/host"
)

const hostHelp = `
	interfaces   Interface status and configuration
	$name        Name of the interface
	description  Show interface description
	ip           IP information
	interface    IP interface status and configuration
	brief        Brief summary of IP status and configuration
	route        IP routing table
	$address     Network to display information about or hostname
	connected    Connected
	static       Static routes
	$only        Routes of one source
	arp          IP ARP table
	protocols    Active network routing protocols
	tcp          Status of TCP connections
	all          All end-points
	numeric      Display addresses as numbers
	$which       Which end-points, and how
	processes    Active process statistics
	cpu          Show CPU use per process
	history      CPU utilization over the past
	counters     Counters on one or all interfaces
	sorted       Show sorted output based on percentage of usage
	5sec         Sort based on 5 sec utilization
	1min         Sort based on 1 min utilization
	5min         Sort based on 5 min utilization
	$order       Sort based on a utilization
	memory       Memory statistics
	statistics   Memory pool statistics
	summary      Summary
	$part        Part of the statistics`

// execHost are the commands about the machine and the process.
func execHost(a Agents) []cli.Exec {
	type run = func(*cli.Context, grammar.Args) error
	show := func(syntax string, run run) cli.Exec {
		return everybody(syntax, trim(syntax, hostHelp), func(c *cli.Context, args grammar.Args) error {
			if a.Machine == nil || a.Meter == nil {
				return errHost
			}
			return run(c, args)
		})
	}
	return []cli.Exec{
		show("show interfaces [INTERFACE$name]", a.showInterfaces),
		show("show interfaces description", func(c *cli.Context, _ grammar.Args) error {
			list, err := a.interfaces("")
			if err != nil {
				return err
			}
			renderDescriptions(c.Out, list, labelsOf(c.Tree()).descriptions)
			return nil
		}),
		show("show interfaces INTERFACE$name description", func(c *cli.Context, args grammar.Args) error {
			list, err := a.interfaces(args.String("name"))
			if err != nil {
				return err
			}
			renderDescriptions(c.Out, list, labelsOf(c.Tree()).descriptions)
			return nil
		}),
		show("show interfaces summary", func(c *cli.Context, _ grammar.Args) error {
			list, err := a.interfaces("")
			if err != nil {
				return err
			}
			c.Printf("%s", summaryHead)
			for _, i := range list {
				in, out := a.Meter.Rates(i.Name)
				renderSummary(c.Out, i, in, out)
			}
			c.Printf("\n")
			return nil
		}),
		show("show ip interface [INTERFACE$name]", func(c *cli.Context, args grammar.Args) error {
			list, err := a.interfaces(args.String("name"))
			for _, i := range list {
				renderIPInterface(c.Out, i)
			}
			return err
		}),
		show("show ip interface brief", a.showBrief),
		show("show ip interface INTERFACE$name brief", a.showBrief),
		show("show ip route", a.showRoutes),
		show("show ip route <connected|static>$only", a.showRoutes),
		show("show ip route A.B.C.D$address", a.showRoutes),
		show("show arp", a.showARP),
		show("show ip arp", a.showARP),
		show("show protocols", func(c *cli.Context, _ grammar.Args) error {
			list, err := a.interfaces("")
			if err != nil {
				return err
			}
			on, known := a.Machine.Forwards()
			renderProtocols(c.Out, list, on, known)
			return nil
		}),
		show("show tcp brief [<all|numeric>$which]", func(c *cli.Context, args grammar.Args) error {
			list, err := a.Machine.Connections()
			if err != nil {
				return errHost
			}
			renderTCP(c.Out, list, args.String("which") == "all")
			return nil
		}),
		show("show processes", func(c *cli.Context, _ grammar.Args) error {
			renderProcesses(c.Out, a.Meter.Usage())
			return nil
		}),
		show("show processes cpu", a.showCPU),
		show("show processes cpu history", func(c *cli.Context, _ grammar.Args) error {
			renderHistory(c.Out, c.Shell.Config().Hostname, a.clock().Now(), a.Meter.History())
			return nil
		}),
		privileged("clear counters [INTERFACE$name]", trim("clear counters [INTERFACE$name]", hostHelp), a.clearCounters),
		show("show processes cpu sorted [<5sec|1min|5min>$order]", func(c *cli.Context, args grammar.Args) error {
			renderCPU(c.Out, a.Meter.Usage(), cmp.Or(args.String("order"), "5sec"))
			return nil
		}),
		show("show processes memory", a.showProcessMemory),
		show("show memory [<statistics|summary>$part]", a.showMemory),
	}
}

var errHost = errors.New("% The host does not tell")

// interfaces are those of the host, or the one of a name.
func (a Agents) interfaces(name string) ([]host.Interface, error) {
	list, err := a.Machine.Interfaces()
	if err != nil {
		return nil, errHost
	}
	if name == "" {
		return list, nil
	}
	for _, i := range list {
		if i.IOS == name {
			return []host.Interface{i}, nil
		}
	}
	return nil, cli.ErrNumber
}

func (a Agents) showInterfaces(c *cli.Context, args grammar.Args) error {
	list, err := a.interfaces(args.String("name"))
	texts := labelsOf(c.Tree()).descriptions
	for _, i := range list {
		in, out := a.Meter.Rates(i.Name)
		cleared := time.Duration(-1)
		if i.Counters != nil {
			var is host.Counters
			is, cleared = a.Meter.Counted(i.Name, *i.Counters)
			i.Counters = &is
		}
		renderInterface(c.Out, i, texts[i.IOS], in, out, cleared)
	}
	return err
}

// clearCounters is `clear counters [INTERFACE]`: `show interfaces` counts anew.
func (a Agents) clearCounters(c *cli.Context, args grammar.Args) error {
	if a.Machine == nil || a.Meter == nil {
		return errHost
	}
	list, err := a.interfaces(args.String("name"))
	if err != nil {
		return err
	}
	which, text := "this interface", "interface "+args.String("name")
	if !args.Has("name") {
		which, text = "all interfaces", "all interfaces"
	}
	ok, err := c.Confirm("Clear \"show interface\" counters on " + which)
	if err != nil || !ok {
		return err
	}
	for _, i := range list {
		a.Meter.Clear(i.Name)
	}
	c.Report("CLEAR", "COUNTERS", "Clear counter on "+text)
	return nil
}

func (a Agents) showBrief(c *cli.Context, args grammar.Args) error {
	list, err := a.interfaces(args.String("name"))
	if err != nil {
		return err
	}
	renderBrief(c.Out, list)
	return nil
}

func (a Agents) showRoutes(c *cli.Context, args grammar.Args) error {
	list, err := a.interfaces("")
	if err != nil {
		return err
	}
	kernel, err := a.Machine.Routes()
	if err != nil {
		return errHost
	}
	table := routes(list, kernel)
	if args.Has("address") {
		return renderRouteTo(c.Out, table, address(args, "address"))
	}
	renderRoutes(c.Out, table, args.String("only"))
	return nil
}

func (a Agents) showARP(c *cli.Context, _ grammar.Args) error {
	list, err := a.interfaces("")
	if err != nil {
		return err
	}
	heard, err := a.Machine.Neighbours()
	if err != nil {
		return errHost
	}
	renderARP(c.Out, list, heard)
	return nil
}

func (a Agents) showMemory(c *cli.Context, _ grammar.Args) error {
	renderMemory(c.Out, a.Meter.Memory())
	return nil
}

func (a Agents) showCPU(c *cli.Context, _ grammar.Args) error {
	renderCPU(c.Out, a.Meter.Usage(), "")
	return nil
}

func (a Agents) showProcessMemory(c *cli.Context, _ grammar.Args) error {
	renderProcessMemory(c.Out, a.Meter.Memory())
	return nil
}
