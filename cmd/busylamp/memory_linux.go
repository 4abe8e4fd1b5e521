package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"golang.org/x/sys/unix"
)

// prefault has the pages of b mapped, and writable, by one call. It tells whether the
// system knows that (Linux 5.14).
func prefault(b []byte) bool { return unix.Madvise(b, unix.MADV_POPULATE_WRITE) == nil }

// unmapProgram gives back the pages of the program's file that only starting up
// needed: what is used is mapped again as it is used, from the page cache where it
// stays. Pages that differ from the file (relocations, a debugger's breakpoints) are
// never touched.
func unmapProgram() {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer f.Close()
	for _, a := range programAreas(f, reflect.ValueOf(unmapProgram).Pointer()) {
		// Refused: it stays.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, a.from, a.to-a.from, unix.MADV_DONTNEED)
	}
}

// area is addresses from one up to another.
type area struct{ from, to uintptr }

// programAreas reads /proc/PID/smaps: the areas of the file that holds the code at an
// address, if nothing of them may be written or was.
func programAreas(smaps io.Reader, code uintptr) []area {
	type mapping struct {
		area
		file string // device and inode
		same bool   // as the file
	}
	var all []mapping
	program := ""
	for s := bufio.NewScanner(smaps); s.Scan(); {
		word := strings.Fields(s.Text())
		if len(word) < 2 {
			continue
		}
		var m mapping
		if n, _ := fmt.Sscanf(word[0], "%x-%x", &m.from, &m.to); n == 2 && len(word) >= 5 {
			if m.file = word[3] + " " + word[4]; word[4] == "0" {
				m.file = "" // of no file
			}
			m.same = m.file != "" && !strings.Contains(word[1], "w")
			if m.from <= code && code < m.to {
				program = m.file
			}
			all = append(all, m)
			continue
		}
		// Not Private_Dirty: that counts pages of a file that has just been written, too.
		if word[0] == "Anonymous:" && word[1] != "0" && len(all) > 0 {
			all[len(all)-1].same = false
		}
	}
	var areas []area
	for _, m := range all {
		if m.same && m.file == program {
			areas = append(areas, m.area)
		}
	}
	return areas
}
