package sla

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// estimate is the evidence of all checks of a claim put together. With one check
// it says what the evidence says.
//
// With several, what is certain and what is possible are sets of time, joined or
// intersected. A failure that every check sees counts once there, but once for
// each check where unseen failures are bounded: the limits stay on the safe side.
type estimate struct {
	parts   []evidence
	combine Combine

	low, high, point time.Duration
	unknown          time.Duration
	tails            time.Duration // any_down: the time after first hits, joined
	twice            time.Duration // any_down: high of the runs with k ≠ 1, joined
}

// checkSets is the time of one check by what is known of it.
type checkSets struct {
	certain, possible, point, tails, notSingle timeline.Set
	unknown, up                                timeline.Set
}

// setsOf draws a check's account as sets inside the period.
func setsOf(a *timeline.Account, c *cutter, e *evidence) checkSets {
	var certain, possible, point, tails, notSingle []timeline.Period
	for i := range a.Runs {
		r := &a.Runs[i]
		k := c.hits(r)
		end := c.pauses(r).after
		certain = append(certain, r.Certain())
		possible = append(possible, r.Possible)
		point = append(point, likely(r, k, a.Pace))
		if k != 1 {
			notSingle = append(notSingle, r.Possible)
		}
		switch {
		case k == 0:
			tails = append(tails, r.Possible)
		case end < e.slow/2:
			tails = append(tails, timeline.Period{From: r.FirstBad, To: r.Possible.To})
		default:
			tails = append(tails, r.Certain())
		}
	}
	in := timeline.Set{c.Period}.Minus(c.excluded)
	s := checkSets{
		certain:   timeline.SetOf(certain...).Intersect(in),
		possible:  timeline.SetOf(possible...).Intersect(in),
		point:     timeline.SetOf(point...).Intersect(in),
		tails:     timeline.SetOf(tails...).Intersect(in),
		notSingle: timeline.SetOf(notSingle...).Intersect(in),
		unknown:   a.Unknown.Intersect(in),
	}
	s.up = in.Minus(s.unknown).Minus(s.possible)
	return s
}

// likely returns where a run most likely was: from the middle of the pause before
// to the middle of the pause after, or, of a run with one base hit, as long as
// one base interval.
func likely(r *timeline.Run, k int, pace float64) timeline.Period {
	from := r.Possible.From.Add(r.FirstBad.Sub(r.Possible.From) / 2)
	to := r.LastBad.Add(r.Possible.To.Sub(r.LastBad) / 2)
	if k != 1 {
		return timeline.Period{From: from, To: to}
	}
	length := time.Duration(float64(r.Interval) * pace)
	from = from.Add((to.Sub(from) - length) / 2)
	return timeline.Period{From: from, To: from.Add(length)}
}

// one takes over the evidence of a single check.
func one(parts []evidence) estimate {
	e := &parts[0]
	return estimate{
		parts: parts, combine: AnyDown,
		low: e.low, high: e.high, point: e.point, unknown: e.unknown,
	}
}

// several puts checks together by the claim's rule.
func several(rule Combine, parts []evidence, sets []checkSets) estimate {
	join := timeline.Set.Union
	if rule == AllDown {
		join = timeline.Set.Intersect
	}
	all := sets[0]
	settled := sets[0].certain // a moment is not unknown where this holds
	if rule == AllDown {
		settled = sets[0].up
	}
	for _, s := range sets[1:] {
		all.certain = join(all.certain, s.certain)
		all.possible = join(all.possible, s.possible)
		all.point = join(all.point, s.point)
		all.tails = all.tails.Union(s.tails)
		all.notSingle = all.notSingle.Union(s.notSingle)
		all.unknown = all.unknown.Union(s.unknown)
		if rule == AllDown {
			settled = settled.Union(s.up)
		} else {
			settled = settled.Union(s.certain)
		}
	}
	unknown := all.unknown.Minus(settled)
	e := estimate{
		parts: parts, combine: rule,
		low:     all.certain.Minus(unknown).Length(),
		high:    all.possible.Minus(unknown).Length(),
		unknown: unknown.Length(),
		tails:   all.tails.Minus(unknown).Length(),
		twice:   all.notSingle.Minus(unknown).Length(),
	}
	e.point = max(e.low, all.point.Minus(unknown).Length())
	return e
}

