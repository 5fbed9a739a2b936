package sla

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// asSet turns outages into time.
func asSet(all []outage, window time.Duration) timeline.Set {
	periods := make([]timeline.Period, len(all))
	for i, o := range all {
		periods[i] = timeline.Period{From: simStart.Add(time.Duration(o.from)), To: simStart.Add(time.Duration(o.to))}
	}
	return timeline.SetOf(periods...).Intersect(timeline.Set{{From: simStart, To: simStart.Add(window)}})
}

// TestCombinedCoverage simulates a service of three checks with failures of their
// own and common ones: the 95 % interval of the whole has to hold the truth in
// 94 % of the histories at least, by every rule.
func TestCombinedCoverage(t *testing.T) {
	const window = 30 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	for row, law := range processes {
		law.perYear *= 6 // so that some lie in every window
		for col, d := range []design{designs[0], designs[2], designs[5]} {
			r := rand.New(rand.NewPCG(uint64(row), uint64(col)))
			for _, rule := range []Combine{AnyDown, quorum(2, 3), AllDown, Mean} {
				claim := Claim{Availability: figure(t, "99.9%"), Combine: rule, Weights: map[check.ID]int{"a": 3}}
				held, n := 0, *simulations/10
				for range n {
					common := law.outages(r, window.Seconds())
					var series []timeline.Series
					var downs []timeline.Set
					for i := range 3 {
						own := slices.Concat(common, law.outages(r, window.Seconds()))
						slices.SortFunc(own, func(a, b outage) int { return int(min(1, max(-1, a.from-b.from))) })
						down := asSet(own, window)
						series = append(series, d.seen(r, fromSet(down), window))
						series[i].Check = check.ID(rune('a' + i))
						downs = append(downs, down)
					}
					truth := (3*downs[0].Length() + downs[1].Length() + downs[2].Length()) / 5 // of the mean
					if need := rule.Need(3); need > 0 {
						truth = timeline.AtLeast(need, downs...).Length()
					}
					v := Judge(claim, p, p.To, series, nil)
					if v.Downtime.Low95 <= truth && truth <= v.Downtime.High95 {
						held++
					}
				}
				if share := float64(held) / float64(n); share < 0.94 {
					t.Errorf("%s, %s, %s: the interval held the truth in %.1f %% of histories, want 94 %% at least", law.name, d.name, rule, share*100)
				}
			}
		}
	}
}

// fromSet turns time into outages that do not overlap, as the prober wants them.
func fromSet(s timeline.Set) []outage {
	all := make([]outage, len(s))
	for i, p := range s {
		all[i] = outage{int64(p.From.Sub(simStart)), int64(p.To.Sub(simStart))}
	}
	return all
}

// TestSingleIsNoCombination holds a check judged alone against the same check
// under both rules.
func TestSingleIsNoCombination(t *testing.T) {
	series := []timeline.Series{yearOf(20)}
	p := timeline.Period{From: simStart, To: simStart.Add(365 * day)}
	var all []Downtime
	for _, rule := range []Combine{"", AnyDown, AllDown} {
		all = append(all, Judge(Claim{Availability: figure(t, "99.9%"), Combine: rule}, p, p.To, series, nil).Downtime)
	}
	if all[0] != all[1] || all[0] != all[2] {
		t.Errorf("one check comes to %+v without a rule, %+v and %+v with one", all[0], all[1], all[2])
	}
}

// TestNightlyBlip is table T2 of the accounting rules: the service fails for 40 s
// at the same second every night, probed every five minutes. A phase that is
// drawn anew every day, as check.Grid does, holds the truth; a frozen one is blind
// to it or sees it every night.
func TestNightlyBlip(t *testing.T) {
	const days, blip = 120, 40 * time.Second
	interval := 300 * time.Second
	p := timeline.Period{From: simStart, To: simStart.Add(days * day)}
	truth := days * blip
	down := func(at time.Time) bool {
		into := at.Sub(at.Truncate(day)) - 3*time.Hour
		return into >= 0 && into < blip
	}
	held, n := 0, max(30, *simulations/20)
	for seed := range n {
		grid := check.Grid{Check: "blip", Seed: uint64(seed), Interval: interval}
		var b timeline.Builder
		s := timeline.Series{Interval: interval}
		for at := grid.Next(p.From.Add(-1)); at.Before(p.To); at = grid.Next(at) {
			state := check.Up
			if down(at) {
				state = check.Down
			}
			if closed, ok, _ := b.Add(check.Result{Sent: at, Base: true, Outcome: check.Outcome{State: state}}, interval); ok {
				s.Stretches = append(s.Stretches, closed)
			}
		}
		s.Stretches = append(s.Stretches, b.Open())
		v := Judge(Claim{Availability: figure(t, "99.9%")}, p, p.To, []timeline.Series{s}, nil)
		if v.Downtime.Low95 <= truth && truth <= v.Downtime.High95 {
			held++
		}
	}
	if share := float64(held) / float64(n); share < 0.94 {
		t.Errorf("the interval held the truth in %.1f %% of %d histories, want 94 %% at least", share*100, n)
	}
}
