package presence

import (
	"errors"
	"fmt"
	"testing"
)

// Who gets how many of 100 subscriptions, when all that came before took all they could.
func TestShares(t *testing.T) {
	type watchers struct {
		kind WatcherKind
		host string
		peer int
	}
	phone, other := watchers{SIPPhone, "10.1.1.9", 40001}, watchers{SCCPSpeedDial, "10.1.1.8", 0}
	west, east := watchers{SIPTrunk, "10.1.1.4", 20}, watchers{SIPTrunk, "10.1.1.5", 30}
	stranger := func(n int) watchers { return watchers{SIPTrunk, fmt.Sprint("10.9.9.", n), 0} }
	for _, c := range []struct {
		name         string
		keys, trunks int
		come         []watchers
		want         string
	}{
		{"nobody else to think of", 0, 0, []watchers{stranger(1), phone}, "[100 0]"},
		{"one trunk, no keys: as on a router", 0, 1, []watchers{west, phone}, "[100 0]"},
		{"one trunk, the guide's five keys", 5, 1, []watchers{west, phone}, "[95 5]"},
		{"many keys: a quarter is theirs", 1000, 1, []watchers{west, phone, other}, "[75 25 0]"},
		{"phones may have all", 1000, 2, []watchers{phone, west}, "[100 0]"},
		{"two trunks", 0, 2, []watchers{west, east, phone}, "[75 25 0]"},
		{"two trunks and keys", 10, 2, []watchers{west, east, phone}, "[75 15 10]"},
		{"strangers before a trunk", 0, 1, []watchers{stranger(1), stranger(2), west}, "[75 0 25]"},
		{"strangers before a trunk and keys", 25, 1, []watchers{stranger(1), west, other}, "[75 0 25]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := quota{sources: map[string]int{}}
			q.configure(&Config{MaxSubscriptions: 100, Keys: c.keys, Trunks: c.trunks})
			var got []int
			for _, w := range c.come {
				n := 0
				for ; n <= 100; n++ {
					if err := q.take(w.kind, w.host, w.peer); err != nil {
						if limit := (ErrLimit{}); !errors.As(err, &limit) || limit.RetryAfter != RetryAfter || limit.Share != (q.used < 100) {
							t.Errorf("refused by %+v", err)
						}
						break
					}
				}
				got = append(got, n)
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for i, w := range c.come {
				for range got[i] {
					q.put(w.kind, w.host, w.peer)
				}
			}
			if q.used != 0 || q.outside != 0 || len(q.sources) != 0 {
				t.Errorf("left: %+v", &q)
			}
		})
	}
}

// With a limit of one, somebody is still served.
func TestSharesOfFew(t *testing.T) {
	q := quota{sources: map[string]int{}}
	q.configure(&Config{MaxSubscriptions: 1, Keys: 9, Trunks: 3})
	if err := q.take(SIPTrunk, "10.1.1.4", 20); err != nil {
		t.Error(err)
	}
}
