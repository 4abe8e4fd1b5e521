package modes

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/secret"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// TestViewsOfNothing: an empty tree gives each agent its defaults.
func TestViewsOfNothing(t *testing.T) {
	r := newRouter(t, compiled(t))
	tree := r.store.Tree()
	equal(t, "presence", PresenceConfig(tree), presence.Config{
		MaxSubscriptions: 100, RetryInterval: time.Minute, RetryLimit: 10, RouterMode: "SRST mode",
		Numbers: map[string]presence.Number{},
	})
	equal(t, "phones", PhonesConfig(tree), phones.Config{AttemptsSize: 10, Telephony: idleTelephony()})
	equal(t, "sip", SIPConfig(tree), sipua.Config{})
	equal(t, "log", LogConfig(tree), logbuf.DefaultConfig())
	line := cli.Line{Login: cli.LoginNone, ExecTimeout: 10 * time.Minute, Privilege: 1, HistorySize: 20}
	shell := cli.Config{Hostname: "Router", Console: line, DomainLookup: true, SSH: cli.SSHConfig{Timeout: 2 * time.Minute, Retries: 3}}
	line.Login = cli.LoginPassword
	shell.Vty = []cli.Line{line, line, line, line, line}
	equal(t, "shell", ShellConfig(tree), shell)
}

// TestViewsOfGuideExample: what the agents are told by the guide's example.
func TestViewsOfGuideExample(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, readTestdata(t, "guide-example.cfg"))
	tree := r.store.Tree()
	source := netip.MustParseAddrPort("11.1.1.2:5060")
	equal(t, "presence", PresenceConfig(tree), presence.Config{
		Enabled: true, SIPEnabled: true, WatchAll: true, AllowSubscribe: true, CallList: true, AuthenticatePresence: true,
		Server: netip.MustParseAddr("11.1.1.4"), MaxSubscriptions: 128, RetryInterval: 70 * time.Second, RetryLimit: 20,
		RouterMode: "CME mode", Keys: 5, Trunks: 1,
		Numbers: map[string]presence.Number{
			"2101": {Watch: true}, "2102": {Watch: true}, "2001": {Watch: true}, "2009": {Watch: true}, "2005": {Watch: true},
			"2002": {}, // no `allow watch`
		},
	})
	equal(t, "sip", SIPConfig(tree), sipua.Config{Enabled: true, Addr: source})
	equal(t, "log", LogConfig(tree), logbuf.Config{
		LogStamp:   logbuf.Stamp{Mode: logbuf.StampDatetime, Msec: true},
		DebugStamp: logbuf.Stamp{Mode: logbuf.StampDatetime, Msec: true},
		BufferSize: 2000000, BufferLevel: logbuf.Debugging, ConsoleLevel: logbuf.Debugging, MonitorLevel: logbuf.Debugging,
		TrapLevel: logbuf.Informational, Facility: logbuf.DefaultFacility, Rate: logbuf.Rate{Except: logbuf.Off}, Exception: 4096,
	})

	service := idleTelephony()
	service.On, service.Source = true, netip.MustParseAddrPort("11.1.1.2:2000")
	service.MaxEphones, service.MaxDN, service.MaxConferences = 100, 300, 6
	service.URLs = []phones.URL{{Kind: "directories", URL: "http://11.1.1.2/localdirectory"}}
	service.TransferPatterns, service.CNFStamp = []string{".T"}, "Jan 01 2002 00:00:00"
	equal(t, "phones", PhonesConfig(tree), phones.Config{
		SIPToSIP: true,
		Mode:     "cme", SIPSource: source, RegistrarOn: true, AttemptsSize: 10, CallList: true, Telephony: service,
		DialPeers:  []phones.DialPeer{{Tag: 2001, Pattern: "1...", Target: netip.MustParseAddrPort("11.1.1.4:5060"), Preference: 2, Transport: "udp"}},
		MaxExpires: 240 * time.Second, MinExpires: 60 * time.Second,
		Pools: []phones.Pool{
			{Tag: 1, MAC: parsedMAC("0015.6247.EF90"), Type: "7971", Transport: "udp", Numbers: []phones.PoolNumber{{Index: 1, DN: 1}}, CallWaiting: true,
				BLF: []phones.BLFKey{{Tag: 1, Number: "1001", Label: "1001"}}},
			{Tag: 2, MAC: parsedMAC("0012.0007.8D82"), Type: "7912", Transport: "udp", Numbers: []phones.PoolNumber{{Index: 1, DN: 2}}, CallWaiting: true},
		},
		DNs: []phones.DN{{Tag: 1, Number: "2101", Watch: true, Forward: unlimitedForward}, {Tag: 2, Number: "2102", Watch: true, Forward: unlimitedForward}},
		EphoneDNs: []phones.EphoneDN{
			plainDN(1, "2001", true, 2), plainDN(2, "2009", true, 2), plainDN(3, "2005", true, 1), plainDN(4, "2002", false, 2),
		},
		Ephones: []phones.Ephone{
			{Tag: 1, MAC: parsedMAC("0012.7F57.62A5"), Type: "7960", Buttons: buttons("1:1", "2:2"), FastDials: []phones.FastDial{{Tag: 1, Number: "1002"}},
				FeatureRingDnD: true, Codec: "g711ulaw", MWILine: 1, BLF: []phones.BLFKey{
					{Tag: 1, Number: "2101", Label: "2101"}, {Tag: 2, Number: "1003", Label: "1003"}, {Tag: 3, Number: "2002", Label: "2002"}}},
			{Tag: 3, MAC: parsedMAC("0015.6247.EF91"), Type: "7971", Buttons: buttons("1:3", "2:4"),
				FeatureRingDnD: true, Codec: "g711ulaw", MWILine: 1, BLF: []phones.BLFKey{{Tag: 2, Number: "1003", Label: "1003"}}},
		},
	})

	lab := secret.Secret{Value: "lab"}
	shell := cli.Config{Hostname: "CME-3825", EnablePassword: lab, Console: cli.Line{Password: lab, Privilege: 1, HistorySize: 20}, SSH: cli.SSHConfig{Timeout: 2 * time.Minute, Retries: 3}}
	for range 5 {
		shell.Vty = append(shell.Vty, cli.Line{Login: cli.LoginPassword, Password: lab, Privilege: 1, HistorySize: 20, ExecTimeout: 10 * time.Minute})
	}
	equal(t, "shell", ShellConfig(tree), shell)
}

