package daemon

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// monthly opens a daemon that does not run, with three days of February 2030 in its
// store: up, but for an hour.
func monthly(t *testing.T, settings string) (*Daemon, string) {
	t.Helper()
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "slamon.toml"), sourceConfig+"[report]\ndirectory = \"reports\"\n"+settings)
	d := loaded(t, filepath.Join(dir, "slamon.toml"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.store.Run(ctx) }()
	start := time.Date(2030, 2, 1, 0, 0, 0, 0, time.UTC)
	for n := range 3 * 24 * 12 {
		r := check.Result{Check: "login", Site: "main", Sent: start.Add(time.Duration(n) * 5 * time.Minute), Base: true, Outcome: check.Outcome{State: check.Up}}
		if n >= 100 && n < 112 {
			r.State, r.Reason = check.Down, check.ReasonTimeout
		}
		d.store.Append(r, 5*time.Minute)
	}
	if err := d.store.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, filepath.Join(dir, "reports")
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestReportsAreWritten: once for each month, and not again after a restart.
func TestReportsAreWritten(t *testing.T) {
	d, dir := monthly(t, "formats = [\"html\", \"csv\"]\nlanguage = \"ja\"\n")
	march := time.Date(2030, 3, 1, 1, 10, 0, 0, time.UTC)
	if err := d.writeReports(march); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, dir), []string{"month-2030-02.csv", "month-2030-02.html"}; !slices.Equal(got, want) {
		t.Fatalf("written: %v, want %v", got, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "month-2030-02.html"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.writeReports(march.AddDate(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "month-2030-02.html")); string(data) != "kept" {
		t.Error("a report that was there was written again")
	}
}

// TestReportsOnlyWhenBreached: a month with an hour down breaks 99.9 %, a month
// without any result does not.
func TestReportsOnlyWhenBreached(t *testing.T) {
	d, dir := monthly(t, "only_when_breached = true\nformats = [\"json\"]\n")
	for _, now := range []time.Time{time.Date(2030, 2, 1, 1, 10, 0, 0, time.UTC), time.Date(2030, 3, 1, 1, 10, 0, 0, time.UTC), time.Date(2030, 4, 1, 1, 10, 0, 0, time.UTC)} {
		if err := d.writeReports(now); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := names(t, dir), []string{"month-2030-02.json"}; !slices.Equal(got, want) {
		t.Errorf("written: %v, want %v", got, want)
	}
}
