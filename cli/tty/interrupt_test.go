package tty

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

func TestInterrupted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		for _, k := range []string{"\x03", "\x1e"} {
			d.w.in <- "ty" + k + "ped\r"
			<-d.Interrupted()
			synctest.Wait()
			if !d.Pending() {
				t.Error("typed ahead, but nothing is pending")
			}
			if line, err := d.ReadLine("", echo); line != "typed" || err != nil {
				t.Errorf("%q, %v", line, err)
			}
		}
		// An interrupt that came too late does not hit the next command.
		d.w.in <- "\x03"
		synctest.Wait()
		d.ask("R#", echo)
		d.press("\r")
		<-d.done
		select {
		case <-d.Interrupted():
			t.Error("an old interrupt was kept")
		default:
		}
	})
}

// TestInterruptDuringHelp: Ctrl-C while a callback runs does not hit the command
// typed afterwards.
func TestInterruptDuringHelp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := sit(Options{})
		defer d.Close()
		help := func() { time.Sleep(time.Second) }
		d.ask("R#", term.LineOptions{Echo: true,
			Help:     func(string) string { help(); return "" },
			Complete: func(string) (string, bool) { help(); return "", false },
		})
		for _, k := range []string{"?", "\t"} {
			d.press(k)
			d.press("\x03")
			time.Sleep(time.Second)
		}
		d.press("x\r")
		if r := <-d.done; r.text != "x" || r.err != nil {
			t.Errorf("%q, %v", r.text, r.err)
		}
		select {
		case <-d.Interrupted():
			t.Error("an old interrupt was kept")
		default:
		}
	})
}
