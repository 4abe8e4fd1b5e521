package app

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/sipua/digest"
)

var challengeLine = regexp.MustCompile(`(?m)^WWW-Authenticate: (.*)\r$`)

// login answers the challenge of an answer.
func login(t *testing.T, answer, user, password, number string) string {
	t.Helper()
	var offers []string
	for _, m := range challengeLine.FindAllStringSubmatch(answer, -1) {
		offers = append(offers, m[1])
	}
	value, ok := digest.NewClient(user, password).Answer(offers, "", "SUBSCRIBE", "sip:"+number+"@10.1.1.2")
	if !ok {
		t.Fatalf("no challenge in %q", answer)
	}
	return "Authorization: " + value + "\r\n"
}

// asUser subscribes with a password: the status, and how many NOTIFYs came.
func (p *sipPeer) asUser(user, password, number string) string {
	p.w.t.Helper()
	first := p.sends(p.request("SUBSCRIBE", number, "Event: presence\r\nExpires: 600\r\n", ""))
	if len(first) != 1 || !strings.HasPrefix(first[0], "SIP/2.0 401 ") {
		p.w.t.Fatalf("no challenge: %q", first)
	}
	status, notes := p.watches(number, 600, login(p.w.t, first[0], user, password, number))
	return fmt.Sprintf("%s, %d", strings.TrimPrefix(status, "SIP/2.0 "), len(notes))
}

// Guide, "Configuring Presence to Watch External Lines", steps 10 and 11, end to end.
func TestTrunkAuthenticates(t *testing.T) {
	wire(t, wiredConfig+"voice register global\n authenticate presence\n authenticate realm cisco.com\npresence\n watcher all\n", func(w *wired) {
		want := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got %q, want %q", what, got, want)
			}
		}
		w.flash("cred1.csv", "jill,first\n")
		w.types("configure terminal", "voice register global", "authenticate credential 1 flash:cred1.csv", "end")
		trunk, stranger := w.peer("10.1.1.4:5060"), w.peer("10.9.9.9:5060")
		want("right password", trunk.asUser("jill", "first", "2101"), "200 OK, 1")
		row := regexp.MustCompile(`(?m)^ *1001@10\.1\.1\.4 +2101@10\.1\.1\.2 +1 +600 +0 +unknown`)
		if said := w.types("show presence subscription summary"); !row.MatchString(said) {
			t.Errorf("no row: %s", said)
		}
		if said := w.types("show presence subscription subid 1"); !regexp.MustCompile(`(?mi)watcher dial peer tag\s*: 20\b`).MatchString(said) {
			t.Errorf("no dial-peer: %s", said)
		}
		want("wrong password", trunk.asUser("jill", "wrong", "2101"), "401 Unauthorized, 0")
		want("no such user", trunk.asUser("jack", "first", "2101"), "401 Unauthorized, 0")

		w.flash("cred1.csv", "jill,second\n")
		want("file changed, not loaded", trunk.asUser("jill", "second", "2101"), "401 Unauthorized, 0")
		w.types("credential load 1")
		want("loaded, old password", trunk.asUser("jill", "first", "2101"), "401 Unauthorized, 0")
		want("loaded, new password", trunk.asUser("jill", "second", "2102"), "200 OK, 1")
		want("from where no dial-peer leads", stranger.asUser("jill", "second", "2101"), "200 OK, 1")
		if said := w.types("show presence subscription subid 3"); !regexp.MustCompile(`(?mi)watcher dial peer tag\s*: 0\b`).MatchString(said) {
			t.Errorf("dial-peer of a stranger: %s", said)
		}

		// One password tried with many users: that source is stopped, nobody else.
		guesser := w.peer("10.9.9.8:5060")
		for i := range 100 {
			want("guess", guesser.asUser(fmt.Sprint("user", i), "second", "2101"), "401 Unauthorized, 0")
		}
		want("after 100 guesses", guesser.asUser("jill", "second", "2101"), "403 Forbidden, 0")
		want("the trunk meanwhile", trunk.asUser("jill", "second", "2101"), "200 OK, 1")
		time.Sleep(time.Minute)
		want("a minute later", guesser.asUser("jill", "second", "2101"), "200 OK, 1")

		w.types("configure terminal", "voice register global", "no authenticate credential 1", "end")
		want("file no longer configured", w.peer("10.9.9.7:5060").asUser("jill", "second", "2101"), "401 Unauthorized, 0")
		synctest.Wait()
	})
}
