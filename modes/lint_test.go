package modes

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli"
)

// lint is what Lint says of a configuration, a text a finding.
func lint(t *testing.T, r router, config string) (texts []string, lines cli.Sources) {
	t.Helper()
	lines, bad := r.shell.Inspect(context.Background(), []byte(config), r.origin())
	for _, e := range bad {
		t.Errorf("line %d: %q: %s", e.Line, e.Text, e.Error)
	}
	for _, f := range Lint(r.store.Tree()) {
		if lines[f.At] == 0 {
			t.Errorf("%q is about no line", f.Text)
		}
		texts = append(texts, f.Text)
	}
	return texts, lines
}

// lintBase is a configuration without findings, which the table adds to.
const lintBase = `
voice service voip
 sip
  registrar server expires max 240 min 60
voice register global
 mode cme
 source-address 10.0.0.1 port 5060
voice register dn 1
 number 2101
 allow watch
voice register pool 1
 id mac 0015.6247.EF90
 type 7971
 number 1 dn 1
 blf-speed-dial 1 2001 label "desk"
presence
sip-ua
 presence enable
telephony-service
 max-ephones 10
 max-dn 20
 ip source-address 10.0.0.1 port 2000
ephone-dn-template 1
 allow watch
ephone-template 1
 blf-speed-dial 2 2001 label "t"
ephone-dn 1
 number 2001 secondary 2011
 ephone-dn-template 1
ephone-dn 2
 number 2002
ephone 1
 mac-address 0012.7F57.62A5
 type 7960
 blf-speed-dial 1 2101 label "pool"
 blf-speed-dial 3 2011 label "second"
 ephone-template 1
 button 1:1 2o1,2 3x2
`

