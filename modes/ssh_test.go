package modes

import (
	"strings"
	"testing"
)

// A public key may come with a comment of any words, also of words that are base64.
func TestHashOfKeyWithComment(t *testing.T) {
	const key = "AAAAC3NzaC1lZDI1NTE5AAAAIPA00VnUJP7lSRYWOx6XrnOVDCijUMkg/hVBoFrl6Vy0"
	const want = "key-hash ssh-ed25519 AE3EB23567A21326B4BA3313754FDCED"
	for _, tt := range []struct{ text, comment string }{
		{key, ""}, {key[:40] + " " + key[40:], ""}, {"ssh-ed25519 " + key, ""}, {"ssh-ed25519 " + key[:40] + " " + key[40:], ""},
		{"ssh-ed25519 " + key + " ann@host", " ann@host"}, {"ssh-ed25519 " + key + " test", " test"},
		{"ssh-ed25519 " + key + " x y comment", " x y comment"}, {"ssh-ed25519 " + key[:40] + " " + key[40:] + " test of mine", " test of mine"},
	} {
		if got, err := hashOfKey(strings.Fields(tt.text)); err != nil || got != want+tt.comment {
			t.Errorf("%s: %q, %v", tt.text, got, err)
		}
	}
	for _, text := range []string{"", "ssh-ed25519 x", "ssh-ed25519 " + key[:60] + " x y", "AAAA"} {
		if got, err := hashOfKey(strings.Fields(text)); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}
