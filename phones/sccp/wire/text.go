package wire

import (
	"strings"
	"unicode/utf8"
)

// Texts may hold codes of two bytes, for which a phone shows a built-in text in
// its own language. The first byte is the page.
const (
	page80 = 0x80
	page1E = 0x1E
)

// Built-in texts, to be used in prompts, notices and labels of soft keys.
const (
	TextRedial             = "\x80\x01"
	TextNewCall            = "\x80\x02"
	TextHold               = "\x80\x03"
	TextTransfer           = "\x80\x04"
	TextForwardAll         = "\x80\x05"
	TextForwardBusy        = "\x80\x06"
	TextForwardNoAnswer    = "\x80\x07"
	TextBackspace          = "\x80\x08"
	TextEndCall            = "\x80\x09"
	TextResume             = "\x80\x0A"
	TextAnswer             = "\x80\x0B"
	TextInfo               = "\x80\x0C"
	TextConference         = "\x80\x0D"
	TextPark               = "\x80\x0E"
	TextJoin               = "\x80\x0F"
	TextMeetMe             = "\x80\x10"
	TextPickUp             = "\x80\x11"
	TextGroupPickUp        = "\x80\x12"
	TextYourCurrentOptions = "\x80\x13"
	TextOffHook            = "\x80\x14"
	TextOnHook             = "\x80\x15"
	TextRingOut            = "\x80\x16"
	TextFrom               = "\x80\x17"
	TextConnected          = "\x80\x18"
	TextBusy               = "\x80\x19"
	TextLineInUse          = "\x80\x1A"
	TextCallWaiting        = "\x80\x1B"
	TextCallTransfer       = "\x80\x1C"
	TextCallPark           = "\x80\x1D"
	TextCallProceed        = "\x80\x1E"
	TextInUseRemote        = "\x80\x1F"
	TextEnterNumber        = "\x80\x20"
	TextCallParkAt         = "\x80\x21"
	TextPrimaryOnly        = "\x80\x22"
	TextTempFail           = "\x80\x23"
	TextYouHaveVoicemail   = "\x80\x24"
	TextForwardedTo        = "\x80\x25"
	TextPaging             = "\x1E\x0E"
	TextDoNotDisturb       = "\x1E\x38"
	TextDNDActive          = "\x1E\x39"
)

// Plain is a text with its codes written out in English; a code that is not known
// is left away.
func Plain(text string) string {
	if strings.IndexByte(text, page80) < 0 && strings.IndexByte(text, page1E) < 0 {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		n := unit(text)
		if s := text[:n]; s[0] == page80 || s[0] == page1E {
			out.WriteString(english(s))
		} else {
			out.WriteString(s)
		}
		text = text[n:]
	}
	return out.String()
}

// unit is the length of what must not be torn apart at the front of a text: a code
// or a UTF-8 character. A byte 0x80 within a character is not a page.
func unit(text string) int {
	if text[0] == page80 || text[0] == page1E {
		return min(2, len(text))
	}
	_, n := utf8.DecodeRuneInString(text)
	return n
}

func english(code string) string {
	switch code {
	case TextRedial:
		return "Redial"
	case TextNewCall:
		return "NewCall"
	case TextHold:
		return "Hold"
	case TextTransfer:
		return "Trnsfer"
	case TextForwardAll:
		return "CFwdAll"
	case TextForwardBusy:
		return "CFwdBusy"
	case TextForwardNoAnswer:
		return "CFwdNoAnswer"
	case TextBackspace:
		return "<<"
	case TextEndCall:
		return "EndCall"
	case TextResume:
		return "Resume"
	case TextAnswer:
		return "Answer"
	case TextInfo:
		return "Info"
	case TextConference:
		return "Confrn"
	case TextPark:
		return "Park"
	case TextJoin:
		return "Join"
	case TextMeetMe:
		return "MeetMe"
	case TextPickUp:
		return "PickUp"
	case TextGroupPickUp:
		return "GPickUp"
	case TextYourCurrentOptions:
		return "Your current options"
	case TextOffHook:
		return "Off Hook"
	case TextOnHook:
		return "On Hook"
	case TextRingOut:
		return "Ring Out"
	case TextFrom:
		return "From "
	case TextConnected:
		return "Connected"
	case TextBusy:
		return "Busy"
	case TextLineInUse:
		return "Line In Use"
	case TextCallWaiting:
		return "Call Waiting"
	case TextCallTransfer:
		return "Call Transfer"
	case TextCallPark:
		return "Call Park"
	case TextCallProceed:
		return "Call Proceed"
	case TextInUseRemote:
		return "In Use Remote"
	case TextEnterNumber:
		return "Enter number"
	case TextCallParkAt:
		return "Call Park At "
	case TextPrimaryOnly:
		return "Primary Only"
	case TextTempFail:
		return "Temp Fail"
	case TextYouHaveVoicemail:
		return "You Have VoiceMail"
	case TextForwardedTo:
		return "Forwarded to "
	case TextPaging:
		return "Paging"
	case TextDoNotDisturb:
		return "Do Not Disturb"
	case TextDNDActive:
		return "DND is active"
	}
	return ""
}
