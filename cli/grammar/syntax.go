package grammar

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of one syntax string. They keep the tables small and let any-order
// parts and groups be bits of one word; real commands stay far below.
const (
	maxSyntax = 4096 // bytes
	maxDepth  = 16   // nested brackets
	maxLeaves = 512  // tokens
	maxBits   = 64   // any-order parts, and groups that are printed specially
)

// syntaxError is a complaint about one place in a syntax string.
type syntaxError struct {
	col    int
	reason string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.col, e.reason) }

// parser reads a syntax string; p.at is the next byte.
type parser struct {
	text  string
	at    int
	depth int
	types map[string]Type
	out   *syntax
}

func parseSyntax(text string, types map[string]Type) (*syntax, error) {
	p := &parser{text: text, types: types, out: &syntax{}}
	if len(text) <= maxSyntax {
		p.out.leaves = make([]leaf, 0, min(strings.Count(text, " ")+strings.Count(text, "|")+1, maxLeaves))
	}
	switch {
	case len(text) > maxSyntax:
		return nil, p.fail(maxSyntax, "longer than %d bytes", maxSyntax)
	case strings.Trim(text, " ") == "":
		return nil, p.fail(0, "empty")
	case text[0] == ' ':
		return nil, p.fail(0, "starts with a blank")
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		return nil, p.fail(i, "only printable ASCII and blanks are allowed, got %q", text[i])
	}
	root, err := p.sequence(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, p.fail(p.at, "%q closes nothing", text[p.at])
	}
	p.out.root = root
	p.out.trail = len(text) - len(strings.TrimRight(text, " "))
	return p.out, nil
}

func (p *parser) fail(at int, format string, a ...any) error {
	return &syntaxError{at + 1, fmt.Sprintf(format, a...)}
}

func (p *parser) blanks() int {
	from := p.at
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	return p.at - from
}

// sequence reads elements up to | or a closing bracket, which it leaves, or up
// to the end. gap is the layout of the first element.
func (p *parser) sequence(gap int) (*node, error) {
	seq := &node{kind: seqNode}
	n := p.blanks()
	seq.col = p.at + 1
	for p.at < len(p.text) {
		if strings.IndexByte("|>]}", p.text[p.at]) >= 0 {
			break
		}
		if len(seq.kids) > 0 {
			gap = n // not zero, suffixes sees to that
		}
		kid, err := p.element(gap)
		if err != nil {
			return nil, err
		}
		seq.kids = append(seq.kids, kid)
		n = p.blanks()
	}
	if len(seq.kids) == 0 {
		return nil, p.fail(p.at, "a token is missing")
	}
	if len(seq.kids) == 1 {
		return seq.kids[0], nil
	}
	return seq, nil
}

// element reads one token or bracket with its suffixes.
func (p *parser) element(gap int) (*node, error) {
	start := p.at
	var n *node
	var err error
	switch p.text[p.at] {
	case '<':
		if end, ok := p.rangeEnd(); ok {
			n, err = p.rangeToken(end, gap)
		} else {
			n, err = p.bracket(choiceNode, '>', gap)
		}
	case '[':
		n, err = p.bracket(optionNode, ']', gap)
	case '{':
		n, err = p.bracket(anyOrderNode, '}', gap)
	case '$', '!':
		return nil, p.fail(p.at, "%q must follow a token directly", p.text[p.at:p.at+1])
	default:
		n, err = p.word(gap)
	}
	if err != nil {
		return nil, err
	}
	n.col = start + 1
	return n, p.suffixes(n)
}

