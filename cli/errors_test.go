package cli

import "testing"

// The forms of facts about IOS's errors: each pair is what was typed (after the
// prompt) and all that the terminal shows.
func TestErrors(t *testing.T) {
	noLookup := "enable\nconf t\nno ip domain lookup\nend\n"
	for _, c := range []struct{ name, keys, want string }{
		{"first bad character of a word", "hostname R3\n", `
Router>hostname R3
        ^
% Invalid input detected at '^' marker.

Router>`},
		{"after a keyword", "show xyz\n", `
Router>show xyz
            ^
% Invalid input detected at '^' marker.

Router>`},
		{"extra word", "enable\nshow clock now\n", `
Router>enable
Router#show clock now
                  ^
% Invalid input detected at '^' marker.

Router#`},
		{"inside an abbreviation", "enable\nConfiguring from\n", `
Router>enable
Router#Configuring from
               ^
% Invalid input detected at '^' marker.

Router#`},
		{"number out of range", "show rows 0\n", `
Router>show rows 0
                 ^
% Invalid input detected at '^' marker.

Router>`},
		{"leading blanks count", "  show xyz\n", `
Router>  show xyz
              ^
% Invalid input detected at '^' marker.

Router>`},
		{"ambiguous", "enable\nshow   v x\ncon\n co  x\nshow r\n", `
Router>enable
Router#show   v x
                ^
% Invalid input detected at '^' marker.

Router#con
% Ambiguous command:  "con"
Router# co  x
% Ambiguous command:  "co  x"
Router#show r
% Ambiguous command:  "show r"
Router#`},
		{"incomplete", "enable\ncopy running-config\nte len\n", `
Router>enable
Router#copy running-config
% Incomplete command.

Router#te len
% Incomplete command.

Router#`},
		{"bare group", "show\nenable\nsh\ncl\ndebug\nterminal\n", `
Router>show
% Type "show ?" for a list of subcommands
Router>enable
Router#sh
% Type "show ?" for a list of subcommands
Router#cl
% Type "clear ?" for a list of subcommands
Router#debug
% Type "debug ?" for a list of subcommands
Router#terminal
% Incomplete command.

Router#`},
		{"unknown word, lookup on", "eixt\neixt 23\neixt now\n!x\n\n   \nei%t\n", `
Router>eixt
Translating "eixt"...domain server (255.255.255.255)
% Unknown command or computer name, or unable to find computer address
Router>eixt 23
Translating "eixt"...domain server (255.255.255.255)
% Unknown command or computer name, or unable to find computer address
Router>eixt now
        ^
% Invalid input detected at '^' marker.

Router>!x
Router>
Router>   
Router>ei%t
        ^
% Invalid input detected at '^' marker.

Router>`},
		{"unknown word, lookup off", noLookup + "eixt\n", `
Router>enable
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#no ip domain lookup
Router(config)#end
00:00:00: %SYS-5-CONFIG_I: Configured from console by console
Router#eixt
Translating "eixt"

% Unknown command or computer name, or unable to find computer address
Router#`},
		{"config mode never looks hosts up", "en\nconf t\neixt\ndo eixt\ndo sh xyz\ndo\npresence\nserver bad\nserver\n", `
Router>en
Router#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
Router(config)#eixt
                ^
% Invalid input detected at '^' marker.

Router(config)#do eixt
                   ^
% Invalid input detected at '^' marker.

Router(config)#do sh xyz
                     ^
% Invalid input detected at '^' marker.

Router(config)#do
% Incomplete command.

Router(config)#presence
Router(config-presence)#server bad
% Server address is not usable
Router(config-presence)#server
% Incomplete command.

Router(config-presence)#00:00:00: %SYS-5-CONFIG_I: Configured from console by console`},
		{"user EXEC lacks privileged commands", "configure terminal\n", `
Router>configure terminal
          ^
% Invalid input detected at '^' marker.

Router>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, newBox(t, DefaultConfig()).console(c.keys), c.want)
		})
	}
}

func TestLastNumber(t *testing.T) {
	for line, want := range map[string]int{
		"show interfaces gi0/12": 20, "show interfaces gi0/0.100 description": 22, "show interfaces Loopback7 ": 24, "show": 0, "": 0, "7": 0,
	} {
		if got := lastNumber(line); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}
