package wire

// Events of soft keys: what a key does. They are not its place in the template.
const (
	EventRedial          uint32 = 1
	EventNewCall         uint32 = 2
	EventHold            uint32 = 3
	EventTransfer        uint32 = 4
	EventForwardAll      uint32 = 5
	EventForwardBusy     uint32 = 6
	EventForwardNoAnswer uint32 = 7
	EventBackspace       uint32 = 8
	EventEndCall         uint32 = 9
	EventResume          uint32 = 10
	EventAnswer          uint32 = 11
	EventInfo            uint32 = 12
	EventConference      uint32 = 13
	EventPark            uint32 = 14
	EventJoin            uint32 = 15
	EventMeetMe          uint32 = 16
	EventPickUp          uint32 = 17
	EventGroupPickUp     uint32 = 18
	EventRemoveLast      uint32 = 57
	EventDND             uint32 = 63
	EventCallBack        uint32 = 65
	EventBarge           uint32 = 67
	EventQRT             uint32 = 75
	EventDirectTransfer  uint32 = 77
	EventSelect          uint32 = 78
	EventConfList        uint32 = 79
	EventDivert          uint32 = 80
	EventConferenceBarge uint32 = 81
	EventHLog            uint32 = 92
	EventDial            uint32 = 201
	EventRecord          uint32 = 202
)

// Sets of soft keys, one for each state of the phone.
const (
	KeySetOnHook              uint32 = 0
	KeySetConnected           uint32 = 1
	KeySetOnHold              uint32 = 2
	KeySetRingIn              uint32 = 3
	KeySetOffHook             uint32 = 4
	KeySetConnectedTransfer   uint32 = 5
	KeySetDigits              uint32 = 6 // after the first digit
	KeySetConnectedConference uint32 = 7
	KeySetRingOut             uint32 = 8
	KeySetOffHookFeature      uint32 = 9
	KeySetInUseHint           uint32 = 10 // line in use by another phone
	KeySets                          = 11 // how many
)

// SoftKeyTemplateReq asks for the soft keys.
type SoftKeyTemplateReq struct{}

func (*SoftKeyTemplateReq) ID() uint32 { return IDSoftKeyTemplateReq }

func (*SoftKeyTemplateReq) layout(f fields) fields { return f }

// SoftKey is a soft key of the template.
type SoftKey struct {
	Label string // text, or a code of a built-in text
	Event uint32
}

func (k *SoftKey) layout(f fields) fields { return f.text(&k.Label, 16).u32(&k.Event) }

const softKeyPlaces = 32

// SoftKeyTemplateRes are all soft keys that there are, at most 32.
type SoftKeyTemplateRes struct {
	Offset uint32
	Total  uint32
	Keys   []SoftKey
}

func (*SoftKeyTemplateRes) ID() uint32 { return IDSoftKeyTemplateRes }

func (m *SoftKeyTemplateRes) layout(f fields) fields {
	n := count(m.Keys, softKeyPlaces)
	f = f.u32s(&m.Offset, &n, &m.Total)
	return list(f, &m.Keys, n, softKeyPlaces, 20, (*SoftKey).layout)
}

// NewSoftKeyTemplate is the whole template.
func NewSoftKeyTemplate(keys []SoftKey) *SoftKeyTemplateRes {
	return &SoftKeyTemplateRes{Total: count(keys, softKeyPlaces), Keys: keys}
}

// SoftKeySetReq asks for the sets.
type SoftKeySetReq struct{}

func (*SoftKeySetReq) ID() uint32 { return IDSoftKeySetReq }

func (*SoftKeySetReq) layout(f fields) fields { return f }

// SoftKeySet is one set: places in the template, counted from 1; 0 is no key.
type SoftKeySet [16]uint8

// infoBase is added to the place of a key to give the number of its help text.
const infoBase = 300

func (s *SoftKeySet) layout(f fields) fields {
	f = f.raw(s[:])
	for _, place := range s {
		var info uint16
		if place != 0 {
			info = infoBase + uint16(place)
		}
		f = f.u16(&info)
	}
	return f
}

const softKeySetPlaces = 16

// SoftKeySetRes are the sets, at most 16; the place in Sets is KeySetOnHook, ….
type SoftKeySetRes struct {
	Offset uint32
	Total  uint32
	Sets   []SoftKeySet
}

func (*SoftKeySetRes) ID() uint32 { return IDSoftKeySetRes }

func (m *SoftKeySetRes) layout(f fields) fields {
	n := count(m.Sets, softKeySetPlaces)
	f = f.u32s(&m.Offset, &n, &m.Total)
	return list(f, &m.Sets, n, softKeySetPlaces, 48, (*SoftKeySet).layout)
}

// NewSoftKeySets is the message with all sets.
func NewSoftKeySets(sets []SoftKeySet) *SoftKeySetRes {
	return &SoftKeySetRes{Total: count(sets, softKeySetPlaces), Sets: sets}
}

// AllKeys is the mask that shows every key of a set.
const AllKeys uint32 = 0xFFFFFFFF

// SelectSoftKeys shows a set for a call, or for the idle phone (line 0, ref 0).
type SelectSoftKeys struct {
	Line, Ref uint32
	Set       uint32 // KeySetOnHook, …
	Mask      uint32 // bit n shows the n-th key of the set
}

func (*SelectSoftKeys) ID() uint32 { return IDSelectSoftKeys }

func (m *SelectSoftKeys) layout(f fields) fields { return f.u32s(&m.Line, &m.Ref, &m.Set, &m.Mask) }

// SoftKeyEvent is a soft key that was pressed.
type SoftKeyEvent struct{ Event, Line, Ref uint32 }

func (*SoftKeyEvent) ID() uint32 { return IDSoftKeyEvent }

func (m *SoftKeyEvent) layout(f fields) fields { return f.u32s(&m.Event, &m.Line, &m.Ref) }
