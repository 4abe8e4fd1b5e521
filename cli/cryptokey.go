package cli

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// KeyUsage is what a pair of RSA keys is for.
type KeyUsage string

// The usages, as `show crypto key mypubkey rsa` names them.
const (
	GeneralKey    KeyUsage = "General Purpose"
	SignatureKey  KeyUsage = "Signature"
	EncryptionKey KeyUsage = "Encryption"
)

// KeyPair is one pair of RSA keys that somebody has had made.
type KeyPair struct {
	Name       string
	Usage      KeyUsage
	Exportable bool
	Generated  time.Time
	Public     []byte // SubjectPublicKeyInfo (RFC 5280), DER
}

// Keys are the RSA keys of the appliance. SSH has one of them for its host key; before
// the first is made, it has keys of its own. Methods may be called concurrently.
type Keys interface {
	// Pairs lists the pairs in the order they were made in.
	Pairs() []KeyPair
	// Generate makes a pair for each usage, in the place of those of that name. It takes
	// seconds. bits is one per usage, MinModulus to MaxModulus.
	Generate(name string, exportable bool, usages []KeyUsage, bits []int) error
	// Zeroize removes the pairs of that name, "" for all. With the last one the keys that
	// SSH had of its own go too.
	Zeroize(name string) error
	// Serving tells whether SSH has a host key.
	Serving() bool
}

// MinModulus and MaxModulus are the sizes of RSA keys in bits. Routers make smaller
// ones, which no client takes any more.
const (
	MinModulus = 1024
	MaxModulus = 4096
)

// maxKeyName is the longest name of a pair in characters.
const maxKeyName = 128

// KeyRequest is `crypto key generate rsa`.
type KeyRequest struct {
	Label      string // "": that of the router
	Bits       int    // 0: it is asked for
	Usage      bool   // two pairs, one to sign and one to encrypt
	Exportable bool
}

// ownKeyName is the name of keys that are made without a label.
func (c *Context) ownKeyName() (string, error) {
	conf := c.Shell.Config()
	switch {
	case conf.Hostname == "Router":
		return "", message("% Please define a hostname other than Router.")
	case conf.Domain == "":
		return "", message("% Please define a domain-name first.")
	}
	return conf.Hostname + "." + conf.Domain, nil
}

// GenerateKeys is `crypto key generate rsa`. A file that is loaded replaces no keys.
func (c *Context) GenerateKeys(r KeyRequest) error {
	keys := c.Shell.o.Keys
	if keys == nil {
		return errors.New("% Keys cannot be kept")
	}
	c.Session.settle(c.Context) // the name may have been pasted a line before
	name := r.Label
	if name == "" {
		var err error
		if name, err = c.ownKeyName(); err != nil {
			return err
		}
	}
	if len(name) > maxKeyName {
		return errors.New("% The name of the keys is too long")
	}
	if r.Bits != 0 && (r.Bits < MinModulus || r.Bits > MaxModulus) {
		return errors.New("% The key modulus has to be " + strconv.Itoa(MinModulus) + " to " + strconv.Itoa(MaxModulus) + " bits")
	}
	if old := c.namedPairs(name); len(old) > 0 {
		if c.Session.loading {
			return nil
		}
		if ok, err := c.replaceKeys(name, r.Bits); err != nil || !ok {
			return err
		}
	} else {
		c.Printf("The name for the keys will be: %s\n", name)
	}
	usages := []KeyUsage{GeneralKey}
	if r.Usage {
		usages = []KeyUsage{SignatureKey, EncryptionKey}
	}
	bits := make([]int, len(usages))
	for i, u := range usages {
		bits[i] = r.Bits
		if r.Bits == 0 {
			var err error
			if bits[i], err = c.askModulus(u); err != nil {
				return err
			}
		} else if i == 0 {
			c.Printf("\n%% The key modulus size is %d bits\n", r.Bits)
		}
	}
	before := keys.Serving() && len(keys.Pairs()) > 0
	will := "non-exportable"
	if r.Exportable {
		will = "exportable"
	}
	say := func(bits int) { c.Printf("%% Generating %d bit RSA keys, keys will be %s...", bits, will) }
	say(bits[0])
	if err := c.flush(); err != nil {
		return err
	}
	if err := keys.Generate(name, r.Exportable, usages, bits); err != nil {
		c.Printf("\n")
		return errors.New("% The keys cannot be kept: " + err.Error())
	}
	for _, n := range bits[1:] {
		c.Printf("[OK]\n")
		say(n)
	}
	c.Printf("[OK]\n\n")
	if !before {
		c.Shell.o.Log.Msg("SSH", logbuf.Notifications, "ENABLED", "SSH 2.0 has been enabled")
	}
	return nil
}

