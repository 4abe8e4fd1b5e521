package modes

import (
	"io"
	"testing"

	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

func TestShowPoolTables(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "voice register template 1\nno conference\nvoicemail 56789 timeout 15\nsoftkeys hold Newcall Resume\nvoice register template 2\n")
	s := lab()
	for name, c := range map[string]struct {
		f    func(w io.Writer) error
		want string
	}{
		"type summary": {func(w io.Writer) error { return showRegisterTypes(w, s) },
			`=====================================================================================
PhoneType                          Configured          Registered         Unregistered
=====================================================================================
7971                               1                   1                  0
Unknown Phone type                 1                   0                  1
=====================================================================================
Total Phones                       2                   1                  1
=====================================================================================
`},
		"cfa": {func(w io.Writer) error { return showRegisterForwards(w, s) },
			`Pool Ln DN  Number               Call Forward All Number
==== == === ==================== =======================
1    1  1   45111                4555
`},
		"phone-load": {func(w io.Writer) error { return showRegisterLoads(w, s) },
			`Pool Device Name     Current Version          Previous Version
==== =============== ======================== ================
1    SEP001B535CD410
`},
		"dial-peers": {func(w io.Writer) error { return showRegisterPeers(w, s, s.Pools) },
			`Dial-peers for Pool 1:

dial-peer voice 40001 voip
 destination-pattern 45111
 session target ipv4:8.3.3.111:5060
 session protocol sipv2
  call-fwd-all         4555
  call-fwd-noan        999

`},
		"template": {func(w io.Writer) error { return showRegisterTemplates(w, r.store.Tree(), s, 1) },
			`Temp Tag 1
Config:
  Attended Transfer is enabled
  Blind Transfer is enabled
  Conference is disabled
  Caller-ID block is disabled
  DnD control is enabled
  Anonymous call block is disabled
  Voicemail is 56789, timeout 15
  softkey hold  Newcall Resume
  Pool 1 has this template configured

`},
	} {
		equal(t, name, rendered(t, c.f), c.want)
	}
	out := rendered(t, func(w io.Writer) error { return showPoolStatistics(w, clock.On(testTime), s.Pools[1]) })
	has(t, out, "Pool 2 Statistics:\n  Active registrations  : 0\n", "  Reason for unregistered state:\n         No registration request since last reboot/unregister\n")
}

// The rows are those of captures (cme.md B7 names them).
func TestShowDialPeerSummary(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `telephony-service
max-dn 10
dial-peer voice 777 voip
destination-pattern 9...
preference 10
session target ipv4:10.50.244.2
dial-peer voice 555 voip
destination-pattern 555
dial-peer voice 888 pots
destination-pattern 888
port 0/2/0
dial-peer voice 889 pots
destination-pattern 889
port 0/2/0
shutdown
ephone-dn 1
number 1001
preference 1
ephone-dn 2
`)
	bindings := []phones.Binding{{DialPeer: 40001, Number: "14085151111", Host: "14.50.214.67", Port: 5060}}
	equal(t, "summary", rendered(t, func(w io.Writer) error { return showDialPeerSummary(w, r.store.Tree(), bindings) }),
		`dial-peer hunt 0
             AD                                    PRE PASS                OUT
TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN      FER THRU SESS-TARGET    STAT PORT
555    voip  up   down           555                0  syst
777    voip  up   up             9...               10 syst ipv4:10.50.244.2
888    pots  up   up             888                0                      up   0/2/0
889    pots  down down           889                0                      down 0/2/0
20001  pots  up   up             1001$              1                           50/0/1
40001  voip  up   up             14085151111$       0  syst ipv4:14.50.214.67:50
`)
}

