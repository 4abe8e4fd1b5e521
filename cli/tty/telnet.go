package tty

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"
)

// Telnet commands and options (RFC 854, 855, 857, 858, 1073, 1091).
const (
	telSE    = 240
	telBreak = 243
	telIP    = 244 // interrupt process
	telAYT   = 246 // are you there
	telEC    = 247 // erase character
	telEL    = 248 // erase line
	telSB    = 250
	telWill  = 251
	telWont  = 252
	telDo    = 253
	telDont  = 254
	telIAC   = 255

	optEcho  = 1
	optSGA   = 3 // suppress go-ahead
	optTType = 24
	optNAWS  = 31 // window size
)

const (
	// subLimit bounds a subnegotiation in bytes; the rest of a longer one is
	// dropped.
	subLimit = 64
	// replyTimeout bounds the wait for the peer to take an answer.
	replyTimeout = 30 * time.Second
)

// telnetGreeting is what IOS sends first.
var telnetGreeting = []byte{
	telIAC, telWill, optEcho, telIAC, telWill, optSGA, telIAC, telDo, optTType, telIAC, telDo, optNAWS,
}

// telnetConn takes the telnet protocol off a connection: Read returns what was
// typed, Write doubles IAC. Read negotiates, on the goroutine that calls it.
type telnetConn struct {
	net.Conn
	writing sync.Mutex

	// Of the goroutine that reads.
	state   telnetState
	verb    byte // WILL, WONT, DO or DONT whose option comes next
	sub     []byte
	us, him [256]bool // options that are on, at our and at his side
	asked   [256]bool // our DO awaits its answer
	reply   []byte
	aytDone bool // one answer to AYT per Read is enough

	sizeMu     sync.Mutex
	cols, rows int
	resize     func(cols, rows int) // Terminal.SetSize
}

type telnetState uint8

const (
	telData   telnetState = iota
	telCmd                // after IAC
	telVerb               // after WILL, WONT, DO, DONT
	telSub                // in a subnegotiation
	telSubCmd             // after IAC in a subnegotiation
)

// newTelnetConn sends the greeting.
func newTelnetConn(c net.Conn) (*telnetConn, error) {
	t := &telnetConn{Conn: c}
	t.us[optEcho], t.us[optSGA] = true, true
	t.asked[optTType], t.asked[optNAWS] = true, true
	return t, t.send(telnetGreeting)
}

// onSize makes f hear of the window's size, at once if it is known already.
func (t *telnetConn) onSize(f func(cols, rows int)) {
	t.sizeMu.Lock()
	defer t.sizeMu.Unlock() // held over f, which is our own, to keep the order
	t.resize = f
	if t.cols|t.rows != 0 {
		f(t.cols, t.rows)
	}
}

// send writes protocol bytes. A peer that does not take them loses the line.
func (t *telnetConn) send(b []byte) error {
	t.writing.Lock()
	defer t.writing.Unlock()
	t.SetWriteDeadline(time.Now().Add(replyTimeout))
	defer t.SetWriteDeadline(time.Time{})
	_, err := t.Conn.Write(b)
	return err
}

// Write sends p, in one write to the connection.
func (t *telnetConn) Write(p []byte) (int, error) {
	b := p
	if bytes.IndexByte(p, telIAC) >= 0 {
		b = bytes.ReplaceAll(p, []byte{telIAC}, []byte{telIAC, telIAC})
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	if _, err := t.Conn.Write(b); err != nil {
		return 0, err
	}
	return len(p), nil
}

// drainTime is how long Close waits for the peer to close its side.
const drainTime = time.Second

// Close ends the connection in the way in which the peer gets all that was written: a
// system answers bytes that arrive at a closed connection, or were never read, with a
// reset, which takes the last output away from the peer.
func (t *telnetConn) Close() error {
	if half, ok := t.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		t.Conn.SetReadDeadline(time.Now().Add(drainTime))
		io.Copy(io.Discard, t.Conn)
	}
	return t.Conn.Close()
}

