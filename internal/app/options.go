package app

import (
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/busylamp/busylamp/internal/fetch"
	"github.com/busylamp/busylamp/internal/probe"
	"github.com/busylamp/busylamp/internal/remote"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/modes"
)

// Options describe one appliance.
type Options struct {
	// Dir is the state directory: startup-config, flash: and SSH host keys.
	Dir string
	// Startup is loaded when the state directory has no startup-config, or the file
	// of that name; without either it is the factory default. SetStartup chooses.
	Startup     []byte
	StartupFile string
	// Bind stands in for configured addresses that the host does not have.
	Bind netip.Addr
	// Platform sets the limits behind ranges.
	Platform modes.Platform
	// Net is where SIP sockets come from; nil means the host's.
	Net sipua.Network
	// Files is where the sockets come from that read tftp: and http: files; nil means Net.
	Files fetch.Network
	// Probes is where pings are sent from; nil means the host.
	Probes probe.Net
	// Remote is where users' telnet and SSH connections come from; nil means the host.
	Remote remote.Network
	// Returned is how this life began, for `show version`; empty: by power-on.
	Returned string
}

// PlatformNamed gives the platform of a --platform flag.
func PlatformNamed(name string) (modes.Platform, error) {
	p, ok := modes.ParsePlatform(name)
	if !ok {
		return p, fmt.Errorf("unknown platform %q", name)
	}
	return p, nil
}

// maxStartup bounds a StartupFile, in bytes. One up to keepStartup is kept in memory,
// so that `reload` does not need it any more.
const (
	maxStartup  = 16 << 20
	keepStartup = 256 << 10
)

// SetStartup has a file loaded. A large one that can be read again is read anew in
// every life.
func (o *Options) SetStartup(name string) error {
	if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() && st.Size() > keepStartup {
		o.StartupFile = name
		return nil
	}
	text, err := readStartup(name)
	o.Startup = text
	return err
}

// readStartup reads a configuration file of at most 16 MiB.
func readStartup(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxStartup+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxStartup {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxStartup)
	}
	return b, nil
}

// DefaultPlatform is the router of the guide.
const DefaultPlatform = modes.C3825
