package modes

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// Finding is something that looks wrong in a configuration although it was taken.
type Finding struct {
	At   conf.Path // the line that it is about
	Text string
}

// Lint looks for what keeps phones from registering and lamps from showing a state:
// lines that each are correct and do not fit one another. It is pure. The findings of
// one line stand in the order in which they are looked for; lines are in no order.
func Lint(t conf.Tree) []Finding {
	l := linter{
		tree: t, phones: PhonesConfig(t), presence: PresenceConfig(t),
		owners: map[string]owner{}, macs: map[phones.MAC]string{},
	}
	l.numbers()
	l.sccp()
	l.sipPhones()
	l.ephones()
	l.pools()
	l.hunts()
	l.dialPeers()
	l.service()
	return l.found
}

// linter is one Lint under way.
type linter struct {
	tree     conf.Tree
	phones   phones.Config
	presence presence.Config
	owners   map[string]owner      // by number
	macs     map[phones.MAC]string // the phone that has it
	first    conf.Path             // the first line of a phone that watches something
	sip      bool                  // SIP phones are among those
	found    []Finding
}

// owner is the directory number that has a number.
type owner struct {
	name  string // "ephone-dn 4"
	watch bool
}

// warn notes a finding, once where several phones have the line of one template.
func (l *linter) warn(at conf.Node, format string, args ...any) {
	f := Finding{At: at.Path(), Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(l.found, f) {
		l.found = append(l.found, f)
	}
}

// block is a global block, or the first phone that needs it.
func (l *linter) block(command, phone string) conf.Node {
	if n, ok := l.tree.Root().Child(command); ok {
		return n
	}
	return firstOf(l.tree.Root().All(phone))
}

func firstOf(nodes iter.Seq[conf.Node]) conf.Node {
	for n := range nodes {
		return n
	}
	return conf.Node{}
}

// nameOf is a block as it is spoken of: "ephone-dn 4".
func nameOf(command string, n conf.Node) string {
	return command + " " + strconv.Itoa(n.Args().Int("tag"))
}

// numbers finds whose each number is, and directory numbers without one.
func (l *linter) numbers() {
	add := func(number string, o owner) {
		if number != "" {
			o.watch = o.watch || l.owners[number].watch
			l.owners[number] = o
		}
	}
	for n := range l.tree.Root().All(cmdRegisterDN) {
		name, number := nameOf(cmdRegisterDN, n), text(n, "number", "number")
		if number == "" {
			l.warn(n, "%s has no `number`", name)
		}
		add(number, owner{name, n.On("allow watch")})
	}
	above := templates(l.tree, cmdEphoneDNTemplate)
	for n := range l.tree.Root().All(cmdEphoneDN) {
		name, number := nameOf(cmdEphoneDN, n), text(n, "number", "number")
		if number == "" {
			l.warn(n, "%s has no `number`", name)
		}
		o := owner{name, over(n, cmdEphoneDNTemplate, above).on("allow watch")}
		add(number, o)
		add(text(n, "number", "secondary"), o)
	}
}

// sccp is what all SCCP phones need.
func (l *linter) sccp() {
	t := l.phones.Telephony
	at := l.block(cmdTelephony, cmdEphone)
	if len(l.phones.Ephones) > 0 {
		if !t.Source.IsValid() {
			l.warn(at, "%s has no `ip source-address`: no SCCP phone can register", cmdTelephony)
		}
		if t.MaxEphones == 0 {
			l.warn(at, "%s has no `max-ephones`: a router, where it is 0 unless set, takes no ephone", cmdTelephony)
		}
	}
	if len(l.phones.EphoneDNs) > 0 && t.MaxDN == 0 {
		l.warn(l.block(cmdTelephony, cmdEphoneDN), "%s has no `max-dn`: a router, where it is 0 unless set, takes no ephone-dn", cmdTelephony)
	}
}

// sipPhones is what all SIP phones need.
func (l *linter) sipPhones() {
	if len(l.phones.Pools) == 0 {
		return
	}
	at := l.block(cmdRegisterGlobal, cmdRegisterPool)
	if l.phones.Mode != "cme" {
		l.warn(at, "%s has no `mode cme`: no SIP phone can register", cmdRegisterGlobal)
	}
	if !l.phones.SIPSource.IsValid() {
		l.warn(at, "%s has no `source-address`: no SIP phone can register", cmdRegisterGlobal)
	}
	if !l.phones.RegistrarOn {
		l.warn(l.block(cmdVoiceService, cmdRegisterPool), "%s has no `sip`, `registrar server`: no SIP phone can register", cmdVoiceService)
	}
}

// service is what presence needs for what watches.
func (l *linter) service() {
	c := l.presence
	block, _ := l.tree.Root().Child(cmdPresence)
	switch {
	case !c.Enabled && l.first != "":
		l.found = append(l.found, Finding{l.first, "there is no `presence`: what phones watch stays unknown"})
	case !c.Enabled && c.SIPEnabled:
		sip, _ := l.tree.Root().Child(cmdSIPUA)
		l.warn(firstOf(sip.All("presence enable")), "`presence enable` without `presence`: nobody can watch anything")
	case c.Enabled && !c.SIPEnabled && (l.sip || c.WatchAll):
		l.warn(block, "%s has no `presence enable`: SIP phones and trunks cannot watch", cmdSIPUA)
	}
	if c.AllowSubscribe && !c.Server.IsValid() {
		l.warn(firstOf(block.All("allow subscribe")), "`allow subscribe` without `server`: there is nobody to ask for numbers of others")
	}
}

// mac looks for a second phone with a MAC address. line is the one that gives it.
func (l *linter) mac(line string, n conf.Node, mac phones.MAC, who string) {
	if mac.IsZero() {
		return
	}
	if other := l.macs[mac]; other != "" {
		l.warn(firstOf(n.All(line)), "%s has the MAC address of %s", who, other)
		return
	}
	l.macs[mac] = who
}

// TooLow finds, for the text of a line that was refused, the limit that refused it:
// `ephone-dn 20` after `max-dn 10`. ok is false when none did.
func TooLow(t conf.Tree, refused string) (f Finding, ok bool) {
	words := strings.Fields(strings.ToLower(refused))
	for _, limit := range []struct{ command, block, line string }{
		{cmdEphoneDN, cmdTelephony, "max-dn"},
		{cmdEphone, cmdTelephony, "max-ephones"},
		{cmdRegisterDN, cmdRegisterGlobal, "max-dn"},
		{cmdRegisterPool, cmdRegisterGlobal, "max-pool"},
	} {
		n := len(strings.Fields(limit.command))
		if len(words) <= n || strings.Join(words[:n], " ") != limit.command {
			continue
		}
		tag, err := strconv.Atoi(words[n])
		block, set := t.Root().Child(limit.block)
		args, _ := block.Get(limit.line)
		if most := args.Int("n"); err == nil && set && most > 0 && tag > most {
			return Finding{firstOf(block.All(limit.line)).Path(), fmt.Sprintf("`%s %d` is too low for %s %d", limit.line, most, limit.command, tag)}, true
		}
	}
	return Finding{}, false
}
