package modes

import (
	"bytes"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli/conf"
)

func TestRewrite(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `enable secret lab
username ann privilege 15
username ann secret 0 lab
username bob secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
username bob privilege 3
no ip domain-lookup
voice register global
 source-address 10.1.1.2
telephony-service
 ip source-address 10.1.1.2
 max-conferences 8
`)
	running := r.running()
	for _, want := range []string{"\nenable secret 5 $1$", "\nusername ann privilege 15 secret 5 $1$",
		"\nusername bob privilege 3 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n", "\nno ip domain lookup\n",
		"\n source-address 10.1.1.2 port 5060\n", "\n ip source-address 10.1.1.2 port 2000\n", "\n max-conferences 8 gain -6\n"} {
		if !strings.Contains(running, want) {
			t.Errorf("%q is missing in\n%s", want, running)
		}
	}
	c := ShellConfig(r.store.Tree())
	if !c.EnableSecret.Matches("lab") || c.EnableSecret.Matches("x") || !c.Users[0].Password.Matches("lab") {
		t.Error("the hashes do not match the password")
	}
	before := r.store.Tree()
	r.load(t, running)
	if !r.store.Tree().Equal(before) {
		t.Error("pasting the output back changed the tree")
	}
	r.load(t, "ip domain-lookup\n")
	if strings.Contains(r.running(), "domain") {
		t.Errorf("ip domain-lookup:\n%s", r.running())
	}
}

// TestRewriteRefuses: what cannot be put into its stored form is refused, and the
// refusal does not tell the secret.
func TestRewriteRefuses(t *testing.T) {
	schema := compiled(t)
	r := schema.Mode(conf.Global).Set().Match("enable secret lab", nil)
	for _, set := range []map[string]string{{"type": "6", "secret": "lab"}, {"unknown": "lab"}} {
		if _, err := rewritten(r.Args, set); err == nil || strings.Contains(err.Error(), "lab") {
			t.Errorf("%v: %v", set, err)
		}
	}
}

// TestAddressForms: an interface has one address, from whichever line came last.
func TestAddressForms(t *testing.T) {
	static, dhcp, none := "ip address 10.1.1.2 255.255.255.0", "ip address dhcp", "no ip address"
	r := newRouter(t, compiled(t))
	for _, line := range []string{static, dhcp, static, dhcp, none, dhcp, none, static} {
		r.load(t, "interface GigabitEthernet0/0\n"+line+"\n")
		if got := r.running(); strings.Count(got, " ip address") != 1 || !strings.Contains(got, "\n "+line+"\n") {
			t.Errorf("%s:\n%s", line, got)
		}
	}
}

// TestPaste is what people paste: mixed case, abbreviations, blanks, several
// button lines, blocks without exit or `!` between them.
func TestPaste(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `telephony-s
max-ephones 10
create cnf-files version-stamp 7960 Apr 17 2009 10:00:00
auto assign 1 to 10
no auto-reg-ephone
time-zone 8
Ephone-dn   1  DUAL-LINE
 Number 2001
 no huntstop
ephone-dn 2
number 2002
Ephone 1
 Mac-address 0012.7f57.62a5
 type cipc
 button 1:1
 button 1:2 2o1,2
ephone 2
 mac 00:12:7f:57:62:a6
 button 1:2
ephone-dn 1
 name Ann Lee
`)
	for _, want := range []string{
		"\n create cnf-files version-stamp 7960 Apr 17 2009 10:00:00\n", "\n no auto-reg-ephone\n",
		"\nephone-dn  1  dual-line\n number 2001\n name Ann Lee\n no huntstop\n",
		"\nephone  1\n mac-address 0012.7F57.62A5\n type CIPC\n button  1:2 2o1,2\n",
		"\nephone  2\n mac-address 0012.7F57.62A6\n button  1:2\n",
	} {
		if !strings.Contains(r.running(), want) {
			t.Errorf("%q is missing in\n%s", want, r.running())
		}
	}
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	schema, err := conf.Compile(All(), Library())
	if err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&b, schema, Exec(Agents{})); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(squeeze(b.String()), "\n")
	for _, want := range []string{
		"## presence\nPrompt `Router(config-presence)#`.\n",
		"| `max-subscription <100-max-watch>` | `max-subscription 100` | acts | Maximum number of concurrent watch sessions |",
		"| `sip-ua` | | opens *sip-ua* | SIP user agent |",
		"| `ip cef` | | kept | Express forwarding |",
		"| `version 12.4` | `version 12.4` | always there |",
		"| `create cnf-files` | acts at once | Configuration files of SCCP phones |",
		"| `show presence subscription [<details\\|presentity NUMBER\\|subid <1-4294967295>\\|summary>]` | all | Presence subscriptions |",
		"| `type <",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.ContainsAny(strings.ReplaceAll(text, "\\|", ""), "$~\\") {
		t.Error("marks of the syntax language are left")
	}
	b.Reset()
	if err := MarkdownKept(&b, schema); err != nil {
		t.Fatal(err)
	}
	kept := b.String()
	for _, want := range []string{"\nip hostname strict\n", "\nvlan RANGES => vlan\n", "\n[no] cdp run\n"} {
		if !strings.Contains(kept, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, m := range schema.Modes() {
		if !strings.Contains(text+kept, "\n## "+m.Mode.Name+"\n") {
			t.Errorf("mode %s is missing", m.Mode.Name)
		}
	}
	for _, row := range strings.Split(text, "\n") {
		if strings.HasPrefix(row, "| `") && strings.HasSuffix(row, "| |") {
			t.Errorf("no meaning: %s", row)
		}
	}
}
