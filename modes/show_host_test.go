package modes

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/host"
)

// box is a machine with three interfaces, and what it has done.
type box struct{}

var (
	ownMAC  = net.HardwareAddr{0, 0x12, 0x7f, 0x57, 0x62, 0xa5}
	running = net.FlagUp | net.FlagRunning
)

func (box) Interfaces() ([]host.Interface, error) {
	p := netip.MustParsePrefix
	return []host.Interface{
		{NIC: host.NIC{Index: 1, Name: "lo", MTU: 65536, Flags: running | net.FlagLoopback, Addresses: []netip.Prefix{p("127.0.0.1/8"), p("::1/128")}}, IOS: "Loopback0"},
		{
			NIC: host.NIC{Index: 2, Name: "eth0", MTU: 1500, MAC: ownMAC, Flags: running | net.FlagBroadcast,
				Addresses: []netip.Prefix{p("10.1.1.2/24"), p("10.1.9.1/30"), p("fe80::1/64")}},
			IOS: "GigabitEthernet0/0", Mbit: 100, Duplex: "full",
			Counters: &host.Counters{
				In:  host.Traffic{Bytes: 4000000, Packets: 4000, Errors: 40, Dropped: 5, FIFO: 6, Frame: 7, Multicast: 8},
				Out: host.Traffic{Bytes: 8000000, Packets: 6000, Errors: 1, Dropped: 2, FIFO: 3, Collisions: 4, Frame: 9},
			},
		},
		{NIC: host.NIC{Index: 3, Name: "eth0.100", MTU: 1500, MAC: ownMAC, Flags: net.FlagUp}, IOS: "GigabitEthernet0/0.100"},
		{NIC: host.NIC{Index: 4, Name: "tun0", MTU: 1420}, IOS: "Tunnel0"},
	}, nil
}

func (box) Routes() ([]host.Route, error) {
	p, a := netip.MustParsePrefix, netip.MustParseAddr
	return []host.Route{
		{To: p("0.0.0.0/0"), Via: a("10.1.1.1"), Interface: "GigabitEthernet0/0", Metric: 100},
		{To: p("0.0.0.0/0"), Via: a("10.1.1.250"), Interface: "GigabitEthernet0/0", Metric: 600}, // in reserve
		{To: p("10.1.1.0/24"), Interface: "GigabitEthernet0/0"},                                  // its own
		{To: p("172.16.1.0/26"), Via: a("10.1.1.3"), Interface: "GigabitEthernet0/0"},
		{To: p("172.16.1.64/26"), Via: a("10.1.1.3"), Interface: "GigabitEthernet0/0"},
		{To: p("172.16.1.64/26"), Via: a("10.1.1.4"), Interface: "GigabitEthernet0/0"},
		{To: p("192.168.7.0/24"), Interface: "Tunnel0"},
		{To: p("203.0.112.0/20"), Via: a("10.1.1.3"), Interface: "GigabitEthernet0/0"}, // more than a class
		{To: p("10.7.0.0/16"), Via: a("10.1.1.3")},                                     // through what is gone
	}, nil
}

func (box) Neighbours() ([]host.Neighbour, error) {
	return []host.Neighbour{
		{Address: netip.MustParseAddr("10.1.1.20"), MAC: net.HardwareAddr{0, 0x15, 0x62, 0x47, 0xef, 0x91}, Interface: "GigabitEthernet0/0", Age: 61 * time.Minute},
		{Address: netip.MustParseAddr("10.1.1.3"), MAC: ownMAC, Interface: "GigabitEthernet0/0", Age: -1},
		{Address: netip.MustParseAddr("10.1.1.199"), Interface: "GigabitEthernet0/0"},
	}, nil
}

func (box) Connections() ([]host.Conn, error) {
	ap := netip.MustParseAddrPort
	return []host.Conn{
		{ID: 0x10b83578, Local: ap("10.1.1.2:22"), Remote: ap("10.1.1.20:31454"), State: "ESTAB"},
		{ID: 0x7, Local: ap("0.0.0.0:2000"), Remote: ap("0.0.0.0:0"), State: host.Listen},
	}, nil
}

func (box) Forwards() (on, ok bool) { return true, true }

