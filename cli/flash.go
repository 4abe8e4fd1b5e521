package cli

import (
	"cmp"
	"crypto/md5" // `verify /md5` is what routers have
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// flash is flash:, and its error when there is no state directory.
func (c *Context) flash() (*conf.Flash, error) {
	if c.Shell.o.State == nil {
		return nil, openError(onFlash+":", errNoState)
	}
	return c.Shell.o.State.Flash(), nil
}

// Dir is `dir [FILE]`: flash: when where is "". A name may hold * and ?.
func (c *Context) Dir(where string) error {
	p, err := parsePlace(where)
	if err != nil {
		return err
	}
	switch p.where {
	case onFlash:
		return c.dirFlash(p.name)
	case onStartup:
		return c.dirNVRAM()
	case onRunning:
		body := c.running()
		c.Printf("Directory of system:/\n\n")
		c.dirRow(1, int64(len(body)), time.Now(), runningName)
		c.Printf("\nNo space information available\n")
		return nil
	}
	return fmt.Errorf("%%Error opening %s (Operation not supported)", shown(where))
}

// DirAll is `dir all-filesystems` and `dir /all`.
func (c *Context) DirAll() error {
	for i, where := range []string{"flash:", "nvram:", "system:"} {
		if i > 0 {
			c.Printf("\n")
		}
		if err := c.Dir(where); err != nil {
			return err
		}
	}
	return nil
}

// dirRow is one file. All of them can be read and written.
func (c *Context) dirRow(n int, size int64, at time.Time, name string) {
	c.Printf("%5d  -rw-  %10d  %s  %s\n", n, size, c.Shell.o.Clock.Local(at).Format("Jan _2 2006 15:04:05 -07:00"), name)
}

func (c *Context) dirFlash(pattern string) error {
	flash, err := c.flash()
	if err != nil {
		return err
	}
	files, err := flash.List()
	if err != nil {
		c.Shell.o.Log.Msg("SYS", logbuf.Errors, "FILE", "%v", err)
		return openError(onFlash+":/", err)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return openError(onFlash+":/"+pattern, conf.ErrName)
	}
	var used int64
	var rows []int
	for i, f := range files {
		used += f.Size()
		if ok, _ := path.Match(pattern, f.Name()); ok || pattern == "" {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 && pattern != "" {
		return openError(onFlash+":/"+pattern, fs.ErrNotExist)
	}
	c.Printf("Directory of flash:/%s\n\n", pattern)
	for _, i := range rows {
		c.dirRow(i+1, files[i].Size(), files[i].ModTime(), files[i].Name())
	}
	if len(files) == 0 {
		c.Printf("No files in directory\n")
	}
	free := c.Shell.flashFree(used)
	c.Printf("\n%d bytes total (%d bytes free)\n", used+free, free)
	return nil
}

func (c *Context) dirNVRAM() error {
	text, err := c.Shell.startup()
	if err != nil {
		return err
	}
	c.Printf("Directory of nvram:/\n\n")
	if text == nil {
		c.Printf("No files in directory\n")
	} else {
		c.Printf("%5d  -rw-  %10d                    <no date>  %s\n", 1, len(text), startupName)
	}
	size := max(nvramSize, len(text))
	c.Printf("\n%d bytes total (%d bytes free)\n", size, size-len(text))
	return nil
}

// More is `more FILE`.
func (c *Context) More(file string) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	data, err := c.readFile(p)
	if err != nil {
		return err
	}
	c.Printf("%s", data)
	if !strings.HasSuffix(string(data), "\n") {
		c.Printf("\n")
	}
	return nil
}

// Delete is `delete [/force] FILE`. A name may hold * and ?. With force nothing is
// asked.
func (c *Context) Delete(file string, force bool) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	force = force || c.quiet()
	if p.where == onStartup {
		return c.EraseStartup()
	}
	flash, err := c.flash()
	switch {
	case err != nil:
		return err
	case p.where != onFlash:
		return fmt.Errorf("%%Error deleting %s (Operation not supported)", p)
	}
	if !force || p.name == "" {
		name, err := c.need("Delete filename", p.name)
		if err != nil {
			return err
		}
		p.name = strings.TrimPrefix(strings.TrimPrefix(name, onFlash+":"), "/")
	}
	names := []string{p.name}
	if strings.ContainsAny(p.name, "*?") {
		if names, err = matching(flash, p.name); err != nil {
			return deleteError(p.name, err)
		}
	}
	for _, name := range names {
		if !force {
			ok, err := c.Confirm(fmt.Sprintf("Delete flash:%s?", name))
			if err != nil {
				return err
			}
			if !ok {
				c.Printf("Delete of flash:%s aborted!\n", name)
				continue
			}
		}
		if err := flash.Remove(name); err != nil {
			c.Shell.logFile(place{where: onFlash, name: name}, err)
			return deleteError(name, err)
		}
	}
	return nil
}

func deleteError(name string, err error) error {
	return fmt.Errorf("%%Error deleting flash:%s (%s)", name, reason(err))
}

// matching lists the files that a pattern names.
func matching(flash *conf.Flash, pattern string) ([]string, error) {
	files, err := flash.List()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		ok, err := path.Match(pattern, f.Name())
		if err != nil {
			return nil, conf.ErrName
		}
		if ok {
			names = append(names, f.Name())
		}
	}
	if names == nil {
		return nil, fs.ErrNotExist
	}
	return names, nil
}

