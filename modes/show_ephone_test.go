package modes

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/clock"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// phoneLab is two configured ephones, one of them in a call, and their dns.
func phoneLab(t *testing.T) phoneState {
	t.Helper()
	mac := func(s string) phones.MAC {
		m, err := phones.ParseMAC(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	button := func(s string) phones.Button {
		b, err := phones.ParseButton(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	dn := func(tag int) phones.DNID { return phones.DNID{Tag: tag} }
	first := phones.Device{Kind: phones.EphoneDevice, Tag: 1}
	spec := phones.Spec{Model: "7960", Primary: 1, Lines: []phones.SpecLine{
		{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{dn(1)}},
		{Button: 2, Sep: phones.Overlay, DNs: []phones.DNID{dn(2), dn(3)}},
		{Button: 3, Sep: phones.Monitor, DNs: []phones.DNID{dn(4)}},
	}}
	return phoneState{
		skinny: phones.SkinnySnapshot{
			Ephones: []phones.EphoneStatus{
				{
					Config: phones.Ephone{
						Tag: 1, MAC: mac("0012.7F57.62A5"), Type: "7960", PagingDN: 25,
						Buttons:    []phones.Button{button("1:1"), button("2o2,3"), button("3m4")},
						SpeedDials: []phones.SpeedDial{{Tag: 1, Number: "57514", Label: "marketing"}},
						Username:   "ann", Password: "secret", PIN: "1234",
					},
					State: phones.EphoneRegistered, Device: "SEP00127F5762A5", Socket: 2,
					Remote: netip.MustParseAddrPort("10.4.188.99:50007"), Type: 7, Model: "7960", Shown: "Telecaster 7960", Version: 11, InUse: 9, MaxStreams: 1,
					KeepAlives: 8424, MaxLine: 6, Available: 3, Caps: 8, Spec: spec, Load: "8.1(2.0)", PreviousLoad: "8.0(2.0)", LastReset: "Reset-Restart",
				},
				{Config: phones.Ephone{Tag: 3, MAC: mac("0015.6247.EF91"), Type: "7971", Buttons: []phones.Button{button("1:4")}}, Socket: -1},
				{Config: phones.Ephone{Tag: 4}, Socket: -1},
			},
			Attempts: []phones.EphoneAttempt{{MAC: mac("000D.28D7.7222"), At: time.Date(2005, 4, 28, 22, 26, 32, 0, time.UTC), Type: 7, Model: "Telecaster 7960"}},
			Sockets:  1, Registered: 1,
		},
		calls: call.Snapshot{
			At: time.Date(2005, 4, 28, 22, 30, 0, 0, time.UTC),
			DNs: []call.DNStatus{
				{ID: dn(1), Number: "2001", Name: "Ann Smith", InService: true, Channels: []call.Channel{{State: call.Connected, Ref: 7, Device: first}, {}}, On: []call.Appearance{{Device: first, Button: 1, Sep: phones.Normal}}},
				{ID: dn(2), Number: "2009", InService: true, Channels: make([]call.Channel, 2)},
				{ID: dn(3), Number: "2005", InService: true, Channels: make([]call.Channel, 1), Forward: phones.Forward{All: "2001"}},
				{ID: dn(4), Number: "2002", Channels: make([]call.Channel, 2)},
				{ID: dn(50), Number: "1560", Kind: call.ParkDN, InService: true, Channels: make([]call.Channel, 1), Parked: call.ParkedCall{
					Ref: 9, Caller: call.Party{Number: "2005"}, By: call.Party{Number: "2001"}, Since: time.Date(2005, 4, 28, 22, 29, 18, 0, time.UTC)}},
				{ID: phones.DNID{SIP: true, Tag: 1}, Number: "2101"},
			},
			Devices: []call.View{{
				Device: first, Spec: &spec, Active: 7, OffHook: true, DnD: true,
				Calls: []call.CallView{{
					Ref: 7, State: call.Connected, Button: 1, DN: dn(1), Channel: 1, Outgoing: true,
					Calling: call.Party{Number: "2001"}, Called: call.Party{Number: "2002"},
					Send:  call.Media{Addr: netip.MustParseAddrPort("10.4.188.90:22926"), Codecs: call.G711u},
					Local: call.Media{Addr: netip.MustParseAddrPort("10.4.188.99:20000")},
				}},
			}},
		},
	}
}

func rendered(t *testing.T, f func(w io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The form is that of captures of 12.4T and 15.0 (CME command reference: show ephone).
func TestShowEphone(t *testing.T) {
	s := phoneLab(t)
	got := rendered(t, func(w io.Writer) error {
		return showEphones(w, s, func(r phoneRecord) bool { return r.Config.Tag == 1 })
	})
	want := `ephone-1[0] Mac:0012.7F57.62A5 TCP socket:[2] activeLine:1 whisperLine:0 REGISTERED in SCCP ver 11/9 max_streams=1
mediaActive:1 whisper_mediaActive:0 startMedia:1 offhook:1 ringing:0 reset:0 reset_sent:0 paging 0 debug:0 caps:8
IP:10.4.188.99 * 50007 Telecaster 7960  keepalive 8424 max_line 6 available_line 3 DnD
button 1: cw:1 ccw:(0 0)
  dn 1  number 2001 CH1   CONNECTED    CH2   IDLE         
button 2: cw:1 ccw:(0 0)
  dn 2  number 2009 CH1   IDLE         CH2   IDLE         overlay 
button 3: cw:1 ccw:(0 0)
  dn 4  number 2002 CH1   DOWN         CH2   DOWN         monitor-ring 
overlay 1: 2(2009) 3(2005) 
speed dial 1:57514 marketing
paging-dn 25
Preferred Codec: g711ulaw
Lpcor Type: none
Active Call on DN 1 chan 1 :2001 10.4.188.99 0 to 10.4.188.90 22926 via 10.4.188.90
G711Ulaw64k  160 bytes no vad
Tx Pkts 0 bytes 0 Rx Pkts 0 bytes 0 Lost 0
Jitter 0 Latency 0 callingDn 1 calledDn 4
Username:ann Password:********

`
	equal(t, "registered", got, strings.Replace(want, "10.4.188.99 0 to", "10.4.188.99 20000 to", 1))
	got = rendered(t, func(w io.Writer) error {
		return showEphones(w, s, func(r phoneRecord) bool { return r.State != phones.EphoneRegistered })
	})
	equal(t, "unregistered", got, `ephone-3[2] Mac:0015.6247.EF91 TCP socket:[-1] activeLine:0 whisperLine:0 UNREGISTERED
mediaActive:0 whisper_mediaActive:0 startMedia:0 offhook:0 ringing:0 reset:0 reset_sent:0 paging 0 debug:0 caps:0
IP:0.0.0.0 * 0 Unknown 0  keepalive 0 max_line 0 available_line 0
Preferred Codec: g711ulaw
Lpcor Type: none

ephone-4[3] Mac:0000.0000.0000 TCP socket:[-1] activeLine:0 whisperLine:0 UNREGISTERED
mediaActive:0 whisper_mediaActive:0 startMedia:0 offhook:0 ringing:0 reset:0 reset_sent:0 paging 0 debug:0 caps:0
IP:0.0.0.0 * 0 Unknown 0  keepalive 0 max_line 0 available_line 0
Preferred Codec: g711ulaw
Lpcor Type: none

`)
	none := rendered(t, func(w io.Writer) error { return showEphones(w, s, phoneRecord.ringing) })
	equal(t, "none", none, "No ephone in specified type/condition.\n")
}

func TestShowEphoneTables(t *testing.T) {
	s := phoneLab(t)
	for name, c := range map[string]struct {
		f    func(w io.Writer) error
		want string
	}{
		"phone-load": {func(w io.Writer) error { return showEphoneLoads(w, s) },
			`DeviceName        CurrentPhoneload       PreviousPhoneload      LastReset
=====================================================================
SEP00127F5762A5   8.1(2.0)               8.0(2.0)               Reset-Restart
`},
		"attempts": {func(w io.Writer) error { return showEphoneAttempts(w, clock.On(testTime), s.skinny) },
			`Attempting Mac address:

Num    Mac Address         DateTime                          DeviceType
-----------------------------------------------------------------------------
1      000D.28D7.7222      22:26:32 UTC Thu Apr 28 2005      Telecaster 7960

`},
		"brief": {func(w io.Writer) error { return showEphoneBrief(w, s, func(phoneRecord) bool { return true }) },
			`
==========================================================================================
PhoneType      Ephone  MacAddress      IpAddress       Ln  Dn    Number           Status
==========================================================================================
7960           1       0012.7F57.62A5  10.4.188.99     1   1     2001             Registered
                                                       2   2*    2009             Registered
                                                       2   3*    2005             Registered
                                                       3   4     2002             Registered
7971           3       0015.6247.EF91                  1   4     2002             Unregistered
Unknown Ephone 4                                                                  Unknown
==========================================================================================
Total ephones configured  : 3
Total ephones registered  : 1
Total ephones unregistered: 1
Total ephones deceased    : 0
Ephones in unknown state  : 1
`},
		"types": {func(w io.Writer) error { return showEphoneTypes(w, s) },
			`===========================================================================
PhoneType              Configured  Registered  Unregistered  Deceased  Other
===========================================================================
7960                   1           1           0             0         0
7971                   1           0           1             0         0
Unknown Ephone type    1           0           0             0         1
===========================================================================
Total Phones           3           1           1             0         1
===========================================================================
`},
		"login": {func(w io.Writer) error { return showEphoneLogin(w, s) },
			"ephone 1        Pin enabled:TRUE        Logged-in:FALSE\nephone 3        Pin enabled:FALSE\nephone 4        Pin enabled:FALSE\n"},
		"dn": {func(w io.Writer) error { return showEphoneDNs(w, s, 4) },
			"Tag 4, Normal or Intercom dn\nephone 1, mac-address 0012.7F57.62A5, line 3\nephone 3, mac-address 0015.6247.EF91, line 1\n"},
		"telephone-number": {func(w io.Writer) error { return showEphoneNumber(w, s, "2009") },
			"DP tag: 0, primary\nTag 2, Normal or Intercom dn\n  ephone 1, mac-address 0012.7F57.62A5, line 2\n"},
		"rtp": {func(w io.Writer) error { return showEphoneRTP(w, s) },
			`Ephone RTP active connections :
Ephone    Line  DN Chan  SrcCallID  DstCallID             Codec (xcoded?)
    SrcNum DstNum  LocalIP               RemoteIP
ephone-1     1   1    1          0          0       G711Ulaw64k (N)
    2001  2002  [10.4.188.99]:20000  [10.4.188.90]:22926
Found 1 active ephone RTP connections
`},
		"park": {func(w io.Writer) error {
			return showPark(w, s, []phones.EphoneDN{{Tag: 50, Number: "1560", Park: &phones.ParkSlot{Timeout: 15 * time.Second, Limit: 20}}})
		}, "DN 50 (1560) park-slot state PARKED\nCall from 2005 parked by 2001 for 42 seconds\nNotify to () timeout 15 limit 20\n\n"},
		"ephone-dn summary": {func(w io.Writer) error { return showEphoneDNSummary(w, s) },
			`
PORT     DN STATE    CODEC    VAD VTSP STATE            VPM STATE
======== ==========  ======== === ===================== =========
50/0/1   CONNECTED   g711ulaw  -  S_CONNECT             EFXS_OFFHOOK
50/0/1   IDLE        -         -  -                     EFXS_ONHOOK
50/0/2   IDLE        -         -  -                     EFXS_ONHOOK
50/0/2   IDLE        -         -  -                     EFXS_ONHOOK
50/0/3   IDLE        -         -  -                     EFXS_ONHOOK
50/0/4   DOWN        -         -  -                     EFXS_ONHOOK
50/0/4   DOWN        -         -  -                     EFXS_ONHOOK
50/0/50  IDLE        -         -  -                     EFXS_ONHOOK
`},
	} {
		equal(t, name, rendered(t, c.f), c.want)
	}
}

func TestShowPaging(t *testing.T) {
	s := phoneLab(t)
	pool := phones.Device{Kind: phones.PoolDevice, Tag: 1}
	s.calls.DNs = append(s.calls.DNs, call.DNStatus{ID: phones.DNID{Tag: 250}, Number: "7770", Kind: call.PagingDN, Channels: []call.Channel{{State: call.Connected, Ref: 3}}, Paging: []phones.Device{pool}},
		call.DNStatus{ID: phones.DNID{Tag: 251}, Number: "7771", Kind: call.PagingDN, Paging: []phones.Device{pool}})
	c := phones.Config{
		Ephones: []phones.Ephone{{Tag: 2, PagingDN: 250}},
		Pools:   []phones.Pool{{Tag: 1, PagingDN: 251}},
		EphoneDNs: []phones.EphoneDN{
			{Tag: 250, Number: "7770", Paging: &phones.Paging{Multicast: netip.MustParseAddrPort("239.1.1.0:20480"), Group: []int{251}}},
			{Tag: 251, Number: "7771", Paging: &phones.Paging{}},
		},
	}
	equal(t, "paging", rendered(t, func(w io.Writer) error { return showPaging(w, s, c) }), `Paging Configuration
ephone-dn 250 (ACTIVE)
 number 7770
 paging ip 239.1.1.0 port 20480
   ephone-2[1]          paging-dn 250(OFF)
 paging group 251
   voice reg pool 1     pagingGrp 251(ON )
ephone-dn 251 ( IDLE )
 number 7771
 paging
   voice reg pool 1     paging-dn 251(ON )

        Paging Control Info
skinnyPC[0] ephone-paging-dn 250        (ACTIVE) count 1
                phone           ip address      port
sccp(ephone#[phone]): None
sip (pool): 1(m)
skinnyPC[1] ephone-paging-dn 251        ( IDLE ) count 0
`)
}

func TestShowConference(t *testing.T) {
	s := phoneLab(t)
	s.calls.Conferences = []call.Conf{{Number: "1397", Kind: "meetme", Parties: make([]call.Party, 3)}}
	config := []phones.EphoneDN{
		{Tag: 10, Number: "1397", Conference: "meetme", Channels: 2}, {Tag: 11, Number: "1397", Conference: "meetme", Channels: 2},
		{Tag: 20, Number: "7777", Conference: "ad-hoc", Channels: 8},
	}
	equal(t, "all", rendered(t, func(w io.Writer) error { return showConference(w, s, config, "", "") }), `type   active inactive  numbers
==================================
Meetme    3       1      1397
DN tags: 10, 11

Ad-hoc    0       8      7777
DN tags: 20

`)
	equal(t, "one kind", strings.Count(rendered(t, func(w io.Writer) error { return showConference(w, s, config, "ad-hoc", "") }), "DN tags"), 1)
}

// The number of a socket is that of its connection less one, whoever is registered
// (CME command reference: show ephone socket).
func TestShowEphoneSockets(t *testing.T) {
	s := phoneLab(t)
	s.skinny.Listening = netip.MustParseAddrPort("10.1.1.1:2000")
	var b strings.Builder
	if err := showEphoneSockets(&b, s); err != nil {
		t.Fatal(err)
	}
	if want := "skinny_open_sockets = 1:\nPhone 1,\nskinny_sockets[1] fd = 2\n"; !strings.Contains(b.String(), want) {
		t.Errorf("%s", b.String())
	}
}