// bracket reads <…>, […] or {…} and checks what its kind demands.
func (p *parser) bracket(kind nodeKind, end byte, gap int) (*node, error) {
	start := p.at
	n := &node{kind: kind}
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(start, "more than %d brackets inside one another", maxDepth)
	}
	defer func() { p.depth-- }()
	for {
		p.at++ // the opening bracket or the |
		kid, err := p.sequence(gap)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
		if p.at >= len(p.text) {
			return nil, p.fail(start, "%q is not closed", p.text[start:start+1])
		}
		if c := p.text[p.at]; c == end {
			p.at++
			break
		} else if c != '|' {
			return nil, p.fail(p.at, "%q where %q is due", p.text[p.at:p.at+1], string(end))
		}
		if kind == optionNode {
			return nil, p.fail(p.at, "write [<a|b>] for an optional choice")
		}
	}
	switch {
	case kind == choiceNode && len(n.kids) < 2:
		return nil, p.fail(start, "neither a range <a-b> nor a choice <x|y>")
	case kind == anyOrderNode && len(n.kids) < 2:
		return nil, p.fail(start, "any order needs two parts {a|b}")
	case kind == anyOrderNode:
		n.firstBit = p.out.parts
		if p.out.parts += len(n.kids); p.out.parts > maxBits {
			return nil, p.fail(start, "more than %d any-order parts", maxBits)
		}
	}
	return n, nil
}

// rangeEnd tells whether the < at p.at opens a range, and where its > is.
func (p *parser) rangeEnd() (int, bool) {
	n := strings.IndexAny(p.text[p.at:], " >|")
	if n < 0 || p.text[p.at+n] != '>' {
		return 0, false
	}
	body := p.text[p.at+1 : p.at+n]
	return p.at + n, body != "" && (isDigit(body[0]) || body[0] == '{')
}

func (p *parser) rangeToken(end, gap int) (*node, error) {
	start := p.at
	body := p.text[start+1 : end]
	dash := strings.IndexByte(body, '-')
	if body[0] == '{' {
		if close := strings.IndexByte(body, '}'); close < 0 || close+1 >= len(body) || body[close+1] != '-' {
			dash = -1
		} else {
			dash = close + 1
		}
	}
	if dash < 0 {
		return nil, p.fail(start, "neither a range <a-b> nor a choice <x|y>")
	}
	lo, ok1 := parseBound(body[:dash])
	hi, ok2 := parseBound(body[dash+1:])
	switch {
	case !ok1:
		return nil, p.fail(start+1, "%q is no bound: write a number or {name}", body[:dash])
	case !ok2:
		return nil, p.fail(start+dash+2, "%q is no bound: write a number or {name}", body[dash+1:])
	case lo.name == "" && hi.name == "" && lo.n > hi.n:
		return nil, p.fail(start, "the range is empty: %d > %d", lo.n, hi.n)
	}
	p.at = end + 1
	return p.leaf(leaf{kind: rangeLeaf, typ: none, spell: p.text[start:p.at], lo: lo, hi: hi, gap: gap, col: start + 1})
}

// maxDigits keeps numbers of ranges within an int on every platform.
const maxDigits = 18

func parseBound(s string) (bound, bool) {
	if len(s) > 2 && s[0] == '{' && s[len(s)-1] == '}' {
		name := s[1 : len(s)-1]
		return bound{name: name}, isName(name)
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return bound{}, false
		}
	}
	n, err := strconv.Atoi(s)
	return bound{n: n}, err == nil && len(s) <= maxDigits
}

