package store

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// Readings go the way of results: a queue in memory, a log that every commit adds to,
// in the same transaction as the results; open chunks in memory, written down
// by checkpoints; complete chunks by day. After a day its summary is made, which is
// kept much longer than the readings.
//
//	series    number → device, kind and instance
//	rlog      sequence → readings of all series in one commit, or a part of it
//	ropen     series → open chunk, and what of the log it covers
//	rchunk    day → series, first moment → chunk
//	rsum      series, day → least, mean, greatest and 95th percentile; by hour too once
//	          the readings of the day are gone

var (
	bucketSeries  = []byte("series")
	bucketRLog    = []byte("rlog")
	bucketROpen   = []byte("ropen")
	bucketRChunk  = []byte("rchunk")
	bucketRSum    = []byte("rsum")
	readingBucket = [...][]byte{bucketSeries, bucketRLog, bucketROpen, bucketRChunk, bucketRSum}
)

const (
	// maxReadings wait for the disk at most: half an hour of 10,000 devices at 5 min.
	maxReadings = 500_000
	// maxSeries bounds what agents can make the store remember.
	maxSeries = 2_000_000
	// maxSpare is the largest queue whose room is kept: 1 MB, a second of 10,000 readings.
	maxSpare = 10_000
)

// readings are the parts of a Store that keep readings.
type readings struct {
	queueMu sync.Mutex // protects queue, spare and lost
	queue   []device.Reading
	spare   []device.Reading // room for the next queue, which grew anew twice a second
	lost    uint64

	// Of the writer only: see Store.writing.
	batch []device.Reading // taken from the queue, not yet durable
	plan  *readingPlan
	pass  readingPass
	sums  sumPass

	mu       sync.RWMutex // protects what follows
	series   map[device.Series]*readingSeries
	list     []*readingSeries // by number − 1
	byDevice map[device.ID][]*readingSeries
	sequence uint64 // of the newest record in the log
	stored   uint64 // readings made durable since start
	summed   int32  // last day of which all series are summed up; 0 when not known
}

// readingSeries is what is kept in memory of a series.
type readingSeries struct {
	no     uint32
	id     device.Series
	named  bool // its number is on disk
	dirty  bool // differs from its snapshot
	open   readingChunk
	closed []readingChunk // complete, not yet on disk
	latest device.Reading
}

func newReadings() readings {
	return readings{series: map[device.Series]*readingSeries{}, byDevice: map[device.ID][]*readingSeries{}}
}

// AppendReadings takes readings of a device. It never waits for the disk: Run makes
// them durable. When the disk takes none and the queue is full, the oldest are dropped
// and counted; a gap is unknown.
func (s *Store) AppendReadings(_ device.ID, list []device.Reading) {
	q := &s.readings
	q.queueMu.Lock()
	defer q.queueMu.Unlock()
	q.queue = append(q.queue, list...)
	if over := len(q.queue) - maxReadings; over > 0 {
		q.queue = slices.Delete(q.queue, 0, over)
		q.lost += uint64(over)
	}
}

// takeReadings moves the queue into the batch.
func (s *Store) takeReadings() {
	if len(s.readings.batch) > 0 {
		return // not durable yet
	}
	q := &s.readings
	q.plan = nil
	q.queueMu.Lock()
	defer q.queueMu.Unlock()
	if len(q.queue) > 0 {
		q.batch, q.queue, q.spare = q.queue, q.spare, nil
	}
}

// SeriesOf returns the series that a device has or had, in no order that matters.
func (s *Store) SeriesOf(id device.ID) []device.Series {
	s.readings.mu.RLock()
	defer s.readings.mu.RUnlock()
	out := make([]device.Series, 0, len(s.readings.byDevice[id]))
	for _, r := range s.readings.byDevice[id] {
		out = append(out, r.id)
	}
	return out
}

// LatestReadings returns the newest durable reading of every series of a device.
func (s *Store) LatestReadings(id device.ID) []device.Reading {
	s.readings.mu.RLock()
	defer s.readings.mu.RUnlock()
	out := make([]device.Reading, 0, len(s.readings.byDevice[id]))
	for _, r := range s.readings.byDevice[id] {
		if !r.latest.At.IsZero() {
			out = append(out, r.latest)
		}
	}
	return out
}

// Readings returns the durable readings of a series in the period, in order of time.
// Values have the accuracy of what is stored: shares 0.01 %, rates and sizes 0.05 %.
func (s *Store) Readings(id device.Series, p timeline.Period) ([]device.Reading, error) {
	raw, err := s.rawReadings(id, p)
	if len(raw) == 0 || err != nil {
		return nil, err
	}
	out := make([]device.Reading, len(raw))
	for i, r := range raw {
		out[i] = device.Reading{Series: id, At: fromMS(r.ms), Value: unquantum(r.value, id.Kind), Void: r.void}
	}
	return out, nil
}

