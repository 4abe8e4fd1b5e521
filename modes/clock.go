package modes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/clock"
)

// globalClock is `clock timezone`, `clock summer-time` and `clock calendar-valid`.
func globalClock() []conf.Command {
	week := func(n string) string {
		return "<<1-4>$nth" + n + "|first|last>$week" + n + " WEEKDAY$day" + n + " MONTH$month" + n + " WALL$time" + n
	}
	date := func(n string) string {
		return "<<1-31>$day" + n + " MONTH$m" + n + "|MONTH$month" + n + " <1-31>$d" + n + ">$on" + n + " <1993-2035>$year" + n + " WALL$time" + n
	}
	return []conf.Command{
		acting("clock timezone WORD(16)$zone HOURS$hours [<0-59>$minutes]", "", `
			clock     Clock
			timezone  Time zone
			$zone     Name of the zone
			$hours    Hours from UTC
			$minutes  Minutes from UTC`),
		shared(checked(checkSummer, conf.Command{
			Syntax: "clock summer-time WORD(16)$zone <recurring [" + week("1") + " " + week("2") + " [<1-1440>$more]]|date " + date("3") + " " + date("4") + " [<1-1440>$offset]>$kind",
			Help:   summerHelp,
		})),
		acting("clock calendar-valid", "", `
			clock           Clock
			calendar-valid  The clock of the host is right`),
	}
}

const summerHelp = `
	clock        Clock
	summer-time  Time in summer
	$zone        Name of the zone in summer
	recurring    Each year
	date         Once
	$kind        When
	first        First week of the month
	last         Last week of the month
	$nth1        Week of the start
	$week1       Week of the start
	$day1        Day of the start
	$month1      Month of the start
	$time1       Time of the start
	$nth2        Week of the end
	$week2       Week of the end
	$day2        Day of the end
	$month2      Month of the end
	$time2       Time of the end
	$more        Minutes to add
	$day3        Day of the start
	$m3          Month of the start
	$month3      Month of the start
	$d3          Day of the start
	$on3         Day of the start
	$year3       Year of the start
	$time3       Time of the start
	$day4        Day of the end
	$m4          Month of the end
	$month4      Month of the end
	$d4          Day of the end
	$on4         Day of the end
	$year4       Year of the end
	$time4       Time of the end
	$offset      Minutes to add`

// parseWall reads a time of day from 0:00 to 23:59, and prints it as routers do: 2:00.
func parseWall(word string) (canonical string, bad int, ok bool) {
	hour, minute, both := strings.Cut(word, ":")
	h, bad, ok := clockPart(hour, 23)
	if !ok || !both {
		return "", bad, false
	}
	m, bad, ok := clockPart(minute, 59)
	if !ok {
		return "", len(hour) + 1 + bad, false
	}
	return fmt.Sprintf("%d:%02d", h, m), 0, true
}

// parseWeekday reads the name of a weekday, or three letters of it and more.
func parseWeekday(word string) (canonical string, bad int, ok bool) {
	low := strings.ToLower(word)
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		n := 0
		for n < min(len(name), len(low)) && name[n] == low[n] {
			n++
		}
		if n == len(low) && n >= 3 {
			return d.String()[:3], 0, true
		}
		bad = max(bad, n)
	}
	return "", bad, false
}

// ClockConfig is the clock's part of a tree.
func ClockConfig(t conf.Tree) clock.Config {
	return clock.Config{Zone: ClockZone(t), CalendarValid: t.Root().On("clock calendar-valid")}
}

// ClockZone is the time zone that a tree configures.
func ClockZone(t conf.Tree) clock.Zone {
	var z clock.Zone
	root := t.Root()
	if args, ok := root.Get("clock timezone"); ok {
		z.Name = args.String("zone")
		z.Offset = time.Duration(args.Int("minutes")) * time.Minute
		if strings.HasPrefix(args.String("hours"), "-") {
			z.Offset = -z.Offset
		}
		z.Offset += time.Duration(args.Int("hours")) * time.Hour
	}
	if args, ok := root.Get("clock summer-time"); ok {
		z.Summer = summer(args)
	}
	return z
}

