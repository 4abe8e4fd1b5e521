package modes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
)

// shownList is an access list as `show access-lists` prints it.
type shownList struct {
	head string
	rows []string
}

// showAccessLists is `show access-lists` and its forms for one protocol: standard lists, then
// extended ones, each the numbered ones first, then IPv6. only, if not "", is the one list asked for.
func showAccessLists(c *cli.Context, only string, ip, ipv6 bool) error {
	for _, l := range shownLists(c.Tree(), ip, ipv6) {
		if only != "" && l.head[strings.LastIndexByte(l.head, ' ')+1:] != only {
			continue
		}
		c.Printf("%s\n", l.head)
		name := l.head[strings.LastIndexByte(l.head, ' ')+1:]
		for _, row := range l.rows {
			c.Printf("    %s%s\n", row, matched(c.Matches(name, ruleText(row))))
		}
	}
	return nil
}

func shownLists(t conf.Tree, ip, ipv6 bool) []shownList {
	var out []shownList
	add := func(head string, lists map[string][]string) {
		names := slices.SortedFunc(maps.Keys(lists), func(a, b string) int {
			x, errX := strconv.Atoi(a)
			y, errY := strconv.Atoi(b)
			switch {
			case errX == nil && errY == nil:
				return cmp.Compare(x, y)
			case errX == nil:
				return -1
			case errY == nil:
				return 1
			}
			return cmp.Compare(a, b)
		})
		for _, name := range names {
			out = append(out, shownList{head + " " + name, lists[name]})
		}
	}
	if ip {
		standard, extended := standardRows(t), map[string][]string{}
		for n := range t.Root().Children() {
			line := n.Line()
			if rest, ok := strings.CutPrefix(line, numberedList); ok {
				addExtended(extended, rest)
			} else if name, ok := strings.CutPrefix(line, extendedList); ok {
				extended[name] = nil
				for _, r := range numberedRules(linesBelow(n)) {
					extended[name] = append(extended[name], strconv.Itoa(r.at)+" "+strings.Join(r.words, " "))
				}
			}
		}
		add("Standard IP access list", standard)
		add("Extended IP access list", extended)
	}
	if ipv6 {
		lists := map[string][]string{}
		for n := range t.Root().Children() {
			if name, ok := strings.CutPrefix(n.Line(), ipv6List); ok {
				lists[name] = nil
				for _, r := range numberedRules(linesBelow(n)) {
					lists[name] = append(lists[name], strings.Join(r.words, " ")+" sequence "+strconv.Itoa(r.at))
				}
			}
		}
		add("IPv6 access list", lists)
	}
	return out
}

// standardRows are the rules of the lists that are declared in this package.
func standardRows(t conf.Tree) map[string][]string {
	out := map[string][]string{}
	for n := range t.Root().All("access-list") {
		if n.Args().Has("text") {
			continue // a remark
		}
		name := n.Args().String("list")
		out[name] = append(out[name], nextRow(out[name], accessRule(n.Args()).String()))
	}
	for list := range t.Root().All("ip access-list standard") {
		name := list.Args().String("list")
		out[name] = append([]string(nil), out[name]...)
		for _, r := range standardRules(list) {
			out[name] = append(out[name], strconv.Itoa(r.at)+" "+r.rule.String())
		}
	}
	return out
}

// addExtended adds the line of a numbered list, without its first word, if it is an extended rule.
func addExtended(lists map[string][]string, line string) {
	name, rule, _ := strings.Cut(line, " ")
	number, err := strconv.Atoi(name)
	rules := numberedRules([]string{rule})
	if err == nil && len(rules) == 1 && (number >= 100 && number < 200 || number >= 2000 && number < 2700) {
		lists[name] = append(lists[name], nextRow(lists[name], strings.Join(rules[0].words, " ")))
	}
}

// nextRow is a rule with the number that one at the end of a numbered list gets.
func nextRow(rows []string, rule string) string { return strconv.Itoa((len(rows)+1)*10) + " " + rule }

// ruleText is the rule in a row: without its number, which stands behind an IPv6 one.
func ruleText(row string) string {
	if rule, _, ok := strings.Cut(row, " sequence "); ok {
		return rule
	}
	_, rule, _ := strings.Cut(row, " ")
	return rule
}

// matched is what stands behind a rule that n connections have met.
func matched(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (1 match)"
	}
	return fmt.Sprintf(" (%d matches)", n)
}
