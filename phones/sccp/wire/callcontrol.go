package wire

// OffHook: the handset was lifted, or the speaker or headset key pressed.
type OffHook struct{ Line, Ref uint32 } // 0, 0 on most phones

func (*OffHook) ID() uint32 { return IDOffHook }

func (m *OffHook) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref) }

// OnHook: the handset was put down.
type OnHook struct{ Line, Ref uint32 }

func (*OnHook) ID() uint32 { return IDOnHook }

func (m *OnHook) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref) }

// HookFlash: the hook was tapped (analog phones).
type HookFlash struct{ Line, Ref uint32 }

func (*HookFlash) ID() uint32 { return IDHookFlash }

func (m *HookFlash) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref) }

// OffHookWithCallingPartyNumber is OffHook of a gateway that knows who calls.
type OffHookWithCallingPartyNumber struct {
	Calling, Box string // Box: voice mailbox
	Line         uint32
}

func (*OffHookWithCallingPartyNumber) ID() uint32 { return IDOffHookWithCallingPartyNumber }

func (m *OffHookWithCallingPartyNumber) layout(f fields) fields {
	return f.number(&m.Calling).number(&m.Box).u32(&m.Line)
}

// KeypadButton is a digit: 0-9, 10-13 A-D, 14 "*", 15 "#", 16 "+"; see Digit.
type KeypadButton struct{ Button, Line, Ref uint32 }

func (*KeypadButton) ID() uint32 { return IDKeypadButton }

func (m *KeypadButton) layout(f fields) fields { return f.u32s(&m.Button, &m.Line, &m.Ref) }

const keypad = "0123456789ABCD*#+"

// Digit is the character of the button; false if there is none.
func (m *KeypadButton) Digit() (byte, bool) {
	if m.Button >= uint32(len(keypad)) {
		return 0, false
	}
	return keypad[m.Button], true
}

// KeypadFor is the Button of a character; false if there is none.
func KeypadFor(digit byte) (uint32, bool) {
	for i := range len(keypad) {
		if keypad[i] == digit {
			return uint32(i), true
		}
	}
	return 0, false
}

// EnblocCall dials a whole number.
type EnblocCall struct {
	Number string
	Line   uint32 // from protocol version 17 on
}

func (*EnblocCall) ID() uint32 { return IDEnblocCall }

// layout has the line behind 24 bytes in version 17. From 18 on there are 25 bytes
// and phones differ: the line follows at once (7970), or aligned (8945). The
// aligned place of the former holds zeros, so both can be read.
func (m *EnblocCall) layout(f fields) fields {
	if f.inUse < 18 {
		f = f.text(&m.Number, 24)
		if f.inUse == 17 {
			f = f.u32(&m.Line)
		}
		return f
	}
	packed := f.text(&m.Number, 25)
	f = packed.pad(3).u32(&m.Line)
	if !f.writing && m.Line == 0 {
		return packed.u32(&m.Line)
	}
	return f
}

// Stimulus is a button that was pressed.
type Stimulus struct {
	Stimulus uint32 // ButtonLine, ButtonSpeedDial, ButtonBLFSpeedDial, …
	Instance uint32
	Ref      uint32
	Status   uint32
}

func (*Stimulus) ID() uint32 { return IDStimulus }

func (m *Stimulus) layout(f fields) fields {
	return f.u32s(&m.Stimulus, &m.Instance, &m.Ref, &m.Status)
}

// States of calls.
const (
	StateOffHook         uint32 = 1
	StateOnHook          uint32 = 2
	StateRingOut         uint32 = 3
	StateRingIn          uint32 = 4
	StateConnected       uint32 = 5
	StateBusy            uint32 = 6
	StateCongestion      uint32 = 7
	StateHold            uint32 = 8
	StateCallWaiting     uint32 = 9
	StateTransfer        uint32 = 10
	StatePark            uint32 = 11
	StateProceed         uint32 = 12
	StateRemoteMultiline uint32 = 13 // in use by another phone
	StateInvalidNumber   uint32 = 14
	StateHoldRevert      uint32 = 15
	StateWhisper         uint32 = 16
	StateRemoteHold      uint32 = 17
)

// CallState is the state of a call; StateOnHook ends it. See NewCallState.
type CallState struct {
	State, Line, Ref uint32
	Privacy          uint32 // 0 none, 1 limited, 2 full
	Level, Domain    uint32 // precedence; 4, 0 is routine
}

func (*CallState) ID() uint32 { return IDCallState }

func (m *CallState) layout(f fields) fields {
	return f.u32s(&m.State, &m.Line, &m.Ref, &m.Privacy, &m.Level, &m.Domain)
}

// NewCallState has no privacy and routine precedence.
func NewCallState(state, line, ref uint32) *CallState {
	return &CallState{State: state, Line: line, Ref: ref, Level: 4}
}

// CallSelectStat is the answer to the Select key.
type CallSelectStat struct{ Status, Ref, Line uint32 }

func (*CallSelectStat) ID() uint32 { return IDCallSelectStat }

func (m *CallSelectStat) layout(f fields) fields { return f.u32s(&m.Status, &m.Ref, &m.Line) }

// Dispositions of CallHistoryInfo: the list that a call goes to.
const (
	HistoryIgnore   uint32 = 0
	HistoryPlaced   uint32 = 1
	HistoryReceived uint32 = 2
	HistoryMissed   uint32 = 3
)

// CallHistoryInfo says which list of the phone a call goes to.
type CallHistoryInfo struct{ Disposition, Line, Ref uint32 }

func (*CallHistoryInfo) ID() uint32 { return IDCallHistoryInfo }

func (m *CallHistoryInfo) layout(f fields) fields { return f.u32s(&m.Disposition, &m.Line, &m.Ref) }

// BackSpaceRes takes the last digit of a number being dialled away.
type BackSpaceRes struct{ Line, Ref uint32 }

func (*BackSpaceRes) ID() uint32 { return IDBackSpaceRes }

func (m *BackSpaceRes) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref) }

// ActivateCallPlane puts a line in the foreground.
type ActivateCallPlane struct{ Line uint32 }

func (*ActivateCallPlane) ID() uint32 { return IDActivateCallPlane }

func (m *ActivateCallPlane) layout(f fields) fields { return f.u32(&m.Line) }

// DeactivateCallPlane puts none in the foreground.
type DeactivateCallPlane struct{}

func (*DeactivateCallPlane) ID() uint32 { return IDDeactivateCallPlane }

func (*DeactivateCallPlane) layout(f fields) fields { return f }

// CallCountReq asks how many calls each line takes.
type CallCountReq struct{ Reserved uint32 }

func (*CallCountReq) ID() uint32 { return IDCallCountReq }

func (m *CallCountReq) layout(f fields) fields { return f.u32(&m.Reserved) }

// CallCount is how many calls a line takes, and after how many it is busy.
type CallCount struct{ Max, BusyTrigger uint16 }

func (c *CallCount) layout(f fields) fields { return f.u16(&c.Max).u16(&c.BusyTrigger) }

// CallCountResp answers CallCountReq; at most 42 lines.
type CallCountResp struct {
	Total uint32 // lines of the phone
	First uint32 // instance of the first of Lines
	Lines []CallCount
}

func (*CallCountResp) ID() uint32 { return IDCallCountResp }

func (m *CallCountResp) layout(f fields) fields {
	n := count(m.Lines, templatePlaces)
	f = f.u32s(&m.Total, &m.First, &n)
	return list(f, &m.Lines, n, templatePlaces, 4, (*CallCount).layout)
}
