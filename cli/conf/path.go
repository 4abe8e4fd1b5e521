package conf

import "strings"

// Path names a line of a tree: for each level the command and the identity of
// the entry. It is opaque, comparable, and stays valid in later trees for as
// long as the line exists. Root is the path of the tree itself.
//
// A level is two bytes of declaration index, the identity key with 0x00
// escaped as 0x00 0xFF, and the terminator 0x00 0x01. Thus bytewise order is
// output order, a line sorts before its children and those before the next
// line, and deleting a prefix deletes a block.
type Path string

// Root is the path of the root of a tree.
const Root Path = ""

const pathEnd = "\x00\x01"

// group is the prefix of all entries of the command with that index.
func (p Path) group(index int) Path {
	return p + Path([]byte{byte(index >> 8), byte(index)})
}

// entry is the path of one entry.
func (p Path) entry(index int, key string) Path {
	if strings.IndexByte(key, 0) >= 0 {
		key = strings.ReplaceAll(key, "\x00", "\x00\xff")
	}
	b := make([]byte, 0, len(p)+2+len(key)+len(pathEnd))
	b = append(b, p...)
	b = append(b, byte(index>>8), byte(index))
	b = append(b, key...)
	b = append(b, pathEnd...)
	return Path(b)
}

// cut splits off the first level: its declaration index, the level's own bytes
// and the rest. ok is false when p is not a path.
func (p Path) cut() (index int, level, rest Path, ok bool) {
	if len(p) < 2 {
		return 0, "", "", false
	}
	for i := 2; i+1 < len(p); i++ {
		if p[i] != 0 {
			continue
		}
		if p[i+1] == pathEnd[1] {
			return int(p[0])<<8 | int(p[1]), p[:i+2], p[i+2:], true
		}
		i++ // an escaped zero
	}
	return 0, "", "", false
}

// Parent is the path of the block the line stands in.
func (p Path) Parent() Path {
	last := 0
	for rest := p; ; {
		_, level, next, ok := rest.cut()
		if !ok || next == "" {
			return p[:last]
		}
		last += len(level)
		rest = next
	}
}

// elementKey makes keys of digits sort as numbers and before all others.
func elementKey(key string) string {
	if key == "" || len(key) > 200 || strings.Trim(key, "0123456789") != "" {
		return "\xff" + key
	}
	key = strings.TrimLeft(key, "0")
	return string([]byte{byte(len(key) + 1)}) + key
}
