package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// What puts a console into global configuration mode, and what that prints.
const (
	keysConfig = "en\nconf t\n"
	textConfig = `Router>en
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
`
)

func TestModes(t *testing.T) {
	const left = "00:00:00: %SYS-5-CONFIG_I: Configured from console by console\n"
	for _, c := range []struct{ name, keys, want string }{
		{"a global line leaves the submode", "presence\nwatcher all\nsip-ua\npresence enable\nhostname CME\nend\n", `
Router(config)#presence
Router(config-presence)#watcher all
Router(config-presence)#sip-ua
Router(config-sip-ua)#presence enable
Router(config-sip-ua)#hostname CME
CME(config)#end
` + left + `CME#`},
		{"an incomplete prefix gives way to a whole global line", "sip-ua\npresence\nmax-sub 200\nexit\nexit\n", `
Router(config)#sip-ua
Router(config-sip-ua)#presence
Router(config-presence)#max-sub 200
Router(config-presence)#exit
Router(config)#exit
` + left + `Router#`},
		{"nested modes fall to the mode between", "voice service voip\nsip\nregistrar server\nh323\nsip\nexit\nsip\npresence\n", `
Router(config)#voice service voip
Router(conf-voi-serv)#sip
Router(conf-serv-sip)#registrar server
Router(conf-serv-sip)#h323
Router(conf-voi-serv)#sip
Router(conf-serv-sip)#exit
Router(conf-voi-serv)#sip
Router(conf-serv-sip)#presence
Router(config-presence)#` + left[:len(left)-1]},
		{"ambiguous here, whole word there", "telephony-service\nvoice service voip\ntelephony\nvoi s\n", `
Router(config)#telephony-service
Router(config-telephony)#voice service voip
Router(conf-voi-serv)#telephony
Router(config-telephony)#voi s
% Ambiguous command:  "voi s"
Router(config-telephony)#` + left[:len(left)-1]},
		{"the error of the mode that got furthest", "presence\nhostnmae x\nmax-subscription 99\nip domain loopup\nwatcher\n", `
Router(config)#presence
Router(config-presence)#hostnmae x
                             ^
% Invalid input detected at '^' marker.

Router(config-presence)#max-subscription 99
                                         ^
% Invalid input detected at '^' marker.

Router(config-presence)#ip domain loopup
                                     ^
% Invalid input detected at '^' marker.

Router(config-presence)#watcher
% Incomplete command.

Router(config-presence)#` + left[:len(left)-1]},
		{"do", "presence\ndo show clock\ndo show clock x\ndo show rows 3 | i 2\ndo conf t\n", `
Router(config)#presence
Router(config-presence)#do show clock
*07:16:02.715 UTC Mon Sep 4 2006
Router(config-presence)#do show clock x
                                      ^
% Invalid input detected at '^' marker.

Router(config-presence)#do show rows 3 | i 2
row 2
Router(config-presence)#do conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#` + left[:len(left)-1]},
		{"Ctrl-Z runs what was typed, Ctrl-C drops it", "presence\nmax-sub 222\x1ashow run | i max-sub\nconf t\npresence\nmax-sub 333\x03show run | i max-sub\nfoo\x03", `
Router(config)#presence
Router(config-presence)#max-sub 222^Z
` + left + `Router#show run | i max-sub
 max-subscription 222
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#presence
Router(config-presence)#max-sub 333^C
` + left + `Router#show run | i max-sub
 max-subscription 222
Router#foo^C
Router#`},
		{"bounds follow the configuration", "ephone-dn 11\nmax-dn 20\nephone-dn 11\nnumber 2001\nno ephone-dn 11\nephone-dn 9 dual\nno max-dn\nephone-dn 11\nend\n", `
Router(config)#ephone-dn 11
                         ^
% Invalid input detected at '^' marker.

Router(config)#max-dn 20
Router(config)#ephone-dn 11
Router(config-ephone-dn)#number 2001
Router(config-ephone-dn)#no ephone-dn 11
Router(config)#ephone-dn 9 dual
Router(config-ephone-dn)#no max-dn
Router(config)#ephone-dn 11
                         ^
% Invalid input detected at '^' marker.

Router(config)#end
` + left + `Router#`},
		{"an action commits its own line", "telephony-service\nrestamp\ndo show run | section tele\nend\n", `
Router(config)#telephony-service
Router(config-telephony)#restamp
stamping
Router(config-telephony)#do show run | section tele
telephony-service
 stamp new
Router(config-telephony)#end
` + left + `Router#`},
		{"an action with a no form", "telephony-service\nrestamp\nno restamp\nno tr\ntrace\ndo show run | section tele\nend\n", `
Router(config)#telephony-service
Router(config-telephony)#restamp
stamping
Router(config-telephony)#no restamp
Router(config-telephony)#no tr
Router(config-telephony)#trace
                         ^
% Invalid input detected at '^' marker.

Router(config-telephony)#do show run | section tele
telephony-service
Router(config-telephony)#end
` + left + `Router#`},
		{"banner over several lines", "banner motd ^\nHello,\nvoice^ and more\ndo show run | i bann|Hello|voice\nend\n", `
Router(config)#banner motd ^
Enter TEXT message.  End with the character '^'.
Hello,
voice^ and more
Router(config)#do show run | i bann|Hello|voice
banner motd ^C
Hello,
voice^C
Router(config)#end
` + left + `Router#`},
		{"banner given up", "banner motd #\nHello,\x03", `
Router(config)#banner motd #
Enter TEXT message.  End with the character '#'.
Hello,^C
` + left + `Router#`},
		{"banner ended by Ctrl-Z", "banner motd ^C\nHello,\x1ashow run | i banner\n", `
Router(config)#banner motd ^C
Enter TEXT message.  End with the character '^'.
Hello,^Z
` + left + `Router#show run | i banner
Router#`},
		{"banner cut off by a hang-up", "banner motd #\nHello,", `
Router(config)#banner motd #
Enter TEXT message.  End with the character '#'.
Hello,` + left[:len(left)-1]},
		{"hostname is cut in configuration prompts", "hostname THIS.IS.A.PARTICULARLY.LONG\nend\n", `
Router(config)#hostname THIS.IS.A.PARTICULARLY.LONG
THIS.IS.A.PARTICULAR(config)#end
` + left + `THIS.IS.A.PARTICULARLY.LONG#`},
		{"comments and blanks", "!\n ! x\n\n  presence \n", `
Router(config)#!
Router(config)# ! x
Router(config)#
Router(config)#  presence ` + `
Router(config-presence)#` + left[:len(left)-1]},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, newBox(t, DefaultConfig()).console(keysConfig+c.keys), textConfig+strings.TrimPrefix(c.want, "\n"))
		})
	}
}

