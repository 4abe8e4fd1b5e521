//go:build !linux

package host

func neighbours() ([]byte, error) { return nil, ErrUnknown }

// Free is the space for files below dir, in bytes; ok is false where the machine does
// not tell.
func Free(string) (bytes int64, ok bool) { return 0, false }
