package modes

import (
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
	"github.com/busylamp/busylamp/phones"
)

// PhonesConfig is the registry's part of a tree.
func PhonesConfig(t conf.Tree) phones.Config {
	global := block(t, cmdRegisterGlobal)
	c := phones.Config{
		SIPSource:            sipSource(global),
		AuthenticateRegister: global.On("authenticate register"),
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
	voice := block(t, cmdVoiceService)
	sip, _ := voice.Child("sip")
	if args, ok := sip.Get("registrar server"); ok {
		c.RegistrarOn = true
		c.MaxExpires = time.Duration(args.Int("max")) * time.Second
		c.MinExpires = time.Duration(args.Int("min")) * time.Second
	}
	for n := range t.Root().All(cmdRegisterPool) {
		c.Pools = append(c.Pools, pool(n))
	}
	for n := range t.Root().All(cmdRegisterDN) {
		c.DNs = append(c.DNs, registerDN(n))
	}
	watch := ephoneDNWatch(t)
	for n := range t.Root().All(cmdEphoneDN) {
		c.EphoneDNs = append(c.EphoneDNs, ephoneDN(n, watch(n)))
	}
	for n := range t.Root().All(cmdEphone) {
		c.Ephones = append(c.Ephones, ephone(n))
	}
	return c
}

func pool(n conf.Node) phones.Pool {
	p := phones.Pool{
		Tag:       n.Args().Int("tag"),
		BLF:       blfKeys(n),
		CallList:  n.On("presence call-list"),
		Type:      text(n, "type", "type"),
		Transport: text(n, "session-transport", "transport"),
	}
	p.Template, _ = strconv.Atoi(text(n, "template", "tag"))
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
	args, _ := n.Get("preference")
	return phones.DN{
		Tag:        n.Args().Int("tag"),
		Number:     text(n, "number", "number"),
		Watch:      n.On("allow watch"),
		Name:       text(n, "name", "name"),
		Label:      text(n, "label", "label"),
		Preference: args.Int("order"),
		Huntstop:   n.On("huntstop"),
	}
}

func ephoneDN(n conf.Node, watch bool) phones.EphoneDN {
	preference, _ := n.Get("preference")
	d := phones.EphoneDN{
		Tag:        n.Args().Int("tag"),
		Number:     text(n, "number", "number"),
		Secondary:  text(n, "number", "secondary"),
		Watch:      watch,
		Name:       text(n, "name", "name"),
		Label:      text(n, "label", "label"),
		Preference: preference.Int("order"),
		Channels:   1,
	}
	switch n.Args().String("lines") {
	case "dual-line":
		d.Channels = 2
	case "octo-line":
		d.Channels = 8
	}
	return d
}

func ephone(n conf.Node) phones.Ephone {
	e := phones.Ephone{
		Tag:      n.Args().Int("tag"),
		Type:     text(n, "type", "type"),
		BLF:      blfKeys(n),
		CallList: n.On("presence call-list"),
	}
	e.MAC, _ = phones.ParseMAC(text(n, "mac-address", "mac"))
	for b := range n.All("button") {
		for _, text := range b.Args().List("buttons") {
			if button, err := phones.ParseButton(text); err == nil {
				e.Buttons = append(e.Buttons, button)
			}
		}
	}
	return e
}

func blfKeys(n conf.Node) []phones.BLFKey {
	var keys []phones.BLFKey
	for k := range n.All("blf-speed-dial") {
		args := k.Args()
		keys = append(keys, phones.BLFKey{
			Tag:    args.Int("tag"),
			Number: args.String("number"),
			Label:  args.String("label"),
			Device: args.Has("device"),
		})
	}
	return keys
}

// text is one capture of a line of a block, "" when the line is not set.
func text(n conf.Node, command, capture string) string {
	args, ok := n.Get(command)
	if !ok {
		return ""
	}
	return args.String(capture)
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
