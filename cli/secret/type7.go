package secret

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// key7 is the fixed key of Cisco's type 7, known since 1995; a text is XORed
// with it starting at an offset that leads the text as two decimal digits.
const key7 = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"

// max7 bounds the plain text in bytes.
const max7 = 128

// ErrType7 says that a text is not an encoded type 7 password.
var ErrType7 = errors.New("not a type 7 password")

// Encode7 obscures a password with the given offset, taken modulo 16 (IOS
// draws 0 to 15).
func Encode7(plain string, offset int) (string, error) {
	if len(plain) > max7 {
		return "", fmt.Errorf("encoding a type 7 password: longer than %d characters", max7)
	}
	offset &= 15
	out := make([]byte, len(plain))
	for i := range len(plain) {
		out[i] = plain[i] ^ key7[(offset+i)%len(key7)]
	}
	return fmt.Sprintf("%02d%s", offset, strings.ToUpper(hex.EncodeToString(out))), nil
}

// Decode7 undoes Encode7: "021201481F" is "test".
func Decode7(text string) (string, error) {
	if len(text) < 2 || len(text) > 2+2*max7 || !digit(text[0]) || !digit(text[1]) {
		return "", ErrType7
	}
	offset := int(text[0]-'0')*10 + int(text[1]-'0')
	out, err := hex.DecodeString(text[2:])
	if err != nil || offset >= len(key7) {
		return "", ErrType7
	}
	for i := range out {
		out[i] ^= key7[(offset+i)%len(key7)]
	}
	return string(out), nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
