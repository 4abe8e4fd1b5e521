package phones

import (
	"fmt"
	"strings"
	"testing"
)

// buttons reads elements of `button`.
func buttons(t *testing.T, text string) (list []Button) {
	t.Helper()
	for _, word := range strings.Fields(text) {
		b, err := ParseButton(word)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

// specText is the lines of a Spec as `button` has them, and the primary button.
func specText(s Spec) string {
	var words []string
	for _, l := range s.Lines {
		b := Button{Number: l.Button, Sep: l.Sep, Of: l.Of}
		for _, id := range l.DNs {
			b.DNs = append(b.DNs, id.Tag)
		}
		words = append(words, b.String())
	}
	return fmt.Sprintf("%s primary %d", strings.Join(words, " "), s.Primary)
}

func TestEphoneSpec(t *testing.T) {
	var cfg Config
	for tag := 1; tag <= 9; tag++ {
		cfg.EphoneDNs = append(cfg.EphoneDNs, EphoneDN{Tag: tag, Number: fmt.Sprint(2000 + tag)})
	}
	for _, c := range []struct {
		name, buttons, typ string
		auto               AutoLine
		want               string
	}{
		{"first button", "1:1 2:2", "7960", AutoLine{}, "1:1 2:2 primary 1"},
		{"auto-line button", "1:1 2:2", "7960", AutoLine{Button: 2}, "1:1 2:2 primary 2"},
		{"auto-line incoming", "1:1 2:2", "7960", AutoLine{Incoming: true}, "1:1 2:2 primary 1"},
		{"no auto-line", "1:1 2:2", "7960", AutoLine{Off: true}, "1:1 2:2 primary 1"},
		{"overlay", "1o3,1,2 2x1", "7960", AutoLine{}, "1o3,1,2 2x1 primary 1"},
		{"rollover of nothing", "1:1 2x1 3x4", "7960", AutoLine{}, "1:1 primary 1"},
		{"any order", "3:3 1:1", "7960", AutoLine{}, "1:1 3:3 primary 1"},
		{"no line on button 1", "2:2", "7960", AutoLine{}, "2:2 primary 0"},
		{"button 1 watches another", "1w1 2:2", "7960", AutoLine{}, "1w1 2:2 primary 0"},
		{"button 1 monitors", "1m1 2:2", "7960", AutoLine{}, "1m1 2:2 primary 0"},
		{"auto-line button watches", "1:1 2w2", "7960", AutoLine{Button: 2}, "1:1 2w2 primary 0"},
		{"numbers that do not exist", "1:77 2o77,2", "7960", AutoLine{}, "2o2 primary 0"},
		{"more than the model has", "1:1 2:2 3:3", "7940", AutoLine{}, "1:1 2:2 primary 1"},
		{"unknown model", "1:1 34:2", "", AutoLine{}, "1:1 34:2 primary 1"},
	} {
		e := Ephone{Tag: 1, Type: c.typ, Buttons: buttons(t, c.buttons), AutoLine: c.auto}
		if got := specText(EphoneSpec(cfg, e, Model{}, nil)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Guide: "the first number configured in the user profile indicates the primary
// directory number of the Extension Mobility phone"; administrator guide: lines are
// put on buttons in the order of their kinds.
func TestMobilePhones(t *testing.T) {
	var cfg Config
	for tag := 1; tag <= 9; tag++ {
		cfg.EphoneDNs = append(cfg.EphoneDNs, EphoneDN{Tag: tag, Number: fmt.Sprint(2000 + tag)})
		cfg.DNs = append(cfg.DNs, DN{Tag: tag, Number: fmt.Sprint(2000 + tag)})
	}
	numbers := func(text string) (list []ProfileNumber) {
		for _, word := range strings.Fields(text) {
			list = append(list, ProfileNumber{Numbers: strings.Split(word[1:], ","), Sep: Separator(word[0])})
		}
		return list
	}
	cfg.LogoutProfiles = []Profile{{Tag: 3, Numbers: numbers(":2009")}}
	user := func(text string) *Profile { return &Profile{Tag: 1, User: "me", Numbers: numbers(text)} }
	for _, c := range []struct {
		name   string
		logout int
		login  *Profile
		ephone string
		pool   string
	}{
		{"not enabled", 0, user(":2005"), "1:1 primary 1", "1:1 primary 1"},
		{"nobody logged in", 3, nil, "1:9 primary 1", "1:9 primary 1"},
		{"somebody logged in", 3, user(":2005 :2006"), "1:5 2:6 primary 1", "1:5 2:6 primary 1"},
		{"order of kinds", 3, user("s2005 c2001,2002 :2006"), "1:6 2s5 3c1,2 primary 2", "1:6 2:5 3:1 primary 2"},
		{"monitored ones are not its own", 3, user("m2005 :2006"), "1:6 2m5 primary 1", "1:6 primary 1"},
		{"numbers that do not exist", 3, user(":4711 :2006"), "1:6 primary 1", "1:6 primary 1"},
		{"none that exists", 3, user(":4711"), " primary 0", " primary 0"},
		{"no such logout profile", 7, nil, "1:1 primary 1", "1:1 primary 1"},
	} {
		e := Ephone{Type: "7960", Buttons: buttons(t, "1:1"), LogoutProfile: c.logout}
		if got := specText(EphoneSpec(cfg, e, Model{}, c.login)); got != c.ephone {
			t.Errorf("%s: ephone got %s, want %s", c.name, got, c.ephone)
		}
		p := Pool{Numbers: []PoolNumber{{1, 1}}, LogoutProfile: c.logout}
		all := func(string) bool { return true }
		if got := specText(PoolSpec(cfg, p, all, c.login)); got != c.pool {
			t.Errorf("%s: pool got %s, want %s", c.name, got, c.pool)
		}
	}
	if s := EphoneSpec(cfg, Ephone{LogoutProfile: 3}, Model{}, user(":2005")); s.User != "me" {
		t.Errorf("user %q", s.User)
	}
}

// A phone is what it says it is, and analog ones take no part in Extension Mobility.
func TestEphoneIsWhatItSays(t *testing.T) {
	cfg := Config{
		EphoneDNs:      []EphoneDN{{Tag: 1, Number: "2001"}, {Tag: 2, Number: "2002"}},
		LogoutProfiles: []Profile{{Tag: 3, Numbers: []ProfileNumber{{Numbers: []string{"2002"}, Sep: Normal}}, SpeedDials: []ProfileSpeedDial{{Tag: 7, Number: "911", BLF: true}}}},
	}
	e := Ephone{Type: "7940", Buttons: buttons(t, "1:1 3:2"), SpeedDials: []SpeedDial{{Tag: 1, Number: "2002"}}}
	m, _ := ModelOfType(7)
	if s := EphoneSpec(cfg, e, m, nil); specText(s) != "1:1 3:2 primary 1" || s.Model != "7960" {
		t.Errorf("%s of %s", specText(s), s.Model)
	}
	e.Buttons, e.Addons = buttons(t, "1:1 34:2"), []string{"7914", "7914"}
	if s := EphoneSpec(cfg, e, m, nil); specText(s) != "1:1 34:2 primary 1" {
		t.Errorf("sidecars: %s", specText(s))
	}
	e.LogoutProfile = 3
	if dials, blf := EphoneKeys(cfg, e, nil); len(dials) != 0 || len(blf) != 1 || blf[0].Number != "911" {
		t.Errorf("%+v %+v", dials, blf)
	}
	e.Analog = true
	if s := EphoneSpec(cfg, e, Model{}, nil); specText(s) != "1:1 primary 1" {
		t.Errorf("analog: %s", specText(s))
	}
	if dials, blf := EphoneKeys(cfg, e, nil); len(dials) != 1 || len(blf) != 0 {
		t.Errorf("analog: %+v %+v", dials, blf)
	}
}

func TestPoolSpec(t *testing.T) {
	cfg := guide()
	on := map[string]bool{"2103": true}
	registered := func(number string) bool { return on[number] }
	p := cfg.Pools[0]
	p.Numbers = append(p.Numbers, PoolNumber{3, 77})
	if got, want := specText(PoolSpec(cfg, p, registered, nil)), "2:3 primary 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	on["2101"] = true
	s := PoolSpec(cfg, p, registered, nil)
	if got, want := specText(s), "1:1 2:3 primary 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if s.PrimaryDN() != (DNID{SIP: true, Tag: 1}) || s.Name != "SEP00156247EF90" || s.Model != "7971" {
		t.Errorf("%+v", s)
	}
}
