package wire

// Types of calls in CallInfo.
const (
	CallInbound  uint32 = 1
	CallOutbound uint32 = 2
	CallForward  uint32 = 3
)

// Security of calls in CallInfo.
const (
	SecurityUnknown          uint32 = 0
	SecurityNotAuthenticated uint32 = 1
)

// CallDetails are the parties of a call, as both forms of CallInfo have them.
type CallDetails struct {
	Line, Ref                    uint32
	Type                         uint32 // CallInbound, …
	Calling, CallingName         string
	Called, CalledName           string
	Original, OriginalName       string // called first
	Redirecting, RedirectingName string // sent the call on last
	OriginalReason, LastReason   uint32 // of redirection
	CallingBox, CalledBox        string // voice mailboxes
	OriginalBox, RedirectingBox  string
	Instance                     uint32 // of the call on its line
	Security                     uint32 // SecurityNotAuthenticated, …
	Restriction                  uint32 // bits: names and numbers not to show
	AlternateCalling             string // this and the next two: CallInfoV2 from version 16 on
	HuntPilot, HuntPilotName     string
}

// CallInfo tells the phone who is calling whom; see NewCallInfo.
type CallInfo struct{ CallDetails }

func (*CallInfo) ID() uint32 { return IDCallInfo }

func (m *CallInfo) layout(f fields) fields {
	f = f.text(&m.CallingName, 40).text(&m.Calling, 24).text(&m.CalledName, 40).text(&m.Called, 24)
	f = f.u32s(&m.Line, &m.Ref, &m.Type)
	f = f.text(&m.OriginalName, 40).text(&m.Original, 24).text(&m.RedirectingName, 40).text(&m.Redirecting, 24)
	f = f.u32s(&m.OriginalReason, &m.LastReason)
	f = f.text(&m.CallingBox, 24).text(&m.CalledBox, 24).text(&m.OriginalBox, 24).text(&m.RedirectingBox, 24)
	return f.u32s(&m.Instance, &m.Security, &m.Restriction)
}

// CallInfoV2 is CallInfo with names of up to 120 bytes. It has 12 strings, and 15
// from protocol version 16 on.
type CallInfoV2 struct{ CallDetails }

func (*CallInfoV2) ID() uint32 { return IDCallInfoV2 }

func (m *CallInfoV2) layout(f fields) fields {
	f = f.u32s(&m.Line, &m.Ref, &m.Type, &m.OriginalReason, &m.LastReason, &m.Instance, &m.Security, &m.Restriction)
	f = f.tail(&m.Calling, 25)
	if f.inUse >= 16 {
		f = f.tail(&m.AlternateCalling, 25)
	}
	f = f.tail(&m.Called, 25).tail(&m.Original, 25).tail(&m.Redirecting, 25)
	f = f.tail(&m.CallingBox, 25).tail(&m.CalledBox, 25).tail(&m.OriginalBox, 25).tail(&m.RedirectingBox, 25)
	f = f.tail(&m.CallingName, 121).tail(&m.CalledName, 121).tail(&m.OriginalName, 121).tail(&m.RedirectingName, 121)
	if f.inUse >= 16 {
		f = f.tail(&m.HuntPilot, 25).tail(&m.HuntPilotName, 121)
	}
	return f
}

// NewCallInfo is CallInfoV2 from protocol version 8 on.
func NewCallInfo(inUse int, d CallDetails) Message {
	if inUse >= dynamicVersion {
		return &CallInfoV2{d}
	}
	return &CallInfo{d}
}

// DialedNumber is the number that was dialled, for the list of placed calls.
type DialedNumber struct {
	Number    string
	Line, Ref uint32
}

func (*DialedNumber) ID() uint32 { return IDDialedNumber }

func (m *DialedNumber) layout(f fields) fields { return f.number(&m.Number).u32s(&m.Line, &m.Ref) }
