package modes

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// watcher is one phone as its keys see it.
type watcher struct {
	who   string // "ephone 1"
	node  conf.Node
	over  layers
	typ   string // as configured, "" for none
	keys  int    // lines and speed dials, in front of the BLF keys
	most  int    // keys that the model has, 0 when that is not known
	model phones.Model
}

// ephones looks at each SCCP phone.
func (l *linter) ephones() {
	exists := map[int]bool{}
	for _, d := range l.phones.EphoneDNs {
		exists[d.Tag] = true
	}
	above := templates(l.tree, cmdEphoneTemplate)
	i := 0
	for n := range l.tree.Root().All(cmdEphone) {
		e := l.phones.Ephones[i] // PhonesConfig has them in the same order
		i++
		w := watcher{who: nameOf(cmdEphone, n), node: n, over: over(n, cmdEphoneTemplate, above), typ: e.Type}
		w.model, _ = l.phones.EphoneModel(e.Type)
		if w.model.Name != "" {
			w.most = l.phones.Buttons(w.model, e.Addons)
		}
		l.mac("mac-address", n, e.MAC, w.who)
		if e.MAC.IsZero() && !n.On("vm-device-id") {
			l.warn(n, "%s has no `mac-address`: no phone can register as it", w.who)
		}
		for element := range n.All("button") {
			for _, word := range element.Args().List("buttons") {
				if b, err := phones.ParseButton(word); err == nil {
					l.button(w, element, b, e.Buttons, exists)
				}
			}
		}
		w.keys = len(e.Buttons) + len(e.SpeedDials)
		l.watches(w)
	}
}

// button looks at one element of `button`.
func (l *linter) button(w watcher, at conf.Node, b phones.Button, all []phones.Button, exists map[int]bool) {
	for _, tag := range b.DNs {
		if !exists[tag] {
			l.warn(at, "%s, button %s: there is no ephone-dn %d", w.who, b, tag)
		}
	}
	overlay := func(o phones.Button) bool {
		return o.Number == b.Of && (o.Sep == phones.Overlay || o.Sep == phones.OverlayWait)
	}
	if b.Sep == phones.Rollover && !slices.ContainsFunc(all, overlay) {
		l.warn(at, "%s, button %s: button %d has no overlay", w.who, b, b.Of)
	}
	if w.most > 0 && b.Number > w.most {
		l.warn(at, "%s, button %s: %s", w.who, b, w.has())
	}
}

// has is how many keys the model has.
func (w watcher) has() string {
	if w.most == 1 {
		return "a " + w.typ + " has one key"
	}
	return fmt.Sprintf("a %s has %d keys", w.typ, w.most)
}

// pools looks at each SIP phone.
func (l *linter) pools() {
	exists := map[int]bool{}
	for _, d := range l.phones.DNs {
		exists[d.Tag] = true
	}
	i := 0
	for n := range l.tree.Root().All(cmdRegisterPool) {
		p := l.phones.Pools[i]
		i++
		w := watcher{who: nameOf(cmdRegisterPool, n), node: n, over: layers{n}, typ: p.Type}
		w.model, _ = l.phones.PoolModel(p.Type)
		args, _ := n.Get("type")
		if w.model.Name != "" && !args.Has("addon1") {
			w.most = w.model.Lines
		}
		l.mac("id", n, p.MAC, w.who)
		if !n.On("id") {
			l.warn(n, "%s has no `id`", w.who)
		}
		if len(p.Numbers) == 0 {
			l.warn(n, "%s has no `number N dn M`: presence needs a directory number, direct line numbers do not do", w.who)
		}
		for line := range n.All("number") {
			if dn := line.Args().Int("dn"); dn > 0 && !exists[dn] {
				l.warn(line, "%s: there is no voice register dn %d", w.who, dn)
			}
		}
		w.keys = len(p.Numbers) + len(p.SpeedDials)
		l.watches(w)
		l.sip = l.sip || len(w.blf()) > 0 || n.On("presence call-list") || l.presence.CallList
	}
}

// blf are the lines of the BLF keys: the phone's, and those of its template whose tag
// the phone does not use.
func (w watcher) blf() []conf.Node {
	var lines []conf.Node
	taken := map[int]bool{}
	for _, n := range w.over {
		for line := range n.All("blf-speed-dial") {
			args := line.Args()
			if tag := args.Int("tag"); !taken[tag] {
				taken[tag] = true
				if args.Form() == grammar.Positive {
					lines = append(lines, line)
				}
			}
		}
	}
	return lines
}

// watches looks at what a phone watches.
func (l *linter) watches(w watcher) {
	note := func(at conf.Node) {
		if l.first == "" {
			l.first = at.Path()
		}
	}
	lines := w.blf()
	for i, line := range lines {
		note(line)
		args := line.Args()
		l.key(w, line, args.String("number"), args.Has("device"))
		switch keys := w.keys + i + 1; {
		case w.model.Name != "" && !w.model.BLF:
			l.warn(line, "%s: a %s shows no BLF speed dials", w.who, w.typ)
		case w.most > 0 && keys > w.most:
			l.warn(line, "%s: key %d, and %s", w.who, keys, w.has())
		}
	}
	if !w.node.On("presence call-list") {
		return
	}
	line := firstOf(w.node.All("presence call-list"))
	note(line)
	if w.model.Name != "" && !w.model.CallList {
		l.warn(line, "%s: a %s shows no BLF in call lists", w.who, w.typ)
	}
}

// key looks at the number of a BLF key.
func (l *linter) key(w watcher, line conf.Node, number string, device bool) {
	if o, own := l.owners[number]; own {
		if !o.watch {
			l.warn(line, "%s: %s is %s, which has no `allow watch`: its lamp stays unknown", w.who, number, o.name)
		}
		return
	}
	if dn, of := l.tagged(number); dn != "" {
		l.warn(line, "%s: %s is the tag of %s and nobody's number; did you mean %s?", w.who, number, dn, of)
		return
	}
	switch c := l.presence; {
	case !c.Enabled: // told once
	case !c.Server.IsValid():
		l.warn(line, "%s: %s is nobody's number here, and presence has no `server` to ask", w.who, number)
	case !c.AllowSubscribe:
		l.warn(line, "%s: %s is nobody's number here, and presence has no `allow subscribe`", w.who, number)
	case device:
		l.warn(line, "%s: %s is nobody's number here, and phones of others cannot be watched with `device`", w.who, number)
	}
}

// tagged finds the directory number that has a number for its tag, and its number.
func (l *linter) tagged(number string) (name, own string) {
	tag, err := strconv.Atoi(number)
	if err != nil {
		return "", ""
	}
	for _, d := range l.phones.EphoneDNs {
		if d.Tag == tag && d.Number != "" {
			return cmdEphoneDN + " " + number, d.Number
		}
	}
	for _, d := range l.phones.DNs {
		if d.Tag == tag && d.Number != "" {
			return cmdRegisterDN + " " + number, d.Number
		}
	}
	return "", ""
}
