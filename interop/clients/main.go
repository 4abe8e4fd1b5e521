// Command clients drives the appliance with scrapligo, as automation does: connect, enable,
// show, configure with a line that is refused, save.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/scrapli/scrapligo/driver/options"
	"github.com/scrapli/scrapligo/platform"
)

func main() {
	port, err := strconv.Atoi(os.Args[1])
	if err == nil {
		for _, transport := range []string{"system", "standard"} {
			if err = drive(transport, port); err != nil {
				err = fmt.Errorf("%s: %w", transport, err)
				break
			}
			fmt.Println(transport, "ok")
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func drive(transport string, port int) error {
	p, err := platform.NewPlatform("cisco_iosxe", "127.0.0.1",
		options.WithAuthNoStrictKey(), options.WithAuthUsername("ops"), options.WithAuthPassword("lab"), options.WithAuthSecondary("lab"),
		options.WithTransportType(transport), options.WithPort(port), options.WithTimeoutOps(10*time.Second))
	if err != nil {
		return err
	}
	d, err := p.GetNetworkDriver()
	if err != nil {
		return err
	}
	if err := d.Open(); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer d.Close()
	version, err := d.SendCommand("show version")
	if err != nil || version.Failed != nil || !strings.Contains(version.Result, "uptime is") {
		return fmt.Errorf("show version: %v, %v, %q", err, version.Failed, version.Result)
	}
	wrong, err := d.SendConfigs([]string{"presence", "max-subscription 200", "no such line", "exit"})
	if err != nil || wrong.Failed == nil || !strings.Contains(wrong.JoinedResult(), "% Invalid input detected") {
		return fmt.Errorf("a refused line: %v, %v, %q", err, wrong.Failed, wrong.JoinedResult())
	}
	right, err := d.SendConfigs([]string{"presence", "no max-subscription"})
	if err != nil || right.Failed != nil {
		return fmt.Errorf("configuration: %v, %v", err, right.Failed)
	}
	run, err := d.SendCommand("show running-config")
	if err != nil || run.Failed != nil || !strings.HasSuffix(strings.TrimSpace(run.Result), "end") || strings.Contains(run.Result, "More") {
		return fmt.Errorf("show running-config: %v, %v, %q", err, run.Failed, run.Result)
	}
	saved, err := d.SendCommand("write memory")
	if err != nil || saved.Failed != nil || !strings.Contains(saved.Result, "[OK]") {
		return fmt.Errorf("write memory: %v, %v, %q", err, saved.Failed, saved.Result)
	}
	return nil
}
