package grammar

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func match(t *testing.T, s *Set, line string) Args {
	t.Helper()
	r := s.Match(line, c3825)
	if r.Outcome != OK {
		t.Fatalf("%q: %s at %d", line, outcomes[r.Outcome], r.Caret)
	}
	return r.Args
}

func TestArgsValues(t *testing.T) {
	s := set(t, corpus...)
	a := match(t, s, `blf-speed-dial 07 2001 label "sales desk" device`)
	if a.Int("tag") != 7 || a.String("tag") != "7" || a.String("label") != "sales desk" || a.String("device") != "device" {
		t.Errorf("values of %q", a.Line())
	}
	if !a.Has("device") || a.Has("nothing") || a.String("nothing") != "" || a.List("nothing") != nil || a.Int("label") != 0 {
		t.Error("Has, String, List or Int of what is absent")
	}
	if a.Form() != Positive || a.Command().Name() != "blf-speed-dial" {
		t.Errorf("form %d, command %q", a.Form(), a.Command().Name())
	}
	b := match(t, s, "button 1:1 2:2 3o4,5")
	if want := []string{"1:1", "2:2", "3o4,5"}; !slices.Equal(b.List("button"), want) || b.String("button") != "1:1 2:2 3o4,5" {
		t.Errorf("list %q, string %q", b.List("button"), b.String("button"))
	}
	c := match(t, s, "id ip 1.2.3.4 mask 255.0.0.0")
	if c.String("kind") != "ip" || c.String("ip") != "1.2.3.4" || c.Has("mac") {
		t.Errorf("choice of %q: %q", c.Line(), c.String("kind"))
	}
	d := match(t, s, "no line vty 0 4")
	if d.Form() != No || d.Int("last") != 4 {
		t.Errorf("form %d", d.Form())
	}
	var zero Args
	if zero.Line() != "" || zero.Key() != "" || zero.Has("x") || zero.Command() != nil || !zero.Equal(Args{}) || zero.Equal(a) {
		t.Error("the zero Args is not empty")
	}
	if _, ok := zero.WithList("x", nil); ok {
		t.Error("WithList of the zero Args")
	}
}

func TestArgsEqual(t *testing.T) {
	s := set(t, corpus...)
	same := [][2]string{
		{"park-slot recall timeout 1", "park-slot timeout 01 recall"},
		{"ephone-dn  1  dual-line", "EPHONE-DN 1 du"},
		{`blf-speed-dial 1 2 label x`, `blf-sp 1 2 la "x"`},
		{"id mac 0030.94c2.e1a8", "id mac 00:30:94:C2:E1:A8"},
	}
	for _, p := range same {
		if !match(t, s, p[0]).Equal(match(t, s, p[1])) {
			t.Errorf("%q and %q differ", p[0], p[1])
		}
	}
	different := [][2]string{
		{"park-slot recall", "park-slot"},
		{"ephone-dn 1", "ephone-dn 2"},
		{"ephone-dn 1", "no ephone-dn 1"},
		{"no ephone-dn 1", "default ephone-dn 1"},
		{"name a  b", "name a b"},
		{"presence", "presence enable"},
		{"button 1:1 2:2", "button 2:2 1:1"},
	}
	for _, p := range different {
		if match(t, s, p[0]).Equal(match(t, s, p[1])) {
			t.Errorf("%q and %q are equal", p[0], p[1])
		}
	}
}

func TestPacked(t *testing.T) {
	s := set(t, corpus...)
	long := "name " + strings.Repeat("x", 300)
	for _, line := range []string{"presence", "no presence", "button 1:1 2:2 3o4,5", `no blf-speed-dial 7 2001 label "a b" device`, "id ip 1.2.3.4 mask 255.0.0.0", long} {
		a := match(t, s, line)
		b := a.Command().Unpack(a.Packed())
		if !a.Equal(b) || a.Line() != b.Line() || a.Key() != b.Key() || a.Form() != b.Form() {
			t.Errorf("%q is unpacked as %q", a.Line(), b.Line())
		}
	}
	if n := len(match(t, s, "blf-speed-dial 7 2001 label ab").Packed()); n > 16 {
		t.Errorf("a short line takes %d bytes", n)
	}
}

