package store

import (
	"encoding/binary"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// checkpointReadings bounds what Open has to replay of the log, and its room in the
	// file: some 2.5 MB.
	checkpointReadings = 300_000
	// checkpointEach of every series bounds it where there are many of them: writing
	// down all of them costs more than the log of a few readings of each.
	checkpointEach = 4
	// stepSeries are written in one transaction of a checkpoint.
	stepSeries = 2000
	// chunkFill leaves a little room in pages: the chunks of the second half of a day go
	// between those of the first.
	chunkFill = 0.9
)

// readingPass is one checkpoint of readings on its way through all series.
type readingPass struct {
	active bool
	next   int
	start  uint64 // sequence when it began: what the whole pass covers
	began  time.Time
	logged int // readings in the log since the last pass began
}

func (p *readingPass) due(now time.Time, series int) bool {
	if p.active || p.logged == 0 {
		return false
	}
	return p.logged >= max(checkpointReadings, checkpointEach*series) || now.Sub(p.began) >= checkpointEvery
}

// housekeepReadings does one step for readings and reports whether there was one.
func (s *Store) housekeepReadings(now time.Time) (bool, error) {
	p := &s.readings.pass
	if p.due(now, len(s.readings.list)) {
		*p = readingPass{active: true, start: s.readings.sequence, began: now}
	}
	if p.active {
		return true, s.stepReadings(now)
	}
	return s.stepSums(now)
}

// stepReadings writes down the next series, or removes a part of the log.
func (s *Store) stepReadings(now time.Time) error {
	q := &s.readings
	if q.pass.next >= len(q.list) {
		return s.trimReadings()
	}
	step := q.list[q.pass.next:min(q.pass.next+stepSeries, len(q.list))]
	q.mu.Lock()
	for _, r := range step {
		if r.open.n > 0 && dayOf(r.open.first) < today(now) {
			r.closed = append(r.closed, r.open)
			r.open, r.dirty = readingChunk{}, true
		}
	}
	q.mu.Unlock()
	if err := s.update(func(tx *bbolt.Tx) error { return s.writeSeries(tx, step) }); err != nil {
		return err
	}
	q.mu.Lock()
	for _, r := range step {
		r.dirty, r.closed = false, nil
	}
	q.mu.Unlock()
	q.pass.next += len(step)
	return nil
}

// writeSeries writes complete chunks and the snapshots that no longer hold them in one
// transaction: after a crash each is in one place only.
func (s *Store) writeSeries(tx *bbolt.Tx, step []*readingSeries) error {
	for _, r := range step {
		if !r.dirty || !r.named {
			continue
		}
		for i := range r.closed {
			if err := writeReadingChunk(tx.Bucket(bucketRChunk), r.no, &r.closed[i]); err != nil {
				return err
			}
		}
		key := u32(r.no)
		if err := tx.Bucket(bucketROpen).Put(key, snapshotReading(key, s.readings.sequence, r)); err != nil {
			return err
		}
	}
	return nil
}

func writeReadingChunk(days *bbolt.Bucket, no uint32, c *readingChunk) error {
	if c.n == 0 {
		return nil
	}
	b, err := days.CreateBucketIfNotExists(dayKey(dayOf(c.first)))
	if err != nil {
		return err
	}
	b.FillPercent = chunkFill
	key := readingKey(no, c.first, 0)
	for b.Get(key) != nil && key[12] < 255 { // the clock was set back to the same moment
		key[12]++
	}
	return b.Put(key, seal(key, c.body([]byte{readingVersion})))
}

// trimReadings removes a part of the log that the pass covers.
func (s *Store) trimReadings() error {
	p, left := &s.readings.pass, false
	err := s.update(func(tx *bbolt.Tx) error {
		log := tx.Bucket(bucketRLog)
		if log == nil {
			return nil
		}
		var keys [][]byte
		c := log.Cursor()
		for k, _ := c.First(); len(k) == 8 && binary.BigEndian.Uint64(k) <= p.start; k, _ = c.Next() {
			if left = len(keys) == stepKeys; left {
				break
			}
			keys = append(keys, slices.Clone(k))
		}
		return deleteAll(log, keys)
	})
	if err == nil && !left {
		p.active = false
	}
	return err
}

// finishReadings writes a last checkpoint.
func (s *Store) finishReadings(now time.Time) error {
	if err := s.flushReadings(); err != nil {
		return err
	}
	if s.readings.pass.logged == 0 && !s.readings.pass.active {
		return nil
	}
	s.readings.pass = readingPass{active: true, start: s.readings.sequence, began: now}
	for s.readings.pass.active {
		if err := s.stepReadings(now); err != nil {
			return err
		}
	}
	return nil
}
