package logbuf

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// loopback is the host's network.
type loopback struct{}

func (loopback) ListenPacket(netip.AddrPort) (net.PacketConn, error) {
	return net.ListenPacket("udp4", "127.0.0.1:0")
}

// server is a syslog server on loopback.
type server struct {
	t    *testing.T
	conn net.PacketConn
}

func newServer(t *testing.T) *server {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &server{t, c}
}

func (s *server) host() Host {
	a := s.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return Host{Addr: a.Addr().Unmap(), Port: int(a.Port())}
}

// next is the next line that arrives.
func (s *server) next() string {
	s.t.Helper()
	buf := make([]byte, 2048)
	if err := s.conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	n, _, err := s.conn.ReadFrom(buf)
	if err != nil {
		s.t.Fatalf("nothing came: %v", err)
	}
	return string(buf[:n])
}

func (s *server) expect(want ...string) {
	s.t.Helper()
	for _, w := range want {
		if got := s.next(); got != w {
			s.t.Errorf("the server got\n%q, want\n%q", got, w)
		}
	}
}

func apply(t *testing.T, l *Log, change func(*Config)) {
	t.Helper()
	old := l.Config()
	next := old
	next.Hosts = slices.Clone(old.Hosts)
	change(&next)
	if err := l.Apply(t.Context(), old, next); err != nil {
		t.Fatal(err)
	}
}

// What servers get on the wire, and that they come and go while it runs.
func TestSyslog(t *testing.T) {
	l := NewOn(unset(at), loopback{})
	defer l.Close()
	one, two := newServer(t), newServer(t)
	stamp := Stamp{Mode: StampDatetime, Msec: true}
	apply(t, l, func(c *Config) { c.LogStamp, c.DebugStamp, c.Hosts = stamp, stamp, []Host{one.host()} })
	one.expect(fmt.Sprintf("<190>1: *Sep  4 07:16:02.715: %%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d started - CLI initiated", one.host().Port))
	l.Msg("SYS", Notifications, "CONFIG_I", "Configured from console by %s", "vty0 (10.1.1.1)")
	one.expect("<189>2: *Sep  4 07:16:02.715: %SYS-5-CONFIG_I: Configured from console by vty0 (10.1.1.1)")

	l.SetDebug("presence xml", true)
	l.Debugf("presence xml", "not for servers at informational")
	apply(t, l, func(c *Config) {
		c.TrapLevel, c.Facility, c.Origin, c.SequenceNumbers = Debugging, 20, "Router", true
		c.Hosts = append(c.Hosts, two.host())
	})
	one.next() // two has started
	two.expect(fmt.Sprintf("<166>3: Router: 000004: *Sep  4 07:16:02.715: %%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d started - CLI initiated", two.host().Port))
	l.Debugf("presence xml", "%v", Lines("<a>\n<b/>"))
	for _, s := range []*server{one, two} {
		s.expect("<167>4: Router: 000005: *Sep  4 07:16:02.715: <a>", "<167>5: Router: 000005: *Sep  4 07:16:02.715: <b/>")
	}

	apply(t, l, func(c *Config) { c.Hosts, c.Uncounted, c.SequenceNumbers, c.Origin = c.Hosts[1:], true, false, "" })
	two.expect(fmt.Sprintf("<166>*Sep  4 07:16:02.715: %%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d stopped - CLI initiated", one.host().Port))
	l.Msg("SYS", Emergencies, "LONG", "%s", strings.Repeat("x", 2000))
	if got := two.next(); len(got) != maxDatagram || !strings.HasPrefix(got, "<160>*Sep") {
		t.Errorf("%d bytes, %.40q", len(got), got)
	}
	apply(t, l, func(c *Config) { c.Disabled = true })
	l.Msg("SYS", Emergencies, "SILENT", "not sent")
	apply(t, l, func(c *Config) { c.Disabled = false })
	l.Msg("SYS", Alerts, "HEARD", "sent")
	two.expect("<161>*Sep  4 07:16:02.715: %SYS-1-HEARD: sent")

	sinks := l.Sinks()
	if len(sinks) != 1 || sinks[0].Host != two.host() || sinks[0].Sent != 6 || sinks[0].Down {
		t.Errorf("%+v", sinks)
	}
	if st := l.Stats(); st.Traps != 8 || st.Dropped != 0 {
		t.Errorf("%+v", st)
	}
}

// broken is a network that has gone, and may come back.
type broken struct{ up chan net.PacketConn }

func (b broken) ListenPacket(netip.AddrPort) (net.PacketConn, error) {
	select {
	case c := <-b.up:
		return c, nil
	default:
		return nil, errors.New("network is unreachable")
	}
}

// stuck takes nothing until it is closed.
type stuck struct {
	net.PacketConn
	closed chan struct{}
}

func (s *stuck) SetWriteDeadline(time.Time) error { return nil }
func (s *stuck) WriteTo(p []byte, _ net.Addr) (int, error) {
	<-s.closed
	return len(p), nil
}
func (s *stuck) Close() error { return nil }

