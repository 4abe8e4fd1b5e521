package modes

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// Phone types that an administrator adds: `ephone-type` for SCCP phones and expansion
// modules, `voice register pool-type` for SIP phones. What `type` and `load` take follows
// them, as the ranges of tags follow `max-dn`.

const (
	cmdEphoneType   = "ephone-type"
	cmdRegisterType = "voice register pool-type"

	// The kinds of names behind the argument types EPHONETYPE, MODULETYPE and POOLTYPE.
	namesEphone = "ephone-type"
	namesModule = "ephone-type addon"
	namesPool   = "voice register pool-type"
)

// phoneTypeTypes are the arguments that are names of added types.
func phoneTypeTypes() map[string]grammar.Type {
	return map[string]grammar.Type{
		"EPHONETYPE": {Name: "EPHONETYPE", Display: "WORD", Known: namesEphone},
		"MODULETYPE": {Name: "MODULETYPE", Display: "WORD", Known: namesModule},
		"POOLTYPE":   {Name: "POOLTYPE", Display: "WORD", Known: namesPool},
	}
}

// Names implements grammar.Vocabulary.
func (b bounds) Names(kind string) []grammar.Item {
	command, shown := cmdEphoneType, "device-name"
	if kind == namesPool {
		command, shown = cmdRegisterType, "description"
	}
	var out []grammar.Item
	for n := range b.tree.Root().All(command) {
		if n.Args().Has("addon") == (kind == namesModule) {
			out = append(out, grammar.Item{Text: n.Args().String("type"), Help: text(n, shown, "text")})
		}
	}
	return out
}

// phoneTypes are the added types of a tree.
func phoneTypes(t conf.Tree) []phones.PhoneType {
	types := every(t, cmdEphoneType, func(n conf.Node) phones.PhoneType {
		own := layers{n}
		p := phones.PhoneType{
			Name: n.Args().String("type"), Module: n.Args().Has("addon"),
			Device: uint32(own.num("device-id", "id")), Lines: own.num("num-buttons", "buttons"),
			Like: text(n, "device-type", "like"), Shown: text(n, "device-name", "text"),
		}
		if n.On("addon") {
			p.Addons = 2 // as many as `type` has words for
		}
		return p
	})
	return append(types, every(t, cmdRegisterType, func(n conf.Node) phones.PhoneType {
		own := layers{n}
		p := phones.PhoneType{
			Name: n.Args().String("type"), SIP: true, Lines: own.num("num-lines", "n"), Addons: -1,
			Like: text(n, "reference-pooltype", "like"), Transport: text(origin(t, n, "transport"), "transport", "transport"), Shown: text(n, "description", "text"),
		}
		if own.num("addons", "n") > 0 {
			p.Addons = own.num("addons", "n")
		}
		return p
	})...)
}

