// Package fetch reads files that a configuration names by URL: flash:NAME,
// tftp://HOST[:PORT]/PATH and http://HOST[:PORT]/PATH, and writes tftp: ones. Hosts are
// IP addresses: the appliance looks no names up. Errors are fs.ErrNotExist,
// fs.ErrPermission or os.ErrDeadlineExceeded where a server says so.
//
// A read is bounded in size and by its context, and runs on the goroutine of its
// caller, who must not be the shell's. Sockets come from an injected network, so
// that nothing leaves the machine in tests; that is also why TFTP is read by forty
// lines of our own: libraries for it open their sockets themselves and know no
// context. internal/app imports this package; it imports the standard library only.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// ErrTooLarge: the file is larger than Options.Limit.
var ErrTooLarge = errors.New("file is too large")

// Network is where sockets come from.
type Network interface {
	ListenPacket(addr netip.AddrPort) (net.PacketConn, error)
	Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error)
}

// Flash is the flash: file system.
type Flash interface {
	ReadFile(name string) ([]byte, error)
}

// Options of a Fetcher; all are required.
type Options struct {
	Net   Network
	Flash Flash
	Limit int // of a file, in bytes
}

// Fetcher reads files. It has no state; Fetch may be called concurrently.
type Fetcher struct{ o Options }

// New makes a Fetcher.
func New(o Options) *Fetcher { return &Fetcher{o} }

// Fetch reads one file. Errors never hold a password of the URL nor any content of
// the file.
func (f *Fetcher) Fetch(ctx context.Context, location string) ([]byte, error) {
	data, _, _, err := f.FetchAgain(ctx, location, "")
	return data, err
}

// FetchAgain is Fetch for who may have the file already, in the version that it was given
// with it; "" fetches it anyway. If the server says that it is still that one, same is
// true and data is nil. Only HTTP has versions.
func (f *Fetcher) FetchAgain(ctx context.Context, location, have string) (data []byte, version string, same bool, err error) {
	scheme, rest, ok := strings.Cut(location, ":")
	if !ok {
		return nil, "", false, errors.New("no URL")
	}
	switch strings.ToLower(scheme) {
	case "flash":
		data, err = f.flash(rest)
	case "tftp":
		data, err = f.tftp(ctx, location)
	case "http":
		data, version, same, err = f.http(ctx, location, have)
	default:
		return nil, "", false, fmt.Errorf("%s: is none of flash:, tftp: and http", scheme)
	}
	if err == nil && len(data) > f.o.Limit {
		err = ErrTooLarge
	}
	if err != nil {
		return nil, "", false, err
	}
	return data, version, same, nil
}

func (f *Fetcher) flash(name string) ([]byte, error) {
	data, err := f.o.Flash.ReadFile(strings.TrimLeft(name, "/"))
	if errors.Is(err, fs.ErrNotExist) {
		err = refusal{"no such file", fs.ErrNotExist}
	}
	return data, err
}

// refusal is an error with a text of our own that is one of those of io/fs or os.
type refusal struct {
	text string
	is   error
}

func (r refusal) Error() string { return r.text }
func (r refusal) Unwrap() error { return r.is }

// host is the address of a URL's server.
func host(u *url.URL, port uint16) (netip.AddrPort, error) {
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return netip.AddrPort{}, errors.New("the server must be given by its IP address")
	}
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return netip.AddrPort{}, errors.New("invalid port")
		}
		port = uint16(n)
	}
	return netip.AddrPortFrom(a, port), nil
}

// parse takes a URL apart. The error of net/url quotes it, with what is secret in it.
func parse(location string) (*url.URL, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, errors.New("malformed URL")
	}
	return u, nil
}

// Redacted is a location without the password that it may hold, for logs.
func Redacted(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		scheme, _, _ := strings.Cut(location, ":")
		return scheme + ":..."
	}
	return u.Redacted()
}
