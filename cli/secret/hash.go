package secret

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/GehirnInc/crypt/md5_crypt"
	"golang.org/x/crypto/scrypt"
)

// A kind is one way to hash a secret, $TYPE$SALT$SUM.
type kind struct {
	digit   int
	minSalt int // characters
	maxSalt int
	drawn   int // length of a salt drawn here, as IOS draws it
	sum     int // characters
	make    func(password, salt string) (string, error)
}

const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// base64Cisco is the encoding of the sums of types 8 and 9.
var base64Cisco = base64.NewEncoding(cryptAlphabet).WithPadding(base64.NoPadding)

// kindOf describes the type of that digit; ok is false for one that is not hashed.
func kindOf(digit int) (k kind, ok bool) {
	switch digit {
	case 5:
		return kind{digit: 5, minSalt: 1, maxSalt: 8, drawn: 4, sum: 22, make: sum5}, true
	case 8:
		return kind{digit: 8, minSalt: 14, maxSalt: 14, drawn: 14, sum: 43, make: sum8}, true
	case 9:
		return kind{digit: 9, minSalt: 14, maxSalt: 14, drawn: 14, sum: 43, make: sum9}, true
	}
	return kind{}, false
}

// Hash hashes a password as type 5 (md5-crypt), 8 (PBKDF2 with SHA-256, 20,000
// rounds) or 9 (scrypt, N 16384, r 1, p 1). The salt is of ./0-9A-Za-z, up to eight
// characters for type 5 and fourteen for the others; "" draws one at random.
func Hash(digit int, password, salt string) (string, error) {
	k, ok := kindOf(digit)
	if !ok {
		return "", fmt.Errorf("hashing a secret: there is no type %d", digit)
	}
	if salt == "" {
		salt = draw(k.drawn)
	}
	h, err := k.make(password, salt)
	if err != nil {
		return "", fmt.Errorf("hashing a type %d secret: %w", digit, err)
	}
	return h, nil
}

func draw(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = cryptAlphabet[b[i]&63]
	}
	return string(b)
}

func sum5(password, salt string) (string, error) {
	return md5_crypt.New().Generate([]byte(password), []byte("$1$"+salt))
}

func sum8(password, salt string) (string, error) {
	key, err := pbkdf2.Key(sha256.New, password, []byte(salt), 20_000, sha256.Size)
	return "$8$" + salt + "$" + base64Cisco.EncodeToString(key), err
}

func sum9(password, salt string) (string, error) {
	key, err := scrypt.Key([]byte(password), []byte(salt), 1<<14, 1, 1, sha256.Size)
	return "$9$" + salt + "$" + base64Cisco.EncodeToString(key), err
}

// sum4 is type 4, which some releases of IOS 15 wrote: SHA-256 without salt. It is
// read and never made.
func sum4(password string) string {
	sum := sha256.Sum256([]byte(password))
	return base64Cisco.EncodeToString(sum[:])
}

// Valid tells whether a text has the form of a secret of type 4, 5, 8 or 9.
func Valid(digit int, hash string) bool {
	if digit == 4 {
		return len(hash) == 43 && strings.Trim(hash, cryptAlphabet) == ""
	}
	_, ok := saltOf(digit, hash)
	return ok
}

// saltOf is the salt of a well-formed hash.
func saltOf(digit int, hash string) (salt string, ok bool) {
	k, known := kindOf(digit)
	prefix := fmt.Sprintf("$%d$", digit)
	if digit == 5 {
		prefix = "$1$"
	}
	rest, has := strings.CutPrefix(hash, prefix)
	salt, sum, cut := strings.Cut(rest, "$")
	return salt, known && has && cut && len(salt) >= k.minSalt && len(salt) <= k.maxSalt && len(sum) == k.sum &&
		strings.Trim(salt+sum, cryptAlphabet) == ""
}
