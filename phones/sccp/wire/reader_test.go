package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// once reads a slice, and then the end.
type once struct{ b []byte }

func (o *once) Read(p []byte) (int, error) {
	if len(o.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, o.b)
	o.b = o.b[n:]
	return n, nil
}

// loop reads the same bytes again and again.
type loop struct {
	b []byte
	i int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.b[l.i:])
	l.i = (l.i + n) % len(l.b)
	return n, nil
}

// However a stream is cut into segments, the same messages come out.
func TestReaderSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		var want [][]byte
		for range rapid.IntRange(0, 20).Draw(t, "messages") {
			body := rapid.SliceOfN(rapid.Byte(), 0, rapid.SampledFrom([]int{0, 4, 700, MaxBody}).Draw(t, "most")).Draw(t, "body")
			head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+4))
			head = append(head, 9, 0, 0, 0, byte(len(want)), 0, 0, 0)
			stream = append(append(stream, head...), body...)
			want = append(want, body)
		}
		segment := rapid.IntRange(1, 3000).Draw(t, "segment")
		r := NewReader(&segments{stream, segment})
		for i, w := range want {
			id, version, body, err := r.Next()
			if err != nil || id != uint32(i) || version != 9 || !bytes.Equal(body, w) {
				t.Fatalf("message %d: %d %d %x, %v", i, id, version, body, err)
			}
		}
		if _, _, _, err := r.Next(); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}

type segments struct {
	b []byte
	n int
}

func (s *segments) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.n)], s.b)
	s.b = s.b[n:]
	return n, nil
}

func TestReaderErrors(t *testing.T) {
	whole := Encode(nil, &SetLamp{}, 9)
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		src  io.Reader
		want error
	}{
		"nothing":         {bytes.NewReader(nil), io.EOF},
		"half a header":   {bytes.NewReader(whole[:7]), io.ErrUnexpectedEOF},
		"header alone":    {bytes.NewReader(whole[:12]), io.ErrUnexpectedEOF},
		"half a body":     {iotest.OneByteReader(bytes.NewReader(whole[:20])), io.ErrUnexpectedEOF},
		"length 3":        {bytes.NewReader([]byte{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), ErrLength},
		"length 0":        {bytes.NewReader(make([]byte, 12)), ErrLength},
		"length too long": {bytes.NewReader([]byte{0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), ErrLength},
		"length absurd":   {bytes.NewReader([]byte{255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0}), ErrLength},
		"source":          {iotest.ErrReader(broken), broken},
		"HTTP":            {bytes.NewReader([]byte("GET / HTTP/1.1\r\n\r\n")), ErrLength},
	} {
		if _, _, _, err := NewReader(c.src).Next(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
	if _, err := Decode(IDAlarm, 0, make([]byte, MaxBody+1), 9); !errors.Is(err, ErrLength) {
		t.Errorf("body too long: %v", err)
	}
}

// A deadline in the midst of a message does not lose what has come.
func TestReaderResumes(t *testing.T) {
	frame := Encode(nil, &SetLamp{Mode: LampOn}, 9)
	r := NewReader(iotest.TimeoutReader(&segments{frame, 10}))
	if _, _, _, err := r.Next(); !errors.Is(err, iotest.ErrTimeout) {
		t.Fatalf("no time-out: %v", err)
	}
	if id, _, body, err := r.Next(); err != nil || id != IDSetLamp || !bytes.Equal(body, frame[headerSize:]) {
		t.Errorf("%x %x %v", id, body, err)
	}
}

// In the steady state neither direction makes garbage.
func TestAllocations(t *testing.T) {
	stream := Encode(Encode(nil, &KeepAlive{}, 9), &Stimulus{Stimulus: ButtonLine}, 9)
	r := NewReader(&loop{b: stream})
	if _, _, _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() { _, _, _, _ = r.Next() }); n != 0 {
		t.Errorf("Next allocates %v times", n)
	}
	dst := make([]byte, 0, 4096)
	for _, m := range all() {
		for _, inUse := range []int{9, 17, 22} {
			if n := testing.AllocsPerRun(10, func() { dst = Encode(dst[:0], m, inUse) }); n != 0 {
				t.Errorf("Encode of %T at %d allocates %v times", m, inUse, n)
			}
		}
	}
}
