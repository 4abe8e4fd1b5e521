package fetch

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// A server that loses every third packet that it is sent.
func TestStore(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 1024, 4000} {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			conn, err := n.ListenPacket(netip.MustParseAddrPort("10.0.0.7:69"))
			if err != nil {
				t.Fatal(err)
			}
			got := make(chan []byte, 1)
			go func() { got <- takeFile(conn) }()
			file := bytes.Repeat([]byte("x"), size)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := New(Options{Net: n, Flash: noFlash{}, Limit: 4096}).Store(ctx, "tftp://10.0.0.7/dir/file", file); err != nil {
				t.Errorf("%d bytes: %v", size, err)
			}
			conn.Close()
			if b := <-got; !bytes.Equal(b, file) {
				t.Errorf("%d bytes arrived as %d", size, len(b))
			}
		})
	}
}

func takeFile(conn net.PacketConn) []byte {
	var file []byte
	buf := make([]byte, 600)
	for i, want := 1, uint16(0); ; i++ {
		c, from, err := conn.ReadFrom(buf)
		if err != nil {
			return file
		}
		if i%3 == 0 {
			continue
		}
		block := uint16(0)
		if buf[1] == opData {
			if block = binary.BigEndian.Uint16(buf[2:]); block == want+1 {
				file, want = append(file, buf[4:c]...), block
			}
		}
		_, _ = conn.WriteTo(binary.BigEndian.AppendUint16([]byte{0, opAck}, block), from)
	}
}

func TestStoreErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		conn, err := n.ListenPacket(netip.MustParseAddrPort("10.0.0.8:69"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go func() {
			_, from, err := conn.ReadFrom(make([]byte, 600))
			if err == nil {
				_, _ = conn.WriteTo([]byte{0, opError, 0, 2, 0}, from)
			}
		}()
		f := New(Options{Net: n, Flash: noFlash{}, Limit: 10})
		for url, want := range map[string]error{
			"tftp://10.0.0.7/x": os.ErrDeadlineExceeded, "tftp://10.0.0.8/x": fs.ErrPermission, "http://10.0.0.7/x": fs.ErrPermission,
		} {
			if err := f.Store(t.Context(), url, []byte("x")); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", url, err, want)
			}
		}
		if err := f.Store(t.Context(), "tftp://10.0.0.7/x", make([]byte, 11)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
	})
}
