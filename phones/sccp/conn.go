package sccp

import (
	"container/list"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/busylamp/busylamp/internal/readable"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

const (
	// maxQueue bounds the bytes that wait to be written to one phone, on top of those
	// that are being written. A phone that lets it overflow is dropped.
	maxQueue     = 64 << 10
	smallBuffer  = 512
	keepBuffer   = 8 << 10          // larger buffers are not kept for others
	writeTimeout = 10 * time.Second // then the phone does not read and is dropped
	strangerTime = 30 * time.Second // to register in, and to come back in after leaving
)

// conn is one connection, from its acceptance on; once registered it is one
// phone. Everything below mu is touched under it only.
type conn struct {
	s      *Server
	link   readable.Conn
	remote netip.AddrPort
	socket int // number of the connection: the lowest free one, from 1

	// Server.mu guards these.
	stranger *list.Element // in Server.strangers; nil: not there
	turn     uint64        // at which it came there
	since    time.Time     // likewise

	mu      sync.Mutex
	slot    *slot              // while registered
	tag     int                // of its ephone
	dials   []phones.SpeedDial // as configured when it registered
	blf     []phones.BLFKey    // likewise
	tel     *phones.Telephony  // likewise; shared by all phones of one configuration
	model   shape
	inUse   int                     // negotiated protocol version; 0 before
	spec    *phones.Spec            // never changed; nil before it has registered
	keys    []key                   // buttons of the phone in the order of its template; see layoutOf
	sets    *[wire.KeySets][]placed // soft keys of the phone
	shown   call.View               // what the phone has been shown
	waiting *call.View              // what it is to be shown once it has asked for its keys
	painter *painter                // of shown, while there are calls

	name  string // SEP…, of RegisterReq
	facts facts
	alive time.Duration // keepalive interval told
	until time.Time     // a stranger has time until then
	lamps []lamp
	lists map[uint32]*entry // call list entries that are watched, by transaction id

	reader     *reader // while there are messages, or part of one; of the goroutine that reads
	out        *[]byte // frames to be written
	reason     error   // why it was closed
	handling   bool    // the reader handles messages and will write out what there is
	held       bool    // more is about to be queued: what there is waits for it
	writing    bool    // a goroutine writes, and will find what is added to out
	last       bool    // close when out is empty
	closed     bool
	registered bool
	ready      bool // it has asked for its keys
	hook       bool // the phone says that it is off hook
	sticky     bool // a notice without a time limit stands in the prompt line
	resets     bool // a reset waits for the end of the call
	resetAs    phones.ResetKind
	alarms     uint8

	// agenda.mu guards these two.
	due   moment // when lamps are looked after
	place int32  // among those of others, unless due is 0

	// These two are Server.mu's again.
	spoke bool // it has said something useful before it registered
	freed bool // it has left the table; it cannot register
}

// shape is what of its model matters to a registered phone.
type shape struct {
	name       string // "" not known
	shown      string // by `show ephone`; "" for a device type that nobody knows
	blf, lists bool   // it can show them
	lines      int16
}

// facts are what `show ephone` tells of a phone beside its buttons.
type facts struct {
	keepalives uint64
	kind       uint32 // device type
	version    int32  // of the phone
	maxStreams int32
	caps       int32
	resetsSent int32
	load, last string // of its alarm: firmware, reason of the last reset
	registered time.Time
	seen       time.Time
}

// key is one entry of the button template: an instance of a button type
// (wire.Button…), 0 for a key without use. The instance of a line is the number
// of its button, that of a speed dial or BLF speed dial its tag.
type key struct{ kind, instance uint8 }

// local is the address that the phone has connected to.
func (c *conn) local() netip.AddrPort { return c.link.Local() }

// device is the phone's name in the call model.
func (c *conn) device() phones.Device {
	return phones.Device{Kind: phones.EphoneDevice, Tag: c.tag}
}

// send queues a message. mu is held.
func (c *conn) send(m wire.Message) {
	if c.closed || c.last {
		return
	}
	if c.out == nil {
		c.out = c.s.pool.Get().(*[]byte)
	}
	n := len(*c.out)
	*c.out = wire.Encode(*c.out, m, c.inUse)
	c.traceSent(m, (*c.out)[n:])
	if len(*c.out) > maxQueue {
		c.errorf("socket [%d] send ERROR 11", c.socket)
		c.fail(errSlow)
		return
	}
	c.push()
}

// push sees to it that somebody writes what is queued. mu is held.
func (c *conn) push() {
	if c.handling || c.held || c.writing || c.closed || c.out == nil && !c.last {
		return
	}
	c.writing = true
	c.s.conns.Add(1) // never from zero: the reader lives until the connection is closed
	go func() {
		defer c.s.conns.Done()
		c.write(time.Now())
	}()
}

// finish closes the connection once all that is queued is written. mu is held.
func (c *conn) finish(reason error) {
	if c.closed || c.last {
		return
	}
	c.last, c.reason = true, reason
	c.push()
}

// fail closes the connection. mu is held.
func (c *conn) fail(reason error) {
	if c.closed {
		return
	}
	c.closed = true
	if c.reason == nil {
		c.reason = reason
	}
	c.recycle(c.out)
	c.out = nil
	c.link.Close()
}

// evict closes a connection that had to make room.
func (c *conn) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errorf("socket [%d] closed: %v", c.socket, errCrowded)
	c.fail(errCrowded)
}

