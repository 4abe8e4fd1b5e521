package modes

import (
	"net/netip"
	"testing"
	"time"

	"github.com/busylamp/busylamp/phones"
)

// idleTelephony is telephony-service without a line.
func idleTelephony() phones.Telephony {
	return phones.Telephony{
		KeepAlive: 30 * time.Second, AutoReg: true, MaxProtocol: 9, DateFormat: "mm-dd-yy", TimeFormat: 12, TimeZone: 5,
		Interdigit: 10 * time.Second, Ringing: 180 * time.Second, MaxRedirect: 10, BusyTone: 10 * time.Second,
		TransferSystem: "full-consult", ForwardMaxLength: -1, DirectedPickup: true, MaxConferences: 12,
	}
}

// unlimitedForward is a number that forwards nothing.
var unlimitedForward = phones.Forward{MaxLength: -1}

func plainDN(tag int, number string, watch bool, channels int) phones.EphoneDN {
	return phones.EphoneDN{Tag: tag, Number: number, Watch: watch, Channels: channels, SecondPreference: 9, Huntstop: true, Forward: unlimitedForward}
}

func parsedMAC(s string) phones.MAC {
	m, err := phones.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return m
}

func phonesOf(t *testing.T, lines string) phones.Config {
	t.Helper()
	r := newRouter(t, compiled(t))
	r.load(t, lines)
	return PhonesConfig(r.store.Tree())
}

func TestTelephonyView(t *testing.T) {
	c := phonesOf(t, `telephony-service
 max-ephones 20
 max-dn 60
 ip source-address 10.1.1.2 port 2001
 auto assign 1 to 10 type 7960 cfw 5000 timeout 20
 auto assign 11 to 20 type all
 no auto-reg-ephone
 keepalive 60
 busylamp sccp max-version 17
 date-format dd-mm-yy
 time-format 24
 time-zone 8
 system message Our House
 voicemail 5000
 timeouts interdigit 5
 timeouts ringing 30
 timeouts busy 3
 timeouts transfer-recall 20
 transfer-system full-blind
 transfer-pattern 9.T
 transfer-pattern 8... blind
 max-conferences 4 gain -6
 conference hardware
 service directed-pickup gpickup
 url services http://10.1.1.9/s
 directory last-name-first
 directory entry 10 7000 name Fire Brigade
 directory entry 2 7001 name Doctor
 dialplan-pattern 1 40855520.. extension-length 2 extension-pattern 5..
 fac custom pickup local #25
 fac custom callfwd all #1
 em logout 7:05 17:30 24:00
`)
	equal(t, "telephony", c.Telephony, phones.Telephony{
		On: true, Source: netip.MustParseAddrPort("10.1.1.2:2001"), MaxEphones: 20, MaxDN: 60, KeepAlive: time.Minute,
		AutoAssign:  []phones.AutoAssign{{First: 1, Last: 10, Type: "7960", Forward: "5000", Timeout: 20 * time.Second}, {First: 11, Last: 20}},
		MaxProtocol: 17, DateFormat: "dd-mm-yy", TimeFormat: 24, TimeZone: 8, SystemMessage: "Our House", Voicemail: "5000",
		Interdigit: 5 * time.Second, Ringing: 30 * time.Second, MaxRedirect: 10, BusyTone: 3 * time.Second, TransferBack: 20 * time.Second,
		TransferSystem: "full-blind", TransferPatterns: []string{"8...", "9.T"}, ForwardMaxLength: -1,
		MaxConferences: 4, HardwareConf: true, DirectedPickup: true, GroupPickup: true,
		URLs: []phones.URL{{Kind: "services", URL: "http://10.1.1.9/s"}}, LastNameFirst: true,
		Directory:        []phones.DirectoryEntry{{Tag: 2, Number: "7001", Name: "Doctor"}, {Tag: 10, Number: "7000", Name: "Fire Brigade"}},
		DialplanPatterns: []phones.DialplanPattern{{Tag: 1, Pattern: "40855520..", Length: 2, ExtensionPattern: "5.."}},
		FACs:             []phones.FAC{{Name: "callfwd all", Code: "#1"}, {Name: "pickup local", Code: "#25"}},
		LogoutTimes:      []int{7*60 + 5, 17*60 + 30, 24 * 60},
	})
	c = phonesOf(t, "telephony-service\n fac custom park #6\n fac standard\n no service directed-pickup\n")
	if !c.Telephony.FAC || c.Telephony.FACs != nil || c.Telephony.DirectedPickup {
		t.Errorf("%+v", c.Telephony)
	}
}

