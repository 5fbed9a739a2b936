package sla

import (
	"slices"
	"time"
)

// upper returns the one-sided upper limit of the downtime in known time.
func (e *estimate) upper(alpha float64) float64 {
	switch {
	case len(e.groups) > 0:
		return e.upperGrid(alpha)
	case len(e.parts) == 1:
		return e.parts[0].upper(alpha)
	case e.need == 0:
		return e.upperMean(alpha)
	case e.need == 1:
		return e.upperAny(alpha)
	}
	return e.upperSome(alpha)
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

// upperSome bounds the time in which at least two checks were down at once. Two
// limits hold, and share the level: what enough of them can have failed by the
// probes, and what they can hide together; and what so many checks failed that one
// of them is down whenever the service is.
func (e *estimate) upperSome(alpha float64) float64 {
	alpha /= 2
	seen := float64(e.high) + e.together(e.hiddenSum(alpha))
	each := make([]float64, len(e.parts))
	for i := range e.parts {
		each[i] = e.parts[i].upper(alpha/float64(len(e.parts))) + float64(e.blind[i])
	}
	slices.Sort(each)
	least := 0.0
	for _, u := range each[:len(each)-e.need+1] {
		least += u
	}
	return min(seen, least)
}

// hiddenSum bounds the failures that no probe met, of all checks added up.
func (e *estimate) hiddenSum(alpha float64) float64 {
	var slow, longest, longGood time.Duration
	single := 0
	for i := range e.parts {
		p := &e.parts[i]
		slow, longest = max(slow, p.slow), max(longest, p.longest())
		longGood += p.longGood
		single += p.single
	}
	one := poissonUpper(single, alpha)
	return min(float64(slow)*one+float64(longGood), float64(longest)*one)
}

// together returns how long the service can have been down unseen when its checks
// hide that much in sum. Where all but one of those it takes may be down already, a
// moment of the sum makes a moment of downtime; where none is, it takes as many at
// once. The cheapest time is used up first.
func (e *estimate) together(hidden float64) float64 {
	sum := 0.0
	for missing := 1; missing < e.need; missing++ {
		room := float64(e.fewer[e.need-missing])
		if hidden <= room*float64(missing) {
			return sum + hidden/float64(missing)
		}
		hidden -= room * float64(missing)
		sum += room
	}
	return sum + hidden/float64(e.need)
}

// lower returns the one-sided lower limit. A union is at least as long as each of
// its parts; where several have to be down at once only the certain part is sure.
func (e *estimate) lower(alpha float64) float64 {
	switch {
	case len(e.groups) > 0:
		return e.lowerGrid(alpha)
	case len(e.parts) == 1:
		return e.parts[0].lower(alpha)
	}
	most := float64(e.low)
	switch e.need {
	case 0:
		return e.lowerMean(alpha)
	case 1:
		for i := range e.parts {
			most = max(most, e.parts[i].lower(alpha/float64(len(e.parts))))
		}
	}
	return most
}
