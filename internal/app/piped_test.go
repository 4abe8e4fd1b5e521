package app

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/busylamp/busylamp/internal/memnet"
)

// A console whose input is a pipe is not paged, whatever `length` says.
func TestPipedConsoleDoesNotPage(t *testing.T) {
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	screen, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	io.WriteString(keys, "enable\nshow running-config\nshow privilege\n")
	keys.Close()
	go func() {
		defer out.Close()
		err := Run(t.Context(), in, out, RunOptions{SSH: "off", Telnet: "off", Options: Options{
			Dir: t.TempDir(), Startup: []byte("line con 0\n length 5\n"), Platform: DefaultPlatform, Net: memnet.New(),
		}})
		if err != nil {
			t.Error(err)
		}
	}()
	text, err := io.ReadAll(screen)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); strings.Contains(got, "--More--") || !strings.Contains(got, "privilege level is 15") {
		t.Errorf("%s", got)
	}
}
