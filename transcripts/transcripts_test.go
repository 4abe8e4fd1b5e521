package transcripts

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var (
	rewrite = flag.Bool("rewrite", false, "write what the screens show back into the transcripts")
	record  = flag.String("record", "", "make a transcript of the inputs in this file (a txtar with startup.cfg and inputs) and print it")
)

// corpus is every transcript of the tree.
func corpus(t *testing.T) []*Script {
	t.Helper()
	var out []*Script
	for _, pattern := range []string{"guide/*.txtar", "phones/*.txtar", "shell/*.txtar", "sip/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) == 0 {
			t.Fatalf("no transcripts in %s", pattern)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(name, data)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
	}
	return out
}

// each runs f for every transcript that is fit for the driver.
func each(t *testing.T, driver string, f func(t *testing.T, s *Script)) {
	n := 0
	for _, s := range corpus(t) {
		if s.Unfit(driver, driver != DriverLive) == "" {
			s.Away = driver != DriverConsole
			t.Run(strings.TrimSuffix(s.Name, ".txtar"), func(t *testing.T) { f(t, s) })
			n++
		}
	}
	if n == 0 {
		t.Errorf("no transcript is fit for the driver %s", driver)
	}
}

func play(t *testing.T, s *Script, term io.ReadWriteCloser, settle func(), stage Stage) {
	t.Helper()
	screen := NewScreen(term, settle)
	r := Runner{Screen: screen, Stage: stage, GoOn: *rewrite}
	got, err := r.Run(context.Background(), s)
	screen.Close()
	if *rewrite && settle != nil {
		if err := save(s, got); err != nil {
			t.Fatal(err)
		}
	} else if err != nil {
		t.Error(err)
	}
}

// rest waits inside a bubble until nothing more is printed: terminals collect
// output for a few milliseconds before they write it.
func rest() {
	time.Sleep(50 * time.Millisecond)
	synctest.Wait()
}

// The console, in memory, with a fake clock.
func TestConsole(t *testing.T) {
	each(t, DriverConsole, func(t *testing.T, s *Script) {
		inLab(t, s, func(t *testing.T, lab *Lab) { play(t, s, console(t, lab), rest, lab) })
	})
}

// inLab runs f in a bubble with an appliance in memory.
func inLab(t *testing.T, s *Script, f func(t *testing.T, lab *Lab)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		lab, err := OpenLab(dir, s)
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		f(t, lab)
	})
}

func console(t *testing.T, lab *Lab) io.ReadWriteCloser {
	t.Helper()
	term, err := lab.Console()
	if err != nil {
		t.Fatal(err)
	}
	return term
}

