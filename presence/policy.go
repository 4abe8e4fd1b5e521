package presence

import (
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// Topics of `debug presence` (guide). xml belongs to the adapters.
const (
	topicASNL   logbuf.Topic = "presence asnl"
	topicErrors logbuf.Topic = "presence errors"
	topicEvent  logbuf.Topic = "presence event"
	topicInfo   logbuf.Topic = "presence info"
	topicTimer  logbuf.Topic = "presence timer"
	topicTrace  logbuf.Topic = "presence trace"
)

const (
	// RetryAfter is asked of watchers beyond max-subscription, and of those that
	// meet presence, or the way to it, switched off.
	RetryAfter = 60 * time.Second

	maxSeconds = 1<<32 - 1 // Expires is 32 bits (RFC 3261 20.19)

	// A NOTIFY that failed is sent again after 2, 4, 8, … 64 s, with the state of
	// that moment; the seventh failure in a row ends the subscription, about two
	// minutes after the first. A refresh starts the count anew.
	maxFails    = 6
	firstWait   = 2 * time.Second
	longestWait = 10 * time.Minute // whatever Retry-After says
)

// Admit applies the gates that need no presentity, in the order of the guide:
// the feature, then the source of the request.
func (c *Config) Admit(kind WatcherKind) error {
	switch {
	case !c.Enabled, kind.SIP() && !c.SIPEnabled:
		return ErrDisabled
	case kind == SIPTrunk && !c.WatchAll:
		return ErrForbidden
	}
	return nil
}

// endsFor says whether and how this configuration ends a subscription.
//
// Switching the service off is probation with a time: deactivated would have
// every watcher resubscribe at once only to be refused, and rejected would keep
// phones away for good (RFC 6665 4.1.3). A trunk that lost `watcher all` was
// rejected by policy, and to it a number that is gone is noresource. A phone's key
// stays subscribed: it is unknown until the number comes back, and no phone has to
// do anything then.
func (c *Config) endsFor(kind WatcherKind, local bool) (ending, bool) {
	switch c.Admit(kind) {
	case ErrDisabled:
		return endingFor(ReasonProbation), true
	case ErrForbidden:
		return ending{reason: ReasonRejected}, true
	}
	if !local && kind == SIPTrunk {
		return ending{reason: ReasonNoResource}, true
	}
	return ending{}, false
}

// endingFor completes a reason.
func endingFor(reason string) ending {
	e := ending{reason: reason}
	if reason == ReasonProbation {
		e.retryAfter = RetryAfter
	}
	return e
}

// endsSubscription lists the responses to a NOTIFY that mean that the watcher,
// or its side of the subscription, is gone (RFC 6665 4.2.2, RFC 5057 5.1). 408
// stands for Timer F as well (RFC 3261 8.1.3.1).
func endsSubscription(code int) bool {
	switch code {
	case 404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604:
		return true
	}
	return false
}

// afterFailure decides what a failed NOTIFY means: end the subscription, or
// deliver again after wait. Retry-After keeps it, except where nobody is left
// to wait for.
func (c *core) afterFailure(s *subscription, d inDone) (wait time.Duration, keep bool) {
	switch {
	case d.code == 408, d.code == 481, s.fails >= maxFails:
		return 0, false
	case d.retryAfter > 0:
		return min(max(d.retryAfter, time.Second), longestWait), true
	case endsSubscription(d.code):
		return 0, false
	}
	return firstWait << s.fails, true
}

// describe is a Line in debug output.
func describe(l Line) string {
	text := l.State.String()
	if l.Ringing {
		text += " ringing"
	}
	if l.DnD {
		text += " dnd"
	}
	return text
}
