package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Archive is `archive` (IOS configuration fundamentals command reference).
type Archive struct {
	// Path is where archives go and how their names begin, flash:NAME or tftp://…; $h in
	// it is the hostname and $t the time. "": there is no archive.
	Path string
	// Maximum is how many are kept in flash:, 1 to 14; 10 when 0.
	Maximum int
	// OnWrite archives with every `write memory`, Period every so often; 0: not at all.
	OnWrite bool
	Period  time.Duration
	Log     ConfigLog
}

// ConfigLog is `archive` / `log config`.
type ConfigLog struct {
	Enabled bool
	// Size is how many lines are kept, 1 to 1000; 100 when 0.
	Size int
	// HideKeys keeps passwords out of it. What is sent as a message never has them.
	HideKeys bool
	// Notify sends each line as a message.
	Notify bool
}

// defaultArchives is how many archives are kept by default.
const defaultArchives = 10

func (a Archive) maximum() int {
	if a.Maximum <= 0 {
		return defaultArchives
	}
	return a.Maximum
}

var errNoArchive = errors.New("Archive feature not enabled")

// archived is one archive in flash:.
type archived struct {
	number int
	name   string // without flash:
}

// archiveStamp is the form of $t in the name of an archive, archiveStampPattern what it
// looks like.
const (
	archiveStamp        = "Jan-_2-15-04-05.000"
	archiveStampPattern = `[A-Z][a-z]{2}-[-\d]\d-\d\d-\d\d-\d\d\.\d{3}`
)

// archives lists those that the present path makes under the present hostname, oldest
// first. What is listed is removed one day, so no other file may look like one.
func (sh *Shell) archives(a Archive) ([]archived, error) {
	prefix, ok := strings.CutPrefix(a.Path, onFlash+":")
	if !ok || sh.o.State == nil {
		return nil, nil // how many a server has is not known
	}
	pattern := regexp.QuoteMeta(strings.TrimLeft(prefix, "/"))
	pattern = strings.ReplaceAll(pattern, `\$h`, regexp.QuoteMeta(sh.Config().Hostname))
	pattern = strings.ReplaceAll(pattern, `\$t`, archiveStampPattern)
	re, err := regexp.Compile(`^` + pattern + `-(\d{1,9})$`)
	if err != nil {
		return nil, errNoArchive
	}
	files, err := sh.o.State.Flash().List()
	if err != nil {
		return nil, openError(onFlash+":/", err)
	}
	var out []archived
	for _, f := range files {
		if m := re.FindStringSubmatch(f.Name()); m != nil {
			n, _ := strconv.Atoi(m[1])
			out = append(out, archived{n, f.Name()})
		}
	}
	slices.SortFunc(out, func(x, y archived) int { return x.number - y.number })
	return out, nil
}

// archiveName is the name of the archive with that number.
func (sh *Shell) archiveName(a Archive, number int) string {
	stamp := sh.now().Format(archiveStamp)
	name := strings.NewReplacer("$h", sh.Config().Hostname, "$t", strings.ReplaceAll(stamp, " ", "-")).Replace(a.Path)
	return fmt.Sprintf("%s-%d", name, number)
}

// archive writes the running configuration into the archive and drops what is more than
// the maximum. It returns the name. The error is ready for printing.
func (sh *Shell) archive(ctx context.Context) (string, error) {
	a := sh.Config().Archive
	if a.Path == "" {
		return "", errNoArchive
	}
	p, err := parsePlace(a.Path)
	if err != nil {
		return "", err
	}
	if p.remote() {
		return sh.sendArchive(ctx, a)
	}
	sh.archiveLock.Lock()
	defer sh.archiveLock.Unlock()
	list, err := sh.archives(a)
	if err != nil {
		return "", err
	}
	if p, err = parsePlace(sh.archiveName(a, sh.nextArchive(a, list))); err != nil {
		return "", err
	}
	if err := sh.write(ctx, p, sh.running(sh.store.Tree(), conf.Running)); err != nil {
		return "", err
	}
	sh.sent++
	for over := len(list) + 1 - a.maximum(); over > 0; over-- {
		if err := sh.o.State.Flash().Remove(list[0].name); err != nil {
			sh.logFile(place{where: onFlash, name: list[0].name}, err)
		}
		list = list[1:]
	}
	return p.String(), nil
}

// sendArchive archives on a server, for which nobody else waits. A number is given once.
func (sh *Shell) sendArchive(ctx context.Context, a Archive) (string, error) {
	sh.archiveLock.Lock()
	sh.sent++
	number := sh.sent
	sh.archiveLock.Unlock()
	p, err := parsePlace(sh.archiveName(a, number))
	if err != nil {
		return "", err
	}
	return p.String(), sh.write(ctx, p, sh.running(sh.store.Tree(), conf.Running))
}

