//go:build !linux

package main

// unmapProgram has no counterpart elsewhere.
func unmapProgram() {}

// prefault has no counterpart elsewhere.
func prefault([]byte) bool { return false }
