package secret

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// key7 is the fixed key of Cisco's type 7, known since 1995; a text is XORed
// with it starting at an offset that leads the text as two decimal digits.
const key7 = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"

// max7 bounds the plain text in bytes.
const max7 = 128

// ErrType7 says that a text is not an encoded type 7 password.
var ErrType7 = errors.New("not a type 7 password")

// Decode7 gives the password that IOS obscured: "021201481F" is "test".
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

// Encode7 obscures a password of at most 128 bytes so that Decode7 reads it. The
// offset, 0 to 15, says where in the key it starts.
func Encode7(plain string, offset int) (string, error) {
	if len(plain) > max7 || offset < 0 || offset > 15 {
		return "", ErrType7
	}
	out := []byte(plain)
	for i := range out {
		out[i] ^= key7[(offset+i)%len(key7)]
	}
	return fmt.Sprintf("%02d%X", offset, out), nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
