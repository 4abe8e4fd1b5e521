package cli

import (
	"strings"
	"testing"
)

func TestHelp(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"word help", "en\nco?nf?\n", `
Router>en
Router#co?
configure  connect  copy

Router#conf?
configure

Router#conf
`},
		{"after a word, no header", "terminal ?", `
Router>terminal ?
  history  History
  length   Lines
  monitor  Copy debug output
  no       Negate
  width    Columns

Router>terminal `},
		{"argument", "show rows ?\x03show rows 1?\x03show rows 1 ?", `
Router>show rows ?
  <1-1000000>  How many

Router>show rows ^C
Router>show rows 1?
  <1-1000000>  How many

Router>show rows 1^C
Router>show rows 1 ?
  |     Output modifiers
  <cr>

Router>show rows 1 `},
		{"no modifiers for what does not show", "enable ?", `
Router>enable ?
  <0-15>  Enable level
  <cr>

Router>enable `},
		{"unknown", "shw ?\x03show xyz?", `
Router>shw ?
% Unrecognized command
Router>shw ^C
Router>show xyz?
% Unrecognized command
Router>show xyz`},
		{"ambiguous", "en\nco t?", `
Router>en
Router#co t?
% Ambiguous command:  "co t"
Router#co t`},
		{"modifiers", "show clock | ?\x03show clock | s?\x03show clock | sec ?\x03show clock | i x | inc ?", `
Router>show clock | ?
  append    Append redirected output to URL
  begin     Begin with the line that matches
  count     Count number of lines which match regexp
  exclude   Exclude lines that match
  include   Include lines that match
  redirect  Redirect output to URL
  section   Filter a section of output
  tee       Copy output to URL

Router>show clock | ^C
Router>show clock | s?
section

Router>show clock | s^C
Router>show clock | sec ?
  LINE     Regular Expression
  exclude  Exclude the section
  include  Include only the section

Router>show clock | sec ^C
Router>show clock | i x | inc ?
  LINE  Regular Expression

Router>show clock | i x | inc `},
		{"submode", "en\nconf t\npresence\n?\ndo show r?\x1a", textConfig + `Router(config)#presence
Router(config-presence)#?
Presence configuration commands:
  default           Set a command to its defaults
  do                To run exec commands in config mode
  end               Exit from configure mode
  exit              Exit from Presence configuration mode
  help              Description of the interactive help system
  max-subscription  Maximum
  no                Negate a command or set its defaults
  presence          Presence
  server            Server
  watcher           Watchers

Router(config-presence)#
Router(config-presence)#do show r?
rows  running-config

Router(config-presence)#do show r^Z
% Ambiguous command:  "show r"
`},
		{"bound from the configuration", "en\nconf t\nmax-dn 33\nephone-dn ?", textConfig + `Router(config)#max-dn 33
Router(config)#ephone-dn ?
  <1-33>  Tag

Router(config)#ephone-dn `},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newBox(t, DefaultConfig()).console(c.keys)
			want := strings.TrimPrefix(c.want, "\n")
			if !strings.HasPrefix(got, strings.TrimSuffix(want, "\n")) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestHelpHeaderAndPaging(t *testing.T) {
	f := newFakeTerm("?")
	f.cols, f.rows = 80, 8
	got := newBox(t, DefaultConfig()).on(LineConsole, f)
	if !strings.HasPrefix(got, "Router>?\nExec commands:\n  clear     Reset functions\n") && !strings.HasPrefix(got, "Router>?\nExec commands:\n  connect ") {
		t.Errorf("%q", got)
	}
	got = newBox(t, DefaultConfig()).console("?")
	if !strings.HasPrefix(got, "Router>?\nExec commands:\n  connect   Open a terminal connection\n  disable   Turn off privileged commands\n") {
		t.Errorf("%q", got)
	}
	f = newFakeTerm("en\n? q?q")
	f.cols, f.rows = 80, 5
	got = newBox(t, DefaultConfig()).on(LineConsole, f)
	if n := strings.Count(got, more+erase); n != 3 {
		t.Errorf("%d pages in %q", n, got)
	}
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"en\nerase star\t", "Router#erase star\nRouter#erase startup-config "},
		{"en\nco\t", "Router#co\nRouter#co"},
		{"en\nSH\t", "Router#SH\nRouter#show "},
		{"en\nshow\t", "Router#show\nRouter#show "},
		{"en\nshow \t", "Router#show \nRouter#show "},
		{"en\nxyz\t", "Router#xyz\nRouter#xyz"},
		{"en\nshow clock | inc\t", "Router#show clock | inc\nRouter#show clock | include "},
		{"en\nconf t\ndo sh\t", "Router(config)#do sh\nRouter(config)#do show "},
		{"en\nconf t\nno prese\t", "Router(config)#no prese\nRouter(config)#no presence "},
		{"en\nconf t\nhostname pre\t", "Router(config)#hostname pre\nRouter(config)#hostname pre"},
	} {
		got := newBox(t, DefaultConfig()).console(c.keys)
		if !strings.Contains(got, c.want) || !strings.HasSuffix(strings.Split(got, "00:00:00")[0], c.want) {
			t.Errorf("%q: got %q, want %q", c.keys, got, c.want)
		}
	}
}
