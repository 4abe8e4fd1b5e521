package conf

import (
	"errors"
	"fmt"
	"io/fs"
)

// maxKey is the largest key file in bytes: the copy of a credential file, and its URL.
const maxKey = 2 << 20

// ReadKey returns a file that holds a secret of this appliance, such as an SSH
// host key. Such files live beside the startup-config and not in flash:, so that
// no file command shows them. fs.ErrNotExist when there is none.
func (s *State) ReadKey(name string) ([]byte, error) {
	if err := checkKeyName(name); err != nil {
		return nil, err
	}
	b, err := readLimited(s.root, name, maxKey)
	if err != nil {
		return nil, fmt.Errorf("reading key %s: %w", name, err)
	}
	return b, nil
}

// WriteKey creates or replaces a key file (mode 0600), atomically and durably.
func (s *State) WriteKey(name string, data []byte) error {
	if err := checkKeyName(name); err != nil {
		return err
	}
	if len(data) > maxKey {
		return fmt.Errorf("writing key %s: %w", name, ErrTooLarge)
	}
	if err := writeAtomic(s.root, name, data); err != nil {
		return fmt.Errorf("writing key %s: %w", name, err)
	}
	return nil
}

// RemoveKey deletes a key file; that there is none is no error.
func (s *State) RemoveKey(name string) error {
	if err := checkKeyName(name); err != nil {
		return err
	}
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing key %s: %w", name, err)
	}
	return nil
}

// checkKeyName keeps keys apart from what else lies in the state directory.
func checkKeyName(name string) error {
	if name == startupFile || name == flashDir {
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	return checkName(name)
}
