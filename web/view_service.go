package web

import (
	"slices"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// checksPerPage are shown of a service in one table.
const checksPerPage = 100

// maintenanceShown are the announcements listed for a service.
const maintenanceShown = 20

// historyEvery is the seconds between two refreshes of a page that reads history.
const historyEvery = 15

type serviceView struct {
	Name, Vendor, Note string
	State              stateView
	Claims             []verdictView
	Ranges             rangeView
	Strips             []stripView
	Legend             []legendRow
	More, Counted      string
	Chart              chartView
	Responses          *responsesView
	Checks             []checkRow
	Pager              pagerView
	Incidents          []incidentRow
	Maintenance        []maintenanceRow
	Mutes              []muteRow
	Forms              *serviceForms
}

// maintenanceRow is one announcement.
type maintenanceRow struct {
	From, To, Announced moment
	Length, Note        string
	Coming, Now         bool
	Ruling              string
}

// maintenance lists announcements, the last one first. The claim that leaves
// maintenance out rules on them; without one nobody does.
func (v *visit) maintenance(x *status.Service) []maintenanceRow {
	var claim sla.Claim
	for i := range x.Claims {
		if x.Claims[i].Claim.ExcludeMaintenance {
			claim = x.Claims[i].Claim
			break
		}
	}
	var rows []maintenanceRow
	for _, r := range slices.Backward(claim.Maintenance(x.Maintenance)) {
		row := maintenanceRow{
			From: v.at(r.From), To: v.at(r.To), Announced: v.at(r.Announced), Length: v.length(r.To.Sub(r.From), roundNear), Note: r.Note,
			Coming: v.board.At.Before(r.From), Now: !v.board.At.Before(r.From) && v.board.At.Before(r.To),
		}
		if claim.ID != "" {
			row.Ruling = v.ruling(&r)
		}
		if rows = append(rows, row); len(rows) == maintenanceShown {
			break
		}
	}
	return rows
}

// checkRow is one line of the table of checks.
type checkRow struct {
	Name, URL, Class, Kind, Target, Interval, Took, Reason string
	State                                                  stateView
	Since                                                  moment
}

func (v *visit) checkRow(c *status.Check) checkRow {
	row := checkRow{
		Name: nameOf(c.Name, c.ID), URL: v.checkURL(c.ID), Class: v.class(c.Class), Kind: c.Kind(),
		Target: c.Target(), Interval: v.length(c.Interval, roundNear), Took: v.took(c.Last.Took),
		State: v.stateOf(c), Since: v.at(c.Since),
	}
	if h, ok := c.Params.(check.Heartbeat); ok {
		row.Target = v.t("check.reports", v.length(h.Every, roundNear))
	}
	if c.Last.Reason != check.ReasonNone && !c.Paused {
		row.Reason = v.reason(c.Last.Reason)
	}
	return row
}

func (s *server) service(v *visit) view {
	id := check.ServiceID(v.r.PathValue("id"))
	x := findService(v.board, id)
	if x == nil {
		return v.missing("service", string(id))
	}
	out := serviceView{Name: nameOf(x.Name, x.ID), Vendor: x.Vendor, Note: x.Note, State: v.state(x.State), Legend: v.legend()}
	if id == check.OwnNetworkService {
		out.Name, out.Note = v.t("service.own"), v.t("service.own.note")
	}
	for i := range x.Claims {
		out.Claims = append(out.Claims, v.verdict(&x.Claims[i]))
	}
	for i := range x.Responses {
		out.Claims = append(out.Claims, v.responseVerdict(&x.Responses[i]))
	}
	var own *sla.Verdict
	if len(x.Claims) > 0 {
		own = &x.Claims[0].Verdict
	}
	period, ranges := v.period(own)
	out.Ranges = ranges
	if s.History != nil {
		s.strips(v, x, period, &out)
		out.Ranges.Zoom = v.zoom(period, out.Strips)
		if c := charted(x); c != nil {
			out.Chart = s.chart(v, c, period)
		}
	}
	var checks []*status.Check
	checks, out.Pager = paged(v, pointers(x.Checks), checksPerPage)
	for _, c := range checks {
		out.Checks = append(out.Checks, v.checkRow(c))
	}
	out.Responses = s.responseTimes(v, checks, soFar(period, v.board.At))
	shown := pointers(x.Incidents[:min(len(x.Incidents), incidentsPerPage)])
	out.Incidents = s.withTaken(v, v.incidentRows(shown), shown)
	out.Maintenance = v.maintenance(x)
	out.Mutes = s.mutes(v, func(m alert.Mute) bool { return m.Service == x.ID })
	out.Forms = s.serviceForms(v, x)
	return view{name: "service", title: out.Name, active: "overview", every: historyEvery, body: out}
}

// charted chooses the check whose response times stand for the service: the
// first one that a claim rests on, else the first.
func charted(s *status.Service) *check.Check {
	for _, claim := range s.Claims {
		for i := range s.Checks {
			if s.Checks[i].ID == claim.Claim.Checks[0] {
				return &s.Checks[i].Check
			}
		}
	}
	if len(s.Checks) > 0 {
		return &s.Checks[0].Check
	}
	return nil
}

// strips draws one timeline for each claim of several checks, and one for each
// check. Histories are read once.
func (s *server) strips(v *visit, x *status.Service, whole timeline.Period, out *serviceView) {
	p := soFar(whole, v.board.At)
	if !p.From.Before(p.To) {
		return
	}
	series := map[check.ID]timeline.Series{}
	get := func(id check.ID) timeline.Series {
		if _, ok := series[id]; !ok {
			series[id] = s.read(id, p)
		}
		return series[id]
	}
	for i := range x.Claims {
		c := &x.Claims[i].Claim
		if len(c.Checks) == 1 && !c.ExcludeMaintenance && len(s.counting(c.ID)) == 0 {
			continue // the strip of its check shows the same
		}
		for _, id := range c.Checks {
			get(id)
		}
		name := v.t("strip.claim", figure(c.Availability), nameOf(c.Name, c.ID))
		out.Counted = v.t("strip.counted")
		out.Strips = append(out.Strips, v.stripView(name, v.link("/claims/"+string(c.ID)), s.correctedSpans(c, series, p, x.Maintenance), whole))
	}
	for i := range x.Checks {
		if i == maxStrips {
			out.More = v.t("strip.more", maxStrips, len(x.Checks))
			break
		}
		c := &x.Checks[i]
		spans := timeline.Spans(get(c.ID), p, nil, false)
		out.Strips = append(out.Strips, v.stripView(nameOf(c.Name, c.ID), v.checkURL(c.ID), spans, whole))
	}
}
