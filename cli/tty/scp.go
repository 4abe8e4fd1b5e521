package tty

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
)

// SCPFiles are the files that `scp` reaches. Names are as the client writes them,
// without the directory of its own side: "flash:x", "flash:/x", "x".
type SCPFiles struct {
	// Refuse says why this user may not copy; "" lets him.
	Refuse func(info ConnInfo) string
	Read   func(name string) ([]byte, error)
	Write  func(name string, data []byte) error
	// Limit is the largest file that is taken, in bytes.
	Limit int64
}

const (
	// scpIdle is how long a client may be silent in the middle of a copy.
	scpIdle = 60 * time.Second
	// scpLine bounds a control line in bytes.
	scpLine = 1024
)

// scpCommand is what an `scp` client runs on the far side: `scp -t TARGET` takes files,
// `scp -f FILE` gives one. ok is false for any other command.
func scpCommand(line string) (take bool, target string, ok bool) {
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "scp" {
		return false, "", false
	}
	for i, w := range words[1:] {
		switch w {
		case "-t":
			take, ok = true, true
		case "-f":
			ok = true
		case "-p", "-v", "-q", "-d", "--":
		default:
			return take, strings.Trim(strings.Join(words[1+i:], " "), `'"`), ok && w[0] != '-'
		}
	}
	return false, "", false
}

// errSCP ends a copy of which the client has been told.
var errSCP = errors.New("the copy was refused")

// scp serves one copy, in the protocol that rcp has left behind: no document tells it,
// this is what OpenSSH and the library of netmiko speak. It ends when the client does.
type scp struct {
	in    *bufio.Reader
	out   io.Writer
	files SCPFiles
}

// serveSCP runs a copy and tells whether it went well.
func serveSCP(rw io.ReadWriter, files SCPFiles, info ConnInfo, take bool, target string) error {
	s := &scp{in: bufio.NewReaderSize(rw, scpLine), out: rw, files: files}
	if why := files.Refuse(info); why != "" {
		return s.fail(why)
	}
	if take {
		return s.take(target)
	}
	return s.give(target)
}

// fail tells the client why nothing comes of it.
func (s *scp) fail(why string) error {
	fmt.Fprintf(s.out, "\x01%s\n", strings.ReplaceAll(why, "\n", " "))
	return errSCP
}

func (s *scp) ok() error {
	_, err := s.out.Write([]byte{0})
	return err
}

// line reads a control line without its newline.
func (s *scp) line() (string, error) {
	b, err := s.in.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(b), "\n"), nil
}

// acknowledged reads the client's answer to what was sent.
func (s *scp) acknowledged() error {
	b, err := s.in.ReadByte()
	if err != nil {
		return err
	}
	if b != 0 {
		return errSCP
	}
	return nil
}

// take stores what the client sends until it ends.
func (s *scp) take(target string) error {
	if err := s.ok(); err != nil {
		return err
	}
	for {
		line, err := s.line()
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(line, "T"): // times, which flash: does not keep
			err = s.ok()
		case strings.HasPrefix(line, "C"):
			err = s.file(target, line)
		default:
			err = s.fail("Only plain files can be copied")
		}
		if err != nil {
			return err
		}
	}
}

// file takes one file, of which the line `C0644 SIZE NAME` tells.
func (s *scp) file(target, line string) error {
	words := strings.SplitN(line, " ", 3)
	var size int64
	err := errors.New("protocol error")
	if len(words) == 3 {
		size, err = strconv.ParseInt(words[1], 10, 64)
	}
	if err != nil || size < 0 {
		return s.fail("protocol error: " + strconv.QuoteToASCII(line))
	}
	if size > s.files.Limit {
		return s.fail("File is too large")
	}
	if strings.HasSuffix(target, ":") || strings.HasSuffix(target, "/") || target == "." {
		target = strings.TrimSuffix(target, ".") + path.Base(words[2])
	}
	if err := s.ok(); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(s.in, size)) // grows with what comes, not with what is announced
	if err != nil {
		return err
	}
	if int64(len(data)) < size {
		return io.ErrUnexpectedEOF
	}
	if err := s.acknowledged(); err != nil {
		return err
	}
	if err := s.files.Write(target, data); err != nil {
		return s.fail(err.Error())
	}
	return s.ok()
}

// give sends one file.
func (s *scp) give(target string) error {
	if err := s.acknowledged(); err != nil {
		return err
	}
	data, err := s.files.Read(target)
	if err != nil {
		return s.fail(err.Error())
	}
	name := path.Base(target) // with its flash:, else OpenSSH takes it for another file
	if _, err := fmt.Fprintf(s.out, "C0644 %d %s\n", len(data), name); err != nil {
		return err
	}
	if err := s.acknowledged(); err != nil {
		return err
	}
	if _, err := s.out.Write(append(data, 0)); err != nil {
		return err
	}
	return s.acknowledged()
}

// idleStream ends a stream on which nothing has been read for a while.
type idleStream struct {
	io.ReadWriter
	idle *time.Timer
}

func (s *idleStream) Read(p []byte) (int, error) {
	n, err := s.ReadWriter.Read(p)
	s.idle.Reset(scpIdle)
	return n, err
}
