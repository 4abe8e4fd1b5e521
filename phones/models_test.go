package phones

import "testing"

// The lists of the guide (restrictions) and the keys of each model.
func TestModels(t *testing.T) {
	noLists := map[string]bool{"7905": true, "7906": true, "7911": true, "7912": true, "7931": true, "7940": true, "7960": true, "7985": true, "7935": true, "7936": true, "7937": true}
	noKeys := map[string]bool{"7905": true, "7906": true, "7911": true, "7912": true, "7985": true, "7935": true, "7936": true, "7937": true}
	types := map[uint32]string{}
	for _, m := range Models() {
		if types[m.Type] != "" {
			t.Errorf("type %d is %s and %s", m.Type, types[m.Type], m.Name)
		}
		types[m.Type] = m.Name
		if got, ok := ModelOfType(m.Type); !ok || got != m {
			t.Errorf("%d: %+v", m.Type, got)
		}
		if m.Lines < 1 || m.Show == "" {
			t.Errorf("%+v", m)
		}
		if noKeys[m.Name] && m.BLF || noLists[m.Name] && m.CallList || m.LampOnly != (m.Name == "7931") {
			t.Errorf("%+v", m)
		}
		if m.Display && !noKeys[m.Name] && !m.BLF {
			t.Errorf("%s has no BLF speed dials", m.Name)
		}
		if m.Display && !noLists[m.Name] && !m.CallList {
			t.Errorf("%s has no BLF call lists", m.Name)
		}
	}
	for _, c := range []struct {
		name    string
		addons  []string
		id      uint32
		show    string
		buttons int
	}{
		{"7960", nil, 7, "Telecaster 7960", 6}, {"7960-7940", nil, 7, "Telecaster 7960", 6}, {"7940", []string{"7914"}, 8, "Telecaster 7940", 2},
		{"7960", []string{"7914", "7914"}, 7, "Telecaster 7960", 34}, {"7975", []string{"7916-24", "7915-12"}, 437, "7975", 44},
		{"7970", []string{"7914", "what", "7914"}, 30006, "7970", 22}, {"anl", nil, 30027, "SCCP Gateway (AN)", 1},
	} {
		m, ok := ModelNamed(c.name)
		if !ok || m.Type != c.id || m.Show != c.show || m.Buttons(c.addons) != c.buttons {
			t.Errorf("%s: %+v, %d buttons", c.name, m, m.Buttons(c.addons))
		}
	}
	if m, ok := ModelNamed("7999"); ok || m.Buttons(nil) != 0 {
		t.Errorf("%+v", m)
	}
}
