package modes

import (
	"strings"
	"testing"
)

// What routers refuse, or keep in another form, beyond ranges.
func TestKeptForms(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "ephone-dn  1  dual-line\n number 2001\nvoice register dn  1\n number +2101\nsip-ua\n authentication username jack password 021201481F\n authentication username jill password test\n")
	for _, c := range []struct{ line, why string }{
		{"ephone-dn 1 octo-line", "line mode"},
		{"voice register dn 1\n number 21a1", "Invalid input"},
	} {
		bad := r.shell.Load(t.Context(), []byte(c.line), r.origin())
		if len(bad) != 1 || !strings.Contains(bad[0].Error, c.why) {
			t.Errorf("%q: %v", c.line, bad)
		}
	}
	if bad := r.shell.Load(t.Context(), []byte("ephone-dn 1 dual-line\nephone-dn 1\n"), r.origin()); len(bad) != 0 {
		t.Errorf("the same line mode: %v", bad)
	}
	run := r.running()
	if !strings.Contains(run, "username jack password 021201481F\n") || !strings.Contains(run, "username jill password 7 ") ||
		strings.Contains(run, "password test") || !strings.Contains(run, "ephone-dn  1  dual-line\n number 2001\n") {
		t.Errorf("running-config:\n%s", run)
	}
}

// The administrator guide: without telephony-service no SCCP phone is configured.
func TestNoTelephonyService(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "telephony-service\n max-ephones 2\n max-dn 2\nephone-dn 1\n number 2001\nephone 1\n button 1:1\nvoice register global\n mode cme\nno telephony-service\n")
	for _, command := range []string{"telephony-service", "ephone"} {
		if strings.Contains(r.running(), "\n"+command) {
			t.Errorf("%s is left:\n%s", command, r.running())
		}
	}
	if !strings.Contains(r.running(), "\nvoice register global\n") {
		t.Error("SIP phones have nothing to do with it")
	}
}
