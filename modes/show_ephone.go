package modes

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// showEphones prints whole records, a blank line between two.
func showEphones(w io.Writer, s phoneState, keep func(phoneRecord) bool) error {
	var b strings.Builder
	for _, r := range s.records() {
		if keep(r) {
			s.record(&b, r)
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		b.WriteString("No ephone in specified type/condition.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// record is one phone (CME command reference: show ephone, 12.4T form).
func (s phoneState) record(b *strings.Builder, r phoneRecord) {
	fmt.Fprintln(b, r.head())
	started := 0
	if r.media() {
		started = 1
	}
	fmt.Fprintf(b, "mediaActive:%d whisper_mediaActive:0 startMedia:%d offhook:%d ringing:%d reset:%d reset_sent:%d paging %d debug:%d caps:%d\n",
		bit(r.media()), started, bit(r.view.OffHook), bit(r.ringing()), bit(r.ResetPending), r.Resets, bit(r.view.Paged != nil), bit(r.debug), r.Caps)
	address, port := "0.0.0.0", uint16(0)
	if r.Remote.IsValid() {
		address, port = r.Remote.Addr().String(), r.Remote.Port()
	}
	fmt.Fprintf(b, "IP:%s * %d %s", address, port, r.device())
	if n := len(r.Config.Addons); n > 0 && r.State == phones.EphoneRegistered {
		fmt.Fprintf(b, "  sub=%d", n+2)
	}
	fmt.Fprintf(b, "  keepalive %d max_line %d available_line %d", r.KeepAlives, r.MaxLine, r.Available)
	if r.view.DnD {
		b.WriteString(" DnD")
	}
	b.WriteByte('\n')
	overlay := 0
	var overlays strings.Builder
	for _, l := range r.lines() {
		// Nothing is known of the buttons of a phone that never came.
		if len(l.DNs) == 0 || r.MaxLine == 0 {
			continue
		}
		s.button(b, r, l)
		if isOverlay(l.Sep) {
			overlay++
			fmt.Fprintf(&overlays, "overlay %d:", overlay)
			for _, id := range l.DNs {
				d, _ := s.dn(id)
				fmt.Fprintf(&overlays, " %d(%s)", id.Tag, d.Number)
			}
			overlays.WriteString(" \n")
		}
	}
	b.WriteString(overlays.String())
	for _, d := range r.Config.SpeedDials {
		fmt.Fprintf(b, "speed dial %d:%s %s\n", d.Tag, d.Number, d.Label)
	}
	if r.Config.PagingDN != 0 {
		fmt.Fprintf(b, "paging-dn %d\n", r.Config.PagingDN)
	}
	fmt.Fprintf(b, "Preferred Codec: %s\nLpcor Type: none\n", r.codec())
	for _, c := range r.view.Calls {
		if c.State == call.Connected || r.view.OffHook && c.Ref == r.view.Active {
			s.activeCall(b, r, c)
		}
	}
	if r.Config.Username != "" {
		fmt.Fprintf(b, "Username:%s Password:%s\n", r.Config.Username, hidden)
	}
}

// hidden stands for a password. A router prints it, to users who need none to get here.
const hidden = "********"

// codec is the phone's preferred codec.
func (r phoneRecord) codec() string {
	if r.Config.Codec == "" {
		return "g711ulaw"
	}
	return r.Config.Codec
}

// button is a line button: its channels and what is special about it.
func (s phoneState) button(b *strings.Builder, r phoneRecord, l phones.SpecLine) {
	id := l.DNs[0]
	d, _ := s.dn(id)
	ccw := strings.TrimSuffix(strings.Repeat("0 ", max(1, len(d.Channels))), " ")
	fmt.Fprintf(b, "button %d: cw:%d ccw:(%s)\n", l.Button, bit(len(d.Channels) > 1), ccw)
	name := "dn"
	if id.SIP {
		name = "register dn"
	}
	fmt.Fprintf(b, "  %s %-2d number %s", name, id.Tag, d.Number)
	if to := s.intercoms[id]; to != "" {
		fmt.Fprintf(b, "  auto dial %s", to)
	}
	if d.Forward.All != "" {
		fmt.Fprintf(b, " cfa %s", d.Forward.All)
	}
	b.WriteByte(' ')
	b.WriteString(channels(d, "  "))
	var marks []string
	if d.Waiting {
		marks = append(marks, "mwi")
	}
	switch l.Sep {
	case phones.Silent:
		marks = append(marks, "silent-ring")
	case phones.Beep:
		marks = append(marks, "beep-ring")
	case phones.Feature:
		marks = append(marks, "feature-ring")
	case phones.Monitor:
		marks = append(marks, "monitor-ring")
	case phones.Watch:
		marks = append(marks, "watch")
	case phones.Overlay, phones.OverlayWait:
		marks = append(marks, "overlay")
	}
	if sharers(d) > 1 {
		marks = append(marks, "shared")
	}
	for _, m := range marks {
		b.WriteString(m + " ")
	}
	b.WriteByte('\n')
}

// sharers counts the phones that have a directory number for calls.
func sharers(d call.DNStatus) int {
	seen := map[phones.Device]bool{}
	for _, a := range d.On {
		if a.Sep != phones.Monitor && a.Sep != phones.Watch {
			seen[a.Device] = true
		}
	}
	return len(seen)
}

// channels is "CH1   IDLE         CH2   IDLE         "; gap stands behind the number.
func channels(d call.DNStatus, gap string) string {
	var b strings.Builder
	for i, c := range d.Channels {
		state := c.State.String()
		if !d.InService {
			state = "DOWN"
		}
		fmt.Fprintf(&b, "CH%d %s%-13s", i+1, gap, state)
	}
	return b.String()
}

// activeCall is what `show ephone` says of a call that is up. RTP flows between
// the phones, so that its packets are not counted here.
func (s phoneState) activeCall(b *strings.Builder, r phoneRecord, c call.CallView) {
	const size = 160
	remote := "0.0.0.0"
	if c.Send.Addr.IsValid() {
		remote = c.Send.Addr.Addr().String()
	}
	calling, called := -1, -1
	for _, d := range s.calls.DNs {
		if d.ID.SIP {
			continue
		}
		if d.Number == c.Calling.Number {
			calling = d.ID.Tag
		}
		if d.Number == c.Called.Number {
			called = d.ID.Tag
		}
	}
	number := c.Called.Number
	if c.Outgoing {
		number = c.Calling.Number
	}
	fmt.Fprintf(b, "Active Call on DN %d chan %d :%s %s to %s via %s\n%s  %d bytes no vad\n",
		c.DN.Tag, c.Channel, number, rtpAddress(c.Local), rtpAddress(c.Send), remote, codecInUse(c.Send.Codecs, r.codec()), size)
	fmt.Fprintf(b, "Tx Pkts 0 bytes 0 Rx Pkts 0 bytes 0 Lost 0\nJitter 0 Latency 0 callingDn %d calledDn %d\n", calling, called)
}

// rtpAddress is "A.B.C.D PORT".
func rtpAddress(m call.Media) string {
	if !m.Addr.IsValid() {
		return "0.0.0.0 0"
	}
	return fmt.Sprintf("%s %d", m.Addr.Addr(), m.Addr.Port())
}

// codecInUse is the codec of a call, or the one it would begin with while there is
// no media.
func codecInUse(c call.Codecs, preferred string) string {
	if c == 0 {
		c = map[string]call.Codecs{"g711alaw": call.G711a, "g722r64": call.G722, "g729r8": call.G729, "ilbc": call.ILBC}[preferred]
	}
	if c == 0 {
		c = call.G711u
	}
	return codecName(c)
}

// codecName is the name of a codec in phone records.
func codecName(c call.Codecs) string {
	switch {
	case c&call.G711u != 0:
		return "G711Ulaw64k"
	case c&call.G711a != 0:
		return "G711Alaw64k"
	case c&call.G722 != 0:
		return "G722r64"
	case c&call.G729 != 0:
		return "G729"
	case c&call.ILBC != 0:
		return "iLBC"
	}
	return "none"
}

// byModel is `show ephone TYPE`.
func byModel(model string) func(phoneRecord) bool {
	return func(r phoneRecord) bool {
		return r.Model == model || r.Model == "" && r.Config.Type == model || slices.Contains(r.Config.Addons, model)
	}
}

// hasDN is `show ephone dn TAG` as a filter.
func hasDN(r phoneRecord, id phones.DNID) []int {
	var buttons []int
	for _, l := range r.lines() {
		if slices.Contains(l.DNs, id) {
			buttons = append(buttons, l.Button)
		}
	}
	return buttons
}

// showEphoneDNs is `show ephone dn [TAG]`: where a directory number appears.
func showEphoneDNs(w io.Writer, s phoneState, tag int) error {
	var b strings.Builder
	for _, d := range s.calls.DNs {
		if d.ID.SIP || tag != 0 && d.ID.Tag != tag {
			continue
		}
		s.where(&b, d, "")
	}
	if b.Len() == 0 {
		b.WriteString("No ephone in specified type/condition.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s phoneState) where(b *strings.Builder, d call.DNStatus, indent string) {
	kind := "Normal or Intercom dn"
	for _, c := range []struct {
		is   bool
		kind string
	}{{d.Kind == call.ParkDN, "Call park dn"}, {d.Kind == call.PagingDN, "Paging dn"}, {d.Kind == call.ConferenceDN, "Conference dn"}} {
		if c.is {
			kind = c.kind
		}
	}
	fmt.Fprintf(b, "Tag %d, %s\n", d.ID.Tag, kind)
	for _, r := range s.records() {
		for _, button := range hasDN(r, d.ID) {
			fmt.Fprintf(b, "%sephone %d, mac-address %s, line %d\n", indent, r.Config.Tag, macOrZero(r.Config.MAC), button)
		}
	}
}

// showEphoneNumber is `show ephone telephone-number NUMBER`.
func showEphoneNumber(w io.Writer, s phoneState, number string) error {
	var b strings.Builder
	for _, d := range s.calls.DNs {
		which := ""
		switch {
		case d.ID.SIP:
			continue
		case d.Number == number:
			which = "primary"
		case d.Secondary == number:
			which = "secondary"
		default:
			continue
		}
		fmt.Fprintf(&b, "DP tag: %s, %s\n", strconv.Itoa(0), which)
		s.where(&b, d, "  ")
	}
	if b.Len() == 0 {
		b.WriteString("No ephone in specified type/condition.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
