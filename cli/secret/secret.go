// Package secret holds passwords in the forms a configuration stores them:
// plain (type 0), md5-crypt (type 5, `enable secret`) and the reversible type 7
// of `service password-encryption`. Any room may import it; pure but for the
// salt of Hash5.
package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/GehirnInc/crypt/md5_crypt"
)

// Secret is a password as it stands in the configuration. The zero value means
// that none is configured. It prints as a placeholder so that it cannot slip
// into a log.
type Secret struct {
	Type  int    // 0 plain, 5 md5-crypt, 7 reversible
	Value string // the text after the type digit
}

// String hides the value.
func (s Secret) String() string {
	if s.IsZero() {
		return "(none)"
	}
	return "(hidden)"
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return s.String() }

// IsZero tells that no password is configured.
func (s Secret) IsZero() bool { return s.Value == "" }

// maxTyped bounds what is compared: IOS takes 25 characters for passwords, and
// hashing megabytes helps nobody.
const maxTyped = 256

// Matches compares a typed password in constant time. A zero Secret and one
// that cannot be decoded match nothing.
func (s Secret) Matches(typed string) bool {
	if s.IsZero() || len(typed) > maxTyped {
		return false
	}
	switch s.Type {
	case 0:
		return equal(typed, s.Value)
	case 5:
		got, err := Hash5(typed, salt5(s.Value))
		return err == nil && equal(got, s.Value)
	case 7:
		plain, err := Decode7(s.Value)
		return err == nil && equal(typed, plain)
	}
	return false
}

// Plain returns the password itself, for types 0 and 7 only: digest
// authentication needs it.
func (s Secret) Plain() (string, bool) {
	switch {
	case s.IsZero():
		return "", false
	case s.Type == 0:
		return s.Value, true
	case s.Type == 7:
		p, err := Decode7(s.Value)
		return p, err == nil
	}
	return "", false
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

const (
	cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	prefix5       = "$1$"
)

// Hash5 hashes a password as md5-crypt, $1$SALT$HASH. The salt is up to eight
// characters of ./0-9A-Za-z; "" draws four at random, as IOS does.
func Hash5(password, salt string) (string, error) {
	if salt == "" {
		b := make([]byte, 4)
		rand.Read(b) // never fails
		for i := range b {
			b[i] = cryptAlphabet[b[i]&63]
		}
		salt = string(b)
	}
	h, err := md5_crypt.New().Generate([]byte(password), []byte(prefix5+salt))
	if err != nil {
		return "", fmt.Errorf("hashing a type 5 secret: %w", err)
	}
	return h, nil
}

// salt5 is the salt of $1$SALT$HASH.
func salt5(hash string) string {
	rest, ok := strings.CutPrefix(hash, prefix5)
	if !ok {
		return "?" // no hash of this salt can equal the value
	}
	salt, _, _ := strings.Cut(rest, "$")
	return salt
}

// Valid5 tells whether a text has the form of a type 5 secret.
func Valid5(hash string) bool {
	rest, ok := strings.CutPrefix(hash, prefix5)
	salt, sum, cut := strings.Cut(rest, "$")
	return ok && cut && len(salt) >= 1 && len(salt) <= 8 && len(sum) == 22 &&
		strings.Trim(salt+sum, cryptAlphabet) == ""
}
