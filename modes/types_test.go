package modes

import (
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
)

func TestTypes(t *testing.T) {
	types := Library().Types
	for _, c := range []struct {
		name, word string
		want       string // canonical; "" when it does not fit
		bad        int
	}{
		{"HOURS", "-8", "-8", 0},
		{"HOURS", "23", "23", 0},
		{"HOURS", "24", "", 0},
		{"HOURS", "-", "", 1},
		{"HOURS", "+1", "", 0},
		{"DIGITS", "+49*#.", "+49*#.", 0},
		{"DIGITS", "20a", "", 2},
		{"CODE", "*1#", "*1#", 0},
		{"CODE", "*1.", "", 2},
		{"CODE", "", "", 0},
		{"NUMBERS", "2001", "2001", 0},
		{"NUMBERS", "2001,A8,*.", "2001,A8,*.", 0},
		{"NUMBERS", "2001,", "", 5},
		{"NUMBERS", "2001,,1", "", 5},
		{"NUMBERS", "2001,20x1", "", 7},
		{"NUMBERS", "1," + strings.Repeat("2", 17), "", 18},
		{"NUMBERS", strings.Repeat("1,", 24) + "1", strings.Repeat("1,", 24) + "1", 0},
		{"NUMBERS", strings.Repeat("1,", 25) + "1", "", 49},
		{"TAGS", "3,04", "3,4", 0},
		{"TAGS", "3,0", "", 2},
		{"TAGS", "3,x", "", 2},
		{"TAGS", "3,", "", 2},
		{"TAGS", "99999999999999999999", "", 0},
		{"TAGS", strings.Repeat("1,", 10) + "1", "", 19},
		{"CLOCK", "17:30", "17:30", 0},
		{"CLOCK", "01:00", "1:0", 0},
		{"CLOCK", "24:00", "24:0", 0},
		{"CLOCK", "24:01", "", 3},
		{"CLOCK", "25:00", "", 1},
		{"CLOCK", "7:60", "", 3},
		{"CLOCK", "7:005", "", 3},
		{"CLOCK", "17", "", 2},
		{"CLOCK", "17:", "", 3},
		{"CLOCK", ":30", "", 0},
		{"CLOCK", "1x:30", "", 1},
	} {
		got, bad, ok := types[c.name].Parse(c.word)
		if ok != (c.want != "") || ok && got != c.want || !ok && bad != c.bad {
			t.Errorf("%s %q: %q, %d, %v; want %q, %d", c.name, c.word, got, bad, ok, c.want, c.bad)
		}
	}
	for element, want := range map[string]string{"4o13,14": "4", "12:1": "12", "5x4": "5", "x": "x"} {
		if got := buttonNumber(element); got != want {
			t.Errorf("button number of %s is %s", element, got)
		}
	}
	for clock, want := range map[string]int{"7:5": 425, "24:0": 1440, "": -1, "7": -1, "x:1": -1} {
		if got, ok := minutesOf(clock); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is %d, %v", clock, got, ok)
		}
	}
}

// FuzzTypes: a canonical value parses to itself, and a fault lies in the word.
func FuzzTypes(f *testing.F) {
	for _, word := range []string{"-8", "2001,2002", "3,04", "*1", "7:05", "24:00"} {
		f.Add(word)
	}
	var own []grammar.Type
	for _, name := range []string{"HOURS", "DIGITS", "CODE", "NUMBERS", "TAGS", "CLOCK"} {
		own = append(own, Library().Types[name])
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, typ := range own {
			canonical, bad, ok := typ.Parse(word)
			if !ok {
				if bad < 0 || bad > len(word) {
					t.Errorf("%s %q: the fault is at %d", typ.Name, word, bad)
				}
				continue
			}
			if again, _, ok := typ.Parse(canonical); !ok || again != canonical {
				t.Errorf("%s %q: canonical %q parses to %q", typ.Name, word, canonical, again)
			}
		}
	})
}
