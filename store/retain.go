package store

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// sweepEvery is the pause between sweeps. Small bites spread the writing, and keep
	// the list of free pages, which every commit writes, short: a day of 10,000 checks
	// at once would leave 20,000 free pages.
	sweepEvery = 10 * time.Minute
	// sweepBuckets bounds what one sweep removes: a clock that runs years ahead for
	// an hour must not take the whole history with it. It removes six days an hour,
	// which also catches up after the retention was shortened.
	sweepBuckets = 1
	// stretchRetention is much longer than that of raw results: a year's verdicts
	// need a few hundred bytes.
	stretchRetention = 10 * 366 * 24 * time.Hour
)

// sweep is the removal of what is too old, on its way.
type sweep struct {
	active bool
	stage  int // index into sweepStages
	next   int // history of the last stage
	began  time.Time
}

// dayBuckets are those whose sub-buckets are named by a day first.
var dayBuckets = [...][]byte{bucketRaw, bucketDay, bucketEvidence}

// stepSweep removes a bite of what is older than the retention, when it is time to.
func (s *Store) stepSweep(now time.Time) error {
	if !s.sweep.active {
		if now.Sub(s.sweep.began) < sweepEvery {
			return nil
		}
		s.sweep = sweep{active: true, began: now}
	}
	if s.sweep.stage < len(dayBuckets) {
		return s.sweepDay(dayBuckets[s.sweep.stage], now)
	}
	return s.sweepStretches(now)
}

// sweepDay deletes keys of the oldest day in the bucket, if it is too old, and the
// day itself with its last key.
func (s *Store) sweepDay(bucket []byte, now time.Time) error {
	cutoff := now.Add(-s.options.Retention).UnixMilli()
	name, old, err := s.oldestDay(bucket, cutoff)
	if err != nil {
		return err
	}
	if !old {
		s.sweep.stage++
		return nil
	}
	return s.update(func(tx *bbolt.Tx) error {
		parent := tx.Bucket(bucket)
		b := parent.Bucket(name)
		var keys [][]byte
		c := b.Cursor()
		k, _ := c.First()
		for ; k != nil && len(keys) < stepKeys; k, _ = c.Next() {
			keys = append(keys, k)
		}
		if k != nil {
			return deleteAll(b, keys)
		}
		s.sweep.stage++ // one day a sweep
		return parent.DeleteBucket(name)
	})
}

// oldestDay returns the name of the first sub-bucket, and whether its day ended
// before the cutoff.
func (s *Store) oldestDay(bucket []byte, cutoff int64) (name []byte, old bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket(bucket).Cursor().First()
		if len(k) < 4 {
			return nil
		}
		name = append(name, k...)
		day := int32(binary.BigEndian.Uint32(k))
		old = int64(day+1)*dayMS <= cutoff
		return nil
	})
	return name, old, err
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
	keys, err := s.oldStretches(step, now.Add(-stretchRetention).UnixMilli())
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
				keys = append(keys, append([]byte(nil), k...))
				k, v = c.Next()
			}
		}
		return nil
	})
	return keys, err
}

// ofCheck reports whether a key that begins with a check's number is one of no.
func ofCheck(key []byte, no uint32) bool {
	return len(key) >= 4 && binary.BigEndian.Uint32(key) == no
}
