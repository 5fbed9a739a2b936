package store

import (
	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Evidence returns what was kept of failing and degraded results of a check that
// were sent in the period, oldest first, limit pieces at most. Equal evidence is kept
// once a run, and after a burst of 20 one piece a minute.
func (s *Store) Evidence(id check.ID, p timeline.Period, limit int) ([]StoredEvidence, error) {
	s.mu.RLock()
	h := s.byID[id]
	s.mu.RUnlock()
	if h == nil || limit <= 0 {
		return nil, nil
	}
	from, to := p.From.UnixMilli(), ceilMS(p.To)
	var list []StoredEvidence
	err := s.view(func(tx *bbolt.Tx) error {
		parent := tx.Bucket(bucketEvidence)
		c := parent.Cursor()
		for name, _ := c.Seek(dayKey(dayOf(from))); len(name) == 4; name, _ = c.Next() {
			if int32(be32(name)) > dayOf(to-1) || len(list) == limit {
				return nil
			}
			var err error
			if list, err = s.dayEvidence(parent.Bucket(name), h, from, to, limit, list); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func (s *Store) dayEvidence(b *bbolt.Bucket, h *history, from, to int64, limit int, list []StoredEvidence) ([]StoredEvidence, error) {
	c := b.Cursor()
	for k, v := c.Seek(evidenceKey(h.no, from, 0)); ofCheck(k, h.no) && len(list) < limit; k, v = c.Next() {
		e, err := openEvidence(k, v)
		if err != nil {
			return nil, recordError(s.path, bucketEvidence, k, err)
		}
		if e.Sent.UnixMilli() >= to {
			break
		}
		e.Check = h.id
		list = append(list, e)
	}
	return list, nil
}
