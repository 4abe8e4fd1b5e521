package phones

import "slices"

// PhoneType is a phone or an expansion module that the configuration adds to those of
// Models (CME command reference: ephone-type, voice register pool-type).
type PhoneType struct {
	Name      string
	SIP       bool   // `voice register pool-type`
	Module    bool   // `ephone-type NAME addon`: an expansion module
	Device    uint32 // `device-id`: what an SCCP phone of the type says of itself; 0: none registers as it
	Lines     int    // `num-buttons`; `num-lines`, 0 there: as Like, else 1
	Addons    int    // expansion modules that it takes; -1: as Like, else none
	Like      string // `device-type` or `reference-pooltype`: the type whose other properties it has
	Transport string // `transport`: "udp", "tcp" or ""
	Shown     string // `device-name` or `description`
}

// EphoneModel finds the model of an SCCP phone by its name in `type`, added types first.
func (c *Config) EphoneModel(name string) (Model, bool) {
	if t, ok := c.added(func(t *PhoneType) bool { return !t.SIP && !t.Module && t.Name == name }); ok {
		return t.model(), true
	}
	return ModelNamed(name)
}

// EphoneModelOf likewise, by the device type that a phone registers with.
func (c *Config) EphoneModelOf(device uint32) (Model, bool) {
	if t, ok := c.added(func(t *PhoneType) bool { return !t.SIP && !t.Module && t.Device == device }); ok && device != 0 {
		return t.model(), true
	}
	return ModelOfType(device)
}

// PoolModel finds the model of a SIP phone by its name in `type`. A type that was added
// has what its reference has and it does not say itself; a chain of references ends at
// one that was met before.
func (c *Config) PoolModel(name string) (Model, bool) {
	return c.poolModel(name, nil)
}

// PoolType finds an added type of SIP phones.
func (c *Config) PoolType(name string) (PhoneType, bool) {
	return c.added(func(t *PhoneType) bool { return t.SIP && t.Name == name })
}

func (c *Config) poolModel(name string, below []string) (Model, bool) {
	t, ok := c.PoolType(name)
	if !ok || slices.Contains(below, name) {
		return ModelNamed(name)
	}
	m, known := Model{Lines: 1, Display: true, BLF: true, CallList: true}, false
	if t.Like != "" {
		if like, ok := c.poolModel(t.Like, append(below, name)); ok {
			m, known = like, true
		}
	}
	m.Name, m.Show, m.Type = name, name, 0
	if t.Lines > 0 {
		m.Lines = t.Lines
	}
	if t.Addons >= 0 {
		m.Addons = t.Addons
	}
	return m, known || t.Like == ""
}

// Buttons is Model.Buttons, with the modules that were added.
func (c *Config) Buttons(m Model, addons []string) int {
	n := m.Buttons(addons)
	for _, a := range addons[:min(len(addons), m.Addons)] {
		if t, ok := c.added(func(t *PhoneType) bool { return t.Module && t.Name == a }); ok {
			n += t.Lines - AddonButtons(a)
		}
	}
	return n
}

func (c *Config) added(is func(*PhoneType) bool) (PhoneType, bool) {
	for i := range c.Types {
		if is(&c.Types[i]) {
			return c.Types[i], true
		}
	}
	return PhoneType{}, false
}

// model is an SCCP phone. What a type can show is not said by `ephone-type`: that of the
// device it is like, else all (the guide's lists of phones that cannot name models).
func (t *PhoneType) model() Model {
	m, ok := ModelNamed(t.Like)
	if !ok {
		m = Model{Display: true, BLF: true, CallList: true}
	}
	m.Name, m.Show, m.Type, m.Lines, m.Addons = t.Name, t.Name, t.Device, t.Lines, max(t.Addons, 0)
	return m
}
