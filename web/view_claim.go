package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

type claimView struct {
	Verdict             verdictView
	Service, ServiceURL string
	Scale               template.HTML
	Steps               []step
	Command             string
	Files               []fileLink
	Corrections         []saidRow
	Versions            []reportedPeriod
	Forms               *claimForms
}

type fileLink struct{ URL, Word string }

// step is one step of the account.
type step struct {
	Title, Text, Formula string
	Head                 []string
	Rows                 [][]string
	Incidents            []incidentRow
}

// claim shows the steps from probes to verdict.
func (s *server) claim(v *visit) view {
	id := sla.ClaimID(v.r.PathValue("id"))
	c, x := findClaim(v.board, id)
	if c == nil {
		if r, x := findResponse(v.board, id); r != nil {
			return s.responseClaim(v, r, x)
		}
		return v.missing("claim", string(id))
	}
	out := claimView{
		Verdict: v.verdict(c), Service: nameOf(x.Name, x.ID), ServiceURL: v.link("/services/" + string(x.ID)),
	}
	if !v.public {
		out.Command = command(c)
	}
	if known(&c.Verdict) {
		out.Scale = v.scale(&c.Verdict)
	}
	for _, f := range []func(*status.Claim, *status.Service) step{
		v.stepClaim, v.stepWindow, v.stepExcluded, v.stepProbes, v.stepUnknown, v.stepIncidents, v.stepService, v.stepDowntime, v.stepCount, v.stepAvailability, v.stepAllowance, v.stepVerdict,
	} {
		if st := f(c, x); st.Title != "" {
			out.Steps = append(out.Steps, st)
		}
	}
	if s.Report != nil {
		out.Files = append(out.Files, fileLink{reportURL(c.Claim.ID, v.language.code), v.t("claim.report")})
	}
	p := soFar(c.Period, c.Until)
	for _, id := range c.Claim.Checks {
		if v.public {
			break
		}
		out.Files = append(out.Files, fileLink{resultsURL(id, p), v.t("why.file", v.checkName(v.board, id))})
	}
	out.Corrections, out.Versions, out.Forms = s.correctionsOf(v, c), s.versionsOf(v, c), s.claimForms(v, c)
	s.corrected(v, &out, c.Claim.ID)
	title := v.t("why.title") + ": " + out.Verdict.Figure
	return view{name: "claim", title: title, active: "overview", every: historyEvery, body: out}
}

func (v *visit) stepClaim(c *status.Claim, _ *status.Service) step {
	st := step{Title: v.t("why.claim"), Text: v.t("why.claim.text", v.claimKind(c.Claim.Kind), figure(c.Claim.Availability), c.Claim.Availability.Digits)}
	if c.Claim.Text != "" {
		st.Text += " " + v.t("why.claim.quote", c.Claim.Text)
	}
	if !c.Claim.AsOf.IsZero() {
		st.Text += " " + v.t("why.claim.asof", c.Claim.AsOf.Format(time.DateOnly))
	}
	return st
}

func (v *visit) stepWindow(c *status.Claim, _ *status.Service) step {
	key := "why.window.open"
	switch {
	case c.Claim.Window.Kind == sla.Rolling:
		key = "why.window.rolling"
	case c.Final:
		key = "why.window.final"
	}
	until := v.at(c.Until)
	return step{
		Title: v.t("why.window"),
		Text:  v.t(key, v.windowText(&c.Verdict), v.length(c.Period.Length(), roundNear), until.Text+" "+until.Offset, v.length(c.Until.Sub(c.Period.From), roundNear)),
	}
}

