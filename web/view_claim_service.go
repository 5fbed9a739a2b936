package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// serviceIncidentsMost are listed on the page of a claim, the newest ones; a report has
// more of them, and the API all.
const serviceIncidentsMost = 50

// ofService reports whether the failures of the service are another matter than those of
// its check: it has several, or a rule merges and leaves out.
func ofService(c *status.Claim) bool { return c.Claim.Rule != nil || len(c.Claim.Checks) > 1 }

// stepService lists the failures of the service, as the claim combines its checks and
// its rule merges them. Those of a single check without a rule are in the step before.
func (v *visit) stepService(c *status.Claim, x *status.Service) step {
	if !ofService(c) {
		return step{}
	}
	all := c.ServiceIncidents()
	st := step{Title: v.t("why.service"), Text: v.t("why.service.none")}
	if most := c.Claim.MaxIncidents; most != nil {
		st.Text = v.t("why.service.claimed", v.n("count.incidents", c.Failures), *most)
	} else if c.Failures > 0 || len(all) > 0 {
		st.Text = v.t("why.service.text", v.n("count.incidents", c.Failures))
	}
	if len(all) == 0 {
		return st
	}
	if len(all) > serviceIncidentsMost {
		st.Text += " " + v.t("why.service.newest", serviceIncidentsMost, len(all))
	}
	st.Head = []string{v.t("why.service.began"), v.t("why.service.ended"), v.t("why.service.length"), v.t("why.service.counts"), v.t("why.service.checks"), v.t("incident.side")}
	slices.Reverse(all)
	for i := range all[:min(len(all), serviceIncidentsMost)] {
		is := &all[i]
		ended := v.moments(is.Ended, false, is.OpenEnd)
		if is.Ongoing {
			ended = v.t("why.service.ongoing")
		}
		length := v.length(is.Low, roundDown) + " – " + v.length(is.High, roundUp)
		st.Rows = append(st.Rows, []string{v.moments(is.Began, is.OpenBegin, false), ended, length, v.counted(c, is), v.downChecks(is), v.sidesOf(c, x, is)})
	}
	return st
}

// moments says between which moments something happened.
func (v *visit) moments(p timeline.Period, openBefore, openAfter bool) string {
	from, to := v.at(p.From), v.at(p.To)
	switch {
	case openBefore:
		return v.t("why.service.by", to.Text)
	case openAfter:
		return v.t("why.service.after", from.Text)
	case from.Text == to.Text:
		return from.Text
	}
	end, _ := strings.CutPrefix(to.Text, from.Text[:len(time.DateOnly)]+" ")
	return from.Text + " – " + end
}

// counted says what of an incident the claim counts, and what took from it.
func (v *visit) counted(c *status.Claim, is *sla.ServiceIncident) string {
	text := v.t("why.service.not")
	if is.Counts {
		text = v.length(is.Counted, roundNear)
	}
	if is.Less != "" {
		why := c.Claim.Rule.Why
		if v.language.code == "ja" {
			why = c.Claim.Rule.WhyJapanese
		}
		text += " · " + why(is.Less)
	}
	if is.Runs > 1 {
		text += " · " + v.t("why.service.merged", is.Runs)
	}
	return text
}

func (v *visit) downChecks(is *sla.ServiceIncident) string {
	if len(is.Checks) == 0 {
		return v.t("why.service.nobody")
	}
	names := make([]string, len(is.Checks))
	for i, id := range is.Checks {
		names[i] = v.checkName(v.board, id)
	}
	return fmt.Sprintf("%s · %s", strings.Join(names, ", "), v.reason(is.Reason))
}

// sidesOf are the sides that people confirmed of the failures in an incident, each once.
func (v *visit) sidesOf(c *status.Claim, x *status.Service, is *sla.ServiceIncident) string {
	var sides []string
	for _, i := range is.Parts {
		id := status.IncidentID(c.Incidents[i].Check, c.Incidents[i].FirstBad)
		for k := range x.Incidents {
			y := &x.Incidents[k]
			if y.ID != id || y.Cause.Side == "" {
				continue
			}
			if side := v.t("side." + string(y.Cause.Side)); !slices.Contains(sides, side) {
				sides = append(sides, side)
			}
		}
	}
	if len(sides) == 0 {
		return v.t("side.none")
	}
	return strings.Join(sides, ", ")
}