func TestEphoneDNView(t *testing.T) {
	c := phonesOf(t, `ephone-dn-template 2
 description House
 call-forward all 3000
 call-forward max-length 4
 pickup-group 9
 huntstop channel 6
 no huntstop
 hold-alert 30 idle
ephone-dn 1 octo-line
 number 2001 secondary 3001
 ephone-dn-template 2
 call-forward all 4000
 call-forward busy 4001
 call-forward noan 4002 timeout 12
 preference 3 secondary 5
 no call-waiting beep accept
 transfer-mode blind
ephone-dn 2 dual-line
 number 2002
 ephone-dn-template 2
 huntstop channel
 pickup-call any-group
 no call-waiting beep
 call-forward max-length 0
ephone-dn 3
 number 701
 park-slot directed reservation-group 2 reserved-for 2001 timeout 10 limit 5 notify 2002 only recall alternate 2009 retry 7 limit 3
ephone-dn 4
 number 702
 park-slot timeout 20 limit 1 transfer 2003
ephone-dn 5
 number 800
 paging ip 239.0.1.20 port 2000
ephone-dn 6
 number 801
 paging
 paging group 5,07
ephone-dn 7 octo-line
 number 900
 conference meetme
ephone-dn 8
 number A8
 intercom A9 barge-in label "Boss"
ephone-dn 9
 number 8000
 mwi on-off
`)
	dns := []phones.EphoneDN{plainDN(1, "2001", false, 8), plainDN(2, "2002", false, 2)}
	for _, tag := range []int{3, 4, 5, 6} {
		dns = append(dns, plainDN(tag, map[int]string{3: "701", 4: "702", 5: "800", 6: "801"}[tag], false, 1))
	}
	dns = append(dns, plainDN(7, "900", false, 8), plainDN(8, "A8", false, 1), plainDN(9, "8000", false, 1))
	for _, d := range []*phones.EphoneDN{&dns[0], &dns[1]} {
		d.Description, d.PickupGroup, d.Huntstop = "House", "9", false
		d.HoldAlert, d.HoldAlertWho, d.NoCallWaitingBeep = 30*time.Second, "idle", true
	}
	dns[0].Secondary, dns[0].Preference, dns[0].SecondPreference = "3001", 3, 5
	dns[0].Forward = phones.Forward{All: "4000", Busy: "4001", NoAnswer: "4002", Timeout: 12 * time.Second, MaxLength: 4}
	dns[0].HuntstopChannel, dns[0].TransferBlind = 6, true
	dns[1].Forward = phones.Forward{All: "3000", MaxLength: 0}
	dns[1].HuntstopChannel, dns[1].PickupAnyGroup = 1, true
	dns[2].Park = &phones.ParkSlot{Directed: true, Group: 2, ReservedFor: "2001", Timeout: 10 * time.Second, Limit: 5, Notify: "2002",
		NotifyOnly: true, Recall: true, Alternate: "2009", Retry: 7 * time.Second, RetryLimit: 3}
	dns[3].Park = &phones.ParkSlot{Timeout: 20 * time.Second, Limit: 1, Transfer: "2003"}
	dns[4].Paging = &phones.Paging{Multicast: netip.MustParseAddrPort("239.0.1.20:2000")}
	dns[5].Paging = &phones.Paging{Group: []int{5, 7}}
	dns[6].Conference = "meetme"
	dns[7].Intercom = &phones.Intercom{Number: "A9", BargeIn: true, Label: "Boss"}
	dns[8].MWI = "on-off"
	for i := range dns {
		equal(t, "ephone-dn "+dns[i].Number, c.EphoneDNs[i], dns[i])
	}
}