func (v *visit) stepExcluded(c *status.Claim, x *status.Service) step {
	st := step{Title: v.t("why.excluded")}
	switch {
	case c.Excluded > 0:
		st.Text = v.t("why.excluded.text", v.length(c.Excluded, roundNear))
	case c.Claim.ExcludeMaintenance:
		st.Text = v.t("why.excluded.none")
	default:
		st.Text = v.t("why.excluded.never")
	}
	if c.Claim.Hours != nil {
		st.Text += " " + v.t("why.excluded.hours", c.Claim.Hours.Rule)
	}
	if c.Other != nil {
		st.Text += " " + v.bothWays(c)
	}
	if !c.Claim.ExcludeMaintenance {
		return st
	}
	if c.Claim.MinNotice > 0 {
		st.Text += " " + v.t("why.excluded.notice", v.length(c.Claim.MinNotice, roundNear))
	}
	p := timeline.Period{From: c.Period.From, To: c.Until}
	for _, r := range c.Claim.Maintenance(x.Maintenance) {
		if cut := p.Cut(r.Period); cut.From.Before(cut.To) {
			st.Rows = append(st.Rows, []string{v.stamp(r.From), v.stamp(r.To), v.stamp(r.Announced), v.ruling(&r), r.Note})
		}
	}
	if len(st.Rows) > 0 {
		st.Head = []string{v.t("why.from"), v.t("why.to"), v.t("why.announced"), v.t("why.counts"), v.t("why.note")}
	}
	return st
}

// bothWays says what the figure is with and without announced maintenance.
func (v *visit) bothWays(c *status.Claim) string {
	counted, left := &c.Verdict, c.Other
	if c.Claim.ExcludeMaintenance {
		counted, left = left, counted
	}
	d := digitsOf(c.Claim)
	with, _, _ := shares(counted, d)
	without, _, _ := shares(left, d)
	return v.t("why.excluded.both", with, without)
}

// ruling says what the claim makes of an announcement.
func (v *visit) ruling(r *sla.Ruling) string {
	switch {
	case r.Withdrawn:
		return v.t("why.withdrawn")
	case !r.Planned:
		return v.t("why.emergency")
	case r.Capped > 0:
		return v.t("why.capped", v.length(r.Capped, roundNear))
	}
	return v.t("why.planned")
}

// stamp is an instant in one text.
func (v *visit) stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	m := v.at(t)
	return m.Text + " " + m.Offset
}

func (v *visit) stepProbes(c *status.Claim, _ *status.Service) step {
	names := make([]string, len(c.Claim.Checks))
	for i, id := range c.Claim.Checks {
		names[i] = v.checkName(v.board, id)
	}
	st := step{
		Title: v.t("why.probes"),
		Text:  v.t("why.probes.text", v.count(c.Probes.Total), v.count(c.Probes.Failed), v.count(c.Probes.Unknown), v.length(c.Interval, roundNear)),
	}
	st.Text += " " + v.t("why.probes.checks", strings.Join(names, v.t("strip.join")))
	if len(names) > 1 {
		st.Text += " " + v.t("why.probes.combine", v.checks(&c.Claim))
	}
	key := "why.probes.degraded.good"
	if c.Claim.DegradedDown {
		key = "why.probes.degraded.down"
	}
	st.Text += " " + v.t(key)
	return st
}

func (v *visit) stepUnknown(c *status.Claim, _ *status.Service) step {
	st := step{Title: v.t("why.unknown"), Text: v.t("why.unknown.text", v.length(c.Unknown, roundNear), coverage(&c.Verdict))}
	if c.Unknown > 0 {
		st.Text += " " + v.t("why.unknown.counts")
	}
	return st
}

func (v *visit) stepIncidents(c *status.Claim, x *status.Service) step {
	st := step{Title: v.t("why.incidents"), Text: v.t("why.incidents.none")}
	if ofService(c) {
		st.Title = v.t("why.incidents.checks")
	}
	if len(c.Incidents) == 0 {
		return st
	}
	var point time.Duration
	for i := range c.Incidents {
		n := status.Incident{Incident: c.Incidents[i], Service: x.ID}
		point += n.Point
		st.Incidents = append(st.Incidents, v.claimIncident(x, n))
	}
	st.Text = v.t("why.incidents.text", v.n("count.incidents", len(c.Incidents)), v.length(point, roundNear))
	return st
}

// claimIncident links to the page of the incident while the board lists it.
func (v *visit) claimIncident(x *status.Service, n status.Incident) incidentRow {
	row := v.incidentRow(&n)
	row.URL = row.CheckURL
	for k := range x.Incidents {
		if y := &x.Incidents[k]; y.Check == n.Check && y.FirstBad.Equal(n.FirstBad) {
			row.URL = v.link("/incidents/" + y.ID)
		}
	}
	return row
}

