package store

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Results yields the durable raw results of a check that were sent in the period, in
// order of sending, with latencies within 0.4 % and no details. It reads a day at a
// time, so the caller may be slow. It ends with the first error.
func (s *Store) Results(id check.ID, p timeline.Period) iter.Seq2[check.Result, error] {
	return func(yield func(check.Result, error) bool) {
		from, to := p.From.UnixMilli(), ceilMS(p.To)
		days, err := s.rawDays(id, dayOf(from), dayOf(to-1))
		if err != nil {
			yield(check.Result{}, err)
			return
		}
		for _, day := range days {
			records, err := s.rawDay(id, day, from, to)
			if err != nil {
				yield(check.Result{}, err)
				return
			}
			if !s.yieldRecords(id, records, from, to, yield) {
				return
			}
		}
	}
}

// ceilMS returns the first whole millisecond that is not before t.
func ceilMS(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

func (s *Store) yieldRecords(id check.ID, records []record, from, to int64, yield func(check.Result, error) bool) bool {
	for _, r := range records {
		if r.ms < from || r.ms >= to {
			continue
		}
		s.mu.RLock()
		site := s.siteName(r.site)
		s.mu.RUnlock()
		if !yield(r.result(id, site), nil) {
			return false
		}
	}
	return true
}

// rawDays returns the days from first to last that may have raw results of the check.
func (s *Store) rawDays(id check.ID, first, last int32) ([]int32, error) {
	s.mu.RLock()
	h := s.byID[id]
	if h == nil {
		s.mu.RUnlock()
		return nil, nil
	}
	var days []int32
	for _, c := range h.recentChunks() {
		if d := dayOf(c.block); d >= first && d <= last {
			days = append(days, d)
		}
	}
	s.mu.RUnlock()
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRaw).Cursor()
		for k, _ := c.Seek(dayKey(first)); len(k) == 5; k, _ = c.Next() {
			d := int32(be32(k))
			if d > last {
				break
			}
			days = append(days, d)
		}
		return nil
	})
	slices.Sort(days)
	return slices.Compact(days), err
}

// rawDay returns the results of one UTC day in order of sending, at least those from one
// moment to another.
func (s *Store) rawDay(id check.ID, day int32, from, to int64) ([]record, error) {
	var records []record
	if err := s.visitDay(id, day, from, to, func(r record) { records = append(records, r) }); err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b record) int { return cmp.Compare(a.ms, b.ms) })
	return records, nil
}

// visitDay visits the results of one UTC day in the blocks of time that touch the period
// from one moment to another: a page about some minutes need not decode a whole day.
func (s *Store) visitDay(id check.ID, day int32, from, to int64, visit func(record)) error {
	s.mu.RLock()
	h := s.byID[id]
	if h == nil {
		s.mu.RUnlock()
		return nil
	}
	no := h.no
	recent := h.recentChunks()
	s.mu.RUnlock()
	// What is in memory was copied first; chunks from the oldest of them on may have
	// reached the disk since, and must not be seen twice.
	before := ^uint64(0)
	if len(recent) > 0 {
		before = recent[0].ordinal
	}
	err := s.view(func(tx *bbolt.Tx) error {
		return s.storedChunks(tx, no, max(from, int64(day)*dayMS), min(to, int64(day+1)*dayMS), before, visit)
	})
	if err != nil {
		return err
	}
	for i := range recent {
		c := &recent[i]
		if dayOf(c.block) == day && c.block < to && c.block+blockLengths[c.length].Milliseconds() > from {
			if err := decodeChunk(c.appendTo(nil), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// recentChunks returns what is not on disk as chunks yet, oldest first. The bytes
// are shared: a chunk only ever grows behind them.
func (h *history) recentChunks() []chunk {
	list := slices.Clone(h.chunks)
	if h.chunk.count > 0 {
		list = append(list, h.chunk)
	}
	return list
}

// storedChunks visits the results of a check on disk whose chunk is older than the
// ordinal, in the blocks of one day that touch the period from one moment to another.
func (s *Store) storedChunks(tx *bbolt.Tx, no uint32, from, to int64, before uint64, visit func(record)) error {
	raw, day := tx.Bucket(bucketRaw), dayOf(from)
	for length := range blockLengths {
		b := raw.Bucket(rawName(day, uint8(length)))
		if b == nil {
			continue
		}
		step := blockLengths[length].Milliseconds()
		for block := blockOf(from, uint8(length)); block < to; block += step {
			if err := s.storedBlock(b, block, no, before, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) storedBlock(b *bbolt.Bucket, block int64, no uint32, before uint64, visit func(record)) error {
	prefix := chunkKey(block, no, 0)[:8]
	c := b.Cursor()
	for k, v := c.Seek(prefix); len(k) == 16 && string(k[:8]) == string(prefix); k, v = c.Next() {
		if binary.BigEndian.Uint64(k[8:]) >= before {
			return nil
		}
		if err := openChunk(k, v, visit); err != nil {
			return recordError(s.path, bucketRaw, k, err)
		}
	}
	return nil
}
