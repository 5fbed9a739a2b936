package web

import (
	"html/template"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web/chart"
)

// allowanceBar draws how much of the allowance is used.
func (v *visit) allowanceBar(d *sla.Verdict) template.HTML {
	return chart.Allowance(v.allowanceText(d), d.Allowance, d.Downtime, known(d))
}

// scale draws downtime on one line, with its bounds and the allowance.
func (v *visit) scale(d *sla.Verdict) template.HTML {
	t, allowance := &d.Downtime, v.length(d.Allowance, roundDown)
	s := chart.Scale{
		Label:    v.t("scale.label", v.length(t.Point, roundNear), v.length(t.Low95, roundDown), v.length(t.High95, roundUp), allowance),
		Downtime: d.Downtime, Allowance: d.Allowance, Mark: v.t("scale.allowance", allowance),
		Word: func(at time.Duration) string { return v.length(at, roundNear) },
	}
	return s.Draw()
}

// bounds draws what is known of one incident.
func (v *visit) bounds(i *status.Incident, now time.Time) template.HTML {
	return chart.Outage(v.incidentSentence(i), i.Incident, i.Ongoing, now, v.zone)
}
