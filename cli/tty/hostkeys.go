package tty

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/crypto/ssh"
)

// rsaBits is the size of a new RSA host key.
const rsaBits = 2048

// The names of the host keys' files.
const (
	ed25519File = "ssh_host_ed25519_key"
	rsaFile     = "ssh_host_rsa_key"
)

// RemoveHostKeys removes what LoadOrCreateHostKeys has written. remove should take a
// file that is not there for removed.
func RemoveHostKeys(remove func(name string) error) error {
	return errors.Join(remove(ed25519File), remove(rsaFile))
}

// LoadOrCreateHostKeys returns an Ed25519 and an RSA host key. read is asked
// for "ssh_host_ed25519_key" and "ssh_host_rsa_key"; when its error is
// fs.ErrNotExist, a key is made and handed to write, which should store it
// atomically and readable by the owner only. A file that is no key is an error.
func LoadOrCreateHostKeys(read func(name string) ([]byte, error), write func(name string, b []byte) error) ([]ssh.Signer, error) {
	var signers []ssh.Signer
	for _, kind := range []struct {
		name string
		make func() (crypto.PrivateKey, error)
	}{
		{ed25519File, func() (crypto.PrivateKey, error) {
			_, k, err := ed25519.GenerateKey(rand.Reader)
			return k, err
		}},
		{rsaFile, func() (crypto.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, rsaBits) }},
	} {
		text, err := read(kind.name)
		if errors.Is(err, fs.ErrNotExist) {
			text, err = newHostKey(kind.make)
			if err == nil {
				err = write(kind.name, text)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("host key %s: %w", kind.name, err)
		}
		signer, err := ssh.ParsePrivateKey(text)
		if err != nil {
			return nil, fmt.Errorf("reading host key %s: %w", kind.name, err)
		}
		signers = append(signers, signer)
	}
	return signers, nil
}

// newHostKey makes a key in OpenSSH's own format.
func newHostKey(generate func() (crypto.PrivateKey, error)) ([]byte, error) {
	key, err := generate()
	if err != nil {
		return nil, fmt.Errorf("generating: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return pem.EncodeToMemory(block), nil
}
