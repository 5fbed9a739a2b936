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
	seconds map[check.Reason]float64 // of unknown; of a mean by the weight of each check
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

func newLayers(series []timeline.Series, p timeline.Period, out timeline.Set, claim sla.Claim) layers {
	l := layers{map[timeline.Kind]timeline.Set{}, map[check.Reason]timeline.Set{}, map[check.Reason]float64{}}
	if !p.From.Before(p.To) {
		return l
	}
	if len(series) == 0 {
		series = []timeline.Series{{}}
	}
	spans := claim.Spans(p, series, out)
	l.sets = kindSets(spans)
	for _, s := range spans {
		if s.Kind == timeline.Unknown {
			l.unknown[s.Reason] = append(l.unknown[s.Reason], timeline.Period{From: s.From, To: s.To})
		}
	}
	if claim.Combine == sla.Mean && len(series) > 1 {
		l.weigh(series, p, out, claim)
		return l
	}
	for r, set := range l.unknown {
		l.seconds[r] = set.Length().Seconds()
	}
	return l
}

// weigh adds up what each check of a mean did not see, in part.
func (l layers) weigh(series []timeline.Series, p timeline.Period, out timeline.Set, claim sla.Claim) {
	total := 0
	for i := range series {
		total += claim.Weight(series[i].Check)
	}
	for i := range series {
		part := float64(claim.Weight(series[i].Check)) / float64(total)
		for _, s := range timeline.Spans(series[i], p, out, claim.DegradedDown) {
			if s.Kind == timeline.Unknown {
				l.seconds[s.Reason] += s.To.Sub(s.From).Seconds() * part
			}
		}
	}
}

func (l layers) reasons() []check.Reason {
	var list []check.Reason
	for r := range l.seconds {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}
