package phones

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// board is Devices that keeps what it was told.
type board struct {
	mu    sync.Mutex
	specs map[int]Spec   // of pools in service
	told  []string       // calls, in order
	lines map[int]string // numbers of dns
}

func (b *board) Register(d Device, s Spec) { b.take(d, &s, fmt.Sprintf("%v %s", d, specText(s))) }
func (b *board) Unregister(d Device)       { b.take(d, nil, fmt.Sprintf("%v gone", d)) }

func (b *board) take(d Device, s *Spec, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s == nil {
		delete(b.specs, d.Tag)
	} else {
		b.specs[d.Tag] = *s
	}
	b.told = append(b.told, text)
}

// hears returns what it was told since the last time.
func (b *board) hears() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	told := b.told
	b.told = nil
	return told
}

// has reports whether a pool in service has a number.
func (b *board) has(number string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.specs {
		for _, l := range s.Lines {
			for _, id := range l.DNs {
				if id.SIP && b.lines[id.Tag] == number {
					return true
				}
			}
		}
	}
	return false
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

// settled returns the board when another caller, who may be telling it for us, has.
func (h *harness) settled() *board {
	h.tell(true)
	return h.board
}

type harness struct {
	*Registry
	t     testing.TB
	board *board
	log   *logbuf.Log
	cseq  uint32
}

func start(t testing.TB, cfg Config) *harness {
	t.Helper()
	b := &board{specs: map[int]Spec{}}
	log := logbuf.New(time.Now)
	if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 20, BufferLevel: logbuf.Debugging}); err != nil {
		t.Fatal(err)
	}
	h := &harness{Registry: New(Options{Log: log, Devices: b}), t: t, board: b, log: log}
	h.apply(cfg)
	return h
}

func (h *harness) stop() {
	h.Close()
	h.log.Close()
}

func (h *harness) apply(cfg Config) {
	h.t.Helper()
	h.board.mu.Lock()
	h.board.lines = map[int]string{}
	for _, d := range cfg.DNs {
		h.board.lines[d.Tag] = d.Number
	}
	h.board.mu.Unlock()
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
		Hints:    hints[number],
	}
}

// hints are how the phones of guide name themselves.
var hints = map[string][]string{"2101": {"SEP00156247EF90"}, "2103": {"SEP00156247EF90"}, "2102": {"SEP001200078D82"}}

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
