package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/fetch"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/trust"
	"github.com/busylamp/busylamp/modes"
	"github.com/busylamp/busylamp/presence/credentials"
)

// wireStrangers makes what decides about those who are no phones of ours. It comes
// before the SIP endpoint, which asks the guard.
func (a *App) wireStrangers(o Options) {
	a.trust = trust.New(func(at netip.Addr) bool { return a.Lines.From(at) })
	a.users = credentials.New(credentials.Options{
		Fetcher: fetch.New(fetch.Options{Net: files(o), Flash: a.state.Flash(), Limit: credentials.MaxFile}),
		Log:     a.Log, Name: fetch.Redacted,
		Keep: a.state,
		Gone: func(users []string) { a.watch.Disown(users) }, // a.watch is there before the first Apply
	})
}

// files is where the sockets come from that read and write files.
func files(o Options) fetch.Network {
	switch {
	case o.Files != nil:
		return o.Files
	case o.Net != nil:
		return o.Net
	}
	return sipua.OS{}
}

// dialUDP connects sockets from the address of SIP, which hear of ICMP errors. A network in
// memory has none.
func (a *App) dialUDP(o Options) func(context.Context, netip.AddrPort) (net.Conn, error) {
	if o.Net != nil {
		return nil
	}
	return func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		from := a.SIP.LocalAddr().Addr()
		if !from.IsValid() {
			return nil, sipua.ErrClosed
		}
		d := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
		return d.DialContext(ctx, "udp", to.String())
	}
}

// guard says what becomes of a SIP request. A REGISTER is for the registrar to judge:
// nobody is a phone before it (CME administrator guide, toll fraud prevention).
func (a *App) guard(source netip.Addr, method string) sipua.Verdict {
	if method == "REGISTER" {
		return sipua.Verdict{}
	}
	return a.stranger(source)
}

// stranger says what becomes of the requests of an address.
func (a *App) stranger(source netip.Addr) sipua.Verdict {
	if a.trust.Check(source) != trust.Nobody {
		return sipua.Verdict{}
	}
	c := a.trust.Config()
	return sipua.Verdict{Drop: c.Silent, Status: c.Cause.Status(), Reason: fmt.Sprintf("Q.850;cause=%d", c.Cause.Q850)}
}

// password is that of an external watcher.
func (a *App) password(user string) (string, bool) {
	return a.users.Password(user, credentials.Presence)
}

// sipConfig is what the SIP endpoint and its guard are told.
type sipConfig struct {
	endpoint sipua.Config
	trust    trust.Config
}

// startPatience is how long the first prompt waits for credential files, which are in
// flash: or at a server.
const startPatience = 20 * time.Millisecond

// bindSIP hands them the configuration, the guard first, so that the endpoint never
// is open without it.
func (a *App) bindSIP(bind netip.Addr) {
	starting := true
	conf.Bind(a.store, "credentials", modes.CredentialsConfig, equal, func(ctx context.Context, old, new credentials.Config) error {
		if starting { // the first prompt does not wait for a server that does not answer
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, startPatience)
			defer cancel()
		}
		starting = false
		return a.users.Apply(ctx, old, new)
	})
	conf.Bind(a.store, "sip", func(t conf.Tree) sipConfig {
		c := sipConfig{modes.SIPConfig(t), modes.TrustConfig(t)}
		c.endpoint.Bind = bind
		return c
	}, equal, func(ctx context.Context, old, new sipConfig) error {
		_ = a.trust.Apply(ctx, old.trust, new.trust) // never fails
		return a.SIP.Apply(ctx, old.endpoint, new.endpoint)
	})
}
