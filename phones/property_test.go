package phones

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// model is what a number's registrations ought to be: when each contact ends.
type model struct {
	h        *harness
	cfg      Config
	contacts map[string]map[int]time.Time // number -> contact port -> end
	left     map[string]bool              // contacts that were lost with their number
}

// fits is what Register does with a number under the model's configuration.
func (m *model) fits(number string) bool {
	for _, d := range m.cfg.DNs {
		for _, p := range m.cfg.Pools {
			for _, n := range p.Numbers {
				if d.Tag == n.DN && d.Number == number {
					return m.cfg.RegistrarOn
				}
			}
		}
	}
	return false
}

func (m *model) want(number string) bool {
	for _, end := range m.contacts[number] {
		if end.After(time.Now()) {
			return true
		}
	}
	return false
}

// Whatever happens in whatever order, what Devices was told last is the truth.
func TestDevicesHearTheTruth(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var failure any // rapid fails by panics, which must not leave the bubble by themselves
		synctest.Test(t, func(*testing.T) {
			defer func() { failure = recover() }()
			truth(t, rt)
		})
		if failure != nil {
			panic(failure)
		}
	})
}

var propertyNumbers = []string{"2101", "2102", "2103", "2104"}

func propertyConfig(rt *rapid.T) Config {
	cfg := Config{Mode: "cme", RegistrarOn: rapid.IntRange(0, 9).Draw(rt, "registrar") > 0}
	for tag := 1; tag <= 4; tag++ {
		if i := rapid.IntRange(0, len(propertyNumbers)).Draw(rt, "number"); i > 0 {
			cfg.DNs = append(cfg.DNs, DN{Tag: tag, Number: propertyNumbers[i-1]})
		}
	}
	for tag := 1; tag <= 3; tag++ {
		if rapid.Bool().Draw(rt, "pool") {
			p := Pool{Tag: tag}
			for line := 1; line <= 3; line++ {
				p.Numbers = append(p.Numbers, PoolNumber{line, rapid.IntRange(1, 5).Draw(rt, "dn")})
			}
			cfg.Pools = append(cfg.Pools, p)
		}
	}
	return cfg
}

func truth(t *testing.T, rt *rapid.T) {
	m := &model{h: start(t, Config{}), contacts: map[string]map[int]time.Time{}, left: map[string]bool{}}
	defer m.h.stop()
	for range rapid.IntRange(1, 40).Draw(rt, "steps") {
		number := rapid.SampledFrom(propertyNumbers).Draw(rt, "line")
		switch rapid.IntRange(0, 3).Draw(rt, "step") {
		case 0:
			m.apply(propertyConfig(rt))
		case 1, 2:
			m.register(rt, number)
		case 3:
			time.Sleep(time.Duration(rapid.IntRange(1, 4000).Draw(rt, "seconds")) * time.Second)
			synctest.Wait()
		}
		m.check(rt)
	}
}

// apply forgets the contacts whose pool lost the number; the property is about
// states, so the registry says which pool each is in.
func (m *model) apply(cfg Config) {
	pool := map[string]int{}
	for _, b := range m.h.Snapshot().Bindings {
		pool[fmt.Sprint(b.Number, b.Port)] = b.Pool
	}
	m.cfg = cfg
	m.h.apply(cfg)
	for number, ports := range m.contacts {
		for port := range ports {
			one := cfg
			one.Pools = nil
			for _, p := range cfg.Pools {
				if p.Tag == pool[fmt.Sprint(number, port)] {
					one.Pools = append(one.Pools, p)
				}
			}
			if !(&model{cfg: one}).fits(number) {
				delete(ports, port)
				m.left[fmt.Sprint(number, port)] = true
			}
		}
	}
}

func (m *model) register(rt *rapid.T, number string) {
	port := rapid.IntRange(5060, 5062).Draw(rt, "port")
	seconds := rapid.SampledFrom([]int{0, 60, 600, 3600}).Draw(rt, "expires")
	reg := m.h.request(number, "10.1.1.1", seconds)
	reg.Contacts[0] = contactOf(number, "10.1.1.1", port)
	code := m.h.code(reg)
	if code == 200 && seconds == 0 && !m.fits(number) && m.left[fmt.Sprint(number, port)] {
		return // the pool has lost the number, and the phone follows
	}
	if (code == 200) != m.fits(number) {
		rt.Fatalf("%s: %d", number, code)
	} else if code != 200 {
		return
	}
	if m.contacts[number] == nil {
		m.contacts[number] = map[int]time.Time{}
	}
	if seconds == 0 {
		delete(m.contacts[number], port)
	} else {
		m.contacts[number][port] = time.Now().Add(time.Duration(seconds) * time.Second)
	}
}

func (m *model) check(rt *rapid.T) {
	synctest.Wait() // another caller may be telling for us
	snap := m.h.Snapshot()
	for _, number := range propertyNumbers {
		if got, want := m.h.settled().has(number), m.want(number); got != want {
			rt.Fatalf("%s: told in service %t, is %t", number, got, want)
		}
	}
	bound := 0
	for _, p := range snap.Pools {
		bound += p.Stats.ActiveRegistrations
	}
	m.h.mu.Lock()
	expiring := len(m.h.expiry)
	m.h.mu.Unlock()
	if bound != len(snap.Bindings) || expiring != bound {
		rt.Fatalf("%d contacts in pools, %d by number, %d to expire", bound, len(snap.Bindings), expiring)
	}
}

// Many callers at once: every request succeeds, the last word to Devices is still
// the truth.
func TestConcurrentCallers(t *testing.T) {
	h := start(t, guide())
	defer h.stop()
	var wg sync.WaitGroup
	for _, number := range []string{"2101", "2102", "2103"} {
		for i := range 3 { // each with a contact and a Call-ID of its own
			wg.Go(func() {
				for n := range 200 {
					reg := Registration{
						Number: number, CallID: fmt.Sprint(i), CSeq: uint32(n + 1),
						Contacts: []Contact{contactOf(number, "10.1.1.1", 5060+i)}, Expires: 60 * (n % 2), Hints: hints[number],
					}
					res, err := h.Register(reg)
					if err != nil {
						t.Errorf("%s: %v", number, err)
						return
					}
					mine := slices.ContainsFunc(res.Contacts, func(b Binding) bool { return b.Port == 5060+i })
					if mine != (n%2 == 1) {
						t.Errorf("%s, request %d: contacts %+v", number, n, res.Contacts)
						return
					}
					if n%50 == 0 {
						h.apply(guide())
						h.Snapshot()
					}
				}
			})
		}
	}
	wg.Wait()
	h.apply(guide())
	s := h.Snapshot()
	if len(s.Bindings) != 9 || s.Stats.RegisterSuccess != 900 || s.Stats.UnregisterSuccess != 900 {
		t.Errorf("%d contacts, statistics %+v", len(s.Bindings), s.Stats)
	}
	for _, d := range s.DNs {
		if !h.settled().has(d.Config.Number) {
			t.Errorf("%s: not told", d.Config.Number)
		}
	}
}
