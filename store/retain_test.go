package store

import (
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// sweepAll runs housekeeping as if it were now, until that changes nothing more.
func (s *Store) sweepAll(t *testing.T, now time.Time) (sweeps int) {
	t.Helper()
	s.writing.Lock()
	defer s.writing.Unlock()
	for before := -1; s.rawDaysLeft(t) != before; sweeps++ {
		before = s.rawDaysLeft(t)
		for s.sweep.began = (time.Time{}); ; {
			must(t, s.stepSweep(now))
			if !s.sweep.active {
				break
			}
		}
	}
	return sweeps
}

func (s *Store) rawDaysLeft(t *testing.T) (n int) {
	t.Helper()
	must(t, s.view(func(tx *bbolt.Tx) error {
		for _, b := range dayBuckets {
			n += len(tx.Bucket(b).Inspect().Children)
		}
		return nil
	}))
	return n
}

func TestRetention(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true, Retention: time.Hour}) // becomes 90 days
	const days = 100
	for i := range days * 24 {
		sent := t0.Add(time.Duration(i) * time.Hour)
		s.Append(up("web", sent), time.Hour)
		if i%24 == 5 {
			s.Append(down("web", sent.Add(time.Minute)), time.Hour)
		}
	}
	mustSync(t, s)
	s.checkpoint(t)
	now := t0.Add(days * 24 * time.Hour)
	cutoff := now.Add(-90 * 24 * time.Hour).Truncate(24 * time.Hour)
	before, err := s.Series("web", always)
	must(t, err)
	if sweeps := s.sweepAll(t, now); sweeps < 10 {
		t.Errorf("10 days were removed in %d sweeps: a clock that runs ahead must not take all at once", sweeps)
	}
	got := collect(t, s, "web", always)
	if len(got) == 0 || !got[0].Sent.Equal(cutoff) {
		t.Errorf("the oldest result left is %v, want %s", got[:min(1, len(got))], cutoff)
	}
	summaries, err := s.Days("web", always)
	if err != nil || len(summaries) == 0 || !summaries[0].Start.Equal(cutoff) {
		t.Errorf("the oldest day left is %+v, %v", summaries[:min(1, len(summaries))], err)
	}
	evidence, err := s.Evidence("web", always, 1000)
	if err != nil || len(evidence) != 91 || evidence[0].Sent.Before(cutoff) {
		t.Errorf("%d pieces of evidence, %v; want 91, none before %s", len(evidence), err, cutoff)
	}
	after, err := s.Series("web", always)
	if err != nil || len(after.Stretches) != len(before.Stretches) {
		t.Errorf("%d stretches left of %d, %v; want all", len(after.Stretches), len(before.Stretches), err)
	}
}

func TestStretchRetention(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	for i := range 3000 { // one stretch each: the gaps are long
		s.Append(up("old", t0.Add(time.Duration(i)*24*time.Hour)), time.Hour)
		s.Append(up("other", t0.Add(time.Duration(i)*24*time.Hour)), time.Hour)
	}
	mustSync(t, s)
	now := t0.Add(stretchRetention + 2000*24*time.Hour)
	for range 3 { // 1,000 stretches of a check at a time
		s.sweepAll(t, now)
	}
	for _, id := range []check.ID{"old", "other"} {
		series, err := s.Series(id, always)
		if err != nil || len(series.Stretches) != 1000 || !series.Stretches[0].First.Equal(t0.Add(2000*24*time.Hour)) {
			t.Errorf("%s: %d stretches left, %v; want 1000", id, len(series.Stretches), err)
		}
	}
}

// TestPausedCheck looks whether a check that gets no results any more gives its open
// chunk and day to the disk, so that it costs nothing from then on.
func TestPausedCheck(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	s.Append(up("paused", t0), 10*time.Second)
	s.Append(up("web", t0.Add(26*time.Hour)), 10*time.Second)
	mustSync(t, s)
	s.checkpoint(t)
	h := s.byID["paused"]
	if h.chunk.count != 0 || h.day.results != 0 || len(h.chunks) != 0 || len(h.days) != 0 || h.dirty {
		t.Errorf("history %+v still holds something", h)
	}
	if got := collect(t, s, "paused", always); len(got) != 1 {
		t.Errorf("results %v, want one", got)
	}
	days, err := s.Days("paused", always)
	if err != nil || len(days) != 1 || days[0].Results[check.Up] != 1 {
		t.Errorf("days %+v, %v; want one", days, err)
	}
	series, err := s.Series("paused", timeline.Period{From: t0, To: t0.Add(time.Hour)})
	if err != nil || len(series.Stretches) != 1 {
		t.Errorf("series %+v, %v; want one stretch", series, err)
	}
}