func TestEphoneView(t *testing.T) {
	c := phonesOf(t, `ephone-template 1
 softkeys idle Redial Newcall Dnd
 softkeys connected Hold Trnsfer
 keep-conference drop-last endcall
 park reservation-group 3
 max-calls-per-button 4
 busy-trigger-per-button 2
 no dnd feature-ring
 paging-dn 5 unicast
 keepalive 90
 transfer-park blocked
 transfer-pattern blocked
 mwi-line 2
 fastdial 1 7001 name one
 fastdial 2 7002
 speed-dial 1 8001
 speed-dial 2 +8002 label "Head Office"
 blf-speed-dial 1 2001 label "a" device
 blf-speed-dial 2 2002 label "b"
 codec g729r8 dspfarm-assist
 type 7960 addon 1 7914 2 7914
ephone 1
 description Lobby
 mac-address 0012.7F57.62A5
 ephone-template 1
 username ann password 0 secret
 pin 1234
 logout-profile 7
 presence call-list
 keep-conference local-only
 paging-dn 6
 speed-dial 2 8003
 blf-speed-dial 2 2003 label "c"
 auto-line 3 answer-incoming
 button 1:1 2o2,3 3x2
ephone 2
 type anl
 no auto-line
ephone 3
 auto-line incoming
 ephone-template 9
ephone 4
 ephone-template 1
 type 7970
`)
	templated := phones.Ephone{
		Template: 1, Softkeys: map[string][]string{"idle": {"Redial", "Newcall", "Dnd"}, "connected": {"Hold", "Trnsfer"}},
		KeepConference: true, KeepLast: true, KeepEndCall: true, ParkGroup: 3, MaxCallsPerButton: 4, BusyTrigger: 2, PagingDN: 5,
		KeepAlive: 90 * time.Second, TransferParkBlocked: true, TransferBlocked: true, MWILine: 2, Codec: "g729r8",
		FastDials:  []phones.FastDial{{Tag: 1, Number: "7001", Name: "one"}, {Tag: 2, Number: "7002"}},
		SpeedDials: []phones.SpeedDial{{Tag: 1, Number: "8001"}, {Tag: 2, Number: "8002", Label: "Head Office"}},
		BLF:        []phones.BLFKey{{Tag: 1, Number: "2001", Label: "a", Device: true}, {Tag: 2, Number: "2002", Label: "b"}},
	}
	one := templated
	one.Tag, one.Description, one.MAC, one.Type, one.Addons = 1, "Lobby", parsedMAC("0012.7F57.62A5"), "7960", []string{"7914", "7914"}
	one.Username, one.Password, one.PIN, one.LogoutProfile, one.CallList = "ann", "secret", "1234", 7, true
	one.KeepLast, one.KeepEndCall, one.KeepLocal, one.PagingDN, one.PagingMulticast = false, false, true, 6, true
	one.SpeedDials = []phones.SpeedDial{{Tag: 1, Number: "8001"}, {Tag: 2, Number: "8003"}}
	one.BLF = []phones.BLFKey{{Tag: 1, Number: "2001", Label: "a", Device: true}, {Tag: 2, Number: "2003", Label: "c"}}
	one.AutoLine = phones.AutoLine{Button: 3, Answer: true}
	one.Buttons = buttons("1:1", "2o2,3", "3x2")
	bare := phones.Ephone{FeatureRingDnD: true, Codec: "g711ulaw", MWILine: 1}
	two, three, four := bare, bare, templated
	two.Tag, two.Type, two.Analog, two.AutoLine = 2, "anl", true, phones.AutoLine{Off: true}
	three.Tag, three.Template, three.AutoLine = 3, 9, phones.AutoLine{Incoming: true}
	four.Tag, four.Type = 4, "7970"
	for i, want := range []phones.Ephone{one, two, three, four} {
		equal(t, "ephone", c.Ephones[i], want)
	}
}

func TestRegisterViews(t *testing.T) {
	c := phonesOf(t, `voice register dn 1
 number 3001
 call-forward b2bua all 4000
 call-forward b2bua busy 4001
 call-forward b2bua noan 4002 timeout 15
 pickup-group 3
 shared-line max-calls 4
 no-reg
 auto-answer
voice register template 2
 session-transport tcp
voice register pool 1
 template 2
 busy-trigger-per-button 3
 logout-profile 4
 fastdial 1 7001 name one
 speed-dial 2 +8002 label "x"
 no call-waiting
 dnd
 paging-dn 5
voice register pool 2
 template 2
 session-transport udp
 id mac 0015.6247.EF90
`)
	equal(t, "dn", c.DNs, []phones.DN{{Tag: 1, Number: "3001", PickupGroup: "3", Shared: true, MaxCalls: 4, NoReg: true, AutoAnswer: true,
		Forward: phones.Forward{All: "4000", Busy: "4001", NoAnswer: "4002", Timeout: 15 * time.Second, MaxLength: -1}}})
	equal(t, "pool 1", c.Pools[0], phones.Pool{Tag: 1, Template: 2, Transport: "tcp", BusyTrigger: 3, LogoutProfile: 4, PagingDN: 5, DnD: true,
		FastDials: []phones.FastDial{{Tag: 1, Number: "7001", Name: "one"}}, SpeedDials: []phones.SpeedDial{{Tag: 2, Number: "8002", Label: "x"}}})
}

