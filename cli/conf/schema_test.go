package conf

import (
	"errors"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
)

// testLibrary has types that accept any word, and buttons such as 1:10.
func testLibrary() *grammar.Library {
	word := func(w string) (string, int, bool) { return w, 0, w != "" }
	return &grammar.Library{
		Types: map[string]grammar.Type{
			"WORD":   {Name: "WORD", Display: "WORD", Parse: word},
			"LINE":   {Name: "LINE", Display: "LINE", Parse: word, Rest: true},
			"STRING": {Name: "STRING", Display: "WORD", Parse: word, Quoted: true},
			"TEXT":   {Name: "TEXT", Display: "LINE", Delimited: true},
			"BUTTON": {Name: "BUTTON", Display: "LINE", Parse: func(w string) (string, int, bool) {
				n, dn, ok := strings.Cut(w, ":")
				ok = ok && n != "" && dn != "" && strings.Trim(n+dn, "0123456789") == ""
				return w, 0, ok
			}},
		},
		Help: map[string]string{},
	}
}

// h makes help lines for the tokens of a syntax string, which these tests do
// not look at.
func h(tokens ...string) string {
	return strings.Join(tokens, "  help\n") + "  help"
}

func number(e string) string {
	n, _, _ := strings.Cut(e, ":")
	return n
}

var errLineMode = errors.New("% Line mode cannot be changed")

// keepLineMode refuses another line mode for an existing ephone-dn.
func keepLineMode(c CheckContext, a grammar.Args) error {
	if c.Exists && a.Has("lines") && a.String("lines") != c.Old.String("lines") {
		return errLineMode
	}
	return nil
}

