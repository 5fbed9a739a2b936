package store

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/device"
)

// TestReadingsOfOlderLog opens a store whose log has a commit as one record, however long,
// as it was written before records were cut to a page.
func TestReadingsOfOlderLog(t *testing.T) {
	const commit = 3*readingPart + 7
	path := filepath.Join(t.TempDir(), "s.db")
	s := openAt(t, path)
	want := minutes(busy, morning, commit, ratio)
	s.AppendReadings("switch", want)
	syncNow(t, s)
	must(t, s.update(func(tx *bbolt.Tx) error { return asOneRecord(s, tx.Bucket(bucketRLog)) }))
	s.crash(t)

	s = openAt(t, path)
	more := minutes(busy, want[commit-1].At, 2, ratio)[1:]
	s.AppendReadings("switch", more) // cut as today, behind it
	syncNow(t, s)
	s.crash(t)
	s = openAt(t, path)
	defer s.Close()
	if diff := cmp.Diff(append(want, more...), allReadings(t, s, busy)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// asOneRecord puts all records of the log into one.
func asOneRecord(s *Store, log *bbolt.Bucket) error {
	var all []readingRecord
	var keys [][]byte
	err := log.ForEach(func(k, v []byte) error {
		keys = append(keys, append([]byte(nil), k...))
		return openReadings(k, v, func(no uint32, ms, value int64, void device.Void) {
			all = append(all, readingRecord{series: s.readings.list[no-1], ms: ms, value: value, void: void})
		})
	})
	for _, k := range keys {
		if err == nil {
			err = log.Delete(k)
		}
	}
	if err != nil {
		return err
	}
	return log.Put(keys[0], seal(keys[0], readingsValue(all)))
}
