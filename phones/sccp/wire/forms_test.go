package wire

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Which of two messages a phone is sent: older and newer form, first version of the newer.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		since    int
		old, new uint32
		make     func(inUse int) Message
	}{
		"text":    {8, IDDisplayPromptStatus, IDDisplayPromptStatusV2, func(v int) Message { return NewPromptStatus(v, "", 0, 0, 0) }},
		"notify":  {8, IDDisplayNotify, IDDisplayNotifyV2, func(v int) Message { return NewNotify(v, "", 0) }},
		"pri":     {8, IDDisplayPriNotify, IDDisplayPriNotifyV2, func(v int) Message { return NewPriNotify(v, "", 0, 0) }},
		"call":    {8, IDCallInfo, IDCallInfoV2, func(v int) Message { return NewCallInfo(v, CallDetails{}) }},
		"blf":     {8, IDFeatureStat, IDFeatureStatV2, func(v int) Message { return NewFeatureStat(v, 0, 0, 0, "") }},
		"service": {7, IDServiceURLStat, IDServiceURLStatV2, func(v int) Message { return NewServiceURLStat(v, 0, "", "") }},
		"line":    {17, IDLineStat, IDLineStatV2, func(v int) Message { return NewLineStat(v, 0, "", "", "") }},
		"speed":   {17, IDSpeedDialStat, IDSpeedDialStatV2, func(v int) Message { return NewSpeedDialStat(v, 0, "", "") }},
	} {
		for _, v := range versions {
			want := c.old
			if v >= c.since {
				want = c.new
			}
			if got := c.make(v).ID(); got != want {
				t.Errorf("%s at %d: %s", name, v, Name(got))
			}
		}
	}
}

func TestForwardStat(t *testing.T) {
	if m := NewForwardStat(2, "", "", ""); m.Active != 0 || m.Line != 2 {
		t.Errorf("%+v", m)
	}
	if m := NewForwardStat(2, "", "2001", ""); m.Active != 1 || m.All.Active != 0 || m.Busy != (Forward{1, "2001"}) {
		t.Errorf("%+v", m)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{
		{"Sales", 9, "Sales"},
		{"Sales", 5, "Sales"},
		{"Sales", 4, "Sale"},
		{"Sales", 0, ""},
		{"a\x00b", 5, "a"},
		{"abé", 3, "ab"},                 // half a character
		{"ab\x80\x13", 3, "ab"},          // half a code
		{"ab\x1e\x38c", 4, "ab\x1e\x38"}, // a whole one
		{"“x”", 3, "“"},                  // holds a byte 0x80 that is no page
		{"\xff\xff\xff", 2, "\xff\xff"},
	} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("%q cut to %d is %q, not %q", c.s, c.n, got, c.want)
		}
	}
}

func TestCutProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		got := cut(s, n)
		if len(got) > n || !strings.HasPrefix(s, got) || strings.Contains(got, "\x00") || !utf8.ValidString(got) {
			t.Fatalf("%q cut to %d is %q", s, n, got)
		}
	})
}

// A text too long for its field ends before the zero that must follow it.
func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", 500)
	for _, c := range []struct {
		m    Message
		text func(Message) string
		want int
	}{
		{&RegisterReject{Text: long}, func(m Message) string { return m.(*RegisterReject).Text }, 31},
		{&LineStat{Number: long}, func(m Message) string { return m.(*LineStat).Number }, 23},
		{&LineStatV2{Number: long}, func(m Message) string { return m.(*LineStatV2).Number }, 24},
		{&FeatureStat{Label: long}, func(m Message) string { return m.(*FeatureStat).Label }, 39},
		{&FeatureStatV2{Label: long}, func(m Message) string { return m.(*FeatureStatV2).Label }, 120},
		{&RegisterAck{DateTemplate: long}, func(m Message) string { return m.(*RegisterAck).DateTemplate }, 6},
		{&ConnectionStatisticsRes{Quality: long + long}, func(m Message) string { return m.(*ConnectionStatisticsRes).Quality }, 599},
	} {
		if got := len(c.text(decode(t, Encode(nil, c.m, 9), 9))); got != c.want {
			t.Errorf("%T: %d bytes of text, not %d", c.m, got, c.want)
		}
	}
	more := NewButtonTemplate(make([]Button, 100))
	if got := decode(t, Encode(nil, more, 9), 9).(*ButtonTemplateRes); len(got.Buttons) != 56 || got.Total != 56 {
		t.Errorf("%d of %d buttons", len(got.Buttons), got.Total)
	}
}

// The fields of a key that is not there: help text 0; of the 22nd: 322.
func TestSoftKeySets(t *testing.T) {
	frame := Encode(nil, NewSoftKeySets([]SoftKeySet{{2, 22}}), 9)
	set := frame[headerSize+12:]
	if set[0] != 2 || set[1] != 22 || set[2] != 0 {
		t.Errorf("places %x", set[:16])
	}
	if got, want := string(set[16:22]), "\x2e\x01\x42\x01\x00\x00"; got != want {
		t.Errorf("help texts %x", got)
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"Hello":                   "Hello",
		TextYourCurrentOptions:    "Your current options",
		TextFrom + "2001":         "From 2001",
		TextDNDActive:             "DND is active",
		"\x80\x7f2001":            "2001",
		"“2001”":                  "“2001”",
		"“2001” " + TextConnected: "“2001” Connected",
		"x\x80":                   "x",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}
