// Command shell measures what configurations of many lines cost at an appliance's
// shell, over one SSH session with a terminal. See ../frr.sh.
//
//	shell lines 10000                     that many mixed configuration lines
//	shell measure -addr A -n 10000        copy flash:lines.cfg running-config, show running-config, and the lines pasted
//
// It prints one line of figures, name=value, times in milliseconds.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) == 3 && os.Args[1] == "lines" {
		n, err := strconv.Atoi(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		w := bufio.NewWriter(os.Stdout)
		lines(w, n)
		if err := w.Flush(); err != nil {
			log.Fatal(err)
		}
		return
	}
	flags := flag.NewFlagSet("shell measure", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:2222", "SSH of the appliance, user ops with privilege 15 and password lab")
	n := flags.Int("n", 10000, "lines, as in flash:lines.cfg")
	if len(os.Args) < 2 || os.Args[1] != "measure" {
		log.Fatal("usage: shell lines N | shell measure [flags]")
	}
	_ = flags.Parse(os.Args[2:]) // it exits on errors
	if err := measure(*addr, *n); err != nil {
		log.Fatal(err)
	}
}

// lines writes n lines: ephone-dns and ephones, dns and pools of SIP phones, dial-peers
// and routes in turns.
func lines(w io.Writer, n int) {
	written := 0
	line := func(format string, a ...any) {
		if written++; written <= n {
			fmt.Fprintf(w, format+"\n", a...)
		}
	}
	for i := 1; written < n; i++ {
		a, b := i/250, i%250
		line("ephone-dn  %d  dual-line", i)
		line(" number %d", 20000+i)
		line(" name Person %d", i)
		line(" label Desk %d", i)
		line(" allow watch")
		line("ephone  %d", i)
		line(" mac-address 0011.%04X.%04X", i>>16, i&0xffff)
		line(" type 7961")
		line(" blf-speed-dial 1 %d label \"Person %d\"", 20000+i, i)
		line(" button  1:%d", i)
		line("voice register dn  %d", i)
		line(" number %d", 60000+i)
		line(" name Sip %d", i)
		line("voice register pool  %d", i)
		line(" id mac 0022.%04X.%04X", i>>16, i&0xffff)
		line(" type 7971")
		line(" number 1 dn %d", i)
		line("dial-peer voice %d voip", i)
		line(" destination-pattern 7%05d", i)
		line(" session target ipv4:10.%d.%d.1", a, b)
		line(" codec g711ulaw")
		line("ip route 10.%d.%d.0 255.255.255.0 10.255.0.1", a, b)
		line("ip host host%d 10.%d.%d.1", i, a, b)
		line("access-list 101 permit ip host 10.%d.%d.1 any", a, b)
	}
}

func measure(addr string, n int) error {
	s, err := dial(addr)
	if err != nil {
		return err
	}
	defer s.client.Close()
	if _, err := s.do("terminal length 0\n"); err != nil {
		return err
	}
	copied, err := s.do("copy flash:lines.cfg running-config\n")
	if err != nil {
		return err
	}
	shown, err := s.do("show running-config\n")
	if err != nil {
		return err
	}
	if err := s.empty(); err != nil {
		return err
	}
	var text bytes.Buffer
	text.WriteString("configure terminal\n")
	lines(&text, n)
	text.WriteString("end\n")
	pasted, err := s.do(text.String())
	if err != nil {
		return err
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("lines=%d copy=%.1f show=%.1f paste=%.1f\n", n, ms(copied), ms(shown), ms(pasted))
	return nil
}

// session is a shell on an SSH connection.
type session struct {
	client *ssh.Client
	in     io.Writer
	out    io.Reader
	buf    []byte
}

func dial(addr string) (*session, error) {
	client, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{User: "ops", Auth: []ssh.AuthMethod{ssh.Password("lab")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second}) // of this machine
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	s, err := client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	me := &session{client: client, buf: make([]byte, 1<<16)}
	if me.in, err = s.StdinPipe(); err != nil {
		return nil, err
	}
	if me.out, err = s.StdoutPipe(); err != nil {
		return nil, err
	}
	err = errors.Join(s.RequestPty("vt100", 24, 512, nil), s.Shell())
	if err != nil {
		return nil, fmt.Errorf("open a shell: %w", err)
	}
	return me, nil
}

// patience is how long an answer may take.
const patience = 2 * time.Minute

// do types lines and waits for the answer of `show privilege` behind them. It is an error
// if one was refused.
func (s *session) do(lines string) (time.Duration, error) {
	began := time.Now()
	late := time.AfterFunc(patience, func() { s.client.Close() })
	defer late.Stop()
	failed := make(chan error, 1)
	go func() {
		_, err := io.WriteString(s.in, lines+"show privilege\n")
		failed <- err
	}()
	var tail []byte
	for {
		n, err := s.out.Read(s.buf)
		if err != nil {
			return 0, fmt.Errorf("reading what became of %.40q: %w, after %q", lines, err, tail)
		}
		tail = append(tail, s.buf[:n]...)
		if i := bytes.Index(tail, []byte("\n% ")); i >= 0 && i+80 < len(tail) {
			return 0, fmt.Errorf("refused: %q", tail[max(0, i-200):min(i+200, len(tail))])
		}
		if i := bytes.Index(tail, []byte("privilege level is 15")); i >= 0 && tail[len(tail)-1] == '#' {
			return time.Since(began), <-failed
		}
		if len(tail) > 1<<12 {
			tail = append(tail[:0], tail[len(tail)-1<<11:]...)
		}
	}
}

// empty takes all of the lines out again.
func (s *session) empty() error {
	if _, err := s.do("configure replace flash:empty.cfg force\n"); err != nil {
		return err
	}
	return nil
}
