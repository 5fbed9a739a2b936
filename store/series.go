package store

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Series returns the durable stretches of a check that touch the period, and one
// more on each side, so that the pauses at the borders can be judged. Interval is
// the base interval last in force; Reprobe is not known to the store and stays zero.
// A check without history has no stretches.
func (s *Store) Series(id check.ID, p timeline.Period) (timeline.Series, error) {
	out := timeline.Series{Check: id}
	s.mu.RLock()
	h := s.byID[id]
	if h == nil || h.latest.Sent.IsZero() {
		s.mu.RUnlock()
		return out, nil
	}
	no, open := h.no, h.builder.Open()
	out.Interval = h.setting.interval
	s.mu.RUnlock()
	// The memory was read first: whatever the disk has learned since begins with the
	// stretch that was open, and is left out.
	err := s.view(func(tx *bbolt.Tx) error {
		all, err := s.stretches(tx, no, p, open)
		out.Stretches = from(timeline.Settle(all), p.From)
		return err
	})
	if err != nil {
		return timeline.Series{}, err
	}
	return out, nil
}

// longestStep is how far back the mark of a step of the clock reaches: steps by more than
// wrongClock are none, and what is added for rounding is less than an hour.
const longestStep = wrongClock + time.Hour

// from leaves out what ends before t, but for the last of it.
func from(all []timeline.Stretch, t time.Time) []timeline.Stretch {
	for len(all) > 1 && all[1].Last.Before(t) {
		all = all[1:]
	}
	return all
}

func (s *Store) stretches(tx *bbolt.Tx, no uint32, p timeline.Period, open timeline.Stretch) ([]timeline.Stretch, error) {
	var list []timeline.Stretch
	c := tx.Bucket(bucketStretch).Cursor()
	last := stretchKey(no, open.First.UnixMilli())
	start := min(p.From.UnixMilli(), open.First.UnixMilli())
	k, v := before(c, stretchKey(no, start))
	// Backwards, to what touches the beginning and the one before it.
	for ; ofCheck(k, no); k, v = c.Prev() {
		st, err := openStretch(k, v)
		if err != nil {
			return nil, recordError(s.path, bucketStretch, k, err)
		}
		list = append(list, st)
		// A step of the clock may lie before stretches that it makes unknown.
		if st.Last.Before(p.From.Add(-longestStep)) {
			break
		}
	}
	slices.Reverse(list)
	for k, v = c.Seek(stretchKey(no, start)); ofCheck(k, no) && string(k) < string(last); k, v = c.Next() {
		st, err := openStretch(k, v)
		if err != nil {
			return nil, recordError(s.path, bucketStretch, k, err)
		}
		list = append(list, st)
		if !st.First.Before(p.To) {
			return list, nil
		}
	}
	return append(list, open), nil
}
