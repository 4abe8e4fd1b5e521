package transcripts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// depot is the file servers that a configuration names, and flash:.
type depot struct {
	net   *memnet.Net
	flash string // directory

	mu      sync.Mutex
	files   map[string][]byte // by URL
	servers map[string]func() // scheme and address: what stops it
	running sync.WaitGroup
}

// Serve implements Stage.
func (s *stage) Serve(location string, file []byte) error {
	if s.depot == nil {
		return errors.New("there is no file server here")
	}
	return s.depot.serve(location, file)
}

func (l *depot) serve(location string, file []byte) error {
	if name, ok := strings.CutPrefix(location, "flash:"); ok {
		return os.WriteFile(filepath.Join(l.flash, filepath.Base(name)), file, 0o600)
	}
	u, err := url.Parse(location)
	if err != nil {
		return err
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files, l.servers = map[string][]byte{}, map[string]func(){}
	}
	l.files[location] = file
	server := u.Scheme + "://" + u.Host
	if l.servers[server] != nil {
		return nil
	}
	var stop func()
	switch u.Scheme {
	case "tftp":
		conn, err := l.net.ListenPacket(netip.AddrPortFrom(a, 69))
		if err != nil {
			return err
		}
		stop = func() { _ = conn.Close() }
		l.running.Go(func() { l.tftp(conn, server) })
	case "http":
		ln, err := l.net.Listen(netip.AddrPortFrom(a, 80))
		if err != nil {
			return err
		}
		web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if b, ok := l.file(server + r.URL.Path); ok {
				_, _ = w.Write(b)
				return
			}
			http.NotFound(w, r)
		})}
		stop = func() { _ = web.Close() }
		l.running.Go(func() { _ = web.Serve(ln) })
	default:
		return fmt.Errorf("no server for %s", u.Scheme)
	}
	l.servers[server] = stop
	return nil
}

func (l *depot) file(location string) ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.files[location]
	return b, ok
}

func (l *depot) close() {
	l.mu.Lock()
	for _, stop := range l.servers {
		stop()
	}
	l.mu.Unlock()
	l.running.Wait()
}

// tftp answers requests to read and to write (RFC 1350), one client at a time on a network that
// loses nothing.
func (l *depot) tftp(conn net.PacketConn, server string) {
	buf := make([]byte, 1024)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		name, _, ok := bytes.Cut(buf[min(2, n):n], []byte{0})
		if !ok || buf[1] != 1 && buf[1] != 2 {
			continue
		}
		here := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
		own, err := l.net.ListenPacket(netip.AddrPortFrom(here, 0))
		if err != nil {
			return
		}
		location := server + "/" + string(name)
		if buf[1] == 2 {
			if b, ok := receive(own, from); ok {
				l.mu.Lock()
				l.files[location] = b
				l.mu.Unlock()
			}
		} else if b, ok := l.file(location); ok {
			send(own, from, b)
		} else {
			_, _ = own.WriteTo([]byte("\x00\x05\x00\x01File not found\x00"), from)
		}
		_ = own.Close()
	}
}

func send(conn net.PacketConn, to net.Addr, file []byte) {
	ack := make([]byte, 64)
	_ = conn.SetReadDeadline(time.Now().Add(attention)) // the client may have gone
	for block := uint16(1); ; block++ {
		n := min(512, len(file))
		if _, err := conn.WriteTo(append(binary.BigEndian.AppendUint16([]byte{0, 3}, block), file[:n]...), to); err != nil {
			return
		}
		if _, _, err := conn.ReadFrom(ack); err != nil {
			return
		}
		if file = file[n:]; n < 512 {
			return
		}
	}
}

// receive takes a file that a client writes.
func receive(conn net.PacketConn, from net.Addr) ([]byte, bool) {
	var file []byte
	buf := make([]byte, 1024)
	_ = conn.SetReadDeadline(time.Now().Add(attention))
	for block, last := uint16(0), false; ; {
		if _, err := conn.WriteTo(binary.BigEndian.AppendUint16([]byte{0, 4}, block), from); err != nil {
			return nil, false
		}
		if last {
			return file, true
		}
		n, _, err := conn.ReadFrom(buf)
		if err != nil || n < 4 {
			return nil, false
		}
		block, last = binary.BigEndian.Uint16(buf[2:]), n < 4+512
		file = append(file, buf[4:n]...)
	}
}
