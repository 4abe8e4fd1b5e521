package conf

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	tests := []struct {
		name, typed, want string
	}{
		{"sorted by number", "ephone 10\nephone 9\nephone 1", "ephone  1\nephone  9\nephone  10\n"},
		{"sorted by choice", "line vty 0\nline aux 0\nline con 0", "line con 0\nline aux 0\nline vty 0\n"},
		{"declaration order", "presence\nwatcher all\nserver 10.0.0.1", "presence\n server 10.0.0.1\n watcher all\n"},
		{"arrival order", "tftp-server b\ntftp-server a\ntftp-server c", "tftp-server b\ntftp-server a\ntftp-server c\n"},
		{"arrival again", "tftp-server b\ntftp-server a\ntftp-server b alias x", "tftp-server b alias x\ntftp-server a\n"},
		{"arrival removed and typed again", "tftp-server b\ntftp-server a\nno tftp-server b\ntftp-server b", "tftp-server a\ntftp-server b\n"},
		{"value default hidden", "presence\nmax-subscription 128\nmax-subscription 100", "presence\n"},
		{"value default restored by no", "presence\nmax-subscription 128\nno max-subscription", "presence\n"},
		{"value default restored by default", "presence\nmax-subscription 128\ndefault max-subscription", "presence\n"},
		{"toggle off", "no ip domain lookup", "no ip domain lookup\n"},
		{"toggle on again", "no ip domain lookup\nip domain lookup", ""},
		{"toggle default", "no ip domain lookup\ndefault ip domain lookup", ""},
		{"toggle with options", "ephone-dn 1\nno huntstop\nephone-dn 2\nhuntstop channel 4\nephone-dn 3\nhuntstop", "ephone-dn  1\n no huntstop\nephone-dn  2\n huntstop channel 4\nephone-dn  3\n"},
		{"negative default", "interface Gi0\nno shutdown\ninterface Gi1\nshutdown\ninterface Gi2\nshutdown\nno shutdown", "interface Gi0\ninterface Gi1\n shutdown\ninterface Gi2\n"},
		{"no stored", "interface Gi0\nno ip address\nno negotiation auto", "interface Gi0\n no ip address\n no negotiation auto\n"},
		{"no stored bare", "interface Gi0\nip address 10.0.0.1 255.0.0.0\nno ip address 10.0.0.1 255.0.0.0", "interface Gi0\n no ip address\n"},
		{"no stored replaced", "interface Gi0\nno ip address\nip address 10.0.0.1 255.0.0.0", "interface Gi0\n ip address 10.0.0.1 255.0.0.0\n"},
		{"no stored defaulted", "interface Gi0\nno ip address\ndefault ip address", "interface Gi0\n"},
		{"no stored with identity", "no network-clock-participate slot 2\nno network-clock-participate slot 1", "no network-clock-participate slot 1\nno network-clock-participate slot 2\n"},
		{"block removed", "ephone 1\nmac-address a\nephone 10\nmac-address b\nno ephone 1", "ephone  10\n mac-address b\n"},
		{"block defaulted", "ephone-dn 1 dual-line\nnumber 2001\ndefault ephone-dn 1", "ephone-dn  1  dual-line\n"},
		{"block of blocks removed", "voice service voip\nsip\nregistrar server\nno voice service voip", ""},
		{"nested", "voice service voip\nsip\nregistrar server\nh323\nallow-connections sip to sip", "voice service voip \n allow-connections sip to sip\n h323\n sip\n  registrar server\n"},
		{"entered again", "ephone-dn 1 dual-line\nnumber 2001\nephone-dn 1\nallow watch", "ephone-dn  1  dual-line\n number 2001\n allow watch\n"},
		{"entered again with more", "line vty 0\nlogin\nline vty 0 4", "line vty 0 4\n login\n"},
		{"implicit alone", "sip-ua", ""},
		{"implicit with a line", "sip-ua\npresence enable", "sip-ua \n presence enable\n"},
		{"implicit with a default", "sip-ua\nretry notify 10", ""},
		{"implicit emptied", "sip-ua\npresence enable\nretry notify 3\nno presence enable\nno retry notify", ""},
		{"implicit removed", "sip-ua\npresence enable\nno sip-ua", ""},
		{"replaces", "telephony-service\nmode red\nmode blue", "telephony-service\n mode blue\n"},
		{"replaces back", "telephony-service\nmode red\nmode blue\nmode red", "telephony-service\n mode red\n"},
		{"filled", "telephony-service\nsource a", "telephony-service\n source a port 2000\n"},
		{"filled around", "telephony-service\nsource a strict", "telephony-service\n source a port 2000 strict\n"},
		{"not filled", "telephony-service\nsource a port 7", "telephony-service\n source a port 7\n"},
		{"filled and removed", "telephony-service\nsource a\nno source", "telephony-service\n"},
		{"hidden", "secret-knob\nno secret-knob", ""},
		{"list adds up", "ephone 1\nbutton 2:2\nbutton 1:1 10:3", "ephone  1\n button  1:1 2:2 10:3\n"},
		{"list replaces by number", "ephone 1\nbutton 1:1 2:2\nbutton 1:7", "ephone  1\n button  1:7 2:2\n"},
		{"list splits", "ephone 1\nbutton 1:1 2:2 3:3 4:4 5:5 6:6", "ephone  1\n button  1:1 2:2 3:3 4:4\n button  5:5 6:6\n"},
		{"list loses one", "ephone 1\nbutton 1:1 2:2 3:3\nno button 2:2", "ephone  1\n button  1:1 3:3\n"},
		{"list loses some", "ephone 1\nbutton 1:1 2:2 3:3\nno button 1:1 3:9", "ephone  1\n button  2:2\n"},
		{"list lost", "ephone 1\nbutton 1:1 2:2 3:3 4:4 5:5\nno button", "ephone  1\n"},
		{"labels quoted", "ephone 1\nblf-speed-dial 1 2001 label sales device", "ephone  1\n blf-speed-dial 1 2001 label \"sales\" device\n"},
		{"identity only in no", "ephone 1\nblf-speed-dial 1 2001 label a\nblf-speed-dial 2 2002 label b\nno blf-speed-dial 1", "ephone  1\n blf-speed-dial 2 2002 label \"b\"\n"},
		{"fixed", "hostname A\nservice password-encryption", "service password-encryption\nhostname A\n"},
		{"fixed restored", "hostname A\nservice password-encryption\nno hostname\nno service password-encryption", ""},
		{"text", "banner motd ^C\nHello\n  you\n^C\nip cef", "ip cef\nbanner motd ^C\nHello\n  you\n^C\n"},
		{"text removed", "banner motd #Hello#\nno banner motd", ""},
		{"no of nothing", "no presence\nno ephone 1\nno hostname", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ty := newTypist(t).lines(tt.typed)
			if got := ty.body(); got != tt.want {
				t.Errorf("typed\n%s\ngot\n%s\nwant\n%s", tt.typed, got, tt.want)
			}
		})
	}
}

