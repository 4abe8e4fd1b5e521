package phones

import (
	"fmt"
	"testing"
)

// What a SIP phone may show: its keys, its call lists, its model (guide,
// "Restrictions" of BLF call list and BLF speed dial).
func TestLamps(t *testing.T) {
	keys := []BLFKey{{1, "2001", "", false}, {2, "2002", "", true}, {3, "2002", "", true}, {4, "2003", "", true}, {5, "2003", "", false}}
	for _, c := range []struct {
		name         string
		typ          string
		global, pool bool   // presence call-list
		want         string // of a plain key, two device keys, one of each, no key
	}{
		{"keys only", "7970", false, false, "0 true, 2 false, 1 true, 0 false"},
		{"call lists of the phone", "7970", false, true, "0 true, 2 true, 1 true, 0 true"},
		{"call lists of all phones", "7970", true, false, "0 true, 2 true, 1 true, 0 true"},
		{"no call lists on a 7960", "7960", true, true, "0 true, 2 false, 1 true, 0 false"},
		{"nor on a 7931", "7931", true, true, "0 true, 2 false, 1 true, 0 false"},
		{"neither on a 7912", "7912", true, true, "0 false, 0 false, 0 false, 0 false"},
		{"nor on a conference station", "7936", true, true, "0 false, 0 false, 0 false, 0 false"},
		{"no type", "", false, false, "0 true, 2 true, 1 true, 0 true"},
		{"another make", "softphone", false, false, "0 true, 2 true, 1 true, 0 true"},
	} {
		cfg := guide()
		cfg.CallList = c.global
		cfg.Pools[0].Type, cfg.Pools[0].BLF, cfg.Pools[0].CallList = c.typ, keys, c.pool
		h := start(t, cfg)
		text := func(number string) string {
			device, lit := h.Lamps(1, number)
			return fmt.Sprint(device, " ", lit)
		}
		if got := fmt.Sprintf("%s, %s, %s, %s", text("2001"), text("2002"), text("2003"), text("2004")); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if device, lit := h.Lamps(9, "2001"); device != 0 || lit {
			t.Errorf("no such pool: %d %t", device, lit)
		}
		h.stop()
	}
}
