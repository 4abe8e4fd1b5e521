package app

import (
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// A user who is kept to one command has no files by scp, whatever his level.
func TestSCPOfConfinedUsers(t *testing.T) {
	wire(t, `username ops privilege 15 password 0 lab
username kept privilege 15 password 0 lab
username kept autocommand show clock
ip scp server enable
line vty 0 4
 login local
`, func(w *wired) {
		w.fronts()
		for user, want := range map[string]string{"ops": "No such file or directory", "kept": "Privilege denied."} {
			client, s := w.secure(t, user)
			s.Stdin = strings.NewReader("\x00") // go on
			out, err := s.Output("scp -f flash:none")
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("%s: %q, %v; want %q", user, out, err, want)
			}
			client.Close()
		}
	})
}

// Backups fetch the configuration itself; it is not written that way.
func TestSCPOfConfigurations(t *testing.T) {
	wire(t, `hostname LAB
username ops privilege 15 password 0 lab
ip scp server enable
line vty 0 4
 login local
`, func(w *wired) {
		w.fronts()
		for command, want := range map[string]string{
			"scp -f running-config": "\nhostname LAB\n", "scp -f system:running-config": "\nhostname LAB\n",
			"scp -f startup-config": "startup-config: No such file or directory", "scp -f nvram:startup-config": "No such file or directory",
			"scp -f nvram:other": "nvram:other: Invalid filename", "scp -t running-config": "running-config: Permission denied",
		} {
			client, s := w.secure(t, "ops")
			s.Stdin = strings.NewReader("\x00\x00\x00") // go on
			if strings.Contains(command, "-t") {
				s.Stdin = strings.NewReader("C0644 3 a\nend\x00")
			}
			if out, err := s.Output(command); !strings.Contains(string(out), want) {
				t.Errorf("%s: %q, %v; want %q", command, out, err, want)
			}
			client.Close()
		}
	})
}

// secure logs in by SSH and opens a session.
func (w *wired) secure(t *testing.T, user string) (*ssh.Client, *ssh.Session) {
	t.Helper()
	sc, chans, reqs, err := ssh.NewClientConn(w.dial("10.1.1.11", 22), "x",
		&ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.Password("lab")}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	client := ssh.NewClient(sc, chans, reqs)
	s, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	return client, s
}
