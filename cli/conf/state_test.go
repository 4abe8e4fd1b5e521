package conf

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func openTest(t *testing.T, dir string) *State {
	t.Helper()
	s, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStartup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "state")
	s := openTest(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the directory: %v %v", info.Mode(), err)
	}
	if _, ok, err := s.ReadStartup(); ok || err != nil {
		t.Errorf("a new directory has a startup-config: %v %v", ok, err)
	}
	for _, text := range []string{"!\nend\n", "!\nhostname A\nend\n"} {
		if err := s.WriteStartup([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.ReadStartup(); string(got) != text || !ok || err != nil {
			t.Errorf("read %q %v %v", got, ok, err)
		}
	}
	if err := s.WriteStartup(make([]byte, MaxStartup+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	for range 2 {
		if err := s.EraseStartup(); err != nil {
			t.Error(err)
		}
	}
	if _, ok, _ := s.ReadStartup(); ok {
		t.Error("erased but still there")
	}
}

func TestStateIsLocked(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if _, err := OpenState(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir)
}

func TestStateRefusesEscapes(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, link := range []string{startupFile, "flash/f"} {
		_ = os.Mkdir(filepath.Join(dir, flashDir), 0o700)
		if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := openTest(t, dir)
	if got, _, err := s.ReadStartup(); err == nil {
		t.Errorf("read %q through a link", got)
	}
	if got, err := s.Flash().ReadFile("f"); err == nil {
		t.Errorf("read %q through a link", got)
	}
	if err := s.WriteStartup([]byte("mine")); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(outside); string(got) != "secret" {
		t.Errorf("the file outside now holds %q", got)
	}

	linked := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(linked, flashDir)); err != nil {
		t.Fatal(err)
	}
	if s, err := OpenState(linked); err == nil {
		s.Close()
		t.Error("flash: outside of the state directory was opened")
	}
}

func TestOpenStateMakesDirectories(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Symlink("nowhere", "dangling"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, good := range map[string]bool{"one": true, "a/b/c": true, "a/b/d/": true, ".": true, "dangling/x": false, "file/x": false, "file": false} {
		s, err := OpenState(dir)
		if (err == nil) != good {
			t.Errorf("%s: %v", dir, err)
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestFlash(t *testing.T) {
	s := openTest(t, t.TempDir())
	f := s.Flash()
	if _, err := f.ReadFile("a.cfg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading what is not there: %v", err)
	}
	for _, name := range []string{"b.cfg", "a.cfg", "a.cfg"} {
		if err := f.WriteFile(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.ReadFile("a.cfg"); string(got) != "a.cfg" || err != nil {
		t.Errorf("read %q %v", got, err)
	}
	files, err := f.List()
	if err != nil || len(files) != 2 || files[0].Name() != "a.cfg" || files[1].Name() != "b.cfg" {
		t.Errorf("List: %v %v", files, err)
	}
	if err := f.WriteFile("big", make([]byte, MaxFlashFile+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	for _, name := range []string{"", ".", "..", ".lock", "a/b", "../startup-config", `a\b`, "a b", "a\n", "flash:a", strings.Repeat("a", 128)} {
		if err := f.WriteFile(name, nil); !errors.Is(err, ErrName) {
			t.Errorf("WriteFile(%q): %v", name, err)
		}
		if _, err := f.ReadFile(name); !errors.Is(err, ErrName) {
			t.Errorf("ReadFile(%q): %v", name, err)
		}
	}
}

// What is appended counts with what is there; what does not fit leaves it as it was.
func TestFlashAppend(t *testing.T) {
	f := openTest(t, t.TempDir()).Flash()
	for _, text := range []string{"one\n", "two\n"} {
		if err := f.Append("log", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Append("log", make([]byte, MaxFlashFile-7)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if err := f.Append("../log", nil); !errors.Is(err, ErrName) {
		t.Error(err)
	}
	if got, err := f.ReadFile("log"); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFlashIsFull(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	for i := range MaxFlash / MaxFlashFile {
		// Sparse files: the space is claimed, not used.
		name := filepath.Join(dir, flashDir, fmt.Sprint("big", i))
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, MaxFlashFile); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flash().WriteFile("more", []byte("x")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("writing to a full flash: %v", err)
	}
	if err := s.Flash().WriteFile("big0", []byte("x")); err != nil {
		t.Errorf("making a file smaller: %v", err)
	}
	if err := s.Flash().WriteFile("more", []byte("x")); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if _, err := s.ReadKey("host_key"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := s.WriteKey("host_key", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ReadKey("host_key"); string(got) != "secret" || err != nil {
		t.Errorf("read %q %v", got, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "host_key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: %v %v", info.Mode(), err)
	}
	if files, err := s.Flash().List(); len(files) > 0 || err != nil {
		t.Errorf("in flash: %v %v", files, err)
	}
	if err := s.WriteKey("big", make([]byte, maxKey+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	for range 2 { // the second time there is none
		if err := s.RemoveKey("host_key"); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.ReadKey("host_key"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for _, name := range []string{startupFile, flashDir, lockFile, "../x"} {
		if err := s.RemoveKey(name); !errors.Is(err, ErrName) {
			t.Errorf("RemoveKey(%q): %v", name, err)
		}
		if err := s.WriteKey(name, nil); !errors.Is(err, ErrName) {
			t.Errorf("WriteKey(%q): %v", name, err)
		}
		if _, err := s.ReadKey(name); !errors.Is(err, ErrName) {
			t.Errorf("ReadKey(%q): %v", name, err)
		}
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, flashDir), 0o700); err != nil {
		t.Fatal(err)
	}
	left := []string{filepath.Join(dir, tempPrefix+"X"), filepath.Join(dir, flashDir, tempPrefix+"Y")}
	for _, name := range left {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openTest(t, dir)
	for _, name := range left {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// crashDir names, in the environment of a child process, the state directory
// that it shall write to until it is killed.
const crashDir = "BUSYLAMP_TEST_CRASH_DIR"

// contentNumber makes the n-th content: long, and checkable by itself.
func contentNumber(n int) []byte {
	body := bytes.Repeat(fmt.Appendf(nil, "! content %d\n", n), 2000)
	return fmt.Appendf(body, "%x\n", sha256.Sum256(body))
}

func whole(content []byte) bool {
	body, sum, ok := cutLastLine(content)
	return ok && string(sum) == fmt.Sprintf("%x\n", sha256.Sum256(body))
}

func cutLastLine(b []byte) (head, last []byte, ok bool) {
	i := bytes.LastIndexByte(bytes.TrimSuffix(b, []byte("\n")), '\n')
	return b[:i+1], b[i+1:], i >= 0
}

func writeUntilKilled(dir string) {
	s, err := OpenState(dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for n := 1; ; n++ {
		err := s.WriteStartup(contentNumber(n))
		if err == nil {
			err = s.Flash().WriteFile("f", contentNumber(n))
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("written", n)
	}
}

func TestCrashLeavesOldOrNew(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for round := range 15 {
		child := exec.Command(exe)
		child.Env = append(os.Environ(), crashDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "written") {
			t.Errorf("round %d: the child says %q", round, lines.Text())
		}
		time.Sleep(time.Duration(rand.IntN(8000)) * time.Microsecond) // the random moment
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
		}
		_ = child.Wait() // killed

		s, err := OpenState(dir)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		startup, ok, err := s.ReadStartup()
		if !ok || err != nil || !whole(startup) {
			t.Errorf("round %d: startup-config is broken: %d bytes, %v %v", round, len(startup), ok, err)
		}
		if f, err := s.Flash().ReadFile("f"); err != nil || !whole(f) {
			t.Errorf("round %d: flash:f is broken: %d bytes, %v", round, len(f), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
		if err != nil || len(left) > 0 {
			t.Errorf("round %d: left over: %v %v", round, left, err)
		}
	}
	if whole(contentNumber(1)[:100]) {
		t.Error("whole accepts a part")
	}
}
