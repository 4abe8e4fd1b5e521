package modes

import (
	"bytes"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// failures are what ansible's terminal plugin takes for a failed command, wherever it
// stands in the output.
var failures = []*regexp.Regexp{
	regexp.MustCompile(`% ?Error`), regexp.MustCompile(`(?i)ERROR:`), regexp.MustCompile(`% ?Bad secret`), regexp.MustCompile(`[\r\n%] Bad passwords`),
	regexp.MustCompile(`(?i)invalid input`), regexp.MustCompile(`(?i)(incomplete|ambiguous) command`), regexp.MustCompile(`(?i)connection timed out`),
	regexp.MustCompile(`[^\r\n]+ not found`), regexp.MustCompile(`'[^']' +returned error code: ?\d+`), regexp.MustCompile(`(?i)Bad mask`),
	regexp.MustCompile(`% ?(\S+) ?overlaps with ?(\S+)`), regexp.MustCompile(`[%\S] ?Error: ?[\s]+`), regexp.MustCompile(`[%\S] ?Informational: ?[\s]+`),
	regexp.MustCompile(`Command authorization failed`), regexp.MustCompile(`Command Rejected`), regexp.MustCompile(`%SNMP agent not enabled`), regexp.MustCompile(`% Invalid`),
}

// routersToo are the commands whose headings look so on a router too.
var routersToo = map[string]bool{"show sip-ua statistics": true} // "Client Error:"

// No show command that succeeds prints what a client takes for a failure.
func TestShowsDoNotLookLikeFailures(t *testing.T) {
	phones := &agents{dials: netip.MustParseAddrPort("10.1.1.2:5060")}
	a := Agents{Presence: watched{guideRecords(t)}, Phones: phones, Calls: &exchange{}, SIP: phones, Machine: box{}, Meter: box{}, Clock: clock.On(testTime)}
	schema := compiled(t)
	store := conf.NewStore(schema, conf.NewTree(schema))
	log := logbuf.New(testTime)
	t.Cleanup(func() { store.Close(); log.Close() })
	state, err := conf.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = state.Close() })

	ran, succeeded := 0, 0
	cmds := Exec(a)
	for i, x := range cmds {
		if !strings.HasPrefix(x.Syntax, "show ") {
			continue
		}
		run := x.Run
		cmds[i].Run = func(c *cli.Context, args grammar.Args) error {
			var out bytes.Buffer
			copied := *c
			copied.Out = io.MultiWriter(c.Out, &out)
			err := run(&copied, args)
			ran++
			if err != nil {
				return err
			}
			succeeded++
			for _, re := range failures {
				if found := re.Find(out.Bytes()); found != nil && !routersToo[args.Line()] {
					t.Errorf("%s prints %q, which looks like a failure", args.Line(), found)
				}
			}
			return nil
		}
	}
	shell, err := cli.NewShell(cli.Options{Store: store, State: state, Exec: cmds, Library: Library(), Bounds: Bounds(C3825), Log: log, Clock: clock.On(testTime)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := shell.Open(cli.LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	k := &typist{lines: []string{"enable", "terminal length 0"}}
	for _, x := range cmds {
		if strings.HasPrefix(x.Syntax, "show ") {
			k.lines = append(k.lines, samples(x.Syntax)...)
		}
	}
	typed := len(k.lines)
	if err := s.Run(t.Context(), k); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if ran < 100 || succeeded < 60 {
		t.Errorf("of %d lines %d ran and %d succeeded", typed, ran, succeeded)
	}
}
