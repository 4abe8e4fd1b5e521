package grammar

type nodeKind uint8

const (
	leafNode     nodeKind = iota
	seqNode               // kids one after the other
	choiceNode            // <a|b>
	optionNode            // [a], one kid
	anyOrderNode          // {a|b}
)

// node is the syntax tree. Leaves point into syntax.leaves.
type node struct {
	kind     nodeKind
	col      int // 1-based, for errors
	leaf     int
	kids     []*node
	capture  string
	ident    bool
	repeat   bool
	firstBit int // anyOrderNode: bit of its first part
}

type leafKind uint8

const (
	keywordLeaf leafKind = iota
	rangeLeaf
	typeLeaf
)

// leaf is one token that takes a word (or the rest of the line).
type leaf struct {
	kind   leafKind
	spell  string // as written in the syntax string, without suffixes
	word   string // keyword as printed
	silent bool   // keyword that leaves no word behind
	low    string // keyword in lower case
	lo, hi bound
	typ    *Type // of keywords and ranges: none, which has no properties
	max    int   // characters, 0 = no limit
	help   string
	col    int

	caps  []capRef
	ident bool // the value is part of the entry's identity

	// Layout: gap blanks are printed before it, unless one of the groups that
	// it starts has printed something already: then one blank.
	gap            int
	behind         int // more blanks printed ahead of what comes next
	starts, inside uint64
	order          int // place in the canonical line
}

// capRef says that a leaf fills a capture; alt is the alternative of a captured
// choice, -1 for the leaf's own capture.
type capRef struct{ capture, alt int }

type capture struct {
	name  string
	ident bool
	list  bool // inside a repetition
}

// bound is one end of a range: a number, or a name that the Env resolves.
type bound struct {
	n    int
	name string
}

// syntax is a parsed syntax string.
type syntax struct {
	root     *node
	leaves   []leaf
	captures []capture
	trail    int // blanks at the end
	parts    int // any-order parts in all
}

// none is the type of what has none.
var none = &Type{}