func (box) Usage() host.Usage {
	return host.Usage{All: host.Share{FiveSeconds: 4.4, Minute: 6.5, FiveMinutes: 5}, Tasks: []host.Task{
		{Name: "Busylamp", Runtime: 12798734 * time.Millisecond, Invoked: 606112, Share: host.Share{FiveSeconds: 4, Minute: 1.18, FiveMinutes: 0.92}},
		{Name: "Garbage collector", Share: host.Share{FiveSeconds: .4, Minute: 5.32}},
	}}
}

func (box) Rates(name string) (in, out host.Rate) {
	if name != "eth0" {
		return host.Rate{Last: -1}, host.Rate{Last: -1}
	}
	return host.Rate{Bits: 50000000, Packets: 9000, Errors: .01, Last: 7 * time.Second}, host.Rate{Bits: 1000, Packets: 2, Last: 26 * time.Hour}
}

func (box) History() host.History {
	return host.History{Samples: []float64{100, 94.6, 4, 0}, Minutes: []host.Peak{{Highest: 96, Average: 84.5}, {Highest: 14, Average: 5}}, Hours: []host.Peak{{Highest: 100, Average: 10}}}
}

func (box) Clear(names ...string) {}

func (box) Counted(_ string, is host.Counters) (host.Counters, time.Duration) { return is, -1 }

func (box) Memory() host.Memory {
	return host.Memory{Total: 512000000, Used: 345000000, Free: 167000000, Lowest: 150000000, Allocated: 900, Freed: 800, Stacks: 5, Objects: 100}
}

// onBox types lines at a console whose host is box, and gives what the last one printed.
func onBox(t *testing.T, lines ...string) string {
	t.Helper()
	out, _ := console(t, Agents{Machine: box{}, Meter: box{}}, "enable\n"+strings.Join(lines, "\n")+"\n")
	last := "Router#" + lines[len(lines)-1] + "\n"
	return out[strings.LastIndex(out, last)+len(last):]
}

func prints(t *testing.T, line, want string) {
	t.Helper()
	if got := onBox(t, line); got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", line, got, want)
	}
}

func TestShowInterfaces(t *testing.T) {
	got := onBox(t, "configure terminal", "interface gi0/0", "description Uplink", "ip address 10.9.9.9 255.255.255.0", "shutdown", "end", "show interfaces gi0/0")
	if want := `GigabitEthernet0/0 is up, line protocol is up 
  Hardware is host interface eth0, address is 0012.7f57.62a5 (bia 0012.7f57.62a5)
  Description: Uplink
  Internet address is 10.1.1.2/24
  MTU 1500 bytes, BW 100000 Kbit, DLY 10 usec, 
     reliability 252/255, txload 1/255, rxload 127/255
  Encapsulation ARPA, loopback not set
  Keepalive not set
  Full-duplex, 100Mb/s
  ARP type: ARPA
  Last input 00:00:07, output 1d02h, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/0/5/0 (size/max/drops/flushes); Total output drops: 2
  5 minute input rate 50000000 bits/sec, 9000 packets/sec
  5 minute output rate 1000 bits/sec, 2 packets/sec
     4000 packets input, 4000000 bytes, 0 no buffer
     Received 0 broadcasts (8 multicasts)
     0 runts, 0 giants, 0 throttles
     40 input errors, 0 CRC, 7 frame, 6 overrun, 0 ignored
     6000 packets output, 8000000 bytes, 3 underruns
     1 output errors, 4 collisions, 0 interface resets
     9 lost carrier, 0 no carrier
`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	has(t, onBox(t, "show interfaces"), "Loopback0 is up, line protocol is up \n  Hardware is host interface lo\n  Internet address is 127.0.0.1/8\n",
		"GigabitEthernet0/0.100 is down, line protocol is down \n", "  Encapsulation 802.1Q Virtual LAN, Vlan ID  100.\n",
		"Tunnel0 is administratively down, line protocol is down \n  Hardware is host interface tun0\n  MTU 1420 bytes, BW 9 Kbit, DLY 500000 usec, \n")
	prints(t, "show interfaces gi0/12 description", strings.Repeat(" ", len("Router#show interfaces gi0/"))+"^\n% Invalid input detected at '^' marker.\n\n")
	prints(t, "show interfaces description", `Interface                      Status         Protocol Description
Lo0                            up             up       
Gi0/0                          up             up       
Gi0/0.100                      down           down     
Tu0                            admin down     down     
`)
	prints(t, "show interfaces summary", summaryHead+`* Loopback0                     0         0         0         0         0         0         0         0         0
* GigabitEthernet0/0            0         5         0         2  50000000      9000      1000         2         0
  GigabitEthernet0/0.100        0         0         0         0         0         0         0         0         0
  Tunnel0                       0         0         0         0         0         0         0         0         0

`)
	prints(t, "show ip interface brief", `Interface                  IP-Address      OK? Method Status                Protocol
Loopback0                  127.0.0.1       YES other  up                    up
GigabitEthernet0/0         10.1.1.2        YES other  up                    up
GigabitEthernet0/0.100     unassigned      YES unset  down                  down
Tunnel0                    unassigned      YES unset  administratively down down
`)
	prints(t, "show ip interface gi0/0", `GigabitEthernet0/0 is up, line protocol is up
  Internet address is 10.1.1.2/24
  Broadcast address is 10.1.1.255
  MTU is 1500 bytes
  Secondary address 10.1.9.1/30
`)
	prints(t, "show protocols", `Global values:
  Internet Protocol routing is enabled
Loopback0 is up, line protocol is up
  Internet address is 127.0.0.1/8
GigabitEthernet0/0 is up, line protocol is up
  Internet address is 10.1.1.2/24
GigabitEthernet0/0.100 is down, line protocol is down
Tunnel0 is administratively down, line protocol is down
`)
}

