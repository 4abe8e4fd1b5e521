package cli

import "strings"

// configBlock is a line of a configuration text with those below it.
type configBlock struct {
	text  string
	below []*configBlock
}

// maxNesting bounds how deep a text is taken apart; no configuration is that deep.
const maxNesting = 8

// parseBlocks takes a configuration apart by its indentation. Comments, and what
// commands print around it, are no lines of it.
func parseBlocks(text string) []*configBlock {
	root := &configBlock{}
	open := []*configBlock{root}
	indents := []int{-1}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", " "), " \r\n")
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '!' || body == "end" || scaffold(body) {
			continue
		}
		indent := len(line) - len(body)
		for len(open) > 1 && (indents[len(indents)-1] >= indent || len(open) > maxNesting) {
			open, indents = open[:len(open)-1], indents[:len(indents)-1]
		}
		b := &configBlock{text: body}
		top := open[len(open)-1]
		top.below = append(top.below, b)
		open, indents = append(open, b), append(indents, indent)
	}
	return root.below
}

// contextDiff lists first what only b has, then what only a has, each with the lines of
// the blocks that it stands in.
func contextDiff(a, b string) []string {
	x, y := parseBlocks(a), parseBlocks(b)
	out := missing(nil, "+", y, x, 0)
	return missing(out, "-", x, y, 0)
}

// missing appends what blocks have and others have not.
func missing(out []string, sign string, blocks, others []*configBlock, depth int) []string {
	there := map[string][]*configBlock{}
	for _, o := range others {
		there[o.text] = append(there[o.text], o)
	}
	indent := strings.Repeat(" ", depth)
	for _, b := range blocks {
		same := there[b.text]
		if len(same) == 0 {
			out = append(out, indent+sign+b.text)
			out = missing(out, sign, b.below, nil, depth+1)
			continue
		}
		there[b.text] = same[1:] // lines that occur twice match twice
		if below := missing(nil, sign, b.below, same[0].below, depth+1); len(below) > 0 {
			out = append(append(out, indent+b.text), below...)
		}
	}
	return out
}