// A banner that nobody goes on with ends the session like a prompt.
func TestBannerLeftAlone(t *testing.T) {
	got := newBox(t, DefaultConfig()).console(keysConfig + "banner motd #\nHello,\x01\nshow privilege\n")
	if !strings.HasSuffix(got, "\nRouter>show privilege\nCurrent privilege level is 1\nRouter>") || strings.Contains(got, "% ") {
		t.Errorf("%s", got)
	}
}

func TestConfigureAsks(t *testing.T) {
	b := newBox(t, DefaultConfig())
	check(t, b.console("en\nconfigure\n\nend\nconfigure\nmem\nconfigure\nfoo\n"), `
Router>en
Router#configure
Configuring from terminal, memory, or network [terminal]? 
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#end
00:00:00: %SYS-5-CONFIG_I: Configured from console by console
Router#configure
Configuring from terminal, memory, or network [terminal]? mem
%% Non-volatile configuration memory is not present
Router#configure
Configuring from terminal, memory, or network [terminal]? foo
?Must be "terminal", "memory" or "network"
Router#`)
}

// A block that another session removes: the line is refused, the session lives.
func TestBlockGone(t *testing.T) {
	b := newBox(t, DefaultConfig())
	f := newFakeTerm(keysConfig + "presence\nwatcher all\nend\n")
	f.onWrite = func(text string) {
		if text == "Router(config-presence)#" {
			tree := b.store.Tree()
			r := b.mode(conf.Global).conf.Set().Match("no presence", nil)
			if _, ok := tree.Root().Child("presence"); ok {
				if _, _, err := b.store.Apply(conf.Origin{Text: "other"}, conf.Root, r.Args); err != nil {
					t.Error(err)
				}
			}
		}
	}
	check(t, b.on(LineConsole, f), textConfig+`Router(config)#presence
Router(config-presence)#watcher all
% The block being configured has been removed
Router(config-presence)#end
00:00:00: %SYS-5-CONFIG_I: Configured from console by console
Router#`)
}

// A line that cannot be put into the form in which it is stored is refused, not
// stored as typed.
func TestRewriteRefuses(t *testing.T) {
	b := newBox(t, DefaultConfig())
	b.o.Rewrite = func(_ conf.Tree, _ conf.Path, args grammar.Args) (grammar.Args, error) {
		return args, lineErr("% No entropy")
	}
	if got := b.console(keysConfig + "max-dn 20\n"); !strings.Contains(got, "max-dn 20\n% No entropy\n") || b.store.Version() != 0 {
		t.Errorf("%d commits:\n%s", b.store.Version(), got)
	}
}

