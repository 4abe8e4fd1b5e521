package sipua

import (
	"bufio"
	"errors"
	"io"
)

var (
	errPing     = errors.New("double CRLF")                   // RFC 5626 3.5.1: answer CRLF
	errNoLength = errors.New("no Content-Length on a stream") // RFC 3261 18.3
	errBigFrame = errors.New("message exceeds 64 KiB")
)

// keepBuffer is what a connection may hold on to between messages.
const keepBuffer = 8 << 10

// framer cuts a byte stream into messages by Content-Length. RFC 3261 18.3.
type framer struct {
	r   *bufio.Reader
	buf []byte
}

func newFramer(r io.Reader) *framer { return &framer{r: bufio.NewReaderSize(r, 8<<10)} }

// next returns the next message, valid until the next call. begin is called when
// its first byte is there. With errNoLength, errBigFrame and errNotSIP the bytes
// read so far are returned too; the stream cannot be read on after them. errPing
// is no failure: call again.
func (f *framer) next(begin func()) ([]byte, error) {
	if f.buf = f.buf[:0]; cap(f.buf) > keepBuffer {
		f.buf = nil
	}
	for ends := 0; ; {
		c, err := f.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if c == '\n' {
			if ends++; ends == 2 {
				return nil, errPing
			}
			continue
		}
		if c != '\r' {
			f.buf = append(f.buf, c)
			break
		}
	}
	begin()
	for start := 0; ; {
		part, err := f.r.ReadSlice('\n')
		if len(f.buf)+len(part) > maxMessage {
			return f.buf, errBigFrame
		}
		f.buf = append(f.buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(f.buf)-start == 2 && f.buf[start] == '\r' {
			break
		}
		start = len(f.buf)
	}
	h, err := scan(f.buf)
	switch {
	case err != nil:
		return f.buf, err
	case h.body < 0: // a lone CR or LF ended what looked like the head
		return f.buf, errNotSIP
	case h.length < 0 || h.seen[fLength] != 1:
		return f.buf, errNoLength
	case h.length > maxMessage-len(f.buf):
		return f.buf, errBigFrame
	}
	n := len(f.buf)
	for len(f.buf) < n+h.length { // grow with what arrives, not with what is claimed
		chunk := min(n+h.length-len(f.buf), 4096)
		at := len(f.buf)
		f.buf = append(f.buf, make([]byte, chunk)...)
		if _, err := io.ReadFull(f.r, f.buf[at:]); err != nil {
			return nil, err
		}
	}
	return f.buf, nil
}
