package sla

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Several checks seen from several places are put together in two steps, in the order
// of accounting D.6: first the places of each check, since what few of them see is
// their own way to it; then the checks, as the claim combines them.

// judgeGrid is Hold for one row of series for each check of the claim, with one series
// for each place in it.
func judgeGrid(c Claim, p timeline.Period, until time.Time, rows [][]timeline.Series, need int, ex []Exclusion) Verdict {
	out := c.LeftOut(p, ex)
	planned := plannedTime(c, ex)
	if c.Hours != nil {
		planned = planned.Union(c.Hours.Closed(p))
	}
	v := Verdict{Claim: c, Period: p, Until: clamp(until, p), Final: !until.Before(p.To)}
	cut := &cutter{Period: timeline.Period{From: p.From, To: v.Until}, excluded: out}
	v.Excluded = cut.excluded.Within(cut.Period)
	v.Accounted = cut.Period.Length() - v.Excluded
	v.Allowance = c.Availability.Allowance(p.Length() - cut.excluded.Within(p))

	d := desks.Get().(*desk)
	defer desks.Put(d)
	e := d.estimateGrid(&v, cut, planned, rows, need)
	v.fill(&e)
	v.Failures, v.together, v.left = e.failures, e.whole, cut.excluded
	v.likely = e.likely.Minus(planned)
	v.Answer = v.answer(&e)
	v.Explanation = explain(&v, &e)
	return v
}

// estimateGrid puts the places of each check together, and then the checks.
func (d *desk) estimateGrid(v *Verdict, cut *cutter, planned timeline.Set, rows [][]timeline.Series, need int) estimate {
	var groups []estimate
	var all []evidence
	var merged []checkSets
	for _, row := range rows {
		one := Verdict{Claim: Claim{DegradedDown: v.Claim.DegradedDown, Combine: quorum(need, len(row))}}
		group := d.estimate(&one, cut, planned, row)
		group.parts = slices.Clone(group.parts) // the desk lends them to the next check
		groups = append(groups, group)
		all = append(all, group.parts...)
		merged = append(merged, seenTogether(need, d.sets))
		v.Incidents = append(v.Incidents, one.Incidents...)
		v.Interval = max(v.Interval, one.Interval)
		v.Probes.Total += one.Probes.Total
		v.Probes.Failed += one.Probes.Failed
		v.Probes.Unknown += one.Probes.Unknown
	}
	slices.SortStableFunc(v.Incidents, func(a, b Incident) int { return a.FirstBad.Compare(b.FirstBad) })
	e := several(v.Claim.Combine.Need(len(rows)), all, merged, cut.excluded)
	e.groups = groups
	e.whole.need = max(e.whole.need, need) // one failure of what one place sees says no more
	if len(e.blind) == 0 {
		e.blind = make([]time.Duration, len(rows)) // any_down: see upperGrid
	}
	return e
}

// seenTogether is the time of one check by what at least need of its places make of it.
func seenTogether(need int, sets []checkSets) checkSets {
	draw := func(n int, of func(s *checkSets) timeline.Set) timeline.Set {
		all := make([]timeline.Set, len(sets))
		for i := range sets {
			all[i] = of(&sets[i])
		}
		return timeline.AtLeast(n, all...)
	}
	s := checkSets{
		certain: draw(need, func(s *checkSets) timeline.Set { return s.certain }),
		up:      draw(len(sets)-need+1, func(s *checkSets) timeline.Set { return s.up }),
	}
	s.unknown = draw(1, func(s *checkSets) timeline.Set { return s.unknown }).Minus(s.certain).Minus(s.up)
	s.possible = draw(need, func(s *checkSets) timeline.Set { return s.possible })
	s.point = draw(need, func(s *checkSets) timeline.Set { return s.point })
	s.whole.certain = draw(need, func(s *checkSets) timeline.Set { return s.whole.certain })
	s.whole.possible = draw(need, func(s *checkSets) timeline.Set { return s.whole.possible })
	s.whole.point = draw(need, func(s *checkSets) timeline.Set { return s.whole.point })
	return s
}

// upperGrid bounds the downtime from above. Two limits hold, and share the level. What
// nobody saw of the service nobody saw of one of its checks: what the checks hide can
// only be added to what was possible. And whenever the service is down, one of so many
// checks is that the others cannot be enough; where such a check was unknown while the
// service was known, it may have been down.
func (e *estimate) upperGrid(alpha float64) float64 {
	alpha /= 2 * float64(len(e.groups))
	seen := float64(e.high)
	each := make([]float64, len(e.groups))
	for i := range e.groups {
		g := &e.groups[i]
		seen += g.missed(alpha)
		each[i] = g.upper(alpha) + float64(e.blind[i])
	}
	slices.Sort(each)
	least := 0.0
	for _, u := range each[:len(each)-e.need+1] {
		least += u
	}
	return min(seen, least)
}

// missed bounds what the places of one check can have missed together.
func (e *estimate) missed(alpha float64) float64 {
	if e.need > 1 {
		return e.together(e.hiddenSum(alpha))
	}
	return e.hiddenSum(alpha)
}

// lowerGrid is certain where the checks are: a union is at least as long as any of them.
func (e *estimate) lowerGrid(alpha float64) float64 {
	most := float64(e.low)
	if e.need == 1 {
		for i := range e.groups {
			most = max(most, e.groups[i].lower(alpha/float64(len(e.groups))))
		}
	}
	return most
}

// rowsOf turns what each place saw into a row for each check. It is false where the
// places do not have the same checks.
func rowsOf(sites []Site) (rows [][]timeline.Series, same bool) {
	for _, s := range sites {
		if len(s.Series) != len(sites[0].Series) {
			return nil, false
		}
	}
	for i := range sites[0].Series {
		id := sites[0].Series[i].Check
		var row []timeline.Series
		for _, s := range sites {
			at := slices.IndexFunc(s.Series, func(x timeline.Series) bool { return x.Check == id })
			if at < 0 {
				return nil, false
			}
			seen := s.Series[at]
			seen.Check = check.ID(string(id) + "@" + s.Name) // an incident names who saw what
			row = append(row, seen)
		}
		rows = append(rows, row)
	}
	return rows, true
}
