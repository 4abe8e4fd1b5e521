package tty

import (
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/busylamp/busylamp/cli/term"
)

// Terminal implements term.Terminal on a byte stream.
type Terminal struct {
	rw          io.ReadWriteCloser
	o           Options
	closeStream func() error // closes rw, once

	interrupts chan struct{} // capacity 1, see term.Terminal.Interrupted
	arrived    chan struct{} // capacity 1: input came, or its end
	taken      chan struct{} // capacity 1: a full input buffer has room again
	kick       chan struct{} // capacity 1: write out now
	resized    chan struct{} // capacity 1: SetSize was called
	closing    chan struct{} // closed by Close
	readDone   chan struct{}
	writeDone  chan struct{}
	flushTimer *time.Timer // kicks the writer flushDelay after output began

	mu         sync.Mutex
	room       *sync.Cond // on mu: the output buffer was emptied, or gone is set
	cols, rows int

	in      []byte // received and not yet decoded, at most inputLimit
	inFull  bool   // the reader waits for taken
	eof     bool   // nothing more will arrive
	waiting bool   // a ReadLine or ReadKey is waiting: Ctrl-C is a key
	lastCR  bool   // the last key was CR: a following LF or NUL belongs to it
	raw     bool   // a program has the terminal: all bytes are its own

	out     []byte
	gone    bool   // closed or the stream is broken: output goes nowhere
	lastOut byte   // last byte printed
	row     []byte // the beginning of the row that is being printed, at most maxRow bytes

	line    *line // the line being edited, nil if none
	text    *lineBuffer
	secrets *lineBuffer // for passwords, so that ^Y never shows one
}

var _ term.Terminal = (*Terminal)(nil)

// New starts a terminal on rw. rw.Close must end a blocked Read and Write.
func New(rw io.ReadWriteCloser, o Options) *Terminal {
	if o.WriteTimeout <= 0 {
		o.WriteTimeout = 2 * time.Minute
	}
	t := &Terminal{
		rw:          rw,
		o:           o,
		closeStream: sync.OnceValue(rw.Close),
		interrupts:  make(chan struct{}, 1),
		arrived:     make(chan struct{}, 1),
		taken:       make(chan struct{}, 1),
		kick:        make(chan struct{}, 1),
		resized:     make(chan struct{}, 1),
		closing:     make(chan struct{}),
		readDone:    make(chan struct{}),
		writeDone:   make(chan struct{}),
		lastOut:     '\n',
		text:        newLineBuffer(),
		secrets:     newLineBuffer(),
	}
	t.room = sync.NewCond(&t.mu)
	t.flushTimer = time.AfterFunc(time.Hour, func() { notify(t.kick) })
	t.flushTimer.Stop()
	t.SetSize(o.Cols, o.Rows)
	go t.reader()
	go t.writer()
	return t
}

// notify wakes the one goroutine that waits on a channel of capacity 1.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close writes what is left (for up to two seconds), closes the stream and
// waits for the terminal's goroutines. It may be called more than once.
func (t *Terminal) Close() error {
	t.mu.Lock()
	select {
	case <-t.closing:
	default:
		close(t.closing)
		t.gone = true
		t.room.Broadcast()
	}
	t.mu.Unlock()
	linger := time.AfterFunc(lingerTime, func() { t.closeStream() })
	<-t.writeDone
	linger.Stop()
	err := t.closeStream()
	<-t.readDone
	t.flushTimer.Stop()
	return err
}

// reader moves bytes from the stream to t.in.
func (t *Terminal) reader() {
	defer close(t.readDone)
	buf := make([]byte, 4096)
	for {
		n, err := t.rw.Read(buf)
		if !t.isRaw() {
			blankTabs(buf[:n], t.o.PlainNewline || n == len(buf))
		}
		t.receive(buf[:n])
		if err != nil {
			t.mu.Lock()
			t.eof = true
			t.mu.Unlock()
			notify(t.arrived)
			return
		}
	}
}

// blankTabs makes the tabs of pasted text the white space that their author meant.
// A tab that was typed is the last byte to arrive; pasted says that not even that
// one was.
func blankTabs(chunk []byte, pasted bool) {
	for i, b := range chunk {
		if b == '\t' && (pasted || i < len(chunk)-1) {
			chunk[i] = ' '
		}
	}
}

// receive buffers what was read. While a command runs, Ctrl-C and
// Ctrl-Shift-6 are no input but interrupt it.
func (t *Terminal) receive(chunk []byte) {
	for len(chunk) > 0 {
		t.mu.Lock()
		n := min(len(chunk), inputLimit-len(t.in))
		for _, b := range chunk[:n] {
			if !t.waiting && !t.raw && (b == ctrlC || b == ctrlCaret) {
				notify(t.interrupts)
				continue
			}
			t.in = append(t.in, b)
		}
		chunk = chunk[n:]
		t.inFull = len(chunk) > 0
		t.mu.Unlock()
		notify(t.arrived)
		if len(chunk) > 0 {
			select {
			case <-t.taken:
			case <-t.closing:
				return
			}
		}
	}
}

