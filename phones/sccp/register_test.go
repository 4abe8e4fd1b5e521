package sccp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// The lines are those of the CME command reference (debug ephone register).
func TestRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		l.log.SetDebug(TopicRegister, true)
		p := l.dial()
		p.send(&wire.Alarm{Severity: wire.AlarmInformational, Text: "23: Name=SEP003094C3E1A8 Load=8.0(2.0) Last=Reset-Restart"})
		ack := p.enrol(ephone1, 7, 11)
		if *ack != *wire.NewRegisterAck(9, 30, 30, "M/D/YA") {
			t.Errorf("%+v", ack)
		}
		l.wantHeard("register ephone-1")
		port := addrPort(p.nc.LocalAddr()).Port()
		l.wantLog("New Skinny socket accepted [1] (1 active)",
			fmt.Sprintf("sin_family 2, sin_port %d, in_addr 10.1.0.21", port),
			fmt.Sprintf("skinny_add_socket 1 10.1.0.21 %d", port),
			"%IPPHONE-6-REG_ALARM: 23: Name=SEP003094C3E1A8 Load=8.0(2.0) Last=Reset-Restart",
			"ephone-(1)[1] StationRegisterMessage (0/1/11) from 10.1.0.21",
			"ephone-(1)[1] Register StationIdentifier DeviceName SEP003094C3E1A8",
			"ephone-(1)[1] StationIdentifier Instance 1    deviceType 7",
			"ephone-1[-1]:stationIpAddr 10.1.0.21",
			"ephone-1[-1]:maxStreams 1",
			"ephone-(1) Allow any Skinny Server IP address 10.1.1.2",
			"ephone-1[1]:RegisterAck sent to ephone 1: keepalive period 30",
			"%IPPHONE-6-REGISTER: ephone-1:SEP003094C3E1A8 IP:10.1.0.21 Socket:1 DeviceType:Phone has registered.")
		p.send(&wire.CapabilitiesRes{Audio: make([]wire.Capability, 3)}, &wire.KeepAlive{})
		want[*wire.KeepAliveAck](p)
		e := l.ephone(1)
		if e.State != phones.EphoneRegistered || e.Version != 11 || e.InUse != 9 || e.Caps != 3 || e.KeepAlives != 1 || e.Model != "7960" ||
			e.Socket != 1 || e.Load != "8.0(2.0)" || e.LastReset != "Reset-Restart" || e.MaxLine != 6 || e.Available != 2 || e.Remote.Addr() != phoneAddr {
			t.Errorf("%+v", e)
		}
		// A directory number that is not configured is passed over, a button beyond the
		// model's as well.
		lines := []phones.SpecLine{{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{Tag: 1}}}, {Button: 2, Sep: phones.Normal, DNs: []phones.DNID{{Tag: 2}}}}
		if fmt.Sprint(e.Spec.Lines) != fmt.Sprint(lines) || e.Spec.Primary != 1 {
			t.Errorf("%+v", e.Spec)
		}
		p.send(&wire.Unregister{})
		if a := find[*wire.UnregisterAck](p); a.Status != wire.UnregisterOK {
			t.Errorf("%+v", a)
		}
		l.wantHeard("unregister ephone-1")
		l.wantLog("%IPPHONE-6-UNREGISTER_NORMAL: ephone-1:SEP003094C3E1A8 IP:10.1.0.21 Socket:1 DeviceType:Phone has unregistered normally.")
		if e := l.ephone(1); e.State != phones.EphoneUnregistered || e.Socket != -1 || e.Load != "8.0(2.0)" {
			t.Errorf("%+v", e)
		}
		// It may come back on the same connection, once.
		p.enrol(ephone1, 7, 11)
		l.wantHeard("register ephone-1")
		p.nc.Close()
		l.wantHeard("unregister ephone-1")
		if log := l.logged(); !strings.Contains(log[len(log)-1], "%IPPHONE-6-UNREGISTER_ABNORMAL") {
			t.Errorf("%q", log)
		}
		if s := l.s.Snapshot(); s.Registered != 0 || s.Unregistered != 1 || s.Sockets != 0 || s.Listening != here {
			t.Errorf("%+v", s)
		}
	})
}

