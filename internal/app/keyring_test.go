package app

import (
	"net"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
)

// hostKey is the key that SSH shows to a client, "" when it is turned away.
func (w *wired) hostKey(algorithm string) string {
	w.t.Helper()
	c := w.dial("10.1.1.11", 22)
	defer c.Close()
	var got string
	_, _, _, _ = ssh.NewClientConn(c, "x", &ssh.ClientConfig{HostKeyAlgorithms: []string{algorithm},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			got = ssh.FingerprintSHA256(key)
			return nil
		}})
	return got
}

// The host key is that of `crypto key generate rsa`, at once and after a restart; without
// any key nobody gets in over SSH.
func TestHostKeyFollows(t *testing.T) {
	wire(t, "hostname LAB\nip domain name example.com\nline vty 0 4\n password lab\n", func(w *wired) {
		w.fronts()
		own, modern := w.hostKey(ssh.KeyAlgoRSASHA256), w.hostKey(ssh.KeyAlgoED25519)
		if own == "" || modern == "" {
			t.Fatal("no host keys at the first start")
		}
		w.types("crypto key generate rsa modulus 1024")
		first := w.hostKey(ssh.KeyAlgoRSASHA256)
		if first == "" || first == own || w.hostKey(ssh.KeyAlgoED25519) != "" {
			t.Error("SSH has not taken the new key")
		}
		w.types("crypto key generate rsa label TWO modulus 1024")
		if w.hostKey(ssh.KeyAlgoRSASHA256) != first {
			t.Error("a pair of another name has become the host key")
		}
		w.types("configure terminal", "ip ssh rsa keypair-name TWO", "end")
		second := w.hostKey(ssh.KeyAlgoRSASHA256)
		if second == first || second == "" {
			t.Error("keypair-name names no host key")
		}
		again, err := openKeyring(w.state)
		if err != nil {
			t.Fatal(err)
		}
		if keys := again.hostKeys("TWO", ""); len(keys) != 1 || ssh.FingerprintSHA256(keys[0].PublicKey()) != second {
			t.Error("the next start has another host key")
		}
		w.types("crypto key zeroize rsa", "yes")
		if w.hostKey(ssh.KeyAlgoRSASHA256) != "" || w.hostKey(ssh.KeyAlgoED25519) != "" {
			t.Error("SSH serves without a key")
		}
		again, err = openKeyring(w.state)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.prepare(); err != nil || len(again.hostKeys("")) != 2 {
			t.Errorf("the next start makes no keys of its own: %v", err)
		}
	})
}

// There is an end to keys, and a file that is damaged is no reason for other keys.
func TestKeyringLimits(t *testing.T) {
	state, err := conf.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	k, err := openKeyring(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Generate("x", false, []cli.KeyUsage{cli.GeneralKey}, []int{512}); err == nil {
		t.Error("a key of 512 bits")
	}
	for range maxPairs {
		k.pairs = append(k.pairs, storedPair{Name: "other"})
	}
	if err := k.Generate("x", false, []cli.KeyUsage{cli.GeneralKey}, []int{1024}); err == nil {
		t.Error("no end to keys")
	}
	if err := state.WriteKey(keyFile, []byte("[{}]")); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeyring(state); err == nil {
		t.Error("a damaged file is taken")
	}
}
