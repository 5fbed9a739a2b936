package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// t0 is where the tests' histories begin: an hour before midnight.
var t0 = time.Date(2026, 3, 14, 23, 0, 0, 0, time.UTC)

// always is a period that holds everything.
var always = timeline.Period{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}

// openTest opens a store that is closed, and verified, at the end of the test.
func openTest(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
		if s.broken.Load() != nil {
			return
		}
		if report, err := Verify(context.Background(), path); err != nil {
			t.Errorf("the store does not verify: %v: %v", err, report.Problems)
		}
	})
	return s
}

func testPath(t testing.TB) string { return filepath.Join(t.TempDir(), "slamon.db") }

func mustSync(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// result makes a result; detail is the sentence of its evidence, none when empty.
func result(id check.ID, sent time.Time, state check.State, reason check.Reason, took time.Duration, detail string) check.Result {
	r := check.Result{Check: id, Site: "tokyo", Sent: sent, Base: true, Outcome: check.Outcome{State: state, Reason: reason, Took: took}}
	if detail != "" {
		r.Detail = &check.Evidence{Sentence: detail, Status: "500 Internal Server Error"}
	}
	return r
}

func up(id check.ID, sent time.Time) check.Result {
	return result(id, sent, check.Up, check.ReasonNone, 25*time.Millisecond, "")
}

func down(id check.ID, sent time.Time) check.Result {
	return result(id, sent, check.Down, check.ReasonTimeout, 2*time.Second, "no answer")
}

// collect reads all raw results of a check.
func collect(t testing.TB, s *Store, id check.ID, p timeline.Period) []check.Result {
	t.Helper()
	var all []check.Result
	for r, err := range s.Results(id, p) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestReadBack(t *testing.T) {
	path := testPath(t)
	var told []check.Result
	s := openTest(t, path, Options{Site: "osaka", Committed: func(r []check.Result) { told = append(told, r...) }})
	var want []check.Result
	for i := range 400 { // 400 minutes: over midnight, over several blocks
		r := up("web", t0.Add(time.Duration(i)*time.Minute))
		if i >= 100 && i < 110 {
			r = down("web", r.Sent)
		}
		want = append(want, r)
		s.Append(r, time.Minute)
	}
	noSite := up("mail", t0)
	noSite.Site = ""
	s.Append(noSite, 5*time.Minute)
	if got, ok := s.Latest("web"); ok {
		t.Errorf("Latest before Sync = %v, want nothing: it is not durable", got)
	}
	mustSync(t, s)

	if len(told) != 401 || told[400].Site != "osaka" {
		t.Errorf("Committed got %d results, the last from %q; want 401 and osaka", len(told), told[len(told)-1].Site)
	}
	for _, reopened := range []bool{false, true} {
		if reopened {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openTest(t, path, Options{})
		}
		checkReadBack(t, s, want)
	}
}

func checkReadBack(t *testing.T, s *Store, want []check.Result) {
	t.Helper()
	got := collect(t, s, "web", always)
	if len(got) != len(want) {
		t.Fatalf("%d results, want %d", len(got), len(want))
	}
	for i := range got {
		w := want[i]
		w.Detail, w.Took = nil, codeLatency(latencyCode(w.Took))
		if diff := cmp.Diff(w, got[i]); diff != "" {
			t.Fatalf("result %d (-want +got):\n%s", i, diff)
		}
	}
	series, err := s.Series("web", always)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(build(want, time.Minute), series.Stretches); diff != "" {
		t.Errorf("stretches (-want +got):\n%s", diff)
	}
	ids, err := s.Checks()
	if diff := cmp.Diff([]check.ID{"mail", "web"}, ids); diff != "" || err != nil {
		t.Errorf("Checks (-want +got):\n%s%v", diff, err)
	}
	evidence, err := s.Evidence("web", always, 10)
	if err != nil || len(evidence) != 1 || evidence[0].Evidence.Sentence != "no answer" || !evidence[0].Sent.Equal(t0.Add(100*time.Minute)) {
		t.Errorf("Evidence = %+v, %v; want the first of the run only", evidence, err)
	}
}

// build returns the stretches that a Builder makes of the results, the open one too.
func build(results []check.Result, interval time.Duration) []timeline.Stretch {
	var b timeline.Builder
	var list []timeline.Stretch
	for _, r := range results {
		if closed, ok, _ := b.Add(r, interval); ok {
			list = append(list, closed)
		}
	}
	return append(list, b.Open())
}

func statusEvent(at time.Time, kind string) status.Event { return status.Event{At: at, Kind: kind} }
