package cli

import (
	"context"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// synchronous puts `logging synchronous` on the console.
func (b *box) synchronous(s Synchronous) {
	b.t.Helper()
	c := b.Config()
	c.Console.Synchronous = s
	if err := b.Shell.Apply(b.t.Context(), Config{}, c); err != nil {
		b.t.Fatal(err)
	}
}

// With `logging synchronous` messages wait for the end of a command, at most Limit of
// them, and grave ones do not.
func TestSynchronous(t *testing.T) {
	for _, tt := range []struct {
		name string
		sync Synchronous
		want string
	}{
		{"off", Synchronous{}, "%T-1-M: grave\n%T-5-M: 0\n%T-5-M: 1\n%T-5-M: 2\nrow 2\nRouter>"},
		{"on", Synchronous{On: true, Level: logbuf.Critical, Limit: 2},
			"%T-1-M: grave\nrow 2\n%T-5-M: 0\n%T-5-M: 1\n%SYS-3-MSGLOST: 1 messages lost because of queue overflow\nRouter>"},
		{"all", Synchronous{On: true, Level: logbuf.Emergencies, Limit: 20}, "row 2\n%T-1-M: grave\n%T-5-M: 0\n%T-5-M: 1\n%T-5-M: 2\nRouter>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBox(t, Config{})
			if err := b.log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{ConsoleLevel: logbuf.Debugging, LogStamp: logbuf.Stamp{Mode: logbuf.StampNone}}); err != nil {
				t.Fatal(err)
			}
			b.synchronous(tt.sync)
			f := newFakeTerm("show rows 2\n")
			f.onWrite = func(text string) {
				if text != "row 1\n" {
					return
				}
				b.log.Msg("T", logbuf.Alerts, "M", "grave")
				for i := range 3 {
					b.log.Msg("T", logbuf.Notifications, "M", "%d", i)
				}
				b.log.Flush(context.Background())
			}
			got := b.on(LineConsole, f)
			_, after, _ := strings.Cut(got, "row 1\n")
			if !strings.HasPrefix(after, tt.want) {
				t.Errorf("%q, want %q", after, tt.want)
			}
		})
	}
}

// What `send` prints on whose terminal.
func TestSend(t *testing.T) {
	b := newBox(t, Config{Vty: []Line{{}, {}}})
	other, err := b.Open(LineVTY, "192.0.2.4")
	if err != nil {
		t.Fatal(err)
	}
	heard := newFakeTerm("")
	other.screen = heard
	for _, tt := range []struct{ line, keys, own, far string }{
		{"*", "the sky\nis falling\x1a\n", "^Z\nSend message? [confirm]\n\n\n***\n***\n*** Message from tty0 to all terminals:\n***\nthe sky\nis falling\n",
			"\n\n***\n***\n*** Message from tty0 to all terminals:\n***\nthe sky\nis falling\n"},
		{"2", "hello\n\x1ay", "^Z\nSend message? [confirm]y\n", "\n\n***\n***\n*** Message from tty0 to tty2:\n***\nhello\n"},
		{"2", "hello\x1an", "^Z\nSend message? [confirm]n\n", ""},
		{"2", "hello\n\x03", "\n^C\n", ""},
		{"1", "nobody\x1a\n", "^Z\nSend message? [confirm]\n", ""},
		{"4", "", "% Invalid line number\n", ""},
	} {
		heard.out.Reset()
		got := b.console("send " + tt.line + "\n" + tt.keys)
		if own := strings.TrimSuffix(got, "Router>"); !strings.HasSuffix(own, tt.own) || heard.text() != tt.far {
			t.Errorf("send %s, %q: printed %q, want %q; the vty heard %q, want %q", tt.line, tt.keys, got, tt.own, heard.text(), tt.far)
		}
	}
	other.Close()
}

// `logging userinfo` tells who comes to a level, and who fails to.
func TestUserInfo(t *testing.T) {
	b := newBox(t, Config{UserInfo: true, EnablePassword: Secret{Value: "lab"}})
	if err := b.log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 4096, BufferLevel: logbuf.Debugging, LogStamp: logbuf.Stamp{Mode: logbuf.StampNone}}); err != nil {
		t.Fatal(err)
	}
	b.console("enable\nwrong\nwrong\nwrong\nenable\nlab\n")
	want := "%SYS-5-PRIV_AUTH_FAIL: Authentication to Privilege level 15 failed by unknown on console\n%SYS-5-PRIV_AUTH_PASS: Privilege level set to 15 by unknown on console"
	if got := strings.Join(b.log.Buffer(), "\n"); got != want {
		t.Error(got)
	}
}
