// Package render lays out what `show` commands print: fixed columns,
// `key : value` blocks, word columns and IOS's clock forms. Pure functions over
// the standard library; cli and the show commands in modes import it.
package render

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Columns is the layout of a table with fixed columns: the widths, negative for
// columns aligned to the left as in %-8s, positive to the right. Columns are
// one blank apart. Cells wider than their column push the rest of the row to
// the right, as they do on a router.
type Columns []int

// Row formats one row with its newline. Missing cells are blank; trailing
// blanks are cut.
func (c Columns) Row(cells ...any) string {
	var b strings.Builder
	for i, w := range c {
		if i > 0 {
			b.WriteByte(' ')
		}
		cell := ""
		if i < len(cells) {
			cell = fmt.Sprint(cells[i])
		}
		fmt.Fprintf(&b, "%*s", w, cell)
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// Rule is a row of the character ch, each column filled: "==== ======".
func (c Columns) Rule(ch byte) string {
	parts := make([]string, len(c))
	for i, w := range c {
		parts[i] = strings.Repeat(string(ch), max(w, -w))
	}
	return strings.Join(parts, " ") + "\n"
}

// KV is one row of a block.
type KV struct {
	Key   string
	Value any // a bool prints as TRUE or FALSE
}

// Block writes rows "key : value", the keys padded to width and sep between
// key and value: Block(w, "", 34, " : ", …) is `show presence global`.
func Block(w io.Writer, indent string, width int, sep string, rows ...KV) error {
	var b strings.Builder
	for _, r := range rows {
		v := r.Value
		if t, ok := v.(bool); ok {
			v = TrueFalse(t)
		}
		fmt.Fprintf(&b, "%s%-*s%s%v\n", indent, width, r.Key, sep, v)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// TrueFalse is TRUE or FALSE.
func TrueFalse(b bool) string { return pick(b, "TRUE", "FALSE") }

// Upper is ENABLED or DISABLED.
func Upper(b bool) string { return pick(b, "ENABLED", "DISABLED") }

// Enabled is enabled or disabled.
func Enabled(b bool) string { return pick(b, "enabled", "disabled") }

func pick(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// List is the layout of `?`: two blanks, the name padded to the longest of all
// names, two blanks, the text. Trailing blanks are cut.
func List(rows [][2]string) string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, r[0], r[1]), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// Words puts names in rows, two blanks apart, rows no longer than width
// characters (word help `co?`). A width below 1 is 80.
func Words(names []string, width int) string {
	if width < 1 {
		width = 80
	}
	var b strings.Builder
	used := 0
	for i, n := range names {
		switch {
		case i == 0:
		case used+2+len(n) > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteString("  ")
			used += 2
		}
		b.WriteString(n)
		used += len(n)
	}
	if len(names) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// Clock is `show clock`: "*07:16:02.715 UTC Mon Sep 4 2006". mark is what stands before
// it: the asterisk says that no authority has set the clock.
func Clock(mark string, t time.Time) string {
	return mark + t.Format("15:04:05.000 MST Mon Jan 2 2006")
}

// Date is the form of `show version` and registration times:
// "07:16:02.715 UTC Mon Sep 4 2006" without fraction.
func Date(t time.Time) string { return t.Format("15:04:05 MST Mon Jan 2 2006") }

// HMS is an idle time: 00:00:07, hours growing past 99 if need be.
func HMS(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("%02d:%02d:%02d", d/time.Hour, d/time.Minute%60, d/time.Second%60)
}

// Uptime is the uptime of `show version`: "2 weeks, 1 day, 3 hours, 4 minutes".
// Leading zero units are left out; minutes always stand.
func Uptime(d time.Duration) string {
	const day = 24 * time.Hour
	d = max(d, 0)
	units := []struct {
		name string
		n    time.Duration
	}{
		{"year", d / (365 * day)},
		{"week", d % (365 * day) / (7 * day)},
		{"day", d % (365 * day) % (7 * day) / day},
		{"hour", d % day / time.Hour},
		{"minute", d % time.Hour / time.Minute},
	}
	var parts []string
	for _, u := range units {
		if u.n == 0 && len(parts) == 0 && u.name != "minute" {
			continue
		}
		s := "s"
		if u.n == 1 {
			s = ""
		}
		parts = append(parts, fmt.Sprintf("%d %s%s", u.n, u.name, s))
	}
	return strings.Join(parts, ", ")
}
