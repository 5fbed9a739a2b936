package store

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// checkpointEvery and checkpointResults bound what Open has to replay: 300,000
	// results are some 3 MB of log and well under 100 ms.
	checkpointEvery   = 10 * time.Minute
	checkpointResults = 300_000
	// stepChecks histories are written in one transaction: some 500 KB, a few
	// milliseconds, so that results never wait long behind it.
	stepChecks = 500
	// stepKeys is how many keys one transaction of housekeeping deletes.
	stepKeys = 1000
)

// keyCounters holds the sequence and the ordinal as of the last checkpoint: the log,
// where both stand too, may be empty.
var keyCounters = []byte("counters")

// pass is one checkpoint on its way through all histories.
type pass struct {
	active bool
	next   int       // index of the next history
	start  uint64    // sequence when it began: what the whole pass covers
	began  time.Time // zero before the first
	logged int       // results in the log since the last pass began
}

func (p *pass) due(now time.Time) bool {
	if p.active || p.logged == 0 {
		return false
	}
	return p.logged >= checkpointResults || now.Sub(p.began) >= checkpointEvery
}

func (s *Store) beginPass(now time.Time) {
	s.pass = pass{active: true, start: s.sequence, began: now}
}

// stepPass writes down the next histories, or, after the last one, removes a part of
// the log that is covered; the pass is over when none is left.
func (s *Store) stepPass(now time.Time) error {
	if s.pass.next >= len(s.histories) {
		return s.trimLog(now)
	}
	from := s.pass.next
	step := s.histories[from:min(from+stepChecks, len(s.histories))]
	s.mu.Lock()
	for _, h := range step {
		h.age(s.high)
	}
	s.mu.Unlock()
	if err := s.move(step); err != nil {
		return err
	}
	s.pass.next += len(step)
	return nil
}

// move writes histories down and takes out of memory what is on disk then.
func (s *Store) move(step []*history) error {
	s.moving.Lock()
	defer s.moving.Unlock()
	if err := s.update(func(tx *bbolt.Tx) error { return s.writeHistories(tx, step) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range step {
		if h.dirty {
			h.dirty, h.chunks, h.days = false, nil, nil
		}
	}
	return nil
}

// writeHistories writes complete chunks and days, and the snapshot that no longer
// holds them, in one transaction: after a crash each is in one place only.
func (s *Store) writeHistories(tx *bbolt.Tx, step []*history) error {
	raw, days, open := tx.Bucket(bucketRaw), tx.Bucket(bucketDay), tx.Bucket(bucketOpen)
	for _, h := range step {
		if !h.dirty || !h.named {
			continue
		}
		if err := writeChunks(raw, h); err != nil {
			return err
		}
		if err := writeDays(days, h); err != nil {
			return err
		}
		key := u32(h.no)
		if err := open.Put(key, h.snapshotValue(key, s.sequence)); err != nil {
			return err
		}
	}
	return nil
}

func writeChunks(raw *bbolt.Bucket, h *history) error {
	for i := range h.chunks {
		c := &h.chunks[i]
		b, err := raw.CreateBucketIfNotExists(rawName(dayOf(c.block), c.length))
		if err != nil {
			return err
		}
		b.FillPercent = 1 // keys come in order, and no page is ever written to again
		key := chunkKey(c.block, h.no, c.ordinal)
		if err := b.Put(key, c.value(key)); err != nil {
			return err
		}
	}
	return nil
}

func writeDays(days *bbolt.Bucket, h *history) error {
	for _, c := range h.days {
		b, err := days.CreateBucketIfNotExists(dayKey(c.day))
		if err != nil {
			return err
		}
		b.FillPercent = 1
		key := u32(h.no)
		if before := b.Get(key); before != nil { // the clock was stepped back over midnight
			stored, err := openCounts(key, before, c.day)
			if err == nil {
				stored.merge(c)
				c = stored
			}
		}
		if err := b.Put(key, c.value(key)); err != nil {
			return err
		}
	}
	return nil
}

// rawName names the bucket of the chunks of a day that have one block length.
func rawName(day int32, length uint8) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 5), uint32(day)), length)
}

// trimLog removes a part of the log that the pass covers.
func (s *Store) trimLog(now time.Time) error {
	left := false
	err := s.update(func(tx *bbolt.Tx) error {
		log := tx.Bucket(bucketLog)
		keys := make([][]byte, 0, stepKeys)
		c := log.Cursor()
		for k, _ := c.First(); len(k) == 8 && binary.BigEndian.Uint64(k) <= s.pass.start; k, _ = c.Next() {
			if left = len(keys) == stepKeys; left {
				break
			}
			keys = append(keys, k)
		}
		if err := deleteAll(log, keys); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyCounters, append(u64(s.sequence), u64(s.ordinal)...))
	})
	if err != nil || left {
		return err
	}
	s.pass.active = false
	s.mu.Lock()
	s.stats.LastCheckpoint, s.stats.CheckpointTook = now, now.Sub(s.pass.began)
	s.mu.Unlock()
	return nil
}

// deleteAll deletes keys that were collected before: deleting under a moving cursor
// skips keys, and first-then-delete is quadratic.
func deleteAll(b *bbolt.Bucket, keys [][]byte) error {
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
