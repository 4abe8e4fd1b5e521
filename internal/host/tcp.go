package host

import (
	"cmp"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Conn is one TCP socket of this process.
type Conn struct {
	ID            uint64 // the machine's number of the socket
	Local, Remote netip.AddrPort
	State         string // as routers call it: "ESTAB"
}

// Listen is the state of sockets that wait for connections.
const Listen = "LISTEN"

var states = [...]string{1: "ESTAB", "SYNSENT", "SYNRCVD", "FINWAIT1", "FINWAIT2", "TIMEWAIT", "CLOSED", "CLOSEWAIT", "LASTACK", Listen, "CLOSING"}

// Connections lists this process's own TCP sockets, connections first. The error is
// ErrUnknown where the machine does not tell.
func (h *Host) Connections() ([]Conn, error) {
	mine, err := h.sockets()
	if err != nil {
		return nil, ErrUnknown
	}
	var out []Conn
	for _, name := range []string{"proc/self/net/tcp", "proc/self/net/tcp6"} {
		text, err := fs.ReadFile(h.root, name)
		if err != nil {
			continue // a machine without that family
		}
		for _, s := range parseSockets(text) {
			if mine[s.inode] && s.state > 0 && s.state < len(states) {
				out = append(out, Conn{ID: s.inode, Local: s.local, Remote: s.remote, State: states[s.state]})
			}
		}
	}
	slices.SortFunc(out, func(a, b Conn) int {
		listens := func(c Conn) int {
			if c.State == Listen {
				return 1
			}
			return 0
		}
		return cmp.Or(listens(a)-listens(b), a.Local.Compare(b.Local), a.Remote.Compare(b.Remote))
	})
	return out, nil
}

// sockets are the numbers of the sockets that this process has open.
func (h *Host) sockets() (map[uint64]bool, error) {
	const dir = "proc/self/fd"
	entries, err := fs.ReadDir(h.root, dir)
	if err != nil {
		return nil, err
	}
	out := map[uint64]bool{}
	for _, e := range entries {
		link, err := fs.ReadLink(h.root, dir+"/"+e.Name())
		if err != nil {
			continue // closed by now
		}
		if n, ok := strings.CutPrefix(link, "socket:["); ok {
			if inode, err := strconv.ParseUint(strings.TrimSuffix(n, "]"), 10, 64); err == nil {
				out[inode] = true
			}
		}
	}
	return out, nil
}
