package modes

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/presence"
)

// testTime is the moment of the guide's debug samples.
func testTime() time.Time { return time.Date(2009, time.September, 4, 7, 16, 2, 715e6, time.UTC) }

func printed(t *testing.T, err error, b *strings.Builder) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", diffLines(strings.Split(got, "\n"), strings.Split(want, "\n")), got, want)
	}
}

// TestGuidePresenceGlobal is the guide's sample: the state of `presence` and
// `presence call-list` in CME mode.
func TestGuidePresenceGlobal(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "voice register global\nmode cme\npresence\npresence call-list\n")
	var b strings.Builder
	err := showPresenceGlobal(&b, presence.Snapshot{Config: PresenceConfig(r.store.Tree())})
	got := printed(t, err, &b)
	same(t, got, `
Presence Global Configuration Information:
=============================================
Presence feature enable            : TRUE
Presence allow external watchers   : FALSE
Presence max subscription allowed  : 100
Presence number of subscriptions   : 0
Presence allow external subscribe  : FALSE
Presence call list enable          : TRUE
Presence server IP address         : 0.0.0.0
Presence sccp blfsd retry interval : 60
Presence sccp blfsd retry limit    : 10
Presence router mode               : CME mode
`)
	rule := strings.NewReplacer(strings.Repeat("=", 45), "=====")
	if d := diffLines(squeeze(rule.Replace(got)), squeeze(readTestdata(t, "guide-global.txt"))); d != "" {
		t.Errorf("against the guide: %s", d)
	}
}

