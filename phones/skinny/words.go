package skinny

import (
	"fmt"
	"strings"
	"time"

	"github.com/busylamp/busylamp/phones/handset"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// The numbers of the wire in the words of handset.

func states(s uint32) handset.State {
	switch s {
	case wire.StateOffHook:
		return handset.OffHook
	case wire.StateRingOut:
		return handset.RingOut
	case wire.StateRingIn:
		return handset.RingIn
	case wire.StateConnected, wire.StateWhisper:
		return handset.Connected
	case wire.StateBusy:
		return handset.BusyTone
	case wire.StateCongestion:
		return handset.Congestion
	case wire.StateHold, wire.StateHoldRevert:
		return handset.Held
	case wire.StateCallWaiting:
		return handset.Waiting
	case wire.StateTransfer:
		return handset.Transfer
	case wire.StatePark:
		return handset.Parked
	case wire.StateProceed:
		return handset.Proceed
	case wire.StateRemoteMultiline:
		return handset.Remote
	case wire.StateInvalidNumber:
		return handset.Invalid
	case wire.StateRemoteHold:
		return handset.HeldRemote
	}
	return handset.OnHook
}

func lampOf(mode uint32) handset.Lamp {
	switch mode {
	case wire.LampOn:
		return handset.LampOn
	case wire.LampWink:
		return handset.LampWink
	case wire.LampFlash:
		return handset.LampFlash
	case wire.LampBlink:
		return handset.LampBlink
	}
	return handset.LampOff
}

func statusOf(s uint32) handset.Status {
	switch s {
	case wire.BLFIdle:
		return handset.Idle
	case wire.BLFInUse:
		return handset.Busy
	case wire.BLFDnD:
		return handset.DnD
	case wire.BLFAlerting:
		return handset.Ringing
	}
	return handset.Unknown
}

func rings(mode uint32) handset.Ring {
	switch mode {
	case wire.RingInside:
		return handset.RingInside
	case wire.RingOutside:
		return handset.RingOutside
	case wire.RingFeature:
		return handset.RingFeature
	case wire.RingSilent:
		return handset.RingSilent
	case wire.RingPrecedence:
		return handset.RingUrgent
	}
	return ""
}

func tones(tone uint32) string {
	switch tone {
	case wire.ToneSilence, wire.ToneNone:
		return ""
	case wire.ToneInsideDial, wire.ToneOutsideDial:
		return "dial"
	case wire.ToneBusy:
		return "busy"
	case wire.ToneAlerting:
		return "ringback"
	case wire.ToneReorder:
		return "reorder"
	case wire.ToneNoSuchNumber:
		return "nosuchnumber"
	case wire.ToneCallWaiting:
		return "callwaiting"
	case wire.ToneConfirmation:
		return "confirm"
	case wire.ToneZipZip:
		return "zipzip"
	case wire.ToneZip:
		return "zip"
	case wire.ToneBeepBonk:
		return "beepbonk"
	case wire.ToneHold:
		return "hold"
	}
	return fmt.Sprintf("0x%02x", tone)
}

func codecs(codec uint32) string {
	switch codec {
	case wire.CodecG711U:
		return "g711ulaw"
	case wire.CodecG711A:
		return "g711alaw"
	case wire.CodecG722:
		return "g722r64"
	case wire.CodecG729, wire.CodecG729A, wire.CodecG729B, wire.CodecG729AB:
		return "g729r8"
	case wire.CodecILBC:
		return "ilbc"
	}
	return fmt.Sprintf("codec %d", codec)
}

func kinds(kind uint32) string {
	switch kind {
	case wire.ButtonSpeedDial:
		return "speed-dial"
	case wire.ButtonBLFSpeedDial:
		return "blf"
	case wire.ButtonServiceURL:
		return "url"
	case wire.ButtonHold:
		return "hold"
	case wire.ButtonTransfer:
		return "transfer"
	case wire.ButtonVoicemail, wire.ButtonMessages:
		return "messages"
	case wire.ButtonConference:
		return "conference"
	case wire.ButtonForwardAll:
		return "forward"
	case wire.ButtonRedial:
		return "redial"
	case wire.ButtonDoNotDisturb:
		return "dnd"
	case wire.ButtonHeadset:
		return "headset"
	case wire.ButtonDirectory:
		return "directory"
	case wire.ButtonApplication:
		return "application"
	}
	return "feature"
}

// clock is a time in the form that the phone was told: M, D, Y and what stands
// between them; an A at the end means the 12-hour clock.
func clock(template string, t time.Time) string {
	template, half := strings.CutSuffix(template, "A")
	if template == "" {
		template = "M/D/Y"
	}
	hour := "15:04 "
	if half {
		hour = "3:04pm "
	}
	return t.Format(hour + strings.NewReplacer("M", "01", "D", "02", "Y", "06").Replace(template))
}
