package transcripts

import (
	"slices"
	"testing"
)

func TestParseKeys(t *testing.T) {
	for text, want := range map[string][]string{
		"show clock":               {"show clock"},
		"sh<TAB>x<ENTER>":          {"sh\t", "x\r"},
		"a<^V>?b<ESC>q?c?":         {"a\x16?b\x1bq?c?"},
		"<LT>x><^A><UP><^C><^Z>ü":  {"<x>\x01\x1b[A\x03", "\x1a", "ü"},
		"<^R><^_><BREAK><^^><DEL>": {"\x12", "\x1f\x1e\x1e\x7f"},
	} {
		chords, err := parseKeys(text)
		var got []string
		for _, c := range chords {
			got = append(got, c.bytes)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, bad := range []string{"<", "<>", "<NOKEY>", "<TAB", "<^a>"} {
		if c, err := parseKeys(bad); err == nil {
			t.Errorf("%s: %v", bad, c)
		}
	}
}

func TestPainted(t *testing.T) {
	for raw, want := range map[string]string{
		"plain  ":                       "plain  ",
		"abx\b \b":                      "ab",
		"ab\bc\nnext":                   "ac\nnext",
		"R#shwo\b\bow\b":                "R#show",
		" --More-- " + moreErase + "R#": "R#",
		"\b\bx":                         "x",
	} {
		if got := painted(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// moreErase is what takes the prompt of the pager away.
const moreErase = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"
