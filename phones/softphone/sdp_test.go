package softphone

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestMedia(t *testing.T) {
	m, ok := readMedia([]byte("v=0\no=- 1 1 IN IP4 10.9.9.9\ns=-\nc=IN IP4 10.1.1.7/127\nt=0 0\nm=audio 4000 RTP/AVP 18 0\na=sendonly\nm=video 5000 RTP/AVP 99\nc=IN IP4 10.1.1.8\na=inactive\n"))
	if !ok || m.addr.String() != "10.1.1.7:4000" || m.direction != "sendonly" || m.codec() != "g729r8" || m.sendTo().IsValid() {
		t.Errorf("%+v %v", m, ok)
	}
	for _, at := range []string{"10.1.1.1:4000", "[2001:db8::1]:4000"} {
		for _, direction := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
			m, ok := readMedia(describe(netip.MustParseAddrPort(at), 7, direction, allFormats()))
			if !ok || m.addr.String() != at || m.direction != direction || !slices.Equal(m.common(), allFormats()) {
				t.Errorf("%s %s: %+v %v", at, direction, m, ok)
			}
		}
	}
	for _, body := range []string{"", "m=audio x RTP/AVP 0", "m=audio 70000 RTP/AVP 0", "m=video 1 RTP/AVP 0", "m=audio 1"} {
		if m, ok := readMedia([]byte(body)); ok {
			t.Errorf("%q: %+v", body, m)
		}
	}
	for _, row := range [][3]string{
		{"sendrecv", "", "sendrecv"}, {"sendrecv", "hold", "sendonly"}, {"sendonly", "", "recvonly"}, {"sendonly", "hold", "inactive"},
		{"recvonly", "", "sendonly"}, {"recvonly", "hold", "sendonly"}, {"inactive", "", "inactive"}, {"inactive", "hold", "inactive"},
	} {
		if got := answerTo(row[0], row[1] != ""); got != row[2] {
			t.Errorf("%q: %s", row, got)
		}
	}
}

func TestParty(t *testing.T) {
	for value, want := range map[string]string{
		`"Anna" <sip:2101@10.1.1.2>;tag=1`: `2101 "Anna"`, `<sip:2101@10.1.1.2>`: "2101", `"2101" <sip:2101@h>`: "2101", "sip:2101@h;tag=4": "2101", "": "", "<": "",
	} {
		res := sip.NewResponse(180, "")
		res.AppendHeader(sip.NewHeader("To", value))
		if got := party(res, "To"); got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}

func FuzzMedia(f *testing.F) {
	f.Add(farSDP)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, ok := readMedia(body)
		_, _, _ = m.sendTo(), m.codec(), m.common()
		if ok && m.direction == "" {
			t.Error("no direction")
		}
	})
}
