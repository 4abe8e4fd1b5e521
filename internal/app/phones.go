package app

import (
	"context"
	"errors"
	"net/netip"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/modes"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/mobility"
	"github.com/busylamp/busylamp/phones/provision"
	"github.com/busylamp/busylamp/phones/sccp"
	phonesip "github.com/busylamp/busylamp/phones/sip"
	"github.com/busylamp/busylamp/phones/sipcall"
)

// wirePhones makes everything that serves phones. The SIP endpoint is still closed.
func (a *App) wirePhones(n sipua.Network) {
	if n == nil {
		n = sipua.OS{}
	}
	a.written = make(chan string, maxWritten)
	a.Calls = call.New(call.Options{Log: a.Log, Publisher: a.hub, Forwarded: a.forwarded})
	a.Lines = phones.New(phones.Options{Log: a.Log, Devices: devices{a}, Journal: a.journals.contacts()})
	phonesip.New(phonesip.Options{UA: a.SIP, Registry: a.Lines, Log: a.Log, Guard: a.stranger, Clock: a.clock.Now})
	a.mobile = mobility.New(mobility.Options{Changed: a.loggedIn, InUse: a.Calls.InUse, Clock: a.clock.Now})
	a.Skinny = sccp.New(sccp.Options{Net: n, Log: a.Log, Exchange: a.Calls, Hub: a.hub, User: a.mobile.Profile, Learned: a.learn, Clock: a.clock.Now})
	a.sipCalls = sipcall.New(sipcall.Options{UA: a.SIP, Exchange: a.Calls, Directory: a.Lines, Log: a.Log})
	a.web = provision.New(provision.Options{Net: n, Log: a.Log, Mobility: a.mobile, Device: a.deviceAt})
	a.csim = newCsim(a.Calls)
}

// devices tells the call model of SIP phones, and what those have published.
type devices struct{ a *App }

func (d devices) Register(id phones.Device, s phones.Spec) {
	d.a.Calls.Register(id, s)
	d.a.watch.Registered(id.Tag)
}

func (d devices) Unregister(id phones.Device) { d.a.Calls.Unregister(id) }

// phoneConfig is what all who serve phones are told.
type phoneConfig struct {
	phones phones.Config
	calls  modes.SIPCalls
	http   netip.AddrPort
}

// bindPhones hands them the configuration, now and at every change. It is one
// binding since its view is large, and so that all of them have it in one order.
func (a *App) bindPhones(bind netip.Addr) {
	conf.Bind(a.store, "phones", func(t conf.Tree) phoneConfig {
		return phoneConfig{modes.PhonesConfig(t), modes.SIPCallsConfig(t), modes.HTTPAddress(t)}
	}, equal, func(ctx context.Context, old, new phoneConfig) error { return a.applyPhones(ctx, old, new, bind) })
	a.fronts.Go(a.adopt)
}

// mwiNumbers are the tags of the numbers whose phones are told of messages.
func mwiNumbers(dns []phones.DN) map[int]bool {
	tags := map[int]bool{}
	for _, n := range dns {
		if n.MWI {
			tags[n.Tag] = true
		}
	}
	return tags
}

// applyPhones tells the call model first, which must know the numbers that phones
// register. When it returns all that follows has been published.
func (a *App) applyPhones(ctx context.Context, was, is phoneConfig, bind netip.Addr) error {
	old, new := was.phones, is.phones
	err := errors.Join(
		a.sipCalls.Apply(ctx, sipcall.Config{}, sipcall.Config{
			DialPeers: new.DialPeers, Pools: new.Pools, MWI: mwiNumbers(new.DNs),
			Username: is.calls.Username, Password: is.calls.Password, Realm: is.calls.Realm, ProfileStamp: is.calls.ProfileStamp,
		}),
		a.Calls.Apply(ctx, old, new),
		a.mobile.Apply(ctx, old, new),
		a.Lines.Apply(ctx, old, new),
	)
	a.portsUp(old.EphoneDNs, new.EphoneDNs)
	for _, p := range new.Pools {
		if p.LogoutProfile != 0 { // the profile in force may have changed
			a.Lines.SetLogin(p.Tag, a.mobile.Profile(phones.Device{Kind: phones.PoolDevice, Tag: p.Tag}))
		}
	}
	skinny := sccp.Config{Enabled: new.Telephony.On && new.Telephony.Source.IsValid(), Addr: new.Telephony.Source, Bind: bind, Phones: new}
	return errors.Join(err,
		a.Skinny.Apply(ctx, sccp.Config{}, skinny),
		a.web.Apply(ctx, provision.Config{}, provision.Config{Enabled: is.http.IsValid(), Addr: is.http, Bind: bind, Phones: new}),
		a.watch.Recheck(ctx),
		a.Calls.Settle(ctx),
	)
}

// portsUp says of each new channel of an ephone-dn that its virtual voice port is up
// (CME administrator guide: System-Level Parameters). What goes away is not told.
func (a *App) portsUp(old, new []phones.EphoneDN) {
	had := map[int]int{}
	for _, d := range old {
		had[d.Tag] = d.Channels
	}
	for _, d := range new {
		for ch := had[d.Tag] + 1; ch <= d.Channels; ch++ {
			a.Log.Msg("LINK", logbuf.Errors, "UPDOWN", "Interface ephone_dsp DN %d.%d, changed state to up", d.Tag, ch)
		}
	}
}

func (a *App) closePhones() {
	a.web.Close()
	a.mobile.Close()
	a.Skinny.Close()
	a.sipCalls.Close()
	a.Lines.Close()
	a.Calls.Close()
}

// loggedIn lets a phone take the lines of the user who has come, or left.
func (a *App) loggedIn(d phones.Device) {
	switch d.Kind {
	case phones.EphoneDevice:
		a.Skinny.Reset([]int{d.Tag}, phones.Restart, 0, false)
	case phones.PoolDevice:
		a.Lines.SetLogin(d.Tag, a.mobile.Profile(d))
		a.sipCalls.Restart(d.Tag, phones.Restart)
	}
}

// deviceAt is the registered phone at an address; the name tells several behind one
// address apart.
func (a *App) deviceAt(from netip.Addr, name string) (phones.Device, bool) {
	var found []phones.Device
	for _, e := range a.Skinny.Snapshot().Ephones {
		if e.State == phones.EphoneRegistered && e.Remote.Addr() == from && (name == "" || e.Device == name) {
			found = append(found, phones.Device{Kind: phones.EphoneDevice, Tag: e.Config.Tag})
		}
	}
	for _, p := range a.Lines.Snapshot().Pools {
		if p.Registered && p.Contact.Addr() == from && (name == "" || p.Config.MAC.Device() == name) {
			found = append(found, phones.Device{Kind: phones.PoolDevice, Tag: p.Config.Tag})
		}
	}
	if len(found) != 1 {
		return phones.Device{}, false
	}
	return found[0], true
}
