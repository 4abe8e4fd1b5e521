// Package transcripts replays literal console text against an appliance.
//
// A transcript is a txtar archive. Its comment says what it shows and may carry
// options, one a line:
//
//	only: DRIVER            console, ssh, telnet or live: it makes sense there alone
//	blanks: loose           runs of blanks compare equal (the guide lost some)
//	served: yes             in memory the appliance serves telnet and SSH at 127.0.0.2
//
// The section "startup.cfg" is the startup-config the appliance boots with. The
// section "console" is what the screen shows: a line that begins with a prompt
// is typed, every other line must be printed. Other sections are files that
// stage directions name. Inside an expected line {{RE}} matches a regular
// expression and time stamps such as *Sep  4 07:16:02.715 match any time.
//
// Stage directions stand on lines of their own and begin with "@ "; they are
// carried out between the line above and the line below:
//
//	@ type TEXT             typed at a prompt that does not echo (passwords)
//	@ keys KEYS             pressed at the prompt above, whose line is what the
//	                        screen shows in the end: see parseKeys
//	@ key NAME              one key: SPACE ENTER TAB CTRL-C CTRL-Z UP ? q
//	@ advance 10s           lets time pass
//	@ line 2101 busy        state of a line: idle busy ringing clear
//	@ phone NAME sccp MAC [MODEL]             an SCCP phone registers; device-N is of no known model
//	@ phone NAME sip MAC NUMBER [MODEL]       a SIP phone registers (or: register)
//	@ phone NAME sccp|sip ... at ADDRESS      at that address, in memory only
//	@ phone NAME refused sccp|sip MAC ...     tries to, and must be refused
//	@ phone NAME trunk ADDR:PORT NUMBER       the far end of a SIP trunk
//	@ phone NAME press KEY                    see handset.ParseKey
//	@ phone NAME expect CONDITION             waits for it, see handset.ParseExpect
//	@ phone NAME subscribe|unsubscribe NUMBER SIP: watches a number, its next BLF key
//	@ phone NAME expect NUMBER STATE          SIP: waits for that state of it
//	@ phone NAME cut|mend                     SCCP: its cable
//	@ phone NAME stop                         unregisters and leaves
//	@ server ADDRESS < FILE                   another appliance boots there, in memory only
//	@ server ADDRESS line 2101 busy           state of a line of its own
//	@ server ADDRESS stop                     it loses power
//	@ sip < FILE            sends FILE to the SIP endpoint in one datagram
//	@ expect FILE           the next datagram back must match FILE
//	@ answer CODE CALL-ID   the next request back with that Call-ID gets that answer
//	@ file URL FILE         from now on FILE is found at a flash:, tftp: or http: URL
//	@ http PORT PAGE FILE   a phone fetches a page, which must match FILE
//
// The package is used by tests and by the replay command.
package transcripts

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// The names of the drivers, for "only:".
const (
	DriverConsole = "console" // the console of a fresh appliance in memory
	DriverSSH     = "ssh"     // SSH to a fresh appliance in memory
	DriverTelnet  = "telnet"  // telnet to a fresh appliance in memory
	DriverLive    = "live"    // SSH on real sockets
)

// Script is a parsed transcript.
type Script struct {
	Name    string
	Comment string
	Only    string // the one driver it is for, "" for all
	Loose   bool   // runs of blanks compare equal
	Served  bool   // the appliance can be reached by itself
	Away    bool   // played by another user or on another day: sizes of configurations, which tell both, are not compared
	Startup []byte // nil: the factory default configuration
	Files   map[string][]byte
	Steps   []Step
}

// Step is one thing typed or directed and the screen that must follow.
type Step struct {
	Line      int      // in the console section, from 1
	Screen    string   // the whole input line as the screen shows it, prompt included
	Prompt    string   // its prompt
	Input     string   // what is typed after the prompt
	Typed     bool     // Input is typed without echo
	Pressed   string   // the keys that are pressed instead of Input, as written
	Direction []string // a stage direction in words; Screen is empty then
	Expect    []string // the lines printed afterwards
}

// A prompt: "Router>", "Router(config-line)#", a question of a dialog or of the
// login, or the pager.
var promptRE = regexp.MustCompile(`^(?:[A-Za-z0-9][\w.\-]*(?:\([\w.\-]+\))?[>#]` +
	`|Password: ?|Username: |Again: ` +
	`|[A-Z].*\[[^\]]*\]\? ?` +
	`|configuration\. .*\[no\]: ?` +
	`|[A-Z].*\[(?:ip|n|no|none|0x[0-9A-F]+)\]: |(?:Target IP|Source) address(?: or interface)?: ` +
	`|(?:[A-Z (].*)?\[confirm\]|(?:% )?[A-Z].*(?:\[(?:yes/no|\d+)\]|\(yes/\[no\]\)): ` +
	`| --More-- )`)

