package sipcall

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/busylamp/busylamp/phones/call"
)

// direction of an audio stream, as the side that wrote the SDP sees it.
type direction uint8

const (
	sendrecv direction = iota
	sendonly
	recvonly
	inactive
)

func (d direction) String() string {
	return [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}[d]
}

// description is what a received SDP body says. Only its first usable audio
// stream counts; the other media lines are kept to be answered with port 0.
type description struct {
	media call.Media // where the sender receives audio
	dir   direction  // c=0.0.0.0 counts as sendonly (RFC 3264 8.4)
	lines []mediaLine
	audio int // index of the stream in lines
}

// mediaLine is an m= line.
type mediaLine struct {
	kind, proto string
	formats     []string
}

// Limits of what a phone may describe.
const (
	maxSDP        = 8192
	maxMediaLines = 16
	maxFormats    = 64
)

var (
	errSDP     = errors.New("malformed session description") // answer 400
	errNoAudio = errors.New("no audio stream that we can")   // answer 488
)

// Payload type numbers: the static ones of RFC 3551, and what we offer for the
// dynamic ones when the side that receives has not chosen.
const (
	ptPCMU  = 0
	ptPCMA  = 8
	ptG722  = 9
	ptG729  = 18
	ptEvent = 101
	ptILBC  = 116
)

// parseSDP reads a session description.
func parseSDP(body []byte) (description, error) {
	if len(body) > maxSDP {
		return description{}, fmt.Errorf("%w: too long", errSDP)
	}
	text, lines, err := plainMedia(body)
	if err != nil {
		return description{}, err
	}
	var s sdp.SessionDescription
	if err := s.Unmarshal(text); err != nil {
		return description{}, fmt.Errorf("%w: %v", errSDP, err)
	}
	if len(s.MediaDescriptions) != len(lines) {
		return description{}, errSDP
	}
	for i, m := range s.MediaDescriptions {
		if lines[i].kind != "audio" || lines[i].proto != "RTP/AVP" || m.MediaName.Port.Value == 0 {
			continue
		}
		d, err := readAudio(&s, m)
		if errors.Is(err, errNoAudio) {
			continue
		}
		d.lines, d.audio = lines, i
		return d, err
	}
	return description{}, errNoAudio
}

// sessionHead stands for the lines of a description that nothing is read from.
const sessionHead = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\n"

// plainMedia takes the media lines out, and writes the rest in a form that the
// library takes. It refuses lines out of their order, unknown ones and those that are
// not wholly as RFC 4566 has them, in which phones err and of which only c=, m= and
// two kinds of a= mean something here; and kinds of media that it does not know (image
// for T.38), which we have to answer with port 0.
func plainMedia(body []byte) (text []byte, lines []mediaLine, err error) {
	if !bytes.HasPrefix(body, []byte("v=0")) {
		return nil, nil, fmt.Errorf("%w: no version", errSDP)
	}
	parts := append(make([]section, 0, 2), section{}) // of the session, then of each stream
	for line := range strings.SplitSeq(string(body), "\n") {
		line = strings.TrimRight(line, " \t\r")
		part := &parts[len(parts)-1]
		switch kind, rest, _ := strings.Cut(line, "="); kind {
		case "m":
			f := strings.Fields(rest)
			if len(f) < 4 || len(lines) >= maxMediaLines || len(f) > 3+maxFormats {
				return nil, nil, fmt.Errorf("%w: media line", errSDP)
			}
			lines = append(lines, mediaLine{f[0], f[2], f[3:]})
			parts = append(parts, section{media: "m=" + strings.Join(f, " ")})
			if f[0] != "audio" || f[2] != "RTP/AVP" {
				parts[len(parts)-1] = section{media: "m=application 0 UDP 0", foreign: true}
			}
		case "c":
			if part.conn == "" && !part.foreign {
				part.conn = line
			}
		case "a":
			if !part.foreign && (strings.HasPrefix(rest, "rtpmap:") || isDirection(rest)) {
				part.attributes = append(part.attributes, line)
			}
		}
	}
	out := make([]byte, 0, len(sessionHead)+len(body))
	out = append(out, sessionHead...)
	for i, p := range parts {
		out = appendLines(out, p.media, p.conn)
		if i == 0 {
			out = appendLines(out, "t=0 0")
		}
		out = appendLines(out, p.attributes...)
	}
	return out, lines, nil
}

