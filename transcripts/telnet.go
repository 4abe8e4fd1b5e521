package transcripts

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
)

// Telnet (RFC 854, RFC 1073).
const (
	iac     = 255
	subEnd  = 240
	sub     = 250
	will    = 251
	wont    = 252
	do      = 253
	optEcho = 1
	optSGA  = 3
	optType = 24
	optNAWS = 31
)

// telnetTerm is the client's side of a telnet connection as a byte stream. Enter is CR
// NUL on the wire, as telnet clients send it.
type telnetTerm struct {
	net.Conn
	skip  int  // bytes of a command that are still to come
	inSub bool // in a subnegotiation
	last  byte // the byte before, while in one
}

// DialTelnet logs in over c on a terminal of unlimited length, and owns c. It answers
// the questions for a user and a password; what the appliance says before the first
// prompt is dropped.
func DialTelnet(c net.Conn, l Login) (io.ReadWriteCloser, error) {
	t := &telnetTerm{Conn: c}
	_, err := c.Write([]byte{
		iac, do, optEcho, iac, do, optSGA, iac, wont, optType, iac, will, optNAWS,
		iac, sub, optNAWS, 2, 0, maxRows >> 8, maxRows & 255, iac, subEnd,
	})
	for asked := ""; err == nil && asked != "Password: "; {
		if asked, err = t.question(); err == nil {
			_, err = t.Write([]byte(map[string]string{"Username: ": l.User, "Password: ": l.Password}[asked] + "\r"))
		}
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("telnet: %w", err)
	}
	return t, nil
}

// question waits for one of the two questions of a login.
func (t *telnetTerm) question() (string, error) {
	said, b := "", make([]byte, 256)
	for {
		n, err := t.Read(b)
		said += string(b[:n])
		for _, q := range []string{"Username: ", "Password: "} {
			if strings.HasSuffix(said, q) {
				return q, nil
			}
		}
		if err != nil {
			return "", err
		}
	}
}

// Write implements io.Writer.
func (t *telnetTerm) Write(p []byte) (int, error) {
	b := bytes.ReplaceAll(p, []byte{iac}, []byte{iac, iac})
	if _, err := t.Conn.Write(bytes.ReplaceAll(b, []byte("\r"), []byte("\r\x00"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Read implements io.Reader.
func (t *telnetTerm) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	kept := p[:0]
	for _, b := range p[:n] {
		switch {
		case t.inSub:
			t.inSub = t.last != iac || b != subEnd
			t.last = b
		case t.skip == 2: // the command
			t.skip = 1
			if t.inSub = b == sub; t.inSub || b == iac {
				t.skip, t.last = 0, 0
			}
			if b == iac {
				kept = append(kept, b)
			}
		case t.skip == 1:
			t.skip = 0
		case b == iac:
			t.skip = 2
		default:
			kept = append(kept, b)
		}
	}
	return len(kept), err
}
