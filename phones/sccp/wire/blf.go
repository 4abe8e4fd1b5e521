package wire

// BLF statuses, of FeatureStat with ButtonBLFSpeedDial and of Notification.
const (
	BLFUnknown  uint32 = 0 // not registered, or not to be watched
	BLFIdle     uint32 = 1
	BLFInUse    uint32 = 2 // ringing counts
	BLFDnD      uint32 = 3
	BLFAlerting uint32 = 4 // phones know it, CME does not send it (guide: ringing is in use)
)

// FeatureStatReq asks for the state of a feature or BLF button.
type FeatureStatReq struct {
	Index        uint32 // instance of the button
	Capabilities uint32 // 1: wants FeatureStatV2; old phones send nothing here
}

func (*FeatureStatReq) ID() uint32 { return IDFeatureStatReq }

func (m *FeatureStatReq) layout(f fields) fields { return f.u32s(&m.Index, &m.Capabilities) }

// FeatureStat is the state of a feature or BLF button; see NewFeatureStat.
type FeatureStat struct {
	Index   uint32 // instance of the button
	Feature uint32 // button type, ButtonBLFSpeedDial
	Label   string
	Status  uint32
}

func (*FeatureStat) ID() uint32 { return IDFeatureStat }

func (m *FeatureStat) layout(f fields) fields {
	return f.u32s(&m.Index, &m.Feature).text(&m.Label, 40).u32(&m.Status)
}

// FeatureStatV2 is FeatureStat with a label of up to 120 bytes.
type FeatureStatV2 struct {
	Index, Feature, Status uint32
	Label                  string
}

func (*FeatureStatV2) ID() uint32 { return IDFeatureStatV2 }

func (m *FeatureStatV2) layout(f fields) fields {
	return f.u32s(&m.Index, &m.Feature, &m.Status).tail(&m.Label, 121)
}

// NewFeatureStat is the state of a button as phones of protocol version inUse
// understand it: FeatureStatV2 from 8 on. The features of RegisterReq do not
// decide: phones claim FeatureStatV2 there that do not know it.
func NewFeatureStat(inUse int, index, feature, status uint32, label string) Message {
	if inUse >= dynamicVersion {
		return &FeatureStatV2{Index: index, Feature: feature, Status: status, Label: label}
	}
	return &FeatureStat{Index: index, Feature: feature, Status: status, Label: label}
}

// SubscriptionBLF is the feature of a call list's subscriptions.
const SubscriptionBLF uint32 = 1

// SubscriptionStatReq subscribes to a number of a call list (missed, placed,
// received calls, directory).
type SubscriptionStatReq struct {
	Transaction uint32 // chosen by the phone, returned as it is
	Feature     uint32 // SubscriptionBLF
	Timer       uint32 // seconds
	Number      string // a single blank: nothing to subscribe to
}

func (*SubscriptionStatReq) ID() uint32 { return IDSubscriptionStatReq }

func (m *SubscriptionStatReq) layout(f fields) fields {
	return f.u32s(&m.Transaction, &m.Feature, &m.Timer).text(&m.Number, 256)
}

// Causes of SubscriptionStat.
const (
	SubscribedOK             uint32 = 0
	SubscribeRouteFail       uint32 = 1
	SubscribeAuthFail        uint32 = 2
	SubscribeTimeout         uint32 = 3
	SubscribeTrunkTerminated uint32 = 4
	SubscribeTrunkForbidden  uint32 = 5
	SubscribeThrottle        uint32 = 6
)

// SubscriptionStat answers SubscriptionStatReq.
type SubscriptionStat struct{ Transaction, Feature, Timer, Cause uint32 }

func (*SubscriptionStat) ID() uint32 { return IDSubscriptionStat }

func (m *SubscriptionStat) layout(f fields) fields {
	return f.u32s(&m.Transaction, &m.Feature, &m.Timer, &m.Cause)
}

// Notification is the state of a number in a call list: at once after
// SubscriptionStat, and whenever it changes.
type Notification struct {
	Transaction, Feature uint32
	Status               uint32 // BLFUnknown, …
	Text                 string // not used
}

func (*Notification) ID() uint32 { return IDNotification }

func (m *Notification) layout(f fields) fields {
	return f.u32s(&m.Transaction, &m.Feature, &m.Status).text(&m.Text, 97)
}
