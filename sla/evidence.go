package sla

import (
	"math"
	"time"

	"github.com/slamon/slamon/timeline"
)

// evidence is what one check's history contributes to a verdict, in the terms of
// the estimator: R is the time between the first and the last failed probe of a
// run, g the pause before it, e the pause after it, k the failed probes on the
// base grid, n the runs with k ≥ 1 and n1 those with k = 1.
//
// All lengths are what is left inside the period after exclusions.
type evidence struct {
	low, high time.Duration // ΣR, Σ(R+g+e)
	point     time.Duration // Δ for k = 1, else R+(g+e)/2
	ends      time.Duration // Σe
	shortEnds time.Duration // Σe of those shorter than Δ/2
	reprobed  time.Duration // Σ(g+e) of runs that only re-probes saw, without their shortEnds
	// singleHigh is Σ max(R+g+e, Δ) of the runs with k = 1: a short one must lend
	// nothing to the others.
	singleHigh time.Duration
	runs       int // n
	single     int // n1
	further    int // Σ(k−1)
	// Of the confirmed runs whose beginning a base probe met: their count, and
	// Σ(k−1) of all confirmed runs. Isolated failures can be false alarms.
	sureRuns, sureFurther int

	unknown, near time.Duration
	longGaps      time.Duration
	slow          time.Duration // Δ of the upper limit
	even          float64       // Δ of the lower limit, nanoseconds
	probes        Probes
}

// cutter measures time inside a period without what is excluded.
type cutter struct {
	timeline.Period
	excluded timeline.Set
}

// length returns how much of p counts.
func (c cutter) length(p timeline.Period) time.Duration {
	in := c.Cut(p)
	if len(c.excluded) == 0 {
		return in.Length()
	}
	return in.Length() - c.excluded.Within(in)
}

// hits returns k of a run: its failed probes on the base grid that count. For a
// run that is cut they are taken as evenly spaced from its first failure on.
func (c cutter) hits(r timeline.Run) int {
	if r.Base == 0 {
		return 0
	}
	step := r.Interval
	if r.Failed == r.Base && r.Base > 1 {
		step = r.LastBad.Sub(r.FirstBad) / time.Duration(r.Base-1)
	}
	k := gridPoints(r, step, c.Period)
	for _, ex := range c.excluded {
		k -= gridPoints(r, step, c.Cut(ex))
	}
	return k
}

// gridPoints counts FirstBad + i·step, 0 ≤ i < Base, inside p.
func gridPoints(r timeline.Run, step time.Duration, p timeline.Period) int {
	below := func(t time.Time) int { // points before t
		d := t.Sub(r.FirstBad)
		if d <= 0 {
			return 0
		}
		if step <= 0 {
			return r.Base
		}
		return min(r.Base, int((d-1)/step)+1)
	}
	return max(0, below(p.To)-below(p.From))
}

// pauses returns g, R and e of a run.
func (c cutter) pauses(r timeline.Run) (before, certain, after time.Duration) {
	return c.length(timeline.Period{From: r.Possible.From, To: r.FirstBad}),
		c.length(r.Certain()),
		c.length(timeline.Period{From: r.LastBad, To: r.Possible.To})
}

// collect reads the evidence out of an account.
func collect(a *timeline.Account, c cutter, reprobe time.Duration) evidence {
	e := evidence{
		near: a.Near, longGaps: a.LongGaps,
		slow:   time.Duration(float64(a.Slowest) * spread(a.Spread)),
		even:   float64(a.Fastest) * min(1, a.Pace),
		probes: Probes{Total: a.Total, Failed: a.Failed, Unknown: a.Skipped},
	}
	for _, p := range a.Unknown {
		e.unknown += c.length(p)
	}
	for _, r := range a.Runs {
		e.add(r, c, reprobe, a.Pace)
	}
	return e
}

// spread returns by how much the base gaps are longer than the interval says.
// Up to 2 % is the business of single lost slots, which count as long gaps or as
// unknown.
func spread(ratio float64) float64 {
	if ratio < 1.02 {
		return 1
	}
	return ratio
}

func (e *evidence) add(r timeline.Run, c cutter, reprobe time.Duration, pace float64) {
	g, R, end := c.pauses(r)
	k := c.hits(r)
	e.low += R
	e.high += R + g + end
	e.ends += end
	if end < e.slow/2 {
		e.shortEnds += end
	}
	switch {
	case k == 0: // never met by the grid: it was found, whole, by fast probing
		e.point += R + (g+end)/2
		e.reprobed += g
		if end >= e.slow/2 {
			e.reprobed += end
		}
		return
	case k == 1:
		e.single++
		e.singleHigh += max(R+g+end, e.slow)
		e.point += time.Duration(float64(r.Interval) * pace)
	default:
		e.point += R + (g+end)/2
	}
	e.runs++
	e.further += k - 1
	if !r.Confirmed() {
		return
	}
	e.sureFurther += k - 1
	if begun(r, c, g, reprobe) {
		e.sureRuns++
	}
}

// begun reports whether the base grid met the beginning of the run somewhere in
// the pause before it. A run that begins at unknown time, at a border or during
// fast probing has no such pause, and says nothing about what it hides.
func begun(r timeline.Run, c cutter, g, reprobe time.Duration) bool {
	if r.Failed > r.Base { // fast probing shows in the run itself
		reprobe = max(reprobe, r.LastBad.Sub(r.FirstBad)/time.Duration(r.Failed-1))
	}
	return !r.LastGood.IsZero() && g == r.FirstBad.Sub(r.LastGood) && g > reprobe*3/2 &&
		!c.excluded.Holds(r.FirstBad) && r.FirstBad.Before(c.To)
}

// upper returns the one-sided upper limit of the downtime in known time, at level
// alpha: the least of three bounds that hold each (hard borders and Poisson for
// the unseen; Poisson for every first hit; the base grid alone).
//
// Where slots were lost without record, either the longest possible gap takes the
// place of the interval, or the long gaps count as down: whichever is less.
func (e *evidence) upper(alpha float64) float64 {
	u := e.upperAt(float64(e.slow), e.shortEnds, alpha)
	if e.longGaps == 0 {
		return u
	}
	return min(u+float64(e.longGaps), e.upperAt(float64(e.longest()), e.ends, alpha))
}

// longest returns the longest base gap there can be in known time.
func (e *evidence) longest() time.Duration { return max(e.slow, timeline.MaxGap(e.slow)) }

func (e *evidence) upperAt(delta float64, ends time.Duration, alpha float64) float64 {
	all := delta * poissonUpper(e.runs, alpha)
	return min(
		float64(e.high)+delta*(poissonUpper(e.single, alpha)-float64(e.single)),
		float64(e.low+ends+e.reprobed)+all,
		delta*float64(e.further)+all,
	)
}

// lower returns the one-sided lower limit at level alpha, from confirmed runs only.
func (e *evidence) lower(alpha float64) float64 {
	first := poissonLower(e.sureRuns, alpha)
	return math.Max(float64(e.low)+e.even/2*first, e.even*(float64(e.sureFurther)+first))
}
