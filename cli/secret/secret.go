// Package secret holds passwords in the forms a configuration stores them:
// plain (type 0), hashed (`enable secret`: type 5, md5-crypt; type 8, PBKDF2; type
// 9, scrypt) and the reversible type 7 of `service password-encryption`. Any room
// may import it; pure but for the salt of Hash.
package secret

import "crypto/subtle"

// Secret is a password as it stands in the configuration. The zero value means
// that none is configured. It prints as a placeholder so that it cannot slip
// into a log.
type Secret struct {
	Type  int    // 0 plain, 7 reversible, 4, 5, 8 and 9 hashed
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
	case 4:
		return equal(sum4(typed), s.Value)
	case 5, 8, 9:
		salt, ok := saltOf(s.Type, s.Value)
		if !ok {
			return false
		}
		got, err := Hash(s.Type, typed, salt)
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
