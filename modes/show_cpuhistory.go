package modes

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/host"
)

// column is one of a graph of `show processes cpu history`, in whole percent; one
// without an average has no second mark.
type column struct{ highest, average int }

// renderHistory is `show processes cpu history`: three graphs, the newest column on the
// left. A sample of five seconds is five columns of the first.
func renderHistory(w io.Writer, hostname string, now time.Time, h host.History) {
	fmt.Fprintf(w, "\n%s   %s\n", hostname, now.Format("03:04:05 PM Monday Jan 2 2006 MST"))
	var seconds []column
	for _, load := range h.Samples {
		for range int(host.SampleTime / time.Second) {
			seconds = append(seconds, column{whole(load), -1})
		}
	}
	const legend = "              * = maximum CPU%   # = average CPU%\n"
	graph(w, seconds, 60, "second (last 60 seconds)\n")
	graph(w, columns(h.Minutes), 60, "minute (last 60 minutes)\n"+legend)
	graph(w, columns(h.Hours), 72, "hour (last 72 hours)\n"+legend)
	fmt.Fprintf(w, "\n")
}

func columns(peaks []host.Peak) []column {
	all := make([]column, len(peaks))
	for i, p := range peaks {
		all[i] = column{whole(p.Highest), whole(p.Average)}
	}
	return all
}

// graph draws columns below their highest values, which are read from top to bottom.
// A mark stands at what is nearest to the value, in steps of ten.
func graph(w io.Writer, columns []column, width int, unit string) {
	const margin, step, top = 6, 10, 100
	row := func(label string, mark func(column) byte) {
		line := make([]byte, len(columns))
		for i, c := range columns {
			line[i] = mark(c)
		}
		fmt.Fprintf(w, "%s\n", strings.TrimRight(fmt.Sprintf("%*s%s", margin, label, line), " "))
	}
	fmt.Fprintf(w, "\n\n")
	for digit := top; digit > 0; digit /= 10 {
		row("", func(c column) byte {
			if c.highest < digit {
				return ' '
			}
			return '0' + byte(c.highest/digit%10)
		})
	}
	for level := top; level > 0; level -= step {
		row(fmt.Sprintf("%d ", level), func(c column) byte {
			reaches := func(percent int) bool { return percent >= level-step/2 }
			switch {
			case reaches(c.average):
				return '#'
			case reaches(c.highest):
				return '*'
			}
			return ' '
		})
	}
	tens, fives := []byte(strings.Repeat(".", width+1)), []byte(strings.Repeat(" ", width+1))
	for at := 0; at <= width; at += 5 {
		tens[at] = '0' + byte(at/10)
		if at == 5 {
			tens[at] = '5' // 10 is the first that has two digits
		} else if at > 5 {
			fives[at] = '0' + byte(at%10)
		}
	}
	axis := strings.Repeat(" ", margin-1)
	fmt.Fprintf(w, "%s%s\n%s%s\n%s%s", axis, tens, axis, strings.TrimRight(string(fives), " "), "               CPU% per ", unit)
}

// whole is a percentage without its fraction.
func whole(percent float64) int { return int(math.Round(percent)) }
