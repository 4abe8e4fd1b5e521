package modes

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// sampler writes example lines for a syntax string, so that the tests below
// cover every declared command without a list of lines to keep. variant picks
// among alternatives; optional parts are there iff full is set.
type sampler struct {
	text    string
	at      int
	variant int
	full    bool
}

var longer = regexp.MustCompile(`([a-z])~[a-z]+`)

// samples are typical and unusual lines for one syntax.
func samples(syntax string) []string {
	syntax = longer.ReplaceAllString(syntax, "$1") // of a word that is typed longer
	var out []string
	seen := map[string]bool{}
	for variant := range 40 {
		for _, full := range []bool{true, false} {
			s := &sampler{text: syntax, variant: variant, full: full}
			line := strings.Join(strings.Fields(s.sequence("")), " ")
			line = spelt.Replace(line)
			if !seen[line] {
				seen[line] = true
				out = append(out, line)
			}
		}
	}
	return out
}

// samplesOf is fewer lines for one of the tables: there are thousands, and they
// only are kept.
func samplesOf(c conf.Command) []string {
	all := samples(c.Syntax)
	if c.Generic && len(all) > 3 {
		return all[:3]
	}
	return all
}

// spelt puts in what the sampler cannot make of a syntax string.
var spelt = strings.NewReplacer(
	`"two~words"`, `"two words"`,
	"secret 5 some text", "secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
	"secret 4 some text", "secret 4 2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI",
	"secret 8 some text", "secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
	"secret 9 some text", "secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
	"password 7 some text", "password 7 0822455D0A16",
	"level 1 5 some text", "level 1 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
	"level 1 4 some text", "level 1 4 2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI",
	"level 1 8 some text", "level 1 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
	"level 1 9 some text", "level 1 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
	"level 1 7 some text", "level 1 7 0822455D0A16",
	"level 2 5 some text", "level 2 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
	"level 2 4 some text", "level 2 4 2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI",
	"level 2 8 some text", "level 2 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
	"level 2 9 some text", "level 2 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
	"level 2 7 some text", "level 2 7 0822455D0A16",
	"nistp256 w1", "nistp256 00112233445566778899AABBCCDDEEFF", "nistp384 w1", "nistp384 00112233445566778899AABBCCDDEEFF",
	"nistp521 w1", "nistp521 00112233445566778899AABBCCDDEEFF", "ssh-ed25519 w1", "ssh-ed25519 00112233445566778899AABBCCDDEEFF",
	"ip address 10.1.1.2 10.1.1.2", "ip address 10.1.1.2 255.255.255.0",
	"device-id 1", "device-id 376", "device-id 2", "device-id 377", // others are those of known models
	"ssh-rsa w1", "ssh-rsa 00112233445566778899AABBCCDDEEFF",
)

// sequence reads up to one of the closing bytes, which it leaves.
func (s *sampler) sequence(closing string) string {
	var out []string
	for s.at < len(s.text) && !strings.ContainsRune(closing, rune(s.text[s.at])) {
		if s.text[s.at] == ' ' {
			s.at++
			continue
		}
		out = append(out, s.element())
		s.suffix()
	}
	return strings.Join(out, " ")
}

func (s *sampler) suffix() {
	for s.at < len(s.text) && !strings.ContainsRune(" |>]}", rune(s.text[s.at])) {
		s.at++
	}
}

func (s *sampler) element() string {
	switch s.text[s.at] {
	case '<':
		next := s.text[s.at+1]
		if end := strings.IndexAny(s.text[s.at:], " |>"); s.text[s.at+end] == '>' && (next == '{' || next >= '0' && next <= '9') {
			body := s.text[s.at+1 : s.at+end]
			s.at += end + 1
			low, high, _ := strings.Cut(body, "-")
			if n, err := strconv.Atoi(low); err == nil && low != high && s.variant%2 == 1 {
				return strconv.Itoa(n + 1)
			}
			return low
		}
		parts := s.alternatives('>')
		return parts[s.variant%len(parts)]
	case '[':
		part := s.alternatives(']')[0]
		if !s.full {
			return ""
		}
		return part
	case '{':
		return strings.Join(s.alternatives('}'), " ")
	}
	end := strings.IndexAny(s.text[s.at:], " <>[]{}|$!")
	if end < 0 {
		end = len(s.text) - s.at
	}
	word := strings.TrimSuffix(s.text[s.at:s.at+end], "...")
	s.at += end
	return s.word(word)
}

func (s *sampler) alternatives(end byte) []string {
	var out []string
	for {
		s.at++ // the opening bracket or the |
		out = append(out, s.sequence("|"+string(end)))
		if s.text[s.at] == end {
			s.at++
			return out
		}
	}
}

func (s *sampler) word(word string) string {
	name, _, _ := strings.Cut(word, "(")
	if name == "BUTTON" {
		return strconv.Itoa(s.variant+1) + ":1"
	}
	value, ok := typical[name]
	if ok {
		return value
	}
	return strings.Trim(word, `\~`)
}

// typical is a value of each type.
var typical = map[string]string{
	"WORD":         "w1",
	"EPHONETYPE":   "E61",
	"MODULETYPE":   "K2",
	"POOLTYPE":     "9900",
	"LINE":         "some text",
	"STRING":       `"two~words"`,
	"TEXT":         "#hello#",
	"NUMBER":       "2001",
	"NUMBERS":      "2001,2002",
	"WALL":         "2:30",
	"WEEKDAY":      "sunday",
	"TAGS":         "1,2",
	"MEMBERS":      "2001, 2002,*",
	"SECONDS":      "10,20",
	"PORTS":        "1,3-5",
	"CODE":         "*1",
	"CLOCK":        "17:30",
	"DIGITS":       "2001",
	"SERVER6":      "ipv6:[2001:DB8::1]",
	"HEX":          "0F",
	"A.B.C.D":      "10.1.1.2",
	"A.B.C.D-mask": "255.255.255.0",
	"H.H.H":        "0012.7F57.62A5",
	"URL":          "flash:file",
	"INTERFACE":    "GigabitEthernet0/0",
	"SERVER":       "ipv4:10.1.1.4",
	"HH:MM":        "19:00",
	"HOURS":        "-8",
	"HH:MM:SS":     "19:00:00",
	"MONTH":        "Jan",
	"DELAY":        "1:30",
	"X:X:X:X::X":   "2001:DB8::1",
	"PREFIX6":      "2001:DB8::/32",
	"PREFIX4":      "10.0.0.0/8",
	"PORT":         "80",
	"SLASH":        "/24",
	"RANGES":       "1,3-5",
	"VOICEPORT":    "0/1/0",
	"SUBSLOT":      "0/1",
	"SIGNED":       "-3",
	"DECIMAL":      "1.5",
}