// word reads a keyword or a type name with its length.
func (p *parser) word(gap int) (*node, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" <>[]{}|$!(", p.text[p.at]) < 0 {
		p.at++
	}
	name := p.text[start:p.at]
	if dots := strings.TrimSuffix(name, "..."); dots != name && dots != "" {
		p.at -= 3
		name = dots
	}
	behind := len(name) - len(strings.TrimRight(name, "~"))
	name = name[:len(name)-behind]
	if name == "" || p.at < len(p.text) && strings.IndexByte("<[{", p.text[p.at]) >= 0 {
		return nil, p.fail(p.at, "%q is out of place", p.text[p.at:p.at+1])
	}
	l := leaf{spell: name, typ: none, gap: gap, behind: behind, col: start + 1}
	typ, isType := p.types[name]
	escaped := len(name) > 1 && name[0] == '\\'
	l.silent = len(name) > 1 && name[0] == '~'
	if l.silent && p.depth == 0 {
		return nil, p.fail(start, "%s must stand in brackets: it is not printed", name)
	}
	switch {
	case isType && behind > 0:
		return nil, p.fail(start, "only a keyword can have blanks of its own behind it")
	case isType:
		own := typ
		if own.Display == "" {
			own.Display = name
		}
		l.kind, l.typ = typeLeaf, &own
	case escaped, l.silent:
		l.word = name[1:]
	case looksLikeRange(name):
		return nil, p.fail(start, "write <%s> for a range, \\%s for a keyword", name, name)
	case !looksLikeKeyword(name):
		return nil, p.fail(start, "unknown type %s (a keyword has a lower-case letter or does not start with a letter; \\%s makes it one)", name, name)
	default:
		l.word = name
	}
	short, rest, typedLonger := strings.Cut(l.word, "~")
	if typedLonger && (short == "" || rest == "") {
		return nil, p.fail(start, "%q: what is printed stands before the ~, the rest of what is typed behind it", name)
	}
	l.word = short
	if strings.ContainsAny(l.word, `\"`) {
		return nil, p.fail(start, "a keyword cannot hold a backslash or a quote")
	}
	l.low = strings.ToLower(short + rest)
	if p.at < len(p.text) && p.text[p.at] == '(' {
		close := strings.IndexByte(p.text[p.at:], ')')
		if close < 0 {
			return nil, p.fail(p.at, `"(" is not closed`)
		}
		size := p.text[p.at+1 : p.at+close]
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > 1<<20 || !isDigit(size[0]) {
			return nil, p.fail(p.at+1, "%q is no length", size)
		}
		if !isType {
			return nil, p.fail(p.at, "only a type can have a length")
		}
		l.max = n
		p.at += close + 1
		l.spell = p.text[start:p.at]
	}
	return p.leaf(l)
}

func (p *parser) leaf(l leaf) (*node, error) {
	if len(p.out.leaves) >= maxLeaves {
		return nil, p.fail(l.col-1, "more than %d tokens", maxLeaves)
	}
	p.out.leaves = append(p.out.leaves, l)
	return &node{kind: leafNode, leaf: len(p.out.leaves) - 1}, nil
}

// suffixes reads $name, ! and the three dots behind a token.
func (p *parser) suffixes(n *node) error {
	rest := func(prefix string) bool { return strings.HasPrefix(p.text[p.at:], prefix) }
	if rest("$") {
		at := p.at
		p.at++
		from := p.at
		for p.at < len(p.text) && isNameByte(p.text[p.at]) {
			p.at++
		}
		n.capture = p.text[from:p.at]
		if !isName(n.capture) {
			return p.fail(from, "a capture name is missing after $")
		}
		if n.kind == optionNode || n.kind == anyOrderNode {
			return p.fail(at, "only a token or a choice <x|y> can be captured")
		}
		for _, c := range p.out.captures {
			if c.name == n.capture {
				return p.fail(at, "capture $%s is there twice", n.capture)
			}
		}
		p.out.captures = append(p.out.captures, capture{name: n.capture})
	}
	if rest("!") {
		if n.capture == "" {
			return p.fail(p.at, "! must follow a capture")
		}
		n.ident = true
		p.at++
	}
	if rest("...") {
		if n.kind == optionNode || n.kind == anyOrderNode {
			return p.fail(p.at, "only a token or a choice can be repeated; write [x...]")
		}
		n.repeat = true
		p.at += 3
	}
	if p.at < len(p.text) && strings.IndexByte(" |>]}", p.text[p.at]) < 0 {
		return p.fail(p.at, "%q is out of place", p.text[p.at:p.at+1])
	}
	return nil
}

// looksLikeKeyword is the rule of the package comment for words that name no
// type.
func looksLikeKeyword(s string) bool {
	c := s[0]
	return !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') || strings.ToUpper(s) != s
}

// looksLikeRange finds 1-5 where <1-5> was meant: <1-5|any>. 7960-7940 is none.
func looksLikeRange(s string) bool {
	a, b, ok := strings.Cut(s, "-")
	if !ok || a == "" || !isDigit(a[0]) {
		return false
	}
	lo, err1 := strconv.ParseUint(a, 10, 64)
	hi, err2 := strconv.ParseUint(b, 10, 64)
	return err1 == nil && err2 == nil && lo <= hi
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameByte(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_'
}

// isName tells whether s is made of letters, digits, - and _, a letter first.
func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return s != "" && !isDigit(s[0]) && s[0] != '-'
}
