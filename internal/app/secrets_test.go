package app

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/modes"
)

// planted are passwords in every place that a configuration has for one.
const planted = `enable secret qzPLANTa
enable password qzPLANTb
username ann password qzPLANTc
username bob secret qzPLANTd
voice register global
 authenticate register
 authenticate presence
 authenticate realm cisco.com
 authenticate credential 1 flash:cred1.csv
 authenticate credential 2 http://web:qzPLANTe@10.1.1.6/cred2.csv
 authenticate credential 3 tftp://10.1.1.6/none.csv
voice register pool 1
 username phone1 password qzPLANTf
 pin 90817263
voice register pool 2
 id mac 0015.6247.EF91
 number 1 dn 2
 logout-profile 1
voice logout-profile 1
 user out1 password qzPLANTg
 pin 90817264
 number 2105
voice user-profile 1
 user em1 password qzPLANTh
 pin 90817265
 number 2106
telephony-service
 max-ephones 10
 max-dn 20
 ip source-address 10.1.1.2 port 2000
 service local-directory authenticate dir1 qzPLANTi
 web admin system name root password qzPLANTj
 web admin customer name cust password qzPLANTk
 xml user xml1 password qzPLANTl 15
 authentication credential app1 qzPLANTm
ephone-dn 1
 number 2107
ephone 1
 mac-address 0012.7F57.62A5
 username eph1 password qzPLANTn
 pin 90817266
 capf-auth-str 9081726354
 blf-speed-dial 1 2101 label "2101"
 button 1:1
sip-ua
 authentication username jack password qzPLANTo realm far.com
 authentication username jack2 password 7 1118134732380528
 credentials username jill password qzPLANTp realm far.com
presence
 watcher all
line con 0
 password qzPLANTq
line vty 0 4
 password qzPLANTr
 login
`

// shows are lines for show commands with arguments; the others are typed as they are.
var shows = map[string][]string{
	"show clock [detail$detail]": {"show clock", "show clock detail"},
	"show logging [count$count]": {"show logging", "show logging count"},
	"show presence subscription [<details|presentity NUMBER$number|subid <1-4294967295>$id|summary>$what]": {
		"show presence subscription", "show presence subscription details", "show presence subscription presentity 2101", "show presence subscription subid 1", "show presence subscription summary"},
	"show voice register dn <all|<1-{max-register-dn}>$tag>$which":                           {"show voice register dn all", "show voice register dn 1"},
	"show voice register pool all [brief$brief]":                                             {"show voice register pool all", "show voice register pool all brief"},
	"show voice register template <all|<1-10>$tag>$which":                                    {"show voice register template all"},
	"show access-lists [WORD$list]":                                                          {"show access-lists", "show access-lists 10"},
	"show ip access-lists [WORD$list]":                                                       {"show ip access-lists", "show ip access-lists 10"},
	"show ipv6 access-list [WORD$list]":                                                      {"show ipv6 access-list", "show ipv6 access-list SIX"},
	"show crypto key mypubkey rsa [WORD$pair]":                                               {"show crypto key mypubkey rsa", "show crypto key mypubkey rsa LAB"},
	"show line <0-990>$n":                                                                    {"show line 0", "show line 2"},
	"show line console <0-0>$number":                                                         {"show line console 0"},
	"show line aux <0-0>$number":                                                             {"show line aux 0"},
	"show line vty <0-988>$vty":                                                              {"show line vty 0"},
	"show archive log config all [provisioning$bare]":                                        {"show archive log config all", "show archive log config all provisioning"},
	"show archive log config <1-2147483647>$first [<1-2147483647>$last] [provisioning$bare]": {"show archive log config 1 100"},
	"show archive log config user WORD$user":                                                 {"show archive log config user admin"},
	"show sip-ua register status [secondary$secondary]":                                      {"show sip-ua register status", "show sip-ua register status secondary"},
	"show interfaces [INTERFACE$name]":                                                       {"show interfaces", "show interfaces Loopback0"},
	"show interfaces INTERFACE$name description":                                             {"show interfaces Loopback0 description"},
	"show ip interface [INTERFACE$name]":                                                     {"show ip interface"},
	"show ip interface INTERFACE$name brief":                                                 {"show ip interface Loopback0 brief"},
	"show file information WORD$file":                                                        {"show file information flash:cred1.csv"},
	"show snmp <chassis|community|contact|group|host|location|view>":                         {"show snmp community", "show snmp host"},
	"show snmp user [WORD$user]":                                                             {"show snmp user", "show snmp user x"},
	"show sip-ua connections <tcp|udp>$transport <brief|detail>$form": {
		"show sip-ua connections udp brief", "show sip-ua connections udp detail", "show sip-ua connections tcp detail"},
}

// arguments stand for captures.
var arguments = regexp.MustCompile(`<1-\{?[-a-z0-9]+\}?>\$\w+|H\.H\.H\$\w+|NUMBER(?:\(\d+\))?\$\w+|A\.B\.C\.D\$\w+|INTERFACE\$\w+|<[^<>]+>\$\w+|[][]`)

func argument(capture string) string {
	kind, _, _ := strings.Cut(capture, "$")
	switch {
	case strings.ContainsAny(capture, "[]"):
		return ""
	case strings.HasPrefix(kind, "<1-"):
		return "1"
	case strings.HasPrefix(kind, "<"):
		first, _, _ := strings.Cut(strings.Trim(kind, "<>"), "|")
		return first
	case strings.HasPrefix(kind, "NUMBER"):
		return "2101"
	}
	return map[string]string{"H.H.H": "0015.6247.EF90", "A.B.C.D": "10.1.1.11", "INTERFACE": "GigabitEthernet0/0"}[kind]
}

