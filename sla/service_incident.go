package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// ServiceIncident is one failure of the service, as the claim combines its checks and
// its rule merges what lies close together. Of a single check it is the failure of that
// check; of a mean it is one of a part, which counts by the part's weight.
type ServiceIncident struct {
	timeline.Period // most likely; whole buckets, where a rule counts those
	// Began and Ended hold the moments at which it can have begun and ended. Where the
	// probes never showed the service down for certain, both are all of the time in
	// which it may have been. OpenBegin and OpenEnd say that unknown time lies there.
	Began, Ended       timeline.Period
	OpenBegin, OpenEnd bool
	// Low, Point and High are how long the service was down inside the window, what is
	// left out included.
	Low, Point, High time.Duration
	Counts           bool          // it is one of Verdict.Failures
	Counted          time.Duration // what of it the claim counts, most likely
	Less             Less          // what took from it
	Runs             int           // of the rule, merged into it
	Parts            []int         // of Verdict.Incidents; none where a rule counts time that nobody saw
	Checks           []check.ID    // that were down, each once, in order of failure
	Reason           check.Reason  // of the first
	Planned, Ongoing bool          // all of its parts; any of them

	runs timeline.Set // what was merged into it; nothing for the period itself
}

// together is when a service failed, of which one check says too little.
type together struct {
	certain, likely, possible timeline.Set
	need                      int // how many checks, or places of one, have to be down
	weights                   int // the sum, where every check counts by itself
}

// ServiceIncidents returns the failures of the service in order of time: those that
// count, as many as Verdict.Failures, and those that do not, with the reason. They are
// put together from what the verdict holds, and only when somebody asks.
func (v *Verdict) ServiceIncidents() []ServiceIncident {
	var all []ServiceIncident
	switch {
	case v.Count != nil:
		all = v.countedIncidents()
	case v.together != nil && v.together.weights == 0:
		all = v.combinedIncidents()
	default:
		all = v.singleIncidents()
	}
	f := v.finder()
	for i := range all {
		v.describe(&all[i], &f)
	}
	slices.SortStableFunc(all, func(a, b ServiceIncident) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return all
}

// countedIncidents are the runs of a rule. Those that count are one where no more than
// the merge gap lies between them.
func (v *Verdict) countedIncidents() []ServiceIncident {
	all := make([]ServiceIncident, 0, len(v.Count.Runs))
	last, gap := -1, v.Claim.Rule.MergeGap
	for i := range v.Count.Runs {
		r := &v.Count.Runs[i]
		is := ServiceIncident{Period: r.Period, Counts: r.Counted > 0, Counted: v.shared(r.Counted, r.Check), Less: r.Less, Runs: 1, runs: timeline.Set{r.Period}}
		if r.Check != "" {
			is.Checks = []check.ID{r.Check}
			is.Less = cmp.Or(is.Less, LessShare)
		}
		if is.Counts && last >= 0 && gap > 0 && r.From.Sub(all[last].To) <= gap && slices.Equal(is.Checks, all[last].Checks) {
			into := &all[last]
			into.To, into.Counted, into.Less, into.Runs = r.To, into.Counted+is.Counted, cmp.Or(into.Less, is.Less), into.Runs+1
			into.runs = append(into.runs, r.Period)
			continue
		}
		if is.Counts {
			last = len(all)
		}
		all = append(all, is)
	}
	return all
}

// shared returns what of a length counts where checks count by their weights.
func (v *Verdict) shared(d time.Duration, id check.ID) time.Duration {
	if id == "" || v.together == nil || v.together.weights == 0 {
		return d
	}
	var w weighted
	w.add(d, v.Claim.Weight(id))
	w.total = v.together.weights
	return w.down()
}

// combinedIncidents are the moments at which enough checks were down.
func (v *Verdict) combinedIncidents() []ServiceIncident {
	all := make([]ServiceIncident, 0, len(v.together.likely))
	for _, p := range v.together.likely {
		is := ServiceIncident{Period: p, Runs: 1}
		is.Counted, is.Less = v.remaining(p)
		is.Counts = is.Counted > 0
		all = append(all, is)
	}
	return all
}

// remaining returns what of a period counts without a rule.
func (v *Verdict) remaining(p timeline.Period) (time.Duration, Less) {
	out := v.left.Within(p)
	switch {
	case out == 0:
		return p.Length(), ""
	case out == p.Length():
		return 0, LessOut
	}
	return p.Length() - out, LessPart
}

// singleIncidents are the failures of one check, or of several that count each by itself.
func (v *Verdict) singleIncidents() []ServiceIncident {
	all := make([]ServiceIncident, 0, len(v.Incidents))
	for i := range v.Incidents {
		n := &v.Incidents[i]
		is := ServiceIncident{Period: middle(&n.Run), Runs: 1, Parts: []int{i}, Checks: []check.ID{n.Check}, Counts: n.High > 0, Counted: n.Point}
		switch out := v.left.Within(v.seen().Cut(n.Possible)); {
		case out > 0 && n.High == 0:
			is.Less = LessOut
		case out > 0:
			is.Less = LessPart
		case n.High == 0:
			is.Less = LessUnseen
		}
		if v.together != nil {
			is.Counted, is.Less = v.shared(n.Point, n.Check), cmp.Or(is.Less, LessShare)
		}
		all = append(all, is)
	}
	return all
}

// seen is the part of the window that has been accounted for.
func (v *Verdict) seen() timeline.Period { return timeline.Period{From: v.Period.From, To: v.Until} }

// middle is the time from the middle of the pause before a failure to that of the pause
// after it.
func middle(r *timeline.Run) timeline.Period {
	return timeline.Period{
		From: r.Possible.From.Add(r.FirstBad.Sub(r.Possible.From) / 2),
		To:   r.LastBad.Add(r.Possible.To.Sub(r.LastBad) / 2),
	}
}
