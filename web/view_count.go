package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// stepCount shows what each step of the contract's counting rule left of the
// failures, and what credit is due; nothing without a rule.
func (v *visit) stepCount(c *status.Claim, _ *status.Service) step {
	if c.Count == nil || c.Claim.Rule == nil {
		return step{}
	}
	st := step{
		Title: v.t("why.rule"), Text: v.rule(c.Claim.Rule),
		Head: []string{v.t("why.rule.step"), v.t("why.atleast"), v.t("why.about"), v.t("why.atmost")},
	}
	row := func(name string, low, point, high time.Duration) {
		st.Rows = append(st.Rows, []string{name, v.length(low, roundDown), v.length(point, roundNear), v.length(high, roundUp)})
	}
	for _, s := range c.Count.Stages {
		if c.Claim.Rule.Takes(s.Name) {
			row(v.t("stage."+string(s.Name)), s.Low, s.Point, s.High)
		}
	}
	before := &c.Count.Continuous
	row(v.t("stage.none"), before.HardLow, before.Point, before.HardHigh)
	if text := v.credit(&c.Verdict); text != "" {
		st.Text += " " + text
	}
	return st
}

// rule says in the reader's language how a rule counts.
func (v *visit) rule(r *sla.Rule) string {
	if v.language.code == "ja" {
		return r.WordsJapanese()
	}
	return v.t("why.rule.text", r.Words())
}

// credit says what is due of a window that has ended, or that it has not.
func (v *visit) credit(c *sla.Verdict) string {
	due := c.Credit
	switch {
	case len(c.Claim.Rule.Credits.Tiers) == 0:
		return ""
	case !c.Final:
		return v.t("why.credit.open")
	case due.High == 0:
		return v.t("why.credit.none")
	}
	text := v.t("why.credit", spaced(sla.Percent(due.Point, 2)), spaced(sla.Percent(due.Low, 2)), spaced(sla.Percent(due.High, 2)))
	if by := due.ClaimBy; by != (sla.Date{}) {
		text += " " + v.t("why.credit.by", by.Start(time.UTC).Format(time.DateOnly))
	}
	return text
}

// checks says how several checks make the service.
func (v *visit) checks(c *sla.Claim) string {
	m := len(c.Checks)
	switch n := c.Combine.Need(m); n {
	case 0:
		return v.t("combine.mean")
	case 1:
		return v.combine(sla.AnyDown)
	case m:
		return v.combine(sla.AllDown)
	default:
		return v.t("combine.some_down", n, m)
	}
}

// besides are the flags of slamon judge for what a claim says of its checks, its
// hours and its way of counting.
func besides(c *sla.Claim) string {
	text := ""
	if len(c.Checks) > 1 && c.Combine != sla.AnyDown && c.Combine != "" {
		text += fmt.Sprintf(" \\\n  --combine %q", c.Combine)
		var weights []string
		for _, id := range c.Checks {
			if w, ok := c.Weights[id]; ok {
				weights = append(weights, fmt.Sprintf("%s=%d", id, w))
			}
		}
		if len(weights) > 0 {
			text += " --weights " + strings.Join(weights, ",")
		}
	}
	if c.Hours != nil {
		text += fmt.Sprintf(" \\\n  --service-hours %q", c.Hours.Rule)
		if len(c.Hours.Holidays) > 0 {
			text += " --holidays holidays.ics"
		}
	}
	if c.Rule != nil {
		text += " --rule rule.toml"
	}
	return text
}
