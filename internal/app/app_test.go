package app

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/internal/memnet"
	"go.uber.org/goleak"
)

func start(t *testing.T, startup string) *App {
	t.Helper()
	a, err := Start(Options{
		Dir: t.TempDir(), Startup: []byte(startup), Bind: netip.MustParseAddr("127.0.0.1"),
		Platform: DefaultPlatform, Net: memnet.New(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Close takes everything with it, sessions in the middle of something included.
func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	a := start(t, "voice register global\n mode cme\n source-address 10.1.1.2 port 5060\nsip-ua\n presence enable\npresence\nline vty 0 4\n password lab\n login\n")
	if err := a.ListenSSH("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := a.ListenTelnet("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	near, far := memnet.Pipe()
	var console sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	console.Go(func() { a.ConsoleOn(ctx, far) })
	io.WriteString(near, "enable\rconfigure terminal\rpresence\rmax-sub")
	cancel()
	console.Wait()
	near.Close()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestBusyPortIsNoError(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a := start(t, "")
	defer a.Close()
	said := make(chan string, 16)
	defer a.Log.Attach(logbuf.Console, "", func(_ logbuf.Severity, text string) { said <- text })()
	if err := a.ListenSSH(ln.Addr().String()); err != nil {
		t.Fatalf("a busy port: %v", err)
	}
	a.Log.Flush(t.Context())
	found := false
	for len(said) > 0 {
		text := <-said
		found = found || strings.Contains(text, "%SYS-3-LISTEN: SSH") && strings.Contains(text, "in use")
	}
	if !found {
		t.Error("nothing was logged")
	}
	if err := a.ListenTelnet("127.0.0.1:notaport"); err == nil {
		t.Error("an address that is none is taken")
	}
}

func TestBootMessages(t *testing.T) {
	a := start(t, "hostname Kept\npresence\n max-subscription 7\nnonsense\n")
	defer a.Close()
	if m := a.BootMessages(); strings.Count(m, "% Invalid input detected") != 2 || !strings.Contains(m, "nonsense") {
		t.Errorf("boot messages %q", m)
	}
	if h := a.Shell.Config().Hostname; h != "Kept" {
		t.Errorf("hostname %q", h)
	}
}

func TestOneApplianceADirectory(t *testing.T) {
	dir := t.TempDir()
	o := Options{Dir: dir, Platform: DefaultPlatform, Net: memnet.New()}
	a, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(o); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second appliance: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err = Start(o); err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	a.Close()
}

func TestReadStartupLimit(t *testing.T) {
	var o Options
	if err := o.SetStartup("/dev/zero"); err == nil {
		t.Error("an endless file is read")
	}
}

// `reload` needs neither a small file that has gone nor a pipe.
func TestStartupFileIsKept(t *testing.T) {
	name := filepath.Join(t.TempDir(), "startup.cfg")
	if err := os.WriteFile(name, []byte("hostname KEPT\nend\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var o Options
	if err := o.SetStartup(name); err != nil || o.StartupFile != "" || string(o.Startup) != "hostname KEPT\nend\n" {
		t.Errorf("%q %q %v", o.Startup, o.StartupFile, err)
	}
	if err := os.WriteFile(name, bytes.Repeat([]byte("!\n"), keepStartup), 0o600); err != nil {
		t.Fatal(err)
	}
	o = Options{}
	if err := o.SetStartup(name); err != nil || o.StartupFile != name || o.Startup != nil {
		t.Errorf("a large one: %d bytes, %q, %v", len(o.Startup), o.StartupFile, err)
	}
	if err := o.SetStartup(name + ".gone"); err == nil {
		t.Error("a file that is not there is taken")
	}
}
