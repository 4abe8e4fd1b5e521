package sip

import (
	"testing"

	"github.com/busylamp/busylamp/presence"
)

// A user who is gone watches no longer; nobody else is disturbed, but those of whom a
// restart has made forget who they are come back and say so.
func TestDisown(t *testing.T) {
	run(t, func(r *rig) {
		inside, early, op := r.phone("10.1.1.11:5060"), r.phone("10.9.9.8:5060"), r.phone("10.9.9.9:5060")
		inside.subscribe(sub{})
		early.subscribe(sub{})
		r.a.Disown([]string{"trunk"})
		want(t, "nobody is asked", words(len(early.hear()), len(inside.hear())), "0 0")
		r.configure(func(c *presence.Config) { c.AuthenticatePresence = true })
		no, _ := op.subscribe(sub{})
		ok, _ := op.subscribe(sub{more: login(t, no, "trunk", "secret")})
		want(t, "admitted", ok.First, "SIP/2.0 200 OK")
		r.a.Disown([]string{"other"})
		want(t, "another user", len(op.hear()), 0)
		want(t, "nobody knows who", early.states(), []string{"terminated;reason=deactivated closed"})
		r.a.Disown([]string{"another", "trunk"})
		want(t, "gone", op.states(), []string{"terminated;reason=rejected closed"})
		want(t, "phones", len(inside.hear()), 0)
	})
}
