package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc (proc(5), USER_HZ).
const tick = 10 * time.Millisecond

// cpuOf is the processor time that a process and its children have used; 0 for no
// process.
func cpuOf(pid int) time.Duration {
	var sum time.Duration
	for _, stat := range family(pid) {
		user, _ := strconv.ParseInt(stat[11], 10, 64)
		system, _ := strconv.ParseInt(stat[12], 10, 64)
		sum += time.Duration(user+system) * tick
	}
	return sum
}

// rssOf is the resident memory of a process in kB, without its children.
func rssOf(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if pid == 0 || err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kb int64
	_, _ = fmt.Sscan(rest, &kb)
	return kb
}

// family is what /proc/PID/stat says of a process and its children, from the third field on.
func family(pid int) [][]string {
	if pid == 0 {
		return nil
	}
	var all [][]string
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		own, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if parent, _ := strconv.Atoi(fields[1]); own == pid || parent == pid {
			all = append(all, fields)
		}
	}
	return all
}
