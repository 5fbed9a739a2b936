package report

import (
	"strings"

	"github.com/slamon/slamon/sla"
)

// ruleJapanese says in Japanese how a rule counts, as Rule.Words does in English.
func (l *Language) ruleJapanese(r *sla.Rule) string {
	graded := r.Basis == sla.ByUserMinutes || r.Basis == sla.ByIntervalErrorRate || r.Weight == sla.WeightAffected
	var parts []string
	say := func(key string, args ...any) { parts = append(parts, l.t("rule."+key, args...)) }
	switch {
	case graded && r.Bucket > 0:
		say("graded.bucket", l.duration(r.Bucket))
	case graded:
		say("graded")
	case r.Bucket > 0:
		say("bucket", l.duration(r.Bucket), l.shareJapanese(r.Share))
	default:
		say("every")
	}
	if r.RecoverAfter > 1 {
		say("recover", r.RecoverAfter)
	}
	if r.MinRun > 0 {
		say("min_run", l.duration(r.MinRun))
	}
	switch r.Start {
	case sla.AfterMinRun, sla.StartDetection, sla.StartNotice, sla.StartTicket:
		say("start." + string(r.Start))
	}
	switch r.Round {
	case sla.RoundDown, sla.RoundNearest, sla.RoundUp:
		say("round." + string(r.Round))
	}
	if r.MinRunTotal > 0 {
		say("total", l.duration(r.MinRunTotal))
	}
	if r.MonthHours > 0 {
		say("month", r.MonthHours)
	}
	if r.Basis != sla.ByTime && r.Basis != "" {
		say("requests")
	}
	return strings.Join(parts, "。") + "。"
}

func (l *Language) shareJapanese(s sla.Share) string {
	const whole = 1_000_000_000
	percent := strings.TrimSuffix(strings.TrimRight(sla.Figure{PPB: s.PPB, Digits: 7}.String(), "%0"), ".") + " %"
	switch {
	case s.PPB == whole:
		return l.t("rule.share.all")
	case s.PPB == 0:
		return l.t("rule.share.any")
	case s.Reached:
		return l.t("rule.share.least", percent)
	}
	return l.t("rule.share.more", percent)
}
