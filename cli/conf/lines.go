package conf

import "strings"

// lines is a sorted set of lines by path: a weight-balanced tree (Hirai and
// Yamamoto, 2011) that never changes once made, so that a changed one shares all but the
// way to the change. nil is the empty set. A radix tree would hold every path twice.
type lines struct {
	line        *line
	left, right *lines
	size        int
}

// A side has at most maxHeavier times the lines of the other; the inner grandchild
// moves too if it has maxInner times those of the outer one.
const maxHeavier, maxInner = 3, 2

// Len is the number of lines.
func (s *lines) Len() int {
	if s == nil {
		return 0
	}
	return s.size
}

func bin(left *lines, l *line, right *lines) *lines {
	return &lines{line: l, left: left, right: right, size: left.Len() + right.Len() + 1}
}

// balanced is bin of sets of which one has changed by one line or one join.
func balanced(left *lines, l *line, right *lines) *lines {
	switch a, b := left.Len(), right.Len(); {
	case a+b <= 1:
	case b > maxHeavier*a:
		if in, out := right.left, right.right; in.Len() >= maxInner*out.Len() {
			return bin(bin(left, l, in.left), in.line, bin(in.right, right.line, out))
		}
		return bin(bin(left, l, right.left), right.line, right.right)
	case a > maxHeavier*b:
		if out, in := left.left, left.right; in.Len() >= maxInner*out.Len() {
			return bin(bin(out, left.line, in.left), in.line, bin(in.right, l, right))
		}
		return bin(left.left, left.line, bin(left.right, l, right))
	}
	return bin(left, l, right)
}

// joined is all of left, then l, then all of right.
func joined(left *lines, l *line, right *lines) *lines {
	switch a, b := left.Len(), right.Len(); {
	case left == nil:
		return right.with(l)
	case right == nil:
		return left.with(l)
	case b > maxHeavier*a:
		return balanced(joined(left, l, right.left), right.line, right.right)
	case a > maxHeavier*b:
		return balanced(left.left, left.line, joined(left.right, l, right))
	}
	return bin(left, l, right)
}

// get is the line at p, nil when there is none.
func (s *lines) get(p Path) *line {
	for s != nil && s.line.path() != p {
		if p < s.line.path() {
			s = s.left
		} else {
			s = s.right
		}
	}
	if s == nil {
		return nil
	}
	return s.line
}

// with is s and l, in the place of what stood at its path.
func (s *lines) with(l *line) *lines {
	switch {
	case s == nil:
		return bin(nil, l, nil)
	case l.path() < s.line.path():
		return balanced(s.left.with(l), s.line, s.right)
	case l.path() > s.line.path():
		return balanced(s.left, s.line, s.right.with(l))
	}
	return bin(s.left, l, s.right)
}

// without is s but for the lines whose paths begin with prefix.
func (s *lines) without(prefix Path) *lines {
	left, right := s.before(prefix), s.after(prefix)
	if right == nil {
		return left
	}
	first := right
	for first.left != nil {
		first = first.left
	}
	return joined(left, first.line, right.rest())
}

// before is what sorts before prefix.
func (s *lines) before(prefix Path) *lines {
	switch {
	case s == nil:
		return nil
	case s.line.path() < prefix:
		return joined(s.left, s.line, s.right.before(prefix))
	}
	return s.left.before(prefix)
}

// after is what sorts after all that begins with prefix.
func (s *lines) after(prefix Path) *lines {
	switch {
	case s == nil:
		return nil
	case s.line.path() < prefix || s.line.path().hasPrefix(prefix):
		return s.right.after(prefix)
	}
	return joined(s.left.after(prefix), s.line, s.right)
}

// rest is s without its first line.
func (s *lines) rest() *lines {
	if s.left == nil {
		return s.right
	}
	return balanced(s.left.rest(), s.line, s.right)
}

// each calls yield with the lines whose paths begin with prefix, in order, until it
// returns false; then it returns false too.
func (s *lines) each(prefix Path, yield func(*line) bool) bool {
	switch {
	case s == nil:
		return true
	case s.line.path() < prefix:
		return s.right.each(prefix, yield)
	case !s.left.each(prefix, yield):
		return false
	case !s.line.path().hasPrefix(prefix):
		return true // so is all that follows
	}
	return yield(s.line) && s.right.each(prefix, yield)
}

// hasPrefix reports whether p lies at or below prefix, a path or a group.
func (p Path) hasPrefix(prefix Path) bool { return strings.HasPrefix(string(p), string(prefix)) }
