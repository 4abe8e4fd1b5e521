package sipua

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// messages is `debug ccsip messages`.
const messages = logbuf.Topic("ccsip messages")

// traceMessage shows a message to the Tracer and to `debug ccsip messages`.
func (u *UA) traceMessage(sent bool, transport string, peer netip.AddrPort, msg []byte) {
	if u.o.Tracer != nil {
		u.o.Tracer(sent, transport, peer, msg)
	}
	if u.o.Log == nil || !u.o.Log.Enabled(messages) {
		return
	}
	direction := "Received"
	if sent {
		direction = "Sent"
	}
	u.o.Log.Debugf(messages, "//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n%s: \n%s\n", direction, printable(msg))
}

// Digest responses are no passwords and are shown; Basic credentials and the
// password part of a SIP URI are.
var (
	basicSecret = regexp.MustCompile(`(?im)^((?:proxy-)?authorization[ \t]*:\s*basic[ \t]+)\S+`)
	uriSecret   = regexp.MustCompile(`(?i)(sips?:[^@:;?<>\s]*):[^@<>\s]*@`)
)

// printable is a message as a terminal may show it: line ends of the terminal,
// no control characters, no passwords.
func printable(msg []byte) string {
	text := strings.ReplaceAll(string(msg), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\t') || r == 0x7f {
			return '.'
		}
		return r
	}, text)
	text = basicSecret.ReplaceAllString(text, "${1}*****")
	return uriSecret.ReplaceAllString(text, "${1}:*****@")
}
