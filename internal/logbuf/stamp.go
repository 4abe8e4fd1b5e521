package logbuf

import (
	"fmt"
	"strings"
	"time"
)

// Severity is a syslog severity, 0 (emergencies) to 7 (debugging), or Off.
type Severity int8

// The severities. As a level, a severity lets itself and all graver ones
// through; Off lets nothing through.
const (
	Off           Severity = -1
	Emergencies   Severity = 0
	Alerts        Severity = 1
	Critical      Severity = 2
	Errors        Severity = 3
	Warnings      Severity = 4
	Notifications Severity = 5
	Informational Severity = 6
	Debugging     Severity = 7
)

var severityNames = [...]string{"emergencies", "alerts", "critical", "errors",
	"warnings", "notifications", "informational", "debugging"}

// String is the level's keyword, "disabled" for Off.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return "disabled"
	}
	return severityNames[s]
}

// ParseSeverity reads a keyword ("debugging") or a digit 0 to 7.
func ParseSeverity(text string) (Severity, bool) {
	for i, n := range severityNames {
		if strings.EqualFold(n, text) || text == string(rune('0'+i)) {
			return Severity(i), true
		}
	}
	return Off, false
}

// StampMode is the kind of a time stamp.
type StampMode uint8

// The kinds. Uptime is what an IOS without `service timestamps` lines shows.
const (
	StampUptime   StampMode = iota // 00:00:52:
	StampDatetime                  // *Sep  4 07:16:02.715:
	StampNone                      // `no service timestamps`
)

// Stamp is one `service timestamps debug|log …` line
// (IOS fundamentals command reference: service timestamps).
type Stamp struct {
	Mode     StampMode
	Msec     bool // .715
	Local    bool // `localtime`: in the time's own zone; otherwise UTC
	ShowZone bool // `show-timezone`
	Year     bool
}

// Format returns the stamp with its colon and blank: "*Sep  4 07:16:02.715: ". mark is
// what stands before a date: the asterisk says that the clock has not been set by an
// authority.
func (c Stamp) Format(t time.Time, up time.Duration, mark string) string {
	switch c.Mode {
	case StampNone:
		return ""
	case StampUptime:
		return Uptime(up) + ": "
	}
	if !c.Local {
		t = t.UTC()
	}
	layout := "Jan _2 "
	if c.Year {
		layout += "2006 "
	}
	layout += "15:04:05"
	if c.Msec {
		layout += ".000"
	}
	if c.ShowZone {
		layout += " MST"
	}
	return mark + t.Format(layout) + ": "
}

// Uptime writes a duration as stamps do: 00:00:52, from a day on 1d04h, from a
// week on 2w3d, from a year on 1y12w.
func Uptime(up time.Duration) string {
	const day, week, year = 24 * time.Hour, 7 * 24 * time.Hour, 365 * 24 * time.Hour
	up = max(up, 0)
	switch {
	case up < day:
		return fmt.Sprintf("%02d:%02d:%02d", up/time.Hour, up/time.Minute%60, up/time.Second%60)
	case up < week:
		return fmt.Sprintf("%dd%02dh", up/day, up%day/time.Hour)
	case up < year:
		return fmt.Sprintf("%dw%dd", up/week, up%week/day)
	}
	return fmt.Sprintf("%dy%dw", up/year, up%year/week)
}
