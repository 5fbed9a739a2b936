package store

import (
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// sweepAll runs a whole sweep as if it were now.
func (s *Store) sweepAll(t *testing.T, now time.Time) {
	t.Helper()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.sweep.began = time.Time{}
	for {
		must(t, s.stepSweep(now))
		if !s.sweep.active {
			return
		}
	}
}

const retained = 100 // days of history in the tests of retention

// fillRetained stores a hundred days of an hourly check that fails once a day.
func fillRetained(t *testing.T, s *Store) (end time.Time) {
	t.Helper()
	for i := range retained * 24 {
		sent := t0.Add(time.Duration(i) * time.Hour)
		s.Append(up("web", sent), time.Hour)
		if i%24 == 5 {
			s.Append(down("web", sent.Add(time.Minute)), time.Hour)
		}
	}
	mustSync(t, s)
	s.checkpoint(t)
	return t0.Add(retained * 24 * time.Hour)
}

func TestRetention(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true, Retention: time.Hour}) // becomes 90 days
	now := fillRetained(t, s)
	before, err := s.Series("web", always)
	must(t, err)
	s.sweepAll(t, now)
	checkOldest(t, s, now.Add(-90*24*time.Hour).Truncate(24*time.Hour), 91)
	after, err := s.Series("web", always)
	if err != nil || len(after.Stretches) != len(before.Stretches) {
		t.Errorf("%d stretches left of %d, %v; want all", len(after.Stretches), len(before.Stretches), err)
	}
}

// checkOldest looks that nothing older than the cutoff is left, and all else.
func checkOldest(t *testing.T, s *Store, cutoff time.Time, pieces int) {
	t.Helper()
	got := collect(t, s, "web", always)
	if len(got) == 0 || !got[0].Sent.Equal(cutoff) {
		t.Errorf("the oldest result left is %v, want %s", got[:min(1, len(got))], cutoff)
	}
	summaries, err := s.Days("web", always)
	if err != nil || len(summaries) == 0 || !summaries[0].Start.Equal(cutoff) {
		t.Errorf("the oldest day left is %+v, %v", summaries[:min(1, len(summaries))], err)
	}
	evidence, err := s.Evidence("web", always, 1000)
	if err != nil || len(evidence) != pieces || evidence[0].Sent.Before(cutoff) {
		t.Errorf("%d pieces of evidence, %v; want %d, none before %s", len(evidence), err, pieces, cutoff)
	}
}

// TestRetentionOfWrongClock sweeps with a clock that runs ten years ahead.
func TestRetentionOfWrongClock(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true, Retention: 90 * 24 * time.Hour})
	now := fillRetained(t, s)
	for range 100 {
		s.sweepAll(t, now.AddDate(10, 0, 0))
	}
	days, err := s.Days("web", always)
	if err != nil || len(days) != 91 {
		t.Errorf("%d days left, %v; want the newest 90, and the one that is not over", len(days), err)
	}
}

// TestRetentionByBlock looks that chunks go by the hour, where they cover one.
func TestRetentionByBlock(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true, Retention: 90 * 24 * time.Hour})
	start := t0.Truncate(24 * time.Hour)
	for i := range 24 * 6 {
		s.Append(up("fast", start.Add(time.Duration(i)*10*time.Minute)), 10*time.Second)
	}
	for i := range 95 {
		s.Append(up("web", start.Add(time.Duration(i)*24*time.Hour)), 24*time.Hour)
	}
	mustSync(t, s)
	s.checkpoint(t)
	s.sweepAll(t, start.Add(90*24*time.Hour+7*time.Hour+59*time.Minute))
	if got := collect(t, s, "fast", always); len(got) != 17*6 || !got[0].Sent.Equal(start.Add(7*time.Hour)) {
		t.Errorf("%d results left from %v on, want 17 hours of them", len(got), got[:min(1, len(got))])
	}
	if got := collect(t, s, "web", always); len(got) != 95 {
		t.Errorf("%d results left, want 95: the first day is not over", len(got))
	}
}

func TestStretchRetention(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	for i := range 3000 { // one stretch each: the gaps are long
		s.Append(up("old", t0.Add(time.Duration(i)*24*time.Hour)), time.Hour)
		s.Append(up("other", t0.Add(time.Duration(i)*24*time.Hour)), time.Hour)
	}
	mustSync(t, s)
	s.checkpoint(t)
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
