package sla

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Judge holds the history of a claim's checks against it, over the window p as
// far as until. The series are those of the claim's checks, in any order; p has
// its borders in the claim's zone.
//
// Before the window ends the allowance is still that of the whole window. The
// claim can then be breached, since downtime only grows, but never met; the
// future is neither unknown nor accounted.
func Judge(c Claim, p timeline.Period, until time.Time, series []timeline.Series, ex []Exclusion) Verdict {
	planned := plannedTime(c, ex)
	if !c.ExcludeMaintenance {
		return judge(c, p, until, series, planned, nil)
	}
	return judge(c, p, until, series, planned, planned)
}

// judge holds the history against the claim without the time that is left out;
// incidents inside planned time are marked.
func judge(c Claim, p timeline.Period, until time.Time, series []timeline.Series, planned, out timeline.Set) Verdict {
	v := Verdict{Claim: c, Period: p, Until: clamp(until, p), Final: !until.Before(p.To)}
	cut := &cutter{Period: timeline.Period{From: p.From, To: v.Until}, excluded: out}
	v.Excluded = cut.excluded.Within(cut.Period)
	v.Accounted = cut.Period.Length() - v.Excluded
	v.Allowance = c.Availability.Allowance(p.Length() - cut.excluded.Within(p))

	d := desks.Get().(*desk)
	defer desks.Put(d)
	e := d.estimate(&v, cut, planned, series)
	v.fill(&e)
	v.Failures, v.together, v.left = e.failures, e.whole, cut.excluded
	v.likely = e.likely.Minus(planned)
	if c.Rule != nil {
		v.apply(&e, cut, d, series)
		return v
	}
	v.Answer = v.answer(&e)
	v.Explanation = explain(&v, &e)
	return v
}

func clamp(t time.Time, p timeline.Period) time.Time {
	if t.Before(p.From) {
		return p.From
	}
	if t.After(p.To) {
		return p.To
	}
	return t
}

// desk is memory that one verdict leaves to the next.
type desk struct {
	account timeline.Account
	parts   []evidence
	sets    []checkSets
}

var desks = sync.Pool{New: func() any { return new(desk) }}

// estimate reads all series and puts their evidence together; the incidents and
// counts go into the verdict.
func (d *desk) estimate(v *Verdict, cut *cutter, planned timeline.Set, series []timeline.Series) estimate {
	if len(series) == 0 {
		series = []timeline.Series{{}}
	}
	d.parts, d.sets = d.parts[:0], d.sets[:0]
	for i := range series {
		s, a := &series[i], &d.account
		a.Read(*s, cut.Period, v.Claim.DegradedDown)
		part := collect(a, cut, s)
		v.Incidents = slices.Grow(v.Incidents, len(a.Runs))
		for i := range a.Runs {
			pauses := part.add(&a.Runs[i], cut, s.Reprobe, a.Pace)
			v.Incidents = append(v.Incidents, incident(s.Check, &a.Runs[i], pauses, planned))
		}
		d.parts = append(d.parts, part)
		if len(series) > 1 && v.Claim.Combine != Mean {
			d.sets = append(d.sets, setsOf(a, cut, &part))
		}
		v.Interval = max(v.Interval, s.Interval, a.Slowest)
		v.Probes.Total += part.probes.Total
		v.Probes.Failed += part.probes.Failed
		v.Probes.Unknown += part.probes.Unknown
	}
	if len(series) == 1 {
		return one(d.parts)
	}
	slices.SortStableFunc(v.Incidents, func(a, b Incident) int { return a.FirstBad.Compare(b.FirstBad) })
	if need := v.Claim.Combine.Need(len(series)); need > 0 {
		return several(need, d.parts, d.sets, cut.excluded)
	}
	weights := make([]int, len(series))
	for i := range series {
		weights[i] = v.Claim.Weight(series[i].Check)
	}
	return meanOf(d.parts, weights)
}

