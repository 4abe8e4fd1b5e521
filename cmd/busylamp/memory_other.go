//go:build !linux

package main

// unmapProgram has no counterpart elsewhere.
func unmapProgram() {}
