package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// crash lets go of the file as a killed process does: nothing is flushed.
func (s *Store) crash(t rapid.TB) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closed = true
	if err := s.abandon(); err != nil {
		t.Fatal(err)
	}
}

// checkpoint writes a whole one.
func (s *Store) checkpoint(t rapid.TB) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.beginPass(time.Now())
	for s.pass.active {
		if err := s.stepPass(time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// model is one check as it should be.
type model struct {
	id       check.ID
	interval time.Duration
	sent     time.Time
	builder  timeline.Builder
	results  []check.Result
	closed   []timeline.Stretch
}

// step draws the next result: mostly on its slot, sometimes late, after a gap, or
// after the clock was stepped, over hours and midnight, in both directions.
func (m *model) step(t *rapid.T) check.Result {
	move := m.interval + time.Duration(rapid.Int64Range(-20, 20).Draw(t, "jitter"))*time.Millisecond
	switch rapid.IntRange(0, 40).Draw(t, "move") {
	case 0:
		move = time.Duration(rapid.Int64Range(1, 50).Draw(t, "gap hours")) * time.Hour
	case 1:
		move = -time.Duration(rapid.Int64Range(1, 7_200_000).Draw(t, "step back ms")) * time.Millisecond
	case 2:
		move = 10 * time.Second
	}
	m.sent = m.sent.Add(move)
	r := up(m.id, m.sent)
	switch rapid.IntRange(0, 15).Draw(t, "outcome") {
	case 0:
		r = down(m.id, m.sent)
	case 1:
		r = result(m.id, m.sent, check.Unknown, check.ReasonOwnNetwork, 0, "")
	case 2:
		r = result(m.id, m.sent, check.Degraded, check.ReasonSlow, 3*time.Second, "slow")
	}
	r.Base = move != 10*time.Second
	if r.Sent.Equal(m.builder.Open().Last) {
		r.Sent = r.Sent.Add(time.Millisecond)
	}
	if closed, ok, _ := m.builder.Add(r, m.interval); ok {
		m.closed = append(m.closed, closed)
	}
	m.results = append(m.results, r)
	return r
}

// TestRestartsChangeNothing runs random histories with commits, checkpoints, clean
// stops and crashes between them, and compares what is read back with what a plain
// Builder makes of the results without any.
func TestRestartsChangeNothing(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "slamon.db")
		os.Remove(path)
		s, err := Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { s.crash(t) }()
		models := []*model{
			{id: "fast", interval: 10 * time.Second, sent: t0},
			{id: "medium", interval: time.Minute, sent: t0},
			{id: "slow", interval: 5 * time.Minute, sent: t0},
		}
		for range rapid.IntRange(1, 8).Draw(t, "acts") {
			s = act(t, s, path, models)
		}
		if err := s.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, m := range models {
			m.compare(t, s)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if report, err := Verify(context.Background(), path); err != nil {
			t.Fatalf("%v: %v", err, report.Problems)
		}
		s, err = Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range models {
			m.compare(t, s)
		}
	})
}

func act(t *rapid.T, s *Store, path string, models []*model) *Store {
	for _, m := range models {
		for range rapid.IntRange(0, 40).Draw(t, "results") {
			s.Append(m.step(t), m.interval)
		}
	}
	if err := s.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	switch rapid.IntRange(0, 3).Draw(t, "act") {
	case 0:
		s.checkpoint(t)
		return s
	case 1:
		s.crash(t)
	case 2:
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	default:
		return s
	}
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *model) compare(t *rapid.T, s *Store) {
	if len(m.results) == 0 {
		return
	}
	series, err := s.Series(m.id, always)
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(m.closed), m.builder.Open())
	if diff := cmp.Diff(want, series.Stretches); diff != "" {
		t.Fatalf("stretches of %s (-want +got):\n%s", m.id, diff)
	}
	var got []check.Result
	for r, err := range s.Results(m.id, always) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	raw := slices.Clone(m.results)
	slices.SortStableFunc(raw, func(a, b check.Result) int { return a.Sent.Compare(b.Sent) })
	for i := range raw {
		raw[i].Detail, raw[i].Took = nil, codeLatency(latencyCode(raw[i].Took))
	}
	if diff := cmp.Diff(raw, got); diff != "" {
		t.Fatalf("results of %s (-want +got):\n%s", m.id, diff)
	}
	m.compareDays(t, s, raw)
}

func (m *model) compareDays(t *rapid.T, s *Store, raw []check.Result) {
	byDay := map[int32]counts{}
	for _, r := range raw {
		rec := recordOf(r)
		c := byDay[dayOf(rec.ms)]
		c.day = dayOf(rec.ms)
		c.add(rec)
		byDay[c.day] = c
	}
	var want []Day
	for _, c := range byDay {
		want = append(want, c.public())
	}
	slices.SortFunc(want, func(a, b Day) int { return a.Start.Compare(b.Start) })
	got, err := s.Days(m.id, always)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("days of %s (-want +got):\n%s%v", m.id, diff, err)
	}
}

// TestClockWasYearsAhead looks that figures go on after a clock that was years ahead
// was set right, and that nothing of the wrong time is in them.
func TestClockWasYearsAhead(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{NoSync: true})
	add := func(from time.Time, n int) {
		for i := range n {
			s.Append(up("web", from.Add(time.Duration(i)*time.Minute)), time.Minute)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	add(t0, 10)
	add(t0.AddDate(4, 0, 0), 10)
	add(t0.Add(10*time.Minute), 10)
	want := []int{10, 10}
	for _, restarted := range []bool{false, true} {
		if restarted {
			s.crash(t)
			s = openTest(t, path, Options{NoSync: true})
		}
		series, err := s.Series("web", timeline.Period{From: t0, To: t0.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, st := range series.Stretches {
			got = append(got, st.Results)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("results of the stretches, restarted %v (-want +got):\n%s", restarted, diff)
		}
	}
	if got := len(collect(t, s, "web", always)); got != 30 {
		t.Errorf("%d raw results, want all 30", got)
	}
}
