// Package app wires one appliance from options: configuration store, shell,
// agents, SIP endpoint and front ends. cmd and transcripts use it, nothing else.
//
// Start builds everything and returns; Close takes it down in the opposite order
// and waits for every goroutine. What may fail at run time (a busy port) is
// logged and retried by its owner and never fails Start.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/internal/fetch"
	"github.com/busylamp/busylamp/internal/host"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/probe"
	"github.com/busylamp/busylamp/internal/remote"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/trust"
	"github.com/busylamp/busylamp/modes"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/mobility"
	"github.com/busylamp/busylamp/phones/provision"
	"github.com/busylamp/busylamp/phones/sccp"
	"github.com/busylamp/busylamp/phones/sipcall"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/credentials"
	"github.com/busylamp/busylamp/presence/relay"
	presencesip "github.com/busylamp/busylamp/presence/sip"
)

// App is one running appliance.
type App struct {
	Shell  *cli.Shell
	Log    *logbuf.Log
	SIP    *sipua.UA
	Lines  *phones.Registry
	Calls  *call.Exchange
	Skinny *sccp.Server

	state    *conf.State
	keys     *keyring
	journals journals
	store    *conf.Store
	hub      *presence.Hub
	watch    *presencesip.Adapter
	far      *relay.Relay
	trust    *trust.List
	users    *credentials.Store
	sipCalls *sipcall.Agent
	mobile   *mobility.Manager
	web      *provision.Server
	csim     *csim
	machine  *host.Host
	meter    *host.Meter
	written  chan string // lines for the running-config, from phones
	clock    *clock.Clock
	started  time.Time
	boot     string
	reload   chan string
	returned string // Options.Returned

	ctx    context.Context // ends when Close begins
	cancel context.CancelFunc
	fronts sync.WaitGroup // SSH and telnet servers
}

