package store

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// Day sums up the results of one check in one UTC day.
type Day struct {
	Start   time.Time              // midnight, UTC
	Results [len(check.States)]int // by check.State
	Reasons []ReasonCount          // results by reason, ReasonNone left out, in order of reasons
	Latency                        // of the good results
}

// ReasonCount is the number of results with one reason.
type ReasonCount struct {
	Reason check.Reason
	Count  int
}

// Latency describes how long good answers took.
type Latency struct {
	Count    int
	Sum      time.Duration
	Min, Max time.Duration
	Buckets  []Bucket // in order; empty ones are left out
}

// Bucket counts the answers that took at most UpTo and longer than From. Four
// buckets double the time.
type Bucket struct {
	From, UpTo time.Duration
	Count      int
}

// Quantile returns the time that the share q, from 0 to 1, of the good answers took
// at most, zero when there was none. It is exact to a bucket, within which answers
// are taken to be spread evenly.
func (l Latency) Quantile(q float64) time.Duration {
	left := q * float64(l.Count)
	for _, b := range l.Buckets {
		n := float64(b.Count)
		if left <= n {
			at := b.From + time.Duration(left/n*float64(b.UpTo-b.From))
			return min(max(at, l.Min), l.Max)
		}
		left -= n
	}
	return l.Max
}

const (
	dayVersion = 1
	dayMS      = int64(24 * time.Hour / time.Millisecond)
	// codesPerBucket latency codes make a bucket: 1.008^22 is 1.19, a quarter of an
	// octave.
	codesPerBucket = 22
	maxBuckets     = maxCode/codesPerBucket + 1
	maxReasons     = 256 // a reason is a byte
)

// dayOf returns the number of the UTC day since 1970.
func dayOf(ms int64) int32 {
	d := ms / dayMS
	if d*dayMS > ms {
		d--
	}
	return int32(d)
}

// counts is a Day while it grows and as it is written. Reasons and buckets are kept
// as short sorted lists: most checks fill a handful of some 145.
type counts struct {
	day      int32
	results  uint32
	states   [len(check.States)]uint32
	reasons  []tally
	good     uint32
	min, max uint16 // latency codes of good results
	sum      time.Duration
	buckets  []tally
}

// tally counts one number.
type tally struct {
	n     uint16
	count uint32
}

func count(list []tally, n uint16, by uint32) []tally {
	i, found := slices.BinarySearchFunc(list, n, func(t tally, n uint16) int { return int(t.n) - int(n) })
	if !found {
		list = slices.Insert(list, i, tally{n: n})
	}
	list[i].count += by
	return list
}

// add counts r.
func (c *counts) add(r record) {
	c.results++
	c.states[r.outcome]++
	if r.reason != check.ReasonNone {
		c.reasons = count(c.reasons, uint16(r.reason), 1)
	}
	if !r.outcome.Good() || r.code == 0 {
		return
	}
	if c.good == 0 || r.code < c.min {
		c.min = r.code
	}
	c.max = max(c.max, r.code)
	c.good++
	c.sum += codeLatency(r.code)
	c.buckets = count(c.buckets, (r.code-1)/codesPerBucket, 1)
}

// merge adds the counts of other, which are of the same day.
func (c *counts) merge(other counts) {
	if other.good > 0 {
		if c.good == 0 || other.min < c.min {
			c.min = other.min
		}
		c.max = max(c.max, other.max)
	}
	c.results += other.results
	c.good += other.good
	c.sum += other.sum
	for i, n := range other.states {
		c.states[i] += n
	}
	for _, t := range other.reasons {
		c.reasons = count(c.reasons, t.n, t.count)
	}
	for _, t := range other.buckets {
		c.buckets = count(c.buckets, t.n, t.count)
	}
}

// copied returns counts that share nothing with c.
func (c counts) copied() counts {
	c.reasons, c.buckets = slices.Clone(c.reasons), slices.Clone(c.buckets)
	return c
}

// public returns the counts as a Day.
func (c counts) public() Day {
	d := Day{Start: fromMS(int64(c.day) * dayMS)}
	for i, n := range c.states {
		d.Results[i] = int(n)
	}
	for _, t := range c.reasons {
		d.Reasons = append(d.Reasons, ReasonCount{check.Reason(t.n), int(t.count)})
	}
	d.Latency = Latency{Count: int(c.good), Sum: c.sum, Min: codeLatency(c.min), Max: codeLatency(c.max)}
	for _, t := range c.buckets {
		from, to := t.n*codesPerBucket, (t.n+1)*codesPerBucket
		d.Buckets = append(d.Buckets, Bucket{codeLatency(from), codeLatency(to), int(t.count)})
	}
	return d
}

// appendTo encodes the counts without their day.
func (c counts) appendTo(b []byte) []byte {
	for _, n := range c.states {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = appendTallies(b, c.reasons)
	b = binary.AppendUvarint(b, uint64(c.good))
	if c.good > 0 {
		b = binary.AppendUvarint(b, uint64(c.min))
		b = binary.AppendUvarint(b, uint64(c.max))
		b = binary.AppendUvarint(b, uint64(c.sum))
		b = appendTallies(b, c.buckets)
	}
	return b
}

func appendTallies(b []byte, list []tally) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	var before uint16
	for _, t := range list {
		b = binary.AppendUvarint(b, uint64(t.n-before))
		b = binary.AppendUvarint(b, uint64(t.count))
		before = t.n
	}
	return b
}

// readCounts is the inverse of appendTo.
func readCounts(in *reader, day int32) counts {
	c := counts{day: day}
	for i := range c.states {
		c.states[i] = uint32(in.uvarint())
		c.results += c.states[i]
	}
	c.reasons = readTallies(in, maxReasons)
	if c.good = uint32(in.uvarint()); c.good > 0 {
		c.min, c.max = uint16(in.uvarint()), uint16(in.uvarint())
		c.sum = time.Duration(in.uvarint())
		c.buckets = readTallies(in, maxBuckets)
	}
	return c
}

func readTallies(in *reader, most int) []tally {
	n := in.uvarint()
	if n > uint64(most) {
		in.fail()
		return nil
	}
	var list []tally
	var at uint64
	for range n {
		at += in.uvarint()
		if at >= uint64(most) {
			in.fail()
			return nil
		}
		list = append(list, tally{uint16(at), uint32(in.uvarint())})
	}
	return list
}

// value returns the counts as they are kept under key.
func (c counts) value(key []byte) []byte { return seal(key, c.appendTo([]byte{dayVersion})) }

// openCounts is the inverse of value.
func openCounts(key, value []byte, day int32) (counts, error) {
	body, err := unseal(key, value, dayVersion)
	if err != nil {
		return counts{}, err
	}
	in := reader{rest: body}
	c := readCounts(&in, day)
	return c, in.end()
}
