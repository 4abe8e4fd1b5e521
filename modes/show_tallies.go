package modes

import (
	"fmt"
	"io"
	"strings"

	"github.com/busylamp/busylamp/phones/call"
)

// showTallies is `show ephone-dn [TAG] statistics` (CME command reference). RTP flows
// between the phones: its packets are not counted here.
func showTallies(w io.Writer, s phoneState, tag int) error {
	var b strings.Builder
	if tag == 0 {
		fmt.Fprintf(&b, "Total Calls %d\nStats may appear to be inconsistent for conference or shared line cases\n\n", s.calls.Totals.Calls)
	}
	for _, d := range ephoneDNs(s.calls, tag) {
		for i, c := range d.Channels {
			var t call.Tally
			if i < len(d.Tallies) {
				t = d.Tallies[i]
			}
			showTally(&b, d, i+1, c.State != 0, t)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showTally(b *strings.Builder, d call.DNStatus, channel int, inUse bool, t call.Tally) {
	fmt.Fprintf(b, "DN %d chan %d incoming %d answered %d outgoing %d answered %d busy %d\n",
		d.ID.Tag, channel, t.Incoming, t.Taken, t.Outgoing, t.Answered, t.Busy)
	fmt.Fprintf(b, "Far-end disconnect at:connect %d alert %d hold %d ring %d\nLast 64 far-end disconnect cause codes\n", t.AtConnect, t.AtAlert, t.AtHold, t.AtRing)
	const rows, columns = 4, 16
	for i := range rows * columns {
		var cause uint8
		if i < len(t.Causes) {
			cause = t.Causes[i]
		}
		fmt.Fprint(b, cause)
		if i%columns == columns-1 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	which := "current"
	if !inUse {
		which = "last"
		b.WriteString("local phone on-hook\n")
	}
	fmt.Fprintf(b, "DN %d chan %d (%s) voice quality statistics for %s call\nCall Ref %d called %s calling %s\n",
		d.ID.Tag, channel, d.Number, which, t.Last.ID, t.Last.Called, t.Last.Calling)
	if inUse {
		b.WriteString("Current Tx Pkts 0 bytes 0 Rx Pkts 0 bytes 0 Lost 0\nJitter 0 Latency 0\nWorst Jitter 0 Worst Latency 0\n")
	} else {
		b.WriteString("Total Tx Pkts 0 bytes 0 Rx Pkts 0 bytes 0 Lost 0\nFinal Jitter 0 Latency 0 Lost 0\n")
	}
	b.WriteString("Signal Level to phone 0 (-78 dB) peak 0 (-78 dB)\nPackets counted by router 0\n\n")
}