// testModes is a small appliance that has every kind of command.
func testModes() []Mode {
	return []Mode{
		{Name: Global, Prompt: "config", Title: "Configure commands:", Commands: []Command{
			{Syntax: "version WORD$v", Help: h("version", "$v"), Default: "version 12.4", Fixed: true, No: NoRefused},
			{Syntax: "service timestamps <debug|log>$of! datetime msec", Help: h("service", "timestamps", "debug", "log", "datetime", "msec")},
			{Syntax: "service password-encryption", Help: h("service", "password-encryption"), Default: "no service password-encryption", Fixed: true},
			{Bangs: 1},
			{Syntax: "hostname WORD$name", Help: h("hostname", "$name"), Default: "hostname Router", Fixed: true},
			{Bangs: 1},
			{Syntax: "boot-start-marker", Help: h("boot-start-marker")},
			{Syntax: "boot-end-marker", Help: h("boot-end-marker")},
			{Bangs: 1},
			{Syntax: "logging buffered <4096-2147483647>$size", Help: h("logging", "buffered", "$size")},
			{Syntax: "enable password LINE$p", Help: h("enable", "password", "$p")},
			{Bangs: 1},
			{Syntax: "aaa new-model", Help: h("aaa", "new-model"), No: NoStored},
			{Bangs: 1},
			{Syntax: "resource policy", Help: h("resource", "policy")},
			{Bangs: 1},
			{Syntax: "network-clock-participate slot <0-9>$slot!", Help: h("network-clock-participate", "slot", "$slot"), No: NoStored},
			{Syntax: "ip cef", Help: h("ip", "cef"), No: NoStored},
			{Bangs: 2},
			{Syntax: "ip domain lookup", Help: h("ip", "domain", "lookup"), Default: "ip domain lookup"},
			{Bangs: 1},
			{Syntax: "voice-card <0-9>$slot!", Help: h("voice-card", "$slot"), Enter: "voice-card", Bangs: 1},
			{Bangs: 1},
			{Syntax: "voice service voip ", Help: h("voice", "service", "voip"), Enter: "voip", Bangs: 1},
			{Syntax: "interface WORD$name!", Help: h("interface", "$name"), Enter: "interface", Bangs: 1},
			{Syntax: "ip route WORD$net! WORD$mask! WORD$via!", Help: h("ip", "route", "$net", "$mask", "$via")},
			{Bangs: 1},
			{Syntax: "ip http server", Help: h("ip", "http", "server")},
			{Bangs: 3},
			{Syntax: "tftp-server WORD$file! [alias WORD$alias]", Help: h("tftp-server", "$file", "alias", "$alias"), Order: Arrival},
			{Bangs: 1},
			{Syntax: "control-plane", Help: h("control-plane")},
			{Bangs: 1},
			{Syntax: "presence", Help: h("presence"), Enter: "presence", Bangs: 1},
			{Syntax: "sip-ua ", Help: h("sip-ua"), Enter: "sip-ua", Implicit: true, Bangs: 2},
			{Syntax: "telephony-service", Help: h("telephony-service"), Enter: "telephony", Bangs: 2},
			{Syntax: "ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]", Help: h("ephone-dn", "$tag", "dual-line", "octo-line"), Enter: "ephone-dn", Check: keepLineMode, Bangs: 2},
			{Syntax: "ephone  <1-{max-ephones}>$tag!", Help: h("ephone", "$tag"), Enter: "ephone", Bangs: 3},
			{Syntax: "banner motd TEXT$text", Help: h("banner", "motd", "$text")},
			{Syntax: "line <con|aux|vty>$kind! <0-15>$first! [<0-15>$last]", Help: h("line", "con", "aux", "vty", "$first", "$last"), Enter: "line"},
			{Bangs: 1},
			{Syntax: "scheduler allocate <3000-60000>$a <1000-8000>$b", Help: h("scheduler", "allocate", "$a", "$b")},
			{Bangs: 1},
			{Syntax: "secret-knob", Help: h("secret-knob"), Hidden: true},
		}},
		{Name: "voice-card", Prompt: "config-voicecard", Indent: 1, Commands: []Command{
			{Syntax: "dspfarm", Help: h("dspfarm"), No: NoStored},
		}},
		{Name: "voip", Prompt: "conf-voi-serv", Indent: 1, Commands: []Command{
			{Syntax: "allow-connections <h323|sip>$from! to <h323|sip>$to!", Help: h("allow-connections", "h323", "sip", "to")},
			{Syntax: "h323", Help: h("h323")},
			{Syntax: "sip", Help: h("sip"), Enter: "serv-sip"},
		}},
		{Name: "serv-sip", Prompt: "conf-serv-sip", Indent: 2, Commands: []Command{
			{Syntax: "registrar server [expires max <120-86400>$max min <60-3600>$min]", Help: h("registrar", "server", "expires", "max", "$max", "min", "$min")},
		}},
		{Name: "interface", Prompt: "config-if", Indent: 1, Commands: []Command{
			{Syntax: "description LINE$text", Help: h("description", "$text")},
			{Syntax: "ip address WORD$a WORD$m", Help: h("ip", "address", "$a", "$m"), No: NoStored},
			{Syntax: "shutdown", Help: h("shutdown"), Default: "no shutdown"},
			{Syntax: "negotiation auto", Help: h("negotiation", "auto"), No: NoStored},
		}},
		{Name: "presence", Prompt: "config-presence", Indent: 1, Commands: []Command{
			{Syntax: "server WORD$ip", Help: h("server", "$ip")},
			{Syntax: "presence call-list", Help: h("presence", "call-list")},
			{Syntax: "max-subscription <100-{max-watch}>$n", Help: h("max-subscription", "$n"), Default: "max-subscription 100"},
			{Syntax: "watcher all", Help: h("watcher", "all")},
			{Syntax: "allow subscribe", Help: h("allow", "subscribe")},
		}},
		{Name: "sip-ua", Prompt: "config-sip-ua", Indent: 1, Commands: []Command{
			{Syntax: "presence enable", Help: h("presence", "enable")},
			{Syntax: "retry notify <1-10>$n", Help: h("retry", "notify", "$n"), Default: "retry notify 10"},
		}},
		{Name: "telephony", Prompt: "config-telephony", Indent: 1, Commands: []Command{
			{Syntax: "max-dn <1-500>$n", Help: h("max-dn", "$n")},
			{Syntax: "source WORD$a [port <1-9999>$port] [strict$strict]", Help: h("source", "$a", "port", "$port", "strict", "$strict"), Fill: map[string]string{"port": "2000"}},
			{Syntax: "mode blue", Help: h("mode", "blue"), Replaces: []string{"mode red"}},
			{Syntax: "mode red", Help: h("mode", "red"), Replaces: []string{"mode blue"}},
			{Syntax: "url <directories|services>$what! WORD$url", Help: h("url", "directories", "services", "$url")},
		}},
		{Name: "ephone-dn", Prompt: "config-ephone-dn", Indent: 1, Commands: []Command{
			{Syntax: "number WORD$number", Help: h("number", "$number")},
			{Syntax: "allow watch", Help: h("allow", "watch")},
			{Syntax: "huntstop [channel <1-8>$n]", Help: h("huntstop", "channel", "$n"), Default: "huntstop"},
		}},
		{Name: "ephone", Prompt: "config-ephone", Indent: 1, Commands: []Command{
			{Syntax: "mac-address WORD$mac", Help: h("mac-address", "$mac")},
			{Syntax: "blf-speed-dial <1-33>$tag! WORD$number label STRING$label [device$device]", Help: h("blf-speed-dial", "$tag", "$number", "label", "$label", "device")},
			{Syntax: "button  BUTTON$buttons...", Help: h("button", "$buttons"), PerLine: 4, ElementKey: number},
		}},
		{Name: "line", Prompt: "config-line", Indent: 1, Commands: []Command{
			{Syntax: "password LINE$p", Help: h("password", "$p")},
			{Syntax: "stopbits <1-2>$n", Help: h("stopbits", "$n")},
			{Syntax: "login", Help: h("login")},
		}},
	}
}

func testSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := Compile(testModes(), testLibrary())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// typist types lines as a config file does: a line that the mode does not know
// is tried in the modes around it.
type typist struct {
	t      testing.TB
	tree   Tree
	places []Path
	// A text over several lines that has not ended yet.
	open  grammar.Result
	where Path
	text  string
}

func newTypist(t testing.TB) *typist {
	return &typist{t: t, tree: NewTree(testSchema(t)), places: []Path{Root}}
}

// try types one line and returns what changed.
func (ty *typist) try(text string) ([]Change, error) {
	if ty.open.Outcome == grammar.NeedText {
		return ty.goOn(text)
	}
	if s := strings.TrimSpace(text); s == "" || s == "!" || s == "end" {
		return nil, nil
	}
	for depth := len(ty.places); depth > 0; depth-- {
		at := ty.places[depth-1]
		n, ok := ty.tree.At(at)
		if !ok {
			continue
		}
		r := ty.tree.Schema().Mode(n.Mode()).Set().Match(text, nil)
		if r.Outcome == grammar.NeedText {
			ty.open, ty.where, ty.text = r, at, ""
			return nil, nil
		}
		if r.Outcome != grammar.OK {
			continue
		}
		next, path, changes, err := ty.tree.Apply(at, r.Args)
		if err != nil {
			return nil, err
		}
		ty.tree, ty.places = next, ty.places[:depth]
		if n, ok := next.At(path); ok && n.Mode() != "" && r.Args.Form() == grammar.Positive {
			ty.places = append(ty.places, path)
		}
		return changes, nil
	}
	return nil, errors.New("no mode knows " + text)
}

func (ty *typist) goOn(text string) (changes []Change, err error) {
	before, closed := ty.open.Closes(text)
	if !closed {
		ty.text += text + "\n"
		return nil, nil
	}
	args := ty.open.WithText(ty.text + before)
	ty.open = grammar.Result{}
	ty.tree, _, changes, err = ty.tree.Apply(ty.where, args)
	return changes, err
}

// lines types lines that must be accepted.
func (ty *typist) lines(text string) *typist {
	ty.t.Helper()
	for line := range strings.Lines(text) {
		if _, err := ty.try(strings.TrimRight(line, "\n")); err != nil {
			ty.t.Fatal(err)
		}
	}
	return ty
}

