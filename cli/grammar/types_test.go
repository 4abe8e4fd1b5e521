package grammar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStandardTypes(t *testing.T) {
	good := []struct{ typ, in, out string }{
		{"WORD", "a-b_c!", "a-b_c!"},
		{"NUMBER", "+4930*#A.d", "+4930*#A.d"},
		{"HEX", "021201481f", "021201481F"},
		{"HEX", "0X2102", "0x2102"},
		{"A.B.C.D", "010.1.1.004", "10.1.1.4"},
		{"A.B.C.D", "255.255.255.255", "255.255.255.255"},
		{"A.B.C.D-mask", "255.255.255.240", "255.255.255.240"},
		{"A.B.C.D-mask", "0.0.0.0", "0.0.0.0"},
		{"A.B.C.D-mask", "255.255.255.255", "255.255.255.255"},
		{"X:X:X:X::X", "2001:db8:0:0::1", "2001:DB8::1"},
		{"X:X:X:X::X", "::", "::"},
		{"X:X:X:X::X", "::ffff:1.2.3.4", "::FFFF:1.2.3.4"},
		{"H.H.H", "0030.94c2.e1a8", "0030.94C2.E1A8"},
		{"H.H.H", "00-30-94-c2-E1-a8", "0030.94C2.E1A8"},
		{"H.H.H", "003094c2e1a8", "0030.94C2.E1A8"},
		{"URL", "tftp://172.18.207.15/labtest/cred1.csv", "tftp://172.18.207.15/labtest/cred1.csv"},
		{"URL", "HTTPS://h", "https://h"},
		{"URL", "flash:Jar41sccp.8-0-0-103dev.sbn", "flash:Jar41sccp.8-0-0-103dev.sbn"},
		{"URL", "slot0:", "slot0:"},
		{"URL", "system:/cme/sipphone/", "system:/cme/sipphone/"},
		{"HH:MM:SS", "10:00:00", "10:00:00"},
		{"HH:MM:SS", "7:05", "07:05:00"},
		{"HH:MM:SS", "23:59:59", "23:59:59"},
		{"HH:MM", "19:00", "19:00"},
		{"HH:MM", "7:05", "07:05"},
		{"SERVER", "ipv4:10.1.1.4", "ipv4:10.1.1.4"},
		{"SERVER", "IPV4:10.1.1.04:05060", "ipv4:10.1.1.4:5060"},
		{"SERVER", "DNS:sip.Example.com", "dns:sip.Example.com"},
		{"SERVER", "SIP-Server", "sip-server"},
		{"SERVER", "dhcp", "dhcp"},
		{"MONTH", "sept", "Sep"},
		{"MONTH", "MAY", "May"},
		{"MONTH", "june", "Jun"},
		{"INTERFACE", "g0/0", "GigabitEthernet0/0"},
		{"INTERFACE", "e0", "Ethernet0"},
		{"INTERFACE", "SM1/0", "SM1/0"},
		{"INTERFACE", "se0/01/0:23", "Serial0/1/0:23"},
		{"INTERFACE", "te1", "TenGigabitEthernet1"},
		{"INTERFACE", "loop007", "Loopback7"},
		{"INTERFACE", "gigabitethernet0/1.100", "GigabitEthernet0/1.100"},
		{"INTERFACE", "integrated-s2/0", "Integrated-Service-Engine2/0"},
		{"BUTTON", "1:10", "1:10"},
		{"BUTTON", "3B12", "3b12"},
		{"BUTTON", "04o13,014,15", "4o13,14,15"},
		{"BUTTON", "5x4", "5x4"},
		{"BUTTON", "1o" + strings.Repeat("1,", 24) + "1", "1o" + strings.Repeat("1,", 24) + "1"},
	}
	for _, tt := range good {
		got, bad, ok := standard[tt.typ].Parse(tt.in)
		if !ok || got != tt.out {
			t.Errorf("%s %q: %q, %d, %v; want %q", tt.typ, tt.in, got, bad, ok, tt.out)
		}
	}
	faults := []struct {
		typ, in string
		bad     int
	}{
		{"WORD", "a\x01", 1},
		{"NUMBER", "200x", 3},
		{"HEX", "12g", 2},
		{"HEX", "0x", 2},
		{"A.B.C.D", "1.2.3", 5},
		{"A.B.C.D", "1.2.3.", 6},
		{"A.B.C.D", "1..3", 2},
		{"A.B.C.D", "1.2.3.4.5", 7},
		{"A.B.C.D", "1.256.3.4", 4},
		{"A.B.C.D", "0001.2.3.4", 3},
		{"A.B.C.D", "x", 0},
		{"A.B.C.D-mask", "255.0.255.0", 0},
		{"A.B.C.D-mask", "0.255.255.255", 0},
		{"X:X:X:X::X", "2001:g", 5},
		{"X:X:X:X::X", "2001:", 5},
		{"X:X:X:X::X", "1.2.3.4", 0},
		{"X:X:X:X::X", "1:::2", 0},
		{"H.H.H", "0030.94c2", 9},
		{"H.H.H", "0030.94c2.e1ag", 13},
		{"H.H.H", "0030.94c2.e1a80", 14},
		{"H.H.H", "00:30.", 5},
		{"H.H.H", "003094c2e1a8ff", 12},
		{"URL", "tft", 3},
		{"URL", "tftp", 4},
		{"URL", "tftp:", 5},
		{"URL", "tftp:/x", 6},
		{"URL", "tftp://", 7},
		{"URL", "tftp:///x", 7},
		{"URL", "gopher://x", 0},
		{"URL", "flash:a\x02", 7},
		{"HH:MM:SS", "24:00", 1},
		{"HH:MM:SS", "10", 2},
		{"HH:MM:SS", "10:6", 4},
		{"HH:MM:SS", "10:60", 4},
		{"HH:MM:SS", "10:00:000", 8},
		{"HH:MM:SS", "a", 0},
		{"HH:MM", "12", 2},
		{"HH:MM", "1200", 2},
		{"HH:MM", "12:000", 5},
		{"HH:MM", "10:00:00", 5},
		{"HH:MM", ":00", 0},
		{"SERVER", "ipv4:10.1.1", 11},
		{"SERVER", "ipv4:10.1.256.4", 12},
		{"SERVER", "ipv4:10.1.1:5060", 11},
		{"SERVER", "ipv4:10.1.1.4:", 14},
		{"SERVER", "ipv4:10.1.1.4:99999", 18},
		{"SERVER", "ipv4:10.1.1.4:5060x", 18},
		{"SERVER", "ipv4:10..1", 8},
		{"SERVER", "ipx", 2},
		{"SERVER", "dns:", 4},
		{"SERVER", "dhcp4", 4},
		{"SERVER", "", 0},
		{"MONTH", "ju", 2},
		{"MONTH", "janx", 3},
		{"INTERFACE", "gi", 2},
		{"INTERFACE", "0/0", 0},
		{"INTERFACE", "gx0", 1},
		{"INTERFACE", "gi0/", 4},
		{"INTERFACE", "gi0-1", 3},
		{"BUTTON", "1", 1},
		{"BUTTON", "1:", 2},
		{"BUTTON", "0:1", 0},
		{"BUTTON", "1y1", 1},
		{"BUTTON", "1:1,2", 3},
		{"BUTTON", "1m1,2", 3},
		{"BUTTON", "1o1,", 4},
		{"BUTTON", "x", 0},
		{"BUTTON", "1o" + strings.Repeat("1,", 25) + "1", 2 + 49},
	}
	for _, tt := range faults {
		if got, bad, ok := standard[tt.typ].Parse(tt.in); ok || bad != tt.bad {
			t.Errorf("%s %q: %q, %d, %v; want a fault at %d", tt.typ, tt.in, got, bad, ok, tt.bad)
		}
	}
}

