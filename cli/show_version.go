package cli

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
)

// What several commands say of the machine that there is not.
const (
	boardID  = "BLP00000001" // its serial number
	hardware = "1.0"         // its revision
	register = "0x2102"      // boot as usual: the only way there is
)

// removed stands in the place of secrets in `show tech-support`.
const removed = "<removed>"

// ShowVersion is `show version`. It has the shape that clients parse and says in
// its second line what this really is.
func (c *Context) ShowVersion() error {
	v := c.Shell.version()
	start := c.Shell.started
	if sys := c.Shell.o.System; sys != nil {
		start = sys.StartTime()
	}
	host := c.Shell.Config().Hostname
	c.Printf("Cisco IOS Software, %s Software (C%s-BUSYLAMP-M), Version 12.4(24)T, RELEASE SOFTWARE (fc1)\n", series(v.Platform), v.Platform)
	c.Printf("Busylamp %s%s: behaves like Cisco Unified CME at its terminal, and is not made by Cisco\n", v.Version, commit(v.Commit))
	if !v.Built.IsZero() {
		c.Printf("Compiled %s\n", v.Built.UTC().Format("Mon 02-Jan-06 15:04"))
	}
	c.Printf("\nROM: none (a process of the host)\n\n")
	c.Printf("%s uptime is %s\n", host, render.Uptime(c.Shell.o.Clock.Since(start)))
	c.Printf("System returned to ROM by %s\n", v.ReturnReason)
	c.Printf("System restarted at %s\n", render.Date(c.Shell.o.Clock.Local(start)))
	c.Printf("System image file is %q\n\n\n", v.ImageFile)
	c.Printf("Cisco %s (revision %s) with %dK/%dK bytes of memory.\n", v.Platform, hardware, v.MemoryKB, 0)
	c.Printf("Processor board ID %s\n", v.BoardID)
	c.Printf("%dK bytes of NVRAM.\n\n", nvramSize/1024)
	c.Printf("Configuration register is %s\n\n", register)
	return nil
}

// version fills the gaps of what System says.
func (sh *Shell) version() VersionInfo {
	var v VersionInfo
	if sh.o.System != nil {
		v = sh.o.System.Version()
	}
	def := func(s *string, text string) {
		if *s == "" {
			*s = text
		}
	}
	def(&v.Version, "0.1")
	def(&v.Platform, "3825")
	def(&v.BoardID, boardID)
	def(&v.ImageFile, "flash:busylamp")
	def(&v.ReturnReason, "power-on")
	if v.MemoryKB <= 0 {
		v.MemoryKB = 262144
	}
	return v
}

// series is the family of a platform: 3800 for 3825.
func series(platform string) string {
	if len(platform) != 4 || strings.Trim(platform, "0123456789") != "" {
		return platform
	}
	return platform[:2] + "00"
}

func commit(c string) string {
	if c == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", c)
}

// ShowInventory is `show inventory`: the chassis, which is all there is.
func (c *Context) ShowInventory() error {
	v := c.Shell.version()
	c.Printf("NAME: %q, DESCR: %q\n", v.Platform+" chassis", "Busylamp, a process of the host")
	c.Printf("PID: %-18s, VID: %-4s, SN: %s\n\n\n", product(v), hardware, v.BoardID)
	return nil
}

// ShowDiag is `show diag`: what ShowInventory says, slot by slot.
func (c *Context) ShowDiag() error {
	v := c.Shell.version()
	c.Printf("Slot 0:\n\tBusylamp, a process of the host\n")
	c.Printf("\tHardware Revision        : %s\n", hardware)
	c.Printf("\tPCB Serial Number        : %s\n", v.BoardID)
	c.Printf("\tChassis Serial Number    : %s\n", v.BoardID)
	c.Printf("\tProduct (FRU) Number     : %s\n\n", product(v))
	return nil
}

// product is what orders call a platform: CISCO3825.
func product(v VersionInfo) string { return "CISCO" + v.Platform }

// ShowBootvar is `show bootvar`. `boot system` lines are kept and do nothing, so there
// is no variable.
func (c *Context) ShowBootvar() error {
	for _, name := range []string{"BOOT", "CONFIG_FILE", "BOOTLDR"} {
		c.Printf("%s variable does not exist\n", name)
	}
	c.Printf("Configuration register is %s\n\n", register)
	return nil
}

// ShowRunningRemoved is ShowRunning without anything secret, for `show tech-support`,
// which people send to others.
func (c *Context) ShowRunningRemoved() error {
	body := c.running()
	c.Printf("%s", conf.RunningHeader(body))
	for line := range strings.Lines(string(body)) {
		c.Printf("%s\n", conceal(strings.TrimSuffix(line, "\n"), removed))
	}
	c.Printf("\n")
	return nil
}