func TestPresenceGlobalLive(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, readTestdata(t, "guide-example.cfg"))
	var b strings.Builder
	err := showPresenceGlobal(&b, presence.Snapshot{Config: PresenceConfig(r.store.Tree()), Records: []presence.Record{{Incoming: true}, {}, {Incoming: true}, {Incoming: true}}})
	got := printed(t, err, &b)
	for _, want := range []string{
		"allow external watchers   : TRUE\n", "max subscription allowed  : 128\n", "number of subscriptions   : 3\n",
		"allow external subscribe  : TRUE\n", "server IP address         : 11.1.1.4\n", "retry interval : 70\n", "retry limit    : 20\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// guideRecords are the rows of the guide's summary, and the outgoing siblings
// that it does not list.
func guideRecords(t *testing.T) presence.Snapshot {
	t.Helper()
	var s presence.Snapshot
	for _, line := range squeeze(readTestdata(t, "guide-summary.txt"))[3:] {
		var watcher, presentity, status string
		var id, expires, sib int
		if _, err := fmt.Sscan(line, &watcher, &presentity, &id, &expires, &sib, &status); err != nil {
			t.Fatal(line, err)
		}
		state := map[string]presence.State{"idle": presence.Idle, "busy": presence.Busy}[status]
		r := presence.Record{
			ID: uint32(id), Watcher: party(watcher), Presentity: party(presentity), SibID: uint32(sib),
			Expires: time.Duration(expires) * time.Second, Since: testTime().Add(-1751 * time.Second),
			Line: presence.Line{State: state}, DialPeerTag: 40001, Incoming: true,
		}
		s.Records = append(s.Records, r)
		if sib != 0 {
			out := r
			out.ID, out.SibID, out.Incoming, out.DialPeerTag = r.SibID, r.ID, false, 0
			out.Watcher.Host, out.Presentity.Host = "10.4.171.34", "10.4.171.20"
			out.PresentityType = presence.Remote
			s.Records = append(s.Records, out)
		}
	}
	return s
}

func party(s string) presence.Party {
	user, host, _ := strings.Cut(s, "@")
	return presence.Party{User: user, Host: host}
}

func TestGuideSummary(t *testing.T) {
	var b strings.Builder
	err := showPresenceSummary(&b, guideRecords(t))
	got := squeeze(printed(t, err, &b))
	want := squeeze(readTestdata(t, "guide-summary.txt"))
	// Later releases add a line about the flag, and rules under each column.
	if got[0] != want[0] || got[1] != "D indicate as device-based blf-speed-dial monitoring" || got[2] != want[1] {
		t.Errorf("head: %q", got[:3])
	}
	if d := diffLines(got[4:], want[3:]); d != "" {
		t.Error(d)
	}
}

// TestSummaryLayout is a capture of a real router, byte for byte, and the
// command reference's rows for device-based monitoring.
func TestSummaryLayout(t *testing.T) {
	s := presence.Snapshot{Records: []presence.Record{
		{ID: 241350, Watcher: party("6721@10.174.84.46"), Presentity: party("6963@10.174.82.152"),
			Expires: time.Hour, Line: presence.Line{State: presence.Idle}, Incoming: true},
		{ID: 241352, Watcher: party("2036@10.6.2.6"), Presentity: party("8883@10.6.2.254"),
			Expires: time.Hour, Device: true, Incoming: true},
	}}
	var b strings.Builder
	err := showPresenceSummary(&b, s)
	same(t, printed(t, err, &b), `
Presence Active Subscription Records Summary: 2 subscription

  D indicate as device-based blf-speed-dial monitoring

Watcher                    Presentity               SubID  Expires SibID  Status
========================== ======================== ====== ======= ====== ======
  6721@10.174.84.46        6963@10.174.82.152       241350 3600    0      idle
D 2036@10.6.2.6            8883@10.6.2.254          241352 3600    0      unknown
`)
}

// stops is a pager that was left after some writes.
type stops struct{ left int }

func (s *stops) Write(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// Nobody waits for rows that he does not look at.
func TestSummaryPagesAtOnce(t *testing.T) {
	s := presence.Snapshot{Records: make([]presence.Record, 100000)}
	for i := range s.Records {
		s.Records[i] = presence.Record{ID: uint32(i + 1), Incoming: true}
	}
	w := &stops{left: 24}
	if err := showPresenceSummary(w, s); !errors.Is(err, io.ErrClosedPipe) || w.left != -1 {
		t.Errorf("%v, %d writes after the end", err, -1-w.left)
	}
}

func TestPresenceRecords(t *testing.T) {
	s := guideRecords(t)
	only := func(id uint32) func(presence.Record) bool {
		return func(r presence.Record) bool { return r.ID == id }
	}
	var b strings.Builder
	err := showPresenceRecords(&b, s, clock.On(testTime).Since, false, only(133))
	same(t, printed(t, err, &b), `
Presence Active Subscription Records:
=============================================
Subscription ID         : 133
  Watcher               : 6005@10.4.171.34
  Presentity            : 7005@10.4.171.20
  Expires               : 3600 seconds
  line status           : idle
  watcher type          : local
  presentity type       : remote
  Watcher phone type    : SIP Phone
  subscription type     : Outgoing Request
  retry limit           : 0
  sibling subID         : 132
  sdb                   : 0
  dp                    : 0
  watcher dial peer tag : 0
`)
	b.Reset()
	err = showPresenceRecords(&b, s, clock.On(testTime).Since, true, only(1))
	same(t, printed(t, err, &b), `
Presence Active Subscription Records Details:
=============================================
Subscription ID         : 1
  Watcher               : 6002@10.4.171.60
  Presentity            : 6005@10.4.171.34
  Expires               : 3600 seconds
  Subscription Duration : 1751 seconds
  line status           : idle
  watcher type          : local
  presentity type       : local
  Watcher phone type    : SIP Phone
  subscription type     : Incoming Indication
  retry limit           : 0
  sibling subID         : 0
  sdb                   : 0
  dp                    : 0
  watcher dial peer tag : 40001
  number of presentity  : 1
`)
}

// lab is a registry snapshot with one registered phone and one that is not.
func lab() phones.Snapshot {
	mac1, _ := phones.ParseMAC("001B.535C.D410")
	mac2, _ := phones.ParseMAC("0015.C68E.6D13")
	pools := []phones.Pool{
		{Tag: 1, MAC: mac1, Type: "7971", Numbers: []phones.PoolNumber{{Index: 1, DN: 1}, {Index: 4, DN: 7}}, Username: "pool1", Password: "lab", Template: 1, CallWaiting: true, BusyTrigger: 3},
		{Tag: 2, MAC: mac2, Numbers: []phones.PoolNumber{{Index: 1, DN: 2}}, DnD: true},
	}
	binding := phones.Binding{Number: "45111", Host: "8.3.3.111", Port: 5060, Source: netip.MustParseAddrPort("8.3.3.111:5060"),
		Transport: "udp", CallID: "abc@8.3.3.111", Pool: 1, DN: 1, Line: 1, DialPeer: 40001, Remaining: 76 * time.Second}
	stats := phones.Statistics{ActiveRegistrations: 1, RegisteredPhones: 1, RegisterRequests: 3, RegisterSuccess: 1, RegisterFailed: 2,
		LastRegister: testTime(), RegisterSuccessAt: testTime()}
	return phones.Snapshot{
		At: testTime(), Stats: stats, Bindings: []phones.Binding{binding},
		Config: phones.Config{Mode: "cme", SIPSource: netip.MustParseAddrPort("8.3.3.5:5060")},
		Pools: []phones.PoolStatus{
			{Config: pools[0], Registered: true, PrimaryLine: "45111", Contact: netip.MustParseAddrPort("8.3.3.111:5060"),
				CallID: "abc@8.3.3.111", Transport: "udp", Bindings: []phones.Binding{binding}, Stats: stats,
				Lines: []phones.PoolLine{{Index: 1, DN: 1, Number: "45111", Registered: true}, {Index: 4, DN: 7, Number: "451110"}}},
			{Config: pools[1], UnregisteredReason: "No registration request since last reboot/unregister",
				Lines: []phones.PoolLine{{Index: 1, DN: 2, Number: "45112"}}},
		},
		DNs: []phones.DNStatus{
			{Config: phones.DN{Tag: 1, Number: "45111", Watch: true, Name: "Ann Lee", Label: "desk",
				Forward: phones.Forward{All: "4555", NoAnswer: "999", Timeout: 8 * time.Second}}, Uses: []phones.DNUse{{Pool: 1, Lines: []int{1, 4}}}},
			{Config: phones.DN{Tag: 4}},
		},
		Attempts: []phones.Attempt{{MAC: mac2, Addr: netip.MustParseAddr("8.33.33.112"), Attempts: 4,
			First: testTime(), Latest: testTime().Add(time.Second), Reason: "No pool match for the registration request"}},
	}
}

func TestRegisterBrief(t *testing.T) {
	var b strings.Builder
	err := showRegisterBrief(&b, lab().Pools)
	same(t, printed(t, err, &b), `Pool ID              IP Address      Ln DN  Number               State
==== =============== =============== == === ==================== ============
1    001B.535C.D410  8.3.3.111       1  1   45111                REGISTERED
                                     4  7   451110               UNREGISTERED
2    0015.C68E.6D13                  1  2   45112                UNREGISTERED
`)
}

func TestRegisterDN(t *testing.T) {
	var b strings.Builder
	err := showRegisterDN(&b, lab().DNs)
	same(t, printed(t, err, &b), `Dn Tag 1
Config:
  Number is 45111
  Preference is 0
  Huntstop is disabled
  Name Ann Lee
  Label is desk
  Auto answer is disabled
  call-forward b2bua all 4555
  call-forward b2bua noan 999 timeout 8
  Allow watch is enabled
  Pool 1    has this DN configured for line 1, 4

Dn Tag 4
Config:
  Auto answer is disabled

`)
}

func TestRegisterPool(t *testing.T) {
	var b strings.Builder
	r := newRouter(t, compiled(t))
	r.load(t, "voice register pool 1\ndtmf-relay rtp-nte sip-notify\nvoice register pool 2\nno keep-conference\n")
	err := showRegisterPool(&b, clock.On(testTime), r.store.Tree(), lab(), lab().Pools)
	same(t, printed(t, err, &b), readTestdata(t, "register-pool.txt"))
}

func TestRegisterAttempts(t *testing.T) {
	var b strings.Builder
	err := showRegisterAttempts(&b, clock.On(testTime), lab())
	same(t, printed(t, err, &b), `Phones that have attempted registrations and have failed:
 MAC address: 0015.C68E.6D13
 IP address : 8.33.33.112
 Attempts   : 4
 Time of first attempt : *07:16:02.715 UTC Fri Sep 4 2009
 Time of latest attempt: *07:16:03.715 UTC Fri Sep 4 2009
 Reason for failure    :
         No pool match for the registration request

`)
	b.Reset()
	err = showRegisterAttempts(&b, clock.On(testTime), phones.Snapshot{})
	same(t, printed(t, err, &b), "Phones that have attempted registrations and have failed: NONE\n")
}

func TestRegisterUnregistered(t *testing.T) {
	var b strings.Builder
	err := showRegisterUnregistered(&b, clock.On(testTime), lab())
	same(t, printed(t, err, &b), ` Pool Tag: 2
 MAC Address                : 0015.C68E.6D13
 No. of attempts to register: 0
 Unregister time            :
 Last register request time :
 Reason for state unregister:
         No registration request since last reboot/unregister

`)
}

func TestRegisterGlobal(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "voice register global\nmode cme\nsource-address 8.3.3.5\nmax-pool 10\ncreate profile sync 0001140473454008\n")
	var b strings.Builder
	err := showRegisterGlobal(&b, clock.On(testTime), r.store.Tree(), C3825, lab())
	same(t, printed(t, err, &b), readTestdata(t, "register-global.txt"))
	b.Reset()
	err = showRegisterGlobal(&b, clock.On(testTime), conf.NewTree(r.store.Schema()), C3825, phones.Snapshot{})
	if got := printed(t, err, &b); !strings.Contains(got, "  Mode is srst\n  Max-pool is 175\n  Max-dn is 500\n") || strings.Contains(got, "Source-address") {
		t.Errorf("without mode cme:\n%s", got)
	}
}

func TestSIPUA(t *testing.T) {
	var b strings.Builder
	err := showSIPUAStatus(&b, netip.MustParseAddrPort("10.1.1.1:5060"), true)
	got := printed(t, err, &b)
	for _, want := range []string{"SIP User Agent for UDP : ENABLED\n", "bind status(signaling): ENABLED 10.1.1.1\n", "Presence support is ENABLED\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	b.Reset()
	err = showSIPUAStatus(&b, netip.AddrPort{}, false)
	if got := printed(t, err, &b); strings.Count(got, "DISABLED") != 9 {
		t.Errorf("closed:\n%s", got)
	}
	b.Reset()
	err = showSIPUARegistrar(&b, lab())
	same(t, printed(t, err, &b), `Line          destination      expires(sec)  contact
              call-id
              peer
============================================================
45111         8.3.3.111        76            8.3.3.111
              abc@8.3.3.111
              40001

`)
}