// consume drops n decoded bytes of input; the caller holds mu.
func (t *Terminal) consume(n int) {
	t.in = t.in[n:]
	if t.inFull {
		t.inFull = false
		notify(t.taken)
	}
}

// writer moves t.out to the stream, all of it in one Write.
func (t *Terminal) writer() {
	defer close(t.writeDone)
	var spare []byte
	for last := false; !last; {
		select {
		case <-t.kick:
		case <-t.closing:
			last = true
		}
		t.mu.Lock()
		data := t.out
		t.out = spare[:0]
		t.room.Broadcast()
		t.mu.Unlock()
		if len(data) > 0 {
			if err := t.send(data); err != nil {
				t.mu.Lock()
				t.gone, t.out = true, nil
				t.room.Broadcast()
				t.mu.Unlock()
				t.closeStream() // ends the reader too: the session sees a hang-up
				return
			}
		}
		spare = data
	}
}

// send writes to the stream and closes it when the peer takes nothing.
func (t *Terminal) send(data []byte) error {
	stalled := time.AfterFunc(t.o.WriteTimeout, func() { t.closeStream() })
	defer stalled.Stop()
	_, err := t.rw.Write(data)
	return err
}

// put prints text with line ends translated, without what the terminal would obey; the
// caller holds mu. It never waits: callers that produce much call waitRoom first.
func (t *Terminal) put(text string) {
	if t.gone || text == "" {
		return
	}
	text = harmless(text)
	if len(t.out) == 0 {
		t.flushTimer.Reset(flushDelay)
	}
	for text != "" {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			t.out = append(t.out, text...)
			t.lastOut = text[len(text)-1]
			t.row = append(t.row, text[:min(len(text), max(maxRow-len(t.row), 0))]...)
			break
		}
		t.row = t.row[:0]
		t.out = append(t.out, text[:i]...)
		if i > 0 {
			t.lastOut = text[i-1]
		}
		if t.lastOut != '\r' && !t.o.PlainNewline {
			t.out = append(t.out, '\r')
		}
		t.out = append(t.out, '\n')
		t.lastOut = '\n'
		text = text[i+1:]
	}
	if len(t.out) >= flushSize {
		notify(t.kick)
	}
}

// waitRoom waits until output may be produced and reports whether anyone will
// see it; the caller holds mu.
func (t *Terminal) waitRoom() bool {
	for len(t.out) >= outputLimit && !t.gone {
		t.room.Wait()
	}
	return !t.gone
}

// Write implements term.Terminal.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for done := 0; ; {
		if !t.waitRoom() {
			return done, io.ErrClosedPipe
		}
		n := len(p) - done
		if n > outputLimit {
			n = outputLimit
			for range utf8.UTFMax - 1 { // not within a character
				if !utf8.RuneStart(p[done+n]) {
					n--
				}
			}
		}
		t.put(string(p[done : done+n]))
		if done += n; done == len(p) {
			return done, nil
		}
	}
}

// Async implements term.Terminal.
func (t *Terminal) Async(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.message(text)
}

// Insert implements term.Terminal.
func (t *Terminal) Insert(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row := string(t.row)
	if !t.message(text) {
		return
	}
	switch l := t.line; {
	case l != nil && l.visible:
		t.put(l.redraw())
	case t.waiting: // for a key
		t.put(row)
	}
}

// message prints a text on lines of its own; false: nobody reads, it was dropped. The
// caller holds mu.
func (t *Terminal) message(text string) bool {
	text = strings.TrimSuffix(text, "\n")
	if len(t.out)+len(text) > 2*outputLimit {
		return false
	}
	if t.lastOut != '\n' {
		t.put("\n")
	}
	t.put(text + "\n")
	return true
}

// SetSize tells the size of the user's window; 0 = unknown. Sizes beyond
// 10,000 count as unknown.
func (t *Terminal) SetSize(cols, rows int) {
	known := func(n int) int {
		if n < 0 || n > 10_000 {
			return 0
		}
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cols, t.rows = known(cols), known(rows)
	notify(t.resized)
}

// Size implements term.Terminal.
func (t *Terminal) Size() (cols, rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cols, t.rows
}

// Pending implements term.Terminal.
func (t *Terminal) Pending() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skipLineEnd()
	return len(t.in) > 0
}

// Interrupted implements term.Terminal.
func (t *Terminal) Interrupted() <-chan struct{} { return t.interrupts }
