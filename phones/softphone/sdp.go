package softphone

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// media is one side's description of a call's audio: RFC 4566, as far as a phone
// with one audio stream needs it.
type media struct {
	addr      netip.AddrPort // port 0: none
	formats   []int          // payload types, in order of preference
	direction string         // "sendrecv", "sendonly", "recvonly", "inactive"
}

// Payload types this phone can have: G.711 µ-law and A-law, G.722, G.729.
var payloads = []struct {
	format      int
	rtpmap, ios string
}{
	{0, "PCMU/8000", "g711ulaw"}, {8, "PCMA/8000", "g711alaw"}, {9, "G722/8000", "g722r64"}, {18, "G729/8000", "g729r8"},
}

// telephoneEvent is the payload type of DTMF digits: RFC 4733.
const telephoneEvent = 101

// describe writes an offer, or the answer to one.
func describe(at netip.AddrPort, version uint32, direction string, formats []int) []byte {
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=Busylamp-Phone %d %d IN %s %s\r\ns=SIP Call\r\nc=IN %[3]s %[4]s\r\nt=0 0\r\nm=audio %d RTP/AVP",
		at.Port(), version, family, at.Addr(), at.Port())
	for _, f := range formats {
		fmt.Fprintf(&b, " %d", f)
	}
	fmt.Fprintf(&b, " %d\r\n", telephoneEvent)
	for _, p := range payloads {
		if slices.Contains(formats, p.format) {
			fmt.Fprintf(&b, "a=rtpmap:%d %s\r\n", p.format, p.rtpmap)
		}
	}
	fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%[1]d 0-15\r\na=%s\r\n", telephoneEvent, direction)
	return []byte(b.String())
}

// allFormats is what an offer lists.
func allFormats() []int {
	var all []int
	for _, p := range payloads {
		all = append(all, p.format)
	}
	return all
}

// readMedia reads the first audio stream of a session description; ok is false
// if there is none.
func readMedia(body []byte) (m media, ok bool) {
	m.direction = "sendrecv"
	var addr netip.Addr
	inAudio := false
	for line := range strings.SplitSeq(string(body), "\n") {
		line = strings.TrimSuffix(line, "\r")
		kind, value, found := strings.Cut(line, "=")
		if !found {
			continue
		}
		switch {
		case kind == "m":
			if ok {
				inAudio = false // further streams are not for us
				continue
			}
			m.addr, m.formats, ok = readAudio(value)
			inAudio = ok
		case kind == "c" && (inAudio || !ok):
			if f := strings.Fields(value); len(f) == 3 {
				text, _, _ := strings.Cut(f[2], "/")
				addr, _ = netip.ParseAddr(text)
			}
		case kind == "a" && (inAudio || !ok):
			switch value {
			case "sendrecv", "sendonly", "recvonly", "inactive":
				m.direction = value
			}
		}
	}
	m.addr = netip.AddrPortFrom(addr, m.addr.Port())
	return m, ok
}

// readAudio reads "audio 16384 RTP/AVP 0 8 101".
func readAudio(value string) (netip.AddrPort, []int, bool) {
	f := strings.Fields(value)
	if len(f) < 4 || f[0] != "audio" {
		return netip.AddrPort{}, nil, false
	}
	port, err := strconv.ParseUint(f[1], 10, 16)
	if err != nil {
		return netip.AddrPort{}, nil, false
	}
	var formats []int
	for _, text := range f[3:min(len(f), 32)] {
		if n, err := strconv.Atoi(text); err == nil {
			formats = append(formats, n)
		}
	}
	return netip.AddrPortFrom(netip.Addr{}, uint16(port)), formats, true
}

// common are the formats that both sides have, in the order of m.
func (m media) common() []int {
	var both []int
	for _, f := range m.formats {
		if slices.Contains(allFormats(), f) {
			both = append(both, f)
		}
	}
	return both
}

// codec is the IOS name of the format in use, "" for none.
func (m media) codec() string {
	for _, f := range m.common() {
		for _, p := range payloads {
			if p.format == f {
				return p.ios
			}
		}
	}
	return ""
}

// held reports whether the other side does not want to hear us: RFC 3264 8.4,
// or the way of RFC 2543.
func (m media) held() bool {
	return m.direction == "sendonly" || m.direction == "inactive" || m.addr.Addr().IsUnspecified() || !m.addr.IsValid()
}

// sendTo is where audio for the other side goes, invalid for nowhere.
func (m media) sendTo() netip.AddrPort {
	if m.held() || m.addr.Port() == 0 {
		return netip.AddrPort{}
	}
	return m.addr
}

// answerTo is the direction that answers an offer: RFC 3264 6.1.
func answerTo(offer string, holding bool) string {
	switch {
	case offer == "inactive", holding && offer == "sendonly":
		return "inactive"
	case offer == "sendonly":
		return "recvonly"
	case offer == "recvonly", holding:
		return "sendonly"
	}
	return "sendrecv"
}
