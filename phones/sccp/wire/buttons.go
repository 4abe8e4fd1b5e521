package wire

// Types of buttons. They are the stimuli of Stimulus and SetLamp, too.
const (
	ButtonUnused          uint32 = 0x00
	ButtonRedial          uint32 = 0x01 // last number
	ButtonSpeedDial       uint32 = 0x02
	ButtonHold            uint32 = 0x03
	ButtonTransfer        uint32 = 0x04
	ButtonForwardAll      uint32 = 0x05
	ButtonForwardBusy     uint32 = 0x06
	ButtonForwardNoAnswer uint32 = 0x07
	ButtonDisplay         uint32 = 0x08
	ButtonLine            uint32 = 0x09
	ButtonVoicemail       uint32 = 0x0F // as a lamp: message waiting
	ButtonAnswerRelease   uint32 = 0x10
	ButtonAutoAnswer      uint32 = 0x11
	ButtonSelect          uint32 = 0x12
	ButtonFeature         uint32 = 0x13 // privacy
	ButtonServiceURL      uint32 = 0x14
	ButtonBLFSpeedDial    uint32 = 0x15
	ButtonMaliciousCall   uint32 = 0x1B
	ButtonMultiBlink      uint32 = 0x26
	ButtonMeetMe          uint32 = 0x7B
	ButtonConference      uint32 = 0x7D
	ButtonCallPark        uint32 = 0x7E
	ButtonCallPickup      uint32 = 0x7F
	ButtonGroupPickup     uint32 = 0x80
	ButtonMobility        uint32 = 0x81
	ButtonDoNotDisturb    uint32 = 0x82
	ButtonConfList        uint32 = 0x83
	ButtonRemoveLast      uint32 = 0x84
	ButtonQRT             uint32 = 0x85
	ButtonCallBack        uint32 = 0x86
	ButtonOtherPickup     uint32 = 0x87
	ButtonVideoMode       uint32 = 0x88
	ButtonNewCall         uint32 = 0x89
	ButtonEndCall         uint32 = 0x8A
	ButtonHLog            uint32 = 0x8B
	ButtonMessages        uint32 = 0xC2 // this and the next three: fixed keys of the 7931
	ButtonDirectory       uint32 = 0xC3
	ButtonApplication     uint32 = 0xC5
	ButtonHeadset         uint32 = 0xC6
	ButtonUndefined       uint32 = 0xFF
)

// ButtonTemplateReq asks for the button template.
type ButtonTemplateReq struct{ Total uint32 }

func (*ButtonTemplateReq) ID() uint32 { return IDButtonTemplateReq }

func (m *ButtonTemplateReq) layout(f fields) fields { return f.u32(&m.Total) }

// Button is a physical key; its place in the template is its position on the phone.
type Button struct {
	Instance uint8 // counts the buttons of one type, from 1
	Type     uint8 // ButtonLine, …
}

// A template has 42 places, or 56 for a phone with two large sidecars.
const (
	templatePlaces     = 42
	templatePlacesMost = 56
)

// ButtonTemplateRes is the button template, at most 56 buttons.
type ButtonTemplateRes struct {
	Offset  uint32 // place of the first of Buttons
	Total   uint32 // buttons of the phone
	Buttons []Button
}

func (*ButtonTemplateRes) ID() uint32 { return IDButtonTemplateRes }

func (m *ButtonTemplateRes) layout(f fields) fields {
	n := count(m.Buttons, templatePlacesMost)
	f = f.u32s(&m.Offset, &n, &m.Total)
	if !f.writing {
		return list(f, &m.Buttons, n, templatePlacesMost, 2, (*Button).layout)
	}
	for i := range int(n) {
		f = m.Buttons[i].layout(f)
	}
	places := templatePlaces
	if n > templatePlaces {
		places = templatePlacesMost
	}
	none := Button{Type: uint8(ButtonUndefined)}
	for range places - int(n) {
		f = none.layout(f)
	}
	return f
}

func (b *Button) layout(f fields) fields { return f.u8(&b.Instance).u8(&b.Type) }

// NewButtonTemplate is the whole template of a phone.
func NewButtonTemplate(buttons []Button) *ButtonTemplateRes {
	return &ButtonTemplateRes{Total: count(buttons, templatePlacesMost), Buttons: buttons}
}

// LineStatReq asks for a line button.
type LineStatReq struct{ Line uint32 } // instance

func (*LineStatReq) ID() uint32 { return IDLineStatReq }

func (m *LineStatReq) layout(f fields) fields { return f.u32(&m.Line) }

// Display options of lines: which numbers the phone shows of a call.
const (
	LineShowOriginal    uint32 = 1 // originally dialled
	LineShowRedirected  uint32 = 2
	LineShowCalling     uint32 = 4
	LineShowCallingName uint32 = 8
	LineShowAll         uint32 = 15
)

// LineStat is a line button; see NewLineStat.
type LineStat struct {
	Line    uint32 // instance
	Number  string
	Name    string // fully qualified
	Label   string // beside the button
	Options uint32 // LineShowAll
}

func (*LineStat) ID() uint32 { return IDLineStat }

func (m *LineStat) layout(f fields) fields {
	return f.u32(&m.Line).text(&m.Number, 24).text(&m.Name, 40).text(&m.Label, 40).u32(&m.Options)
}