func TestNumbersSort(t *testing.T) {
	last := []byte{}
	for _, n := range []uint64{0, 1, 255, 256, 65535, 65536, 1 << 31, 1<<64 - 1} {
		key := appendNumber(nil, n)
		if bytes.Compare(last, key) >= 0 {
			t.Errorf("%d does not come after the number before it: %x, %x", n, last, key)
		}
		last = key
	}
}

// Keys sort as a running-config does.
func TestArgsKeyOrder(t *testing.T) {
	s := set(t, corpus...)
	for _, lines := range [][]string{
		{"ephone-dn 1", "ephone-dn 2", "ephone-dn 10", "ephone-dn 960"},
		{"line con 0", "line aux 0", "line vty 0", "line vty 0 4", "line vty 0 15", "line vty 5 15"},
		{"load 7960-7940 x", "load 7961GE x", "load 7961 x", "load 7970 x", "load CIPC x"},
		{"interface Ethernet0/1", "interface GigabitEthernet0/0", "interface GigabitEthernet0/2", "interface GigabitEthernet0/10", "interface Loopback0"},
		{"button 1:1", "button 1:1 2:2", "button 2:1", "button 10:1"},
		{"username a", "username ab", "username b"},
		{"ip route 9.0.0.0 255.0.0.0 1.1.1.1", "ip route 10.0.0.0 255.0.0.0 1.1.1.1", "ip route 10.0.0.0 255.0.0.0 lo0", "ip route 100.0.0.0 255.0.0.0 lo0"},
	} {
		last := ""
		for _, l := range lines {
			k := match(t, s, l).Key()
			if k <= last {
				t.Errorf("%q does not come after the line before it", l)
			}
			last = k
		}
	}
	for _, p := range [][2]string{
		{"no ephone-dn 7", "ephone-dn 7 dual-line"},
		{"no blf-speed-dial 3", "blf-speed-dial 3 200 label x"},
		{"max-subscription 100", "max-subscription 200"},
		{"no line vty 0 4", "line vty 0 4"},
	} {
		if match(t, s, p[0]).Key() != match(t, s, p[1]).Key() {
			t.Errorf("%q and %q are not the same entry", p[0], p[1])
		}
	}
	if k := match(t, s, "presence").Key(); k != "" {
		t.Errorf("key of a command without identity: %q", k)
	}
}

func TestWithList(t *testing.T) {
	s := set(t, append([]string{"maybe [list WORD$w...]", "all [WORD$w...] [end]", `say STRING$s...`}, corpus...)...)
	tests := []struct {
		line, name string
		vals       []string
		want       string // "" for refused
	}{
		{"button 1:1", "button", []string{"2:2", "3O4,05"}, "button  2:2 3o4,5"},
		{"button 1:1 2:2", "button", []string{"9:9"}, "button  9:9"},
		{"button 1:1", "button", nil, ""},
		{"button 1:1", "button", []string{"1"}, ""},
		{"button 1:1", "button", []string{"1:1 2:2"}, ""},
		{"button 1:1", "tag", []string{"1"}, ""},
		{"ephone-dn 1", "tag", []string{"2"}, ""},
		{"no button 1:1 2:2", "button", []string{"2:2"}, "no button  2:2"},
		{"no button 1:1", "button", nil, ""},
		{"translate a", "side", []string{"b", "A"}, "translate b a"},
		{"translate a", "side", []string{"c"}, ""},
		{"permit icmp host", "what", []string{"7", "ip"}, "permit 7 ip host"},
		{"maybe list a", "w", nil, ""},
		{"maybe", "w", []string{"a"}, ""},
		{"all end", "w", []string{"a", "b"}, "all a b end"},
		{"all a b end", "w", nil, "all end"},
		{"all a", "w", []string{"end"}, ""},
		{"say x", "s", []string{"a b", "c"}, `say "a b" "c"`},
		{"say x", "s", []string{`a"b`}, ""},
	}
	for _, tt := range tests {
		a := match(t, s, tt.line)
		before := a.Line()
		got, ok := a.WithList(tt.name, tt.vals)
		switch {
		case ok != (tt.want != ""):
			t.Errorf("%q with %q: ok is %v, %q", tt.line, tt.vals, ok, got.Line())
		case ok && got.Line() != tt.want:
			t.Errorf("%q with %q: %q, want %q", tt.line, tt.vals, got.Line(), tt.want)
		case !ok && !got.Equal(a):
			t.Errorf("%q with %q: refused, but changed", tt.line, tt.vals)
		}
		if a.Line() != before {
			t.Errorf("%q was changed in place", before)
		}
	}
}

