package app

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/memnet"
	"go.uber.org/goleak"
)

// A configured syslog server gets real datagrams, the last words as well.
func TestSyslogServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	port := server.LocalAddr().(*net.UDPAddr).Port
	a, err := Start(Options{Dir: t.TempDir(), Platform: DefaultPlatform, Net: memnet.New(), Files: hostFiles{},
		Startup: fmt.Appendf(nil, "hostname Lab\nno service timestamps log\nlogging origin-id hostname\nlogging host 127.0.0.1 transport udp port %d\n", port)})
	if err != nil {
		t.Fatal(err)
	}
	a.Shell.Load(t.Context(), []byte("no logging host 127.0.0.1\n"), conf.Origin{Text: "tftp"})
	a.Shell.Load(t.Context(), fmt.Appendf(nil, "logging host 127.0.0.1 transport udp port %d\n", port), conf.Origin{Text: "tftp"})
	a.Log.Msg("SYS", 5, "LAST", "words")
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	var got []string
	buf := make([]byte, 2048)
	if err := server.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for len(got) == 0 || !strings.HasSuffix(got[len(got)-1], "words") {
		n, _, err := server.ReadFrom(buf)
		if err != nil {
			t.Fatalf("%v; got %q", err, got)
		}
		_, text, _ := strings.Cut(string(buf[:n]), ": ") // the number depends on what boots
		pri, _, _ := strings.Cut(string(buf[:n]), ">")
		got = append(got, pri+">"+text)
	}
	want := []string{
		fmt.Sprintf("<190>Lab: %%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d started - CLI initiated", port),
		"<189>Lab: %SYS-5-CONFIG_I: Configured from memory by console",
		fmt.Sprintf("<190>Lab: %%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d started - CLI initiated", port),
		"<189>Lab: %SYS-5-CONFIG_I: Configured from tftp by console",
		"<189>Lab: %SYS-5-LAST: words",
	}
	for _, w := range want {
		found := -1
		for i, g := range got {
			if g == w {
				found = i
				break
			}
		}
		if found < 0 {
			t.Fatalf("%q is not among, or not in order in, %q", w, got)
		}
		got = got[found+1:]
	}
}

// hostFiles is the host's network for what a configuration names.
type hostFiles struct{ *memnet.Net }

func (hostFiles) ListenPacket(netip.AddrPort) (net.PacketConn, error) {
	return net.ListenPacket("udp4", "127.0.0.1:0")
}
