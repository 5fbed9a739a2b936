package web

import (
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// saidRow is one entry of what people said and did.
type saidRow struct {
	When, From, To moment
	By, What, Note string
	Before, After  string // the figure of a correction's window
	Claim, URL     string
	ID             string
	at             time.Time
}

// said puts what was said of an incident, and the corrections of the claims that it
// counts against, in order of time.
func (s *server) said(v *visit, i *status.Incident, service *status.Service) []saidRow {
	var rows []saidRow
	for _, r := range s.remarks(i.ID) {
		row := saidRow{at: r.At, When: v.at(r.At), By: r.By, Note: r.Note, What: v.t("said." + string(r.Kind))}
		if r.Side != "" {
			row.What = v.t("said.cause.side", v.t("side."+string(r.Side)))
		}
		rows = append(rows, row)
	}
	end := i.LastBad
	if !i.FirstGood.IsZero() {
		end = i.FirstGood
	}
	for k := range service.Claims {
		c := &service.Claims[k]
		if !slices.Contains(c.Claim.Checks, i.Check) {
			continue
		}
		for _, x := range s.corrections(c.Claim.ID) {
			if !x.From.After(end) && x.To.After(i.FirstBad) {
				rows = append(rows, v.correction(c, &x))
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b saidRow) int { return a.at.Compare(b.at) })
	return rows
}

// correction is one line of the corrections of a claim.
func (v *visit) correction(c *status.Claim, x *sla.Correction) saidRow {
	digits := digitsOf(c.Claim)
	return saidRow{
		at: x.At, When: v.at(x.At), From: v.at(x.From), To: v.at(x.To), By: x.By, Note: x.Why, ID: x.ID,
		What: v.t("said.correction", v.t("counts."+string(x.As))), Before: spaced(sla.Percent(x.Before, digits)), After: spaced(sla.Percent(x.After, digits)),
		Claim: figure(c.Claim.Availability) + " " + nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID)),
	}
}

// spaced puts a space before the sign, as figures on pages have it.
func spaced(percent string) string { return strings.TrimSuffix(percent, "%") + " %" }

// correctionsOf lists those of a claim, the newest first.
func (s *server) correctionsOf(v *visit, c *status.Claim) []saidRow {
	if v.public {
		return nil
	}
	var rows []saidRow
	for _, x := range slices.Backward(s.corrections(c.Claim.ID)) {
		rows = append(rows, v.correction(c, &x))
	}
	return rows
}

// incidentForms are what the forms of an incident start with.
type incidentForms struct {
	Base                     string // the address of the incident
	Query                    string // language, for the addresses of forms
	Ack, Notices, Statements bool   // what can be done at all
	Sides                    []choice
	Until, Seen, Zone        string
}

func (s *server) incidentForms(v *visit, i *status.Incident) incidentForms {
	out := incidentForms{
		Base: "/incidents/" + i.ID, Query: v.langQuery(), Notices: s.Notices != nil, Statements: s.Ledger != nil,
		Until: v.muteUntil(), Seen: v.board.At.In(v.zone).Format(wallLayouts[0]), Zone: v.zone.String(),
	}
	out.Ack = out.Notices && i.Ongoing && s.Notices.Acknowledged(incidentKey+i.ID) == nil
	chosen := v.actor.Typed("cause", "side")
	if chosen == "" {
		chosen = string(i.Cause.Side)
	}
	for _, side := range sla.Sides {
		out.Sides = append(out.Sides, choice{string(side), v.t("side." + string(side)), string(side) == chosen})
	}
	return out
}

// langQuery keeps the language that was asked for in the address of a form.
func (v *visit) langQuery() string {
	if l := v.query.Get("lang"); l == v.code {
		return "?lang=" + l
	}
	return ""
}

// serviceForms are what the form of a mute starts with.
type serviceForms struct {
	Base, Query, Until, Zone string
	Checks                   []choice
}

// mutedChecks bounds the checks to choose from; a service with more is muted whole, or
// at an incident.
const mutedChecks = 200

func (s *server) serviceForms(v *visit, x *status.Service) *serviceForms {
	if s.Notices == nil || v.public || x.ID == check.OwnNetworkService {
		return nil
	}
	out := &serviceForms{Base: "/services/" + string(x.ID), Query: v.langQuery(), Until: v.muteUntil(), Zone: v.zone.String()}
	for i := range x.Checks[:min(len(x.Checks), mutedChecks)] {
		c := &x.Checks[i]
		out.Checks = append(out.Checks, choice{string(c.ID), nameOf(c.Name, c.ID), v.actor.Typed("mute", "check") == string(c.ID)})
	}
	return out
}

// claimForms are what the form of a correction starts with.
type claimForms struct {
	Base, Query, Zone, From, To string
	As                          []choice
}

func (s *server) claimForms(v *visit, c *status.Claim) *claimForms {
	if s.Ledger == nil || v.public {
		return nil
	}
	out := &claimForms{Base: "/claims/" + string(c.Claim.ID), Query: v.langQuery(), Zone: v.zone.String()}
	if n := len(c.Incidents); n > 0 { // mostly what has to be corrected is the last outage
		last := &c.Incidents[n-1]
		out.From = last.FirstBad.In(v.zone).Format(wallLayouts[1])
		if !last.FirstGood.IsZero() {
			out.To = last.FirstGood.In(v.zone).Format(wallLayouts[1])
		}
	}
	chosen := v.actor.Typed("correct", "as")
	for _, as := range []sla.CountsAs{sla.AsUp, sla.AsDown, sla.AsUnknown, sla.AsExcluded} {
		out.As = append(out.As, choice{string(as), v.t("counts." + string(as)), string(as) == chosen})
	}
	return out
}

// versionsOf lists what was handed out for the closed periods of a claim.
func (s *server) versionsOf(v *visit, c *status.Claim) []reportedPeriod {
	if v.public {
		return nil
	}
	return s.closed(v, c)
}

// counting returns the corrections of a claim that change what is drawn.
func (s *server) counting(id sla.ClaimID) []sla.Correction {
	if s.counted != nil {
		return s.counted(id)
	}
	return s.corrections(id)
}

// correctedSpans are the spans of a claim as corrections leave them.
func (s *server) correctedSpans(c *sla.Claim, series map[check.ID]timeline.Series, p timeline.Period, ex []sla.Exclusion) []timeline.Span {
	corrections := s.counting(c.ID)
	if len(corrections) == 0 {
		return claimSpans(c, series, p, ex)
	}
	all := make([]timeline.Series, len(c.Checks))
	for i, id := range c.Checks {
		all[i] = series[id]
	}
	all, ex = sla.Corrected(all, ex, corrections)
	corrected := make(map[check.ID]timeline.Series, len(all))
	for i, id := range c.Checks {
		corrected[id] = all[i]
	}
	return claimSpans(c, corrected, p, ex)
}