func (c *Context) namedPairs(name string) []KeyPair {
	var out []KeyPair
	for _, p := range c.Shell.o.Keys.Pairs() {
		if p.Name == name {
			out = append(out, p)
		}
	}
	return out
}

// replaceKeys asks before keys go, unless the line says all there is to ask.
func (c *Context) replaceKeys(name string, bits int) (bool, error) {
	c.Printf("%% You already have RSA keys defined named %s.\n", name)
	if bits > 0 {
		c.Printf("%% They will be replaced.\n")
		return true, nil
	}
	return c.YesNo("% Do you really want to replace them?")
}

// askModulus asks for the size of a key.
func (c *Context) askModulus(u KeyUsage) (int, error) {
	what := string(u) + " Keys"
	c.Printf("Choose the size of the key modulus in the range of %d to %d for your\n"+
		"  %s. Choosing a key modulus greater than 512 may take\n  a few minutes.\n\n", MinModulus, MaxModulus, what)
	for {
		answer, err := c.read("How many bits in the modulus ["+strconv.Itoa(MinModulus)+"]: ", true)
		if err != nil {
			return 0, err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			return MinModulus, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= MinModulus && n <= MaxModulus {
			return n, nil
		}
		c.Session.print("% A decimal number between " + strconv.Itoa(MinModulus) + " and " + strconv.Itoa(MaxModulus) + ".\n")
	}
}

// ZeroizeKeys is `crypto key zeroize rsa [NAME]`. Sessions that are open go on.
func (c *Context) ZeroizeKeys(name string) error {
	keys := c.Shell.o.Keys
	if keys == nil || len(keys.Pairs()) == 0 {
		return message("% No Signature RSA Keys found in configuration.")
	}
	if name == "" {
		c.Printf("%% All RSA keys will be removed.\n")
	} else {
		if len(c.namedPairs(name)) == 0 {
			return message("% No RSA keys named " + name + " found in configuration.")
		}
		c.Printf("%% Keys to be removed are named '%s'.\n", name)
	}
	c.Printf("%% All router certs issued using these keys will also be removed.\n")
	ok, err := c.YesNo("Do you really want to remove these keys?")
	if err != nil || !ok {
		return err
	}
	if err := keys.Zeroize(name); err != nil {
		return errors.New("% The keys cannot be removed: " + err.Error())
	}
	if !keys.Serving() {
		c.Shell.o.Log.Msg("SSH", logbuf.Notifications, "DISABLED", "SSH 2.0 has been disabled")
	}
	return nil
}

// ShowKeys is `show crypto key mypubkey rsa [NAME]`.
func (c *Context) ShowKeys(name string) error {
	if c.Shell.o.Keys == nil {
		return nil
	}
	for _, p := range c.Shell.o.Keys.Pairs() {
		if name != "" && p.Name != name {
			continue
		}
		not := "not "
		if p.Exportable {
			not = ""
		}
		c.Printf("%% Key pair was generated at: %s\n", p.Generated.UTC().Format("15:04:05 UTC Jan 2 2006"))
		c.Printf("Key name: %s\n Storage Device: not specified\n Usage: %s Key\n Key is %sexportable.\n Key Data:\n", p.Name, p.Usage, not)
		c.Printf("%s", hexWords(p.Public))
	}
	return nil
}

// hexWords prints bytes in groups of four, eight groups a line.
func hexWords(b []byte) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i, x := range b {
		switch {
		case i%32 == 0:
			out.WriteString("  ")
		case i%4 == 0:
			out.WriteByte(' ')
		}
		out.WriteByte(digits[x>>4])
		out.WriteByte(digits[x&15])
		if i%32 == 31 {
			out.WriteByte('\n')
		}
	}
	if len(b)%32 != 0 {
		out.WriteByte('\n')
	}
	return out.String()
}
