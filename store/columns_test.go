package store

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestColumns holds the sums against those of the results themselves, over days on disk,
// chunks in memory and a period that begins and ends within a column.
func TestColumns(t *testing.T) {
	s, err := Open(testPath(t), Options{NoSync: true})
	must(t, err)
	defer s.crash(t)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 3 * 8640 {
		r := realistic(random, benchID(0), t0.Add(time.Duration(i)*10*time.Second))
		if i%97 == 0 {
			r.State, r.Reason = check.Down, check.ReasonTimeout
		}
		s.Append(r, 10*time.Second)
		if i%2000 == 0 {
			must(t, s.Sync(t.Context()))
			s.checkpoint(t)
		}
	}
	must(t, s.Sync(t.Context()))
	for _, p := range []timeline.Period{
		{From: t0, To: t0.Add(72 * time.Hour)},
		{From: t0.Add(-time.Hour), To: t0.Add(100 * time.Hour)},
		{From: t0.Add(1234567 * time.Millisecond), To: t0.Add(50*time.Hour + 777*time.Microsecond)},
		{From: t0, To: t0.Add(time.Second)},
	} {
		got, err := s.Columns(benchID(0), p, 240)
		must(t, err)
		took := make([][]time.Duration, 240)
		place := columnsOf(p, 240)
		for r, err := range s.Results(benchID(0), p) {
			must(t, err)
			if r.State.Good() {
				i := place(r.Sent.UnixMilli())
				took[i] = append(took[i], r.Took)
			}
		}
		for i, list := range took {
			want := Column{}
			if len(list) > 0 {
				slices.Sort(list)
				want = Column{len(list), list[len(list)/2], list[len(list)*95/100], list[len(list)-1]}
			}
			if got[i] != want {
				t.Fatalf("%v, column %d = %+v, want %+v", p, i, got[i], want)
			}
		}
	}
	if got, err := s.Columns("nobody", timeline.Period{From: t0, To: t0.Add(time.Hour)}, 3); err != nil || len(got) != 3 || got[0].Count != 0 {
		t.Errorf("of a check that was never seen: %v, %v", got, err)
	}
	if got, err := s.Columns(benchID(0), timeline.Period{From: t0, To: t0}, 3); err != nil || got != nil {
		t.Errorf("of no time: %v, %v", got, err)
	}
}

// BenchmarkColumns sums up a week of a check every second, beside reading it whole.
func BenchmarkColumns(b *testing.B) {
	s, err := Open(testPath(b), Options{NoSync: true})
	must(b, err)
	defer s.crash(b)
	random := rand.New(rand.NewPCG(1, 2))
	week := timeline.Period{From: t0, To: t0.AddDate(0, 0, 7)}
	for i := range int(week.Length() / time.Second) {
		s.Append(realistic(random, benchID(0), t0.Add(time.Duration(i)*time.Second)), time.Second)
		if i%10_000 == 0 {
			must(b, s.Sync(b.Context()))
		}
	}
	must(b, s.Sync(b.Context()))
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Columns(benchID(0), week, 240)
			must(b, err)
		}
	})
	b.Run("results", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for range s.Results(benchID(0), week) {
				n++
			}
			if n != int(week.Length()/time.Second) {
				b.Fatal(n)
			}
		}
	})
}

// TestResultsWithin checks that reading a short period gives exactly those of its results
// that reading everything gives, over blocks of every length.
func TestResultsWithin(t *testing.T) {
	for i, interval := range []time.Duration{time.Second, time.Minute, 5 * time.Minute} {
		s, err := Open(testPath(t), Options{NoSync: true})
		must(t, err)
		random := rand.New(rand.NewPCG(5, uint64(i)))
		for k := range 4000 {
			sent := t0.Add(time.Duration(k)*interval + time.Duration(random.IntN(900))*time.Millisecond)
			s.Append(realistic(random, benchID(0), sent), interval)
			if k%700 == 0 {
				must(t, s.Sync(t.Context()))
				s.checkpoint(t)
			}
		}
		must(t, s.Sync(t.Context()))
		read := func(p timeline.Period) (sent []time.Time) {
			for r, err := range s.Results(benchID(0), p) {
				must(t, err)
				sent = append(sent, r.Sent)
			}
			return sent
		}
		all := read(timeline.Period{From: t0.AddDate(0, 0, -1), To: t0.AddDate(0, 0, 20)})
		for range 200 {
			from := t0.Add(time.Duration(random.Int64N(int64(4000 * interval))))
			p := timeline.Period{From: from, To: from.Add(time.Duration(random.Int64N(int64(300 * interval))))}
			var want []time.Time
			for _, sent := range all {
				if !sent.Before(p.From) && sent.Before(p.To) {
					want = append(want, sent)
				}
			}
			if got := read(p); !slices.EqualFunc(got, want, time.Time.Equal) {
				t.Fatalf("every %s, %v: %d results, want %d", interval, p, len(got), len(want))
			}
		}
		s.crash(t)
	}
}
