package call

import "slices"

// Tally counts what became of the calls of one channel of an ephone-dn since start (CME
// command reference: show ephone-dn statistics). Calls of conferences are not followed.
type Tally struct {
	Incoming, Taken    uint64 // rang here, and were answered here
	Outgoing, Answered uint64 // dialled here, and were answered
	Busy               uint64 // dialled here, and the called party was busy
	// The far end has ended the call while it was up, ringing there, on hold or ringing here.
	AtConnect, AtAlert, AtHold, AtRing uint64
	// Causes are those of the newest of these and of calls that could not be had, newest
	// first (ITU-T Q.850), at most 64.
	Causes []uint8
	Last   LastCall
}

// LastCall is the newest call of a channel: that which is on it, or was last.
type LastCall struct {
	ID              uint32 // counts calls since start
	Calling, Called string
}

// maxCauses is how many causes are kept; older ones are dropped.
const maxCauses = 64

// tally is that of the channel that a leg is on, nil if that is none of an ephone-dn.
func (l *leg) tally() *Tally {
	n := l.dn
	if n == nil || n.eph == nil || l.channel < 0 {
		return nil
	}
	for len(n.tallies) <= l.channel {
		n.tallies = append(n.tallies, nil)
	}
	if n.tallies[l.channel] == nil {
		n.tallies[l.channel] = &Tally{}
	}
	return n.tallies[l.channel]
}

// tallied copies the counts of each channel; of one that had no call they are zero.
func (n *dn) tallied() []Tally {
	if len(n.tallies) == 0 {
		return nil
	}
	all := make([]Tally, len(n.tallies))
	for i, t := range n.tallies {
		if t != nil {
			all[i] = *t
			all[i].Causes = slices.Clone(t.Causes)
		}
	}
	return all
}

func (t *Tally) because(cause uint8) {
	if len(t.Causes) == maxCauses {
		t.Causes = t.Causes[:maxCauses-1]
	}
	t.Causes = slices.Insert(t.Causes, 0, cause)
}

// tallySeized counts nothing yet: a user has a channel, or a call has come for it.
func tallySeized(l *leg) {
	if t := l.tally(); t != nil {
		t.Last = LastCall{ID: l.call.id}
	}
}

func tallyDialed(l *leg) {
	if t := l.tally(); t != nil {
		t.Outgoing++
		t.Last.Calling, t.Last.Called = l.self.Number, l.dialed
	}
}

func tallyOffered(l, from *leg) {
	if t := l.tally(); t != nil {
		t.Incoming++
		t.Last.Calling, t.Last.Called = from.self.Number, l.self.Number
	}
}

func tallyTaken(l *leg) {
	if t := l.tally(); t != nil {
		t.Taken++
	}
}

func tallyAnswered(from *leg) {
	if t := from.tally(); t != nil && from.outgoing {
		t.Answered++
	}
}

// tallyFailed counts a dialled call that could not be had; rang: it rang before.
func tallyFailed(from *leg, code int, rang bool) {
	t := from.tally()
	if t == nil || !from.outgoing {
		return
	}
	if rang {
		t.AtAlert++
	}
	cause := causeOf(code)
	if cause == userBusy {
		t.Busy++
	}
	t.because(cause)
}

// tallyFarEnd counts that a party of l's call has hung up.
func tallyFarEnd(l *leg) {
	t := l.tally()
	if t == nil {
		return
	}
	switch l.state {
	case Connected:
		t.AtConnect++
	case Held:
		t.AtHold++
	case RingOut:
		t.AtAlert++
	case RingIn:
		t.AtRing++
	default:
		return
	}
	t.because(normalClearing)
}

// Causes of ITU-T Q.850.
const (
	normalClearing = 16
	userBusy       = 17
)

// causeOf is the cause that a SIP response stands for (RFC 3398 7.2.4.1).
func causeOf(code int) uint8 {
	switch code {
	case 404, 485, 604:
		return 1
	case 486, 600:
		return userBusy
	case 480:
		return 18
	case 401, 402, 403, 407, 603:
		return 21
	case 410:
		return 22
	case 484:
		return 28
	case 487:
		return normalClearing
	case 400, 481, 500, 503:
		return 41
	case 408, 504:
		return 102
	}
	return 127
}
