package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Copy is `copy FROM TO`. It asks for what the user has not said, and, unless `file
// prompt quiet` is configured, whether what he has said is right. A copy to the
// running-config adds to it, and shows what was refused.
func (c *Context) Copy(from, to string) error {
	src, err := parsePlace(from)
	if err != nil {
		return err
	}
	dst, err := parsePlace(to)
	if err != nil {
		return err
	}
	if src.where == dst.where && !src.remote() && src.where != onFlash {
		return errors.New("%Error: source and destination are the same file")
	}
	if src, err = c.askSource(src); err != nil {
		return err
	}
	if dst, err = c.askDestination(src, dst); err != nil {
		return err
	}
	switch {
	case src.where == onRunning && dst.where == onStartup:
		return c.WriteMemory()
	case dst.where == onFlash:
		if ok, err := c.mayOverwrite(dst); err != nil || !ok {
			return err
		}
	}
	began := time.Now()
	data, err := c.fetch(src)
	if err != nil {
		return err
	}
	if dst.where == onRunning {
		c.merge(data, src)
	} else {
		if err := c.Shell.write(c, dst, data); err != nil {
			return err
		}
		switch dst.where {
		case onStartup:
			c.Shell.stamps.saved.Store(c.Shell.stampedNow(c.Session))
			c.Printf("[OK]\n")
		case onTFTP:
			c.Printf("%s\n", progress(len(data)))
		}
	}
	c.Printf("%s\n", copied(len(data), time.Since(began)))
	return nil
}

// quiet: only what is missing is asked for.
func (c *Context) quiet() bool { return c.Shell.Config().FilePromptQuiet }

func (c *Context) askSource(p place) (place, error) {
	var err error
	if p.remote() && p.host == "" {
		if p.host, err = c.need("Address or name of remote host", ""); err != nil {
			return p, err
		}
		p.url = ""
	}
	if p.name == "" && p.where != onNull {
		p.name, err = c.need("Source filename", "")
	}
	return p, err
}

func (c *Context) askDestination(src, p place) (place, error) {
	var err error
	quiet := c.quiet()
	if p.remote() && (!quiet || p.host == "") {
		host, err := c.need("Address or name of remote host", p.host)
		if err != nil {
			return p, err
		}
		p.host = host
	}
	if p.where == onNull {
		return p, nil
	}
	def := p.name
	if def == "" {
		def = src.base()
		if p.where == onTFTP && src.where == onRunning {
			def = strings.ToLower(c.Shell.Config().Hostname) + "-confg"
		}
	}
	if quiet && p.name != "" {
		return p, nil
	}
	name, err := c.need("Destination filename", def)
	if err != nil {
		return p, err
	}
	// Another name than the one that stands for a configuration is a file in flash:.
	if name != p.name && (p.where == onRunning || p.where == onStartup) {
		return parsePlace(name)
	}
	p.name = strings.TrimLeft(strings.TrimPrefix(name, onFlash+":"), "/")
	return p, nil
}

// need asks for something that cannot be left out.
func (c *Context) need(prompt, def string) (string, error) {
	answer, err := c.Ask(fmt.Sprintf("%s [%s]", prompt, def), "")
	if err != nil {
		return "", err
	}
	if answer == "" {
		answer = def
	}
	if answer == "" || strings.Contains(answer, "?") {
		return "", errors.New("%Error parsing filename (Bad file name)")
	}
	return answer, nil
}

// mayOverwrite asks before a file in flash: is replaced.
func (c *Context) mayOverwrite(p place) (bool, error) {
	if c.Shell.o.State == nil || c.quiet() {
		return true, nil
	}
	if _, err := c.Shell.o.State.Flash().Stat(p.name); err != nil {
		return true, nil
	}
	c.Printf("%%Warning:There is a file already existing with this name\n")
	return c.Confirm("Do you want to over write?")
}

// fetch reads the source of a copy and shows how it goes.
func (c *Context) fetch(src place) ([]byte, error) {
	if !src.remote() {
		return c.readFile(src)
	}
	c.Printf("Accessing %s...\n", src)
	if err := c.flush(); err != nil {
		return nil, err
	}
	data, err := c.Shell.read(c, src)
	if err != nil {
		return nil, err
	}
	if src.where == onTFTP {
		c.Printf("Loading %s from %s: %s\n[OK - %d bytes]\n\n", src.name, src.host, progress(len(data)), len(data))
	} else {
		c.Printf("Loading %s %s\n", src, progress(len(data)))
	}
	return data, nil
}

// progress is a mark for each ten packets, or some less for large files.
func progress(n int) string {
	const tenPackets, most = 5120, 60
	return strings.Repeat("!", min(1+n/tenPackets, most))
}

// copied is the last line of a copy.
func copied(n int, took time.Duration) string {
	took = max(took, time.Millisecond)
	return fmt.Sprintf("%d bytes copied in %.3f secs (%.0f bytes/sec)", n, took.Seconds(), float64(n)/took.Seconds())
}

// merge adds a file to the running configuration as if the session had typed it, shows
// each line that was refused, and counts them.
func (c *Context) merge(data []byte, src place) {
	bad := c.Shell.loadFor(c, c.Session, data, src.source())
	for _, e := range bad {
		c.Printf("%s", e.String())
	}
	if n := len(bad); n > 0 {
		c.Printf("%% Lines that were refused: %d\n", n)
	}
	c.Session.dirty, c.Session.stale = true, true // the agents have yet to take it
}

// source is what %SYS-5-CONFIG_I says that a configuration came from.
func (p place) source() string {
	if p.where == onStartup {
		return "memory"
	}
	return p.String()
}
