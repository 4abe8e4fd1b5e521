package cli

import (
	"strings"
	"testing"
)

// Who changes the configuration, and who saves it, stands in its first lines by name.
func TestStampsTellTheUser(t *testing.T) {
	b := newBox(t, DefaultConfig())
	run := func(user, typed string) string {
		t.Helper()
		s, err := b.Open(LineVTY, "192.0.2.9")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Authenticated(user, maxLevel)
		f := newFakeTerm("terminal length 0\n" + typed + "exit\n")
		if err := s.Run(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		return f.text()
	}
	run("ann", "conf t\nhostname A\nend\n")
	run("bob", "write memory\nconf t\nend\n")
	const want = "!\n! Last configuration change at 07:16:02 UTC Mon Sep 4 2006 by ann\n" +
		"! NVRAM config last updated at 07:16:02 UTC Mon Sep 4 2006 by bob\n!\nhostname A\n"
	for _, show := range []string{"show running-config\n", "show startup-config\n"} {
		if got := run("carl", show); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", show, got)
		}
	}
	b.MarkSaved()
	if got := run("carl", "show running-config\n"); strings.Contains(got, "Last configuration change") {
		t.Errorf("after the start:\n%s", got)
	}
}
