package sccp

import (
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

func TestKeepAliveInterval(t *testing.T) {
	for _, c := range []struct{ phone, all, want time.Duration }{
		{0, 0, 30 * time.Second}, {0, time.Minute, time.Minute}, {10 * time.Second, time.Minute, 10 * time.Second},
	} {
		if got := keepAlive(&phones.Ephone{KeepAlive: c.phone}, &phones.Telephony{KeepAlive: c.all}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
