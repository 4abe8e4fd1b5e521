// Package mobility is Extension Mobility: users who log in at a phone and find
// their own lines on it (CME administrator guide, Extension Mobility).
//
// Only internal/app and phones/provision (by interface) use it. A Manager owns
// one goroutine, which logs idle users out; Close stops it and waits. Its methods
// run on their callers' goroutines under one mutex and call out without it.
package mobility

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// Options of a Manager.
type Options struct {
	// Changed is called after a user has come to a device or left it: the device is
	// to take its new lines. It must not call the Manager back before it returns,
	// except for Profile.
	Changed func(d phones.Device)
	// InUse reports whether a device is off hook or has a call: nobody is logged out
	// by a timer then.
	InUse func(d phones.Device) bool
	// Clock tells the time of day for `em logout`; nil: the host's, in UTC.
	Clock func() time.Time
}

// Errors of Login and Logout.
var (
	ErrPhone    = errors.New("the phone is not enabled for Extension Mobility")
	ErrDenied   = errors.New("wrong user name or password")
	ErrNotThere = errors.New("nobody is logged in")
)

// tick is how often idle users are looked for; the times of the commands are minutes.
const tick = 10 * time.Second

// Manager knows who is logged in where. Logins do not outlive the process: phones
// come back with their logout profiles.
type Manager struct {
	o          Options
	stop, done chan struct{}
	closeOnce  sync.Once

	mu     sync.Mutex
	cfg    phones.Config
	logins map[phones.Device]*login
}

type login struct {
	profile int
	user    string
	used    time.Time // the phone was last in use
	leave   bool      // log out as soon as the phone is idle
}

// New starts a Manager with an empty configuration: no phone is enabled.
func New(o Options) *Manager {
	if o.Changed == nil {
		o.Changed = func(phones.Device) {}
	}
	if o.InUse == nil {
		o.InUse = func(phones.Device) bool { return false }
	}
	if o.Clock == nil {
		o.Clock = func() time.Time { return time.Now().UTC() }
	}
	m := &Manager{o: o, stop: make(chan struct{}), done: make(chan struct{}), logins: map[phones.Device]*login{}}
	go m.run()
	return m
}

// Close stops the goroutine and waits for it.
func (m *Manager) Close() {
	m.closeOnce.Do(func() { close(m.stop) })
	<-m.done
}

// Apply makes a configuration take effect: users whose profile is gone or
// renamed, and those on phones that are no longer enabled, are logged out.
func (m *Manager) Apply(_ context.Context, _, new phones.Config) error {
	m.mu.Lock()
	m.cfg = new
	var out []phones.Device
	for d, l := range m.logins {
		p := profile(new.UserProfiles, l.profile)
		if p == nil || p.User != l.user || m.logoutProfile(d) == nil {
			delete(m.logins, d)
			out = append(out, d)
		}
	}
	m.mu.Unlock()
	m.changed(out)
	return nil
}

// Login puts a user's lines on a phone. A user who is logged in elsewhere leaves
// that phone. The errors are ErrPhone and ErrDenied.
func (m *Manager) Login(d phones.Device, user, password string) error {
	m.mu.Lock()
	if m.logoutProfile(d) == nil {
		m.mu.Unlock()
		return ErrPhone
	}
	var found *phones.Profile
	for i := range m.cfg.UserProfiles {
		p := &m.cfg.UserProfiles[i]
		if p.User != "" && p.User == user && subtle.ConstantTimeCompare([]byte(p.Password), []byte(password)) == 1 {
			found = p
		}
	}
	if found == nil {
		m.mu.Unlock()
		return ErrDenied
	}
	out := []phones.Device{d}
	for other, l := range m.logins {
		if l.profile == found.Tag && other != d {
			delete(m.logins, other)
			out = append(out, other)
		}
	}
	m.logins[d] = &login{profile: found.Tag, user: user, used: time.Now()}
	m.mu.Unlock()
	m.changed(out)
	return nil
}

// Logout gives a phone its logout profile back. The errors are ErrPhone and ErrNotThere.
func (m *Manager) Logout(d phones.Device) error {
	m.mu.Lock()
	if m.logoutProfile(d) == nil {
		m.mu.Unlock()
		return ErrPhone
	}
	if m.logins[d] == nil {
		m.mu.Unlock()
		return ErrNotThere
	}
	delete(m.logins, d)
	m.mu.Unlock()
	m.changed([]phones.Device{d})
	return nil
}

