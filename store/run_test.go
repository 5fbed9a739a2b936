package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// TestRunOfDays runs the writer for two days of a check of 10 s, in no time, and
// looks that results become durable within a second and that checkpoints keep the
// log short.
func TestRunOfDays(t *testing.T) {
	path := testPath(t)
	synctest.Test(t, func(t *testing.T) {
		var worst time.Duration
		s, err := Open(path, Options{NoSync: true, Committed: func(rs []check.Result) {
			for _, r := range rs {
				worst = max(worst, time.Since(r.Sent))
			}
		}})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		const results = 2 * 8640
		for range results {
			s.Append(up("web", time.Now()), 10*time.Second)
			time.Sleep(10 * time.Second)
		}
		cancel()
		must(t, <-done)
		if worst > 600*time.Millisecond {
			t.Errorf("a result became durable after %s", worst)
		}
		if s.pass.logged > 200 {
			t.Errorf("%d results are in the log after 2 days, want ten minutes' worth", s.pass.logged)
		}
		if got := s.Stats(); got.Stored != results || got.LastCheckpoint.IsZero() {
			t.Errorf("stats %+v, want %d stored", got, results)
		}
		must(t, s.Close())
	})
	s := openTest(t, path, Options{})
	if got := len(collect(t, s, "web", always)); got != 2*8640 {
		t.Errorf("%d results, want %d", got, 2*8640)
	}
}

// TestRunRetries looks that a writer whose disk refuses goes on trying, ever more
// seldom, and recovers by itself.
func TestRunRetries(t *testing.T) {
	path := testPath(t)
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(path, Options{NoSync: true})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		refusal := sayf(ErrFull, "no room")
		s.broken.Store(&refusal)
		s.Append(up("web", time.Now()), time.Minute)
		time.Sleep(time.Minute)
		if got := s.Stats(); got.Failures < 5 || got.Failures > 12 || !errors.Is(got.LastError, ErrFull) {
			t.Errorf("stats %+v, want some ten attempts in a minute", got)
		} else if since := time.Since(got.FailingSince); since < time.Minute-2*s.options.FlushEvery {
			t.Errorf("failing since %s, want since the first of the attempts", since)
		}
		s.broken.Store(nil)
		time.Sleep(slowestRetry + time.Second)
		if got := s.Stats(); got.Stored != 1 || got.LastError != nil {
			t.Errorf("stats %+v, want the result stored", got)
		}
		cancel()
		must(t, <-done)
		must(t, s.Close())
	})
}

