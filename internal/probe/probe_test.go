package probe

import (
	"bytes"
	"testing"
)

func TestFill(t *testing.T) {
	for _, c := range []struct {
		size int
		want []byte
	}{{36, []byte{0xAB, 0xCD, 0xAB, 0xCD, 0xAB, 0xCD, 0xAB, 0xCD}}, {31, []byte{0xAB, 0xCD, 0xAB}}, {28, nil}, {0, nil}} {
		if got := fill(c.size, 0xABCD); !bytes.Equal(got, c.want) {
			t.Errorf("%d bytes: % x", c.size, got)
		}
	}
}

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		icmpType, code int
		want           Kind
	}{
		{3, 0, NetUnreachable}, {3, 1, HostUnreachable}, {3, 2, ProtocolUnreachable}, {3, 3, Refused}, {3, 4, TooBig},
		{3, 6, NetUnreachable}, {3, 7, HostUnreachable}, {3, 8, NetUnreachable}, {3, 9, Prohibited}, {3, 10, Prohibited}, {3, 13, Prohibited},
		{3, 99, Refused}, {4, 0, Quench}, {11, 0, Expired}, {12, 0, Refused},
	} {
		if got := kindOf(c.icmpType, c.code); got != c.want {
			t.Errorf("type %d code %d: %d, want %d", c.icmpType, c.code, got, c.want)
		}
	}
}
