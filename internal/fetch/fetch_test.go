package fetch

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

type noFlash struct{}

func (noFlash) ReadFile(string) ([]byte, error) { return nil, errors.New("flash is empty") }

// A server that sends every block twice and loses every third packet that it is sent.
func TestTFTP(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 1024, 4000, 5000} {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			at := netip.MustParseAddrPort("10.0.0.7:69")
			conn, err := n.ListenPacket(at)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			file := bytes.Repeat([]byte("x"), size)
			go func() {
				buf := make([]byte, 600)
				for i := 1; ; i++ {
					c, from, err := conn.ReadFrom(buf)
					if err != nil {
						return
					}
					if i%3 == 0 {
						continue
					}
					block := uint16(1)
					if buf[1] == opAck {
						block = binary.BigEndian.Uint16(buf[2:c]) + 1
					}
					if begin := (int(block) - 1) * blockSize; begin <= len(file) {
						p := append(binary.BigEndian.AppendUint16([]byte{0, opData}, block), file[begin:min(len(file), begin+blockSize)]...)
						_, _ = conn.WriteTo(p, from)
						_, _ = conn.WriteTo(p, from)
					}
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			got, err := New(Options{Net: n, Flash: noFlash{}, Limit: 4096}).Fetch(ctx, "tftp://10.0.0.7/dir/file")
			if size > 4096 {
				if !errors.Is(err, ErrTooLarge) {
					t.Errorf("%d bytes: %v", size, err)
				}
			} else if err != nil || !bytes.Equal(got, file) {
				t.Errorf("%d bytes: %d, %v", size, len(got), err)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		ln, err := n.Listen(netip.MustParseAddrPort("10.0.0.8:80"))
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		f := New(Options{Net: n, Flash: noFlash{}, Limit: 10})
		for url, want := range map[string]string{
			"cred.csv": "no URL", "ftp://10.0.0.7/x": "ftp: is none of", "tftp://name/x": "IP address", "tftp://10.0.0.7/": "no file name",
			"tftp://10.0.0.7/x": "does not answer", "http://user:secret@10.0.0.7/x": "refused", "http://user:secret@10.0.0.8/x": "deadline",
			"http://user:secret@10.0.0.7:x/": "malformed URL", "flash:x": "empty",
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			began := time.Now()
			_, err := f.Fetch(ctx, url)
			cancel()
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || time.Since(began) > 20*time.Second {
				t.Errorf("%s: %v after %v", url, err, time.Since(began))
			}
		}
	})
	if got := Redacted("http://user:secret@10.0.0.7/x"); strings.Contains(got, "secret") {
		t.Error(got)
	}
}
