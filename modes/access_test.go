package modes

import (
	"slices"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/cli"
)

// Lines that are guarded by an extended list, which is a kept one otherwise.
func TestExtendedLists(t *testing.T) {
	const lists = `access-list 101 remark who may come
access-list 101 deny   ip host 10.1.1.7 any
access-list 101 permit tcp 10.1.1.0 0.0.0.255 any eq 22 log
access-list 101 permit tcp 10.1.2.0 0.0.0.255 any range 20 telnet
access-list 101 permit tcp 10.1.3.0 0.0.0.255 host 192.0.2.1 eq 22
access-list 101 permit udp any any
access-list 101 permit tcp 10.1.4.0 0.0.0.255 any eq www 22
access-list 101 permit tcp 10.1.5.0 0.0.0.255 any established
access-list 101 permit tcp 10.1.6.0 0.0.0.255 any time-range night
access-list 101 permit tcp 10.1.7.0 0.0.0.255 eq 22 any
access-list 101 permit tcp 10.1.8.0 0.0.0.255 any gt 22
ip access-list extended NAMED
 20 permit ip any any
 10 deny tcp any any eq telnet
ip access-list extended MIRROR
 evaluate OUT
access-list 2000 dynamic d permit ip any any
ipv6 access-list SIX
 permit tcp 2001:DB8::/32 any eq telnet
 sequence 20 permit ipv6 host 2001:DB9::1 any log
 sequence 15 deny ipv6 any host 2001:DB8::2
`
	r := newRouter(t, compiled(t))
	r.load(t, lists+"line vty 0 4\n access-class 101 in\nline vty 5\n access-class NAMED in\nline vty 6\n access-class MIRROR in\n"+
		"line vty 7\n access-class 2000 in\nline vty 8\n ipv6 access-class SIX in\nline vty 9\n access-class 150 in\n access-class 10 out\n")
	c := ShellConfig(r.store.Tree())
	both, ssh, telnet, none := cli.TransportAll, cli.TransportSSH, cli.TransportTelnet, cli.TransportNone
	for _, x := range []struct {
		vty  int
		from string
		want cli.Transport
	}{
		{0, "10.1.1.7", none}, {0, "10.1.1.8", ssh}, {0, "10.1.2.8", both}, {0, "10.1.3.8", none}, {0, "10.1.4.8", ssh},
		{0, "10.1.5.8", none}, {0, "10.1.6.8", none}, {0, "10.1.7.8", none}, {0, "10.1.8.8", telnet}, {0, "192.0.2.7", none},
		{5, "192.0.2.7", ssh}, {6, "192.0.2.7", none}, {7, "192.0.2.7", none},
		{8, "2001:db8::9", telnet}, {8, "2001:db9::1", both}, {8, "2001:db9::2", none}, {8, "192.0.2.7", both},
		{9, "192.0.2.7", both}, // there is no such list
	} {
		var got cli.Transport
		for _, via := range []cli.Transport{ssh, telnet} {
			if ok, _, _ := c.Permits(c.Vty[x.vty], x.from, via); ok {
				got |= via
			}
		}
		if got != x.want {
			t.Errorf("vty %d, %s: %v, want %v", x.vty, x.from, got, x.want)
		}
	}
	if rules := c.AccessLists["101"]; len(rules) != 10 || !rules[1].Log || !strings.HasPrefix(rules[1].Text, "permit tcp 10.1.1.0") {
		t.Errorf("%+v", rules)
	}
	r.load(t, "line vty 0 15\n no access-class 101 in\n no access-class NAMED in\n")
	if rules := ShellConfig(r.store.Tree()).AccessLists["101"]; rules != nil {
		t.Errorf("a list that guards nothing: %+v", rules)
	}
}

// Each word of `privilege` is about a mode that there is.
func TestPrivilegeModes(t *testing.T) {
	r := newRouter(t, compiled(t))
	for word, mode := range privilegeModes() {
		if mode != cli.ExecMode && r.store.Schema().Mode(mode) == nil {
			t.Errorf("%s: no mode is called %q", word, mode)
		}
	}
	r.load(t, "privilege interface all level 7 ip\nprivilege exec level 3 show logging\n")
	want := []cli.Privilege{{Mode: cli.ExecMode, Level: 3, Words: "show logging"}, {Mode: modeInterface, All: true, Level: 7, Words: "ip"}}
	got := ShellConfig(r.store.Tree()).Privileges
	slices.SortFunc(got, func(a, b cli.Privilege) int { return a.Level - b.Level })
	equal(t, "privileges", got, want)
}
