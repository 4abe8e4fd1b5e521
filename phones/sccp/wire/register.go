package wire

import "net/netip"

// RegisterReq announces a phone. A Load, a ConfigStamp or an IPv6 address make the
// frame the long one of newer phones; otherwise it ends after IPv4Scope.
type RegisterReq struct {
	Name                              string // "SEP" and the MAC address, 12 hexadecimal digits
	User, Instance                    uint32
	Addr                              netip.Addr // IPv4
	Type                              uint32     // device type, see Device7960
	MaxStreams, ActiveStreams         uint32     // RTP
	Version                           uint8      // highest protocol version of the phone
	Features                          Features
	MaxConferences, ActiveConferences uint32
	MAC                               [12]byte // 6 bytes, or 12 hexadecimal digits on some models
	IPv4Scope, MaxLines               uint32
	IPv6                              netip.Addr
	IPv6Scope                         uint32
	Load, ConfigStamp                 string // firmware load; configuration version
}

func (*RegisterReq) ID() uint32 { return IDRegisterReq }

func (m *RegisterReq) layout(f fields) fields {
	f = f.text(&m.Name, 16).u32s(&m.User, &m.Instance).ip4(&m.Addr).u32s(&m.Type, &m.MaxStreams, &m.ActiveStreams)
	f = f.u8(&m.Version).raw(m.Features[:]).u32s(&m.MaxConferences, &m.ActiveConferences).raw(m.MAC[:]).u32(&m.IPv4Scope)
	if f.writing && m.MaxLines == 0 && !m.IPv6.IsValid() && m.IPv6Scope == 0 && m.Load == "" && m.ConfigStamp == "" {
		return f
	}
	return f.u32(&m.MaxLines).ip6(&m.IPv6).u32(&m.IPv6Scope).text(&m.Load, 32).text(&m.ConfigStamp, 48)
}

// Features are the three bytes after a protocol version.
type Features [3]byte

// What a phone can do. The bits are not to be trusted alone: see NewFeatureStat.
func (f Features) UTF8() bool            { return f[1]&0x10 != 0 }
func (f Features) Dynamic() bool         { return f[2]&0x01 != 0 } // messages with strings of any length
func (f Features) RFC2833() bool         { return f[2]&0x04 != 0 }
func (f Features) AbbreviatedDial() bool { return f[2]&0x80 != 0 }

// RegisterAck puts a phone in service.
type RegisterAck struct {
	KeepAlive    uint32 // seconds
	DateTemplate string // "M/D/Y", "D/M/Y", …; "A" behind it: 12-hour clock
	Secondary    uint32 // seconds, keepalive towards the next server
	Version      uint8  // protocol version in use
	Features     Features
}

func (*RegisterAck) ID() uint32 { return IDRegisterAck }

func (m *RegisterAck) layout(f fields) fields {
	return f.u32(&m.KeepAlive).name(&m.DateTemplate, 6).pad(2).u32(&m.Secondary).u8(&m.Version).raw(m.Features[:])
}

// NewRegisterAck has the features that go with the protocol version inUse.
func NewRegisterAck(inUse int, keepalive, secondary uint32, dateTemplate string) *RegisterAck {
	m := &RegisterAck{KeepAlive: keepalive, Secondary: secondary, DateTemplate: dateTemplate, Version: uint8(inUse)}
	switch {
	case inUse >= 11:
		m.Features = Features{0x20, 0xF1, 0xFF}
	case inUse >= 4:
		m.Features = Features{0x20, 0xF1, 0xFE}
	}
	return m
}

// RegisterReject refuses a phone; it shows the text.
type RegisterReject struct{ Text string }

func (*RegisterReject) ID() uint32 { return IDRegisterReject }

func (m *RegisterReject) layout(f fields) fields { return f.text(&m.Text, 32) }

// RegisterTokenReq asks a server of higher priority whether the phone, registered
// with another one, may come.
type RegisterTokenReq struct {
	Name           string
	User, Instance uint32
	Addr           netip.Addr // IPv4
	Type           uint32
	IPv6           netip.Addr
	Reserved       uint32
}

func (*RegisterTokenReq) ID() uint32 { return IDRegisterTokenReq }

func (m *RegisterTokenReq) layout(f fields) fields {
	return f.text(&m.Name, 16).u32s(&m.User, &m.Instance).ip4(&m.Addr).u32(&m.Type).ip6(&m.IPv6).u32(&m.Reserved)
}

// RegisterTokenAck lets the phone come.
type RegisterTokenAck struct{}

func (*RegisterTokenAck) ID() uint32 { return IDRegisterTokenAck }

func (*RegisterTokenAck) layout(f fields) fields { return f }

// RegisterTokenReject tells the phone to ask again later.
type RegisterTokenReject struct{ Wait uint32 } // seconds

func (*RegisterTokenReject) ID() uint32 { return IDRegisterTokenReject }

func (m *RegisterTokenReject) layout(f fields) fields { return f.u32(&m.Wait) }

