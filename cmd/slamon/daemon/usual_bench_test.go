package daemon

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

// usualLimit is how much memory a check may take that is learned and watched, as the
// comment of usuals has it.
const usualLimit = 1800

// fillUsuals learns four weeks of each of n checks at the interval, and watches as many
// answers as are kept.
func fillUsuals(n int, interval time.Duration) *usuals {
	u := &usuals{log: quiet(), checks: map[check.ID]*usual{}, raised: map[check.ID]time.Time{}}
	cfg := &config.Config{Zone: time.UTC, Usual: sla.UsualRule{Weeks: 4, After: 15 * time.Minute, Margin: .25}}
	checks := map[check.ID]check.Check{}
	for i := range n {
		id := check.ID(fmt.Sprintf("check-%d", i))
		checks[id] = check.Check{ID: id, Interval: interval, Params: check.TCP{}}
	}
	begin := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	now := begin.AddDate(0, 0, 28)
	u.take(cfg, checks, now)
	for id, c := range u.checks {
		l := sla.NewUsualLearner(time.UTC)
		for at := begin; at.Before(now); at = at.Add(10 * time.Minute) {
			l.Add(at, check.Up, 100*time.Millisecond)
		}
		c.value, c.learned = l.Usual(), now
		var answers []check.Result
		for at := now; at.Before(now.Add(time.Hour)); at = at.Add(interval) {
			answers = append(answers, check.Result{Check: id, Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: 90 * time.Millisecond}})
		}
		u.observe(answers)
		u.state(id, now.Add(time.Hour))
	}
	return u
}

// heldBy returns how many bytes of the heap are held by what make returns.
func heldBy(make func() *usuals) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	u := make()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(u)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

// BenchmarkUsualMemory tells the memory of a check whose usual range is learned.
func BenchmarkUsualMemory(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		for _, interval := range []time.Duration{10 * time.Second, 5 * time.Minute} {
			b.Run(fmt.Sprintf("%d_checks_every_%s", n, interval), func(b *testing.B) {
				held := 0
				for b.Loop() {
					held = heldBy(func() *usuals { return fillUsuals(n, interval) })
				}
				b.ReportMetric(float64(held)/float64(n), "B/check")
				b.ReportMetric(float64(held)/(1<<20), "MiB")
			})
		}
	}
}

// TestUsualMemory holds a check to what is said of its memory.
func TestUsualMemory(t *testing.T) {
	const n, tries = 300, 3 // what other tests left behind may be freed meanwhile, or not
	each := 0
	for range tries {
		if each = heldBy(func() *usuals { return fillUsuals(n, 10*time.Second) }) / n; each > 500 && each <= usualLimit {
			return
		}
	}
	t.Errorf("%d bytes of a check that asks every 10 s, want at most %d", each, usualLimit)
}
