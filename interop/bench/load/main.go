// Command load makes load for a SIP presence agent and says what it took: any
// agent that takes SUBSCRIBE over UDP, so that two can be compared. See ../run.sh.
//
//	load subscribe -n 20000 -window 64 -numbers 1000   closed loop: SUBSCRIBE, 200, NOTIFY, 200
//	load open -rate 4000 -seconds 5                    the same at a fixed rate, whatever comes back
//	load fanout -n 10000 -rounds 4                     all watch one number, which changes
//	load refresh -n 20000 -window 16                   the same subscriptions once more, in their dialogs
//
// It answers every NOTIFY, never sends a SUBSCRIBE twice, and counts NOTIFYs that
// came twice. One line of figures for each measurement, name=value.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"
)

// options are the command line.
type options struct {
	target  netip.AddrPort
	pid     int
	n       int
	window  int
	first   int
	numbers int
	rate    int
	seconds int
	rounds  int
	console string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("load subscribe|open|fanout|refresh [flags]")
	}
	var o options
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	target := flags.String("target", "127.0.0.1:5060", "the agent")
	flags.IntVar(&o.pid, "pid", 0, "process of the agent, for its processor time and memory; its children count")
	flags.IntVar(&o.n, "n", 10000, "subscriptions")
	flags.IntVar(&o.window, "window", 64, "closed loop: how many are under way")
	flags.IntVar(&o.first, "first", 1001, "first number that is watched")
	flags.IntVar(&o.numbers, "numbers", 1000, "how many numbers are watched")
	flags.IntVar(&o.rate, "rate", 1000, "open loop: SUBSCRIBEs a second")
	flags.IntVar(&o.seconds, "seconds", 5, "open loop: how long")
	flags.IntVar(&o.rounds, "rounds", 4, "fanout: changes")
	flags.StringVar(&o.console, "console", "", "fanout: console that `test presence line` is written to; none: PUBLISH")
	_ = flags.Parse(os.Args[2:]) // ExitOnError
	var err error
	if o.target, err = netip.ParseAddrPort(*target); err != nil {
		log.Fatal(err)
	}
	if err := run(os.Args[1], o); err != nil {
		log.Fatal(err)
	}
}

func run(mode string, o options) error {
	switch mode {
	case "open":
		o.n = o.rate * o.seconds
	case "fanout":
		o.numbers = 1
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.target.Addr(), 0)))
	if err != nil {
		return fmt.Errorf("opening the generator's socket: %w", err)
	}
	defer conn.Close()
	_ = conn.SetReadBuffer(8 << 20)
	_ = conn.SetWriteBuffer(8 << 20)
	c := newCrowd(conn, o)
	go c.read()
	switch mode {
	case "subscribe":
		c.closedLoop("subscribe")
	case "open":
		c.openLoop()
	case "refresh":
		c.closedLoop("subscribe")
		time.Sleep(time.Second)
		c.closedLoop("refresh")
	case "fanout":
		c.closedLoop("subscribe")
		return c.fanout()
	default:
		return fmt.Errorf("no mode %q", mode)
	}
	return nil
}

// closedLoop keeps window exchanges under way. One that takes 4 s is lost.
func (c *crowd) closedLoop(what string) {
	m := c.begin(what)
	slots := make(chan struct{}, c.o.window)
	for range c.o.window {
		slots <- struct{}{}
	}
	go func() {
		for range c.done {
			slots <- struct{}{}
		}
	}()
	for i := range c.o.n {
		select {
		case <-slots:
		case <-time.After(4 * time.Second): // the whole window is lost
			for range c.o.window - 1 {
				slots <- struct{}{}
			}
		}
		c.subscribe(i)
	}
	c.settle()
	m.end()
	close(c.done)
	c.done = make(chan int, c.o.n)
}

// openLoop sends at a fixed rate.
func (c *crowd) openLoop() {
	m := c.begin(fmt.Sprintf("open rate=%d", c.o.rate))
	start := time.Now()
	for i := range c.o.n {
		if wait := time.Duration(i)*time.Second/time.Duration(c.o.rate) - time.Since(start); wait > 0 {
			time.Sleep(wait)
		}
		c.subscribe(i)
	}
	c.settle()
	m.end()
}

// settle waits until all are complete, or nothing has been heard for 4 s.
func (c *crowd) settle() {
	for heard, since := int64(-1), time.Now(); c.complete.Load() < int64(c.o.n) && time.Since(since) < 4*time.Second; time.Sleep(time.Millisecond) {
		if now := c.heard.Load(); now != heard {
			heard, since = now, time.Now()
		}
	}
}

// fanout changes the number and waits for all watchers' NOTIFYs.
func (c *crowd) fanout() error {
	for round := 1; round <= c.o.rounds; round++ {
		time.Sleep(time.Second)
		c.told.Store(0)
		c.round.Store(int32(round))
		again, cpu, start := c.again.Load(), cpuOf(c.o.pid), time.Now()
		if err := c.change(round); err != nil {
			return err
		}
		for c.told.Load() < c.complete.Load() && time.Since(start) < 60*time.Second {
			time.Sleep(100 * time.Microsecond)
		}
		took := time.Duration(c.last.Load() - start.UnixNano())
		time.Sleep(300 * time.Millisecond) // the answers
		told := c.told.Load()
		fmt.Printf("fanout watchers=%d lost=%d again=%d last_ms=%.0f rate=%.0f cpu_us=%.1f\n", c.complete.Load(), c.complete.Load()-told,
			c.again.Load()-again, took.Seconds()*1e3, float64(told)/took.Seconds(), micros(cpuOf(c.o.pid)-cpu, told))
	}
	return nil
}

// change makes the number busy or idle.
func (c *crowd) change(round int) error {
	if c.o.console == "" {
		return c.publish(round)
	}
	state := [...]string{"clear", "busy"}[round%2]
	f, err := os.OpenFile(c.o.console, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fmt.Errorf("changing the number: %w", err)
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, "test presence line %d %s\n", c.o.first, state)
	return err
}

// measurement is of the exchanges between begin and end.
type measurement struct {
	c     *crowd
	what  string
	start time.Time
	cpu   time.Duration
}

func (c *crowd) begin(what string) *measurement {
	c.complete.Store(0)
	c.again.Store(0)
	c.refused.Store(0)
	return &measurement{c: c, what: what, start: time.Now(), cpu: cpuOf(c.o.pid)}
}

func (m *measurement) end() {
	c, n := m.c, m.c.complete.Load()
	took := time.Unix(0, c.last.Load()).Sub(m.start)
	cpu := cpuOf(c.o.pid) - m.cpu
	var waits []time.Duration
	for i := range c.watchers {
		if w := &c.watchers[i]; w.took > 0 {
			waits = append(waits, w.took)
		}
	}
	slices.Sort(waits)
	p := func(q float64) float64 {
		if len(waits) == 0 {
			return 0
		}
		return waits[int(float64(len(waits)-1)*q)].Seconds() * 1e3
	}
	fmt.Printf("%s n=%d lost=%d refused=%d again=%d rate=%.0f cpu_us=%.1f p50_ms=%.1f p99_ms=%.1f rss_kb=%d\n", m.what, c.o.n, int64(c.o.n)-n,
		c.refused.Load(), c.again.Load(), float64(n)/took.Seconds(), micros(cpu, n), p(.5), p(.99), rssOf(c.o.pid))
}

func micros(d time.Duration, n int64) float64 {
	if n == 0 {
		return 0
	}
	return d.Seconds() * 1e6 / float64(n)
}
