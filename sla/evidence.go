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
	hitEnds   time.Duration // Σe of runs with k ≥ 1
	shortEnds time.Duration // those of them shorter than Δ/2
	reprobed  time.Duration // Σ(g+e) of runs that only re-probes saw
	// beyond is Σ max(0, R+g+e−Δ) of the runs with k = 1: by how much they can be
	// longer than the base interval that the Poisson limit gives them.
	beyond   time.Duration
	failures int // runs of which anything is left in the period
	runs     int // n
	single   int // n1
	further  int // Σ(k−1)
	// Of the confirmed runs whose beginning a base probe met: their count, and
	// Σ(k−1) of all confirmed runs. Isolated failures can be false alarms.
	sureRuns, sureFurther int

	unknown, near time.Duration
	// Pauses so long that a slot was lost without record: those between good probes,
	// and all of them.
	longGood, longGaps time.Duration
	slow               time.Duration // Δ of the upper limit: the longest base gap
	even               float64       // Δ of the lower limit: the mean base gap, nanoseconds
	probes             Probes
}

// cutter measures time inside a period without what is excluded.
type cutter struct {
	timeline.Period
	excluded timeline.Set
}

// length returns how much of p counts.
func (c *cutter) length(p timeline.Period) time.Duration {
	if len(c.excluded) == 0 && !p.From.Before(c.From) && !p.To.After(c.To) {
		return p.Length() // nearly always
	}
	in := c.Cut(p)
	if len(c.excluded) == 0 {
		return in.Length()
	}
	return in.Length() - c.excluded.Within(in)
}

func (c *cutter) sum(s timeline.Set) time.Duration {
	var sum time.Duration
	for _, p := range s {
		sum += c.length(p)
	}
	return sum
}

// hits returns k of a run: its failed probes on the base grid that count. In a
// run that an exclusion cuts they are taken as evenly spaced.
func (c *cutter) hits(r *timeline.Run) int {
	if r.Hits == 0 || len(c.excluded) == 0 {
		return r.Hits
	}
	step := r.Interval
	if r.Failed == r.Base && r.Base > 1 {
		step = r.LastBad.Sub(r.FirstBad) / time.Duration(r.Base-1)
	}
	k := r.Hits
	for _, ex := range c.excluded {
		k -= timeline.GridPoints(r.FirstBad, step, r.Base, c.Cut(ex))
	}
	return max(k, 0)
}

// pauses returns g, R and e of a run.
func (c *cutter) pauses(r *timeline.Run) pauses {
	return pauses{
		c.length(timeline.Period{From: r.Possible.From, To: r.FirstBad}),
		c.length(r.Certain()),
		c.length(timeline.Period{From: r.LastBad, To: r.Possible.To}),
	}
}

// collect reads the evidence out of an account, but for its runs: see add.
func collect(a *timeline.Account, c *cutter, s *timeline.Series) evidence {
	e := evidence{

		slow:   max(a.Slowest, s.Gap),
		even:   float64(a.Fastest) * min(1, a.Pace),
		probes: Probes{Total: a.Total, Failed: a.Failed, Unknown: a.Skipped},
	}
	e.unknown = c.sum(a.Unknown)
	e.near = c.sum(a.Near)
	e.longGood = a.Lost + c.sum(a.Long)
	e.longGaps = e.longGood + a.LostBad + c.sum(a.LongBad)
	return e
}

// pauses are g, R and e of a run.
type pauses struct{ before, certain, after time.Duration }

// add takes a run into the evidence and returns its pauses.
func (e *evidence) add(r *timeline.Run, c *cutter, reprobe time.Duration, pace float64) pauses {
	p := c.pauses(r)
	e.count(r, c, p, reprobe, pace)
	return p
}

func (e *evidence) count(r *timeline.Run, c *cutter, p pauses, reprobe time.Duration, pace float64) {
	g, R, end := p.before, p.certain, p.after
	k := c.hits(r)
	if R+g+end > 0 {
		e.failures++
	}
	e.low += R
	e.high += R + g + end
	e.ends += end
	slow := fromGrid(r, c, g, reprobe)
	if k == 0 { // never met by the grid: it was found, whole, by fast probing
		e.point += likelySensed(r, p, slow)
		e.reprobed += g + end
		return
	}
	e.hitEnds += end
	if end < e.slow/2 {
		e.shortEnds += end
	}
	if k == 1 {
		e.single++
		e.beyond += max(0, R+g+end-e.slow)
	}
	switch {
	case r.Beside:
		e.point += likelySensed(r, p, slow)
	case k == 1:
		e.point += max(R, time.Duration(float64(r.Interval)*pace)) // R is longer only where a border cut hits off
	default:
		e.point += R + (g+end)/2
	}
	e.runs++
	e.further += k - 1
	if !r.Confirmed() {
		return
	}
	e.sureFurther += k - 1
	if slow && !r.Beside { // the base grid met its beginning somewhere in the pause
		e.sureRuns++
	}
}

// likelySensed returns how long a run most likely was that something beside the
// grid has found. A probe that was sent at once because a connection broke, or a
// heartbeat told of a failure, meets the beginning of an outage. Unlike one that the
// grid meets by chance, such an outage stands for no other that went unseen; with
// half of the pause before it, short ones would count twice.
func likelySensed(r *timeline.Run, p pauses, slow bool) time.Duration {
	if slow && r.Beside {
		return p.certain + p.after/2
	}
	return p.certain + (p.before+p.after)/2
}

// fromGrid reports whether the pause before the run is one of the base grid. A run
// that begins at unknown time, at a border or during fast probing has no such pause,
// and says nothing about what it hides.
func fromGrid(r *timeline.Run, c *cutter, g, reprobe time.Duration) bool {
	if r.Failed > max(r.Base, 1) { // fast probing shows in the run itself
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
// place of the interval, or the long gaps count as down: whichever is less. Those
// beside failures lie within the hard borders already.
func (e *evidence) upper(alpha float64) float64 {
	u := e.upperAt(e.slow, e.shortEnds, e.longGood, e.longGaps, alpha)
	if e.longGaps == 0 {
		return u
	}
	return min(u, e.upperAt(e.longest(), e.hitEnds, 0, 0, alpha))
}

// longest returns the longest base gap there can be in known time.
func (e *evidence) longest() time.Duration { return timeline.MaxGap(e.slow) }

func (e *evidence) upperAt(gap, ends, longGood, longGaps time.Duration, alpha float64) float64 {
	delta := float64(gap)
	first := delta*poissonUpper(e.runs, alpha) + float64(longGaps)
	return min(
		float64(e.high+longGood)+delta*(poissonUpper(e.single, alpha)-float64(e.single)),
		float64(e.low+ends+e.reprobed)+first,
		delta*float64(e.further)+first,
	)
}

// lower returns the one-sided lower limit at level alpha, from confirmed runs only.
func (e *evidence) lower(alpha float64) float64 {
	first := poissonLower(e.sureRuns, alpha)
	return math.Max(float64(e.low)+e.even/2*first, e.even*(float64(e.sureFurther)+first))
}
