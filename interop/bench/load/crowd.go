package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// watcher is one subscription. Its fields are the reader's, but for cseq and sent,
// which are set while nothing is under way.
type watcher struct {
	cseq   int
	sent   time.Time
	took   time.Duration // from SUBSCRIBE to both 200 and NOTIFY
	ok     bool          // its 200 has come
	told   bool          // a NOTIFY has come since
	to     string        // To of the 200, with the agent's tag
	target string        // URI of the agent's Contact
	notify string        // CSeq of the last NOTIFY
	round  int32         // of the fan-out that it was last told in
}

// crowd is all watchers on one socket. read runs on a goroutine of its own.
type crowd struct {
	o        options
	conn     *net.UDPConn
	self     string // address of the socket
	run      string // begins the Call-IDs of this run
	watchers []watcher
	done     chan int    // complete exchanges
	answers  chan string // to PUBLISH
	etag     string      // of what was published

	complete, refused, again, heard, told, last atomic.Int64
	round                                       atomic.Int32
}

func newCrowd(conn *net.UDPConn, o options) *crowd {
	return &crowd{o: o, conn: conn, self: conn.LocalAddr().String(), run: strconv.FormatUint(rand.Uint64(), 36),
		watchers: make([]watcher, o.n), done: make(chan int, o.n), answers: make(chan string, 1)}
}

// subscribe sends the SUBSCRIBE of a watcher: its first, or a refresh in the dialog.
func (c *crowd) subscribe(i int) {
	w := &c.watchers[i]
	number := c.o.first + i%c.o.numbers
	uri := fmt.Sprintf("sip:%d@%s", number, c.o.target)
	to := "<" + uri + ">"
	if w.to != "" {
		uri, to = w.target, w.to
	}
	w.cseq++
	w.ok, w.told, w.took, w.sent = false, false, 0, time.Now()
	c.send(fmt.Appendf(nil, "SUBSCRIBE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s.%d.%d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:2001@%s>;tag=w%d\r\nTo: %s\r\nCall-ID: %s-%d@bench\r\nCSeq: %d SUBSCRIBE\r\nContact: <sip:2001@%s>\r\n"+
		"Event: presence\r\nAccept: application/pidf+xml\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n",
		uri, c.self, c.run, i, w.cseq, c.o.target, i, to, c.run, i, w.cseq, c.self))
}

// publish tells the agent the state of the first number (RFC 3903).
func (c *crowd) publish(round int) error {
	uri := fmt.Sprintf("sip:%d@%s", c.o.first, c.o.target)
	body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="%s"><tuple id="a"><status><basic>%s</basic></status></tuple></presence>`,
		uri, [...]string{"open", "closed"}[round%2])
	before := ""
	if c.etag != "" {
		before = "SIP-If-Match: " + c.etag + "\r\n"
	}
	c.send(fmt.Appendf(nil, "PUBLISH %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%sp%d;rport\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=p%d\r\nTo: <%s>\r\n"+
		"Call-ID: %sp%d@bench\r\nCSeq: 1 PUBLISH\r\n%sEvent: presence\r\nExpires: 3600\r\nContent-Type: application/pidf+xml\r\nContent-Length: %d\r\n\r\n%s",
		uri, c.self, c.run, round, uri, round, uri, c.run, round, before, len(body), body))
	select {
	case msg := <-c.answers:
		if status, _, _ := strings.Cut(msg, "\r\n"); !strings.HasPrefix(status, "SIP/2.0 200") {
			return fmt.Errorf("PUBLISH was answered %q", status)
		}
		c.etag = string(header([]byte(msg), "\r\nSIP-ETag: "))
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("no answer to PUBLISH")
	}
}

func (c *crowd) send(msg []byte) {
	_, _ = c.conn.WriteToUDPAddrPort(msg, c.o.target) // what does not arrive is counted as lost
}

// read takes what the agent sends until the socket is closed.
func (c *crowd) read() {
	buf := make([]byte, 1<<16)
	var reply []byte
	for {
		n, from, err := c.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		msg := buf[:n]
		callID := header(msg, "\r\nCall-ID: ")
		i, ok := c.index(callID)
		switch {
		case bytes.HasPrefix(msg, []byte("NOTIFY ")):
			reply = answer(reply[:0], msg)
			_, _ = c.conn.WriteToUDPAddrPort(reply, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
			if ok {
				c.notified(i, msg)
			}
		case n > 12 && bytes.HasPrefix(msg, []byte("SIP/2.0 ")) && msg[8] >= '2':
			if ok {
				c.answered(i, msg)
			} else if bytes.Contains(callID, []byte("p")) {
				select {
				case c.answers <- string(msg):
				default:
				}
			}
		}
	}
}

// index is the watcher of a Call-ID.
func (c *crowd) index(callID []byte) (int, bool) {
	rest, ok := bytes.CutPrefix(callID, []byte(c.run+"-"))
	if !ok {
		return 0, false
	}
	number, _, _ := bytes.Cut(rest, []byte("@"))
	i, err := strconv.Atoi(string(number))
	return i, err == nil && i >= 0 && i < len(c.watchers)
}

func (c *crowd) answered(i int, msg []byte) {
	w := &c.watchers[i]
	if w.ok {
		return
	}
	if msg[8] != '2' {
		c.refused.Add(1)
		c.heard.Add(1)
		c.done <- i
		return
	}
	w.ok = true
	if w.to == "" {
		w.to = string(header(msg, "\r\nTo: "))
		contact := header(msg, "\r\nContact: ")
		if a, b := bytes.IndexByte(contact, '<'), bytes.IndexByte(contact, '>'); a >= 0 && b > a {
			w.target = string(contact[a+1 : b])
		}
	}
	c.check(i, w)
}

func (c *crowd) notified(i int, msg []byte) {
	w := &c.watchers[i]
	cseq := string(header(msg, "\r\nCSeq: "))
	if cseq == w.notify {
		c.again.Add(1)
		return
	}
	w.notify = cseq
	if r := c.round.Load(); r > w.round {
		w.round = r
		c.last.Store(time.Now().UnixNano())
		c.told.Add(1)
		return
	}
	if !w.told {
		w.told = true
		c.check(i, w)
	}
}

// check says so when an exchange is complete.
func (c *crowd) check(i int, w *watcher) {
	c.heard.Add(1)
	if w.ok && w.told {
		now := time.Now()
		w.took = now.Sub(w.sent)
		c.last.Store(now.UnixNano())
		c.complete.Add(1)
		c.done <- i
	}
}

// header is the value of the first header that begins with a line end and name.
func header(msg []byte, name string) []byte {
	_, rest, ok := bytes.Cut(msg, []byte(name))
	if !ok {
		return nil
	}
	value, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return value
}

// answer appends the 200 to a NOTIFY.
func answer(b, msg []byte) []byte {
	b = append(b, "SIP/2.0 200 OK\r\n"...)
	head, _, _ := bytes.Cut(msg, []byte("\r\n\r\n"))
	for i, line := range bytes.Split(head, []byte("\r\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Via", "From", "To", "Call-ID", "CSeq", "Record-Route":
			if i > 0 {
				b = append(append(b, line...), "\r\n"...)
			}
		}
	}
	return append(b, "Content-Length: 0\r\n\r\n"...)
}
