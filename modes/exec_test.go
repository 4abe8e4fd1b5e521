package modes

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/term"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/presence"
)

// typist is a terminal at which somebody types lines; a line that ends with ?
// asks for help.
type typist struct {
	lines []string
	out   bytes.Buffer
}

func (k *typist) Write(p []byte) (int, error) { return k.out.Write(p) }

func (k *typist) ReadLine(prompt string, o term.LineOptions) (string, error) {
	for len(k.lines) > 0 {
		line := k.lines[0]
		k.lines = k.lines[1:]
		k.out.WriteString(prompt + line + "\n")
		before, asked := strings.CutSuffix(line, "?")
		if !asked || o.Help == nil {
			return line, nil
		}
		k.out.WriteString(o.Help(before))
	}
	return "", io.EOF
}

func (k *typist) ReadKey(context.Context) (rune, error) { return '\r', nil }
func (k *typist) Size() (cols, rows int)                { return 0, 0 }
func (k *typist) Pending() bool                         { return false }
func (k *typist) Async(string)                          {}
func (k *typist) Insert(string)                         {}
func (k *typist) Interrupted() <-chan struct{}          { return nil }
func (k *typist) Raw() term.Raw                         { return term.Hung{} }

// agents record what they are told.
type agents struct {
	cleared int
	dials   netip.AddrPort
	stats   sipua.Stats
}

func (a *agents) Snapshot() phones.Snapshot  { return lab() }
func (a *agents) ClearAttempts()             { a.cleared++ }
func (a *agents) LocalAddr() netip.AddrPort  { return a.dials }
func (a *agents) Advertised() netip.AddrPort { return a.dials }
func (a *agents) Stats() sipua.Stats         { return a.stats }
func (a *agents) ResetStats()                { a.stats = sipua.Stats{Cleared: true, Since: testTime()} }

// exchange is a call model that writes down what it is told.
type exchange struct{ told []call.Input }

func (x *exchange) Snapshot() call.Snapshot { return call.Snapshot{} }
func (x *exchange) Do(in call.Input)        { x.told = append(x.told, in) }
func (x *exchange) Lookup(number string) (call.Number, bool) {
	return call.Number{}, number != "2999"
}

type watched struct{ records presence.Snapshot }

func (w watched) Snapshot() presence.Snapshot { return w.records }

// console types lines at the console of an appliance with those agents.
func console(t *testing.T, a Agents, lines string) (string, *conf.Store) {
	t.Helper()
	a.Clock = clock.On(testTime)
	schema := compiled(t)
	store := conf.NewStore(schema, conf.NewTree(schema))
	log := logbuf.New(testTime)
	t.Cleanup(func() { store.Close(); log.Close() })
	guard := new(Guard)
	shell, err := cli.NewShell(cli.Options{Store: store, Exec: Exec(a), Library: Library(), Bounds: Bounds(C3825), Log: log, Clock: clock.On(testTime), Rewrite: Rewrite, Follow: Follow, Guard: guard.Check, Committed: guard.Committed, Notice: Notice, DebugText: DebugText})
	if err != nil {
		t.Fatal(err)
	}
	s, err := shell.Open(cli.LineConsole, "")
	if err != nil {
		t.Fatal(err)
	}
	k := &typist{lines: strings.Split(strings.TrimSpace(lines), "\n")}
	if err := s.Run(t.Context(), k); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return k.out.String(), store
}