// What a phone asks about itself, all in one segment and before anything else.
func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Telephony.DateFormat, cfg.Telephony.TimeFormat, cfg.Telephony.KeepAlive = "dd-mm-yy", 24, 60*time.Second
		cfg.EphoneDNs[1].Forward.All = "2005"
		cfg.Ephones[0].SpeedDials = []phones.SpeedDial{{Tag: 3, Number: "9000", Label: "taxi"}, {Tag: 4, Number: "9001"}}
		l := newLab(t, cfg)
		p := l.dial()
		p.send(&wire.KeepAlive{}, &wire.RegisterTokenReq{Name: ephone1}, &wire.SPCPRegisterTokenReq{Name: ephone1}, &wire.LineStatReq{Line: 1})
		want[*wire.KeepAliveAck](p)
		want[*wire.RegisterTokenAck](p)
		want[*wire.SPCPRegisterTokenAck](p)
		p.silent() // nothing else before registration
		if ack := p.enrol(ephone1, 7, 11); ack.KeepAlive != 60 || ack.DateTemplate != "D/M/Y" {
			t.Errorf("%+v", ack)
		}
		asks := []wire.Message{
			&wire.ConfigStatReq{}, &wire.VersionReq{}, &wire.ServerReq{}, &wire.LineStatReq{Line: 1}, &wire.LineStatReq{Line: 2}, &wire.LineStatReq{Line: 5},
			&wire.SpeedDialStatReq{Index: 3}, &wire.SpeedDialStatReq{Index: 4}, &wire.SpeedDialStatReq{Index: 5},
			&wire.ServiceURLStatReq{Index: 1}, &wire.ForwardStatReq{Line: 1}, &wire.ForwardStatReq{Line: 2},
			&wire.HeadsetStatus{Mode: 2}, &wire.IpPort{Port: 20000}, &wire.Unknown{Number: 0x7777, Body: []byte("what")}, &wire.TimeDateReq{},
		}
		answers := []wire.Message{
			&wire.ConfigStat{Name: ephone1, Server: "10.1.1.2", Lines: 2, SpeedDials: 4}, &wire.Version{},
			&wire.ServerRes{Servers: [5]wire.Server{{Name: "10.1.1.2", Port: 2000, Addr: here.Addr()}}},
			wire.NewLineStat(9, 1, "2001", "Ann's phone", "2001"), wire.NewLineStat(9, 2, "2003", "2003", "Bob"), wire.NewLineStat(9, 5, "", "", ""),
			wire.NewSpeedDialStat(9, 3, "9000", "taxi"), wire.NewSpeedDialStat(9, 4, "9001", "9001"), wire.NewSpeedDialStat(9, 5, "", ""),
			wire.NewServiceURLStat(9, 1, "", ""), wire.NewForwardStat(1, "", "", ""), wire.NewForwardStat(2, "2005", "", ""),
			wire.NewDefineTimeDate(time.Now().UTC()),
		}
		p.send(asks...)
		for _, a := range answers {
			// Compared as bytes: addresses that are not there have two forms.
			got, err := p.read()
			if err != nil || string(wire.Encode(nil, got, 9)) != string(wire.Encode(nil, a, 9)) {
				t.Errorf("got %T %+v (%v), want %+v", got, got, err, a)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Telephony.AutoReg = false
		l := newLab(t, cfg)
		p := l.dial()
		for _, name := range []string{"", "SEP", "SEP00000000000", "SEP000000000000", "SEPnothexnothex"} {
			p.send(registerReq(name, 7, 11))
			want[*wire.RegisterReject](p)
		}
		if a := l.s.Snapshot().Attempts; len(a) != 0 {
			t.Errorf("%+v", a)
		}
		p.send(registerReq("SEP000D28D77222", 8, 11))
		if r := want[*wire.RegisterReject](p); r.Text == "" {
			t.Error("no reason")
		}
		time.Sleep(time.Second)
		p.send(registerReq("SEP000D28D77222", 8, 11), registerReq("ATA00156247EF90", 12, 5))
		want[*wire.RegisterReject](p)
		want[*wire.RegisterReject](p)
		a := l.s.Snapshot().Attempts
		if len(a) != 2 || a[0].Count != 2 || a[0].MAC.String() != "000D.28D7.7222" || a[0].Model != "Telecaster 7940" || a[0].Addr != phoneAddr ||
			!a[0].At.Equal(time.Now()) || a[1].Model != "ATA" {
			t.Errorf("%+v", a)
		}
		// A phone that is configured at last is no longer remembered.
		cfg.Ephones = append(slices.Clone(cfg.Ephones), phones.Ephone{Tag: 7, MAC: mac("000D.28D7.7222")})
		l.apply(cfg)
		p.enrol("SEP000D28D77222", 8, 11)
		if a := l.s.Snapshot().Attempts; len(a) != 1 {
			t.Errorf("%+v", a)
		}
		l.s.ClearAttempts()
		if a := l.s.Snapshot().Attempts; len(a) != 0 {
			t.Errorf("%+v", a)
		}
		for i := range maxAttempts + 5 {
			p := l.dial()
			p.send(registerReq(fmt.Sprintf("SEP%012X", 0xAA0000+i), 8, 11))
			want[*wire.RegisterReject](p)
			p.nc.Close()
		}
		if a := l.s.Snapshot().Attempts; len(a) != maxAttempts || a[0].Device != "SEP000000AA0005" {
			t.Errorf("%d attempts, first %+v", len(a), a[0])
		}
	})
}

