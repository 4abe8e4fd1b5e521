package grammar

import (
	"encoding/binary"
	"slices"
)

// packed is the form and the words of one line in one string, since a configuration
// of many lines keeps them all: a byte with the form, and for each word behind the
// leading keywords its leaf, and unless that is a keyword the length of its text, as
// varints, and the text. "" is a line of leading keywords only, or of no command.
type packed string

// pack packs words in their order; the first are the leading keywords.
func pack(c *Command, form Form, words []word) packed {
	if form == Positive && len(words) <= c.lead {
		return ""
	}
	var room [128]byte
	b := append(room[:0], byte(form))
	for _, w := range words[min(c.lead, len(words)):] {
		b = binary.AppendUvarint(b, uint64(w.leaf))
		if c.leaves[w.leaf].kind != keywordLeaf {
			b = binary.AppendUvarint(b, uint64(len(w.text)))
			b = append(b, w.text...)
		}
	}
	return packed(b)
}

func (p packed) form() Form {
	if p == "" {
		return Positive
	}
	return Form(p[0])
}

// reader reads the words of an Args in order: next, and then word is there.
type reader struct {
	word
	cmd  *Command
	lead int // leading keywords read
	rest packed
}

func (a Args) read() reader {
	if a.cmd == nil {
		return reader{cmd: &Command{}}
	}
	return reader{cmd: a.cmd, rest: a.packed[min(1, len(a.packed)):]}
}

func (r *reader) next() bool {
	if r.lead < r.cmd.lead {
		r.word = word{leaf: r.lead}
		r.lead++
		return true
	}
	if r.rest == "" {
		return false
	}
	r.word = word{leaf: r.number()}
	if r.cmd.leaves[r.leaf].kind != keywordLeaf {
		n := r.number()
		r.text, r.rest = string(r.rest[:n]), r.rest[n:]
	}
	return true
}

// number takes a varint.
func (r *reader) number() int {
	n := 0
	for i := 0; ; i++ {
		n |= int(r.rest[i]&0x7f) << (7 * i)
		if r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
}

// words are the words of the line, in a slice of their own.
func (a Args) words() []word {
	var all []word
	for r := a.read(); r.next(); {
		all = append(all, r.word)
	}
	return all
}

// holds tells whether these are the form and the words of a.
func (a Args) holds(form Form, words []word) bool {
	i := 0
	for r := a.read(); r.next(); i++ {
		if i == len(words) || words[i] != r.word {
			return false
		}
	}
	return i == len(words) && a.Form() == form
}

// took tells whether the words were taken by the leaves of these, whatever their text.
func (a Args) took(words []word) bool {
	return slices.EqualFunc(a.words(), words, func(x, y word) bool { return x.leaf == y.leaf })
}

// positive is the same line without `no` or `default`.
func (p packed) positive() packed {
	if p.form() == Positive {
		return p
	}
	return packed([]byte{byte(Positive)}) + p[1:]
}
