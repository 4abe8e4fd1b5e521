package modes

import (
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
	"github.com/busylamp/busylamp/phones"
)

// PhonesConfig is what a tree says of phones, their numbers and calls.
func PhonesConfig(t conf.Tree) phones.Config {
	global := block(t, cmdRegisterGlobal)
	c := phones.Config{
		SIPSource:            sipSource(global),
		AuthenticateRegister: global.On("authenticate register"),
		SIPToSIP:             block(t, cmdVoiceService).On("allow-connections sip to sip"),
		CallList:             block(t, cmdPresence).On("presence call-list"),
		Telephony:            telephony(t),
		DialPeers:            dialPeers(t),
		HuntGroups:           huntGroups(t),
		Types:                phoneTypes(t),
		UserProfiles:         profiles(t, cmdUserProfile),
		LogoutProfiles:       profiles(t, cmdLogoutProfile),
	}
	if cmeMode(global) {
		c.Mode = "cme"
	}
	if args, ok := global.Get("authenticate realm"); ok {
		c.Realm = args.String("realm")
	}
	if args, ok := global.Get("attempted-registrations size"); ok {
		c.AttemptsSize = args.Int("n")
		c.AttemptsOff = c.AttemptsSize == 0
	}
	if args, ok := voiceServiceSIP(t).Get("registrar server"); ok {
		c.RegistrarOn = true
		c.MaxExpires = time.Duration(args.Int("max")) * time.Second
		c.MinExpires = time.Duration(args.Int("min")) * time.Second
	}
	registerTemplates := templates(t, cmdRegisterTemplate)
	c.Pools = every(t, cmdRegisterPool, func(n conf.Node) phones.Pool {
		l := over(n, "template", registerTemplates)
		p := pool(n, l)
		if typ, ok := c.PoolType(p.Type); ok && typ.Transport != "" && !l.says("session-transport") {
			p.Transport = typ.Transport
		}
		return p
	})
	c.DNs = every(t, cmdRegisterDN, registerDN)
	dnTemplates := templates(t, cmdEphoneDNTemplate)
	c.EphoneDNs = every(t, cmdEphoneDN, func(n conf.Node) phones.EphoneDN { return ephoneDN(n, over(n, cmdEphoneDNTemplate, dnTemplates)) })
	ephoneTemplates := templates(t, cmdEphoneTemplate)
	c.Ephones = every(t, cmdEphone, func(n conf.Node) phones.Ephone { return ephone(n, over(n, cmdEphoneTemplate, ephoneTemplates)) })
	return c
}

func voiceServiceSIP(t conf.Tree) conf.Node {
	sip, _ := block(t, cmdVoiceService).Child("sip")
	return sip
}

// pool is one SIP phone; l lays its template below it.
func pool(n conf.Node, l layers) phones.Pool {
	own := layers{n}
	p := phones.Pool{
		Tag:           n.Args().Int("tag"),
		BLF:           blfKeys(own),
		CallList:      n.On("presence call-list"),
		Type:          text(n, "type", "type"),
		Template:      own.num("template", "tag"),
		Transport:     l.text("session-transport", "transport"),
		SpeedDials:    speedDials(own),
		FastDials:     fastDials(own),
		CallWaiting:   n.On("call-waiting"),
		DnD:           n.On("dnd"),
		BusyTrigger:   own.num("busy-trigger-per-button", "calls"),
		LogoutProfile: own.num("logout-profile", "tag"),
		PagingDN:      own.num("paging-dn", "dn"),
	}
	if id, ok := n.Get("id"); ok {
		p.DeviceID = id.String("device")
		switch id.String("kind") {
		case "mac":
			p.MAC, _ = phones.ParseMAC(id.String("mac"))
		case "ip":
			p.IDIP = prefix(id, "ip", "ipmask")
		case "network":
			p.IDNetwork = prefix(id, "network", "netmask").Masked()
		}
	}
	for line := range n.All("number") {
		args := line.Args()
		if args.Has("dn") {
			p.Numbers = append(p.Numbers, phones.PoolNumber{Index: args.Int("index"), DN: args.Int("dn")})
		}
	}
	if args, ok := n.Get("username"); ok {
		p.Username, p.Password = args.String("user"), plain(args, "ptype", "password")
	}
	return p
}

func registerDN(n conf.Node) phones.DN {
	l := layers{n}
	return phones.DN{
		Tag:        n.Args().Int("tag"),
		Number:     text(n, "number", "number"),
		Watch:      n.On("allow watch"),
		Name:       text(n, "name", "name"),
		Label:      text(n, "label", "label"),
		Preference: l.num("preference", "order"),
		Huntstop:   n.On("huntstop"),
		Forward: phones.Forward{
			All:       text(n, "call-forward b2bua all", "number"),
			Busy:      text(n, "call-forward b2bua busy", "number"),
			NoAnswer:  text(n, "call-forward b2bua noan", "number"),
			Timeout:   l.seconds("call-forward b2bua noan", "timeout"),
			MaxLength: noLimit,
		},
		PickupGroup: text(n, "pickup-group", "group"),
		Shared:      n.On("shared-line"),
		MaxCalls:    l.num("shared-line", "calls"),
		NoReg:       n.On("no-reg"),
		AutoAnswer:  n.On("auto-answer"),
		MWI:         n.On("mwi"),
	}
}

// noLimit is Forward.MaxLength where the configuration sets none.
const noLimit = -1

func blfKeys(l layers) []phones.BLFKey {
	return tagged(l, "blf-speed-dial", func(args grammar.Args) phones.BLFKey {
		return phones.BLFKey{
			Tag:    args.Int("tag"),
			Number: args.String("number"),
			Label:  args.String("label"),
			Device: args.Has("device"),
		}
	})
}

// text is one capture of a line of a block, "" when the line is not set.
func text(n conf.Node, command, capture string) string {
	return layers{n}.text(command, capture)
}

// prefix is an address and a contiguous mask.
func prefix(args grammar.Args, addr, mask string) netip.Prefix {
	m := address(args, mask)
	a := address(args, addr)
	if !m.Is4() || !a.Is4() {
		return netip.Prefix{}
	}
	b := m.As4()
	ones, _ := net.IPv4Mask(b[0], b[1], b[2], b[3]).Size()
	return netip.PrefixFrom(a, ones)
}

// storedSecret is a password from the captures of its type digit and its text.
func storedSecret(args grammar.Args, kind, value string) secret.Secret {
	return secret.Secret{Type: args.Int(kind), Value: args.String(value)}
}

// plain is a password in clear, "" when it cannot be had.
func plain(args grammar.Args, kind, value string) string {
	p, _ := storedSecret(args, kind, value).Plain()
	return p
}
