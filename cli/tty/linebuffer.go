package tty

import (
	"io"
	"slices"
	"unicode"

	"github.com/chzyer/readline"
)

// lineBuffer is the text of the line being edited with cursor and kill buffer:
// readline's RuneBuffer, used as a pure data structure. Its own painting is
// switched off (it redraws the whole line with ANSI sequences at each key) and
// readline's Terminal and Operation are not used at all: they start goroutines
// that block for ever when a session ends between two lines, and their Ctrl-Z
// stops the process.
type lineBuffer struct {
	*readline.RuneBuffer
}

func newLineBuffer() *lineBuffer {
	cfg := &readline.Config{FuncIsTerminal: func() bool { return false }}
	return &lineBuffer{readline.NewRuneBuffer(io.Discard, "", cfg, 0)}
}

// insert puts r at the cursor; false: the line is full.
func (b *lineBuffer) insert(r rune) bool {
	if b.Len() >= MaxLine {
		return false
	}
	b.WriteRune(r)
	return true
}

// set replaces the line and puts the cursor at pos. What cannot be shown
// becomes a blank, what is too long is cut.
func (b *lineBuffer) set(text []rune, pos int) {
	text = slices.Clone(text[:min(len(text), MaxLine)])
	for i, r := range text {
		if !unicode.IsPrint(r) {
			text[i] = ' '
		}
	}
	b.SetWithIdx(min(pos, len(text)), text)
}

// kill removes the characters from..to into the kill buffer.
func (b *lineBuffer) kill(from, to int) {
	if from >= to {
		return
	}
	text := b.Runes()
	b.SetWithIdx(0, slices.Clone(text[from:to]))
	b.Erase()
	b.SetWithIdx(from, slices.Delete(text, from, to))
}

// yank inserts the kill buffer; false: it is empty or does not fit.
func (b *lineBuffer) yank() bool {
	text, pos := b.Runes(), b.Pos()
	b.Yank()
	if b.Len() > MaxLine {
		b.SetWithIdx(pos, text)
		return false
	}
	return b.Len() > len(text)
}

// transpose exchanges the characters around the cursor. The guard is needed:
// RuneBuffer moves the cursor past the end of a line of one character.
func (b *lineBuffer) transpose() bool {
	if b.Len() < 2 {
		return false
	}
	b.Transpose()
	return true
}

// wordLeft is where the word before pos begins. Words are separated by blanks.
func wordLeft(text []rune, pos int) int {
	for pos > 0 && text[pos-1] == ' ' {
		pos--
	}
	for pos > 0 && text[pos-1] != ' ' {
		pos--
	}
	return pos
}

// wordRight is where the word at or after pos ends.
func wordRight(text []rune, pos int) int {
	for pos < len(text) && text[pos] == ' ' {
		pos++
	}
	for pos < len(text) && text[pos] != ' ' {
		pos++
	}
	return pos
}

// changeCase rewrites the letters from the cursor to the end of the word and
// moves the cursor behind it.
func (b *lineBuffer) changeCase(k key) {
	text, pos := b.Runes(), b.Pos()
	end := wordRight(text, pos)
	first := true
	for i := pos; i < end; i++ {
		switch {
		case k == keyLower:
			text[i] = unicode.ToLower(text[i])
		case k == keyUpper || first && unicode.IsLetter(text[i]):
			text[i] = unicode.ToUpper(text[i])
			first = false
		}
	}
	b.SetWithIdx(end, text)
}

// edit applies an editing key; false: it could not do anything.
func (b *lineBuffer) edit(k key) bool {
	text, pos := b.Runes(), b.Pos()
	switch k {
	case keyLeft:
		b.MoveBackward()
		return pos > 0
	case keyRight:
		b.MoveForward()
		return pos < len(text)
	case keyHome:
		b.MoveToLineStart()
	case keyLineEnd:
		b.MoveToLineEnd()
	case keyWordLeft:
		b.SetWithIdx(wordLeft(text, pos), text)
	case keyWordRight:
		b.SetWithIdx(wordRight(text, pos), text)
	case keyBackspace:
		b.Backspace()
		return pos > 0
	case keyDelete:
		return b.Delete()
	case keyKillToStart:
		b.KillFront()
	case keyKillToEnd:
		b.kill(pos, len(text))
	case keyKillWordLeft:
		b.kill(wordLeft(text, pos), pos)
	case keyKillWordRight:
		b.kill(pos, wordRight(text, pos))
	case keyYank:
		return b.yank()
	case keyTranspose:
		return b.transpose()
	case keyCapitalize, keyLower, keyUpper:
		b.changeCase(k)
	}
	return true
}