func TestPhonesView(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `voice register global
 authenticate register
 authenticate realm cisco.com
 attempted-registrations size 0
voice register dn 5
 number 3001
 name Ann Lee
 label Front desk
 preference 2
 huntstop
voice register pool 1
 id ip 10.1.1.7 mask 255.255.255.255
 number 1 dn 5
 number 2 dn 6
 username ann password 0 secret
 presence call-list
 session-transport tcp
 template 3
voice register pool 2
 id network 10.1.0.9 mask 255.255.0.0 device-id-name soft
 username bob password 6 JQ
ephone-dn-template 4
 allow watch
ephone-dn 9 octo-line
 number 4001 secondary 4002
 ephone-dn-template 4
ephone-dn 10
 number 4003
 ephone-dn-template 5
ephone 7
 button 1o9,10 2:11
 button 10:12 3b12
 button 4:5 5:6
 presence call-list
`)
	c := PhonesConfig(r.store.Tree())
	equal(t, "pools", c.Pools, []phones.Pool{
		{Tag: 1, IDIP: netip.MustParsePrefix("10.1.1.7/32"), Numbers: []phones.PoolNumber{{Index: 1, DN: 5}, {Index: 2, DN: 6}},
			Username: "ann", Password: "secret", CallList: true, Transport: "tcp", Template: 3, CallWaiting: true},
		{Tag: 2, IDNetwork: netip.MustParsePrefix("10.1.0.0/16"), DeviceID: "soft", Username: "bob", Transport: "udp", CallWaiting: true},
	})
	equal(t, "dns", c.DNs, []phones.DN{{Tag: 5, Number: "3001", Name: "Ann Lee", Label: "Front desk", Preference: 2, Huntstop: true, Forward: unlimitedForward}})
	second := plainDN(9, "4001", true, 8)
	second.Secondary = "4002"
	equal(t, "ephone-dns", c.EphoneDNs, []phones.EphoneDN{second, plainDN(10, "4003", false, 1)})
	equal(t, "buttons", c.Ephones[0].Buttons, buttons("1o9,10", "2:11", "3b12", "4:5", "5:6", "10:12"))
	if !c.AuthenticateRegister || c.Realm != "cisco.com" || !c.AttemptsOff || !c.Ephones[0].CallList {
		t.Errorf("%+v", c)
	}
	numbers := PresenceConfig(r.store.Tree()).Numbers
	equal(t, "numbers", numbers, map[string]presence.Number{"3001": {}, "4001": {Watch: true}, "4002": {Watch: true}, "4003": {}})
}

