package sccp

import (
	"github.com/busylamp/busylamp/phones/call"
)

// Texts on the display of a phone. They are sent as plain text: the codes 0x80 and
// 0x1E, which phones translate, are only known for some.
const (
	textIdle        = "Cisco Unified Communications Manager Express" // CME command reference: system message
	textEnter       = "Enter number"
	textDnD         = "Do Not Disturb is active" // CME administrator guide
	textForwarded   = "Forwarded to "
	textRecall      = "Transfer Recall From " // CME administrator guide: Call Transfer Recall
	textPaging      = "Paging"
	textUnavailable = "Feature Unavailable"
	textNoVoicemail = "No Voice Mail"
	textNoNumber    = "No Number"
)

// promptOf is the text of a call.
func promptOf(c *call.CallView) string {
	switch c.State {
	case call.Seized, call.Dialing:
		return textEnter
	case call.Proceeding:
		return "Call Proceed"
	case call.RingOut:
		return "Ring Out"
	case call.RingIn, call.Waiting:
		if c.Recalled != (call.Party{}) {
			return from(textRecall, c.Recalled)
		}
		return from("From ", c.Calling)
	case call.Connected:
		if c.Conference {
			return "Conference"
		}
		return "Connected"
	case call.Held, call.HeldRemote:
		return "Hold"
	case call.Busy:
		return "Busy"
	case call.Congestion:
		return "Temp Fail"
	case call.NoSuchNumber:
		return "Unknown Number"
	}
	return ""
}

// from names a party behind a word; nobody is "Unknown".
func from(word string, p call.Party) string {
	switch {
	case p.Number != "":
		return word + p.Number
	case p.Name != "":
		return word + p.Name
	}
	return word + "Unknown"
}

// idlePrompt is what stands in the prompt line while no call is in front.
func idlePrompt(v *call.View, system string) string {
	if v.Paged != nil {
		return from(textPaging+" From ", v.Paged.From)
	}
	if v.DnD {
		return textDnD
	}
	for i := range v.Lines {
		if to := v.Lines[i].Forward.All; to != "" {
			return textForwarded + to
		}
	}
	if system == "" {
		return textIdle
	}
	return system
}
