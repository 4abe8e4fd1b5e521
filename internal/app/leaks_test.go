package app

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What a stranger may send about a number.
var questions = []struct{ name, method, headers, body string }{
	{"presence", "SUBSCRIBE", "Event: presence\r\nExpires: 600\r\n", ""},
	{"presence, poll", "SUBSCRIBE", "Event: presence\r\nExpires: 0\r\n", ""},
	{"presence, too brief", "SUBSCRIBE", "Event: presence\r\nExpires: 1\r\n", ""},
	{"presence, unknown format", "SUBSCRIBE", "Event: presence\r\nAccept: text/plain\r\n", ""},
	{"presence, conditional", "SUBSCRIBE", "Event: presence\r\nSuppress-If-Match: *\r\n", ""},
	{"presence, through somebody", "SUBSCRIBE", "Event: presence\r\nRecord-Route: <sip:10.9.9.1;lr>\r\n", ""},
	{"dialog", "SUBSCRIBE", "Event: dialog\r\nExpires: 600\r\n", ""},
	{"watchers", "SUBSCRIBE", "Event: presence.winfo\r\nExpires: 600\r\n", ""},
	{"no package", "SUBSCRIBE", "Event: nonsense\r\n", ""},
	{"list", "SUBSCRIBE", "Event: presence\r\nSupported: eventlist\r\nRequire: recipient-list-subscribe\r\nContent-Type: application/resource-lists+xml\r\n",
		`<?xml version="1.0"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="sip:NUMBER@10.1.1.2"/></list></resource-lists>`},
	{"publish", "PUBLISH", "Event: presence\r\nExpires: 600\r\nContent-Type: application/pidf+xml\r\n",
		`<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:NUMBER@10.1.1.2"><tuple id="a"><status><basic>open</basic></status></tuple></presence>`},
	{"register", "REGISTER", "Expires: 600\r\n", ""},
	{"register, no more", "REGISTER", "Expires: 0\r\n", ""},
	{"register, too brief", "REGISTER", "Expires: 1\r\n", ""},
	{"register, extension", "REGISTER", "Require: gruu\r\n", ""},
	{"register, unreadable", "REGISTER", "Expires: 600\r\nExpires: 60\r\n", ""},
	{"register, no MAC of ours", "REGISTER", "Reason: SIP;text=\"Name=SEP000000000001\"\r\n", ""},
	{"publish, refresh", "PUBLISH", "Event: presence\r\nSIP-If-Match: x\r\n", ""},
	{"options", "OPTIONS", "", ""},
	{"refer", "REFER", "Refer-To: <sip:NUMBER@10.1.1.2>\r\n", ""},
	{"message", "MESSAGE", "Content-Type: text/plain\r\n", "hello"},
	{"info", "INFO", "", ""},
	{"notify", "NOTIFY", "Event: presence\r\nSubscription-State: active\r\n", ""},
	{"invite", "INVITE", "", ""},
}

// phoneAddr is where the phone of the pool was.
var phoneAddr = netip.MustParseAddr("10.1.1.11")

// differs by nature: numbers, and what is fresh in every message.
var fresh = regexp.MustCompile(`;tag=[^;\r\n>]*|branch=[^;\r\n]*|nonce="[^"]*"|c\d+-[0-9.:]+|2101|2102|2999`)

