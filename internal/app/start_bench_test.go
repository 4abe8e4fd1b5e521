//go:build unix

package app

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
)

// BenchmarkStart is an appliance with the guide's configuration from nothing to its
// first prompt, agents and SIP included. "work" is processor time, which other work on
// the machine does not stretch as much.
func BenchmarkStart(b *testing.B) {
	guide, err := os.ReadFile("../../modes/testdata/guide-example.cfg")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var work time.Duration
	for b.Loop() {
		dir := b.TempDir()
		before := processorTime(b)
		near, far := memnet.Pipe()
		a, err := Start(Options{Dir: dir, Startup: guide, Bind: netip.MustParseAddr("127.0.0.1"), Platform: DefaultPlatform, Net: memnet.New()})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan struct{})
		go func() { defer close(done); a.ConsoleOn(ctx, far) }()
		text := ""
		for buf := make([]byte, 4096); !strings.HasSuffix(text, "CME-3825>"); {
			n, err := near.Read(buf)
			if err != nil {
				b.Fatalf("%v after %q", err, text)
			}
			text += string(buf[:n])
		}
		work += processorTime(b) - before
		b.StopTimer()
		cancel()
		near.Close()
		<-done
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(work.Microseconds())/1000/float64(b.N), "work-ms/op")
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
