package remote

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Telnet commands and options (RFC 854, 857, 858, 1073, 1091).
const (
	cmdSE    = 240
	cmdBreak = 243
	cmdSB    = 250
	cmdWill  = 251
	cmdWont  = 252
	cmdDo    = 253
	cmdDont  = 254
	cmdIAC   = 255

	optEcho  = 1
	optSGA   = 3
	optType  = 24
	optSize  = 31
	typeSend = 1
	typeIs   = 0
)

// terminalType is what a far side is told that asks; nothing is known of the user's.
const terminalType = "VT100"

// maxSub bounds a subnegotiation in bytes; the rest of a longer one is dropped.
const maxSub = 64

// Telnet is a telnet connection.
type Telnet struct {
	conn net.Conn

	// Of the goroutine that reads.
	state   state
	verb    byte
	sub     []byte
	him     [256]bool // options that are on at the far side
	replies []byte

	mu         sync.Mutex // guards writes to conn and what follows
	us         [256]bool  // options that are on here
	cols, rows int
}

type state uint8

const (
	inText state = iota
	inCommand
	inOption // after WILL, WONT, DO, DONT
	inSub
	inSubCommand
)

// DialTelnet connects. The errors are ErrRefused, ErrTimeout, ErrUnreachable, ErrSource and
// ctx's.
func DialTelnet(ctx context.Context, n Network, from netip.Addr, to netip.AddrPort) (*Telnet, error) {
	c, err := connect(ctx, n, from, to)
	if err != nil {
		return nil, err
	}
	return &Telnet{conn: c}, nil
}

// Read implements io.Reader: what the far side prints.
func (t *Telnet) Read(p []byte) (int, error) {
	for {
		n, err := t.conn.Read(p)
		text := p[:0]
		for _, b := range p[:n] {
			if t.step(b) {
				text = append(text, b)
			}
		}
		if len(t.replies) > 0 {
			if e := t.send(t.replies); e != nil && err == nil {
				err = e
			}
			t.replies = t.replies[:0]
		}
		if len(text) > 0 || err != nil {
			return len(text), err
		}
	}
}

// send writes protocol bytes.
func (t *Telnet) send(b []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sendLocked(b)
}

func (t *Telnet) sendLocked(b []byte) error {
	t.conn.SetWriteDeadline(time.Now().Add(writeTime))
	_, err := t.conn.Write(b)
	return err
}

// Write implements io.Writer: keys. Enter becomes CR LF, as on routers without `telnet
// transparent`.
func (t *Telnet) Write(p []byte) (int, error) {
	b := bytes.ReplaceAll(p, []byte{cmdIAC}, []byte{cmdIAC, cmdIAC})
	b = bytes.ReplaceAll(b, []byte{'\r'}, []byte{'\r', '\n'})
	if err := t.send(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Break sends the command of that name.
func (t *Telnet) Break() { t.send([]byte{cmdIAC, cmdBreak}) }

// Resize tells the size, if the far side has asked for it.
func (t *Telnet) Resize(cols, rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cols, t.rows = cols, rows
	if t.us[optSize] {
		t.sendLocked(size(cols, rows))
	}
}

// size is the subnegotiation of the window size.
func size(cols, rows int) []byte {
	b := []byte{cmdIAC, cmdSB, optSize}
	for _, n := range []int{cols, rows} {
		for _, octet := range []byte{byte(n >> 8), byte(n)} {
			if b = append(b, octet); octet == cmdIAC {
				b = append(b, cmdIAC)
			}
		}
	}
	return append(b, cmdIAC, cmdSE)
}

// Close ends the connection.
func (t *Telnet) Close() error { return t.conn.Close() }

// step takes one byte; true: it is text.
func (t *Telnet) step(b byte) bool {
	switch t.state {
	case inText:
		if b != cmdIAC {
			return b != 0 // CR NUL is CR
		}
		t.state = inCommand
	case inCommand:
		return t.command(b)
	case inOption:
		t.state = inText
		t.negotiate(t.verb, b)
	case inSub:
		if b == cmdIAC {
			t.state = inSubCommand
		} else if len(t.sub) < maxSub {
			t.sub = append(t.sub, b)
		}
	case inSubCommand:
		switch t.state = inSub; {
		case b == cmdSE:
			t.state = inText
			t.asksType()
		case b == cmdIAC && len(t.sub) < maxSub:
			t.sub = append(t.sub, b)
		}
	}
	return false
}

func (t *Telnet) command(b byte) bool {
	t.state = inText
	switch b {
	case cmdIAC:
		return true
	case cmdWill, cmdWont, cmdDo, cmdDont:
		t.verb, t.state = b, inOption
	case cmdSB:
		t.sub, t.state = t.sub[:0], inSub
	}
	return false
}

// negotiate answers a request, and is silent on what is so already.
func (t *Telnet) negotiate(verb, opt byte) {
	say := func(verb byte) { t.replies = append(t.replies, cmdIAC, verb, opt) }
	switch verb {
	case cmdWill:
		switch {
		case opt != optEcho && opt != optSGA:
			say(cmdDont)
		case !t.him[opt]:
			t.him[opt] = true
			say(cmdDo)
		}
	case cmdWont:
		if t.him[opt] {
			t.him[opt] = false
			say(cmdDont)
		}
	case cmdDo, cmdDont:
		t.mu.Lock()
		was := t.us[opt]
		t.us[opt] = verb == cmdDo && (opt == optType || opt == optSize || opt == optSGA)
		now, cols, rows := t.us[opt], t.cols, t.rows
		t.mu.Unlock()
		switch {
		case now && !was:
			say(cmdWill)
			if opt == optSize && cols|rows != 0 {
				t.replies = append(t.replies, size(cols, rows)...)
			}
		case verb == cmdDo && !now, was && !now:
			say(cmdWont)
		}
	}
}

// asksType answers the question for the terminal type.
func (t *Telnet) asksType() {
	if len(t.sub) == 2 && t.sub[0] == optType && t.sub[1] == typeSend {
		t.replies = append(t.replies, cmdIAC, cmdSB, optType, typeIs)
		t.replies = append(t.replies, terminalType...)
		t.replies = append(t.replies, cmdIAC, cmdSE)
	}
}
