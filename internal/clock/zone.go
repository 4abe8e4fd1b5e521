package clock

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Zone is `clock timezone` and `clock summer-time`. The zero value is UTC.
type Zone struct {
	Name   string        // "" is UTC
	Offset time.Duration // east of UTC, less than a day
	Summer Summer
}

// Summer is the time in summer.
type Summer struct {
	Name   string        // "": there is none
	Offset time.Duration // to what the zone has, 1 to 1440 minutes
	// Once: from Start to End, both by the clock of that moment, taken as if it were UTC.
	Once       bool
	Start, End time.Time
	// Otherwise each year from one rule to the other.
	From, To Rule
}

// Rule is a moment of each year, by the clock on the wall.
type Rule struct {
	Month   time.Month
	Week    int // 1 to 4, or Last
	Weekday time.Weekday
	At      time.Duration // after midnight
}

// Last is the last week of a month.
const Last = 5

// DefaultFrom and DefaultTo are `clock summer-time ZONE recurring` without more: the
// rules of the United States since 2007, as 12.4(24)T has them.
var (
	DefaultFrom = Rule{time.March, 2, time.Sunday, 2 * time.Hour}
	DefaultTo   = Rule{time.November, 1, time.Sunday, 2 * time.Hour}
)

// Location is the zone as package time has it.
func (z Zone) Location() *time.Location {
	name := z.Name
	if name == "" {
		name = "UTC"
	}
	if z.Summer.Name == "" {
		if z.Offset == 0 && name == "UTC" {
			return time.UTC
		}
		return time.FixedZone(name, int(z.Offset/time.Second))
	}
	loc, err := time.LoadLocationFromTZData(name, z.tzdata(name))
	if err != nil { // a name that RFC 8536 cannot hold: the zone without its summer
		return time.FixedZone(name, int(z.Offset/time.Second))
	}
	return loc
}

// tzdata is the zone in the format of RFC 8536, which package time reads: an ancient
// transition to standard time, those of a single summer, or the rule of all of them.
func (z Zone) tzdata(name string) []byte {
	summer := z.Offset + z.Summer.Offset
	type transition struct {
		at  int64
		typ byte // 0 standard time, 1 summer
	}
	ancient := transition{at: -1 << 40}
	moves := []transition{ancient}
	footer := posix(name, z.Offset)
	if s := z.Summer; s.Once {
		moves = append(moves, transition{s.Start.Unix() - int64(z.Offset/time.Second), 1},
			transition{s.End.Unix() - int64(summer/time.Second), 0})
		if moves[2].at <= moves[1].at { // it ends before it begins: there is none
			moves = moves[:1]
		}
	} else {
		footer += posix(s.Name, summer) + "," + s.From.posix() + "," + s.To.posix()
	}
	names := name + "\x00" + z.Summer.Name + "\x00"
	header := func(counts ...uint32) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range counts {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return b
	}
	b := header(0, 0, 0, 0, 1, 1) // the part for old readers
	b = append(b, make([]byte, 6+1)...)
	b = append(b, header(0, 0, 0, uint32(len(moves)), 2, uint32(len(names)))...)
	for _, m := range moves {
		b = binary.BigEndian.AppendUint64(b, uint64(m.at))
	}
	for _, m := range moves {
		b = append(b, m.typ)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(int32(z.Offset/time.Second)))
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(int32(summer/time.Second)))
	b = append(b, 1, byte(len(name)+1))
	b = append(b, names...)
	return append(b, "\n"+footer+"\n"...)
}

// posix is a name with its offset, which POSIX counts west of Greenwich.
func posix(name string, offset time.Duration) string {
	return "<" + strings.NewReplacer("<", "", ">", "").Replace(name) + ">" + clockText(-offset)
}

// posix is the rule as POSIX writes it: M3.2.0/2:00:00.
func (r Rule) posix() string {
	return fmt.Sprintf("M%d.%d.%d/%s", r.Month, r.Week, r.Weekday, clockText(r.At))
}

func clockText(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%d:%02d:00", sign, d/time.Hour, d/time.Minute%60)
}

// In is when the rule comes true in a year, by the clock on the wall, as if that were UTC.
func (r Rule) In(year int) time.Time {
	first := time.Date(year, r.Month, 1, 0, 0, 0, 0, time.UTC)
	day := 1 + (int(r.Weekday)-int(first.Weekday())+7)%7 + 7*(r.Week-1)
	for day > first.AddDate(0, 1, -1).Day() {
		day -= 7
	}
	return first.AddDate(0, 0, day-1).Add(r.At)
}

// Ends are the start and the end of the summer of a year, by the clock on the wall.
func (s Summer) Ends(year int) (start, end time.Time) {
	if s.Once {
		return s.Start, s.End
	}
	return s.From.In(year), s.To.In(year)
}
