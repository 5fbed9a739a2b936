package sla

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// correctedStates is the time that corrections give another state. The sets have no
// moment in common: later corrections go over earlier ones, as in Corrected. What they
// leave out of the account is not in it.
type correctedStates map[check.State]timeline.Set

func correctedTime(all []Correction) correctedStates {
	sets := correctedStates{}
	for _, c := range all {
		state, ok := states[c.As]
		if !ok {
			continue
		}
		p := timeline.SetOf(timeline.Period{From: c.From, To: c.To})
		for s := range sets {
			sets[s] = sets[s].Minus(p)
		}
		sets[state] = sets[state].Union(p)
	}
	return sets
}

// count counts the operations of one check within a set of time as the corrections have
// them. Where time counts as down each operation was late, also one of which nothing was
// known; where it counts as up each was in time, and of those that were not no time is
// told; and where it counts as unknown there was none.
func (k correctedStates) count(id check.ID, set timeline.Set, limit time.Duration, count CountResponses) (Responses, error) {
	if len(k) == 0 {
		return count(id, set)
	}
	rest := set
	for _, s := range k {
		rest = rest.Minus(s)
	}
	all, err := count(id, rest)
	if err != nil {
		return all, err
	}
	for _, state := range []check.State{check.Up, check.Down} {
		within := set.Intersect(k[state])
		if len(within) == 0 {
			continue
		}
		r, err := count(id, within)
		if err != nil {
			return all, err
		}
		if state == check.Up {
			r = r.excused(limit)
		} else {
			r = Responses{Failed: r.Asked() + r.Unknown}
		}
		all.Add(r)
	}
	return all, nil
}

// excused are the same operations with each of them in time.
func (r Responses) excused(limit time.Duration) Responses {
	out := Responses{Excused: r.Asked() + r.Unknown}
	for _, b := range r.Buckets {
		if b.UpTo <= limit {
			out.Buckets = append(out.Buckets, b)
			out.Excused -= b.Count
		}
	}
	return out
}
