package check

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// grids draws a grid and a moment near which to look at it.
func grids(t *rapid.T) (Grid, time.Time) {
	quantum := rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, time.Second}).Draw(t, "quantum")
	interval := rapid.SampledFrom([]time.Duration{
		time.Second, 7 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, time.Hour,
		7 * time.Hour, 11 * time.Hour, 12 * time.Hour, 13 * time.Hour, 23 * time.Hour, 24 * time.Hour,
	}).Draw(t, "interval")
	if quantum == 0 {
		interval += time.Duration(rapid.Int64Range(-999_999_999, 0).Draw(t, "odd"))
	}
	g := Grid{
		Check:    ID(rapid.StringMatching(`[a-z0-9][a-z0-9._-]{0,20}`).Draw(t, "check")),
		Seed:     rapid.Uint64().Draw(t, "seed"),
		Interval: interval,
		Quantum:  quantum,
	}
	at := time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
	return g, at.UTC()
}

func TestGridNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, at := grids(t)
		if rapid.Bool().Draw(t, "at a turn") {
			at = g.turn(at).Add(-2 * g.Interval)
		}
		slot := g.Next(at)
		if pause := slot.Sub(at); pause <= 0 || pause > g.Interval {
			t.Fatalf("Next(%s) = %s: %s later, want within (0, %s]", at, slot, pause, g.Interval)
		}
		for range 10 {
			next := g.Next(slot)
			pause := next.Sub(slot)
			if pause <= 0 || pause > g.Interval {
				t.Fatalf("Next(%s) = %s: %s later, want within (0, %s]", slot, next, pause, g.Interval)
			}
			if g.Interval <= 12*time.Hour && pause < g.Interval/2 {
				t.Fatalf("Next(%s) = %s: %s later, want at least half of %s", slot, next, pause, g.Interval)
			}
			slot = next
		}
	})
}

// Whatever moment Next is called from, it names the same slots.
func TestGridSameFromAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, at := grids(t)
		slot := g.Next(at)
		next := g.Next(slot)
		between := time.Duration(rapid.Int64Range(0, int64(next.Sub(slot))-1).Draw(t, "between"))
		if got := g.Next(slot.Add(between)); !got.Equal(next) {
			t.Fatalf("Next(slot+%s) = %s, Next(slot) = %s", between, got, next)
		}
		zone := time.FixedZone("far", 14*3600)
		if got := g.Next(at.In(zone)); got != slot {
			t.Fatalf("Next in another zone = %s, want %s", got, slot)
		}
	})
}

func TestGridOnQuanta(t *testing.T) {
	g := Grid{Check: "a", Seed: 1, Interval: 10 * time.Second, Quantum: 50 * time.Millisecond}
	slot := time.Date(2021, 9, 28, 0, 0, 0, 1, time.UTC)
	for range 30_000 {
		slot = g.Next(slot)
		if off := slot.Sub(slot.Truncate(day)) % g.Quantum; off != 0 {
			t.Fatalf("slot %s lies %s off the quantum", slot, off)
		}
	}
}

// A day has one slot for each interval, and at most one more for the change of
// phase; over a year the changes cost half a slot a day.
func TestGridCount(t *testing.T) {
	for _, interval := range []time.Duration{10 * time.Second, 5 * time.Minute, time.Hour} {
		g := Grid{Check: "count", Seed: 3, Interval: interval, Quantum: time.Second}
		const days = 365
		turn := g.turn(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))
		per := int(day / interval)
		total := 0
		for d := range days {
			from := turn.Add(time.Duration(d) * day)
			n := 0
			for slot := g.Next(from.Add(-1)); slot.Before(from.Add(day)); slot = g.Next(slot) {
				n++
			}
			if n < per-1 || n > per+1 {
				t.Errorf("interval %s, day %d: %d slots, want %d or one more or less", interval, d, n, per)
			}
			total += n
		}
		if extra := float64(total-days*per) / days; extra < 0 || extra > 0.75 {
			t.Errorf("interval %s: %.2f slots a day more than the interval needs, want between 0 and 0.75", interval, extra)
		}
	}
}

