package report

import (
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// combineText says how several checks make the service; empty for one.
func (l *Language) combineText(c *sla.Claim) string {
	m := len(c.Checks)
	if m < 2 {
		return ""
	}
	names := make([]string, m)
	for i, id := range c.Checks {
		names[i] = string(id)
	}
	list := strings.Join(names, ", ")
	switch n := c.Combine.Need(m); n {
	case 0:
		return l.t("combine.mean", l.shares(c))
	case 1:
		return l.t("combine.any", list)
	case m:
		return l.t("combine.all", list)
	default:
		return l.t("combine.some", list, n, m)
	}
}

// shares lists the checks of a mean with what each stands for.
func (l *Language) shares(c *sla.Claim) string {
	total := 0
	for _, id := range c.Checks {
		total += c.Weight(id)
	}
	parts := make([]string, len(c.Checks))
	for i, id := range c.Checks {
		parts[i] = l.t("combine.share", id, c.Weight(id), total)
	}
	return strings.Join(parts, ", ")
}

// ruleText says in a sentence how the rule counts.
func (l *Language) ruleText(r *sla.Rule) string {
	if l.Code == "en" {
		return r.Words()
	}
	return r.WordsJapanese()
}

// creditText says what is due for a period; empty where the rule gives no credit.
func (l *Language) creditText(v *sla.Verdict) string {
	c := v.Credit
	switch {
	case v.Claim.Rule == nil || len(v.Claim.Rule.Credits.Tiers) == 0:
		return ""
	case !v.Final:
		return l.t("credit.open")
	case c.High == 0:
		return l.t("credit.none")
	}
	text := l.t("credit.between", sla.Percent(c.Low, 2), sla.Percent(c.High, 2))
	if c.Point > 0 {
		text = l.t("credit.due", l.terms(c.Terms), sla.Percent(c.Point, 2))
		if c.Terms.Form == sla.CreditShare && !c.Capped {
			text = l.t("credit.share", c.Terms.String())
		}
		if c.Low != c.Point || c.High != c.Point {
			text += l.t("credit.bounds", sla.Percent(c.Low, 2), sla.Percent(c.High, 2))
		}
	}
	if c.Capped {
		text += l.t("credit.capped")
	}
	if c.ClaimBy != (sla.Date{}) {
		text += l.t("credit.by", day(c.ClaimBy))
	}
	return text
}

func day(d sla.Date) string { return d.Start(time.UTC).Format(time.DateOnly) }

// terms names a credit as the contract does.
func (l *Language) terms(c sla.Credit) string {
	switch c.Form {
	case sla.CreditDays:
		return l.t("credit.days", c.N)
	case sla.CreditTimes:
		return l.t("credit.times", c.N)
	case sla.CreditProRata:
		return l.t("credit.pro_rata")
	}
	return c.String()
}

// creditDue reports whether the period is one that the contract gives credit for: a
// window of the claim, and no part of it.
func creditDue(v *sla.Verdict) bool {
	if v.Claim.Rule == nil || len(v.Claim.Rule.Credits.Tiers) == 0 || v.Claim.Window.Kind == "" {
		return false
	}
	w := v.Claim.Window.Period(v.Period.From)
	return v.Claim.Window.Kind == sla.Rolling || w.From.Equal(v.Period.From) && w.To.Equal(v.Period.To)
}

// stageGrid shows what each step of the rule left of the failures.
func stageGrid(l *Language, v *sla.Verdict) grid {
	g := grid{ID: "stages", Title: l.t("rule"), Head: []string{l.t("rule.step"), l.t("rule.least"), l.t("rule.about"), l.t("rule.most")},
		Right: map[int]bool{1: true, 2: true, 3: true}}
	if v.Count == nil {
		return grid{}
	}
	for _, s := range v.Count.Stages {
		if !v.Claim.Rule.Takes(s.Name) {
			continue
		}
		g.Rows = append(g.Rows, []string{l.t("stage." + string(s.Name)), l.duration(s.Low), l.most(s.Point), l.most(s.High)})
	}
	c := v.Count.Continuous
	g.Rows = append(g.Rows, []string{l.t("stage.none"), l.duration(c.HardLow), l.most(c.Point), l.most(c.HardHigh)})
	g.Note = l.t("rule.says", l.ruleText(v.Claim.Rule))
	return g
}

// maxRuns are listed: the sums hold all of them, and who has more has no use for the
// list.
const maxRuns = 200

// lessText says what took from a run.
func (l *Language) lessText(r *sla.Rule, less sla.Less) string {
	if l.Code == "en" {
		return r.Why(less)
	}
	return r.WhyJapanese(less)
}
