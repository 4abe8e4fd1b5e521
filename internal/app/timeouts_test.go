package app

import (
	"io"
	"strings"
	"testing"
	"time"
)

// Telnet sessions end when nobody logs in, when nobody types, and after the
// absolute-timeout, of which the user is told.
func TestLineTimeouts(t *testing.T) {
	wire(t, "line vty 0 4\n password lab\n login\n exec-timeout 1 0\n absolute-timeout 3\n logout-warning 30\n", func(w *wired) {
		w.fronts()
		login := func() (c interface {
			io.ReadWriter
			SetReadDeadline(time.Time) error
		}, until func(what string, d time.Duration, over bool, text string)) {
			conn := w.dial("10.1.1.11", 23)
			start := time.Now()
			return conn, func(what string, d time.Duration, over bool, text string) {
				t.Helper()
				time.Sleep(time.Until(start.Add(d)))
				said, ended := heard(t, conn)
				if ended != over || !strings.Contains(said, text) {
					t.Errorf("%s after %v: %q, ended: %v; want %q, ended: %v", what, d, said, ended, text, over)
				}
			}
		}
		_, at := login()
		at("silence", time.Second, false, "Password: ")
		at("silence", 29*time.Second, false, "")
		at("silence", 31*time.Second, true, "% Password:  timeout expired!")

		c, at := login()
		io.WriteString(c, "lab\r")
		at("idle", time.Second, false, "Router>")
		at("idle", 59*time.Second, false, "")
		at("idle", 61*time.Second, true, "")

		c, at = login()
		io.WriteString(c, "lab\r")
		at("busy", time.Second, false, "Router>")
		for d := 30 * time.Second; d < 150*time.Second; d += 30 * time.Second {
			io.WriteString(c, "show privilege\r")
			at("busy", d, false, "Current privilege level is 1")
		}
		io.WriteString(c, "show privi")
		at("warned", 151*time.Second, false, "* Line timeout expired")
		io.WriteString(c, "lege\r")
		at("going on", 178*time.Second, false, "Current privilege level is 1")
		at("over", 182*time.Second, true, "")
	})
}

// `no login` lets everybody in over telnet without a question.
func TestNoLogin(t *testing.T) {
	wire(t, "line vty 0 4\n no login\n", func(w *wired) {
		w.fronts()
		if said, over := heard(t, w.dial("10.1.1.11", 23)); over || !strings.HasSuffix(said, "Router>") || strings.Contains(said, "Password") {
			t.Errorf("telnet: %q, %v", said, over)
		}
	})
}