func TestProfileViews(t *testing.T) {
	c := phonesOf(t, `voice logout-profile 1
 pin 1111
 user 23C2-8 password 43214
 number 3001 type silent-ring
voice user-profile 2
 pin 12345
 user me password 0 pass123
 number 2003 type feature-ring
 number 2001
 number 2002 type beep-ring
 number 2004 type monitor-ring
 number 2005,2006 type overlay
 number 2007,2008 type cw-overlay
 number 2009 type normal
 speed-dial 2 3002 label "Two" blf
 speed-dial 1 +3001
 max-idle-time 30
`)
	equal(t, "logout", c.LogoutProfiles, []phones.Profile{{Tag: 1, PIN: "1111", User: "23C2-8", Password: "43214",
		Numbers: []phones.ProfileNumber{{Numbers: []string{"3001"}, Sep: phones.Silent}}}})
	equal(t, "user", c.UserProfiles, []phones.Profile{{Tag: 2, PIN: "12345", User: "me", Password: "pass123", MaxIdle: 30 * time.Minute,
		Numbers: []phones.ProfileNumber{ // in the order typed: the first is the primary one
			{Numbers: []string{"2003"}, Sep: phones.Feature}, {Numbers: []string{"2001"}, Sep: phones.Normal},
			{Numbers: []string{"2002"}, Sep: phones.Beep}, {Numbers: []string{"2004"}, Sep: phones.Monitor},
			{Numbers: []string{"2005", "2006"}, Sep: phones.Overlay}, {Numbers: []string{"2007", "2008"}, Sep: phones.OverlayWait},
			{Numbers: []string{"2009"}, Sep: phones.Normal},
		},
		SpeedDials: []phones.ProfileSpeedDial{{Tag: 1, Number: "3001"}, {Tag: 2, Number: "3002", Label: "Two", BLF: true}}}})
}

func TestDialPeerView(t *testing.T) {
	c := phonesOf(t, `voice service voip
 sip
  session transport tcp
dial-peer voice 1 pots
 destination-pattern 9T
dial-peer voice 2 voip
 destination-pattern 1...
 session protocol sipv2
 session target ipv4:10.1.1.4:5070
 session transport udp
 preference 1
 huntstop
 shutdown
 incoming called-number 2...
dial-peer voice 3 voip
 session protocol sipv2
 session target dns:example.com
 session transport system
dial-peer voice 4 voip
 session target ipv4:10.1.1.5
`)
	equal(t, "dial peers", c.DialPeers, []phones.DialPeer{
		{Tag: 2, Pattern: "1...", Target: netip.MustParseAddrPort("10.1.1.4:5070"), Transport: "udp", Preference: 1, Huntstop: true, Shutdown: true, Incoming: "2..."},
		{Tag: 3, Transport: "tcp"},
	})
	for target, want := range map[string]string{"ipv4:10.1.1.5": "10.1.1.5:5060", "ipv4:10.1.1.5:5061": "10.1.1.5:5061", "sip-server": "invalid AddrPort", "ipv4:x": "invalid AddrPort"} {
		if got := sessionTarget(target).String(); got != want {
			t.Errorf("%s is %s", target, got)
		}
	}
}

func TestHuntView(t *testing.T) {
	c := phonesOf(t, `ephone-hunt 1 sequential
 pilot 3000
 list 2001,*,2002
 timeout 5,6,7
 no forward local-calls
ephone-hunt 2 peer
 pilot 3001 secondary 3002
 hops 3
 preference 1 secondary 2
voice hunt-group 1 parallel
 pilot 3003
 no forward local-calls to-final
voice hunt-group 2 sequential
 pilot 3004
 max-timeout 30
 present-call idle-phone
`)
	seconds := func(n ...time.Duration) (all []time.Duration) {
		for _, s := range n {
			all = append(all, s*time.Second)
		}
		return all
	}
	equal(t, "hunt groups", c.HuntGroups, []phones.HuntGroup{
		{Tag: 1, Pilot: "3000", Members: []string{"2001", "*", "2002"}, Timeouts: seconds(5, 6, 7), LocalStays: true, SecondPreference: 7},
		{Tag: 2, Kind: phones.Peer, Pilot: "3001", SecondPilot: "3002", Hops: 3, Preference: 1, SecondPreference: 2},
		{Voice: true, Tag: 1, Kind: phones.Parallel, Pilot: "3003", LocalStays: true, SecondPreference: 7},
		{Voice: true, Tag: 2, Pilot: "3004", MaxTimeout: 30 * time.Second, Present: phones.PresentIdle, SecondPreference: 7},
	})
}