// spread fails when counts stray from evenness: the sum of squares over k cells
// has mean k−1 and deviation √(2(k−1)); five deviations are allowed.
func spread(t *testing.T, what string, cells []int) {
	t.Helper()
	n := 0
	for _, c := range cells {
		n += c
	}
	want := float64(n) / float64(len(cells))
	sum := 0.0
	for _, c := range cells {
		sum += (float64(c) - want) * (float64(c) - want) / want
	}
	free := float64(len(cells) - 1)
	if limit := free + 5*math.Sqrt(2*free); sum > limit {
		t.Errorf("%s: chi-square %.0f over %d cells, want at most %.0f: %v", what, sum, len(cells), limit, cells)
	}
}

func TestGridPhasesAreEven(t *testing.T) {
	const cells, days = 20, 8000
	start := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	g := Grid{Check: "web-login", Seed: 42, Interval: 300 * time.Second, Quantum: 50 * time.Millisecond}
	byDay, pairs := make([]int, cells), make([]int, 25)
	last := -1
	for d := range days {
		p := g.phase(g.turn(start.Add(time.Duration(d) * day)))
		byDay[int(p*cells/g.Interval)]++
		cell := int(p * 5 / g.Interval)
		if last >= 0 {
			pairs[last*5+cell]++
		}
		last = cell
	}
	spread(t, "phases of one check over the days", byDay)
	spread(t, "phases of neighbouring days", pairs)

	byCheck, turns, bySeed := make([]int, cells), make([]int, cells), make([]int, cells)
	for i := range days {
		c := Grid{Check: ID(fmt.Sprintf("check-%d", i)), Seed: 42, Interval: 300 * time.Second}
		byCheck[int(c.phase(start)*cells/c.Interval)]++
		turns[int(c.turn(start).Sub(start.Add(-day))*cells/(day+1))]++
		c.Check, c.Seed = "same", uint64(i)
		bySeed[int(c.phase(start)*cells/c.Interval)]++
	}
	spread(t, "phases of neighbouring checks on one day", byCheck)
	spread(t, "turns of neighbouring checks", turns)
	spread(t, "phases of one check under neighbouring seeds", bySeed)
}

// A blip at the same second every night must be hit as often as its share of
// the interval says, summed over many checks: also at midnight.
func TestGridHitsNightlyBlips(t *testing.T) {
	const checks, days, blip = 400, 60, 40 * time.Second
	start := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, at := range []time.Duration{0, 3*time.Hour + 17*time.Second} {
		hits, missed := 0, 0
		for c := range checks {
			g := Grid{Check: ID(fmt.Sprintf("c%d", c)), Seed: 7, Interval: 300 * time.Second, Quantum: 50 * time.Millisecond}
			mine := 0
			for d := range days {
				from := start.Add(time.Duration(d)*day + at)
				if g.Next(from.Add(-1)).Before(from.Add(blip)) {
					mine++
				}
			}
			if mine == 0 {
				missed++
			}
			hits += mine
		}
		want := float64(checks*days) * blip.Seconds() / 300
		if got := float64(hits); math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("blip at %s: %d hits, want about %.0f", at, hits, want)
		}
		if missed > 3 {
			t.Errorf("blip at %s: %d of %d checks never saw it in %d days", at, missed, checks, days)
		}
	}
}

// History must be recomputable by later versions: the slots of a fixed grid are
// part of the format.
func TestGridIsPinned(t *testing.T) {
	g := Grid{Check: "web-login", Seed: 1, Interval: 5 * time.Minute, Quantum: 50 * time.Millisecond}
	at := time.Date(2021, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, want := range []string{"2021-10-01T00:04:33.7Z", "2021-10-01T00:09:33.7Z"} {
		at = g.Next(at)
		if got := at.Format(time.RFC3339Nano); got != want {
			t.Errorf("slot %s, want %s", got, want)
		}
	}
}

func BenchmarkGridNext(b *testing.B) {
	g := Grid{Check: "some-service-web-login", Seed: 42, Interval: 10 * time.Second, Quantum: 50 * time.Millisecond}
	slot := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		slot = g.Next(slot)
	}
}
