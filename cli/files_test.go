package cli

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
)

func TestPlaces(t *testing.T) {
	for word, want := range map[string]string{
		"running-config": "system:running-config", "nvram:": "nvram:startup-config", "a.cfg": "flash:a.cfg", "flash:/a.cfg": "flash:a.cfg",
		"tftp://10.0.0.1/d/a": "tftp://10.0.0.1/d/a", "http://ann:secret@10.0.0.1/a": "http://ann:xxxxx@10.0.0.1/a", "null:": "null:",
		"nvram:other": "%Error opening nvram:other (No such file or directory)", "ftp://x/y": "%Error opening ftp://x/y (No such device)",
		"http://ann:secret@10.0.0.1:x/": "%Error parsing filename (Bad file name)", "scp://ann:secret@x/y": "%Error opening scp://ann:xxxxx@x/y (No such device)",
	} {
		p, err := parsePlace(word)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

// fakeServers has one file.
type fakeServers struct{ err error }

func (f fakeServers) Fetch(context.Context, string) ([]byte, error) { return []byte("x\n"), f.err }
func (f fakeServers) Store(context.Context, string, []byte) error   { return f.err }

func TestServerErrors(t *testing.T) {
	p := place{where: onTFTP, host: "10.0.0.1", name: "a"}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fs.ErrNotExist, "No such file or directory"}, {fs.ErrPermission, "Permission denied"}, {os.ErrDeadlineExceeded, "Timed out"},
		{context.DeadlineExceeded, "Timed out"}, {context.Canceled, "Interrupted"}, {conf.ErrTooLarge, "No space left on device"},
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "No space left on device"}, {&fs.PathError{Op: "write", Path: "x", Err: syscall.EIO}, "Device error"},
		{&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "Connection refused"},
		{errors.New("secret"), "Device error"},
	} {
		b := newBox(t, DefaultConfig())
		b.o.Servers = fakeServers{tt.err}
		want := "%Error opening tftp://10.0.0.1/a (" + tt.want + ")"
		if _, err := b.read(t.Context(), p); err == nil || err.Error() != want {
			t.Errorf("read: %v, want %s", err, want)
		}
		if err := b.write(t.Context(), p, nil); err == nil || err.Error() != want {
			t.Errorf("write: %v, want %s", err, want)
		}
	}
}

