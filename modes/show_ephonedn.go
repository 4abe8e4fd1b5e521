package modes

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// voicePort is how the virtual voice port of an ephone-dn is set up; a router
// prints it whole for each of them.
const voicePort = ` Noise Regeneration is enabled
 Non Linear Processing is enabled
 Non Linear Mute is disabled
 Non Linear Threshold is -21 dB
 Music On Hold Threshold is Set to -38 dBm
 In Gain is Set to 0 dB
 Out Attenuation is Set to 0 dB
 Echo Cancellation is enabled
 Echo Cancellation NLP mute is disabled
 Echo Cancellation NLP threshold is -21 dB
 Echo Cancel Coverage is set to 8 ms
 Playout-delay Mode is set to adaptive
 Playout-delay Nominal is set to 60 ms
 Playout-delay Maximum is set to 200 ms
 Playout-delay Minimum mode is set to default, value 40 ms
 Playout-delay Fax is set to 300 ms
 Connection Mode is normal
 Connection Number is not set
 Initial Time Out is set to 10 s
`

// ephoneDNs are the ephone-dns of a snapshot, or the one with a tag.
func ephoneDNs(s call.Snapshot, tag int) []call.DNStatus {
	var out []call.DNStatus
	for _, d := range s.DNs {
		if !d.ID.SIP && (tag == 0 || d.ID.Tag == tag) {
			out = append(out, d)
		}
	}
	return out
}

