package clock

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestSetAndVouch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New()
		if got := c.Now(); !got.Equal(time.Now()) || got.Location() != time.UTC || c.Valid() || c.Mark() != "*" || c.Source().String() != "hardware calendar" {
			t.Errorf("%v %v %q %v", got, c.Valid(), c.Mark(), c.Source())
		}
		c.Set(time.Date(2009, 9, 4, 7, 16, 2, 0, time.UTC))
		if got := c.Now(); got.Format(time.RFC3339) != "2009-09-04T07:16:02Z" || c.Mark() != "*" {
			t.Errorf("%v %q", got, c.Mark())
		}
		c.Vouch()
		time.Sleep(90 * time.Second)
		if c.Mark() != "" || c.Source() != User {
			t.Error("nobody vouches for it")
		}
		_ = c.Apply(t.Context(), Config{}, Config{Zone: Zone{Name: "EST", Offset: -5 * time.Hour}})
		if got := c.Now().Format("15:04:05 MST"); got != "02:17:32 EST" {
			t.Error(got)
		}
		if got := c.Local(time.Now()); !got.Equal(c.Now()) {
			t.Errorf("%v is not now", got)
		}
	})
}

func TestCalendarValid(t *testing.T) {
	c := New()
	_ = c.Apply(t.Context(), Config{}, Config{CalendarValid: true})
	if !c.Valid() || c.Mark() != "" || c.Source() != Calendar {
		t.Error("the calendar is not trusted")
	}
}

func TestSummer(t *testing.T) {
	us := Zone{Name: "EST", Offset: -5 * time.Hour, Summer: Summer{Name: "EDT", Offset: time.Hour, From: DefaultFrom, To: DefaultTo}}
	eu := Zone{Name: "CET", Offset: time.Hour, Summer: Summer{Name: "CEST", Offset: time.Hour,
		From: Rule{time.March, Last, time.Sunday, 2 * time.Hour}, To: Rule{time.October, Last, time.Sunday, 3 * time.Hour}}}
	south := Zone{Name: "AEST", Offset: 10 * time.Hour, Summer: Summer{Name: "AEDT", Offset: time.Hour,
		From: Rule{time.October, 1, time.Sunday, 2 * time.Hour}, To: Rule{time.April, 1, time.Sunday, 3 * time.Hour}}}
	wall := func(text string) time.Time { at, _ := time.Parse("2006-01-02 15:04", text); return at }
	once := Zone{Name: "CST", Offset: -6*time.Hour - 30*time.Minute, Summer: Summer{Name: "CDT", Offset: 30 * time.Minute, Once: true,
		Start: wall("2010-10-12 02:00"), End: wall("2011-04-26 02:00")}}
	for _, tt := range []struct {
		zone Zone
		at   string // UTC
		want string
	}{
		{Zone{}, "2010-07-01 12:00", "12:00 UTC"},
		{us, "2010-03-14 06:59", "01:59 EST"}, {us, "2010-03-14 07:00", "03:00 EDT"},
		{us, "2010-11-07 05:59", "01:59 EDT"}, {us, "2010-11-07 06:00", "01:00 EST"}, {us, "2035-07-01 12:00", "08:00 EDT"}, {us, "1993-01-01 12:00", "07:00 EST"},
		{eu, "2026-03-29 00:59", "01:59 CET"}, {eu, "2026-03-29 01:00", "03:00 CEST"}, {eu, "2026-10-25 01:00", "02:00 CET"},
		{south, "2026-01-01 00:00", "11:00 AEDT"}, {south, "2026-07-01 00:00", "10:00 AEST"},
		{once, "2010-10-12 08:29", "01:59 CST"}, {once, "2010-10-12 08:30", "02:30 CDT"}, {once, "2011-04-26 07:59", "01:59 CDT"},
		{once, "2011-04-26 08:00", "01:30 CST"}, {once, "2011-11-26 08:00", "01:30 CST"},
	} {
		if got := wall(tt.at).In(tt.zone.Location()).Format("15:04 MST"); got != tt.want {
			t.Errorf("%s of %s is %s, want %s", tt.at, tt.zone.Name, got, tt.want)
		}
	}
}

// Whatever a zone is called and whenever its summer is, the clock is off by one of its two
// offsets, and the rule agrees with what package time makes of it.
func TestZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func(label string, first, last time.Month) Rule {
			return Rule{time.Month(rapid.IntRange(int(first), int(last)).Draw(t, label)), rapid.IntRange(1, Last).Draw(t, "week"),
				time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour}
		}
		z := Zone{Name: rapid.StringMatching(`[!-~]{1,8}`).Draw(t, "name"),
			Offset: time.Duration(rapid.IntRange(-23*60-59, 23*60+59).Draw(t, "offset")) * time.Minute}
		z.Summer = Summer{Name: rapid.StringMatching(`[A-Z]{3,5}`).Draw(t, "summer"), Offset: time.Duration(rapid.IntRange(1, 120).Draw(t, "more")) * time.Minute,
			From: rule("from", 2, 5), To: rule("to", 8, 11)}
		loc, year := z.Location(), rapid.IntRange(1993, 2035).Draw(t, "year")
		start, end := z.Summer.Ends(year)
		for _, tt := range []struct {
			at     time.Time
			offset time.Duration
		}{
			{start.Add(-z.Offset), z.Offset + z.Summer.Offset}, {start.Add(-z.Offset - time.Second), z.Offset},
			{end.Add(-z.Offset - z.Summer.Offset), z.Offset}, {end.Add(-z.Offset - z.Summer.Offset - time.Second), z.Offset + z.Summer.Offset},
		} {
			name, offset := tt.at.In(loc).Zone()
			if time.Duration(offset)*time.Second != tt.offset {
				t.Errorf("%v: %s, %d s east, want %v (%+v)", tt.at, name, offset, tt.offset, z)
			}
		}
	})
}
