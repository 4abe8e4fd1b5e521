package app

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/busylamp/busylamp/modes"
)

func checked(t *testing.T, config string) string {
	t.Helper()
	found, err := Check(t.Context(), strings.NewReader(config), modes.C3825)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.String())
	}
	return b.String()
}

// What the guide's own configurations look like to a strict reader: the example
// watches 2002, whose ephone-dn 4 nobody may watch; the sample for BLF speed dials
// gives them tags of directory numbers where numbers belong, and is no whole
// configuration; the one for verification has no phones.
func TestCheckGuide(t *testing.T) {
	for name, want := range map[string]string{
		"guide-example.cfg": "188: warning: ephone 1: 2002 is ephone-dn 4, which has no `allow watch`: its lamp stays unknown\n",
		"guide-blf.cfg": "1: warning: telephony-service has no `max-dn`: a router, where it is 0 unless set, takes no ephone-dn\n" +
			"11: warning: telephony-service has no `ip source-address`: no SCCP phone can register\n" +
			"11: warning: telephony-service has no `max-ephones`: a router, where it is 0 unless set, takes no ephone\n" +
			"13: warning: ephone 1: 201 is the tag of ephone-dn 201 and nobody's number; did you mean 2001?\n" +
			"13: warning: there is no `presence`: what phones watch stays unknown\n" +
			"14: warning: ephone 1: 203 is the tag of ephone-dn 203 and nobody's number; did you mean 2003?\n" +
			"15: warning: ephone 1, button 1:100: there is no ephone-dn 100\n" +
			"15: warning: ephone 1, button 2:101: there is no ephone-dn 101\n" +
			"15: warning: ephone 1, button 3b102: there is no ephone-dn 102\n",
		"guide-verify.cfg": "",
	} {
		text, err := os.ReadFile("../../modes/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := checked(t, string(text)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// Errors and warnings stand in the order of their lines; what goes wrong because of
// a limit is said at the limit.
func TestCheckRefused(t *testing.T) {
	got := checked(t, "telephony-service\r\n max-dn 5\r\n max-ephones 5\r\n ip source-address 10.0.0.1 port 2000\r\n create cnf-files\r\n"+
		"ephone-dn 6\r\n number 2006\r\nephone 1\r\n mac-address 0012.7F57.62A5\r\nR1(config-ephone)#button 1;6\r\npresence\r\n max-subscription 99\r\nend\r\nnonsense\r\n")
	want := "2: warning: `max-dn 5` is too low for ephone-dn 6\n" +
		"6: error: % Invalid input detected at '^' marker.\n    ephone-dn 6\n              ^\n" +
		"7: error: % Skipped, the line above it that it belongs to was refused\n     number 2006\n" +
		"10: error: % Invalid input detected at '^' marker.\n    R1(config-ephone)#button 1;6\n                              ^\n" +
		"12: error: % Invalid input detected at '^' marker.\n     max-subscription 99\n                      ^\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCheckReads(t *testing.T) {
	if _, err := Check(t.Context(), iotest.ErrReader(os.ErrPermission), modes.C3825); !errors.Is(err, os.ErrPermission) {
		t.Error(err)
	}
	if _, err := Check(t.Context(), strings.NewReader(strings.Repeat("!\n", maxStartup)), modes.C3825); err == nil {
		t.Error("a file of any size is read")
	}
	config := strings.Repeat("ephone-dn 501\n", 2)
	if found, err := Check(t.Context(), strings.NewReader(config), modes.Unlimited); err != nil || len(found) != 2 || found[0].Refused {
		t.Error(found, err)
	}
}
