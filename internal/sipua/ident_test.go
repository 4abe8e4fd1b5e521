package sipua

import (
	"fmt"
	"strings"
	"testing"
)

// Whoever knows the tags of a dialog is in it, from wherever (RFC 3261 12): so they must
// not be guessed (19.3). All 64 bits of a tag are drawn, and 128 of a Call-ID.
func TestIdentifiersAreDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		bits int
		draw func() []uint64
	}{
		"tag": {32, func() []uint64 {
			a, b, _ := strings.Cut(NewTag(), "-")
			return hex(t, a, b)
		}},
		"Call-ID": {32, func() []uint64 {
			id, _, _ := strings.Cut(NewCallID("host"), "@")
			return hex(t, strings.Split(id, "-")...)
		}},
	} {
		ones := map[string]int{}
		const draws = 1000
		for range draws {
			for i, n := range c.draw() {
				for bit := range c.bits {
					ones[fmt.Sprint(i, " ", bit)] += int(n >> bit & 1)
				}
			}
		}
		for at, n := range ones {
			if n < draws/3 || n > draws*2/3 {
				t.Errorf("%s: bit %s is set in %d of %d", name, at, n, draws)
			}
		}
		if want := len(c.draw()) * c.bits; len(ones) != want || want < 64 {
			t.Errorf("%s: %d bits", name, len(ones))
		}
	}
}

func hex(t *testing.T, words ...string) (numbers []uint64) {
	for _, w := range words {
		var n uint64
		if _, err := fmt.Sscanf(w, "%X", &n); err != nil {
			t.Fatal(w, err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}