func incident(id check.ID, r *timeline.Run, p pauses, planned timeline.Set) Incident {
	return Incident{
		Run: *r, Check: id, Runs: 1,
		Low: p.certain, Point: p.certain + (p.before+p.after)/2, High: p.before + p.certain + p.after,
		Planned: len(planned) > 0 && planned.Holds(r.FirstBad) && planned.Holds(r.LastBad) &&
			planned.Within(r.Certain()) == r.Certain().Length(),
	}
}

// order keeps the best estimate between the ends of its interval, and each lower figure
// at or below its upper one. They come from different formulas, which disagree where
// next to nothing is known, and where outages come in step with the grid, so that the
// phase that the formulas rest on is not drawn anew for each. Then only the hard borders
// are left to stand on, for the answer too: nobody believes one that the figure beside it
// contradicts.
func (d *Downtime) order() {
	if d.Point < d.Low95 || d.Point > d.High95 {
		d.Low95, d.High95 = min(d.Low95, d.HardLow), max(d.HardHigh, d.High95)
	}
	if d.Point < d.Least95 || d.Point > d.Most95 {
		d.Least95, d.Most95 = min(d.Least95, d.HardLow), max(d.HardHigh, d.Most95)
	}
}

// fill turns the estimate into the figures of the verdict.
func (v *Verdict) fill(e *estimate) {
	v.Unknown = e.unknown
	known := v.Accounted - v.Unknown
	v.Downtime = Downtime{
		Point:    min(e.point, known),
		HardLow:  e.low,
		HardHigh: min(e.high, known),
		Low95:    floorTo(e.lower(intervalLevel), known),
		High95:   ceilTo(e.upper(intervalLevel), known),
		Least95:  floorTo(e.lower(verdictLevel), known),
		Most95:   ceilTo(e.upper(verdictLevel), known),
	}
	v.Downtime.order()
	v.Deciding = e.deciding(v.Allowance)
	if known <= 0 {
		v.Availability.High95 = 1
		return
	}
	v.Coverage = ratio(known, v.Accounted)
	v.Availability.Point = ratio(v.Accounted-v.Downtime.Point, v.Accounted)
	v.Availability.Low95 = ratio(v.Accounted-v.Downtime.High95, v.Accounted)
	v.Availability.High95 = ratio(v.Accounted-v.Downtime.Low95, v.Accounted)
}

// answer compares the one-sided 95 % limits with the allowance.
func (v *Verdict) answer(e *estimate) Answer {
	upper := v.Downtime.Most95
	switch {
	case v.Downtime.HardLow > v.Allowance:
		return BreachedCertain
	case v.Downtime.Least95 > v.Allowance:
		return Breached
	case !v.Final || v.Accounted <= v.Unknown:
		return CannotTell
	case upper+v.Unknown <= v.Allowance:
		return Met
	case v.Unknown <= v.Accounted/100 && alike(upper+e.near(), v) <= float64(v.Allowance):
		return MetIfUnknownAlike
	}
	return CannotTell
}

// alike scales a limit for the known time to all of the accounted time.
func alike(upper time.Duration, v *Verdict) float64 {
	return float64(upper) * float64(v.Accounted) / float64(v.Accounted-v.Unknown)
}

// floorTo and ceilTo bring a limit to whole nanoseconds on its safe side. No
// limit is longer than the time it is about.
func floorTo(ns float64, most time.Duration) time.Duration {
	return min(time.Duration(math.Floor(min(ns, float64(most)))), most)
}

func ceilTo(ns float64, most time.Duration) time.Duration {
	return min(time.Duration(math.Ceil(min(ns, float64(most)))), most)
}

// ratio returns part ÷ total in steps of 10^-12, rounded down, so that no figure
// gets better by being a floating-point number.
func ratio(part, total time.Duration) float64 {
	if total <= 0 || part <= 0 {
		return 0
	}
	const steps = 1_000_000_000_000
	hi, lo := bits.Mul64(uint64(part), steps)
	q, _ := bits.Div64(hi, lo, uint64(total))
	return float64(q) / steps
}
