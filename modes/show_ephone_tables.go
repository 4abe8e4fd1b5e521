package modes

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// showEphoneLoads is `show ephone phone-load`.
func showEphoneLoads(w io.Writer, s phoneState) error {
	columns := render.Columns{-17, -22, -22, -1}
	var b strings.Builder
	b.WriteString("DeviceName        CurrentPhoneload       PreviousPhoneload      LastReset\n" + strings.Repeat("=", 69) + "\n")
	for _, r := range s.records() {
		if r.State == phones.EphoneRegistered {
			b.WriteString(columns.Row(r.Device, r.Load, r.PreviousLoad, r.LastReset))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showEphoneSockets is `show ephone socket`: SCCP listens over IPv4 and without TLS
// alone; the connections follow in the order of their numbers. There are no buffers
// whose addresses could be told.
func showEphoneSockets(w io.Writer, s phoneState) error {
	records := slices.DeleteFunc(s.records(), func(r phoneRecord) bool { return r.Socket < 0 })
	slices.SortFunc(records, func(a, b phoneRecord) int { return a.Socket - b.Socket })
	listening := -1
	if s.skinny.Listening.IsValid() {
		listening = 0
	}
	var b strings.Builder
	fmt.Fprintf(&b, "skinny_tcp_listen_socket fd = %d\nskinny_tcp_listen_socket (ipv6) fd = -1\nskinny_secure_tcp_listen_socket fd = -1\nskinny_secure_tcp_listen_socket (ipv6) fd = -1\n\nskinny_open_sockets = %d:\n",
		listening, s.skinny.Sockets)
	for _, r := range records {
		fmt.Fprintf(&b, "Phone %d,\nskinny_sockets[%d] fd = %d\nread_buffer 0x0, read_offset 0, read_header N, read_length 0\nresend_queue 0x0, resend_offset 0, resend_flag N, resend_Q_depth 0\n\n",
			r.Config.Tag, r.Socket-1, r.Socket)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showEphoneAttempts is `show ephone attempted-registrations`.
func showEphoneAttempts(w io.Writer, k *clock.Clock, s phones.SkinnySnapshot) error {
	columns := render.Columns{-6, -19, -33, -1}
	var b strings.Builder
	b.WriteString("Attempting Mac address:\n\nNum    Mac Address         DateTime                          DeviceType\n" + strings.Repeat("-", 77) + "\n")
	for i, a := range s.Attempts {
		b.WriteString(columns.Row(i+1, macOrZero(a.MAC), render.Date(k.Local(a.At)), cmp.Or(a.Model, fmt.Sprintf("Unknown %d", a.Type))))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// showEphoneSummary is `show ephone summary`.
func showEphoneSummary(w io.Writer, s phoneState, limits phoneLimits) error {
	var b strings.Builder
	b.WriteString("hairpin_block:\n")
	for _, r := range s.records() {
		fmt.Fprintln(&b, r.head())
		fmt.Fprintf(&b, "mediaActive:%d whisper_mediaActive:0 startMedia:%d offhook:%d ringing:%d reset:%d reset_sent:%d debug:%d",
			bit(r.media()), bit(r.media()), bit(r.view.OffHook), bit(r.ringing()), bit(r.ResetPending), r.Resets, bit(r.debug))
		if id := r.Spec.PrimaryDN(); r.State == phones.EphoneRegistered && id != (phones.DNID{}) {
			fmt.Fprintf(&b, "  primary_dn: %d*", id.Tag)
		}
		address := "0.0.0.0"
		if r.Remote.IsValid() {
			address = r.Remote.Addr().String()
		}
		fmt.Fprintf(&b, "\nIP:%s * %s  keepalive %d   music 0 ", address, r.device(), r.KeepAlives)
		for _, button := range r.Config.Buttons {
			b.WriteString(" " + button.String())
		}
		b.WriteString("\n\n")
	}
	fmt.Fprintf(&b, "Max %d, Registered %d, Unregistered %d, Deceased %d, Sockets %d\n\n",
		limits.ephones, s.skinny.Registered, s.skinny.Unregistered, s.skinny.Deceased, s.skinny.Sockets)
	threeParty := 0
	for _, conf := range s.calls.Conferences {
		threeParty += bit(conf.Kind == "software")
	}
	fmt.Fprintf(&b, "Max Conferences %d with %d active (%d allowed)\n", limits.conferences, threeParty, limits.conferences)
	b.WriteString(noMusic)
	_, err := io.WriteString(w, b.String())
	return err
}

// noMusic is the state of music on hold: a router of this size plays it to 480 phones, we
// to none.
const noMusic = "Skinny Music On Hold Status\nActive MOH clients 0 (max 480), Media Clients 0\nNo MOH file loaded\n"

// phoneLimits are what summaries print of the configuration.
type phoneLimits struct{ ephones, conferences int }

// showEphoneBrief is `show ephone summary brief`, and `show ephone registered
// summary` and `unregistered summary` with a filter.
func showEphoneBrief(w io.Writer, s phoneState, keep func(phoneRecord) bool) error {
	columns := render.Columns{-14, -7, -15, -15, -3, -5, -16, -1}
	rule := strings.Repeat("=", 90) + "\n"
	var b strings.Builder
	b.WriteString("\n" + rule + columns.Row("PhoneType", "Ephone", "MacAddress", "IpAddress", "Ln", "Dn", "Number", "Status") + rule)
	unknown := 0
	for _, r := range s.records() {
		if !known(r) {
			unknown++
		}
		if !keep(r) {
			continue
		}
		address := ""
		if r.Remote.IsValid() {
			address = r.Remote.Addr().String()
		}
		first := []any{shownType(r), r.Config.Tag, r.Config.MAC.String(), address}
		rows := 0
		for _, l := range r.lines() {
			for _, id := range l.DNs {
				d, _ := s.dn(id)
				tag := fmt.Sprint(id.Tag)
				if isOverlay(l.Sep) {
					tag += "*"
				}
				b.WriteString(columns.Row(append(first, l.Button, tag, d.Number, status(r))...))
				first = []any{"", "", "", ""}
				rows++
			}
		}
		if rows == 0 {
			b.WriteString(columns.Row(append(first, "", "", "", status(r))...))
		}
	}
	b.WriteString(rule)
	deceased := s.skinny.Deceased
	fmt.Fprintf(&b, "Total ephones configured  : %d\nTotal ephones registered  : %d\nTotal ephones unregistered: %d\nTotal ephones deceased    : %d\nEphones in unknown state  : %d\n",
		len(s.skinny.Ephones), s.skinny.Registered, len(s.skinny.Ephones)-s.skinny.Registered-deceased-unknown, deceased, unknown)
	_, err := io.WriteString(w, b.String())
	return err
}

// known: a phone is configured behind the tag.
func known(r phoneRecord) bool { return r.Auto || !r.Config.MAC.IsZero() || r.Type != 0 }

func shownType(r phoneRecord) string {
	switch {
	case !known(r):
		return "Unknown Ephone"
	case r.Model != "":
		return r.Model
	case r.Config.Type != "":
		return r.Config.Type
	}
	return "Unknown"
}

func status(r phoneRecord) string {
	if !known(r) {
		return "Unknown"
	}
	s := r.State.String()
	return s[:1] + strings.ToLower(s[1:])
}

// showEphoneTypes is `show ephone summary types`.
func showEphoneTypes(w io.Writer, s phoneState) error {
	type row struct{ configured, registered, unregistered, deceased, other int }
	rows := map[string]*row{}
	var order []string
	var total row
	for _, r := range s.records() {
		name := shownType(r)
		if !known(r) {
			name = "Unknown Ephone type"
		}
		if rows[name] == nil {
			rows[name] = &row{}
			order = append(order, name)
		}
		for _, t := range []*row{rows[name], &total} {
			t.configured++
			switch {
			case !known(r):
				t.other++
			case r.State == phones.EphoneRegistered:
				t.registered++
			case r.State == phones.EphoneDeceased:
				t.deceased++
			default:
				t.unregistered++
			}
		}
	}
	slices.Sort(order)
	columns := render.Columns{-22, -11, -11, -13, -9, -1}
	rule := strings.Repeat("=", 75) + "\n"
	var b strings.Builder
	b.WriteString(rule + columns.Row("PhoneType", "Configured", "Registered", "Unregistered", "Deceased", "Other") + rule)
	line := func(name string, r row) {
		b.WriteString(columns.Row(name, r.configured, r.registered, r.unregistered, r.deceased, r.other))
	}
	for _, name := range order {
		line(name, *rows[name])
	}
	b.WriteString(rule)
	line("Total Phones", total)
	b.WriteString(rule)
	_, err := io.WriteString(w, b.String())
	return err
}

// showEphoneLogin is `show ephone login`.
func showEphoneLogin(w io.Writer, s phoneState) error {
	var b strings.Builder
	for _, r := range s.records() {
		pin := render.TrueFalse(r.Config.PIN != "")
		if r.Config.PIN != "" || r.User != "" {
			pin = fmt.Sprintf("%-12sLogged-in:%s", pin, render.TrueFalse(r.User != ""))
		}
		fmt.Fprintf(&b, "ephone %-3d      Pin enabled:%s", r.Config.Tag, pin)
		if r.User != "" {
			fmt.Fprintf(&b, "   User:%s", r.User)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showEphoneRTP is `show ephone rtp connections`.
func showEphoneRTP(w io.Writer, s phoneState) error {
	var b strings.Builder
	b.WriteString("Ephone RTP active connections :\nEphone    Line  DN Chan  SrcCallID  DstCallID             Codec (xcoded?)\n    SrcNum DstNum  LocalIP               RemoteIP\n")
	found := 0
	for _, r := range s.records() {
		for _, c := range r.view.Calls {
			if c.State != call.Connected || !c.Send.Valid() {
				continue
			}
			found++
			fmt.Fprintf(&b, "%-11s %2d %3d %4d %10d %10d %17s (N)\n", fmt.Sprintf("ephone-%d", r.Config.Tag), c.Button, c.DN.Tag, c.Channel, 0, 0, codecName(c.Send.Codecs))
			fmt.Fprintf(&b, "    %s  %s  [%s]:%d  [%s]:%d\n", c.Calling.Number, c.Called.Number,
				c.Local.Addr.Addr(), c.Local.Addr.Port(), c.Send.Addr.Addr(), c.Send.Addr.Port())
		}
	}
	fmt.Fprintf(&b, "Found %d active ephone RTP connections\n", found)
	_, err := io.WriteString(w, b.String())
	return err
}
