package conf

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Append adds to the end of a file, or creates it, atomically and durably: of two who
// append at once both texts are there. errors.Is(err, ErrTooLarge) when there is no room.
func (f *Flash) Append(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	old, err := f.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.replace(name, slices.Concat(old, data))
}

// replace is WriteFile for who holds the lock.
func (f *Flash) replace(name string, data []byte) error {
	if err := f.room(name, int64(len(data))); err != nil {
		return fmt.Errorf("writing flash:%s: %w", name, err)
	}
	if err := writeAtomic(f.root, name, data); err != nil {
		return fmt.Errorf("writing flash:%s: %w", name, err)
	}
	return nil
}

// Remove takes a file away for good. An error for which errors.Is(err,
// fs.ErrNotExist) says that there is none.
func (f *Flash) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := removeDurable(f.root, name); err != nil {
		return fmt.Errorf("removing flash:%s: %w", name, err)
	}
	return nil
}

// Rename gives a file another name. It replaces nothing: errors.Is(err, fs.ErrExist)
// when that name is taken.
func (f *Flash) Rename(from, to string) error {
	for _, name := range []string{from, to} {
		if err := checkName(name); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := error(fs.ErrExist)
	if _, there := f.root.Stat(to); there != nil {
		err = f.root.Rename(from, to)
	}
	if err == nil {
		err = syncDir(f.root)
	}
	if err != nil {
		return fmt.Errorf("renaming flash:%s: %w", from, err)
	}
	return nil
}

// Stat describes one file; errors.Is(err, fs.ErrNotExist) when there is none.
func (f *Flash) Stat(name string) (FileInfo, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	info, err := f.root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("looking for flash:%s: %w", name, err)
	}
	return info, nil
}
