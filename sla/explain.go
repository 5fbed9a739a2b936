package sla

import (
	"fmt"
	"time"
)

// explain puts the answer into one or two sentences for somebody who signs
// contracts. Limits are rounded to their safe side, so that "at most" and "at
// least" stay true.
func explain(v *Verdict, e *estimate) string {
	switch {
	case v.Answer == BreachedCertain:
		return explainBreach(v, v.Downtime.HardLow, "without any doubt")
	case v.Answer == Breached:
		return explainBreach(v, v.Downtime.Least95, "at 95 % confidence")
	case v.Accounted <= 0:
		return "There is nothing to account for: the window is empty, lies in the future or is left out whole."
	case v.Unknown >= v.Accounted:
		return "Nothing is known of this time: there is no usable result in it."
	case !v.Final:
		return explainOpen(v, e)
	}
	upper := v.Downtime.Most95
	switch {
	case v.Answer == Met:
		return explainMet(v, upper)
	case v.Allowance == 0:
		return explainWhole(v, upper)
	case v.Answer == MetIfUnknownAlike:
		return fmt.Sprintf("Met if the %s that could not be observed were like the rest. Counted as down, as they have to be without "+
			"proof, they would take the downtime to at most %s at 95 %% confidence; %s allows %s.",
			AtMost(v.Unknown), AtMost(upper+v.Unknown), v.Claim.Availability, AtLeast(v.Allowance))
	}
	return explainDoubt(v, upper)
}

func explainBreach(v *Verdict, low time.Duration, sure string) string {
	down, allowed := apart(low, v.Allowance)
	s := fmt.Sprintf("Breached, %s: the service was down for at least %s, and %s allows %s.",
		sure, down, v.Claim.Availability, allowed)
	if v.Allowance == 0 {
		s = fmt.Sprintf("Breached, %s: the service was down for at least %s, and %s allows no downtime.",
			sure, AtLeast(low), v.Claim.Availability)
	}
	if !v.Final {
		s += " The window has not ended yet, but downtime cannot be taken back."
	}
	if v.Answer == Breached {
		s += v.beside()
	}
	return s
}

// OneSided tells whether the answer holds although the two-sided interval that
// is printed beside it lies across the allowance. A reader who is not told why
// takes that for a contradiction.
func (v *Verdict) OneSided() bool {
	most := v.Accounted
	unknown := v.Unknown
	if v.Count != nil {
		most, unknown = v.Count.Denominator, v.Count.Unknown
	}
	switch v.Answer {
	case Met:
		return min(v.Downtime.High95+unknown, most) > v.Allowance
	case Breached:
		return v.Downtime.Low95 <= v.Allowance
	}
	return false
}

// beside reconciles the answer with the interval.
func (v *Verdict) beside() string {
	if !v.OneSided() {
		return ""
	}
	if v.Answer == Met {
		return fmt.Sprintf(" The 95 %% interval reaches %s, because it leaves half of the doubt to each side; this answer asks for the upper side alone.",
			AtMost(v.Downtime.High95))
	}
	return fmt.Sprintf(" The 95 %% interval begins at %s, because it leaves half of the doubt to each side; this answer asks for the lower side alone.",
		AtLeast(v.Downtime.Low95))
}

func explainMet(v *Verdict, upper time.Duration) string {
	s := fmt.Sprintf("Met: at 95 %% confidence the service was down for at most %s, unseen failures included; %s allows %s.",
		AtMost(upper), v.Claim.Availability, AtLeast(v.Allowance))
	if v.Unknown > 0 {
		s += fmt.Sprintf(" That holds even if it was down in all of the %s that could not be observed.", AtMost(v.Unknown))
	}
	return s + v.beside()
}

// explainOpen speaks of a window that has not ended.
func explainOpen(v *Verdict, e *estimate) string {
	if v.Allowance == 0 {
		return fmt.Sprintf("Open until %s: no downtime is proved so far, and %s allows none.", until(v), v.Claim.Availability)
	}
	used := fmt.Sprintf("about %s", AtMost(v.Downtime.Point))
	if v.Downtime.Point == 0 {
		used = "none"
	}
	s := fmt.Sprintf("Open until %s: %s of the %s that %s allows is used so far (between %s and %s at 95 %% confidence).",
		until(v), used, AtLeast(v.Allowance), v.Claim.Availability, AtLeast(v.Downtime.Low95), AtMost(v.Downtime.High95))
	if v.Unknown > 0 {
		s += fmt.Sprintf(" Another %s could not be observed.", AtMost(v.Unknown))
	}
	return s
}

func until(v *Verdict) string { return v.Period.To.Format("2006-01-02 15:04 MST") }

// explainWhole speaks of a claim that allows no downtime: it can be refuted, but
// sampling cannot prove it.
func explainWhole(v *Verdict, upper time.Duration) string {
	shown := Percent(ratio(v.Accounted-upper-v.Unknown, v.Accounted), max(4, v.Claim.Availability.Digits+1))
	s := fmt.Sprintf("Not refuted: no downtime is proved, and at least %s is shown at 95 %% confidence. "+
		"No sampling can prove %s.", shown, v.Claim.Availability)
	if v.Unknown > 0 {
		s += fmt.Sprintf(" The %s that could not be observed count as down in this figure.", AtMost(v.Unknown))
	}
	return s
}

// explainDoubt says what stands between the claim and an answer.
func explainDoubt(v *Verdict, upper time.Duration) string {
	allowed := fmt.Sprintf("%s allows %s", v.Claim.Availability, AtLeast(v.Allowance))
	if upper <= v.Allowance {
		return fmt.Sprintf("Cannot tell: in the time that was observed the service was down for at most %s at 95 %% confidence, and %s; "+
			"but %s could not be observed, too much to leave aside.", AtMost(upper), allowed, AtMost(v.Unknown))
	}
	// The interval that is printed beside it, and not the one-sided limits that
	// decide: two different ranges "at 95 %" on one page convince nobody.
	s := fmt.Sprintf("Cannot tell: the downtime lies between %s and %s at 95 %% confidence, and %s.",
		AtLeast(v.Downtime.Low95), AtMost(v.Downtime.High95), allowed)
	switch {
	case v.Deciding > 0 && v.Deciding < v.Interval:
		s += fmt.Sprintf(" Probing every %s instead of every %s would have decided it.", AtLeast(v.Deciding), AtMost(v.Interval))
	case v.Deciding > 0:
	case v.Unknown > 0:
		s += fmt.Sprintf(" Besides, %s could not be observed.", AtMost(v.Unknown))
	default:
		s += " The failures that were seen leave no room in it: no probe interval would have proved the claim."
	}
	return s
}
