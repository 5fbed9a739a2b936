package daemon

import (
	"iter"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// recorded is a history in memory.
type recorded struct {
	results []check.Result // in order
	reads   int
}

func (h *recorded) Results(id check.ID, p timeline.Period) iter.Seq2[check.Result, error] {
	return func(yield func(check.Result, error) bool) {
		h.reads++
		at, _ := slices.BinarySearchFunc(h.results, p.From, func(r check.Result, t time.Time) int { return r.Sent.Compare(t) })
		for _, r := range h.results[at:] {
			if !r.Sent.Before(p.To) || !yield(r, nil) {
				return
			}
		}
	}
}

func (h *recorded) Series(id check.ID, _ timeline.Period) (timeline.Series, error) {
	var b timeline.Builder
	s := timeline.Series{Check: id, Interval: 5 * time.Minute}
	for _, r := range h.results {
		if closed, ok, _ := b.Add(r, s.Interval); ok {
			s.Stretches = append(s.Stretches, closed)
		}
	}
	s.Stretches = append(s.Stretches, b.Open())
	return s, nil
}

func (h *recorded) Days(check.ID, timeline.Period) ([]store.Day, error) { return nil, nil }

func (h *recorded) direct(set timeline.Set) sla.Responses {
	var c sla.ResponseCounter
	for _, r := range h.results {
		if r.Base && set.Holds(r.Sent) {
			c.Count(r.State, r.Took)
		}
	}
	return c.Take().Responses()
}

var autumn = time.Date(2026, time.September, 20, 0, 0, 0, 0, time.UTC)

// TestParts: the pieces of a period touch, cover it, and are days or whole months.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := autumn.Add(time.Duration(rapid.Int64Range(-1e17, 1e17).Draw(t, "from")))
		p := timeline.Period{From: from, To: from.Add(time.Duration(rapid.Int64Range(1, 3e16).Draw(t, "length")))}
		at := p.From
		for _, part := range parts(p) {
			next := time.Date(part.From.Year(), part.From.Month(), part.From.Day()+1, 0, 0, 0, 0, time.UTC)
			month := part.From.Day() == 1 && part.To.Equal(part.From.AddDate(0, 1, 0)) && part.From.Truncate(24*time.Hour).Equal(part.From)
			if !part.From.Equal(at) || !part.From.Before(part.To) || part.To.After(next) && !month {
				t.Fatalf("%v to %v after %v", part.From, part.To, at)
			}
			at = part.To
		}
		if !at.Equal(p.To) {
			t.Fatalf("covered up to %v of %v", at, p.To)
		}
	})
}

// TestCountIsExact: from counts that are kept or from raw results, at any moment and
// over any set, as many operations are counted.
func TestCountIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, random := &recorded{}, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for at := autumn; at.Before(autumn.AddDate(0, 0, 45)); at = at.Add(time.Duration(1+random.IntN(20)) * time.Hour) {
			r := check.Result{Check: "join", Sent: at, Base: random.IntN(2) == 0}
			r.State = check.States[random.IntN(len(check.States))]
			r.Took = time.Duration(1+random.IntN(5000)) * time.Millisecond
			h.results = append(h.results, r)
		}
		book := newResponses(h, nil, quiet())
		now := autumn.AddDate(0, 0, 30)
		for range 4 {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")))
			seen := &recorded{results: h.results[:sentBefore(h.results, now)]}
			book.history = seen
			from := autumn.Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "from")))
			hole := timeline.Period{From: from.Add(30 * time.Hour), To: from.Add(33 * time.Hour)}
			set := timeline.SetOf(timeline.Period{From: from, To: now}).Minus(timeline.SetOf(hole))
			got, err := book.count("join", set, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(seen.direct(set), got); diff != "" {
				t.Fatalf("at %v from %v (-direct +kept):\n%s", now, from, diff)
			}
			book.forget(nil)
		}
	})
}

func sentBefore(results []check.Result, now time.Time) int {
	n, _ := slices.BinarySearchFunc(results, now, func(r check.Result, t time.Time) int { return r.Sent.Compare(t) })
	return n
}

// TestCountKeepsDays: a second look reads only what is not over, and what nobody asks
// for is forgotten.
func TestCountKeepsDays(t *testing.T) {
	h := &recorded{}
	for at := autumn; at.Before(autumn.AddDate(0, 0, 45)); at = at.Add(5 * time.Minute) {
		h.results = append(h.results, check.Result{Check: "join", Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: time.Second}})
	}
	book := newResponses(h, nil, quiet())
	now := autumn.AddDate(0, 0, 44).Add(time.Hour)
	set := timeline.SetOf(timeline.Period{From: autumn, To: now})
	for i, want := range []int{11 + 1 + 3, 0} { // eleven days of September, October, two days and the present one
		h.reads = 0
		if _, err := book.count("join", set, now); err != nil || h.reads > want {
			t.Errorf("look %d reads %d pieces, want at most %d, %v", i, h.reads, want, err)
		}
	}
	for range pieceLife + 1 {
		book.forget(nil)
	}
	if len(book.pieces) != 0 {
		t.Errorf("%d pieces are kept that nobody asks for", len(book.pieces))
	}
}

