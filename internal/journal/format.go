package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A file is a header and records. All numbers are little-endian.
//
//	header  magic 8, flags 1 (1: older files are void), highest key 8, CRC 4
//	record  CRC 4, length of data 4, op 1, key 8, data
//
// A CRC (Castagnoli) is over what follows it, in the header over what goes before.
const (
	magic      = "BLJRNL1\n"
	headerSize = len(magic) + 1 + 8 + 4
	recordHead = 4 + 4 + 1 + 8
	flagBase   = 1
)

const (
	opPut    = 1
	opDelete = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendHeader(b []byte, base bool, maxKey uint64) []byte {
	start := len(b)
	b = append(b, magic...)
	if base {
		b = append(b, flagBase)
	} else {
		b = append(b, 0)
	}
	b = binary.LittleEndian.AppendUint64(b, maxKey)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

func appendRecord(b []byte, op byte, key uint64, data []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, op)
	b = binary.LittleEndian.AppendUint64(b, key)
	b = append(b, data...)
	binary.LittleEndian.PutUint32(b[start:], crc32.Checksum(b[start+4:], castagnoli))
	return b
}

func appendDeletes(b []byte, keys []uint64) []byte {
	for _, k := range keys {
		b = appendRecord(b, opDelete, k, nil)
	}
	return b
}

// errDamaged: bytes that no appliance wrote. errTorn: the end was not written.
var (
	errDamaged = errors.New("damaged")
	errTorn    = errors.New("cut off")
)

// scanner reads one file.
type scanner struct {
	r      *bufio.Reader
	buf    []byte
	base   bool
	maxKey uint64
}

// record is what the scanner has read. Data is valid until the next one.
type record struct {
	op   byte
	key  uint64
	data []byte
}

// newScanner reads the header. The error is errDamaged, errTorn or one of reading.
func newScanner(r io.Reader) (*scanner, error) {
	s := &scanner{r: bufio.NewReaderSize(r, 1<<16), buf: make([]byte, MaxData+recordHead)}
	head := s.buf[:headerSize]
	if err := s.fill(head); err != nil {
		if errors.Is(err, io.EOF) {
			err = errTorn
		}
		return nil, err
	}
	sum := binary.LittleEndian.Uint32(head[headerSize-4:])
	if !bytes.HasPrefix(head, []byte(magic)) || crc32.Checksum(head[:headerSize-4], castagnoli) != sum {
		return nil, s.damaged(head)
	}
	s.base = head[len(magic)]&flagBase != 0
	s.maxKey = binary.LittleEndian.Uint64(head[len(magic)+1:])
	return s, nil
}

// next reads a record. The error is io.EOF at the end, errDamaged, errTorn or one
// of reading.
func (s *scanner) next() (record, error) {
	head := s.buf[:recordHead]
	if err := s.fill(head); err != nil {
		return record{}, err
	}
	n := binary.LittleEndian.Uint32(head[4:])
	if n > MaxData {
		return record{}, s.damaged(head)
	}
	whole := s.buf[:recordHead+int(n)]
	if err := s.fill(whole[recordHead:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = errTorn
		}
		return record{}, err
	}
	rec := record{op: whole[8], key: binary.LittleEndian.Uint64(whole[9:]), data: whole[recordHead:]}
	if crc32.Checksum(whole[4:], castagnoli) != binary.LittleEndian.Uint32(whole) || rec.op != opPut && rec.op != opDelete {
		return record{}, s.damaged(whole)
	}
	return rec, nil
}

// fill reads all of b: io.EOF if there is nothing, errTorn if there is less.
func (s *scanner) fill(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	_, err := io.ReadFull(s.r, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errTorn
	}
	return err
}

// damaged tells damage from a tail of zeros, which is what a file system may leave
// of writes that had not reached the disk when the power went.
func (s *scanner) damaged(read []byte) error {
	for {
		for _, c := range read {
			if c != 0 {
				return errDamaged
			}
		}
		n, err := s.r.Read(s.buf)
		if read = s.buf[:n]; err != nil {
			return errTorn
		}
	}
}
