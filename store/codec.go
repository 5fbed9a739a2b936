package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// castagnoli is the polynomial that processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumBytes is the length of the checksum at the end of every record.
const sumBytes = 4

var errRecord = errors.New("record is damaged")

// seal appends the checksum over key and record.
func seal(key, record []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, record)
	return binary.LittleEndian.AppendUint32(record, sum)
}

// unseal checks the checksum and the version and returns what lies between.
func unseal(key, value []byte, version byte) ([]byte, error) {
	if len(value) < 1+sumBytes {
		return nil, errRecord
	}
	body := value[:len(value)-sumBytes]
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, body)
	if sum != binary.LittleEndian.Uint32(value[len(body):]) || body[0] != version {
		return nil, errRecord
	}
	return body[1:], nil
}

// reader takes fields off a record. The first mistake sticks, and from then on
// every field is zero, so callers check once at the end.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// bytes returns the next n bytes, which stay part of the record.
func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) fail() { r.bad, r.rest = true, nil }

// end returns an error unless the record was read to its end without mistake.
func (r *reader) end() error {
	if r.bad || len(r.rest) != 0 {
		return errRecord
	}
	return nil
}

// Keys are big-endian, so that they sort as the numbers do.

func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// dayKey names the bucket of a day; there is nothing before 1970.
func dayKey(day int32) []byte { return u32(uint32(max(day, 0))) }

// sortable turns a signed moment into a number that sorts the same way.
func sortable(ms int64) uint64 { return uint64(ms) ^ 1<<63 }

func unsortable(n uint64) int64 { return int64(n ^ 1<<63) }

// before moves the cursor to the last key before key and returns it with its value,
// nil when there is none.
func before(c *bbolt.Cursor, key []byte) (k, v []byte) {
	if k, _ = c.Seek(key); k == nil {
		return c.Last()
	}
	return c.Prev()
}
