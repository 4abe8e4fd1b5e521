package sipua

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// math/rand/v2's global source is ChaCha8 with a random seed: tags and branches
// cannot be guessed, which RFC 3261 19.3 asks for.

// NewTag makes a tag in the form a router uses, "12EE76F8-154A".
func NewTag() string { return formatTag(rand.Uint64()) }

func formatTag(n uint64) string { return fmt.Sprintf("%08X-%X", uint32(n>>32), uint32(n)) }

// NewCallID makes a Call-ID in the form a router uses,
// "28E9846D-B50E11EC-8025D5B1-C2D1F237@host".
func NewCallID(host string) string {
	a, b := rand.Uint64(), rand.Uint64()
	return fmt.Sprintf("%08X-%08X-%08X-%08X@%s", uint32(a>>32), uint32(a), uint32(b>>32), uint32(b), host)
}

// newBranch makes a branch that cannot be guessed.
func newBranch() string {
	b := make([]byte, 0, 24)
	b = append(b, "z9hG4bK"...)
	return string(strconv.AppendUint(b, rand.Uint64()|1<<63, 36))
}