func (v *visit) stepDowntime(c *status.Claim, _ *status.Service) step {
	t := &c.Downtime
	row := func(key, low, high string) []string { return []string{v.t(key), low, high} }
	return step{
		Title: v.t("why.downtime"), Text: v.t("why.downtime.text"),
		Head: []string{v.t("why.bounds"), v.t("why.atleast"), v.t("why.atmost")},
		Rows: [][]string{
			row("why.hard", v.length(t.HardLow, roundDown), v.length(t.HardHigh, roundUp)),
			row("why.interval", v.length(t.Low95, roundDown), v.length(t.High95, roundUp)),
			row("why.point", v.length(t.Point, roundNear), v.length(t.Point, roundNear)),
		},
	}
}

func (v *visit) stepAvailability(c *status.Claim, _ *status.Service) step {
	st := step{Title: v.t("why.availability")}
	if !known(&c.Verdict) {
		st.Text = v.t("why.availability.none")
		return st
	}
	point, low, high := shares(&c.Verdict, digitsOf(c.Claim))
	st.Text = v.t("why.availability.text", point, low, high)
	of := c.Accounted - c.Unknown
	if c.Count != nil {
		of = c.Count.Denominator
	}
	st.Formula = fmt.Sprintf("1 − %s s ÷ %s s = %s", plainSeconds(c.Downtime.Point), plainSeconds(of), point)
	if c.Unknown > 0 {
		st.Text += " " + v.t("why.availability.seen")
	}
	return st
}

func (v *visit) stepAllowance(c *status.Claim, _ *status.Service) step {
	st := step{
		Title:   v.t("why.allowance"),
		Text:    v.t("why.allowance.text", v.length(c.Allowance, roundDown)),
		Formula: fmt.Sprintf("(100 %% − %s) × %s s = %s s", figure(c.Claim.Availability), plainSeconds(c.Period.Length()-c.Excluded), plainSeconds(c.Allowance)),
	}
	// Maintenance that is announced for the rest of the window leaves the
	// denominator too; then the product is not this simple and is not shown.
	if c.Claim.Availability.Allowance(c.Period.Length()-c.Excluded) != c.Allowance {
		st.Formula = ""
	}
	return st
}

func (v *visit) stepVerdict(c *status.Claim, _ *status.Service) step {
	st := step{Title: v.t("why.verdict"), Text: v.explain(&c.Verdict)}
	if c.Answer == sla.CannotTell || c.Answer == sla.MetIfUnknownAlike {
		switch {
		case open(&c.Verdict):
			st.Text += " " + v.t("why.open")
		case c.Deciding > 0 && c.Deciding < c.Interval:
			st.Text += " " + v.t("why.deciding", v.length(c.Deciding, roundDown), v.length(c.Interval, roundNear))
		default:
			st.Text += " " + v.t("why.undecidable")
		}
	}
	return st
}

// plainSeconds writes seconds without an exponent and without needless zeros.
func plainSeconds(d time.Duration) string {
	s := fmt.Sprintf("%.3f", d.Seconds())
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// command is how to come to the same verdict from the exported results.
func command(c *status.Claim) string {
	p := c.Period
	zone := p.From.Location().String()
	if c.Claim.Window.Zone != nil {
		zone = c.Claim.Window.Zone.String()
		p.From, p.To = p.From.In(c.Claim.Window.Zone), p.To.In(c.Claim.Window.Zone)
	}
	file := "results.csv"
	if len(c.Claim.Checks) == 1 {
		file = string(c.Claim.Checks[0]) + ".csv"
	}
	return fmt.Sprintf("slamon judge --results %s --claim %s \\\n  --from %s --to %s \\\n  --tz %s --interval %ss",
		file, c.Claim.Availability, p.From.Format(time.RFC3339), p.To.Format(time.RFC3339), zone, plainSeconds(c.Interval)) + besides(&c.Claim)
}