func TestOverwriteRefused(t *testing.T) {
	b := newBox(t, DefaultConfig())
	if err := b.state.Flash().WriteFile("x", []byte("old")); err != nil {
		t.Fatal(err)
	}
	b.console("en\ncopy run start\nflash:x\nn")
	if data, err := b.state.Flash().ReadFile("x"); err != nil || string(data) != "old" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestHideKeys(t *testing.T) {
	for line, want := range map[string]string{
		"username ann password 0 very secret": "username ann password *", "username ann secret hush": "username ann secret *",
		"enable secret 5 $1$abcd": "enable secret *", "snmp-server community public ro": "snmp-server community * ro",
		"snmp-server user ops all v3 auth sha hush priv aes 128 hush": "snmp-server user ops all v3 auth sha *",
		"standby 1 authentication hush":                               "standby 1 authentication *", "vrrp 1 authentication text hush": "vrrp 1 authentication *",
		"ip nhrp authentication hush": "ip nhrp authentication *", "area-password hush": "area-password *", "wpa-psk ascii 0 hush": "wpa-psk *",
		"crypto isakmp key hush address 10.1.1.1": "crypto isakmp key *", "ip ospf message-digest-key 1 md5 7 0822455D": "ip ospf message-digest-key 1 md5 *",
		"aaa authentication login default local": "aaa authentication login default local", "login authentication default": "login authentication default",
		"hostname password": "hostname password", "number 2001": "number 2001", "password 7": "password *",
	} {
		if got := hideKeys(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestConceal(t *testing.T) {
	for line, want := range map[string]string{
		"username ann password 0 very secret": "username ann password <removed>", "  password 7 021201481F": "  password <removed>",
		"snmp-server community public ro": "snmp-server community <removed> ro", "snmp-server host 10.1.1.9 version 2c public": "snmp-server host 10.1.1.9 <removed>",
		" authenticate credential 2 http://web:hush@10.1.1.6/cred2.csv": " authenticate credential 2 http://web:<removed>@10.1.1.6/cred2.csv",
		" authentication credential app1 hush":                          " authentication credential app1 <removed>", " capf-auth-str 9081": " capf-auth-str <removed>",
		" service local-directory authenticate dir1 hush": " service local-directory authenticate dir1 <removed>",
		" archive http://10.1.1.6/a@b":                    " archive http://10.1.1.6/a@b", "  service local-directory": "  service local-directory",
		" number 2001": " number 2001", " description all * of  them": " description all * of  them", "banner motd ^C  *  ^C": "banner motd ^C  *  ^C",
	} {
		if got := conceal(line, removed); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// flash: never says that it has more room than the disk.
func TestFlashSpace(t *testing.T) {
	b := newBox(t, DefaultConfig())
	disk, known := int64(1000), true
	b.Shell.o.Space = func() (int64, bool) { return disk, known }
	for _, c := range []struct {
		disk  int64
		known bool
		want  int64
	}{{1000, true, 1000}, {1 << 40, true, conf.MaxFlash - 24}, {0, true, 0}, {1000, false, conf.MaxFlash - 24}} {
		disk, known = c.disk, c.known
		if got := b.Shell.flashFree(24); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
	if got := b.Shell.flashFree(conf.MaxFlash + 1); got != 0 {
		t.Errorf("overfull: %d", got)
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Minute: "1 minute", 90 * time.Second: "1 minute and 30 seconds", 90 * time.Minute: "1 hour and 30 minutes",
		25*time.Hour + 61*time.Second: "1 day, 1 hour and 1 minute", time.Hour + time.Second: "1 hour",
	} {
		if got := spell(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestContextDiff(t *testing.T) {
	a := "!\nhostname A\ninterface X\n ip address 1\n shutdown\nline con 0\n login\nend\n"
	b := "hostname B\r\ninterface X\n\tip address 2\n shutdown\nline con 0\n login\nline vty 0\n  password p\n"
	want := []string{"+hostname B", "interface X", " +ip address 2", "+line vty 0", " +password p", "-hostname A", "interface X", " -ip address 1"}
	if got := contextDiff(a, b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := contextDiff(a, a); len(got) != 0 {
		t.Errorf("equal texts differ: %q", got)
	}
}

func FuzzContextDiff(f *testing.F) {
	f.Add("a\n b\n", "a\n c\n  d\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := contextDiff(a, a); len(got) != 0 {
			t.Errorf("equal texts differ: %q", got)
		}
		for _, l := range contextDiff(a, b) {
			if strings.TrimSpace(l) == "" {
				t.Error("an empty line")
			}
		}
	})
}

func TestCovers(t *testing.T) {
	show := leveled{words: []string{"show", "running-config"}}
	for _, tt := range []struct {
		rule Privilege
		ok   bool
	}{
		{Privilege{Words: "show running-config"}, true}, {Privilege{Words: "sh run"}, true}, {Privilege{Words: "show"}, false},
		{Privilege{Words: "show", All: true}, true}, {Privilege{Words: "show version"}, false}, {Privilege{Words: "show running-config interface"}, true},
		{Privilege{Words: "", All: true}, false},
	} {
		if _, ok := tt.rule.covers(show); ok != tt.ok {
			t.Errorf("%+v: %v", tt.rule, ok)
		}
	}
}

func TestTend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sh := &Shell{agenda: newAgenda()}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			sh.Tend(ctx)
		}()
		began := time.Now()
		var ran []time.Duration
		note := func(context.Context) { ran = append(ran, time.Since(began)) }
		sh.agenda.set("b", began.Add(2*time.Minute), note)
		sh.agenda.set("a", began.Add(time.Minute), note)
		sh.agenda.set("gone", began.Add(time.Second), note)
		sh.agenda.set("moved", began.Add(time.Second), note)
		sh.agenda.set("moved", began.Add(3*time.Minute), note)
		if !sh.agenda.cancel("gone") || sh.agenda.cancel("gone") {
			t.Error("cancel")
		}
		time.Sleep(time.Hour)
		cancel()
		<-done
		if want := []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute}; !slices.Equal(ran, want) {
			t.Errorf("ran after %v, want %v", ran, want)
		}
	})
}