// nextArchive is the number of the next archive: behind the last one in flash:, or behind
// those that this process has begun to send. The caller holds archiveLock.
func (sh *Shell) nextArchive(a Archive, list []archived) int {
	if !strings.HasPrefix(a.Path, onFlash+":") {
		return sh.sent + 1
	}
	if n := len(list); n > 0 {
		return list[n-1].number + 1
	}
	return 1
}

// ArchiveConfig is `archive config`.
func (c *Context) ArchiveConfig() error {
	_, err := c.Shell.archive(c)
	return err
}

// archiveOnWrite archives behind a `write memory`.
func (c *Context) archiveOnWrite() {
	if a := c.Shell.Config().Archive; a.OnWrite && a.Path != "" {
		if _, err := c.Shell.archive(c); err != nil {
			c.Printf("%v\n", err)
		}
	}
}

const archiveJob = "archive"

// planArchives puts the next archive of `time-period` into the agenda.
func (sh *Shell) planArchives(old, new Archive) {
	switch {
	case new.Period == 0 || new.Path == "":
		sh.agenda.cancel(archiveJob)
	case old.Period != new.Period || old.Path != new.Path:
		sh.agenda.set(archiveJob, time.Now().Add(new.Period), sh.archiveAgain)
	}
}

func (sh *Shell) archiveAgain(ctx context.Context) {
	if _, err := sh.archive(ctx); err != nil {
		sh.o.Log.Msg("ARCHIVE", logbuf.Errors, "FAILED", "%v", err)
	}
	if a := sh.Config().Archive; a.Period > 0 && a.Path != "" {
		sh.agenda.set(archiveJob, time.Now().Add(a.Period), sh.archiveAgain)
	}
}

// ShowArchive is `show archive`.
func (c *Context) ShowArchive() error {
	a := c.Shell.Config().Archive
	if a.Path == "" {
		return errNoArchive
	}
	c.Shell.archiveLock.Lock()
	list, err := c.Shell.archives(a)
	next := c.Shell.nextArchive(a, list)
	c.Shell.archiveLock.Unlock()
	if err != nil {
		return err
	}
	named := strings.NewReplacer("$h", c.Shell.Config().Hostname, "$t", "<timestamp>").Replace(a.Path)
	c.Printf("The maximum archive configurations allowed is %d.\n", a.maximum())
	c.Printf("There are currently %d archive configurations saved.\n", len(list))
	c.Printf("The next archive file will be named %s-%d\n Archive #  Name\n", named, next)
	for i := range max(a.maximum(), len(list)) {
		name := ""
		if i < len(list) {
			name = onFlash + ":" + list[i].name
		}
		if i == len(list)-1 && name != "" {
			name += " <- Most Recent"
		}
		c.Printf("   %-8d %s\n", i+1, name)
	}
	return nil
}

// ShowDifferences is `show archive config differences [A [B]]`: what B has and A has
// not, and the other way round. Without B it is the running-config; without A as well,
// the running-config is compared with the startup-config.
func (c *Context) ShowDifferences(a, b string) error {
	switch {
	case a == "":
		a, b = runningName, startupName
	case b == "":
		b = runningName
	}
	var texts [2][]byte
	for i, name := range []string{a, b} {
		p, err := parsePlace(name)
		if err != nil {
			return err
		}
		if p.where == onRunning {
			texts[i] = c.form(false).Running(c.Tree())
			continue
		}
		if texts[i], err = c.Shell.read(c, p); err != nil {
			return err
		}
		texts[i] = c.normal(texts[i])
	}
	c.Printf("!Contextual Config Diffs:\n")
	lines := contextDiff(string(texts[0]), string(texts[1]))
	for _, l := range lines {
		c.Printf("%s\n", l)
	}
	if len(lines) == 0 {
		c.Printf("!No changes were found\n")
	}
	c.Printf("\n")
	return nil
}

// normal is a file as the running-config would print it to the session, if all of it is
// understood or what is not may not be seen.
func (c *Context) normal(text []byte) []byte {
	form := c.form(false)
	if tree, bad := c.Shell.parse(c, conf.NewTree(c.Shell.store.Schema()), text); len(bad) == 0 || form.Shown != nil {
		return form.Running(tree)
	}
	return text
}

// ShowIncremental is `show archive config incremental-diffs FILE`: the lines that a
// merge of the file would add.
func (c *Context) ShowIncremental(file string) error {
	p, err := parsePlace(file)
	if err != nil {
		return err
	}
	data, err := c.readFile(p)
	if err != nil {
		return err
	}
	tree := c.Tree()
	next, bad := c.Shell.parse(c, tree, data)
	c.Printf("!List of Commands:\n")
	lines := conf.Commands(tree, next)
	for _, e := range bad {
		lines = append(lines, e.Text)
	}
	for _, l := range lines {
		c.Printf("%s\n", l)
	}
	c.Printf("end\n")
	if len(lines) == 0 {
		c.Printf("!No changes were found\n")
	}
	c.Printf("\n")
	return nil
}