// Rename is `rename FROM TO`, both in flash:.
func (c *Context) Rename(from, to string) error {
	src, err := parsePlace(from)
	if err != nil {
		return err
	}
	dst, err := parsePlace(to)
	if err != nil {
		return err
	}
	flash, err := c.flash()
	switch {
	case err != nil:
		return err
	case src.where != onFlash || dst.where != onFlash:
		return errors.New("%Error: only files in one file system can be renamed")
	}
	if !c.quiet() || dst.name == "" {
		if dst.name, err = c.need("Destination filename", cmp.Or(dst.name, src.name)); err != nil {
			return err
		}
		dst.name = strings.TrimPrefix(strings.TrimPrefix(dst.name, onFlash+":"), "/")
	}
	if err := flash.Rename(src.name, dst.name); err != nil {
		c.Shell.logFile(src, err)
		return fmt.Errorf("%%Error renaming flash:%s (%s)", src.name, reason(err))
	}
	return nil
}

// Verify is `verify /md5 FILE [HASH]`.
func (c *Context) Verify(file, want string) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	data, err := c.readFile(p)
	if err != nil {
		return err
	}
	sum := md5.Sum(data)
	got := hex.EncodeToString(sum[:])
	const pace = 1 << 20 // a mark for each MiB
	c.Printf("%sDone!\n", strings.Repeat(".", min(2+len(data)/pace, 60)))
	switch {
	case want == "":
		c.Printf("verify /md5 (%s) = %s\n\n", p, got)
	case strings.EqualFold(want, got):
		c.Printf("Verified (%s) = %s\n\n", p, got)
	default:
		c.Printf("%%Error verifying %s\nComputed signature  = %s\nSubmitted signature = %s\n\n", p, got, want)
	}
	return nil
}

// EraseFlash is `erase flash:`: all of its files.
func (c *Context) EraseFlash() error {
	flash, err := c.flash()
	if err != nil {
		return err
	}
	ok, err := c.Confirm("Erasing the flash filesystem will remove all files! Continue?")
	if err != nil || !ok {
		return err
	}
	files, err := flash.List()
	for _, f := range files {
		err = errors.Join(err, flash.Remove(f.Name()))
	}
	if err != nil {
		c.Shell.o.Log.Msg("SYS", logbuf.Errors, "FILE", "%v", err)
		return errors.New("%Error erasing flash: (Device error)")
	}
	c.Printf("Erasing device... ...erased\nErase of flash: complete\n")
	return nil
}

// ShowFlash is `show flash:`.
func (c *Context) ShowFlash() error {
	flash, err := c.flash()
	if err != nil {
		return err
	}
	files, err := flash.List()
	if err != nil {
		return openError(onFlash+":/", err)
	}
	c.Printf("-#- --length-- -----date/time------ path\n")
	var used int64
	slices.SortFunc(files, func(a, b conf.FileInfo) int { return cmp.Compare(a.Name(), b.Name()) })
	for i, f := range files {
		used += f.Size()
		c.Printf("%-3d %10d %s %s\n", i+1, f.Size(), c.Shell.o.Clock.Local(f.ModTime()).Format("Jan _2 2006 15:04:05 -07:00"), f.Name())
	}
	c.Printf("\n%d bytes available (%d bytes used)\n\n", c.Shell.flashFree(used), used)
	return nil
}
