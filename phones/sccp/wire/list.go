package wire

// count is the number of items that fit in the places of a list.
func count[T any](items []T, places int) uint32 { return uint32(min(len(items), places)) }

// list is a list of fixed length: so many places, each size bytes, of which the
// first n are used. The number n stands before it in the message; when reading, it
// is believed only as far as there are places and bytes.
func list[T any](f fields, items *[]T, n uint32, places, size int, item func(*T, fields) fields) fields {
	used := int(min(n, uint32(places)))
	if !f.writing {
		if used = min(used, (len(f.buf)+size-1)/size); used > 0 {
			*items = make([]T, used)
		}
	}
	for i := range used {
		f = item(&(*items)[i], f)
	}
	return f.pad((places - used) * size)
}