func TestApplyErrors(t *testing.T) {
	ty := newTypist(t).lines("ephone-dn 1 dual-line")
	before := ty.tree
	if _, err := ty.try("ephone-dn 1 octo-line"); err != errLineMode {
		t.Errorf("a Check's error must come through as it is: %v", err)
	}
	if _, err := ty.try("ephone-dn 1 dual-line"); err != nil {
		t.Error(err)
	}
	if !ty.tree.Equal(before) {
		t.Error("a refused line changed the tree")
	}

	s := ty.tree.Schema()
	number := s.Mode("ephone-dn").Set().Match("number 2001", nil).Args
	dn := ty.places[len(ty.places)-1]
	if _, _, _, err := ty.tree.Apply(Root, number); !errors.Is(err, ErrForeign) {
		t.Errorf("line of another mode: %v", err)
	}
	gone := newTypist(t).tree
	if _, _, _, err := gone.Apply(dn, number); !errors.Is(err, ErrGone) {
		t.Errorf("line in a block that is not there: %v", err)
	}
	for _, p := range []Path{"x", "\x00", "\xff\xff\x00\x01", dn + "\x00\x00", dn[:len(dn)-1], dn + dn} {
		if _, _, _, err := ty.tree.Apply(p, number); !errors.Is(err, ErrGone) {
			t.Errorf("path %q: %v", p, err)
		}
	}
	if _, _, _, err := (Tree{}).Apply(Root, number); !errors.Is(err, ErrGone) {
		t.Errorf("zero tree: %v", err)
	}
	if _, err := ty.try("no version"); err == nil {
		t.Error("a command without a negative form was removed")
	}
}