// showEphoneDN is `show ephone-dn [TAG]`.
func showEphoneDN(w io.Writer, s phoneState, t phones.Telephony, tag int) error {
	var b strings.Builder
	for _, d := range ephoneDNs(s.calls, tag) {
		state := dnChannels(d)
		if d.Number == "" {
			state = "INVALID"
		}
		fmt.Fprintf(&b, "50/0/%d %s\n\n", d.ID.Tag, state)
		fmt.Fprintf(&b, "EFXS 50/0/%d Slot is 50, Sub-unit is 0, Port is %d\n Type of VoicePort is EFXS\n", d.ID.Tag, d.ID.Tag)
		operation := "UP"
		if d.Number != "" && d.InService && !slices.ContainsFunc(d.Channels, func(c call.Channel) bool { return c.State != 0 }) {
			operation = "DORMANT" // at rest
		}
		fmt.Fprintf(&b, " Operation State is %s\n Administrative State is UP\n No Interface Down Failure\n Description is not set\n%s", operation, voicePort)
		fmt.Fprintf(&b, " Interdigit Time Out is set to %d s\n Call Disconnect Time Out is set to 60 s\n Ringing Time Out is set to %d s\n Wait Release Time Out is set to 30 s\n",
			secondsOr(t.Interdigit, 10), secondsOr(t.Ringing, 180))
		name, number := d.Name, d.Number
		if name == "" {
			name = "None"
		}
		if number == "" {
			number = "None"
		}
		fmt.Fprintf(&b, " Companding Type is u-law\n Region Tone is set for US\n Station name %s, Station number %s\n\n", name, number)
		b.WriteString(" Caller ID Info Follows:\n Standard BELLCORE\n\n Translation profile (Incoming):\n Translation profile (Outgoing):\n\n Digit Duration Timing is set to 100 ms\n\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// secondsOr is a duration in seconds, def when it is not set.
func secondsOr(d time.Duration, def int) int {
	if d == 0 {
		return def
	}
	return int(d / time.Second)
}

// dnChannels is "CH1 IDLE      CH2 IDLE".
func dnChannels(d call.DNStatus) string {
	var b strings.Builder
	for i, c := range d.Channels {
		state := c.State.String()
		if !d.InService {
			state = "DOWN"
		}
		fmt.Fprintf(&b, "CH%d %-10s", i+1, state)
	}
	return strings.TrimRight(b.String(), " ")
}

// showEphoneDNSummary is `show ephone-dn summary`: a row for each channel.
func showEphoneDNSummary(w io.Writer, s phoneState) error {
	var b strings.Builder
	b.WriteString("\nPORT     DN STATE    CODEC    VAD VTSP STATE            VPM STATE\n======== ==========  ======== === ===================== =========\n")
	for _, d := range ephoneDNs(s.calls, 0) {
		for _, c := range d.Channels {
			state, codec, vtsp, vpm := c.State.String(), "-", "-", "EFXS_ONHOOK"
			switch {
			case d.Number == "":
				state, vpm = "INVALID", "EFXS_INIT"
			case !d.InService:
				state = "DOWN"
			case c.State != 0:
				vpm = "EFXS_OFFHOOK"
				if c.State == call.RingIn || c.State == call.Waiting {
					vpm = "EFXS_RINGING"
				}
				if c.State == call.Connected {
					codec, vtsp = "g711ulaw", "S_CONNECT"
				}
			}
			b.WriteString(strings.TrimRight(fmt.Sprintf("%-8s %-11s %-8s  %-2s %-21s %s", fmt.Sprintf("50/0/%d", d.ID.Tag), state, codec, "-", vtsp, vpm), " ") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showPark is `show ephone-dn park`.
func showPark(w io.Writer, s phoneState, config []phones.EphoneDN) error {
	var b strings.Builder
	for _, c := range config {
		if c.Park == nil {
			continue
		}
		d, _ := s.dn(phones.DNID{Tag: c.Tag})
		state := "IDLE"
		if d.Parked.Ref != 0 {
			state = "PARKED"
		}
		fmt.Fprintf(&b, "DN %d (%s) park-slot state %s\n", c.Tag, c.Number, state)
		if d.Parked.Ref != 0 {
			fmt.Fprintf(&b, "Call from %s parked by %s for %d seconds\n", who(d.Parked.Caller), who(d.Parked.By), int(s.calls.At.Sub(d.Parked.Since)/time.Second))
		}
		fmt.Fprintf(&b, "Notify to (%s) timeout %d limit %d\n\n", c.Park.Notify, int(c.Park.Timeout/time.Second), c.Park.Limit)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func who(p call.Party) string {
	if p.Number == "" {
		return "unknown"
	}
	return p.Number
}

// showPaging is `show ephone-dn paging`.
func showPaging(w io.Writer, s phoneState, c phones.Config) error {
	var b strings.Builder
	b.WriteString("Paging Configuration\n")
	type hears struct {
		phone phones.Device
		page  phones.DNID
	}
	paged := map[hears]bool{} // a page to a group is one to its numbers too
	for _, d := range s.calls.DNs {
		for _, p := range d.Paging {
			paged[hears{p, d.ID}] = true
		}
	}
	members := func(tag int, word string, hearing int) {
		on := func(d phones.Device) string {
			if paged[hears{d, phones.DNID{Tag: hearing}}] {
				return "ON "
			}
			return "OFF"
		}
		for _, e := range c.Ephones {
			if e.PagingDN == tag {
				fmt.Fprintf(&b, "   %-20s %s %d(%s)\n", fmt.Sprintf("ephone-%d[%d]", e.Tag, e.Tag-1), word, tag, on(phones.Device{Kind: phones.EphoneDevice, Tag: e.Tag}))
			}
		}
		for _, p := range c.Pools {
			if p.PagingDN == tag {
				fmt.Fprintf(&b, "   %-20s %s %d(%s)\n", fmt.Sprintf("voice reg pool %d", p.Tag), word, tag, on(phones.Device{Kind: phones.PoolDevice, Tag: p.Tag}))
			}
		}
	}
	var control strings.Builder
	n := 0
	for _, e := range c.EphoneDNs {
		if e.Paging == nil {
			continue
		}
		d, _ := s.dn(phones.DNID{Tag: e.Tag})
		// A number whose phones hear a page to its group is idle itself.
		state, hearing := " IDLE ", []phones.Device(nil)
		if slices.ContainsFunc(d.Channels, func(c call.Channel) bool { return c.State != 0 }) {
			state, hearing = "ACTIVE", d.Paging
		}
		fmt.Fprintf(&b, "ephone-dn %d (%s)\n number %s\n", e.Tag, state, e.Number)
		if m := e.Paging.Multicast; m.IsValid() {
			fmt.Fprintf(&b, " paging ip %s port %d\n", m.Addr(), m.Port())
		} else if e.Paging.Group == nil {
			b.WriteString(" paging\n")
		}
		members(e.Tag, "paging-dn", e.Tag)
		if e.Paging.Group != nil {
			fmt.Fprintf(&b, " paging group %s\n", tags(e.Paging.Group))
			for _, tag := range e.Paging.Group {
				members(tag, "pagingGrp", e.Tag)
			}
		}
		fmt.Fprintf(&control, "skinnyPC[%d] ephone-paging-dn %-10d (%s) count %d\n", n, e.Tag, state, len(hearing))
		if len(hearing) > 0 {
			showPaged(&control, e.Paging.Multicast, hearing)
		}
		n++
	}
	b.WriteString("\n        Paging Control Info\n" + control.String())
	_, err := io.WriteString(w, b.String())
	return err
}

// showPaged prints the phones that hear a page: where it goes, SCCP phones, SIP phones.
func showPaged(b *strings.Builder, group netip.AddrPort, hearing []phones.Device) {
	var ephones, pools []string
	b.WriteString("                phone           ip address      port\n")
	for _, d := range hearing {
		way := "(u)"
		if group.IsValid() {
			way = "(m)"
		}
		if d.Kind == phones.PoolDevice {
			pools = append(pools, fmt.Sprintf("%d%s", d.Tag, way))
			continue
		}
		phone := fmt.Sprintf("%d[%d]", d.Tag, d.Tag-1)
		ephones = append(ephones, phone+way)
		if group.IsValid() {
			fmt.Fprintf(b, "ephone#[phone]  %-15s %-15s %d\n", phone, group.Addr(), group.Port())
		}
	}
	fmt.Fprintf(b, "sccp(ephone#[phone]): %s\nsip (pool): %s\n", orNone(ephones), orNone(pools))
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "None"
	}
	return strings.Join(words, " ")
}

func tags(all []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ","), "[]") }

// showConference is `show ephone-dn conference [ad-hoc | meetme | number N]`.
func showConference(w io.Writer, s phoneState, config []phones.EphoneDN, kind, number string) error {
	var b strings.Builder
	b.WriteString("type   active inactive  numbers\n==================================\n")
	seen := map[string]bool{}
	for _, c := range config {
		if c.Conference == "" || kind != "" && !strings.HasPrefix(c.Conference, kind) || number != "" && c.Number != number || seen[c.Number+c.Conference] {
			continue
		}
		seen[c.Number+c.Conference] = true
		name := "Ad-hoc"
		if c.Conference != "ad-hoc" {
			name = "Meetme"
		}
		var dns []int
		capacity, active := 0, 0
		for _, o := range config {
			if o.Number == c.Number && o.Conference == c.Conference {
				dns = append(dns, o.Tag)
				capacity += o.Channels
			}
		}
		for _, conf := range s.calls.Conferences {
			if conf.Number == c.Number {
				active += len(conf.Parties)
			}
		}
		fmt.Fprintf(&b, "%-9s %-7d %-6d %s\nDN tags: %s\n\n", name, active, max(0, capacity-active), c.Number, strings.ReplaceAll(tags(dns), ",", ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