// auto-reg-ephone and auto assign (CME command reference).
func TestAutoRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Telephony.MaxEphones = 5
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{Tag: 5, Number: "2006", Paging: &phones.Paging{}}, phones.EphoneDN{Tag: 6, Number: "2007", Watch: true})
		l := newLab(t, cfg)
		p3 := l.register("SEP0000000000A3", 8, 11)
		l.wantHeard("register ephone-3")
		l.wantLog("%IPPHONE-6-REGISTER_NEW: ephone-3:SEP0000000000A3 IP:10.1.0.21 Socket:1 DeviceType:Phone has registered.")
		if e := l.ephone(3); !e.Auto || len(e.Spec.Lines) != 0 || e.Config.MAC != mac("0000.0000.00A3") {
			t.Errorf("%+v", e)
		}
		// Numbers are assigned when phones register the next time: those of the type
		// first, none that is on a phone already, none of a paging dn.
		cfg.Telephony.AutoAssign = []phones.AutoAssign{{First: 1, Last: 4}, {First: 5, Last: 6, Type: "7940"}}
		l.apply(cfg)
		l.register("SEP0000000000A4", 7, 11)
		p3.send(&wire.Unregister{})
		find[*wire.UnregisterAck](p3)
		p3.enrol("SEP0000000000A3", 8, 11)
		l.register("SEP0000000000A5", 8, 11)
		for tag, dn := range map[int]int{3: 6, 4: 3, 5: 4} {
			if e := l.ephone(tag); e.Spec.PrimaryDN().Tag != dn || !e.Auto {
				t.Errorf("ephone %d: %+v, want dn %d", tag, e.Spec, dn)
			}
		}
		p := l.dial()
		p.send(registerReq("SEP0000000000A6", 8, 11))
		want[*wire.RegisterReject](p)
		if a := l.s.Snapshot().Attempts; len(a) != 1 || a[0].Reason != "max-ephones reached" {
			t.Errorf("%+v", a)
		}
		l.x.heard()
		// Configured under its own tag a phone stays; under another it starts again.
		cfg.Ephones = append(slices.Clone(cfg.Ephones), phones.Ephone{Tag: 3}, phones.Ephone{Tag: 5, MAC: mac("0000.0000.00A4")})
		l.apply(cfg)
		if e := l.ephone(3); e.Auto || e.State != phones.EphoneRegistered || e.Config.MAC != mac("0000.0000.00A3") {
			t.Errorf("%+v", e)
		}
		told := strings.Split(l.x.heard(), ", ")
		slices.Sort(told)
		if !slices.Equal(told, []string{"unregister ephone-4", "unregister ephone-5"}) {
			t.Errorf("%q", told)
		}
		l.register("SEP0000000000A4", 7, 11)
		if e := l.ephone(5); e.Auto || e.State != phones.EphoneRegistered {
			t.Errorf("%+v", e)
		}
	})
}

func TestReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		first := l.register(ephone1, 7, 11)
		second := l.register(ephone1, 7, 11)
		l.wantHeard("register ephone-1, unregister ephone-1, register ephone-1")
		first.closed()
		if e := l.ephone(1); e.Socket != 2 || e.State != phones.EphoneRegistered {
			t.Errorf("%+v", e)
		}
		second.send(registerReq(ephone1, 7, 11)) // once more on the same connection
		find[*wire.CapabilitiesReq](second)
		l.wantHeard("unregister ephone-1, register ephone-1")
		// A View of an earlier registration is not shown.
		l.x.sink.Show(viewOf(phones.Spec{Session: 1}))
		if c := l.s.phone(1); c.latest().Spec != nil && c.latest().Spec.Session == 1 {
			t.Error("shown")
		}
		// The number of the connection that ended is free.
		l.register(ephone2, 30006, 8)
		if e := l.ephone(2); e.Socket != 1 {
			t.Errorf("%+v", e)
		}
	})
}