// LineStatV2 is LineStat with names of up to 120 bytes.
type LineStatV2 struct {
	Line, Options       uint32
	Number, Name, Label string
}

func (*LineStatV2) ID() uint32 { return IDLineStatV2 }

func (m *LineStatV2) layout(f fields) fields {
	return f.u32s(&m.Line, &m.Options).tail(&m.Number, 25).tail(&m.Name, 121).tail(&m.Label, 121)
}

// NewLineStat is LineStatV2 from protocol version 17 on.
func NewLineStat(inUse int, line uint32, number, name, label string) Message {
	if inUse >= longLinesVersion {
		return &LineStatV2{Line: line, Options: LineShowAll, Number: number, Name: name, Label: label}
	}
	return &LineStat{Line: line, Options: LineShowAll, Number: number, Name: name, Label: label}
}

// SpeedDialStatReq asks for a speed dial.
type SpeedDialStatReq struct{ Index uint32 } // instance

func (*SpeedDialStatReq) ID() uint32 { return IDSpeedDialStatReq }

func (m *SpeedDialStatReq) layout(f fields) fields { return f.u32(&m.Index) }

// SpeedDialStat is a speed dial; see NewSpeedDialStat.
type SpeedDialStat struct {
	Index         uint32
	Number, Label string
}

func (*SpeedDialStat) ID() uint32 { return IDSpeedDialStat }

func (m *SpeedDialStat) layout(f fields) fields {
	return f.u32(&m.Index).text(&m.Number, 24).text(&m.Label, 40)
}

// SpeedDialStatV2 is SpeedDialStat with a label of up to 120 bytes.
type SpeedDialStatV2 struct {
	Index         uint32
	Number, Label string
}

func (*SpeedDialStatV2) ID() uint32 { return IDSpeedDialStatV2 }

func (m *SpeedDialStatV2) layout(f fields) fields {
	return f.u32(&m.Index).tail(&m.Number, 25).tail(&m.Label, 121)
}

// NewSpeedDialStat is SpeedDialStatV2 from protocol version 17 on.
func NewSpeedDialStat(inUse int, index uint32, number, label string) Message {
	if inUse >= longLinesVersion {
		return &SpeedDialStatV2{Index: index, Number: number, Label: label}
	}
	return &SpeedDialStat{Index: index, Number: number, Label: label}
}

// ForwardStatReq asks how a line is forwarded.
type ForwardStatReq struct{ Line uint32 }

func (*ForwardStatReq) ID() uint32 { return IDForwardStatReq }

func (m *ForwardStatReq) layout(f fields) fields { return f.u32(&m.Line) }

// Forward is one kind of forwarding.
type Forward struct {
	Active uint32 // 0 or 1
	Number string
}

// ForwardStat is how a line is forwarded; see NewForwardStat.
type ForwardStat struct {
	Active              uint32 // any of them
	Line                uint32
	All, Busy, NoAnswer Forward
}

func (*ForwardStat) ID() uint32 { return IDForwardStat }

func (m *ForwardStat) layout(f fields) fields {
	f = f.u32s(&m.Active, &m.Line)
	for _, w := range [...]*Forward{&m.All, &m.Busy, &m.NoAnswer} {
		f = f.u32(&w.Active).number(&w.Number)
	}
	return f
}

// NewForwardStat takes numbers; "" is not forwarded.
func NewForwardStat(line uint32, all, busy, noAnswer string) *ForwardStat {
	m := &ForwardStat{Line: line, All: Forward{Number: all}, Busy: Forward{Number: busy}, NoAnswer: Forward{Number: noAnswer}}
	for _, w := range [...]*Forward{&m.All, &m.Busy, &m.NoAnswer} {
		if w.Number != "" {
			w.Active, m.Active = 1, 1
		}
	}
	return m
}

// ServiceURLStatReq asks for a service button.
type ServiceURLStatReq struct{ Index uint32 }

func (*ServiceURLStatReq) ID() uint32 { return IDServiceURLStatReq }

func (m *ServiceURLStatReq) layout(f fields) fields { return f.u32(&m.Index) }

// ServiceURLStat is a service button; see NewServiceURLStat.
type ServiceURLStat struct {
	Index      uint32
	URL, Label string
}

func (*ServiceURLStat) ID() uint32 { return IDServiceURLStat }

func (m *ServiceURLStat) layout(f fields) fields {
	return f.u32(&m.Index).text(&m.URL, 256).text(&m.Label, 40)
}

// ServiceURLStatV2 is ServiceURLStat with a label of up to 120 bytes.
type ServiceURLStatV2 struct {
	Index      uint32
	URL, Label string
}

func (*ServiceURLStatV2) ID() uint32 { return IDServiceURLStatV2 }

func (m *ServiceURLStatV2) layout(f fields) fields {
	return f.u32(&m.Index).tail(&m.URL, 256).tail(&m.Label, 121)
}

// NewServiceURLStat is ServiceURLStatV2 from protocol version 7 on.
func NewServiceURLStat(inUse int, index uint32, url, label string) Message {
	if inUse >= longURLVersion {
		return &ServiceURLStatV2{Index: index, URL: url, Label: label}
	}
	return &ServiceURLStat{Index: index, URL: url, Label: label}
}
