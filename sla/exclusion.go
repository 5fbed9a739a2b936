package sla

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// Exclusion is a piece of time that a claim may leave out.
type Exclusion struct {
	timeline.Period
	Announced time.Time // when the vendor told its users; zero when not known
	Note      string
	ID        string // names the announcement, so that a later one can replace it; may be empty
	Replaces  string // the ID of the announcement that this one moves; may be empty
	Source    string // where it was stated: the file, or who did; may be empty
	Closed    bool   // outside service hours or agreed on, so that no lead time rules on it
}

// Planned reports whether the maintenance was announced minNotice before its
// start; without a lead time all maintenance is planned. What was announced late,
// or nobody knows when, is emergency maintenance and stays in the account.
func (e Exclusion) Planned(minNotice time.Duration) bool {
	return minNotice <= 0 || !e.Announced.IsZero() && e.From.Sub(e.Announced) >= minNotice
}

// plannedTime returns the time that the claim may leave out: planned maintenance
// within its caps, and what was agreed on.
func plannedTime(c Claim, all []Exclusion) timeline.Set {
	if len(all) == 0 {
		return nil
	}
	work := make([]Exclusion, 0, len(all))
	for _, e := range all {
		if !e.Closed {
			work = append(work, e)
		}
	}
	var periods []timeline.Period
	for _, r := range c.Maintenance(work) {
		periods = append(periods, r.Left...)
	}
	return timeline.SetOf(periods...).Union(agreed(all))
}

// agreed returns the time on which no lead time rules.
func agreed(all []Exclusion) timeline.Set {
	var periods []timeline.Period
	for _, e := range all {
		if e.Closed {
			periods = append(periods, e.Period)
		}
	}
	return timeline.SetOf(periods...)
}

// LeftOut returns the time of p that the claim does not account for: planned
// maintenance if it leaves that out, what was agreed on, and what lies outside its
// service hours.
func (c Claim) LeftOut(p timeline.Period, ex []Exclusion) timeline.Set {
	out := agreed(ex)
	if c.ExcludeMaintenance {
		out = plannedTime(c, ex)
	}
	if c.Hours != nil {
		out = out.Union(c.Hours.Closed(p))
	}
	return out
}

// Hold is Judge for claims that may have service hours, and for a history that may
// have been corrected: what lies outside the hours, and agreed exceptions, leave the
// account and its denominator like planned maintenance.
func Hold(c Claim, p timeline.Period, until time.Time, series []timeline.Series, ex []Exclusion) Verdict {
	planned := plannedTime(c, ex)
	if c.Hours != nil {
		planned = planned.Union(c.Hours.Closed(p))
	}
	return judge(c, p, until, series, planned, c.LeftOut(p, ex))
}
