package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
)

// Servers moves files to and from file servers. Errors for which errors.Is says
// fs.ErrNotExist, fs.ErrPermission or os.ErrDeadlineExceeded are told to the user as such.
type Servers interface {
	// Fetch reads a tftp: or http: file, of at most conf.MaxFlashFile bytes.
	Fetch(ctx context.Context, url string) ([]byte, error)
	// Store writes a tftp: file.
	Store(ctx context.Context, url string, data []byte) error
}

// fileTime bounds one transfer.
const fileTime = 10 * time.Minute

// Names of the places where files are.
const (
	onRunning = "system"
	onStartup = "nvram"
	onFlash   = "flash"
	onTFTP    = "tftp"
	onHTTP    = "http"
	onNull    = "null"
)

const (
	runningName = "running-config"
	startupName = "startup-config"
)

// place is a file as the user names it.
type place struct {
	where string // one of the names above
	host  string // of a server, "" when it is not known yet
	name  string // of the file, "" when it is not known yet
	url   string // as typed, for servers
}

// parsePlace understands running-config, startup-config, flash:NAME, NAME,
// nvram:startup-config, system:running-config, null:, tftp:[//HOST/NAME] and
// http://HOST/NAME. The error is ready for printing.
func parsePlace(word string) (place, error) {
	switch strings.ToLower(word) {
	case runningName:
		return place{where: onRunning, name: runningName}, nil
	case startupName:
		return place{where: onStartup, name: startupName}, nil
	}
	scheme, rest, ok := strings.Cut(word, ":")
	if !ok {
		return place{where: onFlash, name: strings.TrimLeft(word, "/")}, nil
	}
	p := place{where: strings.ToLower(scheme), name: strings.TrimLeft(rest, "/")}
	switch p.where {
	case onFlash, onNull:
		return p, nil
	case onRunning, onStartup:
		want := map[string]string{onRunning: runningName, onStartup: startupName}[p.where]
		switch {
		case p.name == "":
			p.name = want
		case !strings.EqualFold(p.name, want):
			return p, openError(word, fs.ErrNotExist)
		}
		return p, nil
	case onTFTP, onHTTP:
		p.url = word
		if p.name == "" {
			return p, nil
		}
		u, err := url.Parse(word)
		if err != nil || u.Host == "" {
			return p, errors.New("%Error parsing filename (Bad file name)")
		}
		p.host, p.name = u.Host, strings.TrimLeft(u.Path, "/")
		return p, nil
	}
	return p, fmt.Errorf("%%Error opening %s (No such device)", shown(word))
}

// String is how messages name the file. A password in a URL is not shown.
func (p place) String() string {
	switch p.where {
	case onTFTP, onHTTP:
		return shown(p.location())
	case onRunning, onStartup, onNull:
		return p.where + ":" + p.name
	}
	return onFlash + ":" + p.name
}

// location is the URL of a file on a server.
func (p place) location() string {
	if u, err := url.Parse(p.url); err == nil && u.Host == p.host && strings.TrimLeft(u.Path, "/") == p.name {
		return p.url
	}
	u := url.URL{Scheme: p.where, Host: p.host, Path: "/" + p.name}
	return u.String()
}

// remote tells whether the file is on a server.
func (p place) remote() bool { return p.where == onTFTP || p.where == onHTTP }

// base is the last element of the name: what a copy of the file is called.
func (p place) base() string { return p.name[strings.LastIndexByte(p.name, '/')+1:] }

func shown(location string) string {
	if u, err := url.Parse(location); err == nil {
		return u.Redacted()
	}
	scheme, _, _ := strings.Cut(location, ":")
	return scheme + ":"
}

// openError is what IOS says of a file that cannot be opened.
func openError(name string, err error) error {
	return fmt.Errorf("%%Error opening %s (%s)", name, reason(err))
}

// reason puts an error of a file into the words of IOS, without what is behind it.
func reason(err error) string {
	var call *net.OpError // not net.Error, which every error of the host's kernel is
	var name *net.DNSError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrExist):
		return "File exists"
	case errors.Is(err, conf.ErrName):
		return "Invalid file name"
	case errors.Is(err, conf.ErrTooLarge), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "No space left on device"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	case errors.Is(err, context.Canceled):
		return "Interrupted"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "Timed out"
	case errors.As(err, &call), errors.As(err, &name):
		return "Connection refused"
	}
	return "Device error"
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// errNoState: without a state directory there is neither flash: nor nvram:.
var errNoState = fmt.Errorf("there is no state directory: %w", fs.ErrNotExist)

// read returns the content of a file. The error is ready for printing; the cause of
// one that is not the user's own is logged.
func (sh *Shell) read(ctx context.Context, p place) ([]byte, error) {
	data, err := sh.readFile(ctx, p)
	if err != nil {
		sh.logFile(p, err)
		return nil, openError(p.String(), err)
	}
	return data, nil
}

func (sh *Shell) readFile(ctx context.Context, p place) ([]byte, error) {
	switch {
	case p.where == onRunning:
		return sh.running(sh.store.Tree(), conf.Running), nil
	case p.where == onNull:
		return nil, nil
	case p.remote():
		if sh.o.Servers == nil {
			return nil, errNoState
		}
		ctx, cancel := context.WithTimeout(ctx, fileTime)
		defer cancel()
		return sh.o.Servers.Fetch(ctx, p.location())
	case sh.o.State == nil:
		return nil, errNoState
	case p.where == onStartup:
		text, ok, err := sh.o.State.ReadStartup()
		if err == nil && !ok {
			err = fs.ErrNotExist
		}
		return text, err
	}
	return sh.o.State.Flash().ReadFile(p.name)
}

// ConfigFile is the running-config or the startup-config if name is one's, as `copy` takes it:
// ok is false for any other file.
func (sh *Shell) ConfigFile(ctx context.Context, name string) (text []byte, ok bool, err error) {
	p, err := parsePlace(name)
	if err != nil || p.where != onRunning && p.where != onStartup {
		return nil, false, nil
	}
	text, err = sh.readFile(ctx, p)
	return text, true, err
}

// write creates or replaces a file other than the running-config. The error is ready
// for printing.
func (sh *Shell) write(ctx context.Context, p place, data []byte) error {
	var err error
	switch {
	case p.where == onNull:
		return nil
	case p.where == onTFTP && sh.o.Servers != nil:
		ctx, cancel := context.WithTimeout(ctx, fileTime)
		defer cancel()
		err = sh.o.Servers.Store(ctx, p.location(), data)
	case p.remote():
		return fmt.Errorf("%%Error opening %s (Read-only file system)", p)
	case sh.o.State == nil:
		err = errNoState
	case p.where == onStartup:
		sh.saveLock.Lock()
		defer sh.saveLock.Unlock()
		if err = sh.o.State.WriteStartup(data); err == nil {
			sh.saved.Store(nil) // what is saved is not what runs
		}
	default:
		err = sh.o.State.Flash().WriteFile(p.name, data)
	}
	if err != nil {
		sh.logFile(p, err)
		return openError(p.String(), err)
	}
	return nil
}

// logFile logs why the state directory failed; that a server does not answer, or that
// a file is not there, is for the user only.
func (sh *Shell) logFile(p place, err error) {
	if !p.remote() && reason(err) == "Device error" {
		sh.o.Log.Msg("SYS", logbuf.Errors, "FILE", "%s: %v", p, err)
	}
}
