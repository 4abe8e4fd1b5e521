package modes

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
)

// cmeVersion is the version the guide describes: the one that brought
// device-based BLF monitoring.
const cmeVersion = "7.1"

// showRegisterGlobal is `show voice register global`.
func showRegisterGlobal(w io.Writer, k *clock.Clock, t conf.Tree, p Platform, s phones.Snapshot) error {
	global := block(t, cmdRegisterGlobal)
	env := Bounds(p)(t)
	maxPool, _ := env.Bound(boundPool)
	maxDN, _ := env.Bound(boundRegisterDN)
	var b strings.Builder
	row := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	fmt.Fprintf(&b, "CONFIG [Version=%s]\n%s\n", cmeVersion, strings.Repeat("=", 24))
	row("Version %s", cmeVersion)
	mode := text(global, "mode", "mode")
	if mode == "" {
		mode = "srst"
	}
	row("Mode is %s", mode)
	row("Max-pool is %d", maxPool)
	row("Max-dn is %d", maxDN)
	row("Outbound-proxy is enabled and will use global configured value")
	row("Security Policy: DEVICE-DEFAULT")
	if src := s.Config.SIPSource; src.IsValid() {
		row("Source-address is %s port %d", src.Addr(), src.Port())
	}
	if mode == "cme" {
		row("Time-format is %s", text(global, "time-format", "format"))
		date := text(global, "date-format", "format")
		if date == "" {
			date = "m-d-y"
		}
		row("Date-format is %s", strings.ToUpper(strings.ReplaceAll(date, "-", "/")))
		row("Time-zone is %s", text(global, "timezone", "n"))
		row("Hold-alert is %s", render.Enabled(global.On("hold-alert")))
		row("Dst auto adjust is %s", render.Enabled(global.On("dst auto-adjust")))
		path := text(global, "tftp-path", "location")
		if path == "" {
			path = "system:/cme/sipphone/"
		}
		row("Tftp path is %s", path)
		row("Generate text file is %s", render.Enabled(global.On("file text")))
		if sync := text(global, "create profile sync", "sync"); sync != "" {
			row("Tftp files are created, current syncinfo %s", sync)
		} else {
			row("Tftp files are not created")
		}
	}
	row("timeout interdigit %s", text(global, "timeouts interdigit", "n"))
	statistics(&b, k, s.Stats)
	_, err := io.WriteString(w, b.String())
	return err
}

// statistics is the counter group that global and pool output share.
func statistics(b *strings.Builder, k *clock.Clock, s phones.Statistics) {
	fmt.Fprintf(b, "  Active registrations  : %d\n\n  Total SIP phones registered: %d\n  Total Registration Statistics\n",
		s.ActiveRegistrations, s.RegisteredPhones)
	for _, r := range []struct {
		name  string
		count uint64
	}{
		{"Registration requests", s.RegisterRequests},
		{"Registration success", s.RegisterSuccess},
		{"Registration failed", s.RegisterFailed},
		{"unRegister requests", s.UnregisterRequests},
		{"unRegister success", s.UnregisterSuccess},
		{"unRegister failed", s.UnregisterFailed},
	} {
		fmt.Fprintf(b, "    %-22s : %d\n", r.name, r.count)
	}
	fmt.Fprintf(b, "    Attempts to register\n           after last unregister : %d\n", s.AttemptsSinceUnregister)
	for _, r := range []struct {
		name string
		at   time.Time
	}{
		{"Last register request time", s.LastRegister},
		{"Last unregister request time", s.LastUnregister},
		{"Register success time", s.RegisterSuccessAt},
		{"Unregister success time", s.UnregisterSuccessAt},
	} {
		fmt.Fprintf(b, "    %-28s :%s\n", r.name, after(k, r.at))
	}
}

// stamp is a time of an event, empty when it has not happened.
func stamp(k *clock.Clock, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return render.Clock(k.Mark(), k.Local(t))
}

// after is a stamp behind a colon: with the blank between them, or nothing.
func after(k *clock.Clock, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " " + stamp(k, t)
}

