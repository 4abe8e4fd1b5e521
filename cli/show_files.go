package cli

import (
	"io/fs"
	"unicode"

	"github.com/busylamp/busylamp/cli/conf"
)

// flashFree is how much more fits into flash: its own limit and the disk's.
func (sh *Shell) flashFree(used int64) int64 {
	free := max(conf.MaxFlash-used, 0)
	if sh.o.Space != nil {
		if disk, ok := sh.o.Space(); ok {
			free = min(free, disk)
		}
	}
	return free
}

// ShowFileSystems is `show file systems`. The one that commands take where none is
// named is marked.
func (c *Context) ShowFileSystems() error {
	c.Printf("File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n")
	row := func(mark, size, free any, kind, flags, prefix string) {
		c.Printf("%v %12v  %12v  %8s  %5s   %s\n", mark, size, free, kind, flags, prefix)
	}
	row(" ", "-", "-", "opaque", "rw", onRunning+":")
	row(" ", "-", "-", "opaque", "rw", onNull+":")
	row(" ", "-", "-", "network", "rw", onTFTP+":")
	row(" ", "-", "-", "network", "ro", onHTTP+":")
	if c.Shell.o.State == nil {
		return nil
	}
	files, err := c.Shell.o.State.Flash().List()
	if err != nil {
		return openError(onFlash+":/", err)
	}
	var used int64
	for _, f := range files {
		used += f.Size()
	}
	free := c.Shell.flashFree(used)
	row("*", used+free, free, "disk", "rw", onFlash+":")
	text, err := c.Shell.startup()
	if err != nil {
		return err
	}
	size := max(nvramSize, len(text))
	row(" ", size, size-len(text), "nvram", "rw", onStartup+":")
	return nil
}

// ShowFileInformation is `show file information FILE`.
func (c *Context) ShowFileInformation(file string) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	if p.name == "" {
		return openError(p.String(), fs.ErrNotExist)
	}
	data, err := c.readFile(p)
	if err != nil {
		return err
	}
	kind := "ascii text"
	switch {
	case p.where == onRunning, p.where == onStartup:
		kind = "config"
	case !ascii(data):
		kind = "unknown"
	}
	c.Printf("%s:\n  type is %s\n", p, kind)
	return nil
}

func ascii(data []byte) bool {
	for _, b := range data {
		if b > unicode.MaxASCII || b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return false
		}
	}
	return true
}
