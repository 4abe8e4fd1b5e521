package wire

// DisplayText is a text of phones with no prompt line.
type DisplayText struct{ Text string }

func (*DisplayText) ID() uint32 { return IDDisplayText }

func (m *DisplayText) layout(f fields) fields { return f.text(&m.Text, 32) }

// ClearDisplay takes DisplayText away.
type ClearDisplay struct{}

func (*ClearDisplay) ID() uint32 { return IDClearDisplay }

func (*ClearDisplay) layout(f fields) fields { return f }

// DisplayPromptStatus is the text in the prompt line; see NewPromptStatus.
type DisplayPromptStatus struct {
	Timeout   uint32 // seconds, 0: until the next
	Text      string
	Line, Ref uint32
}

func (*DisplayPromptStatus) ID() uint32 { return IDDisplayPromptStatus }

func (m *DisplayPromptStatus) layout(f fields) fields {
	return f.u32(&m.Timeout).text(&m.Text, 32).u32s(&m.Line, &m.Ref)
}

// DisplayPromptStatusV2 is DisplayPromptStatus with a text of up to 96 bytes.
type DisplayPromptStatusV2 struct {
	Timeout, Line, Ref uint32
	Text               string
}

func (*DisplayPromptStatusV2) ID() uint32 { return IDDisplayPromptStatusV2 }

func (m *DisplayPromptStatusV2) layout(f fields) fields {
	return f.u32s(&m.Timeout, &m.Line, &m.Ref).tail(&m.Text, 97)
}

// NewPromptStatus is DisplayPromptStatusV2 from protocol version 8 on. timeout is
// in seconds, 0 until the next; line and ref name a call, 0 the idle phone.
func NewPromptStatus(inUse int, text string, timeout, line, ref uint32) Message {
	if inUse >= dynamicVersion {
		return &DisplayPromptStatusV2{Timeout: timeout, Line: line, Ref: ref, Text: text}
	}
	return &DisplayPromptStatus{Timeout: timeout, Line: line, Ref: ref, Text: text}
}

// ClearPromptStatus takes the prompt of a call away.
type ClearPromptStatus struct{ Line, Ref uint32 }

func (*ClearPromptStatus) ID() uint32 { return IDClearPromptStatus }

func (m *ClearPromptStatus) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref) }

// DisplayNotify is a text that covers the prompt line; see NewNotify.
type DisplayNotify struct {
	Timeout uint32 // seconds
	Text    string
}

func (*DisplayNotify) ID() uint32 { return IDDisplayNotify }

func (m *DisplayNotify) layout(f fields) fields { return f.u32(&m.Timeout).text(&m.Text, 32) }

// DisplayNotifyV2 is DisplayNotify with a text of up to 96 bytes.
type DisplayNotifyV2 struct {
	Timeout uint32
	Text    string
}

func (*DisplayNotifyV2) ID() uint32 { return IDDisplayNotifyV2 }

func (m *DisplayNotifyV2) layout(f fields) fields { return f.u32(&m.Timeout).tail(&m.Text, 97) }

// NewNotify is DisplayNotifyV2 from protocol version 8 on. timeout is in seconds.
func NewNotify(inUse int, text string, timeout uint32) Message {
	if inUse >= dynamicVersion {
		return &DisplayNotifyV2{Timeout: timeout, Text: text}
	}
	return &DisplayNotify{Timeout: timeout, Text: text}
}

// ClearNotify takes DisplayNotify away.
type ClearNotify struct{}

func (*ClearNotify) ID() uint32 { return IDClearNotify }

func (*ClearNotify) layout(f fields) fields { return f }

// DisplayPriNotify is DisplayNotify with a priority; see NewPriNotify.
type DisplayPriNotify struct {
	Timeout  uint32 // seconds
	Priority uint32
	Text     string
}

func (*DisplayPriNotify) ID() uint32 { return IDDisplayPriNotify }

func (m *DisplayPriNotify) layout(f fields) fields {
	return f.u32s(&m.Timeout, &m.Priority).text(&m.Text, 32)
}

// DisplayPriNotifyV2 is DisplayPriNotify with a text of up to 96 bytes.
type DisplayPriNotifyV2 struct {
	Timeout, Priority uint32
	Text              string
}

func (*DisplayPriNotifyV2) ID() uint32 { return IDDisplayPriNotifyV2 }

func (m *DisplayPriNotifyV2) layout(f fields) fields {
	return f.u32s(&m.Timeout, &m.Priority).tail(&m.Text, 97)
}

// NewPriNotify is DisplayPriNotifyV2 from protocol version 8 on. timeout is in seconds.
func NewPriNotify(inUse int, text string, timeout, priority uint32) Message {
	if inUse >= dynamicVersion {
		return &DisplayPriNotifyV2{Timeout: timeout, Priority: priority, Text: text}
	}
	return &DisplayPriNotify{Timeout: timeout, Priority: priority, Text: text}
}

// ClearPriNotify takes DisplayPriNotify away.
type ClearPriNotify struct{ Priority uint32 }

func (*ClearPriNotify) ID() uint32 { return IDClearPriNotify }

func (m *ClearPriNotify) layout(f fields) fields { return f.u32(&m.Priority) }