// Three keepalives are missed: the phone is DECEASED. It may be a half-open
// connection, of which nothing is ever heard.
func TestDeceased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[1].KeepAlive = 10 * time.Second
		l := newLab(t, cfg)
		p1, p2 := l.register(ephone1, 7, 11), l.register(ephone2, 30006, 8)
		for range 5 {
			time.Sleep(29 * time.Second)
			p1.send(&wire.KeepAlive{})
			find[*wire.KeepAliveAck](p1)
		}
		if e := l.ephone(2); e.State != phones.EphoneDeceased || e.Socket != -1 {
			t.Errorf("%+v", e)
		}
		p2.closed()
		time.Sleep(90 * time.Second)
		if e := l.ephone(1); e.State != phones.EphoneRegistered || e.KeepAlives != 5 {
			t.Errorf("%+v", e)
		}
		time.Sleep(4 * time.Second)
		if s := l.s.Snapshot(); s.Deceased != 2 || s.Sockets != 0 {
			t.Errorf("%+v", s)
		}
		l.wantHeard("register ephone-1, register ephone-2, unregister ephone-2, unregister ephone-1")
	})
}

// A phone that registers as another one on the same connection has left as the first.
func TestAnotherName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, guide())
		p := l.register(ephone1, 7, 11)
		p.send(registerReq(ephone2, 30006, 11))
		find[*wire.RegisterAck](p)
		l.wantHeard("register ephone-1, unregister ephone-1, register ephone-2")
		p.nc.Close()
		l.wantHeard("unregister ephone-2")
		if s := l.s.Snapshot(); s.Registered != 0 || s.Unregistered != 2 {
			t.Errorf("%+v", s)
		}
	})
}

// Extension Mobility: a phone wears its logout profile, or that of who is logged in.
func TestProfiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := guide()
		cfg.Ephones[0].LogoutProfile = 5
		cfg.LogoutProfiles = []phones.Profile{{Tag: 5, User: "nobody", Numbers: []phones.ProfileNumber{{Numbers: []string{"2004"}, Sep: phones.Normal}},
			SpeedDials: []phones.ProfileSpeedDial{{Tag: 1, Number: "911"}}}}
		var ann *phones.Profile
		l := newLab(t, cfg)
		l.s.o.User = func(d phones.Device) *phones.Profile {
			if d != (phones.Device{Kind: phones.EphoneDevice, Tag: 1}) {
				t.Errorf("%v", d)
			}
			return ann
		}
		p := l.register(ephone1, 7, 11)
		e := l.ephone(1)
		if e.Spec.PrimaryDN().Tag != 3 || e.User != "" || len(e.BLF) != 0 || len(e.Config.Buttons) != 3 {
			t.Errorf("%+v", e)
		}
		p.send(&wire.SpeedDialStatReq{Index: 1})
		if d := want[*wire.SpeedDialStat](p); d.Number != "911" {
			t.Errorf("%+v", d)
		}
		ann = &phones.Profile{Tag: 1, User: "ann", Numbers: []phones.ProfileNumber{{Numbers: []string{"9999"}, Sep: phones.Normal},
			{Numbers: []string{"2001", "2003"}, Sep: phones.Overlay}}, SpeedDials: []phones.ProfileSpeedDial{{Tag: 7, Number: "2003", BLF: true}}}
		p.send(&wire.Unregister{})
		find[*wire.UnregisterAck](p)
		p.enrol(ephone1, 7, 11)
		e = l.ephone(1)
		lines := []phones.SpecLine{{Button: 1, Sep: phones.Overlay, DNs: []phones.DNID{{Tag: 1}, {Tag: 2}}}}
		if fmt.Sprint(e.Spec.Lines) != fmt.Sprint(lines) || e.User != "ann" || len(e.BLF) != 1 || e.BLF[0].SubID == 0 {
			t.Errorf("%+v", e)
		}
	})
}