// showLines are all show commands but those that print the configuration.
func showLines(t *testing.T) (lines []string) {
	for _, x := range modes.Exec(modes.Agents{}) {
		if !strings.HasPrefix(x.Syntax, "show ") || strings.Contains(x.Syntax, "-config") || strings.HasPrefix(x.Syntax, "show archive config ") {
			continue
		}
		if own, ok := shows[x.Syntax]; ok {
			lines = append(lines, own...)
			continue
		}
		line := strings.ReplaceAll(arguments.ReplaceAllStringFunc(x.Syntax, argument), `\`, "")
		if strings.ContainsAny(line, "<>[]$") {
			t.Errorf("no line for %q: got %q", x.Syntax, line)
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

// encoded finds passwords as the configuration has them.
var encoded = regexp.MustCompile(`(?:password|secret|credential app1)(?: name \S+)? [567] (\S+)`)

// Passwords are in the configuration only: no show command, debug line or message has
// one, neither in clear nor as type 5 or 7 has it.
func TestSecretsStaySecret(t *testing.T) {
	wire(t, wiredConfig+planted, func(w *wired) {
		time.Sleep(2 * loginDelay) // what was typed before went as a wrong password
		w.types("qzPLANTa", "terminal length 0")
		config := w.types("show running-config")
		secrets := []string{"qzplant", "908172", "1118134732380528"}
		for _, m := range encoded.FindAllStringSubmatch(config, -1) {
			secrets = append(secrets, strings.ToLower(m[1]))
		}
		if len(secrets) < 7 {
			t.Fatalf("few secrets, is the configuration there? %q\n%s", secrets, config)
		}
		clean := func(what, text string) {
			t.Helper()
			for line := range strings.Lines(text) {
				for _, s := range secrets {
					if strings.Contains(strings.ToLower(line), s) {
						t.Errorf("%s: %s", what, line)
						break
					}
				}
			}
		}
		for _, x := range modes.Exec(modes.Agents{}) {
			if strings.HasPrefix(x.Syntax, "debug ") && !strings.Contains(x.Syntax, "$") {
				clean(x.Syntax, w.types(x.Syntax))
			}
		}

		// Traffic, right and wrong.
		w.flash("cred1.csv", "jill,qzPLANTs\nphone1,qzPLANTt\nbroken,\"qzPLANTu\nx\n")
		clean("credential load", w.types("credential load 1"))
		w.flash("cred1.csv", "jill,qzPLANTs\nphone1,qzPLANTt\njill,qzPLANTu\n")
		for n := 1; n <= 3; n++ {
			clean("credential load", w.types(fmt.Sprint("credential load ", n)))
		}
		time.Sleep(2 * time.Minute) // servers of files do not answer
		trunk, phone, server := w.peer("10.1.1.4:5060"), w.peer("10.1.1.11:5060"), w.peer("10.1.1.5:5060")
		trunk.asUser("jill", "qzPLANTs", "2101")
		trunk.asUser("jill", "qzPLANTwrong", "2101")
		for _, password := range []string{"qzPLANTwrong", "qzPLANTf"} {
			phone.registersAs("2101", "00156247EF90", "phone1", password)
		}
		if ok, _ := phone.watches("2101", 600, ""); !strings.HasPrefix(ok, "SIP/2.0 200") {
			t.Errorf("the phone is not registered: %s", ok)
		}
		server.challenges("far.com")
		phone.watches("5001", 600, "")
		time.Sleep(time.Minute)
		if n := server.authorized(); n == 0 {
			t.Error("nobody authenticated at the server")
		}
		trunk.sends(trunk.request("INVITE", "2101", "", ""))
		w.types("test extension-mobility pool 2 login em1 wrong")
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, line := range showLines(t) {
			said := w.types(line)
			if strings.Contains(said, "% Invalid") || strings.Contains(said, "% Incomplete") || strings.Contains(said, "% Ambiguous") {
				t.Errorf("%s: %s", line, said)
			}
			clean(line, said)
		}
		if said := w.types("show logging"); !strings.Contains(said, "//PRESENCE:") || !strings.Contains(said, "Authorization: Digest") {
			t.Error("the log has no traffic")
		}
	})
}

// registersAs is registers of a phone that must prove who it is.
func (p *sipPeer) registersAs(number, mac, user, password string) {
	p.w.t.Helper()
	p.user = number
	ask := func(more string) []string {
		msg := p.request("REGISTER", number, "Expires: 3600\r\nReason: SIP;cause=200;text=\"Name=SEP"+mac+"\"\r\n"+more, "")
		return p.sends(strings.Replace(msg, "REGISTER sip:"+number+"@", "REGISTER sip:", 1))
	}
	said := ask("")
	if len(said) == 0 {
		p.w.t.Fatal("no answer to REGISTER")
	}
	var offers []string
	for _, m := range challengeLine.FindAllStringSubmatch(said[0], -1) {
		offers = append(offers, m[1])
	}
	value, ok := digest.NewClient(user, password).Answer(offers, "", "REGISTER", "sip:10.1.1.2")
	if !ok {
		p.w.t.Fatalf("no challenge: %q", said)
	}
	ask("Authorization: " + value + "\r\n")
}
