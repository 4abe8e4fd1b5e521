package sccp

import (
	"fmt"
	"maps"
	"strings"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// filter is which phones a topic is restricted to; a topic that is absent is not.
type filter map[logbuf.Topic]map[phones.MAC]bool

// DebugOnly restricts a debug topic to phones (`debug ephone … mac-address`); none
// means all phones again.
func (s *Server) DebugOnly(topic logbuf.Topic, only []phones.MAC) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := filter{}
	if old := s.only.Load(); old != nil {
		maps.Copy(next, *old)
	}
	delete(next, topic)
	if len(only) > 0 {
		next[topic] = map[phones.MAC]bool{}
		for _, mac := range only {
			next[topic][mac] = true
		}
	}
	s.only.Store(&next)
}

// debugging says whether a topic is on for this phone. mu is held.
func (c *conn) debugging(t logbuf.Topic) bool {
	if !c.s.o.Log.Enabled(t) {
		return false
	}
	only := c.s.only.Load()
	if only == nil || (*only)[t] == nil {
		return true
	}
	return (*only)[t][c.mac()]
}

func (c *conn) mac() phones.MAC {
	mac, _ := macOf(c.name)
	return mac
}

// debugf writes a line of a topic about this phone, "ephone-1[1]:" before it. mu is held.
func (c *conn) debugf(t logbuf.Topic, format string, a ...any) {
	if c.debugging(t) {
		c.s.o.Log.Debugf(t, "ephone-%d[%d]:%s", c.tag, c.socket, fmt.Sprintf(format, a...))
	}
}

// Trace implements call.Tracer. Lines of `state` have the phone's name before them,
// those of `detail` that the call model writes have not (CME command reference).
func (s *Server) Trace(d phones.Device, topic logbuf.Topic, text string) {
	c := s.phone(d.Tag)
	if c == nil { // it is leaving
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case topic == TopicState:
		c.stateLine(text)
	case c.debugging(topic):
		s.o.Log.Debugf(topic, "%s", text)
	}
}

// errorf writes a line of `debug ephone error`. mu is held.
func (c *conn) errorf(format string, a ...any) {
	if c.debugging(TopicError) {
		c.s.o.Log.Debugf(TopicError, "%s", fmt.Sprintf(format, a...))
	}
}

// The lines of the following functions are those of the CME command reference
// (debug ephone register, keepalive, message, raw).

// accepted tells of a new connection.
func (s *Server) accepted(c *conn, open int) {
	s.o.Log.Debugf(TopicRegister, "New Skinny socket accepted [%d] (%d active)", c.socket, open)
	s.o.Log.Debugf(TopicRegister, "sin_family 2, sin_port %d, in_addr %s", c.remote.Port(), c.remote.Addr())
	s.o.Log.Debugf(TopicRegister, "skinny_add_socket %d %s %d", c.socket, c.remote.Addr(), c.remote.Port())
}

// traceRegister tells what a phone says of itself. mu is not held.
func (c *conn) traceRegister(tag int, m *wire.RegisterReq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name = m.Name // which the filter goes by
	if !c.debugging(TopicRegister) {
		return
	}
	log := func(format string, a ...any) { c.s.o.Log.Debugf(TopicRegister, format, a...) }
	log("ephone-(%d)[%d] StationRegisterMessage (%d/%d/%d) from %s", tag, c.socket, m.ActiveStreams, m.MaxStreams, m.Version, c.remote.Addr())
	log("ephone-(%d)[%d] Register StationIdentifier DeviceName %s", tag, c.socket, m.Name)
	log("ephone-(%d)[%d] StationIdentifier Instance %d    deviceType %d", tag, c.socket, m.Instance, m.Type)
	log("ephone-%d[-1]:stationIpAddr %s", tag, m.Addr)
	log("ephone-%d[-1]:maxStreams %d", tag, m.MaxStreams)
	log("ephone-(%d) Allow any Skinny Server IP address %s", tag, c.local().Addr())
}

// traceReceived tells of a message from the phone. mu is held.
func (c *conn) traceReceived(id uint32, body []byte) {
	if id == wire.IDKeepAlive {
		c.debugf(TopicKeepalive, "Keepalive socket[%d] %s ", c.socket, c.name)
	}
	if c.debugging(TopicMessage) {
		c.s.o.Log.Debugf(TopicMessage, "Received message from phone %d, SkinnyMessageID = %s", c.tag, wire.Name(id))
	}
	if c.debugging(TopicRaw) {
		// What is received is shown from the message identifier on.
		word := []byte{byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)}
		c.s.o.Log.Debugf(TopicRaw, "skinny socket received %d bytes on socket [%d]\n%s", len(body)+4, c.socket, hexLines(append(word, body...)))
		c.s.o.Log.Debugf(TopicRaw, "")
		c.s.o.Log.Debugf(TopicRaw, "SkinnyMessageID = %X", id)
	}
}

// traceSent tells of a frame for the phone. mu is held.
func (c *conn) traceSent(m wire.Message, frame []byte) {
	if c.debugging(TopicMessage) {
		c.s.o.Log.Debugf(TopicMessage, "Sending  message to   phone %d, SkinnyMessageID = %s", c.tag, wire.Name(m.ID()))
	}
	if c.debugging(TopicRaw) {
		c.s.o.Log.Debugf(TopicRaw, "skinny send %d bytes\n%s", len(frame)-8, hexLines(frame))
		c.s.o.Log.Debugf(TopicRaw, "socket [%d] sent %d bytes OK (incl hdr) for ephone-(%d)", c.socket, len(frame), c.tag)
	}
}

// hexLines is bytes as `debug ephone raw` prints them, twenty to a line.
func hexLines(b []byte) logbuf.Lines {
	var s strings.Builder
	for i, x := range b {
		if i > 0 && i%20 == 0 {
			s.WriteByte('\n')
		}
		fmt.Fprintf(&s, "%X  ", x)
	}
	return logbuf.Lines(s.String())
}