// A server that cannot be reached costs its own lines and nothing else.
func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := broken{make(chan net.PacketConn, 1)}
		l := NewOn(unset(at), n)
		apply(t, l, func(c *Config) { c.Hosts = []Host{{netip.MustParseAddr("192.0.2.1"), 514}} })
		synctest.Wait()
		if s := l.Sinks()[0]; !s.Down || s.Sent != 1 {
			t.Errorf("%+v", s)
		}
		dead := &stuck{closed: make(chan struct{})}
		n.up <- dead
		for range sinkQueue + 100 {
			l.Msg("SYS", Notifications, "X", "x") // returns at once
		}
		synctest.Wait()
		if s, st := l.Sinks()[0], l.Stats(); s.Dropped == 0 || st.Dropped != s.Dropped || s.Sent+s.Dropped != sinkQueue+101 {
			t.Errorf("%+v %+v", s, st)
		}
		waiting, done := context.WithTimeout(t.Context(), time.Second)
		defer done()
		l.Flush(waiting) // gives up
		apply(t, l, func(c *Config) { c.Hosts = nil })
		if st := l.Stats(); st.Flushed != 0 || len(l.Sinks()) != 0 { // its sender has the rest
			t.Errorf("%+v, %d servers", st, len(l.Sinks()))
		}
		close(dead.closed)
		l.Close()
	})
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewOn(unset(time.Now), nil)
		defer l.Close()
		var console, monitor int
		l.Attach(Console, "con0", func(Severity, string) { console++ })
		l.Attach(Monitor, "vty2", func(Severity, string) { monitor++ })
		l.SetDebug("a", true)
		round := func(r Rate) (c, m int) {
			time.Sleep(time.Second)
			apply(t, l, func(c *Config) { c.Rate = r })
			synctest.Wait()
			console, monitor = 0, 0
			for range 5 {
				l.Msg("SYS", Notifications, "N", "five")
				l.Msg("SYS", Errors, "E", "three")
				l.Debugf("a", "debug")
			}
			synctest.Wait()
			return console, monitor
		}
		for _, tt := range []struct {
			rate             Rate
			console, monitor int
		}{
			{Rate{Except: Off}, 15, 15},
			{Rate{Limit: 4, Except: Off}, 5 + 4, 5 + 4},                           // debug texts do not count
			{Rate{Limit: 4, Except: Errors}, 5 + 5 + 4, 5 + 5 + 4},                // nor what is grave
			{Rate{Limit: 4, All: true, Except: Errors}, 5 + 4, 5 + 4},             // debug texts as well
			{Rate{Limit: 4, Console: true, All: true, Except: Errors}, 5 + 4, 15}, // on the console
			{Rate{Limit: 100, All: true, Except: Off}, 15, 15},
		} {
			before := l.Stats().Limited
			c, m := round(tt.rate)
			if c != tt.console || m != tt.monitor || l.Stats().Limited-before != uint64(15-tt.console) {
				t.Errorf("%+v: console %d, monitor %d, %d limited", tt.rate, c, m, l.Stats().Limited-before)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	l := newLog(t, Config{LogStamp: Stamp{Mode: StampDatetime}, Counting: true, SequenceNumbers: true})
	l.Msg("SYS", Notifications, "CONFIG_I", "x")
	l.Msg("SYS", Notifications, "CONFIG_I", "y")
	l.Msg("LINK", Errors, "UPDOWN", "z")
	want := []Count{{"LINK", "UPDOWN", Errors, 1, "*Sep  4 07:16:02"}, {"SYS", "CONFIG_I", Notifications, 2, "*Sep  4 07:16:02"}}
	if got := l.Counts(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	apply(t, l, func(c *Config) { c.Counting = false })
	if got := l.Counts(); len(got) != 0 {
		t.Errorf("%+v are left", got)
	}
}

// Whatever is logged at whatever levels, each place has got what its level lets through,
// in order, and every text is counted as sent, limited or dropped.
func TestLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := New(at)
		defer l.Close()
		level := func(name string) Severity { return Severity(rapid.IntRange(-1, 7).Draw(t, name)) }
		cfg := Config{ConsoleLevel: level("console"), MonitorLevel: level("monitor"), BufferLevel: level("buffer"), TrapLevel: level("trap"), BufferSize: 1 << 16,
			LogStamp: Stamp{Mode: StampNone}, Rate: Rate{Limit: rapid.IntRange(0, 9).Draw(t, "limit"), Console: rapid.Bool().Draw(t, "console only"), Except: level("except")}}
		_ = l.Apply(context.Background(), Config{}, cfg)
		var got []string
		l.Attach(Console, "", func(_ Severity, text string) { got = append(got, text) })
		sent := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 20).Draw(t, "messages")
		passed, limited := 0, 0
		for _, sev := range sent {
			l.Msg("SYS", Severity(sev), "M", "m")
			if Severity(sev) <= cfg.ConsoleLevel {
				passed++
			}
		}
		l.Flush(context.Background())
		s := l.Sinks()[0]
		limited = int(s.Limited)
		if len(got) != int(s.Sent) || len(got)+limited != passed || s.Dropped != 0 {
			t.Errorf("%d of %d got through, %+v", len(got), passed, s)
		}
		if cfg.Rate.Limit == 0 && limited > 0 || limited > int(l.Stats().Limited) {
			t.Errorf("%d limited, %+v", limited, l.Stats())
		}
	})
}
