// Package tty handles bytes: it turns a byte stream into a term.Terminal with
// an IOS-like line editor, and it serves such terminals on the process's own
// console, on SSH and on telnet. What a line means is none of its business.
//
// The composition root (internal/app) and tests import it; it imports cli/term
// and never package cli.
//
// Goroutines: each Terminal owns two, one that reads the stream into a bounded
// buffer and one that writes the bounded output buffer; both end in Close.
// Keys are decoded, edited and painted on the goroutine that calls ReadLine.
// ServeSSH and ServeTelnet own one goroutine per connection (SSH a few more) and
// return after the last of them has ended; Console owns one that follows the
// size of the window.
//
// Line editing rests on readline's buffer, see lineBuffer; everything that is
// seen is painted here, see screen.
package tty

import (
	"context"
	"net"
	"time"

	"github.com/busylamp/busylamp/cli/term"
)

// Kind is the sort of line a terminal is on.
type Kind uint8

// Kinds of lines.
const (
	KindConsole Kind = iota
	KindSSH
	KindTelnet
)

// String gives the name of the transport in lower case.
func (k Kind) String() string {
	switch k {
	case KindSSH:
		return "ssh"
	case KindTelnet:
		return "telnet"
	}
	return "console"
}

// ConnInfo says who is at a terminal.
type ConnInfo struct {
	Kind  Kind
	User  string // SSH: the authenticated user name
	Level int    // SSH: the privilege level given by SSHOptions.Auth
	Line  any    // what Door.Open gave
	// Cipher and MAC protect an SSH connection.
	Cipher, MAC string
	From        string // the peer's IP address without port; empty on the console
	// Exec is the command of an SSH exec request, which is to be run alone;
	// IsExec tells an empty one from a shell.
	Exec   string
	IsExec bool
	// Piped: the console is not a terminal but a pipe or a file.
	Piped bool
}

// Handler runs one session. It is called on a goroutine of its own for each
// connection; the terminal is closed after it returns. ctx ends when the
// server stops or, on SSH, when the connection is lost.
type Handler func(ctx context.Context, t term.Terminal, info ConnInfo)

// Door decides who gets a line, before a byte is exchanged. A peer that gets none is
// reset, as a router resets it. The zero Door lets everybody in. Both functions may be
// called concurrently.
type Door struct {
	// Open gives a line to a peer, or not. hangUp ends the connection; it may be called
	// from any goroutine, at any time.
	Open func(kind Kind, from string, hangUp func()) (line any, ok bool)
	// Close takes the line back, after the connection has ended.
	Close func(line any)
}

// enter asks for a line. The peer of a connection that gets none has been reset.
func (d Door) enter(kind Kind, conn net.Conn) (line any, leave func(), ok bool) {
	if d.Open == nil {
		return nil, func() {}, true
	}
	if line, ok = d.Open(kind, peerIP(conn), func() { conn.Close() }); !ok {
		if tcp, is := conn.(interface{ SetLinger(int) error }); is {
			_ = tcp.SetLinger(0) // it is closed next in any case
		}
		return nil, nil, false
	}
	return line, func() {
		if d.Close != nil {
			d.Close(line)
		}
	}, true
}

// Limits and their defaults.
const (
	// MaxLine is the longest line in characters; what is typed beyond it is
	// ignored with one bell.
	MaxLine = 4096
	// inputLimit bounds input that was not yet read by the session, in bytes;
	// beyond it the stream is not read, which stops the sender and loses nothing.
	inputLimit = 64 << 10
	// maxRow bounds what is remembered of the row that is being printed, in bytes: a
	// question and its answer.
	maxRow = 1 << 10
	// outputLimit bounds output that the peer did not yet take, in bytes; beyond
	// it Write and ReadLine wait and Async drops its message.
	outputLimit = 64 << 10
	// flushSize is the amount of output that leaves without further waiting.
	flushSize = 8 << 10
	// flushDelay is how long output of a running command is collected.
	flushDelay = 5 * time.Millisecond
	// lingerTime is how long Close waits for the peer to take the last output.
	lingerTime = 2 * time.Second
)

// Options of one Terminal.
type Options struct {
	// Cols and Rows are the initial size; 0 = unknown.
	Cols, Rows int
	// PlainNewline writes "\n" as it is: output goes to a pipe or a file.
	PlainNewline bool
	// LastLine takes text after the last line end at the end of input as a
	// line. For pipes only: after a hang-up half a command must not run.
	LastLine bool
	// WriteTimeout closes the stream when the peer takes nothing for so long;
	// 0 = two minutes.
	WriteTimeout time.Duration
}
