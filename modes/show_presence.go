package modes

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/presence"
)

// The renderers are pure functions of snapshots. Their layouts are those of the
// Voice command reference (show presence global, show presence subscription);
// rows that no source shows are listed in docs/deviations.md.

// showPresenceGlobal is `show presence global`. Its values are live; the
// guide's sample is the state of `presence` and `presence call-list` alone.
func showPresenceGlobal(w io.Writer, s presence.Snapshot) error {
	c := s.Config
	server := netip.IPv4Unspecified()
	if c.Server.IsValid() {
		server = c.Server
	}
	if _, err := fmt.Fprintf(w, "\nPresence Global Configuration Information:\n%s\n", strings.Repeat("=", 45)); err != nil {
		return err
	}
	return render.Block(w, "", 34, " : ",
		render.KV{Key: "Presence feature enable", Value: c.Enabled},
		render.KV{Key: "Presence allow external watchers", Value: c.WatchAll},
		render.KV{Key: "Presence max subscription allowed", Value: c.MaxSubscriptions},
		render.KV{Key: "Presence number of subscriptions", Value: incoming(s.Records)},
		render.KV{Key: "Presence allow external subscribe", Value: c.AllowSubscribe},
		render.KV{Key: "Presence call list enable", Value: c.CallList},
		render.KV{Key: "Presence server IP address", Value: server},
		render.KV{Key: "Presence sccp blfsd retry interval", Value: int(c.RetryInterval / time.Second)},
		render.KV{Key: "Presence sccp blfsd retry limit", Value: c.RetryLimit},
		render.KV{Key: "Presence router mode", Value: c.RouterMode},
	)
}

// incoming counts what watchers asked for.
func incoming(records []presence.Record) int {
	n := 0
	for i := range records {
		if records[i].Incoming {
			n++
		}
	}
	return n
}

// summaryColumns is the layout of 7.1 and later: a flag before the watcher.
var summaryColumns = render.Columns{-1, -24, -24, -6, -7, -6, -6}

// showPresenceSummary is `show presence subscription summary`. Only what
// watchers asked for is listed; the outgoing sibling of a remote presentity is
// named in the SibID column. Rows are written one by one, so that the pager shows the
// first ones of 100,000 at once.
func showPresenceSummary(w io.Writer, s presence.Snapshot) error {
	if _, err := fmt.Fprintf(w, "\nPresence Active Subscription Records Summary: %d subscription\n"+
		"\n  D indicate as device-based blf-speed-dial monitoring\n\n"+
		"%-26s %-24s %-6s %-7s %-6s %s\n%s %s ====== ======= ====== ======\n",
		incoming(s.Records), "Watcher", "Presentity", "SubID", "Expires", "SibID", "Status",
		strings.Repeat("=", 26), strings.Repeat("=", 24)); err != nil {
		return err
	}
	for i := range s.Records {
		r := &s.Records[i]
		if !r.Incoming {
			continue
		}
		flag := ""
		if r.Device {
			flag = "D"
		}
		if _, err := io.WriteString(w, summaryColumns.Row(flag, r.Watcher, r.Presentity, r.ID, seconds(r.Expires), r.SibID, r.Line.State)); err != nil {
			return err
		}
	}
	return nil
}

// showPresenceRecords is `show presence subscription [details | presentity N |
// subid N]`: the records that keep lets through. since is what has
// passed since a moment.
func showPresenceRecords(w io.Writer, s presence.Snapshot, since func(time.Time) time.Duration, details bool, keep func(presence.Record) bool) error {
	title := "Presence Active Subscription Records:"
	if details {
		title = "Presence Active Subscription Records Details:"
	}
	if _, err := fmt.Fprintf(w, "\n%s\n%s\n", title, strings.Repeat("=", 45)); err != nil {
		return err
	}
	for _, r := range s.Records {
		if !keep(r) {
			continue
		}
		if err := showPresenceRecord(w, r, since, details); err != nil {
			return err
		}
	}
	return nil
}

func showPresenceRecord(w io.Writer, r presence.Record, since func(time.Time) time.Duration, details bool) error {
	kind := "Outgoing Request"
	if r.Incoming {
		kind = "Incoming Indication"
	}
	rows := []render.KV{
		{Key: "Watcher", Value: r.Watcher},
		{Key: "Presentity", Value: r.Presentity},
		{Key: "Expires", Value: fmt.Sprintf("%d seconds", seconds(r.Expires))},
	}
	if details {
		rows = append(rows, render.KV{Key: "Subscription Duration", Value: fmt.Sprintf("%d seconds", max(0, seconds(since(r.Since))))})
	}
	rows = append(rows,
		render.KV{Key: "line status", Value: r.Line.State},
		render.KV{Key: "watcher type", Value: r.WatcherType},
		render.KV{Key: "presentity type", Value: r.PresentityType},
		render.KV{Key: "Watcher phone type", Value: r.Kind},
		render.KV{Key: "subscription type", Value: kind},
		render.KV{Key: "retry limit", Value: r.Retry},
		render.KV{Key: "sibling subID", Value: r.SibID},
		// Internal addresses of the router's voice port and dial peer.
		render.KV{Key: "sdb", Value: 0},
		render.KV{Key: "dp", Value: 0},
		render.KV{Key: "watcher dial peer tag", Value: r.DialPeerTag},
	)
	if details {
		rows = append(rows, render.KV{Key: "number of presentity", Value: 1})
	}
	if _, err := fmt.Fprintf(w, "%-24s: %d\n", "Subscription ID", r.ID); err != nil {
		return err
	}
	return render.Block(w, "  ", 22, ": ", rows...)
}

func seconds(d time.Duration) int { return int(d / time.Second) }
