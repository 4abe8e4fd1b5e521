package phones

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseButton reads one element of `button`: "1:10", "4o13,14,15", "5x4".
func ParseButton(s string) (Button, error) {
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i <= 0 || i == len(s)-1 || !strings.ContainsRune(":bfsmwocx", rune(s[i])) {
		return Button{}, fmt.Errorf("button %q: not a button, a separator and ephone-dn tags", s)
	}
	n, err := strconv.Atoi(s[:i])
	if err != nil {
		return Button{}, fmt.Errorf("button %q: %w", s, err)
	}
	b := Button{Number: n, Sep: Separator(s[i])}
	for _, word := range strings.Split(s[i+1:], ",") {
		tag, err := strconv.Atoi(word)
		if err != nil || tag <= 0 {
			return Button{}, fmt.Errorf("button %q: %q is no tag", s, word)
		}
		b.DNs = append(b.DNs, tag)
	}
	if b.Sep == Rollover {
		b.Of, b.DNs = b.DNs[0], nil
	}
	return b, nil
}

// String is the element as `button` prints it.
func (b Button) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d%c", b.Number, b.Sep)
	if b.Sep == Rollover {
		fmt.Fprintf(&s, "%d", b.Of)
	}
	for i, tag := range b.DNs {
		if i > 0 {
			s.WriteByte(',')
		}
		fmt.Fprintf(&s, "%d", tag)
	}
	return s.String()
}
