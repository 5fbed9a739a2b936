package sla

import (
	"fmt"
	"strings"
)

// Words says in a sentence how the rule counts.
func (r *Rule) Words() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch {
	case r.linear() && r.Bucket > 0:
		say("each %s counts by the share of it that failed", clock(r.Bucket))
	case r.linear():
		say("each moment counts by the share of checks that failed")
	case r.Bucket > 0:
		say("each %s counts whole when %s failed", clock(r.Bucket), r.Share.words())
	default:
		say("every moment of a failure counts")
	}
	if r.RecoverAfter > 1 {
		say("a failure ends with %d good ones in a row", r.RecoverAfter)
	}
	if r.MinRun > 0 {
		say("failures under %s do not count", clock(r.MinRun))
	}
	switch r.Start {
	case AfterMinRun:
		say("each counts only from then on")
	case StartDetection:
		say("each counts from its first failed probe")
	case StartNotice, StartTicket:
		say("each counts from its %s", r.Start)
	}
	switch r.Round {
	case RoundDown:
		say("each is rounded down to minutes")
	case RoundNearest:
		say("each is rounded to the nearest minute")
	case RoundUp:
		say("each is rounded up to minutes")
	}
	if r.MergeGap > 0 {
		say("failures no further apart than %s are one incident", clock(r.MergeGap))
	}
	if r.MinRunTotal > 0 {
		say("a sum under %s counts as none", clock(r.MinRunTotal))
	}
	if r.MonthHours > 0 {
		say("a month has %d hours", r.MonthHours)
	}
	s := strings.Join(parts, "; ")
	if r.Basis != ByTime && r.Basis != "" {
		s += "; probes are taken as the requests of users, which cannot be seen from outside"
	}
	return s
}

// words says how much of a bucket has to fail.
func (s Share) words() string {
	percent := strings.TrimSuffix(strings.TrimRight(Figure{PPB: s.PPB, Digits: 7}.String(), "%0"), ".") + " %"
	switch {
	case s.PPB == whole:
		return "all of it"
	case s.PPB == 0:
		return "any of it"
	case s.Reached:
		return "at least " + percent + " of it"
	}
	return "more than " + percent + " of it"
}

// explainRule puts the answer under a rule into words.
func (v *Verdict) explainRule(e *estimate, n *counted, u *unseen) string {
	most, w := v.Count.Denominator, v.Count.Unknown
	upper := v.Downtime.Most95
	counted := "Counted by the rule (" + v.Claim.Rule.Words() + "): "
	allowed := fmt.Sprintf("%s allows %s", v.Claim.Availability, AtLeast(v.Allowance))
	besides := ""
	if w > 0 {
		besides = fmt.Sprintf(" Time that could not be observed would count as up to %s more.", AtMost(w))
	}
	switch {
	case v.Answer == BreachedCertain:
		return explainBreach(v, v.Downtime.HardLow, "without any doubt") + " " + counted + v.inSum()
	case v.Answer == Breached:
		return explainBreach(v, v.Downtime.Least95, "at 95 % confidence") + " " + counted + v.inSum()
	case v.Accounted <= 0 || most <= 0:
		return "There is nothing to account for: the window is empty, lies in the future or is left out whole."
	case v.Unknown >= v.Accounted:
		return "Nothing is known of this time: there is no usable result in it."
	case !v.Final:
		return fmt.Sprintf("Open until %s. %s%s %s.%s", until(v), counted, v.inSum(), allowed, besides)
	case v.Answer == Met:
		return fmt.Sprintf("Met: at 95 %% confidence at most %s of downtime count; %s.%s %s%s", AtMost(upper), allowed, besides, counted, v.inSum()) + v.beside()
	case v.Answer == MetIfUnknownAlike:
		return fmt.Sprintf("Met if the time that could not be observed was like the rest; counted as down it would take the downtime to %s, and %s. %s%s",
			AtMost(upper+w), allowed, counted, v.inSum())
	case u.unproven != "":
		return fmt.Sprintf("Cannot tell: no sampling can prove this rule kept, since %s. At least %s count, and %s.",
			u.unproven, AtLeast(v.Downtime.HardLow), allowed)
	}
	return fmt.Sprintf("Cannot tell: between %s and %s of downtime count at 95 %% confidence, and %s.%s %s%s",
		AtLeast(v.Downtime.Low95), AtMost(v.Downtime.High95), allowed, besides, counted, v.inSum())
}

// inSum tells what the rule made of the continuous figure.
func (v *Verdict) inSum() string {
	return fmt.Sprintf("%s of failures seen count as about %s.", AtMost(v.Count.Stages[0].Point), AtMost(v.Downtime.Point))
}