func TestLint(t *testing.T) {
	schema := compiled(t)
	for _, c := range []struct {
		name, add string
		want      []string
	}{
		{"nothing", "", nil},
		{"not watched", "ephone 1\n blf-speed-dial 1 2002 label a", []string{"ephone 1: 2002 is ephone-dn 2, which has no `allow watch`: its lamp stays unknown"}},
		{"not watched by the template", "ephone-dn 1\n no ephone-dn-template 1\nvoice register pool 1\n no blf-speed-dial 1\nephone 1\n no blf-speed-dial 3",
			[]string{"ephone 1: 2001 is ephone-dn 1, which has no `allow watch`: its lamp stays unknown"}},
		{"tag of an ephone-dn", "voice register pool 1\n blf-speed-dial 1 2 label a", []string{"voice register pool 1: 2 is the tag of ephone-dn 2 and nobody's number; did you mean 2002?"}},
		{"tag of a register dn", "voice register dn 3\n number 2103\nephone 1\n blf-speed-dial 1 3 label a", []string{"ephone 1: 3 is the tag of voice register dn 3 and nobody's number; did you mean 2103?"}},
		{"nobody's number", "ephone 1\n blf-speed-dial 1 9001 label a", []string{"ephone 1: 9001 is nobody's number here, and presence has no `server` to ask"}},
		{"not allowed to ask", "presence\n server 10.0.0.2\nephone 1\n blf-speed-dial 1 9001 label a", []string{"ephone 1: 9001 is nobody's number here, and presence has no `allow subscribe`"}},
		{"asked for", "presence\n server 10.0.0.2\n allow subscribe\nephone 1\n blf-speed-dial 1 9001 label a", nil},
		{"device of others", "presence\n server 10.0.0.2\n allow subscribe\nephone 1\n blf-speed-dial 1 9001 label a device", []string{"ephone 1: 9001 is nobody's number here, and phones of others cannot be watched with `device`"}},
		{"nobody to ask", "presence\n allow subscribe", []string{"`allow subscribe` without `server`: there is nobody to ask for numbers of others"}},
		{"hunt groups", "ephone-hunt 1 sequential\n pilot 3000\n list 2001, 2999, *\nephone-hunt 2 peer\n list 2011\nvoice hunt-group 1 parallel\n pilot 4000\n list 2101, 2777\nvoice hunt-group 2 sequential\n pilot 4001", []string{
			"ephone-hunt 1: 2999 is nobody's number here", "ephone-hunt 2 has no `pilot`: nobody can call it",
			"voice hunt-group 1: 2777 is nobody's number here", "voice hunt-group 2 has no `list`: it rings nobody"}},
		{"number behind a trunk", "dial-peer voice 9 voip\n destination-pattern 27..\n session target ipv4:10.0.0.9\nvoice hunt-group 1 parallel\n pilot 4000\n list 2101, 2777", nil},
		{"trunk to nowhere", "dial-peer voice 9 voip\n destination-pattern 27..\ndial-peer voice 10 pots\n destination-pattern 9T\ndial-peer voice 11 voip\n incoming called-number .", []string{"dial-peer voice 9 has no `session target`: its calls go nowhere"}},
		{"missing dn", "ephone 1\n button 3m7", []string{"ephone 1, button 3m7: there is no ephone-dn 7"}},
		{"no overlay", "ephone 1\n button 3x1", []string{"ephone 1, button 3x1: button 1 has no overlay"}},
		{"no such button", "ephone 1\n button 7:2", []string{"ephone 1, button 7:2: a 7960 has 6 keys", "ephone 1: key 7, and a 7960 has 6 keys"}},
		{"expansion module", "ephone 1\n type 7960 addon 1 7914\n button 7:2", nil},
		{"too many keys", "ephone 1\n speed-dial 1 2002", []string{"ephone 1: key 7, and a 7960 has 6 keys"}},
		{"type without lamps", "voice register pool 1\n type 7912", []string{"voice register pool 1: a 7912 shows no BLF speed dials"}},
		{"type without call lists", "ephone 1\n presence call-list", []string{"ephone 1: a 7960 shows no BLF in call lists"}},
		{"no presence", "no presence", []string{"there is no `presence`: what phones watch stays unknown"}},
		{"no presence enable", "sip-ua\n no presence enable", []string{"sip-ua has no `presence enable`: SIP phones and trunks cannot watch"}},
		{"presence enable alone", "no presence\nvoice register pool 1\n no blf-speed-dial 1\nephone 1\n no ephone-template 1\n no blf-speed-dial 1\n no blf-speed-dial 3",
			[]string{"`presence enable` without `presence`: nobody can watch anything"}},
		{"direct line", "voice register pool 1\n no number 1\n number 1 2101", []string{"voice register pool 1 has no `number N dn M`: presence needs a directory number, direct line numbers do not do"}},
		{"missing register dn", "voice register pool 1\n number 2 dn 9", []string{"voice register pool 1: there is no voice register dn 9"}},
		{"no id", "voice register pool 1\n no id", []string{"voice register pool 1 has no `id`"}},
		{"no mode", "voice register global\n no mode cme", []string{"voice register global has no `mode cme`: no SIP phone can register"}},
		{"no source", "voice register global\n no source-address", []string{"voice register global has no `source-address`: no SIP phone can register"}},
		{"no registrar", "no voice service voip", []string{"voice service voip has no `sip`, `registrar server`: no SIP phone can register"}},
		{"no SCCP source", "telephony-service\n no ip source-address", []string{"telephony-service has no `ip source-address`: no SCCP phone can register"}},
		{"no limits", "telephony-service\n no max-dn\n no max-ephones", []string{
			"telephony-service has no `max-ephones`: a router, where it is 0 unless set, takes no ephone", "telephony-service has no `max-dn`: a router, where it is 0 unless set, takes no ephone-dn"}},
		{"no MAC address", "ephone 2", []string{"ephone 2 has no `mac-address`: no phone can register as it"}},
		{"two of one", "ephone 2\n mac-address 0012.7F57.62A5\nvoice register pool 2\n id mac 0012.7F57.62A5\n number 1 dn 1", []string{
			"ephone 2 has the MAC address of ephone 1", "voice register pool 2 has the MAC address of ephone 1"}},
		{"no number", "ephone-dn 3\nvoice register dn 3", []string{"voice register dn 3 has no `number`", "ephone-dn 3 has no `number`"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := lint(t, newRouter(t, schema), lintBase+c.add+"\n")
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestTooLow(t *testing.T) {
	r := newRouter(t, compiled(t))
	lint(t, r, "telephony-service\n max-dn 5\n max-ephones 2\nvoice register global\n max-dn 3\n max-pool 4\n")
	for line, want := range map[string]string{
		" Ephone-dn  6 dual-line":      "`max-dn 5` is too low for ephone-dn 6",
		"ephone 3":                     "`max-ephones 2` is too low for ephone 3",
		"voice register dn 4":          "`max-dn 3` is too low for voice register dn 4",
		"voice register pool 5":        "`max-pool 4` is too low for voice register pool 5",
		"ephone-dn 5":                  "",
		"ephone-dn":                    "",
		"ephone-dn x":                  "",
		"ephone 99999999999999999999":  "",
		"voice register dialplan 9000": "",
	} {
		f, ok := TooLow(r.store.Tree(), line)
		if f.Text != want || ok != (want != "") {
			t.Errorf("%q: %q", line, f.Text)
		}
	}
	if f, ok := TooLow(newRouter(t, compiled(t)).store.Tree(), "ephone-dn 999"); ok {
		t.Errorf("%q without a limit", f.Text)
	}
}
