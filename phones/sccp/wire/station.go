package wire

import (
	"net/netip"
	"time"
)

// CapabilitiesReq asks for the codecs of a phone.
type CapabilitiesReq struct{}

func (*CapabilitiesReq) ID() uint32 { return IDCapabilitiesReq }

func (*CapabilitiesReq) layout(f fields) fields { return f }

// Codecs.
const (
	CodecG711A   uint32 = 2 // A-law, 64 kbit/s
	CodecG711U   uint32 = 4 // mu-law, 64 kbit/s
	CodecG722    uint32 = 6 // 64 kbit/s
	CodecG729    uint32 = 11
	CodecG729A   uint32 = 12
	CodecG729B   uint32 = 15
	CodecG729AB  uint32 = 16
	CodecGSM     uint32 = 18
	CodecWide256 uint32 = 25
	CodecILBC    uint32 = 86
	CodecRFC2833 uint32 = 257
)

// Capability is one codec of a phone.
type Capability struct {
	Codec     uint32
	MaxFrames uint32 // in a packet, ms
	Params    [8]byte
}

func (c *Capability) layout(f fields) fields {
	return f.u32s(&c.Codec, &c.MaxFrames).raw(c.Params[:])
}

// maxCapabilities is how many codecs fit in a message; so many places are sent,
// however few are used.
const maxCapabilities = 18

// CapabilitiesRes answers CapabilitiesReq; at most 18 codecs.
type CapabilitiesRes struct{ Audio []Capability }

func (*CapabilitiesRes) ID() uint32 { return IDCapabilitiesRes }

func (m *CapabilitiesRes) layout(f fields) fields {
	n := count(m.Audio, maxCapabilities)
	f = f.u32(&n)
	return list(f, &m.Audio, n, maxCapabilities, 16, (*Capability).layout)
}

// UpdateCapabilities is the answer of newer phones. What it says of video, data
// and conferences is not kept, and is written as none.
type UpdateCapabilities struct{ Audio []Capability }

func (*UpdateCapabilities) ID() uint32 { return IDUpdateCapabilities }

func (m *UpdateCapabilities) layout(f fields) fields { return updated(f, &m.Audio, 1240) }

// UpdateCapabilitiesV2 is the same with larger video entries.
type UpdateCapabilitiesV2 struct{ Audio []Capability }

func (*UpdateCapabilitiesV2) ID() uint32 { return IDUpdateCapabilitiesV2 }

func (m *UpdateCapabilitiesV2) layout(f fields) fields { return updated(f, &m.Audio, 1400) }

// UpdateCapabilitiesV3 is the same with still larger ones.
type UpdateCapabilitiesV3 struct{ Audio []Capability }

func (*UpdateCapabilitiesV3) ID() uint32 { return IDUpdateCapabilitiesV3 }

func (m *UpdateCapabilitiesV3) layout(f fields) fields { return updated(f, &m.Audio, 1780) }

// updated is the common part of the three: five counts, picture formats and
// conference resources, audio, then more bytes of video and data.
func updated(f fields, audio *[]Capability, more int) fields {
	n := count(*audio, maxCapabilities)
	f = f.u32(&n).pad(4*4 + 6*20 + 172)
	return list(f, audio, n, maxCapabilities, 16, (*Capability).layout).pad(more)
}

// HeadsetStatus tells that the headset key was pressed: SwitchOn or SwitchOff.
type HeadsetStatus struct{ Mode uint32 }

func (*HeadsetStatus) ID() uint32 { return IDHeadsetStatus }

func (m *HeadsetStatus) layout(f fields) fields { return f.u32(&m.Mode) }

// MediaResourceNotification is the number of streams of a gateway.
type MediaResourceNotification struct{ Type, InService, MaxPerConference, OutOfService uint32 }

func (*MediaResourceNotification) ID() uint32 { return IDMediaResourceNotification }

func (m *MediaResourceNotification) layout(f fields) fields {
	return f.u32s(&m.Type, &m.InService, &m.MaxPerConference, &m.OutOfService)
}

// ServerReq asks for the servers.
type ServerReq struct{}

