package grammar

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// helpTexts gives each leaf its text, from the command's own lines first.
func (b *builder) helpTexts(spec Spec, lib *Library) error {
	lines, err := helpLines(spec.Help)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	var errs []error
	for i := range b.leaves {
		l := &b.leaves[i]
		keys := []string{l.spell}
		if l.kind == keywordLeaf {
			keys[0] = l.word
		}
		for _, c := range l.caps {
			keys = append(keys, "$"+b.captures[c.capture].name)
		}
		for _, k := range keys {
			if text := lines[k]; text != "" {
				used[k] = true
				if l.help == "" {
					l.help = text
				}
			}
		}
		for _, k := range keys {
			if l.help == "" {
				l.help = sharedHelp(spec.Shared, k)
			}
		}
		if l.help == "" && (l.kind == keywordLeaf || spec.Generic) {
			l.help = lib.helpFor(keys[0], spec.Generic)
		}
		if l.help == "" && !l.silent {
			errs = append(errs, b.fail(l.col, "no help for %s", strings.Join(keys, " or ")))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(lines)) {
		if !used[k] {
			errs = append(errs, fmt.Errorf("help for %s, which is not in the syntax", k))
		}
	}
	return errors.Join(errs...)
}

// helpLines splits "token  text" lines.
func helpLines(s string) (map[string]string, error) {
	lines := map[string]string{}
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		i := strings.IndexAny(line, " \t")
		if i < 0 || line[i] == ' ' && !strings.HasPrefix(line[i:], "  ") && !strings.HasPrefix(line[i:], " \t") {
			return nil, fmt.Errorf("help line %q: the token and its text must be two blanks apart", line)
		}
		key := line[:i]
		if lines[key] != "" {
			return nil, fmt.Errorf("help line %q: %s has a text already", line, key)
		}
		lines[key] = strings.TrimSpace(line[i:])
	}
	return lines, nil
}

// sharedHelp is the last text for a token in Spec.Shared.
func sharedHelp(lines, token string) (text string) {
	for at := 0; at < len(lines); {
		n := strings.Index(lines[at:], token)
		if n < 0 {
			break
		}
		from := at + n
		at = from + len(token)
		start := strings.LastIndexByte(lines[:from], '\n') + 1
		if strings.TrimLeft(lines[start:from], " \t") != "" || at == len(lines) || lines[at] != ' ' && lines[at] != '\t' {
			continue // it is part of something else
		}
		line, _, _ := strings.Cut(lines[at:], "\n")
		text = strings.TrimSpace(line)
	}
	return text
}
