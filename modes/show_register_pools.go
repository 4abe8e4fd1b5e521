package modes

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
)

// showPoolStatistics is `show voice register statistics pool TAG`.
func showPoolStatistics(w io.Writer, k *clock.Clock, p phones.PoolStatus) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Pool %d Statistics:\n", p.Config.Tag)
	statistics(&b, k, p.Stats)
	if !p.Registered {
		fmt.Fprintf(&b, "\n  Reason for unregistered state:\n         %s\n", p.UnregisteredReason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterTypes is `show voice register pool type summary`.
func showRegisterTypes(w io.Writer, s phones.Snapshot) error {
	const unknown = "Unknown Phone type"
	columns := render.Columns{-34, -19, -18, -1}
	rule := strings.Repeat("=", 85) + "\n"
	count := map[string][2]int{}
	total := [2]int{}
	for _, p := range s.Pools {
		name := p.Config.Type
		if name == "" {
			name = unknown
		}
		n := count[name]
		n[0]++
		total[0]++
		n[1] += bit(p.Registered)
		total[1] += bit(p.Registered)
		count[name] = n
	}
	var names []string
	for name := range count {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(rule + columns.Row("PhoneType", "Configured", "Registered", "Unregistered") + rule)
	for _, name := range names {
		b.WriteString(columns.Row(name, count[name][0], count[name][1], count[name][0]-count[name][1]))
	}
	b.WriteString(rule + columns.Row("Total Phones", total[0], total[1], total[0]-total[1]) + rule)
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterForwards is `show voice register pool cfa`.
func showRegisterForwards(w io.Writer, s phones.Snapshot) error {
	columns := render.Columns{-4, -2, -3, -20, -1}
	var b strings.Builder
	b.WriteString(columns.Row("Pool", "Ln", "DN", "Number", "Call Forward All Number"))
	b.WriteString(columns.Row("====", "==", "===", strings.Repeat("=", 20), strings.Repeat("=", 23)))
	for _, p := range s.Pools {
		tag := fmt.Sprint(p.Config.Tag)
		for _, l := range p.Lines {
			dn, _ := s.DN(l.DN)
			if dn.Config.Forward.All == "" {
				continue
			}
			b.WriteString(columns.Row(tag, l.Index, l.DN, l.Number, dn.Config.Forward.All))
			tag = ""
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterLoads is `show voice register pool phone-load`.
func showRegisterLoads(w io.Writer, s phones.Snapshot) error {
	columns := render.Columns{-4, -15, -24, -16}
	var b strings.Builder
	b.WriteString(columns.Row("Pool", "Device Name", "Current Version", "Previous Version"))
	b.WriteString(columns.Rule('='))
	for _, p := range s.Pools {
		if p.Registered {
			b.WriteString(columns.Row(p.Config.Tag, poolDevice(p.Config), p.UserAgent, ""))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func poolDevice(c phones.Pool) string {
	if c.MAC.IsZero() {
		return c.DeviceID
	}
	return c.MAC.Device()
}

// showRegisterPeers is `show voice register dial-peers`.
func showRegisterPeers(w io.Writer, s phones.Snapshot, pools []phones.PoolStatus) error {
	var b strings.Builder
	for _, p := range pools {
		poolPeers(&b, s, p)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRegisterTemplates is `show voice register template`; tag 0 means all.
func showRegisterTemplates(w io.Writer, t conf.Tree, s phones.Snapshot, tag int) error {
	var b strings.Builder
	for n := range t.Root().All(cmdRegisterTemplate) {
		own := n.Args().Int("tag")
		if tag != 0 && own != tag {
			continue
		}
		fmt.Fprintf(&b, "Temp Tag %d\nConfig:\n", own)
		for _, row := range [][2]string{
			{"Attended Transfer", "transfer-attended"}, {"Blind Transfer", "transfer-blind"}, {"Conference", "conference"},
			{"Caller-ID block", "caller-id block"}, {"DnD control", "dnd-control"}, {"Anonymous call block", "anonymous block"},
		} {
			fmt.Fprintf(&b, "  %s is %s\n", row[0], render.Enabled(n.On(row[1])))
		}
		if args, ok := n.Get("voicemail"); ok {
			fmt.Fprintf(&b, "  Voicemail is %s, timeout %s\n", args.String("number"), args.String("timeout"))
		}
		for line := range strings.Lines(string(conf.Section(t, n.Path()))) {
			if keys, ok := strings.CutPrefix(strings.TrimSpace(line), "softkeys "); ok {
				fmt.Fprintf(&b, "  softkey %s\n", keys)
			}
		}
		for _, p := range s.Pools {
			if p.Config.Template == own {
				fmt.Fprintf(&b, "  Pool %d has this template configured\n", p.Config.Tag)
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
