package sla

import (
	"slices"
	"sort"
	"time"

	"github.com/slamon/slamon/timeline"
)

// describe adds to an incident which failures of checks it is made of, and how sure its
// borders and its length are.
func (v *Verdict) describe(is *ServiceIncident, f *finder) {
	if len(is.Parts) == 0 {
		f.find(is)
	}
	certain, likely, possible := v.linesFor(is)
	outer := hull(possible, is.Period)
	if outer.Length() == 0 { // one failed probe with nothing known beside it
		outer = is.Period
	}
	seen := v.seen()
	inside := seen.Cut(outer)
	is.Low, is.High = certain.Within(inside), possible.Within(inside)
	is.Point = max(is.Low, likely.Within(inside))
	inner := hull(certain, outer)
	if inner.Length() == 0 && v.alone() {
		inner = v.failed(is.Parts)
	}
	is.Began, is.Ended = outer, outer
	if !inner.From.IsZero() { // it can reach beyond the window, where no line is drawn
		is.Began = timeline.Period{From: sooner(outer.From, inner.From), To: inner.From}
		is.Ended = timeline.Period{From: inner.To, To: later(outer.To, inner.To)}
	}
	is.Planned = len(is.Parts) > 0
	for k, i := range is.Parts {
		n := &v.Incidents[i]
		if k == 0 {
			is.Reason = n.Reason
		}
		is.Planned = is.Planned && n.Planned
		is.Ongoing = is.Ongoing || n.Ongoing
		is.OpenBegin = is.OpenBegin || n.LastGood.IsZero() && !n.Possible.From.After(outer.From)
		is.OpenEnd = is.OpenEnd || n.FirstGood.IsZero() && !n.Ongoing && !n.Possible.To.Before(outer.To)
		if !slices.Contains(is.Checks, n.Check) {
			is.Checks = append(is.Checks, n.Check)
		}
	}
}

// finder finds the failures of checks that lie in a period, among many.
type finder struct {
	all  []Incident    // in order of the first failed probe
	ends []time.Time   // the latest end of each and those before it
	head time.Duration // by how much one can have begun before its first failed probe
}

func (v *Verdict) finder() finder {
	f := finder{all: v.Incidents, ends: make([]time.Time, len(v.Incidents))}
	var end time.Time
	for i := range v.Incidents {
		r := &v.Incidents[i].Run
		end = later(end, r.Possible.To)
		f.ends[i], f.head = end, max(f.head, r.FirstBad.Sub(r.Possible.From))
	}
	return f
}

// find puts down which failures lie in an incident: where they most likely were, or else
// may have been.
func (f *finder) find(is *ServiceIncident) {
	first := sort.Search(len(f.ends), func(i int) bool { return f.ends[i].After(is.From) })
	reach := func(of func(*timeline.Run) timeline.Period) {
		for i := first; i < len(f.all) && f.all[i].FirstBad.Add(-f.head).Before(is.To); i++ {
			n := &f.all[i]
			if len(is.Checks) == 1 && n.Check != is.Checks[0] {
				continue
			}
			if p := of(&n.Run); p.From.Before(is.To) && p.To.After(is.From) && (is.Runs < 2 || hull(is.runs, p).Length() > 0) {
				is.Parts = append(is.Parts, i)
			}
		}
	}
	if reach(middle); len(is.Parts) == 0 {
		reach(func(r *timeline.Run) timeline.Period { return r.Possible })
	}
}

// alone reports whether a failure of one check is one of the service, in whole or in part.
func (v *Verdict) alone() bool {
	return v.together == nil || v.together.weights > 0 || v.together.need == 1
}

// linesFor returns the time in which an incident was for certain, most likely and
// possibly.
func (v *Verdict) linesFor(is *ServiceIncident) (certain, likely, possible timeline.Set) {
	if t := v.together; t != nil && t.weights == 0 {
		return t.certain, t.likely, t.possible
	}
	for _, i := range is.Parts {
		r := &v.Incidents[i].Run
		certain, likely, possible = lay(certain, r.Certain()), lay(likely, middle(r)), lay(possible, r.Possible)
	}
	return timeline.SetOf(certain...), timeline.SetOf(likely...), timeline.SetOf(possible...)
}

// failed is the time from the first to the last failed probe of some failures.
func (v *Verdict) failed(parts []int) timeline.Period {
	var all timeline.Period
	for _, i := range parts {
		n := &v.Incidents[i]
		if all.From.IsZero() || n.FirstBad.Before(all.From) {
			all.From = n.FirstBad
		}
		if n.LastBad.After(all.To) {
			all.To = n.LastBad
		}
	}
	return all
}

// hull returns the time from the first to the last piece of a line that reaches into p;
// none where no piece does.
func hull(line timeline.Set, p timeline.Period) timeline.Period {
	var all timeline.Period
	first := sort.Search(len(line), func(i int) bool { return line[i].To.After(p.From) })
	for _, q := range line[first:] {
		if !q.From.Before(p.To) {
			break
		}
		if all.From.IsZero() {
			all.From = q.From
		}
		all.To = q.To
	}
	return all
}

// ServiceIncidentJSON is a ServiceIncident as machines read it. A moment that nobody
// saw, because unknown time lies before or after, is null.
type ServiceIncidentJSON struct {
	From      time.Time   `json:"from"`
	To        time.Time   `json:"to"`
	Began     MomentJSON  `json:"began"`
	Ended     MomentJSON  `json:"ended"`
	Seconds   SecondsJSON `json:"seconds"` // that the service was down, what is left out included
	Counts    bool        `json:"counts"`
	Counted   float64     `json:"counted_seconds"`
	Less      Less        `json:"less,omitempty"`
	Why       string      `json:"why,omitempty"`
	Checks    []string    `json:"checks"`
	Incidents []int       `json:"incidents"` // places in the list of the checks' incidents, from 0
	Runs      int         `json:"runs"`
	Reason    string      `json:"reason"`
	Ongoing   bool        `json:"ongoing"`
	Class     string      `json:"class"` // "planned" or "unplanned"
}

// MomentJSON is a moment that lies between two others.
type MomentJSON struct {
	Earliest *time.Time `json:"earliest"`
	Latest   *time.Time `json:"latest"`
}

// JSON returns the incident as machines read it, its instants in zone.
func (is *ServiceIncident) JSON(rule *Rule, zone *time.Location) ServiceIncidentJSON {
	j := ServiceIncidentJSON{
		From: is.From.In(zone), To: is.To.In(zone),
		Began: MomentJSON{instant(is.Began.From, zone), instant(is.Began.To, zone)}, Ended: MomentJSON{instant(is.Ended.From, zone), instant(is.Ended.To, zone)},
		Seconds: SecondsJSON{is.Low.Seconds(), is.Point.Seconds(), is.High.Seconds()},
		Counts:  is.Counts, Counted: is.Counted.Seconds(), Less: is.Less, Why: rule.Why(is.Less),
		Checks: []string{}, Incidents: append([]int{}, is.Parts...), Runs: is.Runs, Reason: is.Reason.String(), Ongoing: is.Ongoing, Class: "unplanned",
	}
	if is.OpenBegin {
		j.Began.Earliest = nil
	}
	if is.OpenEnd || is.Ongoing {
		j.Ended.Latest = nil
	}
	for _, id := range is.Checks {
		j.Checks = append(j.Checks, string(id))
	}
	if is.Planned {
		j.Class = "planned"
	}
	return j
}