// Read returns what was typed.
func (t *telnetConn) Read(p []byte) (int, error) {
	for {
		n, err := t.Conn.Read(p)
		data := p[:0] // never longer than what was read
		t.aytDone = false
		for _, b := range p[:n] {
			if typed, ok := t.step(b); ok {
				data = append(data, typed)
			}
		}
		if len(t.reply) > 0 {
			if e := t.send(t.reply); e != nil && err == nil {
				err = e
			}
			t.reply = t.reply[:0]
		}
		if len(data) > 0 || err != nil {
			return len(data), err
		}
	}
}

// step takes one byte from the wire; ok: typed is what it means as a key.
func (t *telnetConn) step(b byte) (typed byte, ok bool) {
	switch t.state {
	case telData:
		if b != telIAC {
			return b, true
		}
		t.state = telCmd
	case telCmd:
		return t.command(b)
	case telVerb:
		t.state = telData
		t.negotiate(t.verb, b)
	case telSub:
		if b == telIAC {
			t.state = telSubCmd
		} else {
			t.subByte(b)
		}
	case telSubCmd:
		t.state = telSub
		switch b {
		case telIAC:
			t.subByte(b)
		case telSE:
			t.state = telData
			t.subnegotiation()
		default: // RFC 854 has no such thing: the peer lost its SE
			t.state = telCmd
			return t.command(b)
		}
	}
	return 0, false
}

// command takes the byte after IAC.
func (t *telnetConn) command(b byte) (typed byte, ok bool) {
	t.state = telData
	switch b {
	case telIAC:
		return telIAC, true
	case telWill, telWont, telDo, telDont:
		t.verb, t.state = b, telVerb
	case telSB:
		t.sub, t.state = t.sub[:0], telSub
	case telIP:
		return ctrlC, true
	case telBreak:
		return ctrlCaret, true
	case telEC:
		return del, true
	case telEL:
		return ctrlU, true
	case telAYT:
		if !t.aytDone {
			t.reply = append(t.reply, "\r\n[Yes]\r\n"...)
			t.aytDone = true
		}
	}
	return 0, false // AO, NOP, GA, DM need nothing
}

// negotiate answers a request and stays silent on what is so already, which
// is what keeps two sides from answering one another for ever.
func (t *telnetConn) negotiate(verb, opt byte) {
	say := func(verb byte) { t.reply = append(t.reply, telIAC, verb, opt) }
	switch verb {
	case telDo:
		if offered := opt == optEcho || opt == optSGA; !offered {
			say(telWont)
		} else if !t.us[opt] {
			t.us[opt] = true
			say(telWill)
		}
	case telDont:
		if t.us[opt] {
			t.us[opt] = false
			say(telWont)
		}
	case telWill:
		wanted := opt == optTType || opt == optNAWS || opt == optSGA
		switch {
		case !wanted:
			say(telDont)
		case !t.him[opt]:
			t.him[opt] = true
			if !t.asked[opt] {
				say(telDo)
			}
			if opt == optTType { // asked because IOS asks; nothing depends on it
				t.reply = append(t.reply, telIAC, telSB, optTType, 1, telIAC, telSE)
			}
		}
		t.asked[opt] = false
	case telWont:
		if t.him[opt] {
			t.him[opt] = false
			say(telDont)
		}
		t.asked[opt] = false
	}
}

func (t *telnetConn) subByte(b byte) {
	if len(t.sub) < subLimit {
		t.sub = append(t.sub, b)
	}
}

// subnegotiation takes a complete one; only the window size matters.
func (t *telnetConn) subnegotiation() {
	if len(t.sub) != 5 || t.sub[0] != optNAWS {
		return
	}
	t.sizeMu.Lock()
	defer t.sizeMu.Unlock()
	t.cols = int(binary.BigEndian.Uint16(t.sub[1:]))
	t.rows = int(binary.BigEndian.Uint16(t.sub[3:]))
	if t.resize != nil {
		t.resize(t.cols, t.rows)
	}
}