// showRegisterDN is `show voice register dn TAG|all`.
func showRegisterDN(w io.Writer, dns []phones.DNStatus) error {
	var b strings.Builder
	for _, d := range dns {
		c := d.Config
		fmt.Fprintf(&b, "Dn Tag %d\nConfig:\n", c.Tag)
		row := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
		if c.Number != "" {
			row("Number is %s", c.Number)
			row("Preference is %d", c.Preference)
			row("Huntstop is %s", render.Enabled(c.Huntstop))
		}
		if c.Name != "" {
			row("Name %s", c.Name)
		}
		if c.Label != "" {
			row("Label is %s", c.Label)
		}
		row("Auto answer is %s", render.Enabled(c.AutoAnswer))
		for _, f := range []struct{ when, number string }{{"all", c.Forward.All}, {"busy", c.Forward.Busy}} {
			if f.number != "" {
				row("call-forward b2bua %s %s", f.when, f.number)
			}
		}
		if c.Forward.NoAnswer != "" {
			row("call-forward b2bua noan %s timeout %d", c.Forward.NoAnswer, int(c.Forward.Timeout/time.Second))
		}
		if c.Watch {
			row("Allow watch is enabled")
		}
		for _, u := range d.Uses {
			var lines []string
			for _, l := range u.Lines {
				lines = append(lines, strconv.Itoa(l))
			}
			row("Pool %-4d has this DN configured for line %s", u.Pool, strings.Join(lines, ", "))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterPool is `show voice register pool TAG|all`.
func showRegisterPool(w io.Writer, k *clock.Clock, t conf.Tree, s phones.Snapshot, pools []phones.PoolStatus) error {
	blocks := map[int]conf.Node{}
	for n := range t.Root().All(cmdRegisterPool) {
		blocks[n.Args().Int("tag")] = n
	}
	var b strings.Builder
	for _, p := range pools {
		fmt.Fprintf(&b, "Pool Tag %d\nConfig:\n", p.Config.Tag)
		poolConfig(&b, blocks[p.Config.Tag], p)
		b.WriteString("\nDialpeers created:\n\n")
		poolPeers(&b, s, p)
		b.WriteString("Statistics:\n")
		statistics(&b, k, p.Stats)
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// poolPeers are the dial peers that registrations of a pool have made.
func poolPeers(b *strings.Builder, s phones.Snapshot, p phones.PoolStatus) {
	if len(p.Bindings) > 0 {
		fmt.Fprintf(b, "Dial-peers for Pool %d:\n\n", p.Config.Tag)
	}
	for _, d := range p.Bindings {
		fmt.Fprintf(b, "dial-peer voice %d voip\n destination-pattern %s\n session target ipv4:%s:%d\n session protocol sipv2\n",
			d.DialPeer, d.Number, d.Host, d.Port)
		dn, _ := s.DN(d.DN)
		f := dn.Config.Forward
		for _, row := range [][2]string{{"call-fwd-all", f.All}, {"call-fwd-busy", f.Busy}, {"call-fwd-noan", f.NoAnswer}} {
			if row[1] != "" {
				fmt.Fprintf(b, "  %-20s %s\n", row[0], row[1])
			}
		}
		b.WriteByte('\n')
	}
}

func poolConfig(b *strings.Builder, n conf.Node, p phones.PoolStatus) {
	c := p.Config
	row := func(format string, a ...any) { fmt.Fprintf(b, "  "+format+"\n", a...) }
	switch {
	case !c.MAC.IsZero():
		row("Mac address is %s", c.MAC)
	case c.IDIP.IsValid():
		row("Ip address is %s, Mask is %s", c.IDIP.Addr(), mask(c.IDIP.Bits()))
	case c.IDNetwork.IsValid():
		row("Network address is %s, Mask is %s", c.IDNetwork.Addr(), mask(c.IDNetwork.Bits()))
	}
	if c.Type != "" {
		row("Type is %s", c.Type)
	}
	for _, n := range c.Numbers {
		row("Number list %d : DN %d", n.Index, n.DN)
	}
	row("Proxy Ip address is 0.0.0.0")
	if p.UserAgent != "" {
		row("Current Phone load version is %s", p.UserAgent)
	}
	relay := "disabled"
	if kinds := dtmfKinds(n); kinds != "" {
		relay = "enabled, " + kinds
	}
	row("DTMF Relay is %s", relay)
	row("Call Waiting is %s", render.Enabled(c.CallWaiting))
	row("DnD is %s", render.Enabled(c.DnD))
	row("Busy trigger per button value is %d", c.BusyTrigger)
	row("keep-conference is %s", render.Enabled(n.On("keep-conference")))
	if c.Username != "" {
		row("username %s password %s", c.Username, hidden)
	}
	if c.Template != 0 {
		row("template is %d", c.Template)
	}
	row("kpml signal is disabled")
	row("Lpcor Type is none")
	transport := p.Transport
	if transport == "" {
		transport = c.Transport
	}
	if transport == "" {
		transport = "udp"
	}
	row("Transport type is %s", transport)
	row("service-control mechanism is not supported")
	if p.Registered {
		row("registration Call ID is %s", p.CallID)
	}
	row("Privacy feature is not configured.")
	row("Privacy button is disabled")
	if p.Registered {
		row("active primary line is: %s", p.PrimaryLine)
		row("contact IP address: %s port %d", p.Contact.Addr(), p.Contact.Port())
	} else {
		row("Reason for unregistered state:")
		fmt.Fprintf(b, "         %s\n", p.UnregisteredReason)
	}
}

// dtmfKinds are the kinds of `dtmf-relay` of a block, "" without it.
func dtmfKinds(n conf.Node) string {
	args, ok := n.Get("dtmf-relay")
	if !ok {
		return ""
	}
	var kinds []string
	for _, k := range [][2]string{{"rtp", "cisco-rtp"}, {"nte", "rtp-nte"}, {"notify", "sip-notify"}, {"kpml", "sip-kpml"}} {
		if args.Has(k[0]) {
			kinds = append(kinds, k[1])
		}
	}
	return strings.Join(kinds, " ")
}

// mask is the dotted form of a prefix length.
func mask(bits int) string {
	m := ^uint32(0) << (32 - bits)
	return fmt.Sprintf("%d.%d.%d.%d", m>>24, m>>16&255, m>>8&255, m&255)
}

// briefColumns is the layout of `show voice register pool all brief`.
var briefColumns = render.Columns{-4, -15, -15, -2, -3, -20, -12}

// showRegisterBrief is `show voice register pool all brief`: one row for each
// line, the pool named in its first.
func showRegisterBrief(w io.Writer, pools []phones.PoolStatus) error {
	var b strings.Builder
	b.WriteString("Pool ID              IP Address      Ln DN  Number               State\n")
	b.WriteString(briefColumns.Rule('='))
	for _, p := range pools {
		tag, id, addr := any(p.Config.Tag), poolID(p.Config), ""
		if p.Contact.IsValid() {
			addr = p.Contact.Addr().String()
		}
		if len(p.Lines) == 0 {
			b.WriteString(briefColumns.Row(tag, id, addr, "", "", "", registered(p.Registered)))
		}
		for i, l := range p.Lines {
			if i > 0 {
				tag, id, addr = "", "", ""
			}
			b.WriteString(briefColumns.Row(tag, id, addr, l.Index, l.DN, l.Number, registered(l.Registered)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func poolID(c phones.Pool) string {
	switch {
	case !c.MAC.IsZero():
		return c.MAC.String()
	case c.IDIP.IsValid():
		return c.IDIP.Addr().String()
	case c.IDNetwork.IsValid():
		return c.IDNetwork.Addr().String()
	}
	return c.DeviceID
}

func registered(on bool) string {
	if on {
		return "REGISTERED"
	}
	return "UNREGISTERED"
}

// showRegisterAttempts is `show voice register pool attempted-registrations`.
func showRegisterAttempts(w io.Writer, k *clock.Clock, s phones.Snapshot) error {
	const title = "Phones that have attempted registrations and have failed:"
	if len(s.Attempts) == 0 {
		_, err := fmt.Fprintf(w, "%s NONE\n", title)
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", title)
	for _, a := range s.Attempts {
		mac := a.MAC.String()
		if mac == "" {
			mac = "0000.0000.0000"
		}
		fmt.Fprintf(&b, " MAC address: %s\n IP address : %s\n Attempts   : %d\n"+
			" Time of first attempt : %s\n Time of latest attempt: %s\n Reason for failure    :\n         %s\n\n",
			mac, a.Addr, a.Attempts, stamp(k, a.First), stamp(k, a.Latest), a.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterUnregistered is `show voice register pool unregistered`.
func showRegisterUnregistered(w io.Writer, k *clock.Clock, s phones.Snapshot) error {
	var b strings.Builder
	for _, p := range s.Pools {
		if p.Registered {
			continue
		}
		fmt.Fprintf(&b, " Pool Tag: %d\n MAC Address                : %s\n No. of attempts to register: %d\n"+
			" Unregister time            :%s\n Last register request time :%s\n Reason for state unregister:\n         %s\n\n",
			p.Config.Tag, p.Config.MAC, p.Stats.AttemptsSinceUnregister, after(k, p.Stats.UnregisterSuccessAt),
			after(k, p.Stats.LastRegister), p.UnregisteredReason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterStatistics is `show voice register statistics`.
func showRegisterStatistics(w io.Writer, k *clock.Clock, s phones.Snapshot) error {
	var b strings.Builder
	b.WriteString("Global statistics\n")
	statistics(&b, k, s.Stats)
	for _, p := range s.Pools {
		fmt.Fprintf(&b, "\nRegister pool %d statistics\n", p.Config.Tag)
		statistics(&b, k, p.Stats)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