func TestAgo(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		-1: "never", 0: "00:00:00", day - 1: "23:59:59", 26 * time.Hour: "1d02h", 25 * day: "3w4d", 400 * day: "1y5w",
	} {
		if got := ago(d); got != want {
			t.Errorf("%v is %s, not %s", d, got, want)
		}
	}
}

func TestShowRoutes(t *testing.T) {
	prints(t, "show ip route", routeCodes+`
Gateway of last resort is 10.1.1.1 to network 0.0.0.0

     10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks
C       10.1.1.0/24 is directly connected, GigabitEthernet0/0
C       10.1.9.0/30 is directly connected, GigabitEthernet0/0
C    127.0.0.0/8 is directly connected, Loopback0
     172.16.0.0/26 is subnetted, 2 subnets
S       172.16.1.0 [1/0] via 10.1.1.3, GigabitEthernet0/0
S       172.16.1.64 [1/0] via 10.1.1.3, GigabitEthernet0/0
                    [1/0] via 10.1.1.4, GigabitEthernet0/0
S    192.168.7.0/24 is directly connected, Tunnel0
S    203.0.112.0/20 [1/0] via 10.1.1.3, GigabitEthernet0/0
S*   0.0.0.0/0 [1/100] via 10.1.1.1, GigabitEthernet0/0
`)
	prints(t, "show ip route static", `     172.16.0.0/26 is subnetted, 2 subnets
S       172.16.1.0 [1/0] via 10.1.1.3, GigabitEthernet0/0
S       172.16.1.64 [1/0] via 10.1.1.3, GigabitEthernet0/0
                    [1/0] via 10.1.1.4, GigabitEthernet0/0
S    192.168.7.0/24 is directly connected, Tunnel0
S    203.0.112.0/20 [1/0] via 10.1.1.3, GigabitEthernet0/0
S*   0.0.0.0/0 [1/100] via 10.1.1.1, GigabitEthernet0/0
`)
	prints(t, "show ip route 172.16.1.65", `Routing entry for 172.16.1.64/26
  Known via "static", distance 1, metric 0
  Routing Descriptor Blocks:
  * 10.1.1.3, via GigabitEthernet0/0
      Route metric is 0, traffic share count is 1
    10.1.1.4, via GigabitEthernet0/0
      Route metric is 0, traffic share count is 1
`)
	prints(t, "show ip route 172.16.2.1", "% Subnet not in table\n")
	prints(t, "show ip route 198.51.100.1", "% Network not in table\n")
}

func TestShowARPAndTCP(t *testing.T) {
	want := `Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.1.1.2                -   0012.7f57.62a5  ARPA   GigabitEthernet0/0
Internet  10.1.1.3                -   0012.7f57.62a5  ARPA   GigabitEthernet0/0
Internet  10.1.1.20              61   0015.6247.ef91  ARPA   GigabitEthernet0/0
Internet  10.1.1.199              0   Incomplete      ARPA
Internet  10.1.9.1                -   0012.7f57.62a5  ARPA   GigabitEthernet0/0
`
	prints(t, "show arp", want)
	prints(t, "show ip arp", want)
	prints(t, "show tcp brief", `TCB       Local Address               Foreign Address             (state)
10B83578  10.1.1.2.22                 10.1.1.20.31454             ESTAB
`)
	prints(t, "show tcp brief all", `TCB       Local Address               Foreign Address             (state)
10B83578  10.1.1.2.22                 10.1.1.20.31454             ESTAB
00000007  *.2000                      *.*                         LISTEN
`)
}

