package modes

import (
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/clock"
)

func TestClockView(t *testing.T) {
	us := clock.Summer{Name: "EDT", Offset: time.Hour, From: clock.DefaultFrom, To: clock.DefaultTo}
	for lines, want := range map[string]clock.Config{
		"": {},
		"clock calendar-valid\nclock timezone NST -3 30\n": {CalendarValid: true, Zone: clock.Zone{Name: "NST", Offset: -3*time.Hour - 30*time.Minute}},
		"clock timezone NPT 5 45\n":                        {Zone: clock.Zone{Name: "NPT", Offset: 5*time.Hour + 45*time.Minute}},
		"clock timezone X -0 30\n":                         {Zone: clock.Zone{Name: "X", Offset: -30 * time.Minute}},
		"clock summer-time EDT recurring\n":                {Zone: clock.Zone{Summer: us}},
		"clock summer-time CEST recurring last Sunday mar 2:00 last sun October 03:00 90\n": {Zone: clock.Zone{Summer: clock.Summer{Name: "CEST", Offset: 90 * time.Minute,
			From: clock.Rule{Month: time.March, Week: clock.Last, At: 2 * time.Hour}, To: clock.Rule{Month: time.October, Week: clock.Last, At: 3 * time.Hour}}}},
		"clock summer-time EDT recurring first mon apr 0:30 4 wed dec 23:59\n": {Zone: clock.Zone{Summer: clock.Summer{Name: "EDT", Offset: time.Hour,
			From: clock.Rule{Month: time.April, Week: 1, Weekday: time.Monday, At: 30 * time.Minute},
			To:   clock.Rule{Month: time.December, Week: 4, Weekday: time.Wednesday, At: 23*time.Hour + 59*time.Minute}}}},
		"clock summer-time CDT date 12 October 2010 2:00 apr 26 2011 2:30 30\n": {Zone: clock.Zone{Summer: clock.Summer{Name: "CDT", Offset: 30 * time.Minute, Once: true,
			Start: time.Date(2010, 10, 12, 2, 0, 0, 0, time.UTC), End: time.Date(2011, 4, 26, 2, 30, 0, 0, time.UTC)}}},
	} {
		r := newRouter(t, compiled(t))
		r.load(t, lines)
		equal(t, lines, ClockConfig(r.store.Tree()), want)
	}
}
