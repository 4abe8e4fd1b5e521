package cli

import (
	"context"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// Sources is where a configuration file says what stands in a tree, by path: the
// number of the line, from 1, that said it last.
type Sources map[conf.Path]int

// Inspect is Load without its actions and messages: `create cnf-files` and the like
// do nothing. It tells beside what was refused which line of the file each line of
// the tree comes from. It is for a shell whose store nobody is bound to.
func (sh *Shell) Inspect(ctx context.Context, file []byte, who conf.Origin) (Sources, []LoadError) {
	s := sh.loader(ctx, who)
	defer func() { s.stack = nil }()
	s.trial, s.sources = true, Sources{}
	bad := s.load(ctx, file)
	return s.sources, bad
}

// trace notes what the line that is being loaded has put into the tree.
func (s *Session) trace(path conf.Path, changes []conf.Change) {
	if s.sources == nil {
		return
	}
	s.sources[path] = s.fileLine
	for _, c := range changes {
		around := c.Path != path && strings.HasPrefix(string(path), string(c.Path))
		if c.Added && !(around && s.sources[c.Path] > 0) { // a block has a line of its own
			s.sources[c.Path] = s.fileLine
		}
	}
}
