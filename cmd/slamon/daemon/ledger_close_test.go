package daemon

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
)

// TestClosingIsTriedAgain: a period whose figure could not be written down is not closed.
func TestClosingIsTriedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slamon.db")
	kept, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	month := sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}
	last := month.Previous(month.Period(time.Now()))
	for i := range 100 {
		kept.Append(check.Result{Check: "login", Sent: last.From.Add(time.Duration(i) * time.Minute), Base: true, Outcome: check.Outcome{State: check.Up, Took: time.Second}}, time.Minute)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if kept, err = store.OpenReadOnly(path, store.Options{}); err != nil { // as a full disk
		t.Fatal(err)
	}
	defer kept.Close()
	cfg := &config.Config{Zone: time.UTC, Claims: []sla.Claim{{ID: "month", Service: "s", Combine: sla.AnyDown, Checks: []check.ID{"login"}, Window: month}}}
	l, err := openLedger(kept, func() *config.Config { return cfg }, "devel", quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.closePeriods(last.To.Add(2 * settling)); err == nil || len(l.closed) > 0 {
		t.Errorf("not written down: %v; %v counts as closed all the same", err, l.closed)
	}
}
