package phones

import (
	"net/netip"
	"testing"
)

func TestParseMAC(t *testing.T) {
	for _, s := range []string{"0015.6247.EF90", "0015.6247.ef90", "00:15:62:47:ef:90", "00-15-62-47-EF-90", "00156247EF90"} {
		m, err := ParseMAC(s)
		if err != nil || m.String() != "0015.6247.EF90" || m.Device() != "SEP00156247EF90" {
			t.Errorf("%s: %v %s %s", s, err, m, m.Device())
		}
	}
	for _, s := range []string{"", "0015.6247.EF9", "0015.6247.EF9G", "00156247EF90FF", "0015/6247/EF90", "................."} {
		if m, err := ParseMAC(s); err == nil {
			t.Errorf("%q read as %s", s, m)
		}
	}
	if s := (MAC{}).String() + (MAC{}).Device(); s != "" {
		t.Errorf("zero MAC prints %q", s)
	}
}

func TestIdentify(t *testing.T) {
	const want = "0015.6247.EF90"
	c := func(c Contact) Registration { return Registration{Contacts: []Contact{c}} }
	tests := []struct {
		name   string
		reg    Registration
		mac    string
		device string
		named  bool
	}{
		{"user part", c(Contact{User: "00156247ef90"}), want, "", false},
		{"user part, dotted", c(Contact{User: "0015.6247.EF90"}), want, "", false},
		{"SEP in the user part", c(Contact{User: "SEP00156247EF90"}), want, "SEP00156247EF90", true},
		{"SEP in the URI", c(Contact{URI: "sip:2101@10.1.1.1;device=sep00156247ef90"}), want, "SEP00156247EF90", true},
		{"Cisco instance", c(Contact{Instance: "urn:uuid:00000000-0000-0000-0000-00156247ef90"}), want, "SEP00156247EF90", true},
		{"UUID of version 1", c(Contact{Instance: "urn:uuid:f81d4fae-7dec-11d0-a765-00156247ef90"}), want, "", false},
		{"device name", c(Contact{Params: `;+u.sip!devicename.ccm.cisco.com="SEP00156247EF90"`}), want, "SEP00156247EF90", true},
		{"device id that is no MAC", c(Contact{Params: `;device-id="lobby"`}), "", "lobby", false},
		{"User-Agent", Registration{UserAgent: "Yealink SIP-T46S 66.84.0.15 00:15:62:47:ef:90"}, want, "", false},
		{"Reason", Registration{Hints: []string{`SIP;cause=200;text="cisco-alarm:25 Name=SEP00156247EF90 Load=8.0"`}}, want, "SEP00156247EF90", true},
		{"Call-ID of a 7960", Registration{CallID: "00156247-ef900002-6c48fe8e-03013c10@10.1.1.5"}, want, "", false},
		{"nothing", Registration{CallID: "f81d4fae@h", UserAgent: "baresip v1.0.0 (x86_64/linux)", Contacts: []Contact{{User: "2101"}}}, "", "", false},
		{"named goes first", Registration{Contacts: []Contact{{User: "aabbccddeeff"}}, Hints: []string{"SEP00156247EF90"}}, want, "SEP00156247EF90", true},
	}
	for _, tt := range tests {
		id := identify(tt.reg)
		var got string
		if len(id.macs) > 0 {
			got = id.macs[0].String()
		}
		if got != tt.mac || id.device != tt.device || id.named != tt.named {
			t.Errorf("%s: %v %q named=%t", tt.name, id.macs, id.device, id.named)
		}
	}
}

func TestMatch(t *testing.T) {
	cfg := Config{
		DNs: []DN{{Tag: 1, Number: "1"}, {Tag: 2, Number: "2"}, {Tag: 3, Number: "3"}, {Tag: 4, Number: "4"}, {Tag: 5, Number: "5"}, {Tag: 6, Number: "6"}},
		Pools: []Pool{
			{Tag: 10, IDNetwork: netip.MustParsePrefix("10.0.0.0/8"), Numbers: []PoolNumber{{1, 1}}},
			{Tag: 11, IDNetwork: netip.MustParsePrefix("10.1.0.0/16"), Numbers: []PoolNumber{{1, 2}}},
			{Tag: 12, IDNetwork: netip.MustParsePrefix("10.1.0.0/16"), Numbers: []PoolNumber{{1, 3}}},
			{Tag: 13, IDIP: netip.MustParsePrefix("10.1.1.1/32"), Numbers: []PoolNumber{{1, 1}, {2, 4}}},
			{Tag: 14, MAC: mac("000000000001"), Numbers: []PoolNumber{{1, 1}, {2, 5}}},
			{Tag: 15, Numbers: []PoolNumber{{1, 5}}},
			{Tag: 16, Numbers: []PoolNumber{{1, 5}, {2, 6}, {3, 99}}},
			{Tag: 17, DeviceID: "lobby", Numbers: []PoolNumber{{1, 6}}},
		},
	}
	ix := newIndex(cfg, nil)
	tests := []struct {
		name, number, src, user, device string
		pool, line                      int // line 0: found, but without the number
	}{
		{"MAC before address", "1", "10.1.1.1", "000000000001", "", 14, 1},
		{"address before network", "1", "10.1.1.1", "", "", 13, 1},
		{"a strong match without the number is a 404", "2", "10.1.1.1", "", "", 13, 0},
		{"longer prefix", "9", "10.1.2.3", "", "", 11, 0},
		{"having the number beats the longer prefix", "1", "10.1.2.3", "", "", 10, 1},
		{"same prefix, the one with the number", "3", "10.1.2.3", "", "", 12, 1},
		{"number, pool without id first", "5", "192.0.2.1", "", "", 15, 1},
		{"number, another line", "6", "192.0.2.1", "", "", 16, 2},
		{"number of a pool with a MAC, phone without", "1", "192.0.2.1", "", "", 14, 1},
		{"number of a pool with a MAC, phone with another", "1", "192.0.2.1", "SEP000000000002", "", 0, 0},
		{"device-id-name", "6", "192.0.2.1", "", "LOBBY", 17, 1},
		{"nothing", "4", "192.0.2.1", "", "", 0, 0},
		{"dn that does not exist", "", "192.0.2.1", "", "", 0, 0},
	}
	for _, tt := range tests {
		reg := Registration{Contacts: []Contact{{User: tt.user}}}
		if tt.device != "" {
			reg.Contacts[0].Params = ";device-id=" + tt.device
		}
		m := ix.match(tt.number, identify(reg), netip.MustParseAddr(tt.src), func(*Pool, int) bool { return false })
		var pool int
		if m.pool != nil {
			pool = m.pool.Tag
		}
		if pool != tt.pool || m.line.index != tt.line || m.ok != (tt.line != 0) {
			t.Errorf("%s: pool %d line %d %t, want %d line %d", tt.name, pool, m.line.index, m.ok, tt.pool, tt.line)
		}
	}
}

func TestIndexDefaults(t *testing.T) {
	c := newIndex(Config{MinExpires: 7200e9, MaxExpires: 120e9, AttemptsSize: 500}, nil).cfg
	if c.MinExpires != c.MaxExpires || c.AttemptsSize != MaxAttemptsSize || c.Realm != DefaultRealm {
		t.Errorf("%+v", c)
	}
}
