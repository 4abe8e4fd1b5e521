package handset

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoKey: the phone has no such key, or not at this moment.
var ErrNoKey = errors.New("no such key")

// KeyKind is a kind of key.
type KeyKind string

// Kinds of keys, named as scripts and transcripts write them.
const (
	KeyOffHook  KeyKind = "offhook"  // lift the handset
	KeyOnHook   KeyKind = "onhook"   // put it back
	KeyLine     KeyKind = "line"     // line N: the N-th line button
	KeyBeside   KeyKind = "key"      // key N: the N-th speed dial, BLF or feature key
	KeyCall     KeyKind = "call"     // call N: choose the N-th call, soft keys are for it then
	KeySoft     KeyKind = "soft"     // soft NAME: the soft key with that text, whatever its case
	KeyDigits   KeyKind = "digits"   // digits 2102: keypad, one after the other
	KeyDial     KeyKind = "dial"     // dial 2102: call a number from a list, on hook
	KeyMessages KeyKind = "messages" // messages button
	KeyAnswer   KeyKind = "answer"   // soft key Answer, or lift the handset
	KeyHold     KeyKind = "hold"     // soft key Hold
	KeyResume   KeyKind = "resume"   // soft key Resume
	KeyEnd      KeyKind = "end"      // soft key EndCall
	KeyNewCall  KeyKind = "newcall"  // soft key NewCall
	KeyRedial   KeyKind = "redial"   // soft key Redial
	KeyDnD      KeyKind = "dnd"      // soft key DND
	// Soft key Trnsfer; with a number the call is sent there without consultation,
	// which SIP phones can.
	KeyTransfer KeyKind = "transfer"
	// List N…: show a call list with these numbers (SCCP: BLF call list); without
	// any, close it.
	KeyList KeyKind = "list"
)

// Key is one key press.
type Key struct {
	Kind KeyKind
	N    int    // of KeyLine, KeyBeside, KeyCall: from 1
	Text string // soft key, digits, or number
}

// SoftKeyText is the text of the soft key that a kind stands for, "" for none.
func (k KeyKind) SoftKeyText() string {
	switch k {
	case KeyAnswer:
		return "Answer"
	case KeyHold:
		return "Hold"
	case KeyResume:
		return "Resume"
	case KeyEnd:
		return "EndCall"
	case KeyNewCall:
		return "NewCall"
	case KeyRedial:
		return "Redial"
	case KeyDnD:
		return "DND"
	case KeyTransfer:
		return "Trnsfer"
	}
	return ""
}

// maxDigits bounds what one press may type.
const maxDigits = 64

// ParseKey reads a key as scripts write it: "offhook", "line 2", "key 3",
// "soft Hold", "digits 2102", "dial 2102".
func ParseKey(s string) (Key, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	k := Key{Kind: KeyKind(word), Text: strings.TrimSpace(rest)}
	switch k.Kind {
	case KeyOffHook, KeyOnHook, KeyMessages, KeyAnswer, KeyHold, KeyResume, KeyEnd, KeyNewCall, KeyRedial, KeyDnD:
		if k.Text != "" {
			return Key{}, fmt.Errorf("%s takes no %q", word, k.Text)
		}
	case KeyLine, KeyBeside, KeyCall:
		n, err := strconv.Atoi(k.Text)
		if err != nil || n < 1 || n > 1000 {
			return Key{}, fmt.Errorf("%s %q: not a number from 1", word, k.Text)
		}
		k.N, k.Text = n, ""
	case KeySoft:
		if k.Text == "" {
			return Key{}, errors.New("soft: which soft key?")
		}
	case KeyDigits, KeyDial:
		if k.Text == "" || !number(k.Text) {
			return Key{}, fmt.Errorf("%s %q: not a number", word, k.Text)
		}
	case KeyTransfer:
		if k.Text != "" && !number(k.Text) {
			return Key{}, fmt.Errorf("%s %q: not a number", word, k.Text)
		}
	case KeyList:
		for n := range strings.FieldsSeq(k.Text) {
			if !number(n) {
				return Key{}, fmt.Errorf("%s: %q is not a number", word, n)
			}
		}
	default:
		return Key{}, fmt.Errorf("unknown key %q", word)
	}
	return k, nil
}

// number reports whether s can be typed on a keypad.
func number(s string) bool {
	return len(s) <= maxDigits && strings.Trim(s, "0123456789*#+ABCD") == ""
}

// String is the key as ParseKey reads it.
func (k Key) String() string {
	switch {
	case k.N > 0:
		return fmt.Sprintf("%s %d", k.Kind, k.N)
	case k.Text != "":
		return string(k.Kind) + " " + k.Text
	}
	return string(k.Kind)
}

// Press parses and presses a key.
func Press(h Handset, key string) error {
	k, err := ParseKey(key)
	if err != nil {
		return err
	}
	if err := h.Press(k); err != nil {
		return fmt.Errorf("%s: %w", k, err)
	}
	return nil
}

// FindSoftKey finds a soft key by its text whatever its case; -1 if it is not there.
func FindSoftKey(keys []string, text string) int {
	for i, k := range keys {
		if strings.EqualFold(k, text) || text == "Trnsfer" && strings.EqualFold(k, "Transfer") {
			return i
		}
	}
	return -1
}
