package store

import (
	"cmp"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Days returns a summary of every UTC day that the period touches and that has
// durable results of the check, in order.
func (s *Store) Days(id check.ID, p timeline.Period) ([]Day, error) {
	s.moving.RLock()
	defer s.moving.RUnlock()
	s.mu.RLock()
	h := s.byID[id]
	if h == nil {
		s.mu.RUnlock()
		return nil, nil
	}
	no := h.no
	recent := h.recentDays()
	s.mu.RUnlock()

	from, to := dayOf(p.From.UnixMilli()), dayOf(ceilMS(p.To)-1)
	byDay := make(map[int32]counts)
	for _, c := range recent {
		if c.day >= from && c.day <= to {
			addDay(byDay, c)
		}
	}
	err := s.view(func(tx *bbolt.Tx) error {
		return s.storedDays(tx, no, from, to, func(c counts) { addDay(byDay, c) })
	})
	if err != nil {
		return nil, err
	}
	var days []Day
	for _, c := range byDay {
		days = append(days, c.public())
	}
	slices.SortFunc(days, func(a, b Day) int { return cmp.Compare(a.Start.Unix(), b.Start.Unix()) })
	return days, nil
}

func addDay(byDay map[int32]counts, c counts) {
	if before, ok := byDay[c.day]; ok {
		c.merge(before)
	}
	byDay[c.day] = c
}

// recentDays returns copies of the days that are not on disk yet.
func (h *history) recentDays() []counts {
	var list []counts
	for _, c := range h.days {
		list = append(list, c.copied())
	}
	if h.day.results > 0 {
		list = append(list, h.day.copied())
	}
	return list
}

func (s *Store) storedDays(tx *bbolt.Tx, no uint32, from, to int32, visit func(counts)) error {
	parent := tx.Bucket(bucketDay)
	key := u32(no)
	c := parent.Cursor()
	for name, _ := c.Seek(dayKey(from)); len(name) == 4; name, _ = c.Next() {
		day := int32(be32(name))
		if day > to {
			return nil
		}
		v := parent.Bucket(name).Get(key)
		if v == nil {
			continue
		}
		stored, err := openCounts(key, v, day)
		if err != nil {
			return recordError(s.path, bucketDay, key, err)
		}
		visit(stored)
	}
	return nil
}
