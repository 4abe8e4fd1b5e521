package tty

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/crypto/ssh"
)

// store is files in memory.
func store(files map[string]string) SCPFiles {
	return SCPFiles{
		Limit: 100,
		Refuse: func(info ConnInfo) string {
			if info.Level < 15 {
				return "Privilege denied."
			}
			return ""
		},
		Read: func(name string) ([]byte, error) {
			if text, ok := files[strings.TrimPrefix(name, "flash:")]; ok {
				return []byte(text), nil
			}
			return nil, errors.New(name + ": No such file or directory")
		},
		Write: func(name string, data []byte) error {
			if strings.Contains(name, "bad") {
				return errors.New("Invalid filename")
			}
			files[name] = string(data)
			return nil
		},
	}
}

func TestSCP(t *testing.T) {
	for _, c := range []struct {
		name, command, in string
		level             int
		out               string
		files             map[string]string
		fails             bool
	}{
		{"put", "scp -t flash:a", "C0644 5 x\nhello\x00", 15, "\x00\x00\x00", map[string]string{"old": "text", "flash:a": "hello"}, false},
		{"put with times and flags", "scp -v -p -t flash:/a", "T1 0 1 0\nC0644 0 x\n\x00", 15, "\x00\x00\x00\x00", map[string]string{"old": "text", "flash:/a": ""}, false},
		{"put in a directory", "scp -t flash:", "C0644 2 dir/x\nhi\x00", 15, "\x00\x00\x00", map[string]string{"old": "text", "flash:x": "hi"}, false},
		{"too large", "scp -t a", "C0644 101 x\n", 15, "\x00\x01File is too large\n", nil, true},
		{"negative", "scp -t a", "C0644 -1 x\n", 15, "\x00\x01protocol error: \"C0644 -1 x\"\n", nil, true},
		{"nonsense", "scp -t a", "C\n", 15, "\x00\x01protocol error: \"C\"\n", nil, true},
		{"directory", "scp -t a", "D0755 0 d\n", 15, "\x00\x01Only plain files can be copied\n", nil, true},
		{"bad name", "scp -t bad", "C0644 1 x\nh\x00", 15, "\x00\x00\x01Invalid filename\n", nil, true},
		{"cut off", "scp -t a", "C0644 5 x\nhe", 15, "\x00\x00", nil, true},
		{"endless line", "scp -t a", strings.Repeat("x", 5000), 15, "\x00", nil, true},
		{"nobody", "scp -t a", "C0644 1 x\nh\x00", 1, "\x01Privilege denied.\n", nil, true},
		{"get", "scp -f old", "\x00\x00\x00", 15, "C0644 4 old\ntext\x00", nil, false},
		{"get by its whole name", "scp -f flash:old", "\x00\x00\x00", 15, "C0644 4 flash:old\ntext\x00", nil, false},
		{"get what is not there", "scp -f flash:new", "\x00", 15, "\x01flash:new: No such file or directory\n", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"old": "text"}
			if c.files == nil {
				c.files = maps.Clone(files)
			}
			take, target, ok := scpCommand(c.command)
			if !ok {
				t.Fatal("no scp command")
			}
			var out bytes.Buffer
			err := serveSCP(struct {
				io.Reader
				io.Writer
			}{strings.NewReader(c.in), &out}, store(files), ConnInfo{Level: c.level}, take, target)
			if out.String() != c.out || !maps.Equal(files, c.files) || (err != nil) != c.fails {
				t.Errorf("said %q, files %v, %v\nwant %q, %v, failing: %v", out.String(), files, err, c.out, c.files, c.fails)
			}
		})
	}
	for _, line := range []string{"show version", "scp", "scp -t", "scp -r -t x", "scp x", "scp -f -t"} {
		if _, _, ok := scpCommand(line); ok {
			t.Errorf("%q is a copy", line)
		}
	}
}

// A copy over SSH; a client that says nothing is cut off.
func TestSCPOverSSH(t *testing.T) {
	hostKeys()
	bubble(t, func(t *testing.T) {
		files := map[string]string{}
		dial, stop := sshHost(t, SSHOptions{SCP: store(files)})
		defer stop()
		client, err := login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		s, _ := client.NewSession()
		s.Stdin = strings.NewReader("C0644 5 x\nhello\x00")
		if err := s.Run("scp -t flash:a"); err != nil || files["flash:a"] != "hello" {
			t.Errorf("%v: %v", err, files)
		}
		client.Close()
		client, err = login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		s, _ = client.NewSession()
		s.Stdin = strings.NewReader("C0644 500 x\n")
		if err := s.Run("scp -t flash:a"); err == nil {
			t.Error("a refused copy succeeds")
		}
		client.Close()
		client, err = login(dial(), ssh.Password("secret"))
		if err != nil {
			t.Fatal(err)
		}
		s, _ = client.NewSession()
		if _, err := s.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		if err := s.Run("scp -t flash:a"); err == nil {
			t.Error("a silent client is waited for")
		}
		client.Close()
		synctest.Wait()
	})
}

func FuzzSCP(f *testing.F) {
	f.Add("scp -t flash:a", "C0644 5 x\nhello\x00")
	f.Add("scp -f old", "\x00\x00\x00")
	f.Fuzz(func(t *testing.T, command, in string) {
		take, target, ok := scpCommand(command)
		if !ok {
			return
		}
		files := map[string]string{"old": "text"}
		_ = serveSCP(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(in), io.Discard}, store(files), ConnInfo{Level: 15}, take, target)
		for name, text := range files {
			if len(text) > 100 {
				t.Errorf("%s has %d bytes", name, len(text))
			}
		}
	})
}
