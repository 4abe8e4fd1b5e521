package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"busylamp": main})
}

// The binary as its users call it: flags, pipes, exit status.
func TestBinary(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}