// body is the running-config without `!`, what is printed always, and end.
func (ty *typist) body() string {
	var b strings.Builder
	for line := range strings.Lines(string(Running(ty.tree))) {
		switch strings.TrimSpace(line) {
		case "!", "end", "version 12.4", "no service password-encryption", "hostname Router":
		default:
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestCompileReportsEverything(t *testing.T) {
	modes := []Mode{
		{Name: "", Prompt: "nameless"},
		{Name: Global, Commands: []Command{
			{Syntax: "one", Help: h("one"), Enter: "nowhere"},
			{Syntax: "two <1-9>$n", Help: h("two", "$n"), Default: "two 10"},
			{Syntax: "three", Help: h("three"), Default: "four"},
			{Syntax: "four", Help: h("four"), Replaces: []string{"five"}},
			{Syntax: "six", Help: h("six")},
			{Syntax: "six", Help: h("six")},
			{Syntax: "seven <", Help: h("seven")},
			{Syntax: "eight", Help: h("eight"), Fixed: true},
			{Syntax: "nine", Help: h("nine"), PerLine: 2},
			{Syntax: "ten", Help: h("ten"), Implicit: true},
			{Syntax: "eleven", Help: h("eleven"), Enter: "flat"},
			{Syntax: "twelve", Help: h("twelve"), Hidden: true, Enter: "sub"},
			{Syntax: "thirteen <1-2>$n", Help: h("thirteen", "$n"), ElementKey: number},
			{Syntax: "fourteen", Help: h("fourteen"), Enter: "sub", Default: "fourteen"},
			{Syntax: "fifteen", Help: h("fifteen"), Replaces: []string{"fifteen"}},
			{Default: "sixteen"},
			{Syntax: "seventeen <1-2>$n", Help: h("seventeen", "$n"), Fill: map[string]string{"m": "1"}},
			{Syntax: "eighteen <1-2>$n", Help: h("eighteen", "$n"), Default: "eighteen 1", Fill: map[string]string{"n": "1"}},
			{Syntax: "nineteen", Help: h("nineteen"), Takes: []string{"nobody"}},
		}},
		{Name: "flat"},
		{Name: "sub", Indent: 1, Commands: []Command{{Bangs: 1}}},
		{Name: "sub", Indent: 1},
	}
	_, err := Compile(modes, testLibrary())
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`"nameless" has no name`,
		`mode sub: declared twice`,
		`one: opens mode "nowhere"`,
		`two: default "two 10" does not parse`,
		`three: default "four" is another command, four`,
		`four: replaces "five"`,
		`six: two commands of that name`,
		`seven <`,
		`eight: Fixed needs`,
		`nine: PerLine needs`,
		`ten: Implicit needs`,
		`eleven: mode flat must be indented`,
		`twelve: a Hidden line`,
		`thirteen: ElementKey without PerLine`,
		`fourteen: a line that opens a mode`,
		`fifteen: cannot replace`,
		`entry 15: a separator (no Syntax) needs Bangs`,
		`seventeen: fills $m`,
		`eighteen: Fill allows`,
		`nineteen: takes "nobody"`,
		`mode sub: entry 0: separators belong to`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("got:\n%v", err)
	}
	if _, err := Compile(nil, testLibrary()); err == nil {
		t.Error("a schema without a global mode compiled")
	}
}

func TestSchemaLookup(t *testing.T) {
	s := testSchema(t)
	m := s.Mode("presence")
	if m == nil || m.Mode.Prompt != "config-presence" {
		t.Fatalf("mode presence: %v", m)
	}
	r := s.Mode(Global).Set().Match("ephone-dn 1", nil)
	if c, ok := s.Mode(Global).CommandOf(r.Args); !ok || c.Enter != "ephone-dn" {
		t.Errorf("CommandOf: %v %v", c, ok)
	}
	if s.Mode("nowhere") != nil || len(s.Modes()) != len(testModes()) {
		t.Error("Mode or Modes")
	}
}
