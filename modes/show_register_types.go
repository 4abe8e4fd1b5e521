package modes

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// poolsWith are the pools whose configuration has something.
func poolsWith(t conf.Tree, s phones.Snapshot, has func(conf.Node) bool) []phones.PoolStatus {
	tags := map[int]bool{}
	for n := range t.Root().All(cmdRegisterPool) {
		tags[n.Args().Int("tag")] = has(n)
	}
	return chosen(s, func(p phones.PoolStatus) bool { return tags[p.Config.Tag] })
}

// withModule are the pools with an expansion module.
func withModule(t conf.Tree, s phones.Snapshot, module string) []phones.PoolStatus {
	return poolsWith(t, s, func(n conf.Node) bool {
		args, _ := n.Get("type")
		return slices.Contains([]string{args.String("addon1"), args.String("addon2"), args.String("addon3")}, module)
	})
}

// showRegisterType is `show voice register pool type MODEL`: of a type that was added also
// what it is.
func showRegisterType(w io.Writer, t conf.Tree, s phones.Snapshot, model string) error {
	if n, ok := poolType(t, model); ok {
		if _, err := io.WriteString(w, addedType(t, n)); err != nil {
			return err
		}
	}
	return showRegisterBrief(w, chosen(s, func(p phones.PoolStatus) bool { return p.Config.Type == model }))
}

// showRegisterTypesInUse is `show voice register pool type all`: the types and modules that
// pools have, and the types that were added.
func showRegisterTypesInUse(w io.Writer, t conf.Tree, s phones.Snapshot) error {
	used := map[string]bool{}
	for _, p := range s.Pools {
		used[p.Config.Type] = true
	}
	between := ""
	print := func(title string, show func() error) error {
		if _, err := io.WriteString(w, between+title); err != nil {
			return err
		}
		between = "\n"
		return show()
	}
	for _, word := range strings.Split(sipModels, "|") {
		model := strings.TrimPrefix(word, `\`)
		if _, added := poolType(t, model); !used[model] || added {
			continue
		}
		if err := print("Builtin Phone Model : "+model+"\n", func() error { return showRegisterType(w, t, s, model) }); err != nil {
			return err
		}
	}
	for _, word := range strings.Split(strings.Trim(sipModules, "<>"), "|") {
		module := strings.TrimPrefix(word, `\`)
		pools := withModule(t, s, module)
		if len(pools) == 0 {
			continue
		}
		if err := print("Builtin KEM Module : "+module+"\n", func() error { return showRegisterBrief(w, pools) }); err != nil {
			return err
		}
	}
	for model := range names(t, cmdRegisterType) {
		if err := print("", func() error { return showRegisterType(w, t, s, model) }); err != nil {
			return err
		}
	}
	return nil
}

// addedType tells of a `voice register pool-type`, and of what it has from its reference
// (phone feature support guide). Places in tables of the firmware are left out.
func addedType(t conf.Tree, n conf.Node) string {
	cfg := phones.Config{Types: phoneTypes(t)}
	name := n.Args().String("type")
	model, _ := cfg.PoolModel(name)
	like := text(n, "reference-pooltype", "like")
	var b strings.Builder
	row := func(title string, value any, own bool) {
		from := ""
		if !own && like != "" {
			from = " (inherited from " + like + ")"
		}
		fmt.Fprintf(&b, "%s : %v%s\n", title, value, from)
	}
	own := layers{n}
	fmt.Fprintf(&b, "FastTrack Phone Model : %s\n", name)
	if like != "" {
		fmt.Fprintf(&b, "Reference pooltype to inherit the properties from : %s\n", like)
	}
	row("Number of lines supported", model.Lines, own.says("num-lines"))
	row("Number of addon modules supported", model.Addons, own.says("addons"))
	transport := "UDP"
	if at := text(origin(t, n, "transport"), "transport", "transport"); at != "" {
		transport = strings.ToUpper(at)
	}
	row("Default session transport", transport, own.says("transport"))
	fmt.Fprintf(&b, "Description(helpstring) : %s\n", text(n, "description", "text"))
	yes := func(on bool) string {
		if on {
			return "YES"
		}
		return "NO"
	}
	row("Phone supports GSM", yes(origin(t, n, "gsm-support").On("gsm-support")), own.says("gsm-support"))
	row("Phone supports Telnet access", yes(origin(t, n, "telnet-support").On("telnet-support")), own.says("telnet-support"))
	row("Phone supports firmware download from CME", yes(loads(t, name)), n.On("phoneload-support"))
	b.WriteString("Phone specific XML tags :\n")
	for tag := range origin(t, n, "xml-config").All("xml-config") {
		line, what, value := "", tag.Args().String("what"), tag.Args().String("value")
		if line = value; what != "custom" {
			line = "<" + what + ">" + value + "</" + what + ">"
		}
		if !own.says("xml-config") {
			line += " (inherited from " + like + ")"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