func TestChanges(t *testing.T) {
	ty := newTypist(t)
	tests := []struct {
		typed string
		want  []string
	}{
		{"ephone-dn 1", []string{"+global: ephone-dn  1"}},
		{"number 2001", []string{"+ephone-dn: number 2001"}},
		{"number 2001", nil},
		{"number 2002", []string{"-ephone-dn: number 2001", "+ephone-dn: number 2002"}},
		{"ephone-dn 1", nil},
		{"no ephone-dn 1", []string{"-global: ephone-dn  1", "-ephone-dn: number 2002"}},
		{"no ephone-dn 1", nil},
		{"line vty 0", []string{"+global: line vty 0"}},
		{"login", []string{"+line: login"}},
		{"line vty 0 4", []string{"-global: line vty 0", "+global: line vty 0 4"}},
		{"line vty 0", nil},
		{"ephone 1", []string{"+global: ephone  1"}},
		{"button 2:2 1:1", []string{"+ephone: button  1:1", "+ephone: button  2:2"}},
		{"button 1:3 2:2", []string{"-ephone: button  1:1", "+ephone: button  1:3"}},
		{"no button", []string{"-ephone: button  1:3", "-ephone: button  2:2"}},
		{"no button", nil},
		{"sip-ua", nil},
		{"presence enable", []string{"+global: sip-ua ", "+sip-ua: presence enable"}},
		{"retry notify 3", []string{"+sip-ua: retry notify 3"}},
		{"no retry notify", []string{"-sip-ua: retry notify 3"}},
		{"no presence enable", []string{"-global: sip-ua ", "-sip-ua: presence enable"}},
		{"telephony-service", []string{"+global: telephony-service"}},
		{"mode red", []string{"+telephony: mode red"}},
		{"mode blue", []string{"+telephony: mode blue", "-telephony: mode red"}},
		{"tftp-server b", []string{"+global: tftp-server b"}},
		{"tftp-server a", []string{"+global: tftp-server a"}},
		{"tftp-server b", nil},
		{"no ip domain lookup", []string{"+global: no ip domain lookup"}},
		{"no ip domain lookup", nil},
		{"secret-knob", nil},
	}
	for _, tt := range tests {
		old := ty.tree
		changes, err := ty.try(tt.typed)
		if err != nil {
			t.Fatal(err)
		}
		if got := changeText(changes); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.typed, got, tt.want)
		}
		if got, want := changeText(Diff(old, ty.tree)), changeText(changes); !slices.Equal(got, want) {
			t.Errorf("%s: Diff says\n%q, Apply\n%q", tt.typed, got, want)
		}
	}
}

func changeText(changes []Change) []string {
	var out []string
	for _, c := range changes {
		sign := "-"
		if c.Added {
			sign = "+"
		}
		out = append(out, sign+c.Mode+": "+c.Line)
	}
	return out
}

func TestDiffOfArrival(t *testing.T) {
	tests := []struct{ old, new, want string }{
		{"a b c", "a c", "-b"},
		{"a b", "b a", "-a +a"},
		{"a b c", "a x c", "-b -c +x +c"},
		{"", "b a", "+b +a"},
		{"a b c d", "a b c d", ""},
		{"d c b a", "a b c d", "-d -c -b +b +c +d"},
	}
	for _, tt := range tests {
		load := func(names string) Tree {
			ty := newTypist(t)
			for _, n := range strings.Fields(names) {
				ty.lines("tftp-server zz\ntftp-server " + n + "\nno tftp-server zz")
			}
			return ty.tree
		}
		old := load(tt.old)
		// The same schema is needed on both sides.
		ty := &typist{t: t, tree: NewTree(old.Schema()), places: []Path{Root}}
		for _, n := range strings.Fields(tt.new) {
			ty.lines("tftp-server " + n)
		}
		got := strings.Join(changeText(Diff(old, ty.tree)), " ")
		got = strings.ReplaceAll(got, "global: tftp-server ", "")
		if got != tt.want {
			t.Errorf("%q to %q: %q, want %q", tt.old, tt.new, got, tt.want)
		}
		if old.Equal(ty.tree) != (tt.want == "") {
			t.Errorf("%q and %q: Equal is wrong", tt.old, tt.new)
		}
	}
}
