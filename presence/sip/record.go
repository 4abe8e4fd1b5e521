package sip

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/eventlist"
)

// recordVersion begins each record; what has another one is not restored.
const recordVersion = 1

const (
	recordTCP   = 1 << iota
	recordEnded // reason and Retry-After follow
	recordSibs  // then the outgoing records of the entries of a list
)

// birth is what only the first record says.
type birth struct {
	since    time.Time
	dialPeer int
	phone    string
}

// revived is a dialog as its records have it.
type revived struct {
	birth
	pool    int32
	text    [parts]string
	entries []*entry // of a list, else nil

	form      form
	tcp       bool
	reserved  uint32
	remoteSeq uint32
	sib       uint32
	sibs      []uint32 // by entry; nil: none has one
	granted   time.Duration
	until     time.Time
	target    netip.AddrPort
	ended     *presence.Note
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendState writes what changes in the life of a dialog. mu is held.
func (d *dialog) appendState(b []byte, reserved uint32) []byte {
	flags := byte(0)
	if d.tcp {
		flags |= recordTCP
	}
	if d.last != nil {
		flags |= recordEnded
	}
	if d.list != nil && slices.ContainsFunc(d.list.entries, func(e *entry) bool { return e.sib != 0 }) {
		flags |= recordSibs
	}
	b = append(b, recordVersion, byte(d.form), flags)
	b = binary.AppendUvarint(b, uint64(reserved))
	b = binary.AppendUvarint(b, uint64(d.remoteSeq))
	b = binary.AppendUvarint(b, uint64(d.keeping.sib))
	b = binary.AppendUvarint(b, uint64(d.keeping.granted))
	until := time.Now().Add(d.until - time.Since(d.a.epoch))
	b = binary.AppendUvarint(b, uint64(max(until.UnixMilli(), 0)))
	at := len(b)
	b = append(b, 0)
	b, _ = d.target.AppendBinary(b) // never fails
	b[at] = byte(len(b) - at - 1)
	b = appendText(b, d.get(remoteTarget))
	if d.last != nil {
		b = appendText(b, d.last.Reason)
		b = binary.AppendUvarint(b, uint64(d.last.RetryAfter/time.Second))
	}
	if flags&recordSibs != 0 {
		b = binary.AppendUvarint(b, uint64(len(d.list.entries)))
		for _, e := range d.list.entries {
			b = binary.AppendUvarint(b, uint64(e.sib))
		}
	}
	return b
}

// appendWhole writes all that is needed to bring a dialog back. mu is held.
func (d *dialog) appendWhole(b []byte, reserved uint32, born *birth) []byte {
	b = d.appendState(b, reserved)
	b = binary.AppendUvarint(b, uint64(born.since.Unix()))
	b = binary.AppendUvarint(b, uint64(born.dialPeer))
	b = appendText(b, born.phone)
	b = binary.AppendUvarint(b, uint64(d.pool))
	for p := range parts {
		b = appendText(b, d.get(p))
	}
	if d.list == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(d.list.entries)))
	for _, e := range d.list.entries {
		b = appendText(b, e.uri)
		b = binary.AppendUvarint(b, uint64(e.id))
	}
	return b
}

// reader takes a record apart. After bad there are zero values only.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) bytes(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// number is at most limit.
func (r *reader) number(limit uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if r.bad || n <= 0 || v > limit {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// text has no control characters; but the route set has lines.
func (r *reader) text(lines bool) string {
	s := string(r.bytes(r.number(maxText)))
	r.bad = r.bad || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' && !(lines && c == '\n') })
	return s
}

const (
	max31 = 1<<31 - 1
	max32 = 1<<32 - 1
)

func (v *revived) state(r *reader) {
	r.bad = r.bad || r.byte() != recordVersion
	v.form = form(r.byte())
	r.bad = r.bad || v.form > asWatchers
	flags := r.byte()
	v.tcp = flags&recordTCP != 0
	v.reserved = uint32(r.number(max31)) // RFC 3261 8.1.1.5
	v.remoteSeq = uint32(r.number(max32))
	v.sib = uint32(r.number(max32))
	v.granted = time.Duration(r.number(uint64(maxExpires/time.Second))) * time.Second
	v.until = time.UnixMilli(int64(r.number(1 << 52)))
	r.bad = r.bad || v.target.UnmarshalBinary(r.bytes(uint64(r.byte()))) != nil || !v.target.IsValid()
	v.text[remoteTarget] = r.text(false)
	v.ended, v.sibs = nil, nil
	if flags&recordEnded != 0 {
		last := presence.Note{Reason: r.text(false)}
		last.RetryAfter = time.Duration(r.number(max31)) * time.Second
		r.bad = r.bad || last.Reason == "" || !isToken(last.Reason)
		v.ended = &last
	}
	if flags&recordSibs != 0 {
		for range r.number(eventlist.MaxEntries) {
			v.sibs = append(v.sibs, uint32(r.number(max32)))
		}
	}
}

// readState takes in a later record; false if it is none.
func (v *revived) readState(data []byte) bool {
	r := &reader{b: data}
	v.state(r)
	return !r.bad
}

// readWhole reads the first record of a dialog; nil if it is none.
func readWhole(data []byte) *revived {
	r, v := &reader{b: data}, &revived{}
	v.state(r)
	target := v.text[remoteTarget]
	v.since = time.Unix(int64(r.number(1<<40)), 0)
	v.dialPeer = int(r.number(max31))
	v.phone = r.text(false)
	v.pool = int32(r.number(max31))
	for p := range parts {
		v.text[p] = r.text(p == routes)
	}
	v.text[remoteTarget] = target
	n := r.number(eventlist.MaxEntries)
	for range n {
		e := &entry{uri: r.text(false), id: uint32(r.number(max32))}
		e.number = numberOf(e.uri)
		v.entries = append(v.entries, e)
	}
	if r.bad || slices.Contains([]string{v.text[callID], v.text[localTag], v.text[number]}, "") && n == 0 {
		return nil
	}
	return v
}
