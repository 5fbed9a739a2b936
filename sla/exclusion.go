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
}

// Planned reports whether the maintenance was announced minNotice before its
// start; without a lead time all maintenance is planned. What was announced late,
// or nobody knows when, is emergency maintenance and stays in the account.
func (e Exclusion) Planned(minNotice time.Duration) bool {
	return minNotice <= 0 || !e.Announced.IsZero() && e.From.Sub(e.Announced) >= minNotice
}

// plannedTime returns the time of planned maintenance.
func plannedTime(c Claim, all []Exclusion) timeline.Set {
	if len(all) == 0 {
		return nil
	}
	periods := make([]timeline.Period, 0, len(all))
	for _, e := range all {
		if e.Planned(c.MinNotice) {
			periods = append(periods, e.Period)
		}
	}
	return timeline.SetOf(periods...)
}
