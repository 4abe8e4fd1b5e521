package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
)

// Whatever a phone sends is read; what is written again is read as the same.
func FuzzDecode(f *testing.F) {
	for _, m := range all() {
		for _, inUse := range []int{3, 9, 17, 22} {
			f.Add(m.ID(), byte(inUse), Encode(nil, m, inUse)[headerSize:])
		}
	}
	f.Fuzz(func(t *testing.T, id uint32, inUse byte, body []byte) {
		version := int(inUse % (MaxVersion + 1))
		m, err := Decode(id, 0, body, version)
		if err != nil {
			if len(body) <= MaxBody {
				t.Fatal(err)
			}
			return
		}
		first := Encode(nil, m, version)
		again, err := Decode(id, 0, first[headerSize:], version)
		if err != nil {
			t.Fatal(err)
		}
		second := Encode(nil, again, version)
		third, err := Decode(id, 0, second[headerSize:], version)
		if err != nil || !bytes.Equal(first, second) || !reflect.DeepEqual(again, third) {
			t.Fatalf("%T\n%x\n%x\n%x", m, body, first, second)
		}
	})
}

// A stream of anything ends in an error, and bodies keep to their limit.
func FuzzReader(f *testing.F) {
	f.Add(Encode(Encode(nil, &RegisterReq{Name: "SEP000000000001"}, 0), &KeepAlive{}, 0), 3)
	f.Fuzz(func(t *testing.T, stream []byte, segment int) {
		r := NewReader(&segments{stream, max(1, segment%1000)})
		read := 0
		for {
			_, _, body, err := r.Next()
			if err != nil {
				if !errors.Is(err, ErrLength) && !errors.Is(err, io.ErrUnexpectedEOF) && (err != io.EOF || read != len(stream)) {
					t.Fatal(err)
				}
				return
			}
			if len(body) > MaxBody {
				t.Fatalf("%d bytes", len(body))
			}
			read += headerSize + len(body)
		}
	})
}
