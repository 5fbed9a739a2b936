package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// fillUntilFull appends and commits until the store takes no more, and returns how
// many results of "web" had been appended, the refused ones too.
func fillUntilFull(t *testing.T, s *Store) (appended int) {
	t.Helper()
	for range 10_000 {
		for range 5000 {
			s.Append(up("web", t0.Add(time.Duration(appended)*10*time.Second)), 10*time.Second)
			appended++
		}
		err := s.Sync(t.Context())
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrFull) {
			t.Fatalf("error %v, want ErrFull", err)
		}
		return appended
	}
	t.Fatal("the store never got full")
	return 0
}

// checkComplete looks whether every result is there, once.
func checkComplete(t *testing.T, s *Store, appended int) {
	t.Helper()
	if got := len(collect(t, s, "web", always)); got != appended {
		t.Errorf("%d results, want %d", got, appended)
	}
	series, err := s.Series("web", always)
	if err != nil || len(series.Stretches) != 1 || series.Stretches[0].Results != appended {
		t.Errorf("series %+v, %v; want one stretch of %d", series, err, appended)
	}
}

func TestMaxSize(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true, MaxSize: 4 << 20})
	appended := fillUntilFull(t, s)
	if got := s.Stats(); got.Bytes > 4<<20 || got.LastError == nil || got.Waiting == 0 || got.Failures == 0 {
		t.Errorf("stats %+v, want a file of 4 MiB at most, an error, results waiting", got)
	}
	s.db.MaxSize = 64 << 20 // the operator made room
	mustSync(t, s)
	if got := s.Stats(); got.LastError != nil || got.Waiting != 0 || got.Lost != 0 {
		t.Errorf("stats %+v, want no error, nothing waiting, nothing lost", got)
	}
	checkComplete(t, s, appended)
}

// TestFullDisk fills a small file system, with other files beside the store, and
// makes room again.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mounting a small tmpfs: %v", err)
		}
		t.Skipf("needs the right to mount a small tmpfs: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	path, ballast := filepath.Join(dir, "slamon.db"), filepath.Join(dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 4<<20), 0o600))
	s := openTest(t, path, Options{})
	appended := fillUntilFull(t, s)
	if _, err := s.Series("web", always); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if err := s.Backup(t.Context(), filepath.Join(dir, "backup.db")); err == nil || s.Stats().BackupError == nil {
		t.Errorf("backup onto a full disk: %v, want an error that is also in the stats", err)
	}
	must(t, os.Remove(ballast))
	mustSync(t, s)
	checkComplete(t, s, appended)
}

// TestLostIsUnknown overflows the queue while nothing can be written.
func TestLostIsUnknown(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	s.queue.most = 3 * dropStep
	next := 0
	add := func(n int) {
		for range n {
			s.Append(up("web", t0.Add(time.Duration(next)*time.Minute)), time.Minute)
			next++
		}
	}
	add(10)
	mustSync(t, s)
	refusal := sayf(ErrFull, "no room")
	s.broken.Store(&refusal)
	add(100)
	for range 3 {
		if err := s.Sync(t.Context()); !errors.Is(err, ErrFull) {
			t.Fatalf("Sync: %v, want ErrFull", err)
		}
	}
	add(5 * dropStep)
	stats := s.Stats()
	if stats.Lost == 0 || stats.Waiting > 3*dropStep || stats.Failures != 3 || int(stats.Lost)+stats.Waiting != 100+5*dropStep {
		t.Fatalf("stats %+v, want 3 failures, and some of 5100 lost", stats)
	}
	s.broken.Store(nil)
	mustSync(t, s)
	checkLost(t, s, stats.Lost)
}

func checkLost(t *testing.T, s *Store, lost uint64) {
	t.Helper()
	var unknown []check.Result
	results := collect(t, s, "web", always)
	for i, r := range results {
		if r.State == check.Unknown && r.Reason == check.ReasonStorage {
			unknown = append(unknown, r)
		}
		if i > 0 && !r.Sent.After(results[i-1].Sent) {
			t.Fatalf("results %d and %d are not in order", i-1, i)
		}
	}
	if len(unknown) != 2 || unknown[1].Sent.Sub(unknown[0].Sent) != time.Duration(lost-1)*time.Minute {
		t.Fatalf("%d unknown results %v; want the first and the last of %d lost", len(unknown), unknown, lost)
	}
	series, err := s.Series("web", always)
	must(t, err)
	var states []check.State
	for _, st := range series.Stretches {
		states = append(states, st.State)
	}
	want := []check.State{check.Up, check.Unknown, check.Unknown, check.Up}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states of the stretches (-want +got):\n%s", diff)
	}
}

// TestRetryWritesOnce makes a commit fail after the batch was planned, adds to the
// queue, and looks whether everything is there once.
func TestRetryWritesOnce(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{NoSync: true})
	var want []check.Result
	add := func(r check.Result) { want = append(want, r); s.Append(r, time.Minute) }
	for i := range 50 {
		r := up("web", t0.Add(time.Duration(i)*time.Minute))
		if i%10 > 6 {
			r = down("web", r.Sent)
		}
		add(r)
		if i%5 == 0 {
			s.db.MaxSize = 1 // fails when it needs a page that is not free
			_ = s.Sync(t.Context())
			s.db.MaxSize = 0
		}
	}
	if s.Stats().Failures == 0 {
		t.Fatal("no commit failed")
	}
	mustSync(t, s)
	s.crash(t)
	s = openTest(t, path, Options{})
	if got := len(collect(t, s, "web", always)); got != len(want) {
		t.Errorf("%d results, want %d", got, len(want))
	}
	series, err := s.Series("web", timeline.Period{From: t0, To: t0.Add(time.Hour)})
	if diff := cmp.Diff(build(want, time.Minute), series.Stretches); diff != "" || err != nil {
		t.Errorf("stretches (-want +got):\n%s%v", diff, err)
	}
}
