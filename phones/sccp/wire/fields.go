package wire

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
)

// fields is a place in a body that is being written or read. Every method passes
// one field and returns what follows; a method that is given a pointer writes what
// it points to, or fills it. Reading past the end gives zeros.
//
// It is passed by value so that Encode allocates nothing.
type fields struct {
	buf     []byte // what is written so far (header and all), or what is to be read
	inUse   int    // protocol version
	writing bool
}

// take removes up to n bytes from the front.
func (f fields) take(n int) ([]byte, fields) {
	n = min(n, len(f.buf))
	b := f.buf[:n]
	f.buf = f.buf[n:]
	return b, f
}

func (f fields) u8(p *uint8) fields {
	if f.writing {
		f.buf = append(f.buf, *p)
	} else if len(f.buf) > 0 {
		*p, f.buf = f.buf[0], f.buf[1:]
	}
	return f
}

func (f fields) u16(p *uint16) fields {
	if f.writing {
		f.buf = binary.LittleEndian.AppendUint16(f.buf, *p)
		return f
	}
	b, f := f.take(2)
	for i, c := range b {
		*p |= uint16(c) << (8 * i)
	}
	return f
}

// u32 reads a number of fewer bytes at the end of a body, too: some phones send a
// port as 16 bits.
func (f fields) u32(p *uint32) fields {
	if f.writing {
		f.buf = binary.LittleEndian.AppendUint32(f.buf, *p)
		return f
	}
	if len(f.buf) >= 4 {
		*p, f.buf = binary.LittleEndian.Uint32(f.buf), f.buf[4:]
		return f
	}
	for i, c := range f.buf {
		*p |= uint32(c) << (8 * i)
	}
	f.buf = nil
	return f
}

// u32s is several u32 in a row.
func (f fields) u32s(ps ...*uint32) fields {
	for _, p := range ps {
		f = f.u32(p)
	}
	return f
}

// pad is n bytes without a meaning.
func (f fields) pad(n int) fields {
	if f.writing {
		end := len(f.buf)
		f.buf = slices.Grow(f.buf, n)[:end+n]
		clear(f.buf[end:])
		return f
	}
	_, f = f.take(n)
	return f
}

// raw is an array of bytes.
func (f fields) raw(p []byte) fields {
	if f.writing {
		f.buf = append(f.buf, p...)
		return f
	}
	b, f := f.take(len(p))
	copy(p, b)
	return f
}

// rest is all that is left, at most most bytes.
func (f fields) rest(p *[]byte, most int) fields {
	if f.writing {
		f.buf = append(f.buf, (*p)[:min(len(*p), most)]...)
		return f
	}
	b, f := f.take(most)
	*p = append([]byte(nil), b...)
	return f
}

// text is a field of n bytes filled up with zeros. It is written with at least one
// zero at its end, and read without.
func (f fields) text(p *string, n int) fields {
	if f.writing {
		s := cut(*p, n-1)
		f.buf = append(f.buf, s...)
		return f.pad(n - len(s))
	}
	b, f := f.take(n)
	*p = cstring(b)
	return f
}

// name is text without the need for a zero at its end.
func (f fields) name(p *string, n int) fields {
	if f.writing {
		s := cut(*p, n)
		f.buf = append(f.buf, s...)
		return f.pad(n - len(s))
	}
	return f.text(p, n)
}

// tail is a string that ends with a zero, with it at most n bytes long.
func (f fields) tail(p *string, n int) fields {
	if f.writing {
		f.buf = append(append(f.buf, cut(*p, n-1)...), 0)
		return f
	}
	*p = cstring(f.buf)
	_, f = f.take(len(*p) + 1)
	return f
}

// ip4 is an IPv4 address in network order; 0.0.0.0 is the zero Addr.
func (f fields) ip4(p *netip.Addr) fields {
	var b [4]byte
	if f.writing {
		if a := p.Unmap(); a.Is4() {
			b = a.As4()
		}
		f.buf = append(f.buf, b[:]...)
		return f
	}
	got, f := f.take(4)
	if copy(b[:], got); b != [4]byte{} {
		*p = netip.AddrFrom4(b)
	}
	return f
}

// ip6 is an IPv6 address; all zeros is the zero Addr.
func (f fields) ip6(p *netip.Addr) fields {
	var b [16]byte
	if f.writing {
		if p.Is6() {
			b = p.As16()
		}
		f.buf = append(f.buf, b[:]...)
		return f
	}
	got, f := f.take(16)
	if copy(b[:], got); b != [16]byte{} {
		*p = netip.AddrFrom16(b)
	}
	return f
}

// addr is the address of media: IPv4 below protocol version 17, from there on a
// family (0 IPv4, 1 IPv6) and 16 bytes.
func (f fields) addr(p *netip.Addr) fields {
	if f.inUse < 17 {
		return f.ip4(p)
	}
	var family uint32
	if a := p.Unmap(); f.writing && a.Is6() {
		family = 1
	}
	f = f.u32(&family)
	if family == 1 {
		return f.ip6(p)
	}
	return f.ip4(p).pad(12)
}

// number is a directory number in a message that changed with protocol version
// 18: 24 bytes before, 25 since, and what follows is no longer aligned.
func (f fields) number(p *string) fields {
	if f.inUse >= 18 {
		return f.text(p, 25)
	}
	return f.text(p, 24)
}

// cstring is what stands before the first zero.
func cstring(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// cut shortens a string to n bytes, and to what stands before a zero byte. It
// leaves neither half a UTF-8 character nor half a code of a built-in text.
func cut(s string, n int) string {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	if len(s) <= n {
		return s
	}
	end := 0
	for end < n && end+unit(s[end:]) <= n {
		end += unit(s[end:])
	}
	return s[:end]
}
