package app

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/tty"
)

const (
	// keyFile holds the pairs of `crypto key generate rsa` in the state directory.
	keyFile = "rsa_keypairs"
	// maxPairs bounds them; one more is refused.
	maxPairs = 32
)

// keyring is the RSA keys of the appliance and the host keys of SSH: those of its own,
// made at the first start, until somebody has a pair made. It is cli.Keys.
type keyring struct {
	state *conf.State
	mu    sync.Mutex
	pairs []storedPair
	own   []ssh.Signer // those of its own; nil: not loaded yet, or gone
	gone  bool         // the last pair was removed: no host key before the next one, or the next start
}

// storedPair is a pair as it is kept.
type storedPair struct {
	Name       string       `json:"name"`
	Usage      cli.KeyUsage `json:"usage"`
	Exportable bool         `json:"exportable,omitempty"`
	Generated  time.Time    `json:"generated"`
	Private    []byte       `json:"private"` // PKCS #8
	key        *rsa.PrivateKey
	signer     ssh.Signer
}

func (p *storedPair) parse() error {
	key, err := x509.ParsePKCS8PrivateKey(p.Private)
	if err != nil {
		return fmt.Errorf("key %s: %w", p.Name, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return fmt.Errorf("key %s is not RSA", p.Name)
	}
	p.key = private
	p.signer, err = ssh.NewSignerFromKey(private)
	if err != nil {
		return fmt.Errorf("key %s: %w", p.Name, err)
	}
	return nil
}

// openKeyring reads the pairs. The error is that of a file that is damaged.
func openKeyring(state *conf.State) (*keyring, error) {
	k := &keyring{state: state}
	text, err := state.ReadKey(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &k.pairs)
	}
	for i := range k.pairs {
		if err == nil {
			err = k.pairs[i].parse()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the RSA keys: %w", err)
	}
	return k, nil
}

// prepare makes sure that there is a host key. It is for the start of the SSH server.
func (k *keyring) prepare() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.own != nil || k.gone || len(k.pairs) > 0 {
		return nil
	}
	own, err := tty.LoadOrCreateHostKeys(k.state.ReadKey, k.state.WriteKey)
	if err != nil {
		return fmt.Errorf("ssh host keys: %w", err)
	}
	k.own = own
	return nil
}

// hostKeys are those of SSH: the pair of that name, else that of the router's own
// name, else the first that can sign.
func (k *keyring) hostKeys(names ...string) []ssh.Signer {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.pairs) == 0 {
		return slices.Clone(k.own)
	}
	for _, name := range append(names, "") {
		for _, p := range k.pairs {
			if p.Usage != cli.EncryptionKey && (name == "" || p.Name == name) {
				return []ssh.Signer{p.signer}
			}
		}
	}
	return nil
}

// Pairs is cli.Keys.
func (k *keyring) Pairs() []cli.KeyPair {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]cli.KeyPair, len(k.pairs))
	for i, p := range k.pairs {
		public, _ := x509.MarshalPKIXPublicKey(&p.key.PublicKey) // never fails for RSA
		out[i] = cli.KeyPair{Name: p.Name, Usage: p.Usage, Exportable: p.Exportable, Generated: p.Generated, Public: public}
	}
	return out
}

// Serving is cli.Keys. Keys of its own that have not been needed yet count.
func (k *keyring) Serving() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.pairs) > 0 || !k.gone
}

// Generate is cli.Keys. Nothing is locked while a key is being made.
func (k *keyring) Generate(name string, exportable bool, usages []cli.KeyUsage, bits []int) error {
	var made []storedPair
	for i, usage := range usages {
		key, err := rsa.GenerateKey(rand.Reader, bits[i])
		if err != nil {
			return fmt.Errorf("making a key of %d bits: %w", bits[i], err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return fmt.Errorf("encoding a key: %w", err)
		}
		p := storedPair{Name: name, Usage: usage, Exportable: exportable, Generated: time.Now(), Private: private}
		if err := p.parse(); err != nil {
			return err
		}
		made = append(made, p)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	next := append(k.without(name), made...)
	if len(next) > maxPairs {
		return fmt.Errorf("there are %d already", len(k.pairs))
	}
	if err := k.store(next); err != nil {
		return err
	}
	k.gone = false
	return nil
}

// Zeroize is cli.Keys.
func (k *keyring) Zeroize(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var left []storedPair
	if name != "" {
		left = k.without(name)
	}
	if err := k.store(left); err != nil {
		return err
	}
	if len(left) > 0 {
		return nil
	}
	k.own, k.gone = nil, true
	return tty.RemoveHostKeys(k.state.RemoveKey)
}

// without is the pairs but those of that name.
func (k *keyring) without(name string) []storedPair {
	return slices.DeleteFunc(slices.Clone(k.pairs), func(p storedPair) bool { return p.Name == name })
}

// store writes the pairs, then makes them those that hold.
func (k *keyring) store(next []storedPair) error {
	if len(next) == 0 {
		if err := k.state.RemoveKey(keyFile); err != nil {
			return err
		}
		k.pairs = nil
		return nil
	}
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encoding the RSA keys: %w", err)
	}
	if err := k.state.WriteKey(keyFile, text); err != nil {
		return err
	}
	k.pairs = next
	return nil
}
