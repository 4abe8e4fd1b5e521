package modes

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// ephoneDN is one directory number of SCCP phones; l lays its template below it.
func ephoneDN(n conf.Node, l layers) phones.EphoneDN {
	d := phones.EphoneDN{
		Tag:               n.Args().Int("tag"),
		Number:            text(n, "number", "number"),
		Secondary:         text(n, "number", "secondary"),
		Watch:             l.on("allow watch"),
		Name:              text(n, "name", "name"),
		Label:             text(n, "label", "label"),
		Description:       l.text("description", "text"),
		Preference:        l.num("preference", "order"),
		SecondPreference:  lastPreference,
		Channels:          1,
		Huntstop:          l.on("huntstop"),
		Forward:           forward(l),
		PickupGroup:       l.text("pickup-group", "group"),
		PickupAnyGroup:    l.on("pickup-call any-group"),
		Park:              parkSlot(n),
		Paging:            paging(n),
		Conference:        text(n, "conference", "kind"),
		HoldAlert:         l.seconds("hold-alert", "seconds"),
		HoldAlertWho:      l.text("hold-alert", "who"),
		NoCallWaitingBeep: !l.on("call-waiting beep") || !l.on("call-waiting beep accept"),
		MWI:               l.text("mwi", "kind"),
		TransferBlind:     l.text("transfer-mode", "mode") == "blind",
	}
	switch n.Args().String("lines") {
	case "dual-line":
		d.Channels = 2
	case "octo-line":
		d.Channels = 8
	}
	if args, ok := l.get("preference"); ok && args.Has("secondary") {
		d.SecondPreference = args.Int("secondary")
	}
	d.HuntstopChannel = huntstopChannel(l, d.Channels)
	if args, ok := n.Get("intercom"); ok {
		d.Intercom = &phones.Intercom{
			Number:       args.String("number"),
			BargeIn:      args.Has("barge"),
			NoAutoAnswer: args.Has("noanswer"),
			Label:        args.String("label"),
		}
	}
	return d
}

// lastPreference is that of secondary numbers (CME command reference: preference
// (ephone-dn)).
const lastPreference = 9

// huntstopChannel is the number of channels that take incoming calls, 0 for all of
// them. Without a number the line concerns the two channels of a dual-line, with one
// it concerns an octo-line (CME command reference: huntstop (ephone-dn)).
func huntstopChannel(l layers, channels int) int {
	args, ok := l.get("huntstop channel")
	switch {
	case !ok:
		return 0
	case channels == 2:
		return 1
	case channels == 8:
		return args.Int("channels")
	}
	return 0
}

func forward(l layers) phones.Forward {
	f := phones.Forward{
		All:       l.text("call-forward all", "number"),
		Busy:      l.text("call-forward busy", "number"),
		NoAnswer:  l.text("call-forward noan", "number"),
		Timeout:   l.seconds("call-forward noan", "timeout"),
		MaxLength: noLimit,
	}
	if l.on("call-forward max-length") {
		f.MaxLength = l.num("call-forward max-length", "length")
	}
	return f
}

func parkSlot(n conf.Node) *phones.ParkSlot {
	args, ok := n.Get("park-slot")
	if !ok {
		return nil
	}
	return &phones.ParkSlot{
		Directed:    args.Has("directed"),
		Group:       args.Int("group"),
		ReservedFor: args.String("reserved"),
		Timeout:     time.Duration(args.Int("timeout")) * time.Second,
		Limit:       args.Int("limit"),
		Notify:      args.String("notify"),
		NotifyOnly:  args.Has("only"),
		Recall:      args.Has("recall"),
		Transfer:    args.String("transfer"),
		Alternate:   args.String("alternate"),
		Retry:       time.Duration(args.Int("retry")) * time.Second,
		RetryLimit:  args.Int("retries"),
	}
}

// paging joins `paging` and `paging group`: a dn that has either is a paging number.
func paging(n conf.Node) *phones.Paging {
	own, isOwn := n.Get("paging")
	group, isGroup := n.Get("paging group")
	if !isOwn && !isGroup {
		return nil
	}
	var p phones.Paging
	if own.Has("address") {
		p.Multicast = netip.AddrPortFrom(address(own, "address"), uint16(own.Int("port")))
	}
	if isGroup {
		for tag := range strings.SplitSeq(group.String("dns"), ",") {
			if n, err := strconv.Atoi(tag); err == nil {
				p.Group = append(p.Group, n)
			}
		}
	}
	return &p
}
