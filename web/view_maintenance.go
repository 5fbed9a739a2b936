package web

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

// windowsPerPage of the list of maintenance. For each the history of its time is read.
const windowsPerPage = 50

type maintenanceView struct {
	Coming, Past []windowRow
	Pager        pagerView
	Services     []choice
	From, To     string // what the form starts with, in the site's zone
	Zone         string
}

// choice is one line of a list to choose from.
type choice struct {
	Value, Word string
	Chosen      bool
}

// windowRow is one announced window, and what the claims of its service make of it.
type windowRow struct {
	ID, Service, ServiceURL string
	From, To, Announced     moment
	Length, Lead, Note      string
	Source, Replaces        string
	Now, Withdrawn          bool
	Ours                    bool // entered by hand: it can be taken back
	Effects                 []effectRow
}

// effectRow is what one claim makes of a window.
type effectRow struct{ Figure, Name, URL, Ruling, Down string }

// placed is a window and the service it is for.
type placed struct {
	sla.Exclusion
	service *status.Service
}

// maintenancePage lists what was announced, what is still to come first.
func (s *server) maintenancePage(v *visit) view {
	var coming, past []placed
	for i := range v.board.Services {
		x := &v.board.Services[i]
		for _, e := range x.Maintenance {
			if e.Closed {
				continue // agreed on or outside service hours: nothing was announced
			}
			if v.board.At.Before(e.To) {
				coming = append(coming, placed{e, x})
			} else {
				past = append(past, placed{e, x})
			}
		}
	}
	slices.SortStableFunc(coming, func(a, b placed) int { return a.From.Compare(b.From) })
	slices.SortStableFunc(past, func(a, b placed) int { return b.From.Compare(a.From) })
	out := maintenanceView{Zone: v.zone.String()}
	past, out.Pager = paged(v, past, windowsPerPage)
	for _, p := range coming[:min(len(coming), windowsPerPage)] {
		out.Coming = append(out.Coming, s.window(v, p))
	}
	for _, p := range past {
		out.Past = append(out.Past, s.window(v, p))
	}
	out.Services = v.serviceChoices(v.actor.Typed("maintenance", "service"))
	start := v.board.At.In(v.zone).AddDate(0, 0, 14).Truncate(time.Hour)
	out.From, out.To = start.Format(wallLayouts[0]), start.Add(time.Hour).Format(wallLayouts[0])
	return view{name: "maintenance", title: v.t("nav.maintenance"), active: "maintenance", every: historyEvery, body: out}
}

// serviceChoices are the services of vendors: nobody announces work on our own network.
func (v *visit) serviceChoices(chosen string) []choice {
	var out []choice
	for i := range v.board.Services {
		x := &v.board.Services[i]
		if x.ID != check.OwnNetworkService && x.ID != check.DevicesService {
			out = append(out, choice{string(x.ID), nameOf(x.Name, x.ID), string(x.ID) == chosen})
		}
	}
	return out
}

func (s *server) window(v *visit, p placed) windowRow {
	row := windowRow{
		ID: p.ID, Service: nameOf(p.service.Name, p.service.ID), ServiceURL: v.link("/services/" + string(p.service.ID)),
		From: v.at(p.From), To: v.at(p.To), Announced: v.at(p.Announced), Length: v.length(p.To.Sub(p.From), roundNear),
		Note: p.Note, Source: p.Source, Replaces: p.Replaces, Ours: p.ID != "" && s.Ledger != nil && s.Ledger.Entered(p.ID),
		Now: !v.board.At.Before(p.From) && v.board.At.Before(p.To),
	}
	switch lead := p.From.Sub(p.Announced); {
	case p.Announced.IsZero():
		row.Lead = v.t("maintenance.unannounced")
	case lead < 0:
		row.Lead = v.t("maintenance.after", v.length(-lead, roundUp))
	default:
		row.Lead = v.t("maintenance.lead", v.length(lead, roundDown))
	}
	if v.public {
		row.Source, row.ID, row.Replaces = "", "", ""
	}
	for i := range p.service.Claims {
		if e := s.effect(v, p, &p.service.Claims[i]); e.Ruling != "" {
			row.Effects = append(row.Effects, e)
			row.Withdrawn = row.Withdrawn || e.Ruling == v.t("why.withdrawn")
		}
	}
	return row
}

// effect is what a claim makes of a window: whether it is left out, and how much of it
// was down, since that is what it does to the figure.
func (s *server) effect(v *visit, p placed, c *status.Claim) effectRow {
	out := effectRow{Figure: figure(c.Claim.Availability), Name: nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID))}
	if !c.Claim.ExcludeMaintenance {
		out.Ruling = v.t("maintenance.counts")
	}
	for _, r := range c.Claim.Maintenance(p.service.Maintenance) {
		if out.Ruling == "" && same(r.Exclusion, p.Exclusion) {
			out.Ruling = v.ruling(&r)
		}
	}
	if down, ok := s.downIn(v, p, c); ok {
		out.Down = v.t("maintenance.down", v.length(down, roundNear))
	}
	return out
}

// same tells one announcement from another; those of files may have no name.
func same(a, b sla.Exclusion) bool {
	return a.ID == b.ID && a.From.Equal(b.From) && a.To.Equal(b.To) && a.Announced.Equal(b.Announced) && a.Note == b.Note
}

// downIn measures how much of a window the claim would count as down if nothing were
// left out; false when it is still to come, or no history is at hand.
func (s *server) downIn(v *visit, p placed, c *status.Claim) (down time.Duration, ok bool) {
	period := soFar(p.Period, v.board.At)
	if s.History == nil || !period.From.Before(period.To) {
		return 0, false
	}
	bare := c.Claim
	bare.ExcludeMaintenance, bare.Hours = false, nil
	series := map[check.ID]timeline.Series{}
	for _, id := range bare.Checks {
		series[id] = s.read(id, period)
	}
	return chart.Sum(claimSpans(&bare, series, period, nil))[timeline.Down], true
}
