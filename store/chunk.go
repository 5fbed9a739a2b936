package store

import (
	"encoding/binary"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	chunkVersion = 1
	// maxChunkBytes closes a chunk early, so that three of them fill a page of
	// 4 KiB: a larger one would leave most of the page's rest unused.
	maxChunkBytes = 1280
	// maxChunkResults bounds what a decoder makes of a damaged count. A result
	// takes two bytes at least.
	maxChunkResults = 4096
)

// blockLengths are the lengths of time that one chunk covers, by their number on
// disk; they divide a day. Long blocks spend less on keys, short ones less memory.
var blockLengths = [...]time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour}

// blockLength returns the number of the block length for a base interval: about
// 300 results in a chunk.
func blockLength(interval time.Duration) uint8 {
	switch {
	case interval <= 20*time.Second:
		return 0
	case interval <= 2*time.Minute:
		return 1
	}
	return 2
}

// chunk holds raw results of one check within one block of time, in order of
// arrival, encoded. The zero value is an empty chunk that nothing can be added to.
type chunk struct {
	block    int64  // start of the block, Unix milliseconds
	ordinal  uint64 // of the first result among all that the store ever took
	interval time.Duration
	first    int64 // of the first result added
	last     int64 // of the last result added
	site     uint32
	count    uint32
	code     uint16 // last latency
	length   uint8  // index into blockLengths
	data     []byte
}

// blockOf returns the start of the block that ms lies in.
func blockOf(ms int64, length uint8) int64 {
	n := blockLengths[length].Milliseconds()
	b := ms / n * n
	if b > ms {
		b -= n
	}
	return b
}

// end returns the first moment after the block.
func (c *chunk) end() int64 { return c.block + blockLengths[c.length].Milliseconds() }

// startChunk returns an empty chunk for r.
func startChunk(r record, ordinal uint64) chunk {
	length := blockLength(r.interval)
	return chunk{
		block: blockOf(r.ms, length), ordinal: ordinal, interval: r.interval, site: r.site, length: length,
		first: r.ms, last: r.ms - r.interval.Milliseconds(),
	}
}

// takes reports whether r may be added: same setting, same block, room left. A
// result from before the block (the clock was stepped back) opens a new chunk, so
// that every result lies in the block its chunk is filed under.
func (c *chunk) takes(r record) bool {
	return c.count > 0 && r.interval == c.interval && r.site == c.site &&
		r.ms >= c.block && r.ms < c.end() &&
		len(c.data) < maxChunkBytes && c.count < maxChunkResults
}

// add appends r. The time is written as its distance from the expected slot (a
// negative one when the clock was stepped back), the latency as the difference to
// the one before: two bytes for most.
func (c *chunk) add(r record) {
	shift := r.ms - c.last - c.interval.Milliseconds()
	c.room()
	plain := r.plain()
	c.data = binary.AppendUvarint(c.data, zigzag(shift)<<1|bit(!plain))
	if !plain {
		f := r.flags()
		c.data = append(c.data, f)
		if f&flagReason != 0 {
			c.data = append(c.data, byte(r.reason))
		}
	}
	if r.code != 0 {
		c.data = binary.AppendVarint(c.data, int64(r.code)-int64(c.code))
		c.code = r.code
	}
	c.last = r.ms
	c.count++
}

// room grows the buffer in steps: doubling, as append does, would leave a third of
// the memory of 10,000 open chunks unused.
func (c *chunk) room() {
	const most, step = 3*binary.MaxVarintLen64 + 2, 192
	if cap(c.data)-len(c.data) >= most {
		return
	}
	grown := make([]byte, len(c.data), len(c.data)+step)
	copy(grown, c.data)
	c.data = grown
}

// appendTo encodes the chunk.
func (c *chunk) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.interval))
	b = binary.AppendUvarint(b, uint64(c.site))
	b = binary.AppendVarint(b, c.first)
	b = binary.AppendUvarint(b, uint64(c.count))
	return append(b, c.data...)
}

// value returns the chunk as it is kept under key.
func (c *chunk) value(key []byte) []byte {
	b := make([]byte, 0, len(c.data)+40)
	return seal(key, c.appendTo(append(b, chunkVersion)))
}

// openChunk decodes what value returned; visit sees every result in order.
func openChunk(key, value []byte, visit func(record)) error {
	body, err := unseal(key, value, chunkVersion)
	if err != nil {
		return err
	}
	return decodeChunk(body, visit)
}

func decodeChunk(body []byte, visit func(record)) error {
	in := reader{rest: body}
	r := record{interval: time.Duration(in.uvarint()), site: uint32(in.uvarint())}
	first, count := in.varint(), in.uvarint()
	if in.bad || r.interval <= 0 || count > maxChunkResults {
		return errRecord
	}
	r.ms = first - r.interval.Milliseconds()
	var code uint16
	for range count {
		if !r.next(&in, &code) {
			return errRecord
		}
		visit(r)
	}
	return in.end()
}

// next turns the record into the one that follows it in the chunk.
func (r *record) next(in *reader, code *uint16) bool {
	v := in.uvarint()
	r.ms += r.interval.Milliseconds() + unzigzag(v>>1)
	f := byte(check.Up) | flagBase | flagLatency
	r.reason = check.ReasonNone
	if v&1 != 0 {
		f = in.byte()
		if f&flagReason != 0 {
			r.reason = check.Reason(in.byte())
		}
	}
	r.outcome, r.base, r.code = check.State(f&flagState), f&flagBase != 0, 0
	if f&flagLatency != 0 {
		*code = uint16(int64(*code) + in.varint())
		r.code = *code
	}
	return !in.bad
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// chunkKey files a chunk under its block, then its check: what is written together
// lies together. The ordinal keeps apart chunks of one block.
func chunkKey(block int64, no uint32, ordinal uint64) []byte {
	k := make([]byte, 0, 16)
	k = binary.BigEndian.AppendUint32(k, uint32(block/1000))
	k = binary.BigEndian.AppendUint32(k, no)
	return binary.BigEndian.AppendUint64(k, ordinal)
}
