package mobility

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	desk  = phones.Device{Kind: phones.EphoneDevice, Tag: 1}
	lobby = phones.Device{Kind: phones.PoolDevice, Tag: 2}
	plain = phones.Device{Kind: phones.EphoneDevice, Tag: 3}
)

func config() phones.Config {
	return phones.Config{
		Ephones:        []phones.Ephone{{Tag: 1, LogoutProfile: 1}, {Tag: 3}, {Tag: 4, LogoutProfile: 1, Analog: true}},
		Pools:          []phones.Pool{{Tag: 2, LogoutProfile: 1}},
		LogoutProfiles: []phones.Profile{{Tag: 1}},
		UserProfiles: []phones.Profile{
			{Tag: 5, User: "ann", Password: "1234", MaxIdle: 10 * time.Minute},
			{Tag: 6, User: "bob", Password: "4321"},
		},
	}
}

// lab is what a Manager sees of its surroundings.
type lab struct {
	mu      sync.Mutex
	changed []phones.Device
	busy    map[phones.Device]bool
}

func (l *lab) use(d phones.Device, busy bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[d] = busy
}

// took is what has changed since it was asked last.
func (l *lab) took() []phones.Device {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := l.changed
	l.changed = nil
	return got
}

// bed is a Manager in a bubble.
func bed(t *testing.T, f func(m *Manager, l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		l := &lab{busy: map[phones.Device]bool{}}
		m := New(Options{
			Changed: func(d phones.Device) {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.changed = append(l.changed, d)
			},
			InUse: func(d phones.Device) bool {
				l.mu.Lock()
				defer l.mu.Unlock()
				return l.busy[d]
			},
		})
		defer m.Close()
		_ = m.Apply(t.Context(), phones.Config{}, config())
		f(m, l)
	})
}

func TestLogin(t *testing.T) {
	bed(t, func(m *Manager, l *lab) {
		for _, c := range []struct {
			d              phones.Device
			user, password string
			want           error
		}{
			{plain, "ann", "1234", ErrPhone},
			{phones.Device{Kind: phones.EphoneDevice, Tag: 4}, "ann", "1234", ErrPhone},
			{desk, "ann", "4321", ErrDenied},
			{desk, "ann", "", ErrDenied},
			{desk, "", "", ErrDenied},
			{desk, "ann", "1234", nil},
		} {
			if err := m.Login(c.d, c.user, c.password); !errors.Is(err, c.want) {
				t.Errorf("%s %s/%s: %v, want %v", c.d, c.user, c.password, err, c.want)
			}
		}
		if got := l.took(); !slices.Equal(got, []phones.Device{desk}) {
			t.Errorf("changed: %v", got)
		}
		if p := m.Profile(desk); p == nil || p.Tag != 5 {
			t.Errorf("profile at the desk: %+v", p)
		}
	})
}

// Logging in elsewhere ends the first session (administrator guide).
func TestLoginElsewhere(t *testing.T) {
	bed(t, func(m *Manager, l *lab) {
		if err := errors.Join(m.Login(desk, "ann", "1234"), m.Login(lobby, "ann", "1234")); err != nil {
			t.Fatal(err)
		}
		if m.Profile(desk) != nil || m.Profile(lobby) == nil {
			t.Error("ann is not at the lobby phone alone")
		}
		if got := l.took(); !slices.Equal(got, []phones.Device{desk, desk, lobby}) {
			t.Errorf("changed: %v", got)
		}
		if at := m.Where(5); !slices.Equal(at, []phones.Device{lobby}) {
			t.Errorf("where: %v", at)
		}
	})
}

func TestLogout(t *testing.T) {
	bed(t, func(m *Manager, l *lab) {
		if err := m.Logout(desk); !errors.Is(err, ErrNotThere) {
			t.Error(err)
		}
		if err := m.Logout(plain); !errors.Is(err, ErrPhone) {
			t.Error(err)
		}
		if err := errors.Join(m.Login(desk, "bob", "4321"), m.Logout(desk)); err != nil {
			t.Error(err)
		}
		if m.Profile(desk) != nil {
			t.Error("bob is still there")
		}
		if got := l.took(); len(got) != 2 {
			t.Errorf("changed: %v", got)
		}
	})
}

func TestIdleUserLeaves(t *testing.T) {
	bed(t, func(m *Manager, l *lab) {
		if err := m.Login(desk, "ann", "1234"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		l.use(desk, true)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if m.Profile(desk) == nil {
			t.Fatal("logged out in a call")
		}
		l.use(desk, false)
		time.Sleep(9 * time.Minute)
		if m.Profile(desk) == nil {
			t.Fatal("logged out too early")
		}
		time.Sleep(2 * time.Minute)
		if m.Profile(desk) != nil {
			t.Error("still there after ten idle minutes")
		}
	})
}

// At the times of `em logout` everybody leaves; who talks leaves afterwards.
func TestTimeOfDay(t *testing.T) {
	bed(t, func(m *Manager, l *lab) {
		c := config()
		at := time.Now().UTC().Add(3 * time.Hour)
		c.Telephony.LogoutTimes = []int{at.Hour()*60 + at.Minute()}
		_ = m.Apply(t.Context(), phones.Config{}, c)
		if err := errors.Join(m.Login(desk, "ann", "1234"), m.Login(lobby, "bob", "4321")); err != nil {
			t.Fatal(err)
		}
		l.use(desk, true)
		time.Sleep(3*time.Hour - time.Minute)
		if m.Profile(lobby) == nil {
			t.Fatal("too early")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if m.Profile(lobby) != nil || m.Profile(desk) == nil {
			t.Error("the idle user leaves, the one in a call stays")
		}
		l.use(desk, false)
		time.Sleep(time.Minute)
		if m.Profile(desk) != nil {
			t.Error("the call is over and ann is still there")
		}
	})
}

func TestProfileTaken(t *testing.T) {
	bed(t, func(m *Manager, _ *lab) {
		if err := errors.Join(m.Login(desk, "ann", "1234"), m.Login(lobby, "bob", "4321")); err != nil {
			t.Fatal(err)
		}
		c := config()
		c.UserProfiles = c.UserProfiles[1:]
		c.Pools = nil
		_ = m.Apply(t.Context(), config(), c)
		if m.Profile(desk) != nil || m.Profile(lobby) != nil {
			t.Error("a profile or a phone is gone and its user is not")
		}
	})
}
