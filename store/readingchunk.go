package store

import (
	"encoding/binary"
	"math"

	"github.com/slamon/slamon/device"
)

const (
	readingVersion = 1
	// maxChunkReadings closes a chunk: half a day at 5 minutes. What a chunk costs
	// beside its readings, some 35 bytes, is a quarter of a byte for each then, and
	// the open chunks of 120,000 series stay below 60 MB.
	maxChunkReadings = 144
)

// readingChunk is a run of readings of one series within one UTC day. Each takes the
// change of its pause (a varint of milliseconds: most polls come within 60 ms of their
// slot, one byte) and the change of its value, or zero and why it is void.
type readingChunk struct {
	first int64 // Unix milliseconds
	n     int
	data  []byte

	last, pause, value int64 // of the newest reading, to go on from
}

// takes reports whether a reading at ms may join the chunk.
func (c *readingChunk) takes(ms int64) bool {
	return c.n == 0 || c.n < maxChunkReadings && ms > c.last && dayOf(ms) == dayOf(c.first)
}

func (c *readingChunk) add(ms, value int64, void device.Void) {
	if c.n == 0 {
		c.first, c.last = ms, ms
	}
	pause := ms - c.last
	c.data = binary.AppendVarint(c.data, pause-c.pause)
	c.last, c.pause, c.n = ms, pause, c.n+1
	if void != device.NotVoid {
		c.data = append(c.data, 0, byte(void))
		return
	}
	c.data = binary.AppendUvarint(c.data, zigzag(value-c.value)+1)
	c.value = value
}

// each yields the readings.
func (c *readingChunk) each(yield func(ms, value int64, void device.Void)) error {
	_, err := walkReadings(c.first, c.n, c.data, yield)
	return err
}

// walkReadings decodes n readings and returns a chunk that can go on from there.
func walkReadings(first int64, n int, data []byte, yield func(ms, value int64, void device.Void)) (readingChunk, error) {
	c := readingChunk{first: first, last: first, data: data, n: n}
	r := reader{rest: data}
	for range n {
		c.pause += r.varint()
		c.last += c.pause
		token := r.uvarint()
		void := device.NotVoid
		if token == 0 {
			if void = device.Void(r.byte()); void == device.NotVoid {
				return c, errRecord
			}
		} else {
			c.value += unzigzag(token - 1)
		}
		if r.bad {
			return c, errRecord
		}
		if yield != nil {
			value := c.value
			if void != device.NotVoid {
				value = 0
			}
			yield(c.last, value, void)
		}
	}
	return c, r.end()
}

// body is the chunk as it stands in records.
func (c *readingChunk) body(to []byte) []byte {
	to = binary.AppendUvarint(to, uint64(c.n))
	to = binary.AppendVarint(to, c.first)
	return append(to, c.data...)
}

func parseReadingChunk(body []byte) (readingChunk, error) {
	r := reader{rest: body}
	n, first := r.uvarint(), r.varint()
	if r.bad || n > maxChunkReadings {
		return readingChunk{}, errRecord
	}
	return readingChunk{first: first, n: int(n), data: r.rest}, nil
}

// readingKey files a chunk under its series and first moment. The last byte tells apart
// chunks that begin at the same moment, after the clock was set back.
func readingKey(no uint32, first int64, nth byte) []byte {
	k := binary.BigEndian.AppendUint32(make([]byte, 0, 13), no)
	return append(binary.BigEndian.AppendUint64(k, sortable(first)), nth)
}

func openReadingChunk(key, value []byte) (readingChunk, error) {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 13 {
		return readingChunk{}, errRecord
	}
	return parseReadingChunk(body)
}

const (
	// logSteps is how many steps a doubling of a rate or size has: 0.034 % each way.
	logSteps = 1024
	// logLow is the exponent of the smallest value that is told from zero: 2^-64.
	logLow = 64
	// ratioSteps make 0.01 % of shares.
	ratioSteps = 10_000
)

// quantum turns a value into the whole number that is stored. Shares, times, flags and
// temperatures are counted in fixed steps; rates, sizes and numbers of any kind in
// steps of their own size, of which there are a thousand in a doubling.
func quantum(v float64, k device.Kind) int64 {
	switch k.Unit() {
	case device.Ratio:
		return whole(v * ratioSteps)
	case device.Seconds, device.Flag:
		return whole(v)
	case device.Celsius:
		return whole(v * 10)
	}
	size := math.Abs(v)
	if !(size > math.Exp2(-logLow)) {
		return 0
	}
	steps := whole((math.Log2(min(size, math.MaxFloat64))+logLow)*logSteps) + 1
	if v < 0 {
		return -steps
	}
	return steps
}

func unquantum(n int64, k device.Kind) float64 {
	switch k.Unit() {
	case device.Ratio:
		return float64(n) / ratioSteps
	case device.Seconds, device.Flag:
		return float64(n)
	case device.Celsius:
		return float64(n) / 10
	}
	if n == 0 {
		return 0
	}
	steps, sign := n, 1.0
	if n < 0 {
		steps, sign = -n, -1
	}
	return sign * digits(math.Exp2(float64(steps-1)/logSteps-logLow))
}

// digits rounds to four digits, so that a round number comes back round.
func digits(v float64) float64 {
	scale := math.Pow(10, 3-math.Floor(math.Log10(v)))
	if rounded := math.Round(v*scale) / scale; rounded-rounded == 0 {
		return rounded
	}
	return v
}

// whole rounds, and keeps what no reading has from overflowing.
func whole(v float64) int64 {
	const most = 1 << 52
	return int64(math.Round(max(-most, min(most, v))))
}