// write writes until nothing is queued. writing has been set by the caller, now.
func (c *conn) write(now time.Time) {
	for first := true; ; first = false {
		c.mu.Lock()
		b := c.out
		c.out = nil
		if b == nil || c.closed {
			c.writing = false
			if c.last {
				c.fail(c.reason)
			}
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		if !first {
			now = time.Now()
		}
		err := c.link.Write(*b, now.Add(writeTimeout))
		c.recycle(b)
		if err != nil {
			c.mu.Lock()
			c.writing = false
			if errors.Is(err, os.ErrDeadlineExceeded) {
				c.errorf("Skinny Socket [%d] retry failure", c.socket)
				err = errSlow
			}
			c.fail(err)
			c.mu.Unlock()
			return
		}
	}
}

func (c *conn) recycle(b *[]byte) {
	if b != nil && cap(*b) <= keepBuffer {
		*b = (*b)[:0]
		c.s.pool.Put(b)
	}
}

// reader is the connection as it is read while there is something to handle: when
// there is nothing left the answers are written.
type reader struct {
	c      *conn
	frames *wire.Reader
	todo   []call.Input // for the Exchange, when mu is free
	until  time.Time    // the phone may be quiet
}

func (r *reader) Read(p []byte) (int, error) {
	c := r.c
	now := time.Now()
	c.mu.Lock()
	c.handling = false
	mine := !c.writing && !c.closed && (c.out != nil || c.last)
	c.writing = c.writing || mine
	r.until = c.until
	if c.registered {
		// Three keepalives are missed when the third one is overdue.
		r.until = now.Add(3*c.alive + c.alive/10)
	}
	c.mu.Unlock()
	if mine {
		c.write(now)
	}
	n, err := c.link.Read(p, now)
	if n > 0 {
		c.mu.Lock()
		c.handling = true
		c.mu.Unlock()
	}
	return n, err
}

// Ready implements readable.Handler: it handles what the phone has said. While the
// phone is quiet it has no reader, unless that holds the beginning of a message.
func (c *conn) Ready() (until time.Time, more bool) {
	r := c.reader
	if r == nil {
		r = c.s.readers.Get().(*reader)
		r.c, c.reader = c, r
		r.frames.Reset(r)
	}
	for {
		id, version, body, err := r.frames.Next()
		if err == nil {
			c.take(id, version, body)
			continue
		}
		c.tell() // digits before what is no frame
		until, more = r.until, errors.Is(err, readable.ErrQuiet)
		if !more || r.frames.Held() == 0 {
			r.c, c.reader = nil, nil
			c.s.readers.Put(r)
		}
		if !more {
			c.end(err)
		}
		return until, more
	}
}

// tell passes on to the Exchange what the phone's message asks for. It runs on the
// goroutine that reads. mu is not held.
func (c *conn) tell() {
	r := c.reader
	if len(r.todo) == 0 {
		return
	}
	c.s.o.Exchange.Press(r.todo...)
	clear(r.todo)
	r.todo = r.todo[:0]
}

// end is the end of the connection: whatever the phone had is given back.
func (c *conn) end(err error) {
	defer c.s.conns.Done()
	c.mu.Lock()
	c.handling = false
	c.fail(err)
	deceased := c.registered && c.reason == err && errors.Is(err, os.ErrDeadlineExceeded)
	if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		c.errorf("socket [%d] closed: %v", c.socket, err)
	}
	c.mu.Unlock()
	state := phones.EphoneUnregistered
	if deceased {
		state = phones.EphoneDeceased
	}
	c.part(state, false)
	c.s.leave(c)
}
