package sccp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

func TestDateTemplate(t *testing.T) {
	for _, c := range []struct {
		date string
		time int
		want string
	}{
		{"", 0, "M/D/YA"}, {"mm-dd-yy", 12, "M/D/YA"}, {"mm-dd-yy", 24, "M/D/Y"}, {"dd-mm-yy", 24, "D/M/Y"},
		{"yy-dd-mm", 24, "Y/D/M"}, {"yy-mm-dd", 12, "Y/M/DA"},
	} {
		if got := dateTemplate(&phones.Telephony{DateFormat: c.date, TimeFormat: c.time}); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestNegotiate(t *testing.T) {
	for _, c := range []struct{ phone, most, want int }{
		{11, 0, 9}, {11, 17, 11}, {22, 17, 17}, {5, 0, 5}, {0, 0, 3}, {8, 3, 3},
	} {
		if got := negotiate(c.phone, c.most); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestMACOf(t *testing.T) {
	for name, want := range map[string]string{
		"SEP00156247EF90": "0015.6247.EF90", "ATA00156247ef90": "0015.6247.EF90", "00156247EF90": "0015.6247.EF90",
		"AN0156247EF9001":   "1562.47EF.9001", // the port of a gateway
		"SEP0015.6247.EF90": "", "SEP00156247EF9": "", "SEP00156247EF9G": "", "": "", "SEP000000000000": "", "ABCDE00156247EF90": "",
	} {
		if got, ok := macOf(name); got.String() != want || ok != (want != "") {
			t.Errorf("%s: %s %v", name, got, ok)
		}
	}
}

func TestSpecOf(t *testing.T) {
	dns := map[int]*phones.EphoneDN{1: {Tag: 1, Number: "1"}, 2: {Tag: 2, Number: "2"}, 3: {Tag: 3, Number: "3"}}
	m7960, _ := phones.ModelNamed("7960")
	for _, c := range []struct {
		name    string
		buttons string
		addons  []string
		auto    phones.AutoLine
		model   phones.Model
		want    string
		primary int
	}{
		{"plain", "1:1 2:2", nil, phones.AutoLine{}, m7960, "1:1 2:2", 1},
		{"sorted", "3:3 1:1", nil, phones.AutoLine{}, m7960, "1:1 3:3", 1},
		{"no such dn", "1:9 2:2,9", nil, phones.AutoLine{}, m7960, "2:2", 0},
		{"auto-line", "1:1 2:2", nil, phones.AutoLine{Button: 2}, m7960, "1:1 2:2", 2},
		{"auto-line of nothing", "1:1", nil, phones.AutoLine{Button: 2}, m7960, "1:1", 0},
		{"no auto-line", "1:1 2:2", nil, phones.AutoLine{Off: true, Button: 2}, m7960, "1:1 2:2", 1},
		{"monitor", "1m1 2w2", nil, phones.AutoLine{}, m7960, "1m1 2w2", 0},
		{"roll-over", "1o1,2 2x1 3x4 4:3", nil, phones.AutoLine{}, m7960, "1o1,2 2x1 4:3", 1},
		{"too far", "6:1 7:2", nil, phones.AutoLine{}, m7960, "6:1", 0},
		{"sidecars", "7:2 34:1", []string{"7914", "7914"}, phones.AutoLine{}, m7960, "7:2 34:1", 0},
		{"unknown model", "1:1 34:2 35:3", nil, phones.AutoLine{}, phones.Model{}, "1:1 34:2", 1},
	} {
		e := &phones.Ephone{Addons: c.addons, AutoLine: c.auto}
		var words []any
		for _, w := range strings.Fields(c.buttons) {
			b, err := phones.ParseButton(w)
			if err != nil {
				t.Fatal(err)
			}
			e.Buttons = append(e.Buttons, b)
		}
		s := specOf(e, c.model, dns)
		for _, l := range s.Lines {
			b := phones.Button{Number: l.Button, Sep: l.Sep, Of: l.Of}
			for _, d := range l.DNs {
				b.DNs = append(b.DNs, d.Tag)
			}
			words = append(words, b)
		}
		if got := fmt.Sprint(words...); got != c.want || s.Primary != c.primary {
			t.Errorf("%s: %s, primary %d", c.name, got, s.Primary)
		}
	}
}

func TestKeepAliveInterval(t *testing.T) {
	for _, c := range []struct{ phone, all, want time.Duration }{
		{0, 0, 30 * time.Second}, {0, time.Minute, time.Minute}, {10 * time.Second, time.Minute, 10 * time.Second},
	} {
		if got := keepAlive(&phones.Ephone{KeepAlive: c.phone}, &phones.Telephony{KeepAlive: c.all}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
