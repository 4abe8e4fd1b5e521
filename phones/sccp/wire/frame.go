package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// headerSize is the length word, the version word and the message identifier. The
// length word counts the identifier and the body.
const headerSize = 12

// smallBuffer is what a Reader begins with.
const smallBuffer = 512

// ErrLength is a frame whose length word is below 4 or whose body is longer than
// MaxBody. A stream cannot be read on after it.
var ErrLength = errors.New("sccp: length of frame out of range")

// headerVersion is the version word of a frame: the protocol version in use from
// 10 on, but never on the three answers that a phone may get before it knows it.
func headerVersion(id uint32, inUse int) uint32 {
	if inUse < 10 || id == IDKeepAliveAck || id == IDRegisterAck || id == IDUnregisterAck {
		return 0
	}
	return uint32(inUse)
}

// begin is where the body of a frame is written that is appended to dst.
func begin(dst []byte, inUse int) fields {
	return fields{buf: append(dst, make([]byte, headerSize)...), inUse: inUse, writing: true}
}

// finish makes a frame of what was written behind dst.
func (f fields) finish(dst []byte, id uint32) []byte {
	for (len(f.buf)-len(dst))%4 != 0 {
		f.buf = append(f.buf, 0)
	}
	frame := f.buf[len(dst):]
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-8))
	binary.LittleEndian.PutUint32(frame[4:], headerVersion(id, f.inUse))
	binary.LittleEndian.PutUint32(frame[8:], id)
	return f.buf
}

// Reader splits a byte stream into messages. It is used by one goroutine.
type Reader struct {
	src  io.Reader
	buf  []byte
	r, w int // what is read and not yet returned: buf[r:w]
}

// NewReader reads from src; it reads ahead.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// Reset makes it read src, in the buffer that it has.
func (r *Reader) Reset(src io.Reader) { r.src, r.r, r.w = src, 0, 0 }

// Ready reports whether Next returns at once: with a message, or with ErrLength.
func (r *Reader) Ready() bool {
	if r.Held() < headerSize {
		return false
	}
	length := binary.LittleEndian.Uint32(r.buf[r.r:])
	return length < 4 || length > MaxBody+4 || uint32(r.Held()) >= length+8
}

// Held is how many bytes have been read and are no message yet.
func (r *Reader) Held() int { return r.w - r.r }

// Next returns the next message. body is valid until the next call and at most
// MaxBody long. The error is io.EOF at the end of the stream between messages,
// io.ErrUnexpectedEOF in the midst of one, ErrLength (wrapped), or that of the source;
// after one of the source's that is no end Next may be called again.
func (r *Reader) Next() (id, version uint32, body []byte, err error) {
	if err := r.fill(headerSize); err != nil {
		return 0, 0, nil, err
	}
	head := r.buf[r.r:]
	length := binary.LittleEndian.Uint32(head)
	version, id = binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[8:])
	if length < 4 || length > MaxBody+4 {
		return 0, 0, nil, fmt.Errorf("%w: %d", ErrLength, length)
	}
	size := int(length) + 8
	if err := r.fill(size); err != nil {
		return 0, 0, nil, err
	}
	body = r.buf[r.r+headerSize : r.r+size : r.r+size]
	r.r += size
	return id, version, body, nil
}

// fill makes at least n bytes available in buf[r:w].
func (r *Reader) fill(n int) error {
	if r.w-r.r >= n {
		return nil
	}
	if r.r == r.w {
		r.r, r.w = 0, 0
	}
	if len(r.buf)-r.r < n {
		// A phone rarely sends more than a register request in one go: the buffer
		// starts small, for the sake of thousands of connections.
		to := r.buf
		if len(to) < n {
			to = make([]byte, max(n, smallBuffer))
		}
		r.w = copy(to, r.buf[r.r:r.w])
		r.r, r.buf = 0, to
	}
	got, err := io.ReadAtLeast(r.src, r.buf[r.w:], n-(r.w-r.r))
	held := r.w - r.r + got
	r.w += got
	if err == io.EOF && held > 0 {
		err = io.ErrUnexpectedEOF
	}
	return err
}
