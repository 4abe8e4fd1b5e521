package sccp

import (
	"slices"
	"strings"

	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// softKey is one entry of the soft key template.
type softKey struct {
	label string // as the phone shows it
	word  string // as `softkeys STATE` spells it
	event uint32
}

// softKeys is the template, in the order that CallManager's has, because a phone
// derives the help text of a key from its position. Positions without a key of ours
// stay empty.
func softKeys() []softKey {
	return []softKey{
		{"Redial", "Redial", wire.EventRedial}, {"NewCall", "Newcall", wire.EventNewCall}, {"Hold", "Hold", wire.EventHold},
		{"Trnsfer", "Trnsfer", wire.EventTransfer}, {"CFwdAll", "Cfwdall", wire.EventForwardAll}, {}, {},
		{"<<", "<<", wire.EventBackspace}, {"EndCall", "Endcall", wire.EventEndCall}, {"Resume", "Resume", wire.EventResume},
		{"Answer", "Answer", wire.EventAnswer}, {}, {"Confrn", "Confrn", wire.EventConference}, {"Park", "Park", wire.EventPark},
		{}, {"MeetMe", "MeetMe", wire.EventMeetMe}, {"PickUp", "Pickup", wire.EventPickUp}, {"GPickUp", "Gpickup", wire.EventGroupPickUp},
		{}, {}, {}, {"DND", "Dnd", wire.EventDND}, {}, {}, {}, {}, {"DirTrfr", "DirTrfr", wire.EventDirectTransfer}, {"iDivert", "iDivert", wire.EventDivert},
		{"RmLstC", "RmLstC", wire.EventRemoveLast},
	}
}

// setStates are the states of `softkeys STATE`, by set; the keys of
// digits that follow cannot be arranged.
func setStates() [wire.KeySets]string {
	return [wire.KeySets]string{"idle", "connected", "hold", "ringing", "seized", "connected", "-", "connected", "alerting", "seized", "remote-in-use"}
}

// defaultKeys are those of a state without `softkeys STATE` (CME command
// reference: softkeys alerting … seized). Keys that have no function here are not
// offered, whoever asks for them: Acct, CallBack, CBarge, ConfList, Flash, HLog,
// Join, LiveRcd, Login, Mobility, Select, TrnsfVM.
func defaultKeys(set uint32) string {
	switch set {
	case wire.KeySetOnHook:
		return "Redial Newcall Cfwdall Pickup Gpickup Dnd"
	case wire.KeySetConnected, wire.KeySetConnectedTransfer:
		return "Hold Endcall Trnsfer Confrn Park"
	case wire.KeySetConnectedConference:
		return "Hold Endcall Trnsfer Confrn Park RmLstC"
	case wire.KeySetOnHold:
		return "Newcall Resume"
	case wire.KeySetRingIn:
		return "Answer Dnd"
	case wire.KeySetOffHook, wire.KeySetOffHookFeature:
		return "Redial Endcall Cfwdall Pickup Gpickup"
	case wire.KeySetDigits:
		return "<< Endcall"
	case wire.KeySetRingOut:
		return "Endcall"
	case wire.KeySetInUseHint:
		return "Newcall"
	}
	return ""
}

// placed is a key of a set: its position in softKeys, from 1, and its event.
type placed struct {
	place uint8
	event uint32
}

// softKeySet is the keys of a set, at most 16. arranged is what the phone's template
// says (phones.Ephone.Softkeys).
func softKeySet(set uint32, arranged map[string][]string) []placed {
	words := strings.Fields(defaultKeys(set))
	if own, ok := arranged[setStates()[set]]; ok {
		words = own
	}
	var keys []placed
	all := softKeys()
	for _, word := range words {
		i := slices.IndexFunc(all, func(k softKey) bool { return k.event != 0 && strings.EqualFold(word, k.word) })
		if i >= 0 && len(keys) < len(wire.SoftKeySet{}) {
			keys = append(keys, placed{uint8(i + 1), all[i].event})
		}
	}
	return keys
}

// softKeysOf are all sets of a phone.
func softKeysOf(arranged map[string][]string) *[wire.KeySets][]placed {
	all := &[wire.KeySets][]placed{}
	for set := range all {
		all[set] = softKeySet(uint32(set), arranged)
	}
	return all
}

// softKeyTemplate and softKeySets answer the phone's requests for them.
func softKeyTemplate() wire.Message {
	var keys []wire.SoftKey
	for _, k := range softKeys() {
		keys = append(keys, wire.SoftKey{Label: k.label, Event: k.event})
	}
	return wire.NewSoftKeyTemplate(keys)
}

func softKeySets(sets *[wire.KeySets][]placed) wire.Message {
	all := make([]wire.SoftKeySet, wire.KeySets)
	for set, keys := range sets {
		for i, k := range keys {
			all[set][i] = k.place
		}
	}
	return wire.NewSoftKeySets(all)
}

// setOf is the set of a call.
func setOf(c *call.CallView) uint32 {
	switch c.State {
	case call.Seized:
		return wire.KeySetOffHook
	case call.Dialing:
		return wire.KeySetDigits
	case call.RingIn, call.Waiting:
		return wire.KeySetRingIn
	case call.Held, call.HeldRemote:
		return wire.KeySetOnHold
	case call.RingOut, call.Connected:
		switch {
		case c.Consult == call.ForTransfer:
			return wire.KeySetConnectedTransfer
		case c.State == call.RingOut:
			return wire.KeySetRingOut
		case c.Conference:
			return wire.KeySetConnectedConference
		}
		return wire.KeySetConnected
	}
	return wire.KeySetRingOut
}

// offered reports whether a key can do something now: for a call, or on an idle
// phone with a zero call.
func offered(event uint32, v *call.View, c *call.CallView) bool {
	consult := c.Consult != call.NoConsult
	switch event {
	case wire.EventHold:
		return c.State == call.Connected
	case wire.EventTransfer:
		return c.Consult != call.ForConference
	case wire.EventConference:
		return c.State == call.Connected && c.Consult != call.ForTransfer
	case wire.EventPark:
		return c.State == call.Connected && !consult && !c.Conference
	case wire.EventRemoveLast:
		return c.Conference
	case wire.EventForwardAll, wire.EventPickUp, wire.EventGroupPickUp, wire.EventMeetMe:
		return !consult
	case wire.EventDND:
		// While a call rings DnD can be turned on, not off (CME administrator guide).
		return c.State == 0 || !v.DnD
	}
	return true
}

// mask has a bit for each key of a set that can do something now.
func mask(keys []placed, v *call.View, c *call.CallView) uint32 {
	var m uint32
	for i, k := range keys {
		if offered(k.event, v, c) {
			m |= 1 << i
		}
	}
	return m
}
