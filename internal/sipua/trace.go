package sipua

import (
	"net/netip"
	"regexp"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// messages is `debug ccsip messages`.
const messages = logbuf.Topic("ccsip messages")

// events is `debug ccsip events`: what becomes of transactions.
const events = logbuf.Topic("ccsip events")

// tells says whether event lines are wanted. Asking first spares the arguments.
func (u *UA) tells() bool { return u.o.Log != nil && u.o.Log.Enabled(events) }

// event is one line of `debug ccsip events`.
func (u *UA) event(fn, format string, a ...any) {
	u.o.Log.Debugf(events, "//-1/xxxxxxxxxxxx/SIP/Event/"+fn+": "+format, a...)
}

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
	u.o.Log.Debugf(messages, "//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n%s: \n%s\n", direction, shown(msg))
}

// Digest responses are no passwords and are shown; Basic credentials and the
// password part of a SIP URI are.
var (
	basicSecret = regexp.MustCompile(`(?im)^((?:proxy-)?authorization[ \t]*:\s*basic[ \t]+)\S+`)
	uriSecret   = regexp.MustCompile(`(?i)(sips?:[^@:;?<>\s]*):[^@<>\s]*@`)
)

// shown is a message without the passwords in it. The log takes care of its
// control characters.
func shown(msg []byte) logbuf.Lines {
	text := basicSecret.ReplaceAllString(string(msg), "${1}*****")
	return logbuf.Lines(uriSecret.ReplaceAllString(text, "${1}:*****@"))
}
