package presence

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

type deaf struct{}

func (deaf) Notify(Note) {}

// A reached max-subscription is in the log, and does not flood it.
func TestFullIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := logbuf.New(time.Now)
		defer log.Close()
		if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 16, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		h := New(Options{Log: log})
		defer h.Close()
		c := Config{Enabled: true, SIPEnabled: true, MaxSubscriptions: 1, Numbers: map[string]Number{"1": {Watch: true}}}
		if err := h.Apply(t.Context(), Config{}, c); err != nil {
			t.Fatal(err)
		}
		ask := func() { h.Subscribe(Request{Presentity: Party{User: "1"}, Expires: time.Hour, Sink: deaf{}}) }
		said := func() int { return strings.Count(strings.Join(log.Buffer(), "\n"), "%PRESENCE-4-MAXSUB") }
		ask()
		if said() != 0 {
			t.Error("said too early")
		}
		for range 10 {
			ask()
		}
		if said() != 1 {
			t.Errorf("said %d times", said())
		}
		time.Sleep(2 * time.Minute)
		ask()
		if said() != 2 {
			t.Errorf("said %d times after two minutes", said())
		}
	})
}