func (*ServerReq) ID() uint32 { return IDServerReq }

func (*ServerReq) layout(f fields) fields { return f }

// Server is one server.
type Server struct {
	Name string
	Port uint32
	Addr netip.Addr
}

// ServerRes answers ServerReq.
type ServerRes struct{ Servers [5]Server }

func (*ServerRes) ID() uint32 { return IDServerRes }

func (m *ServerRes) layout(f fields) fields {
	if !f.writing { // which of the two forms it is shows in the length
		f.inUse = 0
		if len(f.buf) > 288 {
			f.inUse = 17
		}
	}
	for i := range m.Servers {
		f = f.text(&m.Servers[i].Name, 48)
	}
	for i := range m.Servers {
		f = f.u32(&m.Servers[i].Port)
	}
	for i := range m.Servers {
		f = f.addr(&m.Servers[i].Addr)
	}
	return f
}

// VersionReq asks which firmware load the phone is to have.
type VersionReq struct{}

func (*VersionReq) ID() uint32 { return IDVersionReq }

func (*VersionReq) layout(f fields) fields { return f }

// Version answers VersionReq. A load other than its own makes the phone fetch it.
type Version struct{ Load string }

func (*Version) ID() uint32 { return IDVersion }

func (m *Version) layout(f fields) fields { return f.text(&m.Load, 16) }

// ConfigStatReq asks for ConfigStat.
type ConfigStatReq struct{}

func (*ConfigStatReq) ID() uint32 { return IDConfigStatReq }

func (*ConfigStatReq) layout(f fields) fields { return f }

// ConfigStat is a summary of a phone's configuration.
type ConfigStat struct {
	Name              string // device name
	User, Instance    uint32
	UserName, Server  string
	Lines, SpeedDials uint32
}

func (*ConfigStat) ID() uint32 { return IDConfigStat }

func (m *ConfigStat) layout(f fields) fields {
	return f.text(&m.Name, 16).u32s(&m.User, &m.Instance).text(&m.UserName, 40).text(&m.Server, 40).
		u32s(&m.Lines, &m.SpeedDials)
}

// ConfigStatV2 is ConfigStat with names of up to 120 bytes.
type ConfigStatV2 struct {
	Name              string
	User, Instance    uint32
	Lines, SpeedDials uint32
	UserName, Server  string
}

func (*ConfigStatV2) ID() uint32 { return IDConfigStatV2 }

func (m *ConfigStatV2) layout(f fields) fields {
	return f.text(&m.Name, 16).u32s(&m.User, &m.Instance, &m.Lines, &m.SpeedDials).tail(&m.UserName, 121).tail(&m.Server, 121)
}

// TimeDateReq asks for the time.
type TimeDateReq struct{}

func (*TimeDateReq) ID() uint32 { return IDTimeDateReq }

func (*TimeDateReq) layout(f fields) fields { return f }

// DefineTimeDate sets the clock of a phone; see NewDefineTimeDate.
type DefineTimeDate struct {
	Year, Month, Weekday, Day         uint32 // January is 1, Sunday is 0
	Hour, Minute, Second, Millisecond uint32
	Unix                              uint32 // seconds since 1970, UTC
}

func (*DefineTimeDate) ID() uint32 { return IDDefineTimeDate }

func (m *DefineTimeDate) layout(f fields) fields {
	return f.u32s(&m.Year, &m.Month, &m.Weekday, &m.Day, &m.Hour, &m.Minute, &m.Second, &m.Millisecond, &m.Unix)
}

// NewDefineTimeDate shows t in its own zone.
func NewDefineTimeDate(t time.Time) *DefineTimeDate {
	return &DefineTimeDate{
		Year: uint32(t.Year()), Month: uint32(t.Month()), Weekday: uint32(t.Weekday()), Day: uint32(t.Day()),
		Hour: uint32(t.Hour()), Minute: uint32(t.Minute()), Second: uint32(t.Second()),
		Millisecond: uint32(t.Nanosecond() / int(time.Millisecond)), Unix: uint32(t.Unix()),
	}
}
