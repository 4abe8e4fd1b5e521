package main

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestProgramAreas(t *testing.T) {
	const smaps = `00400000-00c81000 r-xp 00000000 fe:00 77                         /opt/busylamp
Rss:                7648 kB
Private_Dirty:        12 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
00c81000-01552000 r--p 00881000 fe:00 77                         /opt/busylamp
Private_Dirty:         0 kB
Anonymous:             0 kB
01552000-01553000 r--p 01152000 fe:00 77                         /opt/busylamp, relocated
Private_Dirty:         4 kB
Anonymous:             4 kB
01553000-015f0000 rw-p 01153000 fe:00 77                         /opt/busylamp
Private_Dirty:         0 kB
Anonymous:             0 kB
015f0000-036f0000 r--p 00000000 00:00 0
Private_Dirty:         0 kB
Anonymous:             0 kB
7fa7a0f76000-7fa7a10cc000 r-xp 00026000 fe:00 78                 /usr/lib/libc.so.6
Private_Dirty:         0 kB
Anonymous:             0 kB
`
	want := []area{{0x400000, 0xc81000}, {0xc81000, 0x1552000}}
	if got := programAreas(strings.NewReader(smaps), 0x401000); !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	for _, code := range []uintptr{0x1000, 0x15f0010} { // nowhere, and in memory of no file
		if got := programAreas(strings.NewReader(smaps), code); len(got) != 0 {
			t.Errorf("%x", got)
		}
	}
}

// The program goes on afterwards.
func TestUnmapProgram(t *testing.T) {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := programAreas(f, reflect.ValueOf(unmapProgram).Pointer()); len(got) == 0 {
		t.Error("nothing of this program is found")
	}
	for range 3 {
		unmapProgram()
		TestProgramAreas(t)
	}
}

// Pages that are mapped beforehand are not met one by one.
func TestPrefault(t *testing.T) {
	const pages, size = 2048, 4096
	met := func(prepare func([]byte)) int64 {
		b, err := unix.Mmap(-1, 0, pages*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Munmap(b)
		prepare(b)
		var before, after unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &before); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(b); i += size {
			b[i] = 1
		}
		if err := unix.Getrusage(unix.RUSAGE_SELF, &after); err != nil {
			t.Fatal(err)
		}
		return after.Minflt - before.Minflt
	}
	known := true
	mapped := met(func(b []byte) { known = prefault(b) })
	if plain := met(func([]byte) {}); known && mapped > plain/4 {
		t.Errorf("%d page faults, without it %d", mapped, plain)
	}
	mapHeap() // and the program goes on
}