func TestShowCallSummary(t *testing.T) {
	s := call.Snapshot{Devices: []call.View{
		{Device: phones.Device{Kind: phones.EphoneDevice, Tag: 1}, Calls: make([]call.CallView, 2)},
		{Device: phones.Device{Kind: phones.PoolDevice, Tag: 1}, Calls: make([]call.CallView, 1)},
		{Device: phones.Device{Kind: phones.TrunkDevice, Tag: 1}, Calls: make([]call.CallView, 1)},
	}}
	equal(t, "calls", rendered(t, func(w io.Writer) error { return showCallSummary(w, s) }), `Telephony call-legs: 2
SIP call-legs: 2
H323 call-legs: 0
Call agent controlled call-legs: 0
SCCP call-legs: 0
Multicast call-legs: 0
Total call-legs: 4
`)
}

func TestShowTelephonyEphone(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, `telephony-service
max-ephones 10
max-dn 10
keepalive 45
web admin system name root password top secret
fac custom park *6
ephone-dn 1
number 5001
call-forward noan 5002 timeout 8
ephone-dn 2
number 5002
no huntstop
ephone 1
mac-address 1234.4321.7000
username ann password 6 lab
pin 1234
codec g729r8
button 1:1
ephone 2
keepalive 60
max-calls-per-button 4
mtp
`)
	tree := r.store.Tree()
	equal(t, "ephone", rendered(t, func(w io.Writer) error { return showConfiguredEphones(w, tree, 1) }), `Number of Configured ephones 2 (Registered 1)
ephone 1
Device Security Mode: Non-Secure
mac-address 1234.4321.7000
username ann password 6 ********
pin ********
button  1:1
keepalive 45 auxiliary 45
max-calls-per-button 8
busy-trigger-per-button 0
Always send media packets to this router: No
Preferred codec: g729r8
user-locale US
network-locale US
!
ephone 2
Device Security Mode: Non-Secure
keepalive 60 auxiliary 60
max-calls-per-button 4
busy-trigger-per-button 0
Always send media packets to this router: Yes
Preferred codec: g711ulaw
user-locale US
network-locale US
!
`)
	equal(t, "ephone-dn", rendered(t, func(w io.Writer) error { return showBlocks(w, tree, cmdEphoneDN) }), `ephone-dn  1
 number 5001
 huntstop
 call-forward noan 5002 timeout 8
ephone-dn  2
 number 5002
 no huntstop
`)
	equal(t, "fac", rendered(t, func(w io.Writer) error { return showAccessCodes(w, PhonesConfig(tree).Telephony) }), "telephony-service fac custom\n park *6\n")
	has(t, rendered(t, func(w io.Writer) error { return showTelephony(w, tree) }), "web admin system name root password ********\n")
}

func TestDebugOneEphone(t *testing.T) {
	p := &phoneAgents{snapshot: phones.SkinnySnapshot{Ephones: []phones.EphoneStatus{{Config: phones.Ephone{Tag: 1, MAC: phones.MAC{0, 0x30, 0x94, 0xC3, 0xE1, 0xA8}}}}}}
	a := Agents{Skinny: p}
	const on = "enable\ndebug ephone state mac-address 0030.94c3.e1a8\ndebug ephone state mac-address 0030.94c3.e1a9\n"
	out, _ := console(t, a, on+"show debugging\nshow ephone\nundebug ephone state mac-address 0030.94c3.e1a8\nshow ephone\nshow debugging\n")
	has(t, out, "  EPHONE state debugging is enabled for phone 0030.94C3.E1A8\n  EPHONE state debugging is enabled for phone 0030.94C3.E1A9\n",
		"paging 0 debug:1", "disabled for phone 0030.94C3.E1A8\n", "paging 0 debug:0", "  EPHONE state debugging is enabled for phone 0030.94C3.E1A9\n")
	// `undebug all` forgets the phones.
	out, _ = console(t, a, on+"undebug all\nshow debugging\ndebug ephone state\nshow debugging\nundebug ephone state mac-address 0030.94c3.e1a8\nshow debugging\n")
	has(t, out, "All possible debugging has been turned off\n", "  EPHONE state debugging is enabled\n", "EPHONE state debugging is disabled\n")
}
