package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/busylamp/busylamp/internal/logbuf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ text, want, err string }{
		"empty":        {"", "", ""},
		"plain":        {"a,p\r\nb,q,presence\nc,r,OOD_REFER\nd,s,both\ne,t,PRESENCE OOD_REFER\n", "a/p/PRESENCE b/q/PRESENCE c/r/OOD_REFER d/s/PRESENCE OOD_REFER e/t/PRESENCE OOD_REFER", ""},
		"header":       {"\ufeffUsername,Password,Service\na,p\n", "a/p/PRESENCE", ""},
		"comment":      {"# a,p\n\na,#p\n", "a/#p/PRESENCE", ""},
		"quoted":       {"a,\"p,\"\"q\"\n", `a/p,"q/PRESENCE`, ""},
		"one column":   {"a,p\nsecret\n", "", "line 2: not username,password[,service] but 1 columns"},
		"four":         {"a,p,BOTH,secret\n", "", "line 1: not username"},
		"service":      {"a,p,secret\n", "", "line 1: unknown service"},
		"no password":  {"a,\n", "", "line 1: no password"},
		"no user":      {",secret\n", "", "line 1: no user name"},
		"control":      {"a,sec\x01ret\n", "", "line 1: no password"},
		"long":         {"a," + strings.Repeat("secret", 50), "", "line 1: no password"},
		"broken quote": {"a,p\nb,\"secret\n", "", "line 2 is no comma"},
		"binary":       {"\xff\xfesecret", "", "not a text file"},
		"huge":         {strings.Repeat("#", MaxFile+1), "", "more than"},
	} {
		users, err := Parse([]byte(c.text), 3)
		var got []string
		for _, e := range users {
			got = append(got, fmt.Sprintf("%s/%s/%s", e.Username, e.Password, e.Service.String()))
		}
		if strings.Join(got, " ") != c.want || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells what stands in the file: %v", name, err)
		}
	}
	if text := fmt.Sprintf("%v %+v %s", Entry{Username: "a", Password: "secret"}, Entry{Password: "secret"}, Entry{Password: "secret"}); strings.Contains(text, "secret") {
		t.Error(text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a,p\nb,\"q\",BOTH\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		users, err := Parse(data, 1)
		if err != nil && users != nil {
			t.Error("users of a refused file")
		}
		for _, e := range users {
			if e.Username == "" || e.Password == "" || e.Service == 0 {
				t.Errorf("%q", data)
			}
		}
	})
}

// shelf is a Fetcher; a file that is not there never answers.
type shelf struct {
	mu       sync.Mutex
	files    map[string]string
	versions map[string]string
	asked    []string // with which version, and whether it was the same
}

func (s *shelf) put(url, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[url] = text
}

func (s *shelf) FetchAgain(ctx context.Context, url, have string) (data []byte, version string, same bool, err error) {
	s.mu.Lock()
	text, ok := s.files[url]
	if version = s.versions[url]; ok {
		same = have != "" && have == version
		s.asked = append(s.asked, fmt.Sprintf("%s %t", have, same))
	}
	s.mu.Unlock()
	if !ok {
		<-ctx.Done()
		return nil, "", false, errors.New("no answer")
	}
	if same {
		return nil, version, true, nil
	}
	return []byte(text), version, false, nil
}

func TestStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := &shelf{files: map[string]string{"one": "a,1\nb,2,OOD_REFER\n", "two": "a,3\nc,4\nphone,5\n"}}
		log := logbuf.New(time.Now)
		defer log.Close()
		s := New(Options{Fetcher: files, Log: log})
		defer s.Close()
		users := func(want string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for _, e := range s.Snapshot() {
				got = append(got, fmt.Sprint(e.Username, e.Password, e.File))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("users %q, want %q", got, want)
			}
		}
		apply := func(c Config) {
			began := time.Now()
			if err := s.Apply(t.Context(), Config{}, c); err != nil || time.Since(began) > patience {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		}
		c := Config{Files: []File{{1, "one"}, {2, "two"}}, Taken: []string{"phone"}}
		apply(c)
		users("a11 b21 c42")
		if p, ok := s.Password("a", Presence); p != "1" || !ok {
			t.Error(p, ok)
		}
		for _, no := range []string{"b", "phone", "z", ""} {
			if _, ok := s.Password(no, Presence); ok {
				t.Error(no, "is known")
			}
		}
		// The last good one stays while its server is silent, and is replaced when that is back.
		delete(files.files, "one")
		if err := s.Load(t.Context(), 1); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * readTime)
		users("a11 b21 c42")
		files.put("one", "d,6\n")
		time.Sleep(again + readTime)
		users("d61 a32 c42")
		c.Taken = nil
		apply(c)
		users("d61 a32 c42 phone52")
		c.Files = c.Files[:1]
		apply(c)
		users("d61")
		if err := s.Load(t.Context(), 2); !errors.Is(err, ErrNoFile) {
			t.Error(err)
		}
	})
}