// Whoever may not watch cannot tell a number that exists from one that may not be
// watched or one that does not exist: statuses, headers and bodies are the same.
func TestStrangersLearnNothing(t *testing.T) {
	const secret = "voice register global\n authenticate presence\n authenticate realm cisco.com\npresence\n watcher all\n"
	const secretPhones = "voice register global\n authenticate register\nvoice register pool 2\n id mac 0012.0007.8D82\n number 1 dn 2\nvoice register pool 1\n username jill password right\n"
	for _, c := range []struct {
		name, more, from string
		invites          bool // are not told apart either
		user             string
		guesses          int
		want             string // what the first question gets
	}{
		{"trunk without watcher all", "", "10.1.1.4:5060", false, "", 0, "403 Forbidden"},
		{"stranger without watcher all", "", "10.9.9.9:5060", false, "", 0, "403 Forbidden"},
		{"trunk not authenticated", secret, "10.1.1.4:5060", false, "", 0, "401 Unauthorized"},
		{"trunk not authenticated, without watcher all", "voice register global\n authenticate presence\n", "10.1.1.4:5060", false, "", 0, "403 Forbidden"},
		{"wrong password", secret, "10.1.1.4:5060", false, "jill", 0, "401 Unauthorized"},
		{"no such user", secret, "10.1.1.4:5060", false, "jack", 0, "401 Unauthorized"},
		{"too many wrong passwords", secret, "10.1.1.4:5060", false, "jill", 30, "403 Forbidden"},
		{"untrusted, silence", "voice service voip\n ip address trusted list\n  ipv4 10.8.8.8\npresence\n watcher all\n", "10.9.9.9:5060", true, "", 0, ""},
		{"untrusted, answered", "voice service voip\n sip\n  no silent-discard untrusted\n ip address trusted list\n  ipv4 10.8.8.8\npresence\n watcher all\n", "10.9.9.9:5060", true, "", 0, "403 Forbidden"},
		{"phones have passwords", secretPhones, "10.9.9.9:5060", false, "jill", 0, "403 Forbidden"},
		{"untrusted, phones have passwords", secretPhones + "voice service voip\n ip address trusted list\n  ipv4 10.8.8.8\n", "10.9.9.9:5060", true, "jill", 0, ""},
		{"phone that is not registered", "", "10.1.1.11:5060", false, "", 0, "403 Forbidden"},
		{"no presence", "no presence\n", "10.9.9.9:5060", false, "", 0, "480 Temporarily Unavailable"},
		{"presence not enabled", "presence\n watcher all\nsip-ua\n no presence enable\n", "10.9.9.9:5060", false, "", 0, "480 Temporarily Unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wire(t, wiredConfig+c.more, func(w *wired) {
				if c.user != "" {
					w.flash("cred1.csv", "jill,right\n")
					w.types("configure terminal", "voice register global", "authenticate credential 1 flash:cred1.csv", "end")
				}
				if err := w.SetLine("2101", "busy"); err != nil {
					t.Fatal(err)
				}
				p := w.peer(c.from)
				if p.addr.Addr() == phoneAddr {
					p.registers("2101", "00156247EF90", 3600)
					p.registers("2101", "00156247EF90", 0)
				}
				for range c.guesses {
					p.asks("SUBSCRIBE", "2101", c.user, "Event: presence\r\n", "")
				}
				for i, q := range questions {
					if q.method == "INVITE" && !c.invites {
						continue // a call tells who can be called
					}
					if c.guesses == 0 {
						time.Sleep(time.Minute) // what was wrong before is forgotten
					}
					var said [3]string
					for k, number := range []string{"2101", "2102", "2999"} {
						body := strings.ReplaceAll(q.body, "NUMBER", number)
						headers := strings.ReplaceAll(q.headers, "NUMBER", number)
						said[k] = p.asks(q.method, number, c.user, headers, body)
					}
					if said[0] != said[1] || said[0] != said[2] {
						t.Errorf("%s: of a number that may be watched\n%s\nof one that may not be\n%s\nof one that does not exist\n%s", q.name, said[0], said[1], said[2])
					}
					if i == 0 {
						first, _, _ := strings.Cut(strings.TrimPrefix(said[0], "SIP/2.0 "), "\r\n")
						if first != c.want {
							t.Errorf("the first question gets %q, want %q", first, c.want)
						}
					}
					if strings.Contains(said[0], "NOTIFY sip:") || strings.HasPrefix(said[0], "SIP/2.0 200") && q.method != "OPTIONS" {
						t.Errorf("%s: a stranger is served: %s", q.name, said[0])
					}
				}
				if rows := len(w.hub.Snapshot().Records); rows != 0 {
					t.Errorf("%d subscriptions", rows)
				}
			})
		})
	}
}

// asks is what a question gets, without what is fresh in every message; a user
// answers a challenge with a wrong password.
func (p *sipPeer) asks(method, number, user, headers, body string) string {
	p.w.t.Helper()
	said := p.sends(p.request(method, number, headers, body))
	if user != "" && len(said) == 1 && strings.HasPrefix(said[0], "SIP/2.0 401 ") {
		said = p.sends(p.request(method, number, headers+login(p.w.t, said[0], user, "wrong", number), body))
	}
	return fresh.ReplaceAllString(strings.Join(said, "\n"), "*")
}