// Start brings an appliance up. Its configuration is loaded whole before any
// agent sees it. Errors: the state directory cannot be used, or a declaration
// does not compile.
func Start(o Options) (*App, error) {
	state, err := conf.OpenState(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	keys, err := openKeyring(state)
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	machine := host.New()
	a := &App{state: state, keys: keys, machine: machine, meter: host.NewMeter(machine), started: time.Now(), clock: clock.New(), reload: make(chan string, 1), returned: o.Returned}
	if err := a.wire(o); err != nil {
		return nil, errors.Join(err, a.journals.close(false), state.Close())
	}
	return a, nil
}

func (a *App) wire(o Options) error {
	lib := modes.Library()
	schema, err := conf.Declare(modes.All(), lib)
	if err != nil {
		return err
	}
	a.Log = logbuf.NewOn(a.clock, files(o))
	a.openJournals()
	a.store = conf.NewStore(schema, conf.NewTree(schema), conf.WithApplyError(func(agent string, err error) {
		a.Log.Msg("SYS", logbuf.Errors, "APPLY", "%s: %v", agent, err)
	}))
	a.wireStrangers(o)
	a.SIP = sipua.New(sipua.Options{Net: o.Net, Log: a.Log, Guard: a.guard,
		AllowEvents: []string{"presence", "dialog", "presence.winfo"}, Supported: []string{"eventlist", "recipient-list-subscribe"}})
	a.far = relay.New(relay.Options{UA: a.SIP, Log: a.Log, Journal: a.journals.outgoing(), Dial: a.dialUDP(o)})
	a.hub = presence.New(presence.Options{Log: a.Log, Relay: a.far})
	a.wirePhones(o.Net)
	a.watch = presencesip.New(presencesip.Options{
		UA: a.SIP, Hub: a.hub, Directory: directory{a.Lines}, Log: a.Log,
		Journal: a.journals.dialogs(), Published: a.journals.published(),
		Realm: a.Lines.Realm, Credentials: a.password, Trunk: a.trust.Peer,
		DoNotDisturb: func(pool int, on bool) {
			a.Calls.Do(call.DnD{Device: phones.Device{Kind: phones.PoolDevice, Tag: pool}, On: on, Published: true})
		},
	})
	a.far.Start(a.hub)

	guard := new(modes.Guard)
	a.Shell, err = cli.NewShell(cli.Options{
		Store: a.store, State: a.state, Keys: a.keys, Library: lib, Log: a.Log,
		Exec: modes.Exec(modes.Agents{
			Presence: a.hub, Phones: a.Lines, Calls: a.Calls, SIP: a.SIP, Credentials: a.users, Trust: a.trust, Skinny: a.Skinny, SIPPhones: a.sipCalls,
			Mobility: a.mobile, Csim: a.csim.start, Platform: o.Platform, Machine: a.machine, Meter: a.meter, Clock: a.clock, Probes: cmp.Or[probe.Net](o.Probes, probe.Host{}),
			Remote: cmp.Or[remote.Network](o.Remote, remote.Host{}),
		}),
		Bounds:  modes.Bounds(o.Platform),
		Rewrite: modes.Rewrite,
		Follow:  modes.Follow,
		Clock:   a.clock,
		Zone:    modes.ClockZone,
		System:  system{a},
		Servers: fetch.New(fetch.Options{Net: files(o), Flash: a.state.Flash(), Limit: conf.MaxFlashFile}),

		Space: func() (int64, bool) { return host.Free(o.Dir) },

		LoginDelay: loginDelay,

		DebugText: modes.DebugText,
		Guard:     guard.Check,
		Committed: guard.Committed,
		Retyped:   modes.Retyped(a.users.Load),
		Notice:    modes.Notice,
		Mentions:  modes.Mentions,
	})
	if err != nil {
		a.closeAgents()
		return err
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	// The log and the shell come first, so that all that is said from here on is
	// stamped and shown as configured.
	conf.Bind(a.store, "clock", modes.ClockConfig, equal, a.clock.Apply)
	conf.Bind(a.store, "logging", modes.LogConfig, equal, a.Log.Apply)
	conf.Bind(a.store, "shell", modes.ShellConfig, equal, a.Shell.Apply)
	if err := a.load(o); err != nil {
		a.cancel()
		a.store.Close()
		a.closeAgents()
		return err
	}
	a.restore()
	a.fronts.Go(func() { a.Shell.Tend(a.ctx) })
	a.fronts.Go(func() { a.meter.Run(a.ctx) })
	a.bind(o.Bind)
	return nil
}

// load runs the startup-config, else the given one, else the factory default.
func (a *App) load(o Options) error {
	text, ok, err := a.state.ReadStartup()
	switch {
	case err != nil || ok:
	case o.Startup != nil:
		text = o.Startup
	case o.StartupFile != "": // anew in every life: kept, it would be held twice
		text, err = readStartup(o.StartupFile)
	default:
		text = modes.Factory()
	}
	if err != nil {
		return fmt.Errorf("startup-config: %w", err)
	}
	var b strings.Builder
	for _, e := range a.Shell.Load(a.ctx, text, conf.Origin{Text: "memory"}) {
		b.WriteString(e.String())
	}
	a.boot = b.String()
	a.store.Compact()
	a.Shell.MarkSaved()
	return nil
}

// bind hands the configuration to the agents, now and at every change: the hub
// before those whose states it takes.
func (a *App) bind(bind netip.Addr) {
	conf.Bind(a.store, "relay", relayConfig, equal, a.far.Apply)
	conf.Bind(a.store, "presence", modes.PresenceConfig, equal, a.applyPresence)
	a.bindPhones(bind)
	a.settleBriefly() // the first that a watcher hears after a crash is the truth
	a.hub.Settle()
	a.bindSIP(bind)
	a.settleBriefly() // a slow agent delays nothing but the first prompt
}

// BootMessages are the refused lines of the configuration that was loaded, each
// with its error; empty when all were taken.
func (a *App) BootMessages() string { return a.boot }

// Reloads delivers the reason when somebody has typed `reload`. The owner then
// closes this appliance and starts another one.
func (a *App) Reloads() <-chan string { return a.reload }

// Settle waits until every agent has taken the configuration as it is now, and the
// call model all that it was told.
func (a *App) Settle(ctx context.Context) error {
	return errors.Join(a.store.Settle(ctx), a.Calls.Settle(ctx))
}

// Close takes the appliance down and waits for all of it. Watchers are told
// that their subscriptions end, as when SIP is switched off; whoever does not
// hear it meets 481 later (RFC 6665 4.4.1).
func (a *App) Close() error {
	a.cancel()
	a.fronts.Wait()
	a.store.Close()
	_ = a.SIP.Apply(context.Background(), sipua.Config{}, sipua.Config{}) // never fails
	a.closeAgents()
	return errors.Join(a.journals.close(true), a.state.Close())
}

func (a *App) closeAgents() {
	a.SIP.Close()
	a.users.Close()
	a.watch.Close()
	a.far.Close()
	a.closePhones()
	a.hub.Close()
	last, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	a.Log.Flush(last)
	a.Log.Close()
}

// lastWords is how long the end waits for the last messages to leave.
const lastWords = 200 * time.Millisecond

// applyPresence tells the hub, and those phones whose keys had no way to the presence
// server before.
func (a *App) applyPresence(ctx context.Context, old, new presence.Config) error {
	err := a.hub.Apply(ctx, old, new)
	if old.Enabled != new.Enabled || old.Server != new.Server || old.AllowSubscribe != new.AllowSubscribe {
		a.Skinny.Recheck()
	}
	return err
}

// relayConfig is the relay's part of the configuration.
func relayConfig(t conf.Tree) relay.Config {
	c := modes.RelayConfig(t)
	r := relay.Config{TCP: c.TCP}
	for _, a := range c.Accounts {
		r.Accounts = append(r.Accounts, relay.Account(a))
	}
	return r
}

// directory answers the notifier who a source is, from the registrations.
type directory struct{ lines *phones.Registry }

func (d directory) FindWatcher(user string, src netip.AddrPort, contact string) (presencesip.Watcher, bool) {
	w, ok := d.lines.FindWatcher(user, src, contact)
	return presencesip.Watcher{Phone: w.Name, DialPeerTag: w.DialPeer, Pool: w.Pool}, ok
}

func (d directory) Lamps(pool int, number string) presencesip.Lamps {
	device, lit := d.lines.Lamps(pool, number)
	return presencesip.Lamps{Device: device, Lit: lit}
}

// system is what the shell knows of the appliance around it.
type system struct{ a *App }

func (s system) Reload(reason string) {
	select {
	case s.a.reload <- reason:
	default: // one is on its way
	}
}

func (s system) StartTime() time.Time { return s.a.started }

func (s system) Version() cli.VersionInfo {
	v := cli.VersionInfo{ReturnReason: s.a.returned, MemoryKB: int(s.a.machine.Installed() >> 10)} // the shell has the defaults
	if info, ok := debug.ReadBuildInfo(); ok {
		if m := info.Main.Version; m != "" && m != "(devel)" {
			v.Version = strings.TrimPrefix(m, "v")
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && len(s.Value) >= 7:
				v.Commit = s.Value[:7]
			case s.Key == "vcs.time":
				v.Built, _ = time.Parse(time.RFC3339, s.Value)
			}
		}
	}
	return v
}

// equal compares configurations that hold slices and maps.
func equal[C any](a, b C) bool { return reflect.DeepEqual(a, b) }

// Commands writes the command reference, docs/commands.md, or that of the lines of a
// router that are only kept, docs/commands-ios.md.
func Commands(w io.Writer, kept bool) error {
	schema, err := conf.Compile(modes.All(), modes.Library())
	if err != nil {
		return err
	}
	if kept {
		return modes.MarkdownKept(w, schema)
	}
	return modes.Markdown(w, schema, modes.Exec(modes.Agents{}))
}

// SetLine says what a local number is doing, without a phone: idle, busy, ringing,
// or clear for what is true. It is what the EXEC command `test presence line` does.
func (a *App) SetLine(number, state string) error {
	if _, ok := a.Calls.Lookup(number); !ok {
		return fmt.Errorf("%s is no directory number here", number)
	}
	a.Calls.Do(call.Test{Number: number, State: state})
	return a.Calls.Settle(a.ctx)
}
