package secret

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecode7(t *testing.T) {
	for text, want := range map[string]string{
		"021201481F":         "test", // the guide's sip-ua authentication line
		"060506324F41":       "cisco",
		"0822455D0A16":       "cisco",
		"094F471A1A0A":       "cisco",
		"00":                 "",
		"045802150C2E":       "cisco",
		"05080F1C2243":       "cisco",
		"13061E010803557878": "\x00",
	} {
		got, err := Decode7(text)
		if want == "\x00" {
			if err != nil || len(got) != 8 {
				t.Errorf("Decode7(%q) = %q, %v", text, got, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("Decode7(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "0", "0x12", "02120", "99AB", "021201481G", strings.Repeat("0", 999)} {
		if got, err := Decode7(bad); err == nil {
			t.Errorf("Decode7(%q) = %q, want an error", bad, got)
		}
	}
}

func TestType7RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.StringN(0, 25, max7).Draw(t, "plain")
		offset := rapid.IntRange(0, 15).Draw(t, "offset") // IOS draws one of these
		text, err := Encode7(plain, offset)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode7(text); err != nil || got != plain {
			t.Fatalf("%q at offset %d decodes to %q, %v", plain, offset, got, err)
		}
	})
}

func TestMatches(t *testing.T) {
	hash, err := Hash(5, "lab", "")
	if err != nil || !Valid(5, hash) {
		t.Fatalf("Hash = %q, %v", hash, err)
	}
	for _, c := range []struct {
		s     Secret
		typed string
		want  bool
	}{
		{Secret{0, "lab"}, "lab", true},
		{Secret{0, "lab"}, "Lab", false},
		{Secret{0, "lab"}, "labx", false},
		{Secret{5, hash}, "lab", true},
		{Secret{5, hash}, "lac", false},
		{Secret{5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0"}, "cisco", true}, // a widely published example
		{Secret{5, "junk"}, "cisco", false},
		// The examples that password crackers publish.
		{Secret{8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"}, "hashcat", true},
		{Secret{8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"}, "hashcap", false},
		{Secret{9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"}, "hashcat", true},
		{Secret{9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"}, "", false},
		{Secret{4, "2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI"}, "hashcat", true},
		{Secret{4, "2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI"}, "hashcar", false},
		{Secret{9, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"}, "hashcat", false},
		{Secret{5, "$1$"}, "", false},
		{Secret{7, "021201481F"}, "test", true},
		{Secret{7, "021201481F"}, "TEST", false},
		{Secret{7, "zz"}, "", false},
		{Secret{}, "", false},
		{Secret{9, "x"}, "x", false},
		{Secret{0, "a"}, strings.Repeat("a", 10000), false},
	} {
		if got := c.s.Matches(c.typed); got != c.want {
			t.Errorf("Secret{%d %q}.Matches(%.20q) = %v", c.s.Type, c.s.Value, c.typed, got)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	s := Secret{0, "topsecret"}
	if text := fmt.Sprintf("%v %s %+v %#v", s, s, s, s); strings.Contains(text, "topsecret") {
		t.Error(text)
	}
}

func FuzzDecode7(f *testing.F) {
	f.Add("021201481F")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := Decode7(text); err == nil && len(p) != len(text)/2-1 {
			t.Errorf("Decode7(%q) = %q", text, p)
		}
	})
}

// What is hashed here is well formed, matches its password, and never twice the same.
func TestHash(t *testing.T) {
	for _, digit := range []int{5, 8, 9} {
		one, err := Hash(digit, "lab", "")
		if err != nil || !Valid(digit, one) || !(Secret{digit, one}).Matches("lab") || (Secret{digit, one}).Matches("la") {
			t.Errorf("type %d: %q, %v", digit, one, err)
		}
		if two, _ := Hash(digit, "lab", ""); one == two {
			t.Errorf("type %d: twice %q", digit, one)
		}
		for _, other := range []int{0, 4, 5, 7, 8, 9} {
			if other != digit && Valid(other, one) {
				t.Errorf("%q is valid as type %d", one, other)
			}
		}
	}
	if h, err := Hash(4, "lab", ""); err == nil {
		t.Errorf("type 4: %q", h)
	}
}
