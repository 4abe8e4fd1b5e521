package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart is the process with the guide's configuration, from exec to its first
// prompt: the program as `make build` makes it, without what a test's binary has besides.
// "work" is processor time, which other work on the machine stretches less.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "busylamp")
	build := exec.Command("go", "build", "-trimpath", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, said)
	}
	var work time.Duration
	for b.Loop() {
		c := exec.Command(program, "run", "--startup", "../../modes/testdata/guide-example.cfg",
			"--state", b.TempDir(), "--ssh", "off", "--telnet", "off")
		in, err := c.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		text := ""
		for buf := make([]byte, 4096); !strings.HasSuffix(text, "CME-3825>"); {
			n, err := out.Read(buf)
			if err != nil {
				b.Fatalf("%v after %q", err, text)
			}
			text += string(buf[:n])
		}
		b.StopTimer()
		if err := c.Process.Kill(); err != nil {
			b.Fatal(err)
		}
		in.Close()
		_ = c.Wait() // it was killed
		work += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		b.StartTimer()
	}
	b.ReportMetric(float64(work.Microseconds())/1000/float64(b.N), "work-ms/op")
}
