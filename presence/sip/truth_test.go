package sip

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// Whatever is lost, refused or late: in the end watchers of every package believe what
// is true, no CSeq and no version comes twice or goes back, and one NOTIFY at most is
// outstanding in a dialog.
func TestWatchersBelieveTheTruth(t *testing.T) {
	for seed := range uint64(25) {
		run(t, func(r *rig) {
			rnd := rand.New(rand.NewPCG(seed, 4))
			numbers := []string{"2001", "2002", "2003"}
			truth := map[string]presence.Line{}
			phones := []*phone{r.phone("10.1.1.11:5060"), r.phone("10.1.1.12:5060"), r.phone("10.1.1.13:5060")}
			believed := []map[string]string{{}, {}, {}}
			last := []int{0, 0, 0}
			pending := []int{0, 0, 0} // CSeq that has no answer yet
			listen := func(i int, heard []message) {
				for _, m := range heard {
					if strings.HasPrefix(m.First, "SIP/") {
						continue
					}
					var seq int
					fmt.Sscanf(m.Get("CSeq"), "%d", &seq)
					if pending[i] != 0 && seq != pending[i] {
						t.Errorf("seed %d: NOTIFY %d while %d is outstanding", seed, seq, pending[i])
					}
					if seq != last[i] && seq != last[i]+1 {
						t.Errorf("seed %d: CSeq %d after %d", seed, seq, last[i])
					}
					last[i], pending[i] = seq, 0
					if m.answer == "" {
						pending[i] = seq
					}
					if m.answer == "200 OK" {
						learn(t, believed[i], m, seq)
					}
				}
			}
			for i, s := range []sub{{}, {event: "dialog"}, listed(sub{}, numbers...)} {
				_, notes := phones[i].subscribe(s)
				listen(i, notes)
			}
			for range 60 {
				for range rnd.IntN(3) {
					n := numbers[rnd.IntN(3)]
					truth[n] = presence.Line{State: presence.State(rnd.IntN(3))}
					if truth[n].State == presence.Busy {
						truth[n] = presence.Line{State: presence.Busy, Ringing: rnd.IntN(2) == 0}
					}
					r.hub.Publish(n, truth[n])
				}
				for i, p := range phones {
					p.answers([]string{"200 OK", "200 OK", "500 Oops", "", "503 Busy\r\nRetry-After: 3"}[rnd.IntN(5)])
					listen(i, p.hear())
					time.Sleep(time.Duration(rnd.IntN(1200)) * time.Millisecond)
					listen(i, p.hear())
				}
			}
			for i, p := range phones {
				p.answers("200 OK")
				listen(i, p.hear())
			}
			time.Sleep(2 * time.Minute)
			alive := map[string]bool{}
			for _, rec := range r.hub.Snapshot().Records {
				alive[rec.Watcher.Host] = true
			}
			for i, p := range phones {
				listen(i, p.hear())
				for n, l := range truth {
					lamp := map[int]func(presence.Line) string{0: pidfLamp, 1: dialogLamp, 2: pidfLamp}[i](l)
					if got, watched := believed[i][n]; alive[p.addr.Addr().String()] && watched && got != lamp {
						t.Errorf("seed %d: watcher %d believes that %s is %q, it is %q", seed, i, n, got, lamp)
					}
				}
			}
		})
	}
}

// learn is what a watcher takes from a NOTIFY.
func learn(t *testing.T, believed map[string]string, m message, seq int) {
	switch {
	case m.Get("Require") == "eventlist":
		told := strings.Fields(m.told(t))
		want(t, "version", told[0], seq-1)
		for _, res := range told[2:] {
			number, lamp, _ := strings.Cut(res, ":active=")
			believed[number] = lamp
		}
	case m.Get("Event") == "dialog":
		if !strings.Contains(m.Body, fmt.Sprintf(`version="%d"`, seq-1)) {
			t.Errorf("version of NOTIFY %d: %s", seq, m.Body)
		}
		_, state, _ := strings.Cut(m.Body, "<state>")
		believed["2001"], _, _ = strings.Cut(state, "<")
	default:
		_, believed["2001"], _ = strings.Cut(m.state(), " ")
	}
}

func pidfLamp(l presence.Line) string {
	switch {
	case l.State == presence.Busy && !l.Ringing:
		return "busy"
	case l.State == presence.Unknown:
		return "closed"
	}
	return "open" // ringing is told by other elements
}

func dialogLamp(l presence.Line) string {
	switch {
	case l.Ringing:
		return "early"
	case l.State == presence.Busy:
		return "confirmed"
	case l.State == presence.Idle:
		return "terminated"
	}
	return ""
}
