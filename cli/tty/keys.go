package tty

import (
	"unicode"
	"unicode/utf8"
)

// Control characters that are named here.
const (
	ctrlA     = 0x01
	ctrlC     = 0x03
	ctrlH     = 0x08
	ctrlU     = 0x15
	ctrlV     = 0x16
	ctrlZ     = 0x1a
	escape    = 0x1b
	ctrlCaret = 0x1e // Ctrl-Shift-6
	del       = 0x7f
)

// key is what one keystroke means to the line editor.
type key uint8

const (
	keyNone   key = iota // no meaning here: XON, XOFF, Ctrl-Shift-6, unknown sequences
	keyRune              // a character to insert
	keyQuoted            // the same, quoted: never help or completion
	keyEnter
	keyInterrupt
	keyEnd
	keyHelp
	keyTab
	keyLeft
	keyRight
	keyHome
	keyLineEnd
	keyUp
	keyDown
	keyWordLeft
	keyWordRight
	keyBackspace
	keyDelete
	keyKillToStart
	keyKillToEnd
	keyKillWordLeft
	keyKillWordRight
	keyYank
	keyTranspose
	keyRedisplay
	keyCapitalize
	keyLower
	keyUpper
)

// control maps control characters. The IOS manuals list them; those missing
// mean nothing.
var control = [32]key{
	ctrlA: keyHome, 'B' & 31: keyLeft, ctrlC: keyInterrupt, 'D' & 31: keyDelete,
	'E' & 31: keyLineEnd, 'F' & 31: keyRight, ctrlH: keyBackspace, '\t': keyTab,
	'\n': keyEnter, 'K' & 31: keyKillToEnd, 'L' & 31: keyRedisplay, '\r': keyEnter,
	'N' & 31: keyDown, 'P' & 31: keyUp, 'R' & 31: keyRedisplay, 'T' & 31: keyTranspose,
	ctrlU: keyKillToStart, 'W' & 31: keyKillWordLeft, 'X' & 31: keyKillToStart,
	'Y' & 31: keyYank, ctrlZ: keyEnd,
}

// maxSequence bounds an escape sequence in bytes; a longer one is taken apart.
const maxSequence = 32

// decode reads the keystroke at the start of in and the bytes it takes.
// n = 0 says that it is not complete; when no more input will come (eof), it
// never says so unless in is empty.
func decode(in []byte, eof bool) (k key, r rune, n int) {
	if len(in) == 0 {
		return keyNone, 0, 0
	}
	switch b := in[0]; {
	case b == escape:
		return decodeEscape(in, eof)
	case b == ctrlV:
		return decodeQuoted(in, 1, eof)
	case b < 0x20:
		return control[b], rune(b), 1
	case b == del:
		return keyBackspace, del, 1
	case b == '?':
		return keyHelp, '?', 1
	}
	return decodeRune(in, eof)
}

// decodeRune reads one UTF-8 character. A byte that is none is taken as
// Latin-1, blanks of other scripts become a plain blank, and what cannot be
// seen (byte order mark, C1 controls) is dropped.
func decodeRune(in []byte, eof bool) (key, rune, int) {
	if !utf8.FullRune(in) && !eof {
		return keyNone, 0, 0
	}
	r, n := utf8.DecodeRune(in)
	if r == utf8.RuneError && n == 1 {
		r = rune(in[0])
	}
	switch {
	case r == ' ' || unicode.Is(unicode.Zs, r):
		return keyRune, ' ', n
	case unicode.IsPrint(r):
		return keyRune, r, n
	}
	return keyNone, r, n
}

// decodeQuoted reads the character after a quote key of the given length. Only
// printable characters can be quoted; a line end is never hidden by it.
func decodeQuoted(in []byte, quote int, eof bool) (key, rune, int) {
	rest := in[quote:]
	switch {
	case len(rest) == 0 && !eof:
		return keyNone, 0, 0
	case len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n':
		return keyNone, 0, quote
	}
	k, r, n := decodeRune(rest, eof)
	if n == 0 {
		return keyNone, 0, 0
	}
	if k == keyRune {
		k = keyQuoted
	}
	return k, r, quote + n
}

// decodeEscape reads an escape sequence: CSI, SS3, or Esc and a letter.
func decodeEscape(in []byte, eof bool) (key, rune, int) {
	if len(in) == 1 {
		if eof {
			return keyNone, escape, 1
		}
		return keyNone, 0, 0
	}
	switch b := in[1]; {
	case b == '[':
		for i := 2; i < len(in) && i < maxSequence; i++ {
			if c := in[i]; c >= 0x40 && c <= 0x7e {
				return cursorKey(c, string(in[2:i])), escape, i + 1
			} else if c < 0x20 { // broken off: the control character counts
				return keyNone, escape, i
			}
		}
		if len(in) < maxSequence && !eof {
			return keyNone, 0, 0
		}
		return keyNone, escape, 2
	case b == 'O':
		if len(in) == 2 && !eof {
			return keyNone, 0, 0
		}
		if len(in) == 2 || in[2] < 0x20 {
			return keyNone, escape, 2
		}
		return cursorKey(in[2], ""), escape, 3
	case b == 'q' || b == 'Q':
		return decodeQuoted(in, 2, eof)
	case b == ctrlH || b == del:
		return keyKillWordLeft, escape, 2
	case b < 0x20: // Esc and then another key
		return keyNone, escape, 1
	default:
		return escKeys(b), escape, 2
	}
}

// escKeys are the keys of Esc and a letter.
func escKeys(b byte) key {
	switch b | 0x20 {
	case 'b':
		return keyWordLeft
	case 'f':
		return keyWordRight
	case 'd':
		return keyKillWordRight
	case 'c':
		return keyCapitalize
	case 'l':
		return keyLower
	case 'u':
		return keyUpper
	}
	return keyNone
}

// cursorKey is the key of a CSI or SS3 sequence: its last byte and what stands
// before.
func cursorKey(final byte, params string) key {
	modified := len(params) > 2 // 1;5C: Ctrl and the like move by words
	switch final {
	case 'A':
		return keyUp
	case 'B':
		return keyDown
	case 'C':
		if modified {
			return keyWordRight
		}
		return keyRight
	case 'D':
		if modified {
			return keyWordLeft
		}
		return keyLeft
	case 'H':
		return keyHome
	case 'F':
		return keyLineEnd
	case '~':
		switch params {
		case "1", "7":
			return keyHome
		case "4", "8":
			return keyLineEnd
		case "3":
			return keyDelete
		}
	}
	return keyNone
}