func has(t *testing.T, out string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestExecShows(t *testing.T) {
	phones := &agents{dials: netip.MustParseAddrPort("10.1.1.2:5060")}
	calls := &exchange{}
	a := Agents{Presence: watched{guideRecords(t)}, Phones: phones, Calls: calls, SIP: phones}
	out, _ := console(t, a, `
enable
show presence global
show presence subscription summary
show presence subscription subid 133
show presence subscription subid 999
show presence subscription presentity 1001
show presence subscription details
show sip-ua status
show sip-ua status registrar
show voice register global
show voice register dn 1
show voice register dn 9
show voice register dn all
show voice register pool 1
show voice register pool 9
show voice register pool all
show voice register pool all brief
show voice register pool registered
show voice register pool unregistered
show voice register pool attempted-registrations
show voice register statistics
show voice register all
clear voice register attempted-registrations
test presence line 2001 busy
test presence line 2001 ringing
test presence line 2001 idle
test presence line 2001 clear
test presence line 2999 busy
`)
	has(t, out, "number of subscriptions   : 15\n", "Summary: 15 subscription\n", "Subscription ID         : 133\n", "% There is no subscription 999\n",
		"number of presentity  : 1\n", "bind status(signaling): ENABLED 10.1.1.2\n", "              40001\n",
		"% Voice register dn does not exist\n", "% 2999 is no directory number here\n", "% Voice register pool does not exist\n",
		"Dn Tag 4\n", "Pool Tag 2\n", "45112                UNREGISTERED\n", "Global statistics\n", "VOICE REGISTER POOL\n")
	if n := strings.Count(out, "Presentity            : 1001@"); n != 4 {
		t.Errorf("records of 1001 were printed %d times", n)
	}
	if strings.Contains(out, "Invalid input") || strings.Contains(out, "Incomplete") {
		t.Error(out)
	}
	var want []call.Input
	for _, state := range []string{"busy", "ringing", "idle", "clear"} {
		want = append(want, call.Test{Number: "2001", State: state})
	}
	equal(t, "driven", calls.told, want)
	if phones.cleared != 1 {
		t.Errorf("attempts were cleared %d times", phones.cleared)
	}
}

// TestExecWithoutAgents: the commands survive agents that are not there.
func TestExecWithoutAgents(t *testing.T) {
	out, _ := console(t, Agents{}, `
enable
show presence global
show presence subscription
show sip-ua status
show voice register all
clear voice register attempted-registrations
test presence line 1 busy
`)
	has(t, out, "Presence feature enable            : FALSE\n", "SIP User Agent for UDP : DISABLED\n", "% There is no telephony service\n")
}

func TestExecLevels(t *testing.T) {
	out, _ := console(t, Agents{}, "show running-config\nshow presence global\ndebug presence errors\n")
	if strings.Count(out, "% Invalid input detected") != 2 {
		t.Errorf("user EXEC:\n%s", out)
	}
}

func TestDebug(t *testing.T) {
	out, _ := console(t, Agents{}, `
enable
debug presence errors
undebug presence errors
debug presence all
no debug presence xml
debug ccsip messages
debug voice register events
debug ephone blf
show debugging
undebug all
`)
	has(t, out, "presence errors debugging is on\n", "presence errors debugging is off\n", "presence asnl debugging is on\n",
		"presence xml debugging is off\n", "SIP Call messages tracing is enabled\n", "voice register events debugging is on\n", "EPHONE BLF debugging is enabled\n",
		"All possible debugging has been turned off\n")
}

// TestActions: what is typed without arguments leaves a new stamp.
func TestActions(t *testing.T) {
	out, store := console(t, Agents{}, `
enable
configure terminal
telephony-service
create cnf-files
voice register global
mode cme
create profile
create profile
end
`)
	has(t, out, "Creating CNF files\n")
	running := string(conf.Running(store.Tree()))
	has(t, running, " create cnf-files version-stamp Sep 04 2009 07:16:02\n")
	sync := text(block(store.Tree(), cmdRegisterGlobal), "create profile sync", "sync")
	if len(sync) != 16 || !strings.HasPrefix(sync, "000") || sync != (Agents{Clock: clock.On(testTime)}).nextSync((Agents{Clock: clock.On(testTime)}).nextSync("")) {
		t.Errorf("the second sync is %q", sync)
	}
	_, store = console(t, Agents{}, "enable\nconfigure terminal\ntelephony-service\ncreate cnf-files\nno create cnf-files\n")
	if got := string(conf.Running(store.Tree())); strings.Contains(got, "cnf-files") {
		t.Errorf("no create cnf-files leaves\n%s", got)
	}
}

func TestRunningInterface(t *testing.T) {
	out, _ := console(t, Agents{}, "enable\nconfigure terminal\ninterface gi0/1\nshutdown\ninterface gi0/0\nend\nshow running-config interface gi 0/1\n")
	has(t, out, "Current configuration : 46 bytes\n!\ninterface GigabitEthernet0/1\n shutdown\nend\n")
}

// TestHelp asks ? where the guide sends its reader: titles, ranges that follow
// the limits, and keywords with their texts.
func TestHelp(t *testing.T) {
	out, _ := console(t, Agents{}, `
enable
configure terminal
presence
?
max-subscription ?
max-subscription 100
blf?
voice register global
max-pool 12
exit
voice register pool ?
voice register pool 1
?
type 797?
telephony-service
max-dn 20
exit
ephone-dn ?
ephone ?
`)
	has(t, out, "Presence configuration commands:\n", "  <100-500>  Number of watch sessions\n", "  <1-12>  Pool tag\n",
		"Voice register pool configuration commands:\n", "  blf-speed-dial", "  <1-20>  Tag of the directory number\n", "  <1-175>  Phone tag\n")
}