// SPCPRegisterTokenReq is the question of phones of the SPA and 500 series.
type SPCPRegisterTokenReq struct {
	Name           string
	User, Instance uint32
	Addr           netip.Addr // IPv4
	Type           uint32
	MaxStreams     uint32
}

func (*SPCPRegisterTokenReq) ID() uint32 { return IDSPCPRegisterTokenReq }

func (m *SPCPRegisterTokenReq) layout(f fields) fields {
	return f.text(&m.Name, 16).u32s(&m.User, &m.Instance).ip4(&m.Addr).u32s(&m.Type, &m.MaxStreams)
}

// SPCPRegisterTokenAck lets such a phone come.
type SPCPRegisterTokenAck struct{ Features uint32 }

func (*SPCPRegisterTokenAck) ID() uint32 { return IDSPCPRegisterTokenAck }

func (m *SPCPRegisterTokenAck) layout(f fields) fields { return f.u32(&m.Features) }

// SPCPRegisterTokenReject refuses it.
type SPCPRegisterTokenReject struct{ Features uint32 }

func (*SPCPRegisterTokenReject) ID() uint32 { return IDSPCPRegisterTokenReject }

func (m *SPCPRegisterTokenReject) layout(f fields) fields { return f.u32(&m.Features) }

// Unregister takes a phone out of service.
type Unregister struct{ Reason uint32 } // 0 not known, 1 power save

func (*Unregister) ID() uint32 { return IDUnregister }

func (m *Unregister) layout(f fields) fields { return f.u32(&m.Reason) }

// Statuses of UnregisterAck.
const (
	UnregisterOK    uint32 = 0
	UnregisterError uint32 = 1
	UnregisterNAK   uint32 = 2 // a call is up
)

// UnregisterAck answers Unregister.
type UnregisterAck struct{ Status uint32 }

func (*UnregisterAck) ID() uint32 { return IDUnregisterAck }

func (m *UnregisterAck) layout(f fields) fields { return f.u32(&m.Status) }

// Kinds of Reset.
const (
	ResetReset       uint32 = 1 // start again, with DHCP and TFTP
	ResetRestart     uint32 = 2 // register again
	ResetApplyConfig uint32 = 3
)

// Reset tells a phone to start again.
type Reset struct{ Kind uint32 }

func (*Reset) ID() uint32 { return IDReset }

func (m *Reset) layout(f fields) fields { return f.u32(&m.Kind) }

// KeepAlive says that the phone is there; some phones send it before RegisterReq.
type KeepAlive struct{}

func (*KeepAlive) ID() uint32 { return IDKeepAlive }

func (*KeepAlive) layout(f fields) fields { return f }

// KeepAliveAck answers KeepAlive.
type KeepAliveAck struct{}

func (*KeepAliveAck) ID() uint32 { return IDKeepAliveAck }

func (*KeepAliveAck) layout(f fields) fields { return f }

// IpPort is the RTP port of old phones.
type IpPort struct{ Port uint32 }

func (*IpPort) ID() uint32 { return IDIpPort }

func (m *IpPort) layout(f fields) fields { return f.u32(&m.Port) }

// Severities of Alarm.
const (
	AlarmCritical      uint32 = 0
	AlarmWarning       uint32 = 1
	AlarmInformational uint32 = 2
	AlarmUnknown       uint32 = 4
	AlarmMajor         uint32 = 7
	AlarmMinor         uint32 = 8
	AlarmMarginal      uint32 = 10
	AlarmTrace         uint32 = 20
)

// Alarm says why the phone starts: "23: Name=SEP… Load=… Last=Reset-Restart". It
// comes before RegisterReq and has no answer.
type Alarm struct {
	Severity uint32
	Text     string
	P1, P2   uint32
}

func (*Alarm) ID() uint32 { return IDAlarm }

func (m *Alarm) layout(f fields) fields {
	return f.u32(&m.Severity).text(&m.Text, 80).u32s(&m.P1, &m.P2)
}

// XMLAlarm is the alarm of newer phones.
type XMLAlarm struct{ Text string }

func (*XMLAlarm) ID() uint32 { return IDXMLAlarm }

func (m *XMLAlarm) layout(f fields) fields { return f.tail(&m.Text, 2048) }

// RegisterAvailableLines says how many line buttons the phone has; no answer.
type RegisterAvailableLines struct{ Lines uint32 }

func (*RegisterAvailableLines) ID() uint32 { return IDRegisterAvailableLines }

func (m *RegisterAvailableLines) layout(f fields) fields { return f.u32(&m.Lines) }

// ExtensionDeviceCaps is the report of a sidecar.
type ExtensionDeviceCaps struct {
	Instance, Type, MaxAllowed uint32
	Reserved                   [6]uint32
	Text                       string
}

func (*ExtensionDeviceCaps) ID() uint32 { return IDExtensionDeviceCaps }

func (m *ExtensionDeviceCaps) layout(f fields) fields {
	f = f.u32s(&m.Instance, &m.Type, &m.MaxAllowed)
	for i := range m.Reserved {
		f = f.u32(&m.Reserved[i])
	}
	return f.text(&m.Text, 128)
}