// section is the session or one stream of a description, as far as it is read.
type section struct {
	media, conn string
	attributes  []string
	foreign     bool // is refused
}

func appendLines(out []byte, lines ...string) []byte {
	for _, l := range lines {
		if l != "" {
			out = append(append(out, l...), "\r\n"...)
		}
	}
	return out
}

func isDirection(name string) bool {
	for d := sendrecv; d <= inactive; d++ {
		if name == d.String() {
			return true
		}
	}
	return false
}

// readAudio reads one RTP audio stream.
func readAudio(s *sdp.SessionDescription, m *sdp.MediaDescription) (d description, err error) {
	conn := m.ConnectionInformation
	if conn == nil {
		conn = s.ConnectionInformation
	}
	if conn == nil || conn.Address == nil {
		return d, fmt.Errorf("%w: no address", errSDP)
	}
	host, _, _ := strings.Cut(conn.Address.Address, "/") // TTL, which only multicast has
	addr, err := netip.ParseAddr(host)
	if err != nil { // names are not resolved
		return d, fmt.Errorf("%w: address of media", errNoAudio)
	}
	port := m.MediaName.Port.Value
	if port < 0 || port > 65535 || addr.IsMulticast() {
		return d, fmt.Errorf("%w: address of media", errSDP)
	}
	d.media.Addr = netip.AddrPortFrom(addr.Unmap(), uint16(port))
	d.readFormats(m)
	if d.media.Codecs == 0 {
		return d, errNoAudio
	}
	d.dir = directionOf(m.Attributes, directionOf(s.Attributes, sendrecv))
	if addr.IsUnspecified() {
		switch d.dir {
		case sendrecv:
			d.dir = sendonly
		case recvonly:
			d.dir = inactive
		}
	}
	d.media.Inactive = d.dir == sendonly || d.dir == inactive
	if addr.IsUnspecified() {
		d.media.Addr = netip.AddrPort{}
	}
	return d, nil
}

func directionOf(attributes []sdp.Attribute, def direction) direction {
	for _, a := range attributes {
		for d := sendrecv; d <= inactive; d++ {
			if a.Key == d.String() {
				return d
			}
		}
	}
	return def
}

// readFormats finds the codecs of an audio stream.
func (d *description) readFormats(m *sdp.MediaDescription) {
	names := map[string]string{}
	for _, a := range m.Attributes {
		if pt, encoding, ok := strings.Cut(a.Value, " "); ok && a.Key == "rtpmap" {
			names[pt] = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(encoding)), "/1") // channels
		}
	}
	for _, f := range m.MediaName.Formats {
		pt, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		switch name := names[f]; {
		case pt == ptPCMU && (name == "" || name == "pcmu/8000"):
			d.media.Codecs |= call.G711u
		case pt == ptPCMA && (name == "" || name == "pcma/8000"):
			d.media.Codecs |= call.G711a
		case pt == ptG722 && (name == "" || name == "g722/8000"):
			d.media.Codecs |= call.G722
		case pt == ptG729 && (name == "" || strings.HasPrefix(name, "g729")):
			d.media.Codecs |= call.G729
		case name == "ilbc/8000" && pt >= 96 && d.media.ILBC == 0:
			d.media.Codecs |= call.ILBC
			d.media.ILBC = uint8(pt)
		case name == "telephone-event/8000" && pt >= 96 && d.media.Event == 0:
			d.media.Event = uint8(pt)
		}
	}
}

// origin is the o= line of a leg.
type origin struct {
	addr        netip.Addr
	id, version uint64
}

// format is one payload type of a stream that we describe.
type format struct {
	pt       uint8
	encoding string
	fmtp     string
}

// formatsOf lists codecs in our order of preference, and telephone-event.
func formatsOf(m call.Media, events bool) []format {
	var list []format
	for _, f := range []struct {
		codec call.Codecs
		format
	}{
		{call.G711u, format{ptPCMU, "PCMU/8000", ""}},
		{call.G711a, format{ptPCMA, "PCMA/8000", ""}},
		{call.G722, format{ptG722, "G722/8000", ""}},
		{call.G729, format{ptG729, "G729/8000", "annexb=no"}},
		{call.ILBC, format{orElse(m.ILBC, ptILBC), "iLBC/8000", "mode=20"}},
	} {
		if m.Codecs&f.codec != 0 {
			list = append(list, f.format)
		}
	}
	if events {
		list = append(list, format{orElse(m.Event, ptEvent), "telephone-event/8000", "0-15"})
	}
	return list
}

