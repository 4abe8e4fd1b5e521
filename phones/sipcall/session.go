package sipcall

import (
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones/call"
)

// session is one call of a device. The goroutine of the device owns it.
type session struct {
	d    *device
	ref  uint32
	born bool // of a View: the call rings here; else an INVITE came
	page bool // a page to listen to, no call
	// known: a View has it. over: nothing more is to be done; it stays until no View
	// has it any more, so that it does not ring again.
	known, over bool
	view        call.CallView // newest; zero until known
	leg         *leg          // whose dialog has the call; nil while it rings here

	// While it rings here.
	forks   []*leg
	alerted bool
	early   call.Media // of a 183
	code    int        // of the forks that have failed, the one that says most
	to      string     // number that one of them has redirected to
	timer   *time.Timer

	transfers int  // REFERs under way
	left      bool // the phone has hung up meanwhile
	leaving   bool // no View has the call any more meanwhile
}

// failed says that a call has not come about.
func failed(s call.State) bool {
	return s == call.Busy || s == call.Congestion || s == call.NoSuchNumber
}

// show carries out what a View says of the call.
func (s *session) show(c call.CallView) {
	s.view = c
	if s.over || s.leg == nil {
		return
	}
	s.leg.follow()
}

// gone is told that no View has the call any more. A phone that has asked for a
// transfer stays in its dialog until it has heard the outcome: it takes a BYE before
// that for a failure.
func (s *session) gone() {
	if s.transfers > 0 && !s.d.view.Gone && !s.over {
		s.leaving = true
		return
	}
	s.release(480)
	delete(s.d.sessions, s.ref)
}

// hangUp ends the call on both sides.
func (s *session) hangUp() {
	if s.over {
		return
	}
	s.release(480)
	s.tell()
}

// release ends the SIP side: CANCEL, BYE, or code for an INVITE that has no answer.
func (s *session) release(code int) {
	if s.over {
		return
	}
	s.over = true
	s.stopTimer()
	for _, f := range s.forks {
		if f != s.leg {
			f.cancel(s.elsewhere())
		}
	}
	if s.leg != nil {
		s.leg.end(code)
	}
}

// elsewhere says that another phone has answered the call or picked it up.
func (s *session) elsewhere() bool { return slices.Contains(s.d.view.Elsewhere, s.ref) }

// lost is told that the peer has ended the call or is not there any more.
func (s *session) lost() {
	if s.over {
		return
	}
	s.over = true
	s.stopTimer()
	if s.transfers > 0 { // it has done its part; see referred
		s.left = true
		return
	}
	s.tell()
}

// tell hangs up in the exchange, and forgets a call that no View can bring back.
func (s *session) tell() {
	s.over = true
	if s.page { // it stays until the page is over
		return
	}
	s.d.a.x.Press(call.OnHook{Device: s.d.id, Ref: s.ref})
	if !s.born {
		delete(s.d.sessions, s.ref)
	}
}

// reject refuses a call that rings here.
func (s *session) reject(code int) {
	s.over = true
	s.stopTimer()
	if s.page {
		return
	}
	s.d.a.x.Press(call.Reject{Device: s.d.id, Ref: s.ref, Code: code, To: s.to})
}

func (s *session) stopTimer() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}

// after runs f on the device's goroutine after a time, unless the call is over by then.
func (s *session) after(t time.Duration, f func()) *time.Timer {
	return s.d.a.after(s.d.id, t, func() {
		if !s.over {
			f()
		}
	})
}

// ring calls the device: an INVITE to every contact.
func (d *device) ring(c call.CallView) {
	s := &session{d: d, ref: c.Ref, born: true, known: true, view: c}
	s.ring()
}

// page has the device listen to a page: it answers by itself, and only hears.
func (d *device) page(p *call.Page) {
	c := call.CallView{Ref: p.Ref, State: call.RingIn, Calling: p.From, AutoAnswer: true}
	if len(d.view.Lines) > 0 {
		c.Button, c.Called.Number = d.view.Lines[0].Button, d.view.Lines[0].Number
	}
	s := &session{d: d, ref: p.Ref, born: true, known: true, page: true, view: c}
	s.ring()
}

func (s *session) ring() {
	d, c := s.d, s.view
	d.sessions[s.ref] = s
	for _, p := range d.paths(c) {
		s.fork(p)
	}
	if len(s.forks) == 0 {
		s.reject(480)
		return
	}
	if d.trunk() {
		s.timer = s.after(trunkRing, func() {
			s.cancelForks(nil)
			s.reject(408)
		})
	}
}

// cancelForks gives up all forks but one.
func (s *session) cancelForks(but *leg) {
	for _, f := range s.forks {
		if f != but {
			f.cancel(but != nil)
		}
	}
}

// forkFailed is told that a fork will not answer.
func (s *session) forkFailed(code int) {
	if s.over || s.leg != nil {
		return
	}
	if weight(code) > weight(s.code) {
		s.code = code
	}
	for _, f := range s.forks {
		if f.state != legOver {
			return
		}
	}
	s.reject(s.code)
}

// weight orders the failures of forks: the one that says most about the user wins.
func weight(code int) int {
	switch {
	case code >= 600:
		return 5
	case code == 486:
		return 4
	case code == 480:
		return 3
	case code == 0:
		return 0
	case code == 408 || code >= 500:
		return 1
	}
	return 2
}