// Enabled reports whether users may log in at a phone.
func (m *Manager) Enabled(d phones.Device) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.logoutProfile(d) != nil
}

// Profile is the user profile that is logged in at a phone, nil for none.
func (m *Manager) Profile(d phones.Device) *phones.Profile {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.logins[d]
	if l == nil {
		return nil
	}
	if p := profile(m.cfg.UserProfiles, l.profile); p != nil {
		found := *p
		return &found
	}
	return nil
}

// Where lists the phones at which a profile is logged in, by kind and tag.
func (m *Manager) Where(profileTag int) []phones.Device {
	m.mu.Lock()
	defer m.mu.Unlock()
	var at []phones.Device
	for d, l := range m.logins {
		if l.profile == profileTag {
			at = append(at, d)
		}
	}
	sortDevices(at)
	return at
}

// logoutProfile is that of a phone, nil if it has none. m.mu is held.
func (m *Manager) logoutProfile(d phones.Device) *phones.Profile {
	tag := 0
	switch d.Kind {
	case phones.EphoneDevice:
		for i := range m.cfg.Ephones {
			if e := &m.cfg.Ephones[i]; e.Tag == d.Tag && !e.Analog {
				tag = e.LogoutProfile
			}
		}
	case phones.PoolDevice:
		for i := range m.cfg.Pools {
			if p := &m.cfg.Pools[i]; p.Tag == d.Tag {
				tag = p.LogoutProfile
			}
		}
	}
	if tag == 0 {
		return nil
	}
	return profile(m.cfg.LogoutProfiles, tag)
}

func profile(all []phones.Profile, tag int) *phones.Profile {
	for i := range all {
		if all[i].Tag == tag {
			return &all[i]
		}
	}
	return nil
}

// changed tells about devices, in a fixed order.
func (m *Manager) changed(devices []phones.Device) {
	sortDevices(devices)
	for _, d := range devices {
		m.o.Changed(d)
	}
}

func sortDevices(d []phones.Device) {
	slices.SortFunc(d, func(a, b phones.Device) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		return a.Tag - b.Tag
	})
}

func (m *Manager) run() {
	defer close(m.done)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := wall(m.o.Clock())
	for {
		select {
		case <-m.stop:
			return
		case now := <-ticker.C:
			clock := wall(m.o.Clock())
			m.expire(now, last, clock)
			last = clock
		}
	}
}

// wall is what a clock on the wall shows, as if it hung in UTC.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// expire logs out who has been idle too long, and everybody at the times of `em
// logout` that the clock has passed from last on; who is in a call leaves when it ends.
func (m *Manager) expire(now, last, clock time.Time) {
	m.mu.Lock()
	devices := make([]phones.Device, 0, len(m.logins))
	for d := range m.logins {
		devices = append(devices, d)
	}
	m.mu.Unlock()
	inUse := make(map[phones.Device]bool, len(devices))
	for _, d := range devices {
		inUse[d] = m.o.InUse(d)
	}
	m.mu.Lock()
	all := m.logoutTime(last, clock)
	var out []phones.Device
	for _, d := range devices {
		l := m.logins[d]
		if l == nil {
			continue
		}
		l.leave = l.leave || all
		p := profile(m.cfg.UserProfiles, l.profile)
		switch {
		case inUse[d]:
			l.used = now
		case l.leave, p != nil && p.MaxIdle > 0 && now.Sub(l.used) >= p.MaxIdle:
			delete(m.logins, d)
			out = append(out, d)
		}
	}
	m.mu.Unlock()
	m.changed(out)
}

// logoutTime reports whether a time of `em logout` lies in (last, now]. Both are
// what wall makes of the appliance's clock.
func (m *Manager) logoutTime(last, now time.Time) bool {
	for _, minutes := range m.cfg.Telephony.LogoutTimes {
		day := last.Truncate(24 * time.Hour)
		for range 2 {
			at := day.Add(time.Duration(minutes) * time.Minute)
			if at.After(last) && !at.After(now) {
				return true
			}
			day = day.Add(24 * time.Hour)
		}
	}
	return false
}
