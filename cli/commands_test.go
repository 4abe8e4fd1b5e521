package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
)

func TestSaveAndErase(t *testing.T) {
	b := newBox(t, DefaultConfig())
	if !b.ConfigChanged() {
		t.Error("no startup-config, yet nothing to save")
	}
	got := b.console("en\nshow start\ncopy run start\n\nwr\nshow start | i Using|end\ncopy run start\nflash:x\ncopy run start\nflash:../x\nerase start\nnerase start\nyshow start\n")
	check(t, regexp.MustCompile(` in .* secs .*/sec\)`).ReplaceAllString(got, ""), `
Router>en
Router#show start
startup-config is not present
Router#copy run start
Destination filename [startup-config]? 
Building configuration...
[OK]
Router#wr
Building configuration...
[OK]
Router#show start | i Using|end
Using 85 out of 491512 bytes
end
Router#copy run start
Destination filename [startup-config]? flash:x
85 bytes copied
Router#copy run start
Destination filename [startup-config]? flash:../x
%Error opening flash:../x (Invalid file name)
Router#erase start
Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]n
Router#erase start
Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]y
[OK]
Erase of nvram: complete
00:00:00: %SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram
Router#show start
startup-config is not present
Router#`)
	if text, err := b.state.Flash().ReadFile("x"); err != nil || string(text) != "!\n! NVRAM config last updated at 07:16:02 UTC Mon Sep 4 2006\n!\nhostname Router\n!\nend\n" {
		t.Errorf("flash:x = %q, %v", text, err)
	}
	base := DefaultConfig()
	base.FilePromptQuiet = true
	b = newBox(t, base)
	check(t, b.console("en\ncopy run start\n"), "Router>en\nRouter#copy run start\nBuilding configuration...\n[OK]\nRouter#")
	if b.ConfigChanged() {
		t.Error("saved, yet changed")
	}
}

func TestReload(t *testing.T) {
	b := newBox(t, DefaultConfig())
	check(t, b.console("en\nreload\nmaybe\ny\nnreload now\n\n\n"), `
Router>en
Router#reload

System configuration has been modified. Save? [yes/no]: maybe
% Please answer 'yes' or 'no'.

System configuration has been modified. Save? [yes/no]: y
Building configuration...
[OK]
Proceed with reload? [confirm]n
Router#reload now
Proceed with reload? [confirm]

00:00:00: %SYS-5-RELOAD: Reload requested by console. Reload Reason: now.
`)
	if got := strings.Join(b.system.reloads, "|"); got != "now" {
		t.Errorf("reloads %q", got)
	}
}