// builtIn tells whether a name is one of a choice of keywords.
func builtIn(choice, name string) bool {
	return slices.ContainsFunc(strings.Split(strings.Trim(choice, "<>"), "|"), func(word string) bool {
		return strings.EqualFold(strings.TrimPrefix(word, `\`), name)
	})
}

// checkEphoneType refuses to change a type that is known anyhow. Expansion modules are
// defined like this on routers too, all but the 7914 (CME command reference: device-type).
func checkEphoneType(_ conf.CheckContext, args grammar.Args) error {
	if name := args.String("type"); builtIn(sccpModels+"|7914", name) {
		return fmt.Errorf("ERROR: ephone-type %s is built-in, cannot be changed", name)
	}
	return nil
}

// checkPoolType likewise (administrator guide: the message). What later releases have built
// in may still be defined, since configurations of earlier ones do.
func checkPoolType(_ conf.CheckContext, args grammar.Args) error {
	if name := args.String("type"); builtIn(sipModels, name) && !builtIn(sipLater, name) {
		return fmt.Errorf("ERROR: %s is built-in phonemodel, cannot be changed", name)
	}
	return nil
}

// checkDeviceID refuses the number of a device that is known (administrator guide: "If
// there is conflict with the phone type or the device ID, the configuration is rejected").
func checkDeviceID(c conf.CheckContext, args grammar.Args) error {
	id := args.Int("id")
	if m, ok := phones.ModelOfType(uint32(id)); ok && builtIn(sccpModels, m.Name) {
		return fmt.Errorf("%% Device ID %d is that of phone type %s, which is built-in", id, m.Name)
	}
	for n := range c.Tree.Root().All(cmdEphoneType) {
		if n.Path() != c.Parent.Path() && (layers{n}).num("device-id", "id") == id {
			return fmt.Errorf("%% Device ID %d is that of ephone-type %s", id, n.Args().String("type"))
		}
	}
	return nil
}

// checkPoolPhone refuses more modules than an added type takes.
func checkPoolPhone(c conf.CheckContext, args grammar.Args) error {
	name, n := args.String("type"), 0
	for _, addon := range []string{"addon1", "addon2", "addon3"} {
		if args.Has(addon) {
			n++
		}
	}
	if n == 0 || !slices.ContainsFunc(slices.Collect(names(c.Tree, cmdRegisterType)), func(t string) bool { return t == name }) {
		return nil
	}
	cfg := phones.Config{Types: phoneTypes(c.Tree)}
	if m, _ := cfg.PoolModel(name); n > m.Addons {
		return fmt.Errorf("%% Phone type %s takes %d expansion modules", name, m.Addons)
	}
	return nil
}

// checkPoolLoad refuses firmware for an added type that loads none.
func checkPoolLoad(c conf.CheckContext, args grammar.Args) error {
	if !loads(c.Tree, args.String("model")) {
		return errNoLoad
	}
	return nil
}

// loads tells whether phones of a type load firmware (CME command reference:
// phoneload-support, which a type inherits from its reference).
func loads(t conf.Tree, name string) bool {
	for range len(slices.Collect(names(t, cmdRegisterType))) + 1 {
		n, added := poolType(t, name)
		if !added {
			return builtIn(sipLoads, name)
		}
		if n.On("phoneload-support") {
			return true
		}
		name = text(n, "reference-pooltype", "like")
	}
	return false
}

var errNoLoad = errors.New("% This phone type has no phoneload-support")

// origin is the type from which a type has a line: itself, or the first of its references
// that says it; itself if none does.
func origin(t conf.Tree, n conf.Node, line string) conf.Node {
	from := n
	for range len(slices.Collect(names(t, cmdRegisterType))) {
		if (layers{from}).says(line) {
			return from
		}
		like, ok := poolType(t, text(from, "reference-pooltype", "like"))
		if !ok {
			break
		}
		from = like
	}
	return n
}

func poolType(t conf.Tree, name string) (conf.Node, bool) {
	for n := range t.Root().All(cmdRegisterType) {
		if n.Args().String("type") == name {
			return n, true
		}
	}
	return conf.Node{}, false
}

// names are the identities of the types of one kind.
func names(t conf.Tree, command string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for n := range t.Root().All(command) {
			if !yield(n.Args().String("type")) {
				return
			}
		}
	}
}

// typeInUse refuses to take a type away that lines name: they could not be typed again, by
// a reload for one.
func typeInUse(t conf.Tree, args grammar.Args) error {
	command, name := args.Command().Name(), args.String("type")
	if args.Form() == grammar.Positive || command != cmdEphoneType && command != cmdRegisterType {
		return nil
	}
	users := []tagUse{
		{cmdEphone, "type", []string{"type", "addon1", "addon2"}},
		{cmdEphoneTemplate, "type", []string{"type", "addon1", "addon2"}},
		{cmdTelephony, "load", []string{"model"}},
		{cmdTelephony, "auto assign", []string{"type"}},
	}
	if command == cmdRegisterType {
		users = []tagUse{
			{cmdRegisterPool, "type", []string{"type"}},
			{cmdRegisterGlobal, "load", []string{"model"}},
			{cmdRegisterType, "reference-pooltype", []string{"like"}},
		}
	}
	for _, use := range users {
		for block := range t.Root().All(use.block) {
			for line := range block.All(use.command) {
				for _, capture := range use.captures {
					if line.Args().String(capture) == name {
						return fmt.Errorf("%% %s %s is in use: %s, %s", command, name, spaceless(block.Line()), spaceless(line.Line()))
					}
				}
			}
		}
	}
	return nil
}

func spaceless(line string) string { return strings.Join(strings.Fields(line), " ") }

// Both blocks stand before all that names a type.
func ephoneTypeBlock() conf.Command {
	return conf.Command{
		Syntax: "ephone-type  WORD(32)$type! [addon$addon]", Enter: modeEphoneType, Bangs: 2, Check: checkEphoneType,
		Help: `
			ephone-type  A phone type that is not known
			$type        Phone type
			addon        It is an expansion module
			$addon       Expansion module`,
	}
}

func poolTypeBlock() conf.Command {
	return conf.Command{
		Syntax: "voice register pool-type  WORD(32)$type!", Enter: modeRegisterType, Bangs: 1, Check: checkPoolType,
		Order: conf.Arrival, // behind the type that a reference names
		Help: `
			voice      Voice configuration
			register   SIP phones
			pool-type  A phone type that is not known
			$type      Phone type`,
	}
}

// ephoneTypeMode is `ephone-type`. What it says of firmware, security and characters is for
// the files of the phone.
func ephoneTypeMode() conf.Mode {
	acts := []conf.Command{
		shared(checked(checkDeviceID, acting("device-id <1-2147483647>$id", "", phoneKeptHelp))),
		shared(acting("device-name LINE(32)$text", "", phoneKeptHelp)),
		shared(acting("device-type WORD$like", "", phoneKeptHelp)),
		shared(acting("num-buttons <1-100>$buttons", "", phoneKeptHelp)),
		shared(acting("addon", "", phoneKeptHelp)),
	}
	return keptMode(modeEphoneType, "config-ephone-type", "Ephone type", acts, keptLines(phoneKeptHelp,
		"num-presentations <1-100>$calls",
		"max-presentation <1-100>$calls",
		"security = security",
		"phoneload = phoneload",
		"utf8 = utf8",
	))
}

// registerTypeMode is `voice register pool-type`. What it says of calls, Telnet and the
// mobile network is for the files of the phone.
func registerTypeMode() conf.Mode {
	acts := []conf.Command{
		shared(acting("addons <1-3>$n", "", registerKeptHelp)),
		shared(acting("description LINE(64)$text", "", registerKeptHelp)),
		shared(acting("num-lines <1-114>$n", "", registerKeptHelp)),
		shared(acting("reference-pooltype <"+sipModels+"|POOLTYPE>$like", "", registerKeptHelp)),
		shared(acting("transport <tcp|udp>$transport", "", registerKeptHelp)),
	}
	return keptMode(modeRegisterType, "config-register-pooltype", "Voice register pool-type", acts, keptLines(registerKeptHelp,
		"phoneload-support",
		"num-buttons <1-100>$n",
		"gsm-support",
		"sip-prefix",
		"telnet-support",
		"xml-config <maxNumCalls|busyTrigger|custom>$what! LINE$value",
	))
}
