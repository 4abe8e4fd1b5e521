package modes

import (
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
)

const placesHelp = `
	flash:          Flash file system
	http:           HTTP server
	null:           Nowhere
	nvram:          NV memory
	running-config  Current system configuration
	startup-config  Startup configuration
	system:         System file system
	tftp:           TFTP server
	$file           A file or URL
	$source         A file or URL
	$destination    A file or URL
`

// file is the file that a command names, in whichever way.
func file(args grammar.Args, choice, capture string) string {
	if args.Has(capture) {
		return args.String(capture)
	}
	return args.String(choice)
}

func execFiles() []cli.Exec {
	const copySyntax = "copy <flash:|http:|nvram:|running-config|startup-config|system:|tftp:|WORD$source>$from <flash:|null:|nvram:|running-config|startup-config|system:|tftp:|WORD$destination>$to"
	const moreSyntax = "more [/ascii] <flash:|nvram:|system:|WORD$file>$where"
	const dirSyntax = "dir [</all|all-filesystems|flash:|nvram:|system:|WORD$file>$where]"
	const dirAllSyntax = "dir /all <flash:|nvram:|system:|WORD$file>$where"
	return []cli.Exec{
		privileged(copySyntax, trim(copySyntax, placesHelp), func(c *cli.Context, args grammar.Args) error {
			return c.Copy(file(args, "from", "source"), file(args, "to", "destination"))
		}),
		piped(privileged(moreSyntax, "more    Display the contents of a file\n/ascii  Display binary files in ASCII\n"+trim(moreSyntax, placesHelp),
			func(c *cli.Context, args grammar.Args) error { return c.More(file(args, "where", "file")) })),
		piped(privileged(dirSyntax, `
			dir              List files on a filesystem
			/all             List the files of all filesystems
			all-filesystems  List the files of all filesystems
			`+trim(dirSyntax, placesHelp), func(c *cli.Context, args grammar.Args) error {
			switch where := file(args, "where", "file"); where {
			case "":
				return c.Dir("flash:")
			case "/all", "all-filesystems":
				return c.DirAll()
			default:
				return c.Dir(where)
			}
		})),
		piped(privileged(dirAllSyntax, `
			dir   List files on a filesystem
			/all  List the files of all filesystems
			`+trim(dirAllSyntax, placesHelp),
			func(c *cli.Context, args grammar.Args) error { return c.Dir(file(args, "where", "file")) })),
		privileged("delete [{/force$force|/recursive}] WORD$file", `
			delete      Delete a file
			/force      Delete without asking
			/recursive  Delete the files of directories too
			$file       File to be deleted`, func(c *cli.Context, args grammar.Args) error {
			return c.Delete(args.String("file"), args.Has("force"))
		}),
		privileged("rename WORD$file WORD$destination", `
			rename        Rename a file
			$file         File to be renamed
			$destination  New name`, func(c *cli.Context, args grammar.Args) error {
			return c.Rename(args.String("file"), args.String("destination"))
		}),
		privileged("verify /md5 WORD$file [HEX(32)$sum]", `
			verify  Verify a file
			/md5    Compute the MD5 signature of a file
			$file   File to be verified
			$sum    The signature that it must have`, func(c *cli.Context, args grammar.Args) error {
			return c.Verify(args.String("file"), args.String("sum"))
		}),
		privileged("write erase", `
			erase  Erase NV memory`, method((*cli.Context).EraseStartup)),
		privileged("erase startup-config", `
			erase           Erase a filesystem
			startup-config  Erase contents of configuration memory`, method((*cli.Context).EraseStartup)),
		privileged("erase nvram:", `
			erase   Erase a filesystem
			nvram:  Erase NV memory`, method((*cli.Context).EraseStartup)),
		privileged("erase flash:", `
			erase   Erase a filesystem
			flash:  Erase all files of flash`, method((*cli.Context).EraseFlash)),
		everybody("show flash:", `
			flash:  display information about flash: file system`, method((*cli.Context).ShowFlash)),
		everybody("show aliases", `
			aliases  Display alias commands`, method((*cli.Context).ShowAliases)),
		everybody("show aliases exec", `
			aliases  Display alias commands
			exec     Those of EXEC`, method((*cli.Context).ShowAliases)),
	}
}

const reloadHelp = `
	reload   Halt and perform a cold restart
	at       Reload at a specific time/date
	cancel   Cancel pending reload
	in       Reload after a time interval
	reason   Reason for reload
	$time    Time to reload
	$delay   Delay before reload in minutes, or hours and minutes (mmm or hhh:mm)
	$month   Month of the year
	$day     Day of the month
	$reason  Reason for reload
`

func execReload() []cli.Exec {
	reload := func(syntax string, run func(*cli.Context, grammar.Args) error) cli.Exec {
		return privileged(syntax, trim(syntax, reloadHelp), run)
	}
	at := func(c *cli.Context, args grammar.Args) error {
		var month time.Month
		if name := args.String("month"); name != "" {
			t, err := time.Parse("Jan", name)
			if err != nil {
				return err
			}
			month = t.Month()
		}
		t, err := time.Parse("15:04", args.String("time"))
		if err != nil {
			return err
		}
		return c.ReloadAt(t.Hour(), t.Minute(), month, args.Int("day"), args.String("reason"))
	}
	return []cli.Exec{
		reload("reload", func(c *cli.Context, _ grammar.Args) error { return c.Reload("") }),
		reload("reload reason LINE$reason", func(c *cli.Context, args grammar.Args) error { return c.Reload(args.String("reason")) }),
		reload("reload in DELAY$delay [~reason] [LINE$reason]", func(c *cli.Context, args grammar.Args) error {
			return c.ReloadIn(delay(args.String("delay")), args.String("reason"))
		}),
		reload("reload at HH:MM$time MONTH$month <1-31>$day [~reason] [LINE$reason]", at),
		reload("reload at HH:MM$time <1-31>$day MONTH$month [~reason] [LINE$reason]", at),
		// Behind the forms with a date, which it would take for a reason.
		reload("reload at HH:MM$time [~reason] [LINE$reason]", at),
		reload("reload cancel", method((*cli.Context).ReloadCancel)),
		everybody("show reload", `
			reload  Scheduled reload information`, method((*cli.Context).ShowReload)),
	}
}

// delay is what DELAY has taken.
func delay(text string) time.Duration {
	d, _, ok := cutDelay(text)
	if !ok {
		return 0
	}
	return d
}

// cutDelay reads mmm or hhh:mm; bad is the first character at fault.
func cutDelay(text string) (d time.Duration, bad int, ok bool) {
	hours, minutes, both := strings.Cut(text, ":")
	if !both {
		hours, minutes = "0", text
	}
	h, bad, ok := digits(hours, 576)
	if !ok {
		return 0, bad, false
	}
	limit := 576 * 60
	if both {
		limit = 59
	}
	m, bad, ok := digits(minutes, limit)
	if !ok {
		if both {
			bad += len(hours) + 1
		}
		return 0, bad, false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, 0, true
}

// digits reads a number up to a limit.
func digits(s string, limit int) (n, bad int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, i, false
		}
		if n = n*10 + int(s[i]-'0'); n > limit {
			return 0, i, false
		}
	}
	return n, len(s), s != ""
}

// parseDelay takes the time of `reload in`.
func parseDelay(s string) (string, int, bool) {
	_, bad, ok := cutDelay(s)
	if !ok {
		return "", bad, false
	}
	return s, 0, true
}