// A line that somebody types may be refused by its surroundings; a file is loaded
// whole.
func TestGuard(t *testing.T) {
	b := newBox(t, DefaultConfig())
	b.o.Guard = func(tree conf.Tree, parent conf.Path, args grammar.Args) error {
		return lineErr(fmt.Sprintf("%% %s beside %d lines", args.Line(), tree.Len()))
	}
	if errs := b.Load(context.Background(), []byte("max-dn 15\n"), conf.Origin{Text: "memory"}); errs != nil {
		t.Fatal(errs)
	}
	if got := b.console(keysConfig + "max-dn 20\n"); !strings.Contains(got, "#max-dn 20\n% max-dn 20 beside 1 lines\n") || b.store.Version() != 1 {
		t.Errorf("%d commits:\n%s", b.store.Version(), got)
	}
	b.o.Guard = nil
	var told []string
	b.o.Committed = func(c conf.Commit) { told = append(told, c.Changes[0].Line) }
	b.console(keysConfig + "max-dn 20\nmax-dn 20\nno max-dn\n")
	b.Load(context.Background(), []byte("max-dn 16\n"), conf.Origin{Text: "memory"})
	if want := []string{"max-dn 15", "max-dn 20"}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q", told, want)
	}
}

// Whoever types a line that changes something is told what there is to say of it;
// nobody is while a file is loaded.
func TestNotice(t *testing.T) {
	b := newBox(t, DefaultConfig())
	b.o.Notice = func(old conf.Tree, parent conf.Path, args grammar.Args, changed bool) string {
		if !changed {
			return ""
		}
		if n, ok := old.At(parent); !ok || n.Mode() != conf.Global {
			t.Errorf("%s was typed in %q", args.Line(), n.Mode())
		}
		return "Now " + args.Line() + "\n"
	}
	if errs := b.Load(context.Background(), []byte("max-dn 15\n"), conf.Origin{Text: "memory"}); errs != nil {
		t.Fatal(errs)
	}
	got := b.console(keysConfig + "max-dn 15\nmax-dn 20\nno max-dn\n")
	if !strings.Contains(got, "#max-dn 15\nRouter(config)#max-dn 20\nNow max-dn 20\nRouter(config)#no max-dn\nNow no max-dn\n") {
		t.Error(got)
	}
}

// In a paste the prompt waits for the agents only behind a line that changes it.
func TestPromptWaitsInPaste(t *testing.T) {
	for line, want := range map[string]time.Duration{"hostname CME": time.Second, "no hostname": time.Second, "max-dn 20": 0} {
		synctest.Test(t, func(t *testing.T) {
			b := newBox(t, DefaultConfig())
			conf.Bind(b.store, "slow", func(t conf.Tree) conf.Tree { return t }, conf.Tree.Equal,
				func(context.Context, conf.Tree, conf.Tree) error { time.Sleep(time.Second); return nil })
			time.Sleep(time.Minute)
			f := newFakeTerm(keysConfig + "hostname A\n" + line + "\n")
			f.pending = true
			var start, next time.Time
			f.onWrite = func(text string) {
				switch {
				case start.IsZero() && strings.Contains(text, "A(config)#"):
					start = time.Now() // the last line is typed
				case !start.IsZero() && next.IsZero() && strings.Contains(text, "(config)#"):
					next = time.Now()
				}
			}
			b.on(LineConsole, f)
			if took := next.Sub(start); took != want {
				t.Errorf("%s: the next prompt came after %v, want %v", line, took, want)
			}
		})
	}
}

// The message on leaving configuration is logged as the configuration says,
// however it is left: the log has taken what was typed before.
func TestLeavingWaitsForTheLog(t *testing.T) {
	for _, leave := range []string{"end\n", "exit\n", "\x1a", "\x03", ""} {
		synctest.Test(t, func(t *testing.T) {
			b := newBox(t, DefaultConfig())
			var taken time.Time
			conf.Bind(b.store, "slow", func(t conf.Tree) conf.Tree { return t }, conf.Tree.Equal,
				func(context.Context, conf.Tree, conf.Tree) error {
					time.Sleep(time.Second)
					taken = time.Now()
					return nil
				})
			time.Sleep(time.Minute)
			f := newFakeTerm(keysConfig + "max-dn 20\n" + leave)
			f.pending = true
			var said time.Time
			b.log.Attach(logbuf.Monitor, "", func(_ logbuf.Severity, text string) {
				if strings.Contains(text, "CONFIG_I") {
					said = time.Now()
				}
			})
			b.on(LineConsole, f)
			b.log.Flush(t.Context())
			time.Sleep(time.Minute) // by now the binding has taken the line
			if said.IsZero() || said.Before(taken) {
				t.Errorf("left with %q: said at %v, taken at %v", leave, said, taken)
			}
		})
	}
}
