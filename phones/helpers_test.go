package phones

import (
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/presence"
)

// lamps is a publisher that keeps what it was told last.
type lamps struct {
	mu    sync.Mutex
	state map[string]presence.Line
	count int
}

func (l *lamps) Publish(number string, s presence.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == nil {
		l.state = map[string]presence.Line{}
	}
	l.state[number] = s
	l.count++
}

func (l *lamps) get(number string) presence.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state[number].State
}

func (l *lamps) all() map[string]presence.Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.state)
}

// guide is the SIP part of the guide's example configuration.
func guide() Config {
	return Config{
		Mode: "cme", RegistrarOn: true,
		DNs: []DN{{Tag: 1, Number: "2101", Watch: true}, {Tag: 2, Number: "2102", Watch: true}, {Tag: 3, Number: "2103"}},
		Pools: []Pool{
			{Tag: 1, MAC: mac("0015.6247.EF90"), Type: "7971", Numbers: []PoolNumber{{1, 1}, {2, 3}}},
			{Tag: 2, MAC: mac("0012.0007.8D82"), Type: "7912", Numbers: []PoolNumber{{1, 2}}},
		},
		EphoneDNs: []EphoneDN{{Tag: 1, Number: "1001", Watch: true, Channels: 2}},
	}
}

func mac(s string) MAC {
	m, err := ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return m
}

type harness struct {
	*Registry
	t     testing.TB
	lamps *lamps
	log   *logbuf.Log
	cseq  uint32
}

func start(t testing.TB, cfg Config) *harness {
	t.Helper()
	l := &lamps{}
	log := logbuf.New(time.Now)
	if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
		t.Fatal(err)
	}
	h := &harness{Registry: New(Options{Log: log, Publisher: l}), t: t, lamps: l, log: log}
	h.apply(cfg)
	return h
}

func (h *harness) stop() {
	h.Close()
	h.log.Close()
}

func (h *harness) apply(cfg Config) {
	h.t.Helper()
	if err := h.Apply(h.t.Context(), Config{}, cfg); err != nil {
		h.t.Fatal(err)
	}
}

// request is a REGISTER of a number from a contact, with a rising CSeq.
func (h *harness) request(number, host string, expires int) Registration {
	h.cseq++
	return Registration{
		Number: number, CallID: "a@" + host, CSeq: h.cseq, Transport: "udp",
		Source:   netip.AddrPortFrom(netip.MustParseAddr(host), 5060),
		Contacts: []Contact{contactOf(number, host, 5060)},
		Expires:  expires,
	}
}

func contactOf(user, host string, port int) Contact {
	return Contact{URI: fmt.Sprintf("sip:%s@%s:%d", user, host, port), User: user, Host: host, Port: port, Expires: -1}
}

func (h *harness) must(reg Registration) Result {
	h.t.Helper()
	res, err := h.Register(reg)
	if err != nil {
		h.t.Fatal(err)
	}
	return res
}

// code is the status code a request gets.
func (h *harness) code(reg Registration) int {
	_, err := h.Register(reg)
	if err == nil {
		return 200
	}
	return err.(*Error).Code
}
