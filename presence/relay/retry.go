package relay

import (
	"math"
	"time"

	"github.com/busylamp/busylamp/presence"
)

const (
	firstWait   = 4 * time.Second
	longestWait = 5 * time.Minute
	// slowly is how long a SIP watcher's number waits that was refused, if nothing else
	// has it tried again: what the server allows may change, and nobody tells.
	slowly = 30 * time.Minute
	// longestAsked bounds what Retry-After and retry-after ask for.
	longestAsked = time.Hour
	// steady is how long a subscription must have lived to be made anew at once.
	steady = 10 * time.Second
)

// verdict is what the end of a subscription means.
type verdict uint8

const (
	forNow  verdict = iota // failed, try again later
	atOnce                 // make it anew
	refused                // it would only be refused again
)

// judge says what a final response to SUBSCRIBE means that made, or left, no
// subscription.
func judge(code int) verdict {
	if code == 408 || code == 480 || code >= 500 && code < 600 {
		return forNow
	}
	return refused
}

// judgeReason says what the reason of a terminated subscription means (RFC 6665
// 4.1.3). One that is not known counts as none.
func judgeReason(reason string) verdict {
	switch reason {
	case presence.ReasonDeactivated, presence.ReasonTimeout:
		return atOnce
	case presence.ReasonRejected, presence.ReasonNoResource:
		return refused
	}
	return forNow
}

// failed has a sibling wait that has no subscription any more. after is what the
// server asked for, 0 if nothing; lived is how long its subscription did.
func (r *Relay) failed(s *sub, v verdict, after, lived time.Duration, why string) {
	r.debug(topicErrors, s.out.SibID, "presence_relay", "%s@%s: %s", s.out.Number, s.out.Server, why)
	r.publish(s, presence.Line{})
	if !r.open {
		return
	}
	if lived >= steady {
		s.hurried = false
	}
	if v == atOnce && !s.hurried {
		s.hurried = true
		r.try(s)
		return
	}
	s.fails = min(s.fails+1, math.MaxInt16)
	after = min(after, longestAsked)
	s.refused = v == refused
	switch {
	case !s.out.Kind.SIP():
		s.refused = false
		if s.fails > s.out.RetryLimit {
			s.refused = true // until the hub says that the watcher has gone
			r.hub.RemoteFailed(s.out.SibID, s.fails, true)
			return
		}
		r.wait(s, max(s.out.RetryInterval, after))
	case s.refused:
		s.notYet = time.Now().Add(max(after, firstWait))
		r.wait(s, max(after, slowly))
	case after > 0:
		r.wait(s, after)
	default:
		r.wait(s, backOff(s.fails))
	}
	r.hub.RemoteFailed(s.out.SibID, s.fails, false)
}

// backOff is the wait after so many failures in a row.
func backOff(fails int) time.Duration {
	if fails > 7 {
		return longestWait
	}
	return min(firstWait<<(fails-1), longestWait)
}

func (r *Relay) wait(s *sub, d time.Duration) {
	r.debug(topicTimer, s.out.SibID, "presence_relay", "next attempt in %s", d)
	r.alarms.set(&s.next, time.Now().Add(max(d, time.Second)))
}

// well says that the server tells the state again.
func (r *Relay) well(s *sub) {
	if s.fails > 0 {
		s.fails = 0
		r.hub.RemoteFailed(s.out.SibID, 0, false)
	}
}
