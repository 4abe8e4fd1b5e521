package grammar

import (
	"strings"
	"testing"
)

// corpus is realistic: forms of the guide, of pasted configurations, and EXEC.
var corpus = []string{
	"max-subscription <100-{max-watch}>$n",
	"blf-speed-dial <1-33>$tag! NUMBER(16)$number label STRING(30)$label [device$device]",
	"ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]",
	"button  BUTTON$button!...",
	"park-slot [{timeout <0-65535>$timeout|limit <1-65535>$limit|recall$recall}]",
	"voice register dn  <1-{max-dn}>$tag!",
	"voice register pool  <1-{max-pool}>$tag!",
	"voice register global",
	"voice service voip ",
	"sip-ua ",
	"presence",
	"presence enable",
	"presence call-list",
	"watcher all",
	"allow subscribe",
	"allow watch",
	"server A.B.C.D$addr",
	"sccp blf-speed-dial retry-interval <60-3600>$interval [limit <10-100>$limit]",
	"authenticate credential <1-5>$tag! URL$url",
	"authenticate realm LINE$realm",
	"authenticate <presence|register|ood-refer>$what!",
	"source-address A.B.C.D$addr [port <2000-9999>$port]",
	"load <7960-7940|7961GE|7961|7970|7971|ata|\\CIPC>$model! WORD$file",
	"number NUMBER(16)$number [secondary NUMBER(16)$secondary] [no-reg$noreg [<both|primary>$which]]",
	"number <1-10>$tag! dn <1-288>$dn",
	"id <mac H.H.H$mac|ip A.B.C.D$ip mask A.B.C.D-mask$ipmask|network A.B.C.D$net mask A.B.C.D-mask$netmask>$kind",
	"name LINE$name",
	"description LINE(40)$text",
	"label LINE(30)$label",
	"huntstop [channel <1-8>$n]",
	"preference <0-10>$n [secondary <0-10>$second]",
	"enable password LINE$password",
	"enable password level <1-15>$level LINE$password",
	"enable secret <0|5>$type LINE$secret",
	"username WORD$name! [privilege <0-15>$level] [{password [<0|7>$ptype] WORD$password|secret [<0|5>$stype] WORD$secret}]",
	"interface  INTERFACE$name!",
	"ip address A.B.C.D$addr A.B.C.D-mask$mask [secondary$secondary]",
	"ip route A.B.C.D$net! A.B.C.D-mask$mask! <A.B.C.D|INTERFACE>$hop! [<1-255>$distance]",
	"ipv6 address X:X:X:X::X$addr",
	"ip http server",
	"ip domain lookup",
	"line <con|aux|vty>$kind! <0-15>$first! [<1-15>$last!]",
	"tftp-server URL$file! [alias WORD$alias]",
	"banner motd TEXT$text",
	"banner login TEXT$text",
	"max-conferences <1-16>$n [gain <-6|0|3|6>$gain]",
	"create cnf-files version-stamp MONTH$month <1-31>$day <1993-2035>$year HH:MM:SS$time",
	"auto assign <1-{max-dn}>$first! to <1-{max-dn}>$last! [type WORD$type]",
	"logging buffered <4096-2147483647>$size [<debugging|errors|informational>$level]",
	"service timestamps <debug|log>$what! [<datetime [{msec$msec|localtime$local|show-timezone$zone|year$year}]|uptime>$kind]",
	"dial-peer voice <1-2147483647>$tag! <voip|pots>$kind",
	"session target WORD$target",
	"translate <a|b>$side...",
	"permit <icmp|ip|<1-65535>>$what... host",
	"softkeys idle <Cfwdall|Dnd|Redial|Newcall>$key...",
	"system message LINE$text",
	"config-register HEX$value",
	"hop [one] two",
}

var standard = StandardTypes()

// helpFor writes a help line for every token, so that tests can do without.
func helpFor(syntax string) string {
	out, err := parseSyntax(syntax, standard)
	if err != nil {
		return ""
	}
	seen := map[string]bool{}
	var b strings.Builder
	for _, l := range out.leaves {
		key := l.spell
		if l.kind == keywordLeaf {
			key = l.word
		}
		if !seen[key] {
			b.WriteString(key + "  Help of " + key + "\n")
		}
		seen[key] = true
	}
	return b.String()
}

func tryCompile(syntax string) (*Command, error) {
	return Compile(Spec{Syntax: syntax, Help: helpFor(syntax)}, &Library{Types: standard})
}

func compile(t testing.TB, syntaxes ...string) []*Command {
	t.Helper()
	var all []*Command
	for _, s := range syntaxes {
		c, err := tryCompile(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func set(t testing.TB, syntaxes ...string) *Set {
	t.Helper()
	s, err := NewSet(compile(t, syntaxes...), SetOptions{Negatable: true, NoHelp: "Negate", DefaultHelp: "Set to default"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type env map[string]int

func (e env) Bound(name string) (int, bool) { n, ok := e[name]; return n, ok }

var c3825 = env{"max-dn": 960, "max-watch": 500, "max-pool": 100}