func TestShellView(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `hostname lab-1
no ip domain-lookup
enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
username ann privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
username bob password 7 0822455D0A16
username guest nopassword
username guest privilege 3
banner motd #
Welcome
#
file prompt quiet
line con 0
 login local
 logging synchronous
 length 0
line vty 0 4
 no login
 exec-timeout 1 30
line vty 5 6
 privilege level 15
 password 7 0822455D0A16
 width 132
 history size 50
`)
	c := ShellConfig(r.store.Tree())
	hash := secret.Secret{Type: 5, Value: "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0"}
	hidden := secret.Secret{Type: 7, Value: "0822455D0A16"}
	equal(t, "users", c.Users, []cli.User{{Name: "ann", Privilege: 15, Password: hash}, {Name: "bob", Password: hidden},
		{Name: "guest", Privilege: 3, NoPassword: true}})
	equal(t, "secret", c.EnableSecret, hash)
	if c.Hostname != "lab-1" || c.DomainLookup || !strings.Contains(c.BannerMOTD, "Welcome") || !c.FilePromptQuiet {
		t.Errorf("%+v", c)
	}
	equal(t, "console", c.Console, cli.Line{Login: cli.LoginLocal, Synchronous: cli.Synchronous{On: true, Level: logbuf.Critical, Limit: 20}, NoPaging: true, Privilege: 1, HistorySize: 20, ExecTimeout: 10 * time.Minute})
	if len(c.Vty) != 7 || c.Vty[4].Login != cli.LoginNone || c.Vty[4].ExecTimeout != 90*time.Second {
		t.Errorf("vty 0 4: %+v", c.Vty)
	}
	equal(t, "vty 6", c.Vty[6], cli.Line{Login: cli.LoginPassword, Password: hidden, Privilege: 15, Width: 132, HistorySize: 50, ExecTimeout: 10 * time.Minute})
}

func TestLogView(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "no service timestamps debug\nservice timestamps log datetime localtime year show-timezone\nservice sequence-numbers\n"+
		"logging buffered warnings\nno logging console\nlogging monitor 3\n")
	equal(t, "log", LogConfig(r.store.Tree()), logbuf.Config{
		DebugStamp: logbuf.Stamp{Mode: logbuf.StampNone},
		LogStamp:   logbuf.Stamp{Mode: logbuf.StampDatetime, Local: true, Year: true, ShowZone: true},
		BufferSize: 4096, BufferLevel: logbuf.Warnings, ConsoleLevel: logbuf.Off, MonitorLevel: logbuf.Errors, SequenceNumbers: true,
		TrapLevel: logbuf.Informational, Facility: logbuf.DefaultFacility, Rate: logbuf.Rate{Except: logbuf.Off}, Exception: 4096,
	})
	r.load(t, "no logging on\nlogging count\nno logging message-counter syslog\nlogging exception 8192\nlogging rate-limit console all 20 except 3\nlogging trap 7\n"+
		"logging facility local0\nvoice register global\n source-address 10.2.2.2\n"+
		"logging origin-id ip\nlogging 192.0.2.2\nlogging host 192.0.2.1 transport udp port 5514\nno service timestamps\n")
	got := LogConfig(r.store.Tree())
	equal(t, "log", got, logbuf.Config{
		Disabled: true, Counting: true, Uncounted: true, Exception: 8192, SequenceNumbers: true,
		DebugStamp: logbuf.Stamp{Mode: logbuf.StampNone}, LogStamp: logbuf.Stamp{Mode: logbuf.StampNone},
		BufferSize: 4096, BufferLevel: logbuf.Warnings, ConsoleLevel: logbuf.Off, MonitorLevel: logbuf.Errors, TrapLevel: logbuf.Debugging,
		Rate: logbuf.Rate{Limit: 20, Console: true, All: true, Except: logbuf.Errors}, Facility: 16, Origin: "10.2.2.2",
		Hosts: []logbuf.Host{{Addr: netip.MustParseAddr("192.0.2.1"), Port: 5514}, {Addr: netip.MustParseAddr("192.0.2.2"), Port: 514}},
	})
	for line, origin := range map[string]string{
		"hostname Lab": "10.1.1.1", "logging origin-id hostname": "Router", `logging origin-id string "the lab"`: "the lab", "no logging origin-id": "",
	} {
		other := newRouter(t, compiled(t))
		other.load(t, "telephony-service\n ip source-address 10.1.1.1\nlogging origin-id ip\n"+line+"\n")
		if got := LogConfig(other.store.Tree()).Origin; got != origin {
			t.Errorf("%s: %q, want %q", line, got, origin)
		}
	}
}

