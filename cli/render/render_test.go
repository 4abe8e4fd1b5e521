package render

import (
	"strings"
	"testing"
	"time"
)

func TestColumns(t *testing.T) {
	c := Columns{-8, 5, -6}
	if got, want := c.Row("ab", 12, "x"), "ab          12 x\n"; got != want {
		t.Errorf("Row = %q, want %q", got, want)
	}
	if got, want := c.Row("longer than 8", 12), "longer than 8    12\n"; got != want {
		t.Errorf("Row = %q, want %q", got, want)
	}
	if got, want := c.Rule('='), "======== ===== ======\n"; got != want {
		t.Errorf("Rule = %q, want %q", got, want)
	}
}

func TestBlock(t *testing.T) {
	var b strings.Builder
	err := Block(&b, "", 34, " : ", KV{"Presence feature enable", true}, KV{"Presence sccp blfsd retry limit", 10})
	want := "Presence feature enable            : TRUE\nPresence sccp blfsd retry limit    : 10\n"
	if err != nil || b.String() != want {
		t.Errorf("Block = %q, %v", b.String(), err)
	}
}

func TestHelpLayout(t *testing.T) {
	got := List([][2]string{{"co", "text"}, {"<1-33>", "number"}, {"<cr>", ""}})
	if want := "  co      text\n  <1-33>  number\n  <cr>\n"; got != want {
		t.Errorf("List = %q", got)
	}
	if got, want := Words([]string{"configure", "connect", "copy"}, 80), "configure  connect  copy\n"; got != want {
		t.Errorf("Words = %q", got)
	}
	if got, want := Words([]string{"aaaa", "bbbb", "cccc"}, 10), "aaaa  bbbb\ncccc\n"; got != want {
		t.Errorf("Words = %q", got)
	}
	if got := Words(nil, 10); got != "" {
		t.Errorf("Words(nil) = %q", got)
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2006, 9, 4, 7, 16, 2, 715e6, time.UTC)
	if got, want := Clock("*", at), "*07:16:02.715 UTC Mon Sep 4 2006"; got != want {
		t.Errorf("Clock = %q", got)
	}
	if got, want := Date(at), "07:16:02 UTC Mon Sep 4 2006"; got != want {
		t.Errorf("Date = %q", got)
	}
	for d, want := range map[time.Duration]string{
		0:                          "0 minutes",
		61 * time.Second:           "1 minute",
		3 * time.Hour:              "3 hours, 0 minutes",
		8 * 24 * time.Hour:         "1 week, 1 day, 0 hours, 0 minutes",
		366 * 24 * time.Hour:       "1 year, 0 weeks, 1 day, 0 hours, 0 minutes",
		-time.Hour:                 "0 minutes",
		25*time.Hour + time.Minute: "1 day, 1 hour, 1 minute",
	} {
		if got := Uptime(d); got != want {
			t.Errorf("Uptime(%v) = %q, want %q", d, got, want)
		}
	}
	if got := HMS(100*time.Hour + 5*time.Second); got != "100:00:05" {
		t.Errorf("HMS = %q", got)
	}
}