// Canonical forms are their own canonical forms, keys are one to one, and
// every beginning of a good word is a good beginning, save where a value is
// wrong as a whole.
func TestTypesProperties(t *testing.T) {
	alphabet := []rune("0123456789abcdefABCDEFgiGIoOx.:/-,#*+ \"\\loopbackse")
	for name, typ := range standard {
		if typ.Parse == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				in := rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "in")
				out, bad, ok := typ.Parse(in)
				if !ok {
					if bad < 0 || bad > len(in) {
						t.Fatalf("%q: fault at %d", in, bad)
					}
					return
				}
				again, _, ok := typ.Parse(out)
				if !ok || again != out {
					t.Fatalf("%q -> %q -> %q, %v", in, out, again, ok)
				}
			})
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.StringMatching(`[a-c./]{0,3}([1-9][0-9]{0,3}[./])?[1-9][0-9]{0,11}`)
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		if (a == b) != (naturalKey(a) == naturalKey(b)) {
			t.Fatalf("%q and %q share a key", a, b)
		}
	})
}

// What could still become a good word is told apart from what cannot: `?`
// lists the type only then.
func TestTypesBeginnings(t *testing.T) {
	for typ, word := range map[string]string{
		"A.B.C.D": "10.1.1.254", "H.H.H": "0030.94C2.E1A8", "URL": "tftp://host/x", "HH:MM:SS": "10:00:00",
		"INTERFACE": "GigabitEthernet0/0", "BUTTON": "4o13,14", "X:X:X:X::X": "2001:db8::1", "MONTH": "january", "HEX": "0x2102",
	} {
		for i := 1; i < len(word); i++ {
			if _, bad, ok := standard[typ].Parse(word[:i]); !ok && bad != i {
				t.Errorf("%s: %q is called bad at %d", typ, word[:i], bad)
			}
		}
	}
}
