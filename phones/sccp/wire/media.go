package wire

import "net/netip"

// Crypto is the key of a media stream; zero is not encrypted.
type Crypto struct {
	Algorithm       uint32
	KeyLen, SaltLen uint16
	Key, Salt       [16]byte
	MKI, Derivation uint32
}

func (c *Crypto) layout(f fields) fields {
	return f.u32(&c.Algorithm).u16(&c.KeyLen).u16(&c.SaltLen).raw(c.Key[:]).raw(c.Salt[:]).u32s(&c.MKI, &c.Derivation)
}

// Stream are the fields behind the key. CallManager 4 ends its messages before MKI;
// later servers send all of this at every protocol version.
type Stream struct {
	ID, Associated uint32
	DTMFPayload    uint32 // RTP payload type of RFC 2833, 101
	DTMFType       uint32 // 10: RFC 2833
	Mixing         uint32
	Direction      uint32
}

func (s *Stream) layout(f fields) fields {
	return f.u32s(&s.ID, &s.Associated, &s.DTMFPayload, &s.DTMFType, &s.Mixing, &s.Direction)
}

// latentCaps is the length of what follows from protocol version 20 on: modem
// relay, which has no use here.
const latentCaps = 36

// OpenReceiveChannel tells a phone to be ready to receive audio. It answers
// OpenReceiveChannelAck.
type OpenReceiveChannel struct {
	Conference, Party uint32
	Milliseconds      uint32 // of one packet, 20
	Codec             uint32
	EchoCancel        uint32
	G723Rate          uint32
	Ref               uint32
	Crypto            Crypto
	Stream            Stream
	Source            netip.Addr // where it will come from, if known
	SourcePort        uint32
	AddressFamily     uint32 // wanted: 0 IPv4, 1 IPv6; from version 16 on
	AudioLevel        uint32 // from version 17 on
}

func (*OpenReceiveChannel) ID() uint32 { return IDOpenReceiveChannel }

func (m *OpenReceiveChannel) layout(f fields) fields {
	f = f.u32s(&m.Conference, &m.Party, &m.Milliseconds, &m.Codec, &m.EchoCancel, &m.G723Rate, &m.Ref)
	f = m.Stream.layout(m.Crypto.layout(f)).addr(&m.Source).u32(&m.SourcePort)
	if f.inUse >= 16 {
		f = f.u32(&m.AddressFamily)
	}
	if f.inUse >= 17 {
		f = f.u32(&m.AudioLevel)
	}
	if f.inUse >= 20 {
		f = f.pad(latentCaps)
	}
	return f
}

// MediaOK is the Status of a media answer without an error.
const MediaOK uint32 = 0

// OpenReceiveChannelAck says where the phone receives audio.
type OpenReceiveChannelAck struct {
	Status     uint32
	Addr       netip.Addr
	Port       uint32
	Party, Ref uint32 // Ref is 0 on phones below version 5
}

func (*OpenReceiveChannelAck) ID() uint32 { return IDOpenReceiveChannelAck }

func (m *OpenReceiveChannelAck) layout(f fields) fields {
	f = f.addressForm(20)
	return f.u32(&m.Status).addr(&m.Addr).u32s(&m.Port, &m.Party, &m.Ref)
}

// CloseReceiveChannel ends OpenReceiveChannel.
type CloseReceiveChannel struct {
	Conference, Party, Ref uint32
	KeepPort               uint32 // 0 or 1
}

func (*CloseReceiveChannel) ID() uint32 { return IDCloseReceiveChannel }

func (m *CloseReceiveChannel) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party, &m.Ref, &m.KeepPort)
}

// StartMediaTransmission tells a phone to send audio.
type StartMediaTransmission struct {
	Conference, Party uint32
	Addr              netip.Addr
	Port              uint32
	Milliseconds      uint32 // of one packet, 20
	Codec             uint32
	Precedence        uint32 // DSCP byte, 0xB8
	SilenceSuppress   uint32
	MaxFrames         uint16
	G723Rate          uint32
	Ref               uint32
	Crypto            Crypto
	Stream            Stream
}

func (*StartMediaTransmission) ID() uint32 { return IDStartMediaTransmission }

func (m *StartMediaTransmission) layout(f fields) fields {
	f = f.u32s(&m.Conference, &m.Party).addr(&m.Addr)
	f = f.u32s(&m.Port, &m.Milliseconds, &m.Codec, &m.Precedence, &m.SilenceSuppress).u16(&m.MaxFrames).pad(2)
	f = m.Stream.layout(m.Crypto.layout(f.u32s(&m.G723Rate, &m.Ref)))
	if f.inUse >= 20 {
		f = f.pad(latentCaps)
	}
	return f
}

// StartMediaTransmissionAck is sent by newer phones only.
type StartMediaTransmissionAck struct {
	Conference, Party, Ref uint32
	Addr                   netip.Addr
	Port                   uint32
	Status                 uint32
}