// vault is a Keeper.
type vault struct {
	mu    sync.Mutex
	files map[string]string
}

func (v *vault) ReadKey(name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if text, ok := v.files[name]; ok {
		return []byte(text), nil
	}
	return nil, fs.ErrNotExist
}

func (v *vault) WriteKey(name string, data []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.files[name] = string(data)
	return nil
}

func (v *vault) RemoveKey(name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.files, name)
	return nil
}

// A file on a web server is read again only if it is another one: not if the server says that
// it is the same, but if the operator asks, and while the newest could not be taken.
func TestFileIsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "http://10.0.0.7/c"
		files := &shelf{files: map[string]string{url: "a,1\n"}, versions: map[string]string{url: "v1"}}
		log := logbuf.New(time.Now)
		defer log.Close()
		if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 16, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		s := New(Options{Fetcher: files, Log: log})
		defer s.Close()
		put := func(text, version string) {
			files.put(url, text)
			files.mu.Lock()
			files.versions[url] = version
			files.mu.Unlock()
		}
		step := func(what, asked, password string) {
			t.Helper()
			synctest.Wait()
			files.mu.Lock()
			got := strings.Join(files.asked, ", ")
			files.asked = nil
			files.mu.Unlock()
			if pw, _ := s.Password("a", Presence); got != asked || pw != password {
				t.Errorf("%s: asked %q, want %q; the password is %q, want %q", what, got, asked, pw, password)
			}
		}
		_ = s.Apply(t.Context(), Config{}, Config{Files: []File{{1, url}}})
		step("first", " false", "1")
		time.Sleep(farAge)
		step("the same", "v1 true", "1")
		put("a,2\n", "v2")
		time.Sleep(farAge)
		step("another", "v1 false", "2")
		put("secret", "v3")
		time.Sleep(farAge)
		step("broken", "v2 false", "2")
		time.Sleep(again)
		step("still broken", "v2 false", "2")
		put("a,2\n", "v2")
		time.Sleep(again)
		step("back", "v2 true", "2")
		if said := strings.Join(log.Buffer(), "\n"); strings.Count(said, "is loaded: 1 users") != 2 {
			t.Error(said)
		}
		_ = s.Load(t.Context(), 1)
		step("the operator asks", " false", "2")
	})
}

// Files that are edited are taken, the last good ones survive a restart, and who is gone is told.
func TestChangesAndRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := &shelf{files: map[string]string{"flash:a": "a,1\nb,2\n", "tftp://10.0.0.7/c": "c,3\n"}}
		keep := &vault{files: map[string]string{}}
		log := logbuf.New(time.Now)
		defer log.Close()
		if err := log.Apply(t.Context(), logbuf.Config{}, logbuf.Config{BufferSize: 1 << 16, BufferLevel: logbuf.Debugging}); err != nil {
			t.Fatal(err)
		}
		var gone []string
		var s *Store
		start := func() {
			s = New(Options{Fetcher: files, Log: log, Keep: keep, Gone: func(u []string) { gone = append(gone, u...) }})
		}
		defer func() { s.Close() }()
		knows := func(user, want string) {
			t.Helper()
			synctest.Wait()
			if p, _ := s.Password(user, Presence); p != want {
				t.Errorf("%s: %q, want %q", user, p, want)
			}
		}
		c := Config{Files: []File{{1, "flash:a"}, {2, "tftp://10.0.0.7/c"}}}
		start()
		_ = s.Apply(t.Context(), Config{}, c)
		knows("a", "1")
		files.put("flash:a", "a,9\n")
		files.put("tftp://10.0.0.7/c", "c,8\n")
		time.Sleep(flashAge)
		knows("a", "9")
		knows("b", "")
		knows("c", "3")
		time.Sleep(farAge)
		knows("c", "8")
		if fmt.Sprint(gone) != "[b]" {
			t.Error(gone)
		}

		s.Close()
		files.mu.Lock()
		clear(files.files)
		files.mu.Unlock()
		start()
		_ = s.Apply(t.Context(), Config{}, c)
		knows("a", "9")
		knows("c", "8")
		time.Sleep(2 * readTime)
		var said strings.Builder
		said.WriteString(strings.Join(log.Buffer(), "\n"))
		if !strings.Contains(said.String(), "copy from before the restart") {
			t.Error(said.String())
		}
		other := Config{Files: []File{{1, "flash:other"}}}
		_ = s.Apply(t.Context(), c, other)
		knows("c", "")
		if _, there := keep.files["credential-2"]; there {
			t.Error("the copy of a file without a line is kept")
		}
		s.Close()
		start()
		_ = s.Apply(t.Context(), Config{}, other)
		knows("a", "")
	})
}
