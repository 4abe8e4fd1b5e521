package sip

import (
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
)

// known is the state that a watcher says it has (Suppress-If-Match, RFC 5839): that
// of a line as a small number, or one of these.
type known uint8

const (
	knowsNothing known = 0
	knowsAny     known = 0xff // "*": whatever it is
)

// knownOf is the number of a state, never knowsNothing or knowsAny. An entity-tag says
// which state of its resource it is, and nothing else: so it is the same after a restart.
func knownOf(l presence.Line) known {
	k := known(1) + known(l.State)<<2
	if l.DnD {
		k += 1 << 4
	}
	if l.Ringing {
		k += 1 << 5
	}
	return k
}

// etag is the SIP-ETag of a state. Each event package has tags of its own: one of another
// package is no statement about this one (RFC 5839 5.1).
func (k known) etag(f form) string { return f.tagPrefix() + strconv.Itoa(int(k)) }

// tagPrefix begins the entity-tags of the package.
func (f form) tagPrefix() string {
	if f == asDialogInfo {
		return "dialog"
	}
	return "line"
}

// covers says that a watcher which knows k need not be told the state.
func (k known) covers(l presence.Line) bool { return k == knowsAny || k == knownOf(l) }

// readKnown reads Suppress-If-Match; a tag that is not of the package matches nothing.
func readKnown(req *sipua.ServerTx, f form) known {
	text := req.Value("Suppress-If-Match")
	switch text {
	case "":
		return knowsNothing
	case "*":
		return knowsAny
	}
	digits, ours := strings.CutPrefix(text, f.tagPrefix())
	n, err := strconv.ParseUint(digits, 10, 8)
	if !ours || err != nil || known(n) == knowsAny {
		return knowsNothing
	}
	return known(n)
}

// tagged says that the documents of a dialog have entity-tags. mu is not needed.
func (d *dialog) tagged() bool { return d.list == nil && d.form != asWatchers }

// suppress drops the NOTIFY that a refresh has set off if the watcher knows what it
// would say; the answer is then 204. It is called while the dialog is held. While a
// NOTIFY is outstanding nobody can say what the watcher will know when that has come.
func (d *dialog) suppress(k known) bool {
	if k == knowsNothing || !d.tagged() {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting || !k.covers(d.line) {
		return false
	}
	d.fresh, d.over = false, d.last != nil
	return true
}
