package modes

import (
	"net/netip"
	"testing"

	"github.com/busylamp/busylamp/internal/sipua"
)

// Every counter lands in its own place, and clearing forgets all of them.
func TestSIPUAStatistics(t *testing.T) {
	a := &agents{dials: netip.MustParseAddrPort("10.1.1.2:5060"), stats: sipua.Stats{
		In: map[sipua.Count]uint64{
			{Method: "SUBSCRIBE", Code: 0}: 7, {Method: "NOTIFY", Code: 200}: 6, {Method: "NOTIFY", Code: 481}: 1,
			{Method: "INVITE", Code: 302}: 2, {Method: "BYE", Code: 481}: 3,
		},
		Out: map[sipua.Count]uint64{
			{Method: "SUBSCRIBE", Code: 200}: 5, {Method: "SUBSCRIBE", Code: 404}: 2, {Method: "NOTIFY", Code: 0}: 8,
			{Method: "INVITE", Code: 302}: 9,
		},
		RetransmitsOut: map[string]uint64{"NOTIFY": 4},
		TCP: sipua.Transport{
			SendFailures: 1, RemoteClosures: 2, ConnFailures: 3, AgeOuts: 4,
			MaxQueue: 5, MaxQueuePeer: netip.MustParseAddrPort("10.1.1.9:5060"),
		},
		UDP: sipua.Transport{SendFailures: 6},
		Connections: []sipua.Connection{
			{ID: 9, Peer: netip.MustParseAddrPort("10.1.1.4:40001"), Inbound: true, Open: true, Queued: 1},
			{ID: 3, Peer: netip.MustParseAddrPort("10.1.1.3:5060")},
			{ID: 7, Peer: netip.MustParseAddrPort("10.1.1.4:40000"), Inbound: true, Open: true},
		},
	}}
	out, _ := console(t, Agents{SIP: a}, `
enable
show sip-ua statistics
show sip-ua connections tcp brief
show sip-ua connections tcp detail
show sip-ua connections udp detail
show sip-ua register status
clear sip-ua statistics
show sip-ua statistics
`)
	has(t, out,
		"      OkSubscribe 0/5, OkNOTIFY 6/0,\n", "      TempNotAvailable 0/0, CallLegNonExistent 4/0,\n",
		"      MovedTemporarily 2, UseProxy 0,\n", "      NotFound 0/2, MethodNotAllowed 0/0,\n",
		"      Subscribe 7/0, NOTIFY 0/8,\n", "NOTIFY 4, Refer 0", "were cleared: <never>\n",
		"Total active connections      : 3\nNo. of send failures          : 1\nNo. of remote closures        : 2\n"+
			"No. of conn. failures         : 3\nNo. of inactive conn. ageouts : 4\n"+
			"Max. tcp send msg queue size of 5, recorded for 10.1.1.9:5060\n",
		"Remote-Agent:10.1.1.3, Connections-Count:1\n", "         5060       3 Pending               0\n",
		"Remote-Agent:10.1.1.4, Connections-Count:2\n",
		"        40000       7 Established           0\n        40001       9 Established           1\n",
		"Total active connections      : 0\nNo. of send failures          : 6\n",
		"   0            [10.1.1.2]:5060:\n", "Registrar is not configured\n",
		"      OkSubscribe 0/0, OkNOTIFY 0/0,\n", "were cleared: *")
}

// Timers and retries are what is configured, or the defaults.
func TestSIPUATimers(t *testing.T) {
	out, _ := console(t, Agents{}, `
enable
configure terminal
sip-ua
timers notify 300
timers connection aging 7
retry subscribe 4
registrar ipv4:10.1.1.4
end
show sip-ua timers
show sip-ua retry
show sip-ua register status
show sip-ua register status secondary
`)
	has(t, out, "prack 500, rel1xx 500, notify 300, update 500\n", "hold 2880 minutes\n", "tcp/udp aging 7 minutes\n",
		"trying 500, expires 180000, connect 500, disconnect 500\n",
		"subscribe retry count = 4\n", "invite retry count = 6 response retry count = 6\n",
		"Line peer expires(sec) registered\n", "Registrar is not configured\n")
}