// SSH, in memory, with a fake clock.
func TestSSHInMemory(t *testing.T) {
	if *rewrite {
		return
	}
	each(t, DriverSSH, func(t *testing.T, s *Script) {
		inLab(t, s, func(t *testing.T, lab *Lab) {
			at := netip.MustParseAddrPort("127.0.0.1:22")
			ln, err := lab.net.Listen(at)
			if err != nil {
				t.Fatal(err)
			}
			if err := lab.App.ServeSSH(ln); err != nil {
				t.Fatal(err)
			}
			c, err := lab.net.Dial(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			term, err := DialSSH(c, Login{User: "anyone", Password: "lab"})
			if err != nil {
				t.Fatal(err)
			}
			play(t, s, term, rest, lab)
		})
	})
}

// Telnet, in memory, with a fake clock.
func TestTelnetInMemory(t *testing.T) {
	if *rewrite {
		return
	}
	each(t, DriverTelnet, func(t *testing.T, s *Script) {
		inLab(t, s, func(t *testing.T, lab *Lab) {
			at := netip.MustParseAddrPort("127.0.0.1:23")
			ln, err := lab.net.Listen(at)
			if err != nil {
				t.Fatal(err)
			}
			lab.App.ServeTelnet(ln)
			c, err := lab.net.Dial(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			term, err := DialTelnet(c, Login{User: "anyone", Password: "lab"})
			if err != nil {
				t.Fatal(err)
			}
			play(t, s, term, rest, lab)
		})
	})
}

// SSH on real sockets, as `busylamp replay --ssh` does it.
func TestSSHLive(t *testing.T) {
	if *rewrite {
		return
	}
	addr := loopback()
	each(t, DriverLive, func(t *testing.T, s *Script) {
		lab, err := OpenLabOnHost(t.TempDir(), s, addr)
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		ln, err := net.Listen("tcp", netip.AddrPortFrom(addr, 0).String())
		if err != nil {
			t.Fatal(err)
		}
		if err := lab.App.ServeSSH(ln); err != nil {
			t.Fatal(err)
		}
		live := NewLive(ln.Addr().String(), Login{User: "anyone", Password: "lab", Enable: "lab"}, netip.AddrPortFrom(addr, 5060))
		defer live.Close()
		term, err := live.Dial()
		if err != nil {
			t.Fatal(err)
		}
		play(t, s, term, nil, live)
	})
}

// loopback is an address of 127/8 that other test processes are unlikely to use.
func loopback() netip.Addr {
	pid := os.Getpid()
	return netip.AddrFrom4([4]byte{127, 86, byte(pid >> 8), byte(pid)})
}

func save(s *Script, got [][]string) error {
	data, err := os.ReadFile(s.Name)
	if err != nil {
		return err
	}
	ar := txtar.Parse(data)
	for i, f := range ar.Files {
		if f.Name == "console" {
			ar.Files[i].Data = []byte(s.Rewritten(got))
		}
	}
	out := txtar.Format(ar)
	if bytes.Equal(out, data) {
		return nil
	}
	return os.WriteFile(s.Name, out, 0o644)
}

// TestRecord makes a transcript: go test ./transcripts -run TestRecord -record FILE
func TestRecord(t *testing.T) {
	if *record == "" {
		return
	}
	data, err := os.ReadFile(*record)
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(data)
	s := &Script{Name: *record, Files: map[string][]byte{}}
	var inputs []string
	for _, f := range ar.Files {
		switch f.Name {
		case "startup.cfg":
			s.Startup = f.Data
		case "inputs":
			inputs = strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
		default:
			s.Files[f.Name] = f.Data
		}
	}
	inLab(t, s, func(t *testing.T, lab *Lab) {
		screen := NewScreen(console(t, lab), rest)
		r := Runner{Screen: screen, Stage: lab}
		text, err := r.Record(t.Context(), s, inputs)
		screen.Close()
		if err != nil {
			t.Error(err)
		}
		for i, f := range ar.Files {
			if f.Name == "inputs" {
				ar.Files[i] = txtar.File{Name: "console", Data: []byte(text)}
			}
		}
		fmt.Printf("%s", txtar.Format(ar))
	})
}

// A transcript that does not fit must be told apart from one that does.
func TestMismatchIsFound(t *testing.T) {
	const skinny = "-- startup.cfg --\ntelephony-service\n max-ephones 2\n ip source-address 10.1.1.2 port 2000\nephone 1\n mac-address 0012.7F57.62A1\n"
	for name, text := range map[string]string{
		"output":  "-- console --\nRouter>show privilege\nCurrent privilege level is 7\n",
		"missing": "-- console --\nRouter>show privilege\n",
		"surplus": "-- console --\nRouter>show privilege\nCurrent privilege level is 1\nand more\n",
		"display": skinny + "-- console --\nRouter>\n@ phone A sccp 0012.7F57.62A1\n@ phone A expect key 1 idle\n",
		"refusal": skinny + "-- console --\nRouter>\n@ phone A refused sccp 0012.7F57.62A1\n",
		"nobody":  "-- console --\nRouter>\n@ phone A press offhook\n",
		"prompt":  "-- console --\nRouter>show privilege\nCurrent privilege level is 1\nRouter#show privilege\nCurrent privilege level is 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(name, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			inLab(t, s, func(t *testing.T, lab *Lab) {
				screen := NewScreen(console(t, lab), rest)
				defer screen.Close()
				r := Runner{Screen: screen, Stage: lab}
				if _, err := r.Run(t.Context(), s); err == nil {
					t.Error("no mismatch was found")
				}
			})
		})
	}
}

func TestParse(t *testing.T) {
	for name, text := range map[string]string{
		"no console":     "-- other --\nx\n",
		"empty":          "-- console --\n",
		"stray text":     "-- console --\nhello\nRouter>\n",
		"stray type":     "-- console --\nRouter>enable\n@ type x\n",
		"empty stage":    "-- console --\nRouter>enable\n@  \n",
		"type mid block": "-- console --\nPassword: \nx\n@ type lab\n",
	} {
		if _, err := Parse(name, []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s, err := Parse("ok", []byte("Words.\nblanks: loose\nonly: console\n-- startup.cfg --\nhostname A\n-- console --\nA>enable\nPassword: \n@ type lab\nA#show clock\n{{.*}}\n@ advance 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Loose || s.Only != "console" || string(s.Startup) != "hostname A\n" || len(s.Steps) != 4 {
		t.Errorf("parsed %+v", s)
	}
	if p := s.Steps[1]; !p.Typed || p.Input != "lab" || p.Prompt != "Password: " {
		t.Errorf("password step %+v", p)
	}
	if p, err := Parse("no prompt", []byte("-- console --\nR>show ephone-dn paging\nephone#[phone]  2[1]\n")); err != nil || len(p.Steps) != 1 {
		t.Errorf("printed text is taken for a prompt: %+v, %v", p, err)
	}
	for _, c := range []struct {
		driver string
		fake   bool
		fit    bool
	}{{DriverConsole, true, true}, {DriverConsole, false, false}, {DriverSSH, true, false}, {DriverLive, false, false}} {
		if why := s.Unfit(c.driver, c.fake); (why == "") != c.fit {
			t.Errorf("%s, fake clock %t: unfit %q", c.driver, c.fake, why)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		want, got string
		loose, ok bool
	}{
		{"a  b", "a b", false, false},
		{"a  b", " a b ", true, true},
		{"*Sep  4 07:16:02.715: x", "*Jan  1 00:00:00.000: x", false, true},
		{"*Sep  4 07:16:02.715: x", "*Jan  1 00:00:00.000: y", false, false},
		{"uptime is {{[0-9]+}} s", "uptime is 12 s", false, true},
		{"uptime is {{[0-9]+}} s", "uptime is x s", false, false},
		{"{{.*}}", "", false, true},
	} {
		if got := matches(&Script{Loose: c.loose}, c.want, c.got); got != c.ok {
			t.Errorf("matches(%q, %q, loose %v) = %v", c.want, c.got, c.loose, got)
		}
	}
}
