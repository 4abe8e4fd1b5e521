package wire

// Tones.
const (
	ToneSilence      uint32 = 0x00
	ToneInsideDial   uint32 = 0x21
	ToneOutsideDial  uint32 = 0x22
	ToneBusy         uint32 = 0x23
	ToneAlerting     uint32 = 0x24 // ringback
	ToneReorder      uint32 = 0x25
	ToneNoSuchNumber uint32 = 0x2B
	ToneCallWaiting  uint32 = 0x2D
	ToneConfirmation uint32 = 0x2E
	ToneZipZip       uint32 = 0x31
	ToneZip          uint32 = 0x32
	ToneBeepBonk     uint32 = 0x33
	ToneHold         uint32 = 0x35
	ToneNone         uint32 = 0x7F
)

// Directions of StartTone.
const (
	ToneToUser    uint32 = 0
	ToneToNetwork uint32 = 1
	ToneToAll     uint32 = 2
)

// StartTone plays a tone.
type StartTone struct {
	Tone      uint32
	Direction uint32
	Line, Ref uint32
}

func (*StartTone) ID() uint32 { return IDStartTone }

func (m *StartTone) layout(f fields) fields { return f.u32s(&m.Tone, &m.Direction, &m.Line, &m.Ref) }

// StopTone ends it.
type StopTone struct {
	Line, Ref uint32
	Tone      uint32 // from protocol version 11 on
}

func (*StopTone) ID() uint32 { return IDStopTone }

func (m *StopTone) layout(f fields) fields {
	f = f.u32s(&m.Line, &m.Ref)
	if f.inUse >= 11 {
		f = f.u32(&m.Tone)
	}
	return f
}

// Ring modes.
const (
	RingOff        uint32 = 1
	RingInside     uint32 = 2
	RingOutside    uint32 = 3
	RingFeature    uint32 = 4
	RingSilent     uint32 = 5 // flash only
	RingPrecedence uint32 = 6
)

// Durations of SetRinger.
const (
	RingNormal uint32 = 1
	RingSingle uint32 = 2
)

// SetRinger rings the phone.
type SetRinger struct {
	Mode      uint32
	Duration  uint32
	Line, Ref uint32
}

func (*SetRinger) ID() uint32 { return IDSetRinger }

func (m *SetRinger) layout(f fields) fields { return f.u32s(&m.Mode, &m.Duration, &m.Line, &m.Ref) }

// Lamp modes.
const (
	LampOff   uint32 = 1
	LampOn    uint32 = 2
	LampWink  uint32 = 3
	LampFlash uint32 = 4
	LampBlink uint32 = 5
)

// SetLamp sets the lamp of a button.
type SetLamp struct {
	Stimulus uint32 // button type
	Instance uint32 // with ButtonVoicemail: the line, 0 the phone's lamp
	Mode     uint32
}

func (*SetLamp) ID() uint32 { return IDSetLamp }

func (m *SetLamp) layout(f fields) fields { return f.u32s(&m.Stimulus, &m.Instance, &m.Mode) }

// Modes of speaker, microphone and headset.
const (
	SwitchOn  uint32 = 1
	SwitchOff uint32 = 2
)

// SetSpeakerMode switches the speaker.
type SetSpeakerMode struct{ Mode uint32 }

func (*SetSpeakerMode) ID() uint32 { return IDSetSpeakerMode }

func (m *SetSpeakerMode) layout(f fields) fields { return f.u32(&m.Mode) }

// SetMicroMode switches the microphone.
type SetMicroMode struct{ Mode uint32 }

func (*SetMicroMode) ID() uint32 { return IDSetMicroMode }

func (m *SetMicroMode) layout(f fields) fields { return f.u32(&m.Mode) }