// Parse reads a transcript. The name is used in messages.
func Parse(name string, data []byte) (*Script, error) {
	ar := txtar.Parse(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	s := &Script{Name: name, Comment: string(ar.Comment), Files: map[string][]byte{}}
	for line := range strings.Lines(s.Comment) {
		key, val, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case ok && key == "only":
			s.Only = val
		case ok && key == "blanks" && val == "loose":
			s.Loose = true
		case ok && key == "served" && val == "yes":
			s.Served = true
		}
	}
	var console []byte
	for _, f := range ar.Files {
		switch f.Name {
		case "startup.cfg":
			s.Startup = f.Data
		case "console":
			console = f.Data
		default:
			s.Files[f.Name] = f.Data
		}
	}
	if console == nil {
		return nil, fmt.Errorf("%s: no section \"console\"", name)
	}
	if err := s.parseConsole(string(console)); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Script) parseConsole(text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if d, ok := strings.CutPrefix(line, "@ "); ok {
			words := strings.Fields(d)
			if len(words) == 0 {
				return fmt.Errorf("%s: console line %d: empty stage direction", s.Name, n)
			}
			if words[0] == "keys" && len(words) > 1 {
				last := len(s.Steps) - 1
				if last < 0 || s.Steps[last].Typed || len(s.Steps[last].Direction) > 0 || len(s.Steps[last].Expect) > 0 {
					return fmt.Errorf("%s: console line %d: @ keys needs a prompt line above it", s.Name, n)
				}
				s.Steps[last].Pressed = strings.TrimPrefix(d, "keys ")
				if _, err := parseKeys(s.Steps[last].Pressed); err != nil {
					return fmt.Errorf("%s: console line %d: %w", s.Name, n, err)
				}
				continue
			}
			if words[0] == "type" {
				last := len(s.Steps) - 1
				if last < 0 || s.Steps[last].Input != "" || len(s.Steps[last].Direction) > 0 || len(s.Steps[last].Expect) > 0 {
					return fmt.Errorf("%s: console line %d: @ type needs an empty prompt line above it", s.Name, n)
				}
				s.Steps[last].Input = strings.TrimPrefix(d, "type ")
				s.Steps[last].Typed = true
				continue
			}
			s.Steps = append(s.Steps, Step{Line: n, Direction: words})
			continue
		}
		// "ephone#[phone]" is printed, nothing typed begins like that.
		if p := promptRE.FindString(line); p != "" && !strings.HasPrefix(line[len(p):], "[") {
			s.Steps = append(s.Steps, Step{Line: n, Screen: line, Prompt: p, Input: line[len(p):]})
			continue
		}
		if len(s.Steps) == 0 {
			if strings.TrimSpace(line) == "" {
				continue // blank lines before the first prompt
			}
			return fmt.Errorf("%s: console line %d: text before the first prompt: %q", s.Name, n, line)
		}
		last := &s.Steps[len(s.Steps)-1]
		last.Expect = append(last.Expect, line)
	}
	if len(s.Steps) == 0 {
		return fmt.Errorf("%s: the console section is empty", s.Name)
	}
	return nil
}

// Unfit says why a script makes no sense with a driver, "" when it does. Time passes only
// where the clock is a fake one.
func (s *Script) Unfit(driver string, fakeClock bool) string {
	switch {
	case s.Only != "" && s.Only != driver:
		return "only for the driver " + s.Only
	case !fakeClock && s.advances():
		return "it lets time pass, which needs the fake clock of the tests"
	}
	return ""
}

func (s *Script) advances() bool {
	for _, st := range s.Steps {
		if len(st.Direction) > 0 && st.Direction[0] == "advance" {
			return true
		}
	}
	return false
}

// Rewritten is the console section with the lines that were really printed, as
// Run returned them. Expected lines with {{RE}} that fit are kept.
func (s *Script) Rewritten(got [][]string) string {
	var b strings.Builder
	for i, st := range s.Steps {
		switch {
		case len(st.Direction) > 0:
			fmt.Fprintln(&b, "@ "+strings.Join(st.Direction, " "))
		case st.Pressed != "":
			fmt.Fprintf(&b, "%s\n@ keys %s\n", st.Screen, st.Pressed)
		case st.Typed:
			fmt.Fprintf(&b, "%s\n@ type %s\n", st.Screen, st.Input)
		default:
			fmt.Fprintln(&b, st.Screen)
		}
		lines := st.Expect
		if i < len(got) && got[i] != nil {
			lines = got[i]
		}
		for j, l := range lines {
			if j < len(st.Expect) && matches(s, st.Expect[j], l) {
				l = st.Expect[j]
			}
			fmt.Fprintln(&b, l)
		}
	}
	return b.String()
}