// summer is a line of `clock summer-time`.
func summer(args grammar.Args) clock.Summer {
	s := clock.Summer{Name: args.String("zone"), Offset: time.Hour, From: clock.DefaultFrom, To: clock.DefaultTo}
	for _, minutes := range []string{"more", "offset"} {
		if args.Has(minutes) {
			s.Offset = time.Duration(args.Int(minutes)) * time.Minute
		}
	}
	switch {
	case args.Has("year3"):
		s.Once, s.Start, s.End = true, moment(args, "3"), moment(args, "4")
		s.From, s.To = clock.Rule{}, clock.Rule{}
	case args.Has("week1"):
		s.From, s.To = weekRule(args, "1"), weekRule(args, "2")
	}
	return s
}

func weekRule(args grammar.Args, n string) clock.Rule {
	r := clock.Rule{Month: month(args.String("month" + n)), At: wall(args.String("time" + n))}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if d.String()[:3] == args.String("day"+n) {
			r.Weekday = d
		}
	}
	switch week := args.String("week" + n); week {
	case "first":
		r.Week = 1
	case "last":
		r.Week = clock.Last
	default:
		r.Week, _ = strconv.Atoi(week)
	}
	return r
}

// moment is a date and time of `clock summer-time date`, as if it were UTC.
func moment(args grammar.Args, n string) time.Time {
	day, name := args.Int("day"+n), args.String("m"+n)
	if args.Has("month" + n) {
		day, name = args.Int("d"+n), args.String("month"+n)
	}
	return time.Date(args.Int("year"+n), month(name), day, 0, 0, 0, 0, time.UTC).Add(wall(args.String("time" + n)))
}

// month is a canonical MONTH.
func month(name string) time.Month {
	t, err := time.Parse("Jan", name)
	if err != nil {
		return time.January
	}
	return t.Month()
}

// wall is a canonical WALL after midnight.
func wall(text string) time.Duration {
	minutes, _ := minutesOf(text)
	return time.Duration(minutes) * time.Minute
}

// checkSummer refuses days that there are not.
func checkSummer(_ conf.CheckContext, args grammar.Args) error {
	if !args.Has("year3") {
		return nil
	}
	for _, n := range []string{"3", "4"} {
		day := args.Int("day" + n)
		if args.Has("month" + n) {
			day = args.Int("d" + n)
		}
		if moment(args, n).Day() != day {
			return errors.New("% Invalid date")
		}
	}
	return nil
}

// execClock is what the EXEC knows of the clock.
func execClock() []cli.Exec {
	set := func(syntax string) cli.Exec {
		return privileged(syntax, trim(syntax, `
			clock   Manage the system clock
			set     Set the time and date
			$time   Current Time
			$day    Day of the month
			$month  Month of the year
			$year   Year`),
			func(c *cli.Context, args grammar.Args) error {
				t, err := time.Parse("15:04:05", args.String("time"))
				if err != nil {
					return err
				}
				return c.ClockSet(t.Hour(), t.Minute(), t.Second(), month(args.String("month")), args.Int("day"), args.Int("year"))
			})
	}
	noNTP := func(c *cli.Context, _ grammar.Args) error {
		c.Printf("%%NTP is not enabled.\n")
		return nil
	}
	return []cli.Exec{
		set("clock set HH:MM:SS$time <1-31>$day MONTH$month <1993-2035>$year"),
		set("clock set HH:MM:SS$time MONTH$month <1-31>$day <1993-2035>$year"),
		privileged("clock read-calendar", `
			clock          Manage the system clock
			read-calendar  Read the hardware calendar into the clock`, method((*cli.Context).ClockReadCalendar)),
		privileged("clock update-calendar", `
			clock            Manage the system clock
			update-calendar  Update the hardware calendar from the clock`,
			// The calendar is the host's clock, which is never set.
			func(*cli.Context, grammar.Args) error { return nil }),
		everybody("show clock [detail$detail]", `
			clock    Display the system clock
			detail   Display detailed information
			$detail  Display detailed information`,
			func(c *cli.Context, args grammar.Args) error { return c.ShowClock(args.Has("detail")) }),
		everybody("show ntp status", `
			ntp     Network time protocol
			status  Status of the network time protocol`, noNTP),
		everybody("show ntp associations", `
			ntp           Network time protocol
			associations  NTP associations`, noNTP),
	}
}
