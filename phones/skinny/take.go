package skinny

import (
	"net/netip"
	"slices"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// take makes a message of the server visible and returns the answers to it.
func (f *face) take(m wire.Message, talk *dialogue) []wire.Message {
	switch m := m.(type) {
	case *wire.RegisterAck:
		f.dates = m.DateTemplate
	case *wire.ButtonTemplateRes:
		f.buttons(m.Buttons)
	case *wire.SoftKeyTemplateRes:
		f.template = m.Keys
	case *wire.SoftKeySetRes:
		f.sets = m.Sets
	case *wire.SelectSoftKeys:
		f.front = *m
		if m.Ref != 0 {
			f.call(m.Ref, m.Line).keys = *m
		}
	case *wire.DefineTimeDate:
		f.told, f.toldAt = time.Date(int(m.Year), time.Month(m.Month), int(m.Day), int(m.Hour), int(m.Minute), int(m.Second), 0, time.UTC), time.Now()
	case *wire.LineStat:
		f.labelled(m.Line, m.Number, m.Label)
	case *wire.LineStatV2:
		f.labelled(m.Line, m.Number, m.Label)
	case *wire.SpeedDialStat:
		f.dials(m.Index, m.Number, m.Label)
	case *wire.SpeedDialStatV2:
		f.dials(m.Index, m.Number, m.Label)
	case *wire.ServiceURLStat:
		f.serves(m.Index, m.Label)
	case *wire.ServiceURLStatV2:
		f.serves(m.Index, m.Label)
	case *wire.FeatureStat:
		f.feature(m.Index, m.Feature, m.Status, m.Label)
	case *wire.FeatureStatV2:
		f.feature(m.Index, m.Feature, m.Status, m.Label)
	case *wire.ForwardStat:
		if l := f.line(m.Line); l != nil {
			l.Forward = ""
			if m.All.Active != 0 {
				l.Forward = m.All.Number
			}
		}
	case *wire.SetLamp:
		f.lamp(m)
	case *wire.SubscriptionStat:
		if m.Cause != wire.SubscribedOK {
			f.entry(m.Transaction, "")
		}
	case *wire.Notification:
		f.entry(m.Transaction, statusOf(m.Status))
	default:
		return f.takeCall(m, talk)
	}
	return nil
}

// takeCall is take for messages about calls, texts and media.
func (f *face) takeCall(m wire.Message, talk *dialogue) []wire.Message {
	switch m := m.(type) {
	case *wire.CallState:
		f.callState(m)
	case *wire.CallInfo:
		f.call(m.Ref, m.Line).info = m.CallDetails
	case *wire.CallInfoV2:
		f.call(m.Ref, m.Line).info = m.CallDetails
	case *wire.DialedNumber:
		f.call(m.Ref, m.Line).digits = m.Number
	case *wire.BackSpaceRes:
		if c := f.call(m.Ref, m.Line); c.taken > 0 {
			c.taken--
		} else {
			c.back()
		}
	case *wire.DisplayPromptStatus:
		f.prompts(m.Line, m.Ref, m.Text)
	case *wire.DisplayPromptStatusV2:
		f.prompts(m.Line, m.Ref, m.Text)
	case *wire.ClearPromptStatus:
		f.prompts(m.Line, m.Ref, "")
	case *wire.DisplayNotify:
		f.notify(m.Text, m.Timeout)
	case *wire.DisplayNotifyV2:
		f.notify(m.Text, m.Timeout)
	case *wire.DisplayPriNotify:
		f.notify(m.Text, m.Timeout)
	case *wire.DisplayPriNotifyV2:
		f.notify(m.Text, m.Timeout)
	case *wire.ClearNotify, *wire.ClearPriNotify:
		f.notice = ""
	case *wire.DisplayText:
		f.prompt = wire.Plain(m.Text)
	case *wire.ClearDisplay:
		f.prompt = ""
	case *wire.StartTone:
		f.tone, f.toneOf = tones(m.Tone), m.Ref
	case *wire.StopTone:
		if m.Ref == 0 || f.toneOf == 0 || m.Ref == f.toneOf {
			f.tone = ""
		}
	case *wire.SetRinger:
		f.ring = rings(m.Mode)
	case *wire.SetSpeakerMode:
		f.speaker = m.Mode == wire.SwitchOn
		if !f.speaker {
			f.lifted = false
		}
	default:
		return f.takeMedia(m, talk)
	}
	return nil
}

// takeMedia is take for media. No audio is sent or received: the phone names a
// port and says where it would send.
func (f *face) takeMedia(m wire.Message, talk *dialogue) []wire.Message {
	switch m := m.(type) {
	case *wire.OpenReceiveChannel:
		f.ports++
		at := netip.AddrPortFrom(talk.addr, firstPort+2*(f.ports%4096))
		media := f.opens(refOf(m.Ref, m.Party))
		media.Receive, media.Codec = at, codecs(m.Codec)
		return []wire.Message{&wire.OpenReceiveChannelAck{Status: wire.MediaOK, Addr: at.Addr(), Port: uint32(at.Port()), Party: m.Party, Ref: m.Ref}}
	case *wire.CloseReceiveChannel:
		f.closed(refOf(m.Ref, m.Party), func(media *handset.Media) { media.Receive = netip.AddrPort{} })
	case *wire.StartMediaTransmission:
		media := f.opens(refOf(m.Ref, m.Party))
		media.Send, media.Codec = netip.AddrPortFrom(m.Addr, uint16(m.Port)), codecs(m.Codec)
		if talk.profile.modern {
			return []wire.Message{&wire.StartMediaTransmissionAck{Conference: m.Conference, Party: m.Party, Ref: m.Ref, Addr: m.Addr, Port: m.Port}}
		}
	case *wire.StopMediaTransmission:
		f.closed(refOf(m.Ref, m.Party), func(media *handset.Media) { media.Send = netip.AddrPort{} })
	case *wire.StartMulticastMediaReception:
		f.page = handset.Media{Receive: netip.AddrPortFrom(m.Group, uint16(m.Port)), Codec: codecs(m.Codec)}
		return []wire.Message{&wire.MulticastMediaReceptionAck{Party: m.Party, Ref: m.Ref}}
	case *wire.StopMulticastMediaReception:
		f.page = handset.Media{}
	case *wire.ConnectionStatisticsReq:
		return []wire.Message{&wire.ConnectionStatisticsRes{Number: m.Number, Ref: m.Ref}}
	}
	return nil
}

// closed takes media away; what was only noted is forgotten when nothing is left.
func (f *face) closed(ref uint32, take func(*handset.Media)) {
	m := f.closes(ref)
	if m == nil {
		return
	}
	take(m)
	f.early = slices.DeleteFunc(f.early, func(e *early) bool { return !e.media.Receive.IsValid() && !e.media.Send.IsValid() })
}

// refOf is the call that media belongs to: old versions name the party only.
func refOf(ref, party uint32) uint32 {
	if ref == 0 {
		return party
	}
	return ref
}
