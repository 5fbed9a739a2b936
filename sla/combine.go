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
	need    int        // how many checks have to be down; 0 for the mean
	weights []int      // of the mean, in the order of parts
	groups  []estimate // of each check where several places see several, see judgeGrid

	low, high, point time.Duration
	unknown          time.Duration
	failures         int           // pieces of whole.likely of which anything is left
	likely           timeline.Set  // of several checks: the most likely downtime
	whole            *together     // of several checks
	tails            time.Duration // any_down: the time after first hits, joined
	twice            time.Duration // any_down: high of the runs with k ≠ 1, joined
	// fewer[c] is how long exactly c checks, less than need, may have been down as far
	// as probes saw: what they hide then needs need−c checks at once.
	fewer []time.Duration
	// blind is how long each check was unknown while the service was known.
	blind []time.Duration
	// suspect is the unknown time in which a check was seen down, and others that
	// could have made the service down were not seen: it is not like the rest.
	suspect time.Duration
}

// checkSets is the time of one check by what is known of it.
type checkSets struct {
	certain, possible, point, tails, notSingle timeline.Set
	unknown, up                                timeline.Set
	// What is left out is part of these; they are those above where nothing is.
	whole struct{ certain, possible, point timeline.Set }
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
		point = append(point, likely(r, k, a.Pace, fromGrid(r, c, c.pauses(r).before, 0)))
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
	whole := timeline.Set{c.Period}
	in := whole.Minus(c.excluded)
	s := checkSets{
		tails:     timeline.SetOf(tails...).Intersect(in),
		notSingle: timeline.SetOf(notSingle...).Intersect(in),
		unknown:   a.Unknown.Intersect(in),
	}
	s.whole.certain = timeline.SetOf(certain...).Intersect(whole)
	s.whole.possible = timeline.SetOf(possible...).Intersect(whole)
	s.whole.point = timeline.SetOf(point...).Intersect(whole)
	s.certain, s.possible, s.point = s.whole.certain.Minus(c.excluded), s.whole.possible.Minus(c.excluded), s.whole.point.Minus(c.excluded)
	s.up = in.Minus(s.unknown).Minus(s.possible)
	return s
}

// likely returns where a run most likely was: from the middle of the pause before
// to the middle of the pause after, or, of a run with one base hit, as long as
// one base interval. One that something beside the grid has found, slow when out of
// calm, began where it was found: see likelySensed.
func likely(r *timeline.Run, k int, pace float64, slow bool) timeline.Period {
	from := r.Possible.From.Add(r.FirstBad.Sub(r.Possible.From) / 2)
	to := r.LastBad.Add(r.Possible.To.Sub(r.LastBad) / 2)
	if slow && r.Beside {
		from = r.FirstBad
	}
	if k != 1 || r.Beside {
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
		parts: parts, need: 1,
		low: e.low, high: e.high, point: e.point, unknown: e.unknown, failures: e.failures,
	}
}

// several puts checks together of which some have to be down for the service to be
// down: a moment is not unknown where enough of them are known to be down, or up.
func several(need int, parts []evidence, sets []checkSets, excluded timeline.Set) estimate {
	m := len(sets)
	draw := func(n int, of func(s *checkSets) timeline.Set) timeline.Set {
		all := make([]timeline.Set, m)
		for i := range sets {
			all[i] = of(&sets[i])
		}
		return timeline.AtLeast(n, all...)
	}
	certain := draw(need, func(s *checkSets) timeline.Set { return s.certain })
	possible := draw(need, func(s *checkSets) timeline.Set { return s.possible })
	up := draw(m-need+1, func(s *checkSets) timeline.Set { return s.up })
	unknown := draw(1, func(s *checkSets) timeline.Set { return s.unknown }).Minus(certain).Minus(up)
	known := func(s timeline.Set) time.Duration { return s.Minus(unknown).Length() }
	e := estimate{
		parts: parts, need: need, unknown: unknown.Length(),
		low:  known(certain),
		high: known(possible),
	}
	e.suspect = unknown.Intersect(draw(1, func(s *checkSets) timeline.Set { return s.possible })).Length()
	likely := draw(need, func(s *checkSets) timeline.Set { return s.point }).Minus(unknown)
	e.point, e.likely = max(e.low, likely.Length()), likely
	e.whole = &together{need: need, certain: certain, likely: likely, possible: possible}
	if len(excluded) > 0 { // work in the middle of a failure does not make two of it
		e.whole.certain = draw(need, func(s *checkSets) timeline.Set { return s.whole.certain })
		e.whole.likely = draw(need, func(s *checkSets) timeline.Set { return s.whole.point }).Minus(unknown)
		e.whole.possible = draw(need, func(s *checkSets) timeline.Set { return s.whole.possible })
	}
	e.whole.likely = e.whole.likely.Union(e.whole.certain) // a most likely place can miss what is certain
	for _, p := range e.whole.likely {
		if p.Length() > excluded.Within(p) {
			e.failures++
		}
	}
	if need == 1 {
		e.tails = known(draw(1, func(s *checkSets) timeline.Set { return s.tails }))
		e.twice = known(draw(1, func(s *checkSets) timeline.Set { return s.notSingle }))
		return e
	}
	e.fewer, e.blind = make([]time.Duration, need), make([]time.Duration, m)
	maybe := func(s *checkSets) timeline.Set { return s.possible.Union(s.unknown) }
	for c, more := need-1, known(draw(need, maybe)); c > 0; c-- {
		all := known(draw(c, maybe))
		e.fewer[c], more = all-more, all
	}
	for i := range sets {
		e.blind[i] = known(sets[i].unknown)
	}
	return e
}

// near returns the unknown time that lies right at failures, see timeline.Account.
func (e *estimate) near() time.Duration {
	if e.need == 0 {
		return e.mean(func(p *evidence) time.Duration { return p.near }).up()
	}
	sum := e.suspect
	for i := range e.groups { // a place that was off while another saw the check down
		sum += e.groups[i].suspect
	}
	for i := range e.parts {
		sum += e.parts[i].near
	}
	return sum
}

// deciding returns the base interval that would decide the claim on the same
// history, (a − ΣR − Σe − W) ÷ (n−n1 + PU(n1)), or zero when none can.
func (e *estimate) deciding(allowance time.Duration) time.Duration {
	if e.need == 0 {
		return e.decidingMean(allowance)
	}
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
