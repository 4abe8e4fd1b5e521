package conf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// Limits of the state directory.
const (
	// MaxStartup is the largest startup-config in bytes.
	MaxStartup = 16 << 20
	// MaxFlashFile is the largest file in flash: in bytes.
	MaxFlashFile = 32 << 20
	// MaxFlash is the size of flash: in bytes, all files together.
	MaxFlash = 512 << 20
	// MaxFlashFiles is the largest number of files in flash:.
	MaxFlashFiles = 4096
)

// Errors of the state directory, to be found with errors.Is.
var (
	// ErrInUse: another process has the state directory open.
	ErrInUse = errors.New("state directory is in use by another appliance")
	// ErrTooLarge: a limit above would be, or is, exceeded.
	ErrTooLarge = errors.New("too large")
	// ErrName: not a plain file name.
	ErrName = errors.New("invalid file name")
)

const (
	lockFile    = ".lock"
	startupFile = "startup-config"
	flashDir    = "flash"
)

// State is the state directory: startup-config and flash:. All access goes
// through os.Root, so that no symbolic link in it leads outside. Writes are
// atomic and durable: after a crash at any moment a file has its old or its new
// content. It is safe for concurrent use.
type State struct {
	root  *os.Root
	lock  *os.File
	flash *Flash
}

// OpenState opens the state directory, creating it (mode 0700) when it is not
// there, and removes what a crash may have left. ErrInUse when another process
// has it open. The directory is locked until Close or the end of the process.
func OpenState(dir string) (*State, error) {
	s, err := openState(dir)
	if err != nil {
		return nil, fmt.Errorf("opening state directory %s: %w", dir, err)
	}
	return s, nil
}

func openState(dir string) (_ *State, err error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &State{root: root}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	s.lock, err = root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockExclusive(s.lock); err != nil {
		return nil, err
	}
	if err := root.Mkdir(flashDir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncDir(root); err != nil {
		return nil, err
	}
	flash, err := root.OpenRoot(flashDir)
	if err != nil {
		return nil, err
	}
	s.flash = &Flash{root: flash}
	for _, r := range []*os.Root{root, flash} {
		if err := removeLeftovers(r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close releases the directory. The State must not be used afterwards.
func (s *State) Close() error {
	var errs []error
	if s.flash != nil {
		errs = append(errs, s.flash.root.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(append(errs, s.root.Close())...)
}

// Folder opens a folder of the state directory, creating it (mode 0700) when it is not
// there. The caller closes it before the State.
func (s *State) Folder(name string) (*os.Root, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := s.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making %s: %w", name, err)
	}
	dir, err := s.root.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	return dir, nil
}

// ReadStartup returns the startup-config; ok is false when there is none.
func (s *State) ReadStartup() (text []byte, ok bool, err error) {
	text, err = readLimited(s.root, startupFile, MaxStartup)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading startup-config: %w", err)
	}
	return text, true, nil
}

// WriteStartup replaces the startup-config. When it returns nil the text has
// reached the disk.
func (s *State) WriteStartup(text []byte) error {
	if len(text) > MaxStartup {
		return fmt.Errorf("writing startup-config: %d bytes: %w", len(text), ErrTooLarge)
	}
	if err := writeAtomic(s.root, startupFile, text); err != nil {
		return fmt.Errorf("writing startup-config: %w", err)
	}
	return nil
}

// EraseStartup removes the startup-config. It is no error when there is none.
func (s *State) EraseStartup() error {
	if err := removeDurable(s.root, startupFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("erasing startup-config: %w", err)
	}
	return nil
}

// Flash returns flash:. It is closed with the State.
func (s *State) Flash() *Flash { return s.flash }

// Flash is the flash: file system: one directory of plain files.
type Flash struct {
	root *os.Root
	mu   sync.Mutex // one writer at a time, so that the limits hold
}

// FileInfo describes a file in flash:.
type FileInfo = fs.FileInfo

// ReadFile returns a file's content. An error for which errors.Is(err,
// fs.ErrNotExist) says that there is none.
func (f *Flash) ReadFile(name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	data, err := readLimited(f.root, name, MaxFlashFile)
	if err != nil {
		return nil, fmt.Errorf("reading flash:%s: %w", name, err)
	}
	return data, nil
}

// WriteFile creates or replaces a file, atomically and durably.
func (f *Flash) WriteFile(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.replace(name, data)
}

// room checks that the limits hold when name gets that size.
func (f *Flash) room(name string, size int64) error {
	if size > MaxFlashFile {
		return fmt.Errorf("%d bytes: %w", size, ErrTooLarge)
	}
	files, err := f.List()
	if err != nil {
		return err
	}
	count, total := 1, size
	for _, info := range files {
		if info.Name() != name {
			count++
			total += info.Size()
		}
	}
	if count > MaxFlashFiles || total > MaxFlash {
		return fmt.Errorf("flash: is full: %w", ErrTooLarge)
	}
	return nil
}

// List describes all files, sorted by name.
func (f *Flash) List() ([]FileInfo, error) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("listing flash: %w", err)
	}
	var files []FileInfo
	for _, e := range entries {
		if !e.Type().IsRegular() || checkName(e.Name()) != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("listing flash: %w", err)
		}
		files = append(files, info)
	}
	return files, nil
}
