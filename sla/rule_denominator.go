package sla

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// denominate finds what the share is a share of, and the allowance.
func (v *Verdict) denominate(cut *cutter) {
	n, excluded := v.Count, cut.excluded.Within(v.Period)
	n.WholeDenominator, n.Denominator = v.Period.Length()-excluded, v.Accounted
	if hours := v.Claim.Rule.MonthHours; hours > 0 {
		fixed := monthsOf(v.Period, v.Claim.zone(), time.Duration(hours)*time.Hour)
		n.WholeDenominator = fixed - excluded
		n.Denominator = time.Duration(float64(fixed)*float64(cut.Length())/float64(max(1, v.Period.Length()))) - v.Excluded
		if v.Final {
			n.Denominator = n.WholeDenominator
		}
	}
	n.WholeDenominator = max(0, n.WholeDenominator-n.Dropped)
	n.Denominator = max(0, n.Denominator-n.Dropped)
	v.Allowance = v.Claim.Availability.Allowance(n.WholeDenominator)
}

// monthsOf adds up months of a fixed length; those that a window cuts, in part.
func monthsOf(p timeline.Period, zone *time.Location, length time.Duration) time.Duration {
	var sum time.Duration
	month := Window{Kind: CalendarMonth, Zone: zone}
	for _, part := range Months(p, zone) {
		if whole := month.recurring(part.From).Length(); part.Length() == whole {
			sum += length
		} else {
			sum += time.Duration(float64(length) * float64(part.Length()) / float64(whole))
		}
	}
	return sum
}