// TestViewNames: no view asks for a command that is not declared (see compiled),
// with nothing configured and with all that the others leave out.
func TestViewNames(t *testing.T) {
	r := newRouter(t, compiled(t))
	views(r.store.Tree())
	r.load(t, readTestdata(t, "guide-example.cfg"))
	r.load(t, "ephone-dn-template 1\nallow watch\nusername a privilege 1 nopassword\nbanner login #x#\nephone-dn 1\nephone-dn-template 1\n")
	views(r.store.Tree())
	var b strings.Builder
	if err := showRegisterGlobal(&b, clock.On(testTime), r.store.Tree(), C3825, phones.Snapshot{}); err != nil {
		t.Error(err)
	}
}

func TestBounds(t *testing.T) {
	schema := compiled(t)
	for _, c := range []struct {
		platform Platform
		lines    string
		refused  int
	}{
		{C3825, "presence\nmax-subscription 500\n", 0},
		{C3825, "presence\nmax-subscription 501\n", 1},
		{C3825, "presence\nmax-subscription 99\n", 1},
		{Unlimited, "presence\nmax-subscription 100000\n", 0},
		{C3825, "ephone-dn 500\n", 0},
		{C3825, "ephone-dn 501\n", 1},
		{Unlimited, "ephone-dn 1000000\n", 0},
		{C3825, "telephony-service\nmax-dn 300\nmax-ephones 100\nephone-dn 300\nephone 100\n", 0},
		{C3825, "telephony-service\nmax-dn 300\nmax-ephones 100\nephone-dn 301\nephone 101\n", 2},
		{C3825, "telephony-service\nmax-dn 501\nmax-ephones 176\n", 2},
		{C3825, "ephone 175\nvoice register pool 175\nvoice register dn 500\n", 0},
		{C3825, "ephone 176\nvoice register pool 176\nvoice register dn 501\n", 3},
		{C3825, "voice register global\nmax-pool 10\nmax-dn 20\nvoice register pool 11\nvoice register dn 21\n", 2},
		{C3825, "ephone-dn 40\ntelephony-service\nmax-dn 39\n", 1}, // 40 is in use
		{C3825, "ephone-dn 40\ntelephony-service\nmax-dn 40\n", 0},
		{C3825, "telephony-service\nauto assign 2 to 41\nmax-dn 40\n", 1},
		{C3825, "ephone 1\npaging-dn 41\ntelephony-service\nmax-dn 40\n", 1},
		{C3825, "ephone-template 1\npaging-dn 41\ntelephony-service\nmax-dn 40\nmax-dn 41\n", 1},
		{C3825, "voice register pool 1\npaging-dn 41\nnumber 1 dn 7\ntelephony-service\nmax-dn 40\nvoice register global\nmax-dn 6\n", 2},
		{C3825, "ephone 1\nblf-speed-dial 33 1 label x\nblf-speed-dial 34 1 label x\nvoice register pool 1\nblf-speed-dial 7 1 label x\nblf-speed-dial 8 1 label x\nnumber 114 dn 1\nnumber 115 dn 1\n", 3},
		{C3825, "hostname -1x\nhostname 1x\nhostname a_b\nline vty 4 2\n", 2},
		{C3825, "enable secret 5 lab\nenable password 7 zz\nenable password 7 00\n", 3},
		{C3825, "username x secret 5 zz\nusername x password 7 zz\nline con 0\npassword 7 zz\nline vty 0 4\npassword 7 lab\n", 4},
		{C3825, "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\nenable password 7 0822455D0A16\nline con 0\npassword 7 0822455D0A16\nusername x password 7 0822455D0A16\n", 0},
	} {
		r := newPlatform(t, schema, c.platform)
		errs := r.shell.Load(context.Background(), []byte(c.lines), r.origin())
		if len(errs) != c.refused {
			t.Errorf("%s: %q: %d refused, want %d: %+v", c.platform, c.lines, len(errs), c.refused, errs)
		}
	}
	if _, ok := ParsePlatform("c7200"); ok {
		t.Error("c7200 is no platform")
	}
	if p, ok := ParsePlatform("unlimited"); !ok || p != Unlimited {
		t.Error("unlimited is a platform")
	}
	if _, ok := Bounds(C3825)(newRouter(t, schema).store.Tree()).Bound("max-teapots"); ok {
		t.Error("max-teapots is no bound")
	}
}

func buttons(elements ...string) []phones.Button {
	var all []phones.Button
	for _, e := range elements {
		b, err := phones.ParseButton(e)
		if err != nil {
			panic(err)
		}
		all = append(all, b)
	}
	return all
}

// The guide's password is the type 7 form of "test".
func TestSIPCalls(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "sip-ua\n authentication username jack password 021201481F\n")
	equal(t, "guide", SIPCallsConfig(r.store.Tree()), SIPCalls{Username: "jack", Password: "test"})
}
