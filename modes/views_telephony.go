package modes

import (
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// telephony is `telephony-service`. Its times and limits hold for the calls of all
// phones, so that they are given whether the block is there or not.
func telephony(t conf.Tree) phones.Telephony {
	n, on := t.Root().Child(cmdTelephony)
	l := layers{n}
	c := phones.Telephony{
		On:               on,
		MaxEphones:       l.num("max-ephones", "n"),
		MaxDN:            l.num("max-dn", "n"),
		KeepAlive:        l.seconds("keepalive", "n"),
		AutoReg:          n.On("auto-reg-ephone"),
		AutoAssign:       autoAssign(n),
		MaxProtocol:      l.num(cmdMaxProtocol, "version"),
		DateFormat:       l.text("date-format", "format"),
		TimeFormat:       l.num("time-format", "format"),
		TimeZone:         l.num("time-zone", "n"),
		SystemMessage:    l.text("system message", "text"),
		Voicemail:        l.text("voicemail", "number"),
		Interdigit:       l.seconds("timeouts interdigit", "n"),
		Ringing:          l.seconds("timeouts ringing", "n"),
		MaxRedirect:      l.num("max-redirect", "n"),
		BusyTone:         l.seconds("timeouts busy", "n"),
		TransferBack:     l.seconds("timeouts transfer-recall", "n"),
		TransferSystem:   "full-consult",
		ForwardMaxLength: noLimit,
		MaxConferences:   l.num("max-conferences", "n"),
		HardwareConf:     n.On("conference hardware"),
		LastNameFirst:    l.text("directory", "order") == "last-name-first",
		CNFStamp:         l.text("create cnf-files version-stamp", "stamp"),
		FAC:              n.On("fac standard"),
	}
	if args, ok := n.Get("ip source-address"); ok {
		c.Source = netip.AddrPortFrom(address(args, "address"), uint16(args.Int("port")))
	}
	if c.MaxConferences == 0 {
		c.MaxConferences = defaultConferences
	}
	if kind := l.text("transfer-system", "kind"); kind != "" {
		c.TransferSystem = kind
	}
	if args, ok := n.Get("service directed-pickup"); ok {
		c.DirectedPickup, c.GroupPickup = true, args.Has("gpickup")
	}
	for entry := range n.All("transfer-pattern") {
		c.TransferPatterns = append(c.TransferPatterns, entry.Args().String("pattern"))
	}
	for entry := range n.All("url") {
		args := entry.Args()
		c.URLs = append(c.URLs, phones.URL{Kind: args.String("kind"), URL: args.String("url")})
	}
	c.Directory = tagged(l, "directory entry", func(args grammar.Args) phones.DirectoryEntry {
		return phones.DirectoryEntry{Tag: args.Int("tag"), Number: args.String("number"), Name: args.String("name")}
	})
	c.DialplanPatterns = tagged(l, "dialplan-pattern", func(args grammar.Args) phones.DialplanPattern {
		return phones.DialplanPattern{
			Tag:              args.Int("tag"),
			Pattern:          args.String("pattern"),
			Length:           args.Int("length"),
			ExtensionPattern: args.String("extension"),
		}
	})
	for _, name := range accessCodes() {
		if code := l.text("fac custom "+name, "code"); code != "" {
			c.FACs = append(c.FACs, phones.FAC{Name: name, Code: code})
		}
	}
	for _, capture := range []string{"first", "second", "third"} {
		if minutes, ok := minutesOf(l.text("em logout", capture)); ok {
			c.LogoutTimes = append(c.LogoutTimes, minutes)
		}
	}
	return c
}

// defaultConferences is half of what a 3800 series router can do (CME command
// reference: max-conferences).
const defaultConferences = 12

func autoAssign(n conf.Node) []phones.AutoAssign {
	var all []phones.AutoAssign
	for entry := range n.All("auto assign") {
		args := entry.Args()
		a := phones.AutoAssign{
			First:   args.Int("first"),
			Last:    args.Int("last"),
			Type:    args.String("type"),
			Forward: args.String("cfw"),
			Timeout: time.Duration(args.Int("timeout")) * time.Second,
		}
		if a.Type == "all" {
			a.Type = ""
		}
		all = append(all, a)
	}
	return all
}