func orElse(pt, def uint8) uint8 {
	if pt == 0 {
		return def
	}
	return pt
}

// offerSDP describes m to a peer. lines is what was negotiated before, whose
// number and order must stay (RFC 3264 8); nil at first.
func offerSDP(o origin, lines []mediaLine, audio int, m call.Media, dir direction) []byte {
	if m.Codecs == 0 {
		m.Codecs = call.AllCodecs
	}
	if len(lines) == 0 {
		lines, audio = []mediaLine{{kind: "audio", proto: "RTP/AVP"}}, 0
	}
	return writeSDP(o, lines, audio, m, formatsOf(m, true), dir)
}

// answerSDP answers an offer with m. codec is the one chosen; 0 if there is none
// in common, and then no answer.
func answerSDP(o origin, offer description, m call.Media, dir direction) (body []byte, codec call.Codecs) {
	able := m.Codecs
	if able == 0 {
		able = call.AllCodecs
	}
	if codec = able.Pick(offer.media.Codecs); codec == 0 {
		return nil, 0
	}
	chosen := m
	chosen.Codecs = codec
	// What the other party has not chosen is numbered as the offer has it.
	chosen.ILBC, chosen.Event = orElse(m.ILBC, offer.media.ILBC), orElse(m.Event, offer.media.Event)
	return writeSDP(o, offer.lines, offer.audio, chosen, formatsOf(chosen, offer.media.Event != 0), dir), codec
}

// answerDirection is the direction of an answer by whom wants dir (sendrecv or inactive).
func answerDirection(offer, dir direction) direction {
	switch {
	case dir == inactive || offer == inactive:
		return inactive
	case offer == sendonly:
		return recvonly
	case offer == recvonly:
		return sendonly
	}
	return sendrecv
}

// silentPort stands in a description without an address: the port must not be 0,
// which would refuse the stream.
const silentPort = 16384

// writeSDP writes a description in which only the stream audio is accepted.
func writeSDP(o origin, lines []mediaLine, audio int, m call.Media, formats []format, dir direction) []byte {
	at := m.Addr
	if !m.Valid() {
		at = netip.AddrPortFrom(netip.IPv4Unspecified(), silentPort)
	}
	b := make([]byte, 0, 384)
	b = fmt.Appendf(b, "v=0\r\no=CiscoSystemsSIP-GW-UserAgent %d %d IN %s %s\r\ns=SIP Call\r\nc=IN %s %s\r\nt=0 0\r\n",
		o.id, o.version, family(o.addr), o.addr, family(at.Addr()), at.Addr())
	for i, l := range lines {
		b = append(append(append(b, "m="...), l.kind...), ' ')
		if i == audio {
			b = strconv.AppendUint(b, uint64(at.Port()), 10)
			b = append(append(append(b, ' '), l.proto...), describe(formats, dir)...)
			continue
		}
		b = append(append(b, "0 "...), l.proto...)
		if len(l.formats) == 0 {
			b = append(b, " 0"...)
		}
		for _, f := range l.formats {
			b = append(append(b, ' '), f...)
		}
		b = append(b, "\r\n"...)
	}
	return b
}

// describe is the rest of the media line and the attributes of a stream.
func describe(formats []format, dir direction) []byte {
	list, attributes := make([]byte, 0, 320), make([]byte, 0, 256)
	var seen [256]bool
	for _, f := range formats {
		if seen[f.pt] { // two dynamic ones with one number
			continue
		}
		seen[f.pt] = true
		list = strconv.AppendUint(append(list, ' '), uint64(f.pt), 10)
		attributes = attribute(attributes, "a=rtpmap:", f.pt, f.encoding)
		if f.fmtp != "" {
			attributes = attribute(attributes, "a=fmtp:", f.pt, f.fmtp)
		}
	}
	list = append(append(append(list, "\r\n"...), attributes...), "a=ptime:20\r\na="...)
	return append(append(list, dir.String()...), "\r\n"...)
}

func attribute(b []byte, name string, pt uint8, value string) []byte {
	b = strconv.AppendUint(append(b, name...), uint64(pt), 10)
	return append(append(append(b, ' '), value...), "\r\n"...)
}

func family(a netip.Addr) string {
	if a.Unmap().Is4() {
		return "IP4"
	}
	return "IP6"
}
