package conf

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/busylamp/busylamp/cli/grammar"
)

// pasted is a matched line and whether it stands in the block above it.
type pasted struct {
	args  grammar.Args
	child bool
}

// bigPaste matches n lines: ephone-dns and ephones with their children.
func bigPaste(tb testing.TB, s *Schema, n int) []pasted {
	var out []pasted
	add := func(mode, format string, a ...any) {
		r := s.Mode(mode).Set().Match(fmt.Sprintf(format, a...), nil)
		if r.Outcome != grammar.OK {
			tb.Fatalf(format, a...)
		}
		out = append(out, pasted{r.Args, mode != Global})
	}
	for i := 1; len(out) < n; i++ {
		add(Global, "ephone-dn %d dual-line", i)
		add("ephone-dn", "number %d", 2000+i)
		add("ephone-dn", "allow watch")
		add(Global, "ephone %d", i)
		add("ephone", "mac-address 0000.0000.%04X", i)
		for k := range 4 {
			add("ephone", "blf-speed-dial %d %d label x", k+1, 2000+i+k)
		}
		add("ephone", "button 1:%d", i)
	}
	return out[:n]
}

func paste(tb testing.TB, s *Store, lines []pasted) {
	var block Path
	for _, l := range lines {
		at := Root
		if l.child {
			at = block
		}
		p, _, err := s.Apply(Origin{"console"}, at, l.args)
		if err != nil {
			tb.Fatal(err)
		}
		if !l.child {
			block = p
		}
	}
}

func BenchmarkApply(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			schema := testSchema(b)
			lines := bigPaste(b, schema, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				s := NewStore(schema, Tree{})
				paste(b, s, lines)
				s.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/line")
		})
	}
}

func BenchmarkRunning(b *testing.B) {
	schema := testSchema(b)
	s := NewStore(schema, Tree{})
	defer s.Close()
	paste(b, s, bigPaste(b, schema, 10_000))
	tree := s.Tree()
	b.ReportAllocs()
	for b.Loop() {
		Running(tree)
	}
}

func BenchmarkDiff(b *testing.B) {
	schema := testSchema(b)
	lines := bigPaste(b, schema, 10_000)
	s := NewStore(schema, Tree{})
	defer s.Close()
	paste(b, s, lines)
	u := NewStore(schema, Tree{})
	defer u.Close()
	paste(b, u, lines)
	b.ReportAllocs()
	for b.Loop() {
		if len(Diff(s.Tree(), u.Tree())) != 0 {
			b.Fatal("differ")
		}
	}
}

// A paste must stay linear: what a line costs, in bytes allocated, may not grow
// with the tree.
func TestPasteIsLinear(t *testing.T) {
	schema := testSchema(t)
	lines := bigPaste(t, schema, 40_000)
	s := NewStore(schema, Tree{})
	defer s.Close()
	cost := func(lines []pasted) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		paste(t, s, lines)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	first := cost(lines[:2_000])
	cost(lines[2_000:38_000])
	if last := cost(lines[38_000:]); last > 4*first {
		t.Errorf("the first 2,000 lines allocate %d bytes, the last 2,000 of 40,000 %d", first, last)
	}
}
