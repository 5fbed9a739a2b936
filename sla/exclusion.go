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
// within its caps, and what lies outside service hours.
func plannedTime(c Claim, all []Exclusion) timeline.Set {
	if len(all) == 0 {
		return nil
	}
	var closed timeline.Set
	work := make([]Exclusion, 0, len(all))
	for _, e := range all {
		if e.Closed {
			closed = append(closed, e.Period)
		} else {
			work = append(work, e)
		}
	}
	periods := closed
	for _, r := range c.Maintenance(work) {
		periods = append(periods, r.Left...)
	}
	return timeline.SetOf(periods...)
}

// Hold is Judge for claims that may have service hours, and for a history that may
// have been corrected: what lies outside the hours, and agreed exceptions, leave the
// account and its denominator like planned maintenance.
func Hold(c Claim, p timeline.Period, until time.Time, series []timeline.Series, ex []Exclusion) Verdict {
	all := make([]Exclusion, 0, len(ex))
	closed := c.Hours != nil
	for _, e := range ex {
		if c.ExcludeMaintenance || e.Closed {
			all = append(all, e)
		}
		closed = closed || e.Closed
	}
	if !closed {
		return Judge(c, p, until, series, ex)
	}
	if c.Hours != nil {
		for _, q := range c.Hours.Closed(p) {
			all = append(all, Exclusion{Period: q, Closed: true})
		}
	}
	asked := c
	c.ExcludeMaintenance = true
	v := Judge(c, p, until, series, all)
	v.Claim = asked
	return v
}
