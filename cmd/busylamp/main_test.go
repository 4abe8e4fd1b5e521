package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"busylamp": main})
}

// The binary as its users call it: flags, pipes, exit status.
func TestBinary(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: ports})
}

// ports puts free ports of this host where a script and its *.cfg files say
// $SIP_PORT and $SCCP_PORT.
func ports(env *testscript.Env) error {
	files, err := filepath.Glob(filepath.Join(env.WorkDir, "*.cfg"))
	if err != nil {
		return err
	}
	set := []string{}
	for _, name := range []string{"SIP_PORT", "SCCP_PORT"} {
		port, err := freePort(set)
		if err != nil {
			return err
		}
		env.Setenv(name, port)
		set = append(set, "$"+name, port)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(f, []byte(strings.NewReplacer(set...).Replace(string(text))), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// freePort is a port that nobody has, as the appliance accepts it: 2000-9999.
func freePort(taken []string) (string, error) {
	for range 100 {
		port := strconv.Itoa(2000 + rand.IntN(8000))
		tcp, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil || slices.Contains(taken, port) {
			continue
		}
		udp, err := net.ListenPacket("udp", "127.0.0.1:"+port)
		tcp.Close()
		if err != nil {
			continue
		}
		udp.Close()
		return port, nil
	}
	return "", errors.New("no free port")
}