// TestStopMakesDurable looks that Run does not return before everything is.
func TestStopMakesDurable(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{FlushEvery: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	var group errgroup.Group
	group.Go(func() error { return s.Run(ctx) })
	for i := range 100 {
		s.Append(up("web", t0.Add(time.Duration(i)*time.Minute)), time.Minute)
	}
	cancel()
	must(t, group.Wait())
	s.crash(t)
	s = openTest(t, path, Options{})
	if got := len(collect(t, s, "web", always)); got != 100 {
		t.Errorf("%d results after the stop, want 100", got)
	}
}

// TestStopTellsWhatIsMissing: a writer that has to stop while the disk takes nothing
// says how much it could not store.
func TestStopTellsWhatIsMissing(t *testing.T) {
	s := openTest(t, testPath(t), Options{})
	refusal := sayf(ErrFull, "no room")
	s.broken.Store(&refusal)
	for i := range 3 {
		s.Append(up("web", t0.Add(time.Duration(i)*time.Minute)), time.Minute)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); !errors.Is(err, ErrFull) || err.Error() != "no room; 3 results could not be stored" {
		t.Errorf("Run = %v, want it to tell of three results", err)
	}
	s.broken.Store(nil)
}

// TestUncleanStop looks that the check in the background runs after a crash, only
// then, and finds what is damaged.
func TestUncleanStop(t *testing.T) {
	path := testPath(t)
	makeSmall(t, path)
	for _, test := range []struct {
		name string
		stop func(*Store)
		want Integrity
	}{
		{"a clean stop", func(s *Store) { must(t, s.Close()) }, IntegrityClean},
		{"a crash", func(s *Store) { s.crash(t) }, IntegritySound},
		{"damage", func(s *Store) { s.crash(t); damageChunk(t, path) }, IntegrityDamaged},
	} {
		s, err := Open(path, Options{})
		must(t, err)
		test.stop(s)
		s, err = Open(path, Options{})
		must(t, err)
		s.checkAfterCrash(t.Context())
		if got := s.Stats(); got.Integrity != test.want || (got.Damage != "") != (test.want == IntegrityDamaged) {
			t.Errorf("after %s: integrity %s, damage %q; want %s", test.name, got.Integrity, got.Damage, test.want)
		}
		must(t, s.Close())
	}
}

// damageChunk flips a byte of a chunk where it lies in the file.
func damageChunk(t *testing.T, path string) {
	t.Helper()
	data := readFile(t, path)
	at := indexOfChunk(t, path, data)
	overwrite(t, path, int64(at), []byte{^data[at]})
}

// TestReadersSeeWholes reads while results, checkpoints and closes of stretches go
// on: the counts of stretches, days and raw results must never be less than what was
// durable before, nor more than what was after, and never count anything twice.
func TestReadersSeeWholes(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	const rounds, perRound = 150, 40
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group errgroup.Group
	for range 2 {
		group.Go(func() error {
			for ctx.Err() == nil {
				if err := readWhole(s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	n := 0
	for round := range rounds {
		for range perRound {
			r := up("web", t0.Add(time.Duration(n)*time.Minute))
			if n%7 == 6 {
				r = down("web", r.Sent)
			}
			s.Append(r, time.Minute)
			n++
		}
		mustSync(t, s)
		if round%3 == 0 {
			s.checkpoint(t)
		}
	}
	cancel()
	must(t, group.Wait())
	if err := readWhole(s); err != nil {
		t.Error(err)
	}
}

func readWhole(s *Store) error {
	for _, count := range []func() (int, error){
		func() (n int, err error) {
			series, err := s.Series("web", always)
			for _, st := range series.Stretches {
				n += st.Results
			}
			return n, err
		},
		func() (n int, err error) {
			days, err := s.Days("web", always)
			for _, d := range days {
				n += d.Results[check.Up] + d.Results[check.Down]
			}
			return n, err
		},
		func() (n int, err error) {
			for _, err := range s.Results("web", always) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		},
	} {
		before := int(s.Stats().Stored)
		n, err := count()
		after := int(s.Stats().Stored)
		if err != nil {
			return err
		}
		if n < before || n > after {
			return fmt.Errorf("%d counted, want between %d and %d", n, before, after)
		}
	}
	return nil
}

func TestEventsAndFacts(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	for i := range 5 {
		must(t, s.AddEvent(status.Event{At: t0.Add(time.Duration(i/2) * time.Hour), Kind: "started", Text: fmt.Sprint(i)}))
	}
	got, err := s.Events(timeline.Period{From: t0.Add(time.Hour), To: t0.Add(9 * time.Hour)}, 2)
	if err != nil || len(got) != 2 || got[0].Text != "4" || got[1].Text != "3" {
		t.Errorf("Events = %+v, %v; want the newest two", got, err)
	}
	got, err = s.Events(timeline.Period{From: t0, To: t0.Add(time.Hour)}, 10)
	if err != nil || len(got) != 2 || got[0].Text != "1" {
		t.Errorf("Events = %+v, %v; want those of the first hour", got, err)
	}
	if v, err := s.Get("seed"); v != nil || err != nil {
		t.Errorf("Get of nothing = %v, %v", v, err)
	}
	must(t, s.Put("seed", []byte("one")))
	must(t, s.Put("seed", []byte("two")))
	must(t, s.Put("", nil))
	if v, err := s.Get("seed"); string(v) != "two" || err != nil {
		t.Errorf("Get = %q, %v; want two", v, err)
	}
	if v, err := s.Get(""); v == nil || len(v) != 0 || err != nil {
		t.Errorf("Get of an empty fact = %v, %v; want empty, not nil", v, err)
	}
	if err := s.Put("big", make([]byte, maxFact+1)); err == nil {
		t.Error("a fact of more than 1 MiB was taken")
	}
}

func TestClosedStore(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	must(t, s.Close())
	s.Append(up("web", t0), time.Minute)
	_, series := s.Series("web", always)
	_, value := s.Get("seed")
	for name, err := range map[string]error{"Sync": s.Sync(t.Context()), "Put": s.Put("a", nil), "Get": value, "Backup": s.Backup(t.Context(), testPath(t))} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, err)
		}
	}
	if series != nil {
		t.Errorf("Series of an unknown check after Close: %v", series)
	}
	if err := s.Run(t.Context()); err != nil {
		t.Errorf("Run after Close: %v", err)
	}
}