// upper returns the one-sided upper limit of the downtime in known time.
func (e *estimate) upper(alpha float64) float64 {
	switch {
	case len(e.parts) == 1:
		return e.parts[0].upper(alpha)
	case e.combine == AllDown:
		return e.upperAll(alpha)
	}
	return e.upperAny(alpha)
}

// upperAny bounds a union. The phases of the checks are drawn independently, so
// their hits together are again a sum of independent draws, and one Poisson limit
// on all of them bounds the sum of all short failures.
func (e *estimate) upperAny(alpha float64) float64 {
	var slow, longest, longGood, longGaps, beyond time.Duration
	runs, single, further := 0, 0, 0
	for i := range e.parts {
		p := &e.parts[i]
		slow, longest = max(slow, p.slow), max(longest, p.longest())
		longGood, longGaps = longGood+p.longGood, longGaps+p.longGaps
		runs, single, further = runs+p.runs, single+p.single, further+p.further
		beyond += p.beyond
	}
	at := func(gap, tails, longGood, longGaps time.Duration) float64 {
		delta := float64(gap)
		unseen := delta*poissonUpper(single, alpha) + float64(longGood)
		first := delta*poissonUpper(runs, alpha) + float64(longGaps)
		return min(
			float64(e.high)+unseen, float64(e.twice+beyond)+unseen,
			float64(tails)+first, delta*float64(further)+first,
		)
	}
	u := at(slow, e.tails, longGood, longGaps)
	if longGaps == 0 {
		return u
	}
	return min(u, at(longest, e.high, 0, 0))
}

// upperAll bounds an intersection: it is no longer than the failures of any one
// check, nor than what all can have failed together plus what each can hide. The
// level is shared among the checks, since all limits have to hold at once.
func (e *estimate) upperAll(alpha float64) float64 {
	alpha /= float64(len(e.parts))
	sum := float64(e.high)
	least := e.parts[0].upper(alpha)
	for i := range e.parts {
		p := &e.parts[i]
		least = min(least, p.upper(alpha))
		sum += p.unseen(alpha)
	}
	return min(least, sum)
}

// unseen bounds the failures that no probe met, at level alpha.
func (e *evidence) unseen(alpha float64) float64 {
	one := poissonUpper(e.single, alpha)
	return min(float64(e.slow)*one+float64(e.longGood), float64(e.longest())*one)
}

// lower returns the one-sided lower limit. A union is at least as long as each of
// its parts; of an intersection only the certain part is sure.
func (e *estimate) lower(alpha float64) float64 {
	if len(e.parts) == 1 {
		return e.parts[0].lower(alpha)
	}
	most := float64(e.low)
	if e.combine == AllDown {
		return most
	}
	for i := range e.parts {
		most = max(most, e.parts[i].lower(alpha/float64(len(e.parts))))
	}
	return most
}

// near returns the unknown time that lies right at failures, see timeline.Account.
func (e *estimate) near() time.Duration {
	var sum time.Duration
	for i := range e.parts {
		sum += e.parts[i].near
	}
	return sum
}

// deciding returns the base interval that would decide the claim on the same
// history, (a − ΣR − Σe − W) ÷ (n−n1 + PU(n1)), or zero when none can.
func (e *estimate) deciding(allowance time.Duration) time.Duration {
	left := allowance - e.low - e.unknown
	runs, single := 0, 0
	for i := range e.parts {
		left -= e.parts[i].ends
		runs += e.parts[i].runs
		single += e.parts[i].single
	}
	if left <= 0 {
		return 0
	}
	return time.Duration(float64(left) / (float64(runs-single) + poissonUpper(single, verdictLevel)))
}