func TestShowProcesses(t *testing.T) {
	const head = "CPU utilization for five seconds: 4%/0%; one minute: 7%; five minutes: 5%\n PID Runtime(ms)   Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
	const one = "   1    12798734    606112      21116  4.00%  1.18%  0.92%   0 Busylamp \n"
	const two = "   2           0         0          0  0.40%  5.32%  0.00%   0 Garbage collector \n"
	prints(t, "show processes cpu", head+one+two)
	prints(t, "show processes cpu sorted", head+one+two)
	prints(t, "show processes cpu sorted 1min", head+two+one)
	prints(t, "show processes", `CPU utilization for five seconds: 4%/0%; one minute: 7%; five minutes: 5%
 PID QTy       PC Runtime (ms)    Invoked   uSecs    Stacks TTY Process
   1 M*         -     12798734     606112   21116         -   0 Busylamp 
   2 Mwe        -            0          0       0         -   0 Garbage collector 
`)
	prints(t, "show memory statistics", `                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)
Processor          0   512000000   345000000   167000000   150000000   167000000
      I/O          0           0           0           0           0           0
`)
	prints(t, "show processes memory", `Processor Pool Total:  512000000 Used:  345000000 Free:  167000000

 PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process
   1   0        900        800        100          0          0 Busylamp        
   0   0          5          0          5          0          0 *Stacks*        
   0   0  344999895          0  344999895          0          0 *Runtime*       
                     345000000 Total
`)
}

// A console whose host tells nothing says so.
func TestShowWithoutHost(t *testing.T) {
	out, _ := console(t, Agents{}, "enable\nshow interfaces\nshow ip route\nshow processes cpu\nshow tcp brief\n")
	if n := strings.Count(out, "% The host does not tell\n"); n != 4 {
		t.Errorf("said %d times in\n%s", n, out)
	}
}

func TestShowCPUHistory(t *testing.T) {
	const sixty = `     0....5....1....1....2....2....3....3....4....4....5....5....6
               0    5    0    5    0    5    0    5    0    5    0
`
	marks := func(marks string) string { // of the rows from 100 down to 10
		var b strings.Builder
		for i, m := range strings.Fields(marks) {
			fmt.Fprintf(&b, "%5d %s\n", 100-10*i, m)
		}
		return b.String()
	}
	prints(t, "show processes cpu history", `
Router   07:16:02 AM Friday Sep 4 2009 UTC


      11111
      0000099999
      000005555544444
`+marks(strings.Repeat("********** ", 10))+sixty+`               CPU% per second (last 60 seconds)



      91
      64
`+marks("* # # # # # # # # ##")+sixty+`               CPU% per minute (last 60 minutes)
              * = maximum CPU%   # = average CPU%


      1
      0
      0
`+marks("* * * * * * * * * #")+`     0....5....1....1....2....2....3....3....4....4....5....5....6....6....7..
               0    5    0    5    0    5    0    5    0    5    0    5    0
               CPU% per hour (last 72 hours)
              * = maximum CPU%   # = average CPU%

`)
	has(t, onBox(t, "show processes cpu history | include per"), "CPU% per hour")
}

// Counters that were cleared begin anew, and tell since when.
func TestClearCounters(t *testing.T) {
	out, _ := console(t, Agents{Machine: box{}, Meter: &clearedBox{}}, "enable\nclear counters gi0/0\nclear counters\nshow interfaces gi0/0 | include clearing|packets input\n")
	has(t, out, `clear counters gi0/0
Clear "show interface" counters on this interface [confirm]
`, `clear counters
Clear "show interface" counters on all interfaces [confirm]
`, `  Last clearing of "show interface" counters 00:01:01
     7 packets input, 0 bytes, 0 no buffer
`)
}

// clearedBox is a box that knows what was cleared.
type clearedBox struct {
	box
	names []string
}

func (b *clearedBox) Clear(names ...string) { b.names = append(b.names, names...) }

func (b *clearedBox) Counted(name string, is host.Counters) (host.Counters, time.Duration) {
	if len(b.names) != 5 || !slices.Contains(b.names, name) {
		return is, -1
	}
	return host.Counters{In: host.Traffic{Packets: 7}}, 61 * time.Second
}