// TestUsualWeeks lives through five weeks with the real store: after three of them the
// hours of work are known, a slow afternoon is noticed within the time that is
// configured, kept over a restart, and no downtime.
func TestUsualWeeks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "slamon.db")
		begin := time.Date(2000, time.January, 10, 0, 0, 0, 0, time.UTC) // a Monday
		time.Sleep(time.Until(begin))
		cfg := &config.Config{Zone: time.UTC, Usual: sla.UsualRule{Weeks: 4, After: 15 * time.Minute, Margin: .25}}
		join := check.Check{ID: "join", Interval: time.Minute, Params: check.TCP{}}
		checks := map[check.ID]check.Check{"join": join}
		slow := begin.AddDate(0, 0, 31).Add(13 * time.Hour) // a Thursday afternoon

		kept, u := openUsual(t, path, cfg, checks)
		live := func(until time.Time) {
			for time.Now().Before(until) {
				now := time.Now()
				took := 100 * time.Millisecond
				if h := now.Hour(); h >= 9 && h < 17 {
					took = 400 * time.Millisecond
				}
				if !now.Before(slow) && now.Before(slow.Add(2*time.Hour)) {
					took *= 3
				}
				r := check.Result{Check: "join", Sent: now, Base: true, Outcome: check.Outcome{State: check.Up, Took: took}}
				kept.Append(r, join.Interval)
				u.observe([]check.Result{r})
				time.Sleep(join.Interval)
			}
			if err := kept.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		learn := func() {
			for _, id := range u.due(time.Now(), time.UTC) {
				if err := u.learn(id, time.Now(), time.UTC); err != nil {
					t.Fatal(err)
				}
			}
		}
		live(begin.AddDate(0, 0, 14))
		learn()
		if s := u.state("join", time.Now()); s.Range != nil {
			t.Error("two weeks are enough to know what is usual")
		}
		live(begin.AddDate(0, 0, 30))
		learn()
		if _, high, ok := u.state("join", time.Now()).Range.At(slow); !ok || high < 395*time.Millisecond || high > 405*time.Millisecond {
			t.Fatalf("usual on Thursday afternoons is %v, %v", high, ok)
		}
		live(slow.Add(7 * time.Minute))
		if u.state("join", time.Now()).Unusual {
			t.Error("unusual after seven minutes")
		}
		live(slow.Add(9 * time.Minute))
		if s := u.state("join", time.Now()); !s.Unusual || !s.Since.Equal(slow) {
			t.Errorf("after nine minutes: %v since %v", s.Unusual, s.Since)
		}
		u.save()
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
		kept, u = openUsual(t, path, cfg, checks)
		if s := u.state("join", time.Now()); !s.Unusual || !s.Since.Equal(slow) {
			t.Errorf("after a restart: %v since %v", s.Unusual, s.Since)
		}
		learn()
		live(slow.Add(time.Hour))
		if s := u.state("join", time.Now()); !s.Unusual || !s.Since.Equal(slow) || s.Recent < 1100*time.Millisecond {
			t.Errorf("after an hour: %v since %v, recent %v", s.Unusual, s.Since, s.Recent)
		}
		live(slow.Add(2*time.Hour + 10*time.Minute))
		if u.state("join", time.Now()).Unusual {
			t.Error("still unusual ten minutes after it was over")
		}
		u.save()
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
		if kept, u = openUsual(t, path, cfg, checks); u.state("join", time.Now()).Unusual {
			t.Error("unusual again after a restart")
		}
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func openUsual(t *testing.T, path string, cfg *config.Config, checks map[check.ID]check.Check) (*store.Store, *usuals) {
	t.Helper()
	kept, err := store.Open(path, store.Options{Site: "bubble", NoSync: true, FlushEvery: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	u := openUsuals(kept, kept, quiet(), time.Now())
	u.take(cfg, checks, time.Now())
	return kept, u
}

// BenchmarkResponseYear judges a claim over a year of a check that asks every ten
// seconds, over its window and six rolling ones: at first, and again a minute later.
func BenchmarkResponseYear(b *testing.B) {
	path := filepath.Join(b.TempDir(), "year.db")
	now := time.Now().UTC().Truncate(time.Hour)
	fillResponses(b, path, now)
	kept, err := store.Open(path, store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	l, err := openLedger(kept, func() *config.Config { return &config.Config{Zone: time.UTC} }, "devel", quiet())
	if err != nil {
		b.Fatal(err)
	}
	claim := sla.ResponseClaim{Promise: sla.Promise{Limit: 3 * time.Second, Share: sla.Figure{PPB: 990_000_000}},
		Claim: sla.Claim{ID: "quick", Checks: []check.ID{"join"}, Window: sla.Window{Kind: sla.Rolling, Length: 365 * 24 * time.Hour, Zone: time.UTC}}}
	cfg := &config.Config{Zone: time.UTC, Responses: []sla.ResponseClaim{claim}}
	book := newResponses(kept, l, quiet())
	cold := time.Now()
	v, err := book.judge(cfg, claim, now)
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(cold)
	i := 0
	for b.Loop() {
		i++
		if _, err := book.judge(cfg, claim, now.Add(time.Duration(i)*time.Minute)); err != nil {
			b.Fatal(err)
		}
		book.forget(cfg.Responses)
	}
	b.ReportMetric(float64(took.Milliseconds()), "ms-cold")
	size := 0
	for _, p := range book.pieces {
		size += len(p.counts.Cells) * int(unsafe.Sizeof(sla.CellCount{}))
	}
	b.ReportMetric(float64(size)/1024, "KiB-kept")
	b.ReportMetric(float64(v.Operations), "operations")
}

// fillResponses makes a year of results that end now.
func fillResponses(b *testing.B, path string, now time.Time) {
	random := rand.New(rand.NewPCG(1, 2))
	at := now.AddDate(-1, 0, 0)
	for at.Before(now) {
		kept, err := store.Open(path, store.Options{NoSync: true, FlushEvery: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; n < 300_000 && at.Before(now); n++ {
			took := time.Duration(200e6 * (1 + random.ExpFloat64()))
			kept.Append(check.Result{Check: "join", Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: took}}, 10*time.Second)
			at = at.Add(10 * time.Second)
			if n%50_000 == 0 {
				if err := kept.Sync(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := kept.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