func (*StartMediaTransmissionAck) ID() uint32 { return IDStartMediaTransmissionAck }

func (m *StartMediaTransmissionAck) layout(f fields) fields {
	f = f.addressForm(24)
	return f.u32s(&m.Conference, &m.Party, &m.Ref).addr(&m.Addr).u32s(&m.Port, &m.Status)
}

// StopMediaTransmission ends StartMediaTransmission.
type StopMediaTransmission struct {
	Conference, Party, Ref uint32
	KeepPort               uint32 // 0 or 1
}

func (*StopMediaTransmission) ID() uint32 { return IDStopMediaTransmission }

func (m *StopMediaTransmission) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party, &m.Ref, &m.KeepPort)
}

// MediaTransmissionFailure says that sending failed.
type MediaTransmissionFailure struct {
	Conference, Party uint32
	Addr              netip.Addr
	Port              uint32
	Ref               uint32
}

func (*MediaTransmissionFailure) ID() uint32 { return IDMediaTransmissionFailure }

func (m *MediaTransmissionFailure) layout(f fields) fields {
	f = f.addressForm(20)
	return f.u32s(&m.Conference, &m.Party).addr(&m.Addr).u32s(&m.Port, &m.Ref)
}

// addressForm decides which form of an address a phone's message has. It is seen
// by the length of the message, since phones do not all keep to the version: the
// older form is short bytes long, the newer one 16 more.
func (f fields) addressForm(short int) fields {
	switch {
	case f.writing:
	case len(f.buf) >= short+16:
		f.inUse = max(f.inUse, 17)
	default:
		f.inUse = min(f.inUse, 16)
	}
	return f
}

// StartMulticastMediaReception tells a phone to listen to a group (paging).
type StartMulticastMediaReception struct {
	Conference, Party uint32
	Group             netip.Addr
	Port              uint32
	Milliseconds      uint32
	Codec             uint32
	EchoCancel        uint32
	G723Rate          uint32
	Ref               uint32
}

func (*StartMulticastMediaReception) ID() uint32 { return IDStartMulticastMediaReception }

func (m *StartMulticastMediaReception) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party).addr(&m.Group).
		u32s(&m.Port, &m.Milliseconds, &m.Codec, &m.EchoCancel, &m.G723Rate, &m.Ref)
}

// MulticastMediaReceptionAck answers it.
type MulticastMediaReceptionAck struct{ Status, Party, Ref uint32 }

func (*MulticastMediaReceptionAck) ID() uint32 { return IDMulticastMediaReceptionAck }

func (m *MulticastMediaReceptionAck) layout(f fields) fields {
	return f.u32s(&m.Status, &m.Party, &m.Ref)
}

// StopMulticastMediaReception ends it.
type StopMulticastMediaReception struct{ Conference, Party, Ref uint32 }

func (*StopMulticastMediaReception) ID() uint32 { return IDStopMulticastMediaReception }

func (m *StopMulticastMediaReception) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party, &m.Ref)
}

// StartMulticastMediaTransmission tells a phone to send to a group (paging).
type StartMulticastMediaTransmission struct {
	Conference, Party uint32
	Group             netip.Addr
	Port              uint32
	Milliseconds      uint32
	Codec             uint32
	Precedence        uint32
	SilenceSuppress   uint32
	MaxFrames         uint16
	G723Rate          uint32
	Ref               uint32
}

func (*StartMulticastMediaTransmission) ID() uint32 { return IDStartMulticastMediaTransmission }

func (m *StartMulticastMediaTransmission) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party).addr(&m.Group).
		u32s(&m.Port, &m.Milliseconds, &m.Codec, &m.Precedence, &m.SilenceSuppress).u16(&m.MaxFrames).pad(2).
		u32s(&m.G723Rate, &m.Ref)
}

// StopMulticastMediaTransmission ends it.
type StopMulticastMediaTransmission struct{ Conference, Party, Ref uint32 }

func (*StopMulticastMediaTransmission) ID() uint32 { return IDStopMulticastMediaTransmission }

func (m *StopMulticastMediaTransmission) layout(f fields) fields {
	return f.u32s(&m.Conference, &m.Party, &m.Ref)
}

// MediaPathEvent says that handset, headset or speaker was switched.
type MediaPathEvent struct{ Path, Event uint32 }

func (*MediaPathEvent) ID() uint32 { return IDMediaPathEvent }

func (m *MediaPathEvent) layout(f fields) fields { return f.u32s(&m.Path, &m.Event) }

// MediaPathCapability says which of them there are.
type MediaPathCapability struct{ Path, Capabilities uint32 }

func (*MediaPathCapability) ID() uint32 { return IDMediaPathCapability }

func (m *MediaPathCapability) layout(f fields) fields { return f.u32s(&m.Path, &m.Capabilities) }
