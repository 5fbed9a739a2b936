package store

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// sweepEvery is the pause between sweeps.
	sweepEvery = 10 * time.Minute
	// maxFreePages is how many free pages a sweep may leave: every commit writes the
	// list of them, 8 bytes each. The file does not shrink anyway, so what is too old
	// can as well wait until its room is needed.
	maxFreePages = 16_384
	// stretchRetention is much longer than that of raw results: a year's verdicts
	// need a few hundred bytes.
	stretchRetention = 10 * 366 * 24 * time.Hour
)

// sweep is the removal of what is too old, on its way.
type sweep struct {
	active bool
	stage  int   // index into dayBuckets; past them come the stretches
	next   int   // history of the last stage
	cutoff int64 // Unix milliseconds; what ended before is too old
	began  time.Time
}

// dayBuckets are those whose sub-buckets are named by a day first.
var dayBuckets = [...][]byte{bucketRaw, bucketDay, bucketEvidence, bucketPicture, bucketRChunk}

// stepSweep removes a bite of what is older than the retention, when it is time to.
func (s *Store) stepSweep(now time.Time) error {
	if !s.sweep.active {
		if now.Sub(s.sweep.began) < sweepEvery || s.db.Stats().FreePageN > maxFreePages {
			return nil
		}
		cutoff, err := s.cutoff(now)
		if err != nil {
			return err
		}
		s.sweep = sweep{active: true, began: now, cutoff: cutoff}
	}
	if s.sweep.stage < len(dayBuckets) {
		return s.sweepDays(dayBuckets[s.sweep.stage])
	}
	return s.sweepStretches(now)
}

// cutoff returns the moment before which results are too old. As many days as the
// retention has must have results after it: a clock that runs years ahead for an
// hour must not take the history with it.
func (s *Store) cutoff(now time.Time) (int64, error) {
	days := int(s.options.Retention / (24 * time.Hour))
	var kept []int32
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRaw).Cursor()
		for k, _ := c.Last(); len(k) == 5 && len(kept) < days; k, _ = c.Prev() {
			if d := int32(be32(k)); len(kept) == 0 || kept[len(kept)-1] != d {
				kept = append(kept, d)
			}
		}
		return nil
	})
	if err != nil || len(kept) < days {
		return 0, err
	}
	return min(now.Add(-s.options.Retention).UnixMilli(), int64(kept[days-1])*dayMS), nil
}

// old is a bite of what is too old: keys of one day, all from its beginning.
type old struct {
	day  []byte // name of the sub-bucket
	keys [][]byte
	all  bool // nothing is left of the day
}

// sweepDays deletes a bite of the oldest day in the bucket. Raw results go by the
// block, so that not a whole day's pages get free at once.
func (s *Store) sweepDays(bucket []byte) error {
	var o old
	err := s.view(func(tx *bbolt.Tx) error {
		if parent := tx.Bucket(bucket); parent != nil {
			o = oldest(parent, s.sweep.cutoff)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(o.keys) == 0 && !o.all || s.db.Stats().FreePageN > maxFreePages {
		s.sweep.stage++
		return nil
	}
	return s.update(func(tx *bbolt.Tx) error {
		parent := tx.Bucket(bucket)
		if string(bucket) == string(bucketRChunk) {
			if err := s.keepHours(tx, o.day, parent.Bucket(o.day), o.keys); err != nil {
				return err
			}
		}
		if o.all {
			return parent.DeleteBucket(o.day)
		}
		return deleteAll(parent.Bucket(o.day), o.keys)
	})
}

// oldest returns what is too old of the first day in the parent.
func oldest(parent *bbolt.Bucket, cutoff int64) (o old) {
	name, _ := parent.Cursor().First()
	if len(name) < 4 {
		return o
	}
	o.day = slices.Clone(name)
	end := int64(be32(name)+1) * dayMS
	c := parent.Bucket(name).Cursor()
	k, _ := c.First()
	for ; k != nil && len(o.keys) < stepKeys && keyEnd(name, k, end) <= cutoff; k, _ = c.Next() {
		o.keys = append(o.keys, slices.Clone(k))
	}
	o.all = k == nil && end <= cutoff
	return o
}

// keyEnd returns when what the key stands for was over: its block, if it is that of
// a chunk, else the day.
func keyEnd(name, key []byte, day int64) int64 {
	if len(name) != 5 || len(key) != 16 || int(name[4]) >= len(blockLengths) {
		return day
	}
	return int64(be32(key))*1000 + blockLengths[name[4]].Milliseconds()
}

// sweepStretches removes stretches that are older than ten years, from some checks
// at a time.
func (s *Store) sweepStretches(now time.Time) error {
	if s.sweep.next >= len(s.histories) {
		s.sweep.active = false
		return nil
	}
	step := s.histories[s.sweep.next:min(s.sweep.next+stepChecks, len(s.histories))]
	s.sweep.next += len(step)
	keys, err := s.oldStretches(step, min(s.sweep.cutoff, now.Add(-stretchRetention).UnixMilli()))
	if err != nil || len(keys) == 0 {
		return err
	}
	return s.update(func(tx *bbolt.Tx) error { return deleteAll(tx.Bucket(bucketStretch), keys) })
}

// oldStretches returns the keys of stretches that ended before the cutoff, a bounded
// number of each check.
func (s *Store) oldStretches(step []*history, cutoff int64) (keys [][]byte, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketStretch).Cursor()
		for _, h := range step {
			k, v := c.Seek(stretchKey(h.no, 0))
			for n := 0; n < stepKeys && ofCheck(k, h.no); n++ {
				if st, err := openStretch(k, v); err != nil || st.Last.UnixMilli() >= cutoff {
					break // a damaged record is left for the check to find
				}
				keys = append(keys, slices.Clone(k))
				k, v = c.Next()
			}
		}
		return nil
	})
	return keys, err
}

// ofCheck reports whether a key that begins with a check's number is one of no.
func ofCheck(key []byte, no uint32) bool { return len(key) >= 4 && be32(key) == no }