func TestShowRunning(t *testing.T) {
	b := newBox(t, DefaultConfig())
	got := b.console("en\nshow run\n")
	body := string(conf.Running(b.store.Tree()))
	if want := "Router>en\nRouter#show run\n" + conf.RunningHeader([]byte(body)) + body + "\nRouter#"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// What ansible, napalm, rancid and oxidized look for.
func TestShowVersion(t *testing.T) {
	got := newBox(t, DefaultConfig()).console("show version\n")
	for _, re := range []string{`Version (\S+)`, `(?m)^[Cc]isco (.+) \(revision`, `(?m)^Router uptime is 1 day, 2 hours, 0 minutes$`,
		`image file is "(.+)"`, `Processor board ID \S`, `with \d+K/\d+K bytes of memory`, `Cisco IOS Software`,
		`Configuration register is 0x2102`, `(?m)^Busylamp 1\.2\.3 \(abcdef1\)`, `\), Version 12\.4`,
		`System restarted at 05:16:02 UTC Sun Sep 3 2006`} {
		if !regexp.MustCompile(re).MatchString(got) {
			t.Errorf("no %s in\n%s", re, got)
		}
	}
	if m := regexp.MustCompile(`Version (\S+)`).FindStringSubmatch(got); m[1] != "12.4(24)T," {
		t.Errorf("first version %q", m[1])
	}
}

func TestTerminalAndHistory(t *testing.T) {
	b := newBox(t, DefaultConfig())
	check(t, b.console("terminal history size 3\nterminal length 0\nterminal width 511\nshow clock\nshow terminal\nshow history\nterminal monitor\nen\nconf t\npresence\ndo show history\n"), `
Router>terminal history size 3
Router>terminal length 0
Router>terminal width 511
Router>show clock
*07:16:02.715 UTC Mon Sep 4 2006
Router>show terminal
Line 0, Location: "", Type: ""
Length: 0 lines, Width: 511 columns
Baud rate (TX/RX) is 9600/9600, no parity, 2 stopbits, 8 databits
Status: PSI Enabled, Ready, Active, No Exit Banner
Capabilities: none
Modem state: Ready
Group codes:    0
Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation
                ^^x    none   -     -       none         
Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch
               00:10:00        never                        none     not set
                            Idle Session Disconnect Warning
                              never 
                            Login-sequence User Response
                             00:00:30
                            Autoselect Initial Wait
                              not set 
Modem type is unknown.
Session limit is not set.
Time since activation: 00:00:00
Editing is enabled.
History is enabled, history size is 3.
DNS resolution in show commands is enabled
Full user help is disabled
Allowed input transports are none.
Allowed output transports are telnet ssh.
Preferred transport is telnet.
No output characters are padded
No special data dispatching characters
Router>show history
  show clock
  show terminal
  show history
Router>terminal monitor
% Console already monitors
Router>en
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#presence
Router(config-presence)#do show history
  presence
  do show history
Router(config-presence)#00:00:00: %SYS-5-CONFIG_I: Configured from console by console`)
}

func TestLoggingAndDebug(t *testing.T) {
	b := newBox(t, DefaultConfig())
	if err := b.log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 4096, BufferLevel: logbuf.Debugging, ConsoleLevel: logbuf.Off, MonitorLevel: logbuf.Debugging}); err != nil {
		t.Fatal(err)
	}
	check(t, b.console("en\ndebug presence errors\nshow debugging\nconf t\nend\nshow logging\nclear logging\n\nshow logging | begin Log Buffer\nundebug all\nshow debugging\n"), `
Router>en
Router#debug presence errors
presence errors debugging is on
Router#show debugging
  presence errors debugging is on
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#end
Router#show logging
Syslog logging: enabled (0 messages dropped, 0 messages rate-limited,
                0 flushes, 0 overruns, xml disabled, filtering disabled)

No Active Message Discriminator.



No Inactive Message Discriminator.


    Console logging: disabled
    Monitor logging: level debugging, 0 messages logged, xml disabled,
                     filtering disabled
    Buffer logging:  level debugging, 1 messages logged, xml disabled,
                     filtering disabled
    Logging Exception size (0 bytes)
    Count and timestamp logging messages: disabled
    Persistent logging: disabled

No active filter modules.

    Trap logging: level emergencies, 0 message lines logged

Log Buffer (4096 bytes):

00:00:00: %SYS-5-CONFIG_I: Configured from console by console
Router#clear logging
Clear logging buffer [confirm]
Router#show logging | begin Log Buffer
Log Buffer (4096 bytes):

Router#undebug all
All possible debugging has been turned off
Router#show debugging
Router#`)
}

func TestDialogAcrossPartialOutput(t *testing.T) {
	b := newBox(t, DefaultConfig())
	for _, a := range b.mode(ExecMode).actions {
		if a.plain.Syntax == "help" {
			a.plain.Run = askName
		}
	}
	f := newFakeTerm("terminal length 24\nhelp\nme\n")
	check(t, b.on(LineConsole, f), "Router>terminal length 24\nRouter>help\nYour Name [you]? me\nHello, me\nRouter>")
}

// `history size` of a line: the default, some, and none.
func TestHistoryOfLine(t *testing.T) {
	for size, want := range map[int]int{0: 4, 2: 2, -1: 0} {
		base := DefaultConfig()
		base.Console.HistorySize = size
		got := newBox(t, base).console("show clock\nshow privilege\nterminal length 0\nshow history\n")
		_, list, _ := strings.Cut(got, "Router>show history\n")
		if n := strings.Count(list, "\n  ") + strings.Count(list[:min(len(list), 2)], "  "); n != want {
			t.Errorf("size %d: %d lines: %q", size, n, list)
		}
	}
}
