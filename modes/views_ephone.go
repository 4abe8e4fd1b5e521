package modes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// softkeyStates are the call states whose soft keys an ephone-template arranges.
var softkeyStates = []string{"idle", "seized", "alerting", "connected", "hold", "ringing", "remote-in-use"}

// analogTypes are the phone types that are a port of a gateway.
var analogTypes = []string{"anl", "ata", "bri", "vgc-phone"}

// defaultCodec is the preferred codec of an ephone (CME command reference: codec (ephone)).
const defaultCodec = "g711ulaw"

// ephone is one SCCP phone; l lays its template below it.
func ephone(n conf.Node, l layers) phones.Ephone {
	own := layers{n}
	e := phones.Ephone{
		Tag:                 n.Args().Int("tag"),
		Description:         text(n, "description", "text"),
		Buttons:             phoneButtons(n),
		BLF:                 blfKeys(l),
		SpeedDials:          speedDials(l),
		FastDials:           fastDials(l),
		CallList:            n.On("presence call-list"),
		Template:            own.num(cmdEphoneTemplate, "tag"),
		AutoLine:            autoLine(n),
		PIN:                 text(n, "pin", "pin"),
		LogoutProfile:       own.num("logout-profile", "tag"),
		PagingDN:            l.num("paging-dn", "dn"),
		FeatureRingDnD:      l.on("dnd feature-ring"),
		KeepAlive:           l.seconds("keepalive", "seconds"),
		Codec:               cmp.Or(l.text("codec", "codec"), defaultCodec),
		MaxCallsPerButton:   l.num("max-calls-per-button", "calls"),
		BusyTrigger:         l.num("busy-trigger-per-button", "calls"),
		ParkGroup:           l.num("park reservation-group", "group"),
		TransferParkBlocked: l.on("transfer-park blocked"),
		TransferBlocked:     l.on("transfer-pattern blocked"),
		MWILine:             l.num("mwi-line", "line"),
	}
	e.MAC, _ = phones.ParseMAC(text(n, "mac-address", "mac"))
	e.PagingMulticast = e.PagingDN != 0 && l.text("paging-dn", "how") != "unicast"
	if args, ok := n.Get("username"); ok {
		e.Username, e.Password = args.String("user"), plain(args, "ptype", "password")
	}
	if args, ok := l.get("keep-conference"); ok {
		e.KeepConference = true
		e.KeepLast, e.KeepEndCall, e.KeepLocal = args.Has("last"), args.Has("end"), args.Has("local")
	}
	if args, ok := l.get("type"); ok {
		e.Type = args.String("type")
		e.Analog = slices.Contains(analogTypes, e.Type)
		for _, addon := range []string{"addon1", "addon2"} {
			if args.Has(addon) {
				e.Addons = append(e.Addons, args.String(addon))
			}
		}
	}
	if len(l) > 1 {
		e.Softkeys = arranged(l[1])
	}
	return e
}

// arranged is the order of soft keys in the states that a template speaks of.
func arranged(template conf.Node) map[string][]string {
	var keys map[string][]string
	for _, state := range softkeyStates {
		args, ok := template.Get("softkeys " + state)
		if !ok {
			continue
		}
		if keys == nil {
			keys = map[string][]string{}
		}
		keys[state] = args.List("keys")
	}
	return keys
}

func phoneButtons(n conf.Node) []phones.Button {
	var buttons []phones.Button
	for b := range n.All("button") {
		for _, element := range b.Args().List("buttons") {
			if button, err := phones.ParseButton(element); err == nil {
				buttons = append(buttons, button)
			}
		}
	}
	return buttons
}

func autoLine(n conf.Node) phones.AutoLine {
	args, ok := n.Get("auto-line")
	if !ok {
		return phones.AutoLine{Off: true}
	}
	return phones.AutoLine{
		Button:   args.Int("button"),
		Answer:   args.Has("answer"),
		Incoming: args.String("kind") == "incoming",
	}
}

func speedDials(l layers) []phones.SpeedDial {
	return tagged(l, "speed-dial", func(args grammar.Args) phones.SpeedDial {
		return phones.SpeedDial{
			Tag:    args.Int("tag"),
			Number: strings.TrimPrefix(args.String("number"), "+"),
			Label:  args.String("label"),
		}
	})
}

func fastDials(l layers) []phones.FastDial {
	return tagged(l, "fastdial", func(args grammar.Args) phones.FastDial {
		return phones.FastDial{
			Tag:    args.Int("tag"),
			Number: args.String("number"),
			Name:   args.String("name"),
		}
	})
}