func TestBuild(t *testing.T) {
	type values = map[string]string
	tests := []struct {
		syntax string
		values values
		want   string // "" for an error
	}{
		{"ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]", values{"tag": "7"}, "ephone-dn  7"},
		{"ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]", values{"tag": "7", "lines": "octo-line"}, "ephone-dn  7  octo-line"},
		{"ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]", values{"lines": "octo-line"}, ""},
		{"ephone-dn  <1-{max-dn}>$tag!  [<dual-line|octo-line>$lines]", values{"tag": "1", "lines": "x"}, ""},
		{"ephone-dn  <1-{max-dn}>$tag!", values{"tag": "x"}, ""},
		{"ephone-dn  <1-{max-dn}>$tag!", values{"tag": "1", "foo": "1"}, ""},
		{"button  BUTTON$b!...", values{"b": "1:1 2:2"}, "button  1:1 2:2"},
		{"button  BUTTON$b!...", values{"b": ""}, ""},
		{"label STRING$l [device$d]", values{"l": "a b", "d": "yes"}, `label "a b" device`},
		{"label STRING$l [device$d]", values{"l": `a"b`}, ""},
		{"host WORD$w [end$e]", values{"w": "a end"}, ""},
		{"host WORD$w [end$e]", values{"w": "a b"}, ""},
		{"name LINE$n", values{"n": "a  b"}, "name a  b"},
		{"name LINE$n", values{"n": " a"}, "name a"},
		{"park [{timeout <0-9>$t|limit <1-9>$l|recall$r}]", values{"r": "", "l": "3"}, "park limit 3 recall"},
		{"park [{timeout <0-9>$t|limit <1-9>$l|recall$r}]", values{}, "park"},
		{"hop <A.B.C.D|INTERFACE>$h", values{"h": "gi0/0"}, "hop GigabitEthernet0/0"},
		{"hop <A.B.C.D$a|any>$h", values{"a": "1.2.3.4"}, "hop 1.2.3.4"},
		{"hop <A.B.C.D$a|any>$h", values{"h": "any"}, "hop any"},
		{"hop <A.B.C.D$a|any>$h", values{"h": "every"}, ""},
		{"hop <A.B.C.D$a|any>", values{}, ""},
		{"id <mac H.H.H$mac|ip A.B.C.D$ip>$kind", values{"kind": "mac", "mac": "003094c2e1a8"}, "id mac 0030.94C2.E1A8"},
		{"id <mac H.H.H$mac|ip A.B.C.D$ip>$kind", values{"mac": "003094c2e1a8"}, "id mac 0030.94C2.E1A8"},
		{"id <mac H.H.H$mac|ip A.B.C.D$ip>$kind", values{"kind": "mac"}, ""},
		{"side <a|b>$s...", values{"s": "b a b"}, "side b a b"},
		{"permit <icmp|<1-99>$n>$w... host", values{"w": "icmp 7"}, "permit icmp 7 host"},
		{"x WORD", values{}, ""},
		{"banner TEXT$t", values{"t": "\nhi ^C\x03\n"}, "banner #\nhi ^C\n#"},
	}
	for _, tt := range tests {
		c := compile(t, tt.syntax)[0]
		a, err := c.Build(tt.values)
		switch {
		case (err == nil) != (tt.want != ""):
			t.Errorf("%q %v: %v, %q", tt.syntax, tt.values, err, a.Line())
		case err == nil && a.Line() != tt.want:
			t.Errorf("%q %v: %q, want %q", tt.syntax, tt.values, a.Line(), tt.want)
		case err != nil && !strings.Contains(err.Error(), "build "):
			t.Errorf("%q %v: %v", tt.syntax, tt.values, err)
		}
	}
}
