package tty

import (
	"strings"

	"github.com/chzyer/readline"
)

// Sideways scrolling.
const (
	// scrollStep is how far a long line moves, in columns (IOS: ten).
	scrollStep = 10
	// minWindow is the smallest room beside the prompt in which it scrolls.
	minWindow = 2 * scrollStep
	// noScroll is the width from which long lines do not scroll.
	noScroll = 511
)

// screen is what the user sees of the line: characters behind the prompt and
// the cursor among them. It paints as IOS does: with backspaces, blanks and
// characters only, so that an appended character is its plain echo.
type screen struct {
	prompt string
	window int // characters beside the prompt, 0: no scrolling
	off    int // characters scrolled out to the left
	shown  []rune
	cursor int
}

// newScreen takes the prompt (its last line counts) and the terminal's width.
func newScreen(prompt string, width int) screen {
	s := screen{prompt: prompt}
	last := prompt[strings.LastIndexByte(prompt, '\n')+1:]
	if width > 0 && width < noScroll {
		if w := width - columns([]rune(last)) - 1; w >= minWindow {
			s.window = w
		}
	}
	return s
}

// columns is the width of text on the screen.
func columns(text []rune) int { return readline.Runes{}.WidthAll(text) }

// view is the part of the line that fits beside the prompt, `$` standing where
// it is cut, and the cursor in it. It moves the window along with the cursor.
func (s *screen) view(text []rune, pos int) ([]rune, int) {
	if s.window == 0 {
		return text, pos
	}
	for s.off > 0 && pos <= s.off {
		s.off = max(0, s.off-scrollStep)
	}
	for pos-s.off >= s.window {
		s.off += scrollStep
	}
	end := min(len(text), s.off+s.window)
	if s.off == 0 && end == len(text) {
		return text, pos
	}
	cells := append([]rune(nil), text[s.off:end]...)
	if s.off > 0 {
		cells[0] = '$'
	}
	if end < len(text) {
		cells[len(cells)-1] = '$'
	}
	return cells, pos - s.off
}

// update returns what turns the screen into the given line and cursor.
func (s *screen) update(text []rune, pos int) string {
	cells, cursor := s.view(text, pos)
	same := 0
	for same < len(cells) && same < len(s.shown) && cells[same] == s.shown[same] {
		same++
	}
	var b strings.Builder
	at := s.cursor
	move := func(line []rune, to int) {
		if to < at {
			back(&b, columns(line[to:at]))
		} else {
			b.WriteString(string(line[at:to]))
		}
		at = to
	}
	if same < len(cells) || same < len(s.shown) {
		move(s.shown, same)
		end := len(cells)
		if end == len(s.shown) && columns(cells) == columns(s.shown) {
			for cells[end-1] == s.shown[end-1] { // nothing moved: leave it alone
				end--
			}
		}
		b.WriteString(string(cells[same:end]))
		at = end
		if rest := columns(s.shown[same:]) - columns(cells[same:]); rest > 0 {
			b.WriteString(strings.Repeat(" ", rest))
			back(&b, rest)
		}
	}
	move(cells, cursor)
	s.shown, s.cursor = append(s.shown[:0], cells...), cursor
	return b.String()
}

// draw returns prompt and line for a fresh row.
func (s *screen) draw(text []rune, pos int) string {
	s.shown, s.cursor = s.shown[:0], 0
	return s.prompt + s.update(text, pos)
}

// fits says that a line of n characters is shown without scrolling.
func (s *screen) fits(n int) bool { return s.window == 0 || n < s.window }

func back(b *strings.Builder, n int) {
	for range n {
		b.WriteByte('\b')
	}
}