// rawReading is a reading as it is kept: what is made of many at once, as the hours of a
// month, does without their names and times.
type rawReading struct {
	ms, value int64 // Unix milliseconds; a quantum
	void      device.Void
}

func (s *Store) rawReadings(id device.Series, p timeline.Period) ([]rawReading, error) {
	s.readings.mu.RLock()
	r := s.readings.series[id]
	if r == nil {
		s.readings.mu.RUnlock()
		return nil, nil
	}
	// Memory first: what moves to disk meanwhile is then found there again, and known
	// by its first moment.
	kept := make([]readingChunk, 0, len(r.closed)+1)
	for _, c := range append(slices.Clone(r.closed), r.open) {
		if c.n > 0 {
			c.data = slices.Clone(c.data)
			kept = append(kept, c)
		}
	}
	no := r.no
	s.readings.mu.RUnlock()

	var out []rawReading
	from, to := ceilMS(p.From), ceilMS(p.To)
	take := func(ms int64, value int64, void device.Void) {
		if ms >= from && ms < to {
			out = append(out, rawReading{ms, value, void})
		}
	}
	err := s.view(func(tx *bbolt.Tx) error { return s.readingChunks(tx, no, p, kept, take) })
	if err != nil {
		return nil, err
	}
	for _, c := range kept {
		if err := c.each(take); err != nil {
			return nil, err
		}
	}
	if !slices.IsSortedFunc(out, byTime) {
		slices.SortStableFunc(out, byTime)
	}
	return out, nil
}

func byTime(a, b rawReading) int { return cmp.Compare(a.ms, b.ms) }

// readingChunks reads what is on disk, but for chunks that memory had too.
func (s *Store) readingChunks(tx *bbolt.Tx, no uint32, p timeline.Period, had []readingChunk, take func(int64, int64, device.Void)) error {
	days := tx.Bucket(bucketRChunk)
	if days == nil {
		return nil
	}
	from, to := dayOf(p.From.UnixMilli()), dayOf(ceilMS(p.To))
	c := days.Cursor()
	for name, _ := c.Seek(dayKey(from)); len(name) == 4 && int32(be32(name)) <= to; name, _ = c.Next() {
		b := days.Bucket(name)
		if b == nil {
			continue
		}
		inner := b.Cursor()
		for k, v := inner.Seek(u32(no)); ofCheck(k, no); k, v = inner.Next() {
			chunk, err := openReadingChunk(k, v)
			if err == nil && !slices.ContainsFunc(had, func(h readingChunk) bool { return h.first == chunk.first }) {
				err = chunk.each(take)
			}
			if err != nil {
				return recordError(s.path, bucketRChunk, k, err)
			}
		}
	}
	return nil
}

// ReadingStats is how the keeping of readings is doing.
type ReadingStats struct {
	Series  int
	Waiting int    // not yet durable
	Stored  uint64 // made durable since start
	Lost    uint64 // given up since start
	// Summed is the last day whose summaries are written down; zero until the writer
	// has looked, and when there is none.
	Summed time.Time
}

// ReadingStats returns how the keeping of readings is doing.
func (s *Store) ReadingStats() ReadingStats {
	s.readings.mu.RLock()
	out := ReadingStats{Series: len(s.readings.list), Stored: s.readings.stored}
	if s.readings.summed > 0 {
		out.Summed = fromMS(int64(s.readings.summed) * dayMS)
	}
	s.readings.mu.RUnlock()
	s.readings.queueMu.Lock()
	defer s.readings.queueMu.Unlock()
	out.Waiting, out.Lost = len(s.readings.queue), s.readings.lost
	return out
}

// seriesKey and seriesValue file a series under its number.
func seriesValue(key []byte, id device.Series) []byte {
	v := []byte{readingVersion, byte(id.Kind)}
	v = binary.AppendUvarint(v, uint64(len(id.Device)))
	v = append(append(v, id.Device...), id.Instance...)
	return seal(key, v)
}

func openSeries(key, value []byte) (no uint32, id device.Series, err error) {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 4 {
		return 0, id, errRecord
	}
	r := reader{rest: body}
	id.Kind = device.Kind(r.byte())
	id.Device = device.ID(r.bytes(r.uvarint()))
	id.Instance = string(r.rest)
	if r.bad {
		return 0, id, errRecord
	}
	return be32(key), id, nil
}

// lookup returns the state of a series, made when there is none; nil when there are
// too many.
func (q *readings) lookup(id device.Series) *readingSeries {
	if r := q.series[id]; r != nil { // only the writer changes the map
		return r
	}
	if len(q.list) >= maxSeries {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.add(id)
}

func (q *readings) add(id device.Series) *readingSeries {
	r := &readingSeries{no: uint32(len(q.list) + 1), id: id}
	q.series[id] = r
	q.list = append(q.list, r)
	q.byDevice[id.Device] = append(q.byDevice[id.Device], r)
	return r
}

// today is the day of now, in the store's numbering.
func today(now time.Time) int32 { return dayOf(now.UnixMilli()) }
