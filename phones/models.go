package phones

import (
	"slices"
	"sync"
)

// Model is a phone model.
type Model struct {
	Name     string // "7960", as `type` has it
	Type     uint32 // SCCP device type
	Show     string // as `show ephone` calls it: "Telecaster 7960"
	Lines    int    // buttons that may be lines
	Display  bool
	BLF      bool // BLF speed dials (guide, restrictions)
	CallList bool // BLF call lists
	Analog   bool // a port of a gateway
	LampOnly bool // 7931: lamps, no icons
	Addons   int  // expansion modules that it takes
}

// ResetKind is how a phone is told to start again.
type ResetKind uint8

const (
	Restart ResetKind = iota // quick: the phone registers again
	Reset                    // full: DHCP and TFTP as well
)

// Models are all models that `type` knows, and those only a registration can
// name (CME command reference: type). The first of several with one name is the
// one that the name stands for.
//
// What lamps a model has follows the guide's lists: call lists are not shown on
// 7905, 7906, 7911, 7912, 7931, 7940, 7960, 7985, expansion modules and conference
// stations, BLF speed dials not on 7905, 7906, 7911, 7912, 7985 and conference
// stations. Models without a display, which the lists pass over, show neither.
func Models() []Model { return slices.Clone(models()) }

// models is the table, made once and never changed.
var models = sync.OnceValue(func() []Model {
	const (
		none     = 0
		keys     = 1 << iota // BLF speed dials
		lists                // BLF call lists
		blank                // no display
		lampOnly             // no icons
		analog
	)
	rows := []struct {
		name   string
		id     uint32
		lines  int
		can    int
		addons int
		show   string // "": the name
	}{
		{"12SP", 2, 12, blank, 0, "12SP+"}, {"12SP", 1, 30, blank, 0, "30SP+"}, {"12SP", 3, 12, blank, 0, ""}, {"12SP", 5, 30, blank, 0, "30VIP"},
		{"6901", 547, 1, blank, 0, ""}, {"6911", 548, 1, blank, 0, ""},
		{"6921", 495, 2, keys | lists, 0, ""}, {"6941", 496, 4, keys | lists, 0, ""},
		{"6945", 564, 4, keys | lists, 0, ""}, {"6961", 497, 12, keys | lists, 0, ""},
		{"7902", 30008, 1, blank, 0, ""}, {"7905", 20000, 1, none, 0, ""}, {"7906", 369, 1, none, 0, ""},
		{"7910", 6, 1, keys | lists, 0, "Telecaster 7910"},
		{"7911", 307, 1, none, 0, ""}, {"7912", 30007, 1, none, 0, ""},
		{"7920", 30002, 6, keys | lists, 0, ""}, {"7921", 365, 6, keys | lists, 0, ""},
		{"7925", 484, 6, keys | lists, 0, ""}, {"7926", 577, 6, keys | lists, 0, ""},
		{"7931", 348, 20, keys | lampOnly, 0, ""},
		{"7935", 9, 1, none, 0, ""}, {"7936", 30019, 1, none, 0, ""}, {"7937", 431, 1, none, 0, ""},
		{"7940", 8, 2, keys, 0, "Telecaster 7940"},
		{"7941", 115, 2, keys | lists, 0, ""}, {"7941GE", 309, 2, keys | lists, 0, ""},
		{"7942", 434, 2, keys | lists, 0, ""}, {"7945", 435, 2, keys | lists, 0, ""},
		{"7960", 7, 6, keys, 2, "Telecaster 7960"},
		{"7961", 30018, 6, keys | lists, 2, ""}, {"7961GE", 308, 6, keys | lists, 2, ""},
		{"7962", 404, 6, keys | lists, 2, ""}, {"7965", 436, 6, keys | lists, 2, ""},
		{"7970", 30006, 8, keys | lists, 2, ""}, {"7971", 119, 8, keys | lists, 2, ""},
		{"7975", 437, 8, keys | lists, 2, ""},
		{"7985", 302, 1, none, 0, ""},
		{"8941", 586, 4, keys | lists, 0, ""}, {"8945", 585, 4, keys | lists, 0, ""},
		{"8961", 540, 5, keys | lists, 1, ""}, {"9951", 537, 5, keys | lists, 2, ""}, {"9971", 493, 6, keys | lists, 3, ""},
		{"CIPC", 30016, 8, keys | lists, 0, ""},
		{"anl", 30027, 1, analog | blank, 0, "SCCP Gateway (AN)"}, {"bri", 30028, 1, analog | blank, 0, "SCCP Gateway (BR)"},
		{"ata", 12, 1, analog | blank, 0, "ATA"}, {"ata", 13, 1, analog | blank, 0, "ATA"},
		{"vgc-phone", 10, 1, analog | blank, 0, ""}, {"vgc-phone", 11, 1, analog | blank, 0, ""},
	}
	models := make([]Model, len(rows))
	for i, r := range rows {
		if r.show == "" {
			r.show = r.name
		}
		models[i] = Model{
			Name: r.name, Type: r.id, Show: r.show, Lines: r.lines, Addons: r.addons,
			Display: r.can&blank == 0, BLF: r.can&keys != 0, CallList: r.can&lists != 0,
			Analog: r.can&analog != 0, LampOnly: r.can&lampOnly != 0,
		}
	}
	return models
})

// ModelNamed finds a model by its name in `type`. 7960-7940, the name of their
// common firmware, means the 7960.
func ModelNamed(name string) (Model, bool) {
	if name == "7960-7940" {
		name = "7960"
	}
	return firstModel(func(m *Model) bool { return m.Name == name })
}

// ModelOfType finds a model by its SCCP device type.
func ModelOfType(id uint32) (Model, bool) {
	return firstModel(func(m *Model) bool { return m.Type == id })
}

func firstModel(is func(*Model) bool) (Model, bool) {
	for i := range models() {
		if m := &models()[i]; is(m) {
			return *m, true
		}
	}
	return Model{}, false
}

// Buttons is the number of keys that may be lines or speed dials, with the
// expansion modules that the model takes.
func (m Model) Buttons(addons []string) int {
	n := m.Lines
	for _, a := range addons[:min(len(addons), m.Addons)] {
		n += AddonButtons(a)
	}
	return n
}

// AddonButtons is the number of keys of an expansion module, by its name in
// `type … addon`; 0 for an unknown one.
func AddonButtons(name string) int {
	switch name {
	case "7914":
		return 14
	case "7915-12", "7916-12":
		return 12
	case "7915-24", "7916-24":
		return 24
	}
	return 0
}
