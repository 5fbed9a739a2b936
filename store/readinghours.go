package store

import (
	"github.com/slamon/slamon/device"

	"go.etcd.io/bbolt"
)

// keepHours puts the hours into the summaries of a day whose readings are about to be
// removed, so that they outlive them. While the readings are there their hours are made
// from them, if they are few: written down beside the readings of every five minutes,
// they would take half as much room again. keys are the chunks that go, in order.
func (s *Store) keepHours(tx *bbolt.Tx, day []byte, chunks *bbolt.Bucket, keys [][]byte) error {
	sums, err := tx.CreateBucketIfNotExists(bucketRSum)
	if err != nil {
		return err
	}
	for i, k := range keys {
		if len(k) < 4 || i > 0 && be32(keys[i-1]) == be32(k) {
			continue
		}
		if err := s.keepHoursOf(sums, be32(k), int32(be32(day)), chunks); err != nil {
			return err
		}
	}
	return nil
}

// keepHoursOf does so for one series. Of one that has several chunks and has lost some
// in a step before, the hours are written down already.
func (s *Store) keepHoursOf(sums *bbolt.Bucket, no uint32, day int32, chunks *bbolt.Bucket) error {
	s.readings.mu.RLock()
	known := no >= 1 && int(no) <= len(s.readings.list)
	var id device.Series
	if known {
		id = s.readings.list[no-1].id
	}
	s.readings.mu.RUnlock()
	key := sumKey(no, day)
	if _, hours, err := openSum(key, sums.Get(key), id.Kind); !known || err == nil && len(hours) > 0 {
		return nil
	}
	var list []device.Reading
	c := chunks.Cursor()
	for k, v := c.Seek(u32(no)); ofCheck(k, no); k, v = c.Next() {
		chunk, err := openReadingChunk(k, v)
		if err != nil {
			continue // a damaged record has nothing to keep
		}
		if err := chunk.each(func(ms, value int64, void device.Void) {
			list = append(list, device.Reading{At: fromMS(ms), Value: unquantum(value, id.Kind), Void: void})
		}); err != nil {
			return nil
		}
	}
	if len(list) == 0 {
		return nil
	}
	return sums.Put(key, seal(key, sumValue(fromMS(int64(day)*dayMS), id.Kind, list, true)))
}
