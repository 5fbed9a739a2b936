package report

import (
	"slices"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// layers is the time of each kind, of all checks together, and the unknown time by
// its reason.
type layers struct {
	sets    map[timeline.Kind]timeline.Set
	unknown map[check.Reason]timeline.Set
}

// kindSets parts the spans of one check by their kind.
func kindSets(spans []timeline.Span) map[timeline.Kind]timeline.Set {
	sets := map[timeline.Kind]timeline.Set{}
	for _, s := range spans {
		set := sets[s.Kind]
		p := timeline.Period{From: s.From, To: s.To}
		if n := len(set); n > 0 && set[n-1].To.Equal(p.From) { // of one kind, for another reason
			set[n-1].To = p.To
		} else {
			set = append(set, p)
		}
		sets[s.Kind] = set
	}
	return sets
}

func newLayers(series []timeline.Series, p timeline.Period, excluded []timeline.Period, claim sla.Claim) layers {
	l := layers{map[timeline.Kind]timeline.Set{}, map[check.Reason]timeline.Set{}}
	if !p.From.Before(p.To) {
		return l
	}
	if len(series) == 0 {
		series = []timeline.Series{{}}
	}
	parts := make([]map[timeline.Kind]timeline.Set, 0, len(series))
	for _, s := range series {
		spans := timeline.Spans(s, p, excluded, claim.DegradedDown)
		parts = append(parts, kindSets(spans))
		for _, span := range spans {
			if span.Kind == timeline.Unknown {
				l.unknown[span.Reason] = append(l.unknown[span.Reason], timeline.Period{From: span.From, To: span.To})
			}
		}
	}
	l.sets[timeline.Excluded] = timeline.SetOf(excluded...).Intersect(timeline.SetOf(p))
	if claim.Combine == sla.AllDown {
		l.allDown(parts, p)
	} else {
		l.anyDown(parts)
	}
	l.attribute()
	return l
}

// anyDown: one check that is down is enough, and one that was not seen leaves a doubt.
func (l layers) anyDown(parts []map[timeline.Kind]timeline.Set) {
	union := func(k timeline.Kind) timeline.Set {
		all := parts[0][k]
		for _, p := range parts[1:] {
			all = all.Union(p[k])
		}
		return all
	}
	l.sets[timeline.Down] = union(timeline.Down)
	l.sets[timeline.Unknown] = union(timeline.Unknown).Minus(l.sets[timeline.Down])
	l.sets[timeline.Degraded] = union(timeline.Degraded).Minus(l.sets[timeline.Down]).Minus(l.sets[timeline.Unknown])
}

// allDown: one check that is up is enough.
func (l layers) allDown(parts []map[timeline.Kind]timeline.Set, p timeline.Period) {
	down := parts[0][timeline.Down]
	var good timeline.Set
	for i, part := range parts {
		if i > 0 {
			down = down.Intersect(part[timeline.Down])
		}
		good = good.Union(part[timeline.Up]).Union(part[timeline.Degraded])
	}
	l.sets[timeline.Down] = down
	l.sets[timeline.Unknown] = timeline.SetOf(p).Minus(good).Minus(down).Minus(l.sets[timeline.Excluded])
}

// attribute gives every unknown moment one reason.
func (l layers) attribute() {
	rest := l.sets[timeline.Unknown]
	for _, r := range l.reasons() {
		set := timeline.SetOf(l.unknown[r]...).Intersect(rest)
		rest = rest.Minus(set)
		if len(set) == 0 {
			delete(l.unknown, r)
		} else {
			l.unknown[r] = set
		}
	}
}

func (l layers) reasons() []check.Reason {
	var list []check.Reason
	for r := range l.unknown {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}
