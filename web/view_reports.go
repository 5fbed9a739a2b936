package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

const (
	// reportedClaims are the claims on one page of reports. Each reads what was handed
	// out for its periods.
	reportedClaims = 25
	// reportedMonths are the months offered for each claim, the running one first.
	reportedMonths = 4
	// reportedPeriods are the closed periods shown of each claim, the newest first.
	reportedPeriods = 12
)

// reportFormats in the order of their links.
var reportFormats = []string{"html", "text", "csv", "json"}

type reportsView struct {
	Claims  []reportedClaim
	Pager   pagerView
	Choices []choice
	Formats []choice
	Month   string
	Sheet   []fileLink
	None    bool
}

// reportedClaim is a claim with the periods that there are reports on.
type reportedClaim struct {
	Figure, Name, URL, Service, ServiceURL string
	Answer                                 answerView
	Periods                                []reportedPeriod
}

// reportedPeriod is a period with its reports, and what was handed out for it.
type reportedPeriod struct {
	Word, Bounds string
	Files        []fileLink
	Versions     []versionRow
	period       timeline.Period
}

// versionRow is a figure that was handed out.
type versionRow struct {
	Number, Figure, Why, Correction string
	At                              moment
	Answer                          answerView
}

// reports lists the claims with their periods, and lets the reader name another one.
func (s *server) reports(v *visit) view {
	out := reportsView{Month: v.board.At.In(v.zone).AddDate(0, -1, 1-v.board.At.In(v.zone).Day()).Format("2006-01"), None: s.Report == nil}
	all := v.reportables()
	for _, r := range all {
		name := nameOf(r.service.Name, r.service.ID) + ": " + r.figure + " " + nameOf(r.claim.Claim.Name, r.claim.Claim.ID)
		out.Choices = append(out.Choices, choice{Value: string(r.claim.Claim.ID), Word: name})
	}
	all, out.Pager = paged(v, all, reportedClaims)
	for _, r := range all {
		out.Claims = append(out.Claims, s.reportedClaim(v, r))
	}
	for _, f := range reportFormats {
		out.Formats = append(out.Formats, choice{Value: f, Word: v.t("format." + f)})
		if s.Sheet {
			out.Sheet = append(out.Sheet, fileLink{"/api/v1/sheet?" + url.Values{"format": {f}, "lang": {v.code}}.Encode(), v.t("format." + f)})
		}
	}
	return view{name: "reports", title: v.t("nav.reports"), active: "reports", every: longEvery, body: out}
}

// refuseReport says on the page of reports why one is not made, to somebody who opened it
// there; false to a program, which is answered otherwise.
func (s *server) refuseReport(w http.ResponseWriter, r *http.Request, err error) bool {
	b := s.Board()
	if b == nil || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	v := s.visit(r, b)
	v.path = "/reports"
	v.refuse(s, err)
	page := s.reports(v)
	page.code = v.failed
	s.render(w, v, page)
	return true
}

// reportable is a claim that there are reports on: on availability or on response time.
type reportable struct {
	claim   *status.Claim
	figure  string
	service *status.Service
}

func (v *visit) reportables() (all []reportable) {
	for i := range v.board.Services {
		x := &v.board.Services[i]
		for k := range x.Claims {
			all = append(all, reportable{&x.Claims[k], figure(x.Claims[k].Claim.Availability), x})
		}
		for k := range x.Responses {
			if r := &x.Responses[k]; !r.Period.From.IsZero() { // what was never judged has no window
				all = append(all, reportable{asClaim(r), v.promise(r.Claim.Promise), x})
			}
		}
	}
	return all
}

func (s *server) reportedClaim(v *visit, r reportable) reportedClaim {
	c, x := r.claim, r.service
	out := reportedClaim{
		Figure: r.figure, Name: nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID)),
		Service: nameOf(x.Name, x.ID), ServiceURL: v.link("/services/" + string(x.ID)), Answer: v.answerNow(&c.Verdict),
	}
	out.Periods = append(out.Periods, reportedPeriod{Word: v.t("reports.window"), Bounds: v.windowText(&c.Verdict), Files: v.reportFiles(c.Claim.ID)})
	rest := s.closed(v, c)
	for _, m := range v.months(c) {
		if !slices.ContainsFunc(rest, func(p reportedPeriod) bool { return p.Word == m.Word }) {
			rest = append(rest, m)
		}
	}
	slices.SortStableFunc(rest, func(a, b reportedPeriod) int {
		return cmp.Or(b.period.To.Compare(a.period.To), a.period.From.Compare(b.period.From))
	})
	out.Periods = append(out.Periods, rest[:min(len(rest), reportedPeriods)]...)
	return out
}

// months are the last calendar months; the running one only where it is not the
// window.
func (v *visit) months(c *status.Claim) (out []reportedPeriod) {
	month := sla.Window{Kind: sla.CalendarMonth, Zone: c.Claim.Window.Zone}
	p := month.Period(v.board.At)
	if c.Claim.Window.Kind == sla.CalendarMonth {
		p = month.Previous(p)
	}
	for ; len(out) < reportedMonths; p = month.Previous(p) {
		out = append(out, v.named(c, p))
	}
	return out
}

// closed are the periods whose figure was handed out, with all its versions: the newest
// first.
func (s *server) closed(v *visit, c *status.Claim) (out []reportedPeriod) {
	for _, x := range s.versions(c.Claim.ID) {
		p := timeline.Period{From: x.From, To: x.To}
		at := slices.IndexFunc(out, func(r reportedPeriod) bool { return r.period.From.Equal(p.From) && r.period.To.Equal(p.To) })
		if at < 0 {
			at = len(out)
			out = append(out, v.named(c, p))
		}
		out[at].Versions = append(out[at].Versions, v.version(&x))
	}
	return out
}

// named is a period by its name, where it is a month, or else by its days.
func (v *visit) named(c *status.Claim, p timeline.Period) reportedPeriod {
	zone := c.Claim.Window.Zone
	if zone == nil {
		zone = v.zone
	}
	from, to := p.From.In(zone), p.To.In(zone)
	if from.Day() == 1 && midnight(from) && from.AddDate(0, 1, 0).Equal(to) {
		name := from.Format("2006-01")
		return reportedPeriod{Word: name, Files: v.reportFiles(c.Claim.ID, "month", name), period: p}
	}
	word := from.Format("2006-01-02 15:04") + " – " + to.Format("2006-01-02 15:04")
	if midnight(from) && midnight(to) {
		word = from.Format(time.DateOnly) + " – " + to.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return reportedPeriod{Word: word, Files: v.reportFiles(c.Claim.ID, "from", from.Format(time.RFC3339), "to", to.Format(time.RFC3339)), period: p}
}

// version is one figure that was handed out, with the claim's digits and one more.
func (v *visit) version(x *Version) versionRow {
	figure := spaced(sla.Percent(x.Availability, max(x.Digits+1, 3)))
	if x.Responses {
		figure = "–"
		if x.Share != nil {
			figure = sharePercent(*x.Share, max(x.Digits+1, 2))
		}
	}
	return versionRow{
		Number: v.t("reports.version", x.Version), Figure: figure, Why: x.Why, Correction: x.Correction,
		At: v.at(x.At), Answer: v.answerOf(x.Answer),
	}
}

// reportFiles links to a report in every format.
func (v *visit) reportFiles(id sla.ClaimID, pairs ...string) (out []fileLink) {
	for _, format := range reportFormats {
		q := url.Values{"format": {format}, "lang": {v.code}}
		for i := 0; i+1 < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		out = append(out, fileLink{"/api/v1/reports/" + url.PathEscape(string(id)) + "?" + q.Encode(), v.t("format." + format)})
	}
	return out
}

// openReport leads a form, which cannot put a claim into an address, to the report.
func (s *server) openReport(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	claim, to := q.Get("claim"), url.Values{}
	for _, key := range []string{"month", "from", "to", "format", "lang"} {
		if value := strings.TrimSpace(q.Get(key)); value != "" {
			to.Set(key, value)
		}
	}
	if to.Has("from") || to.Has("to") {
		to.Del("month") // the form starts with a month; a period is more exact
	}
	http.Redirect(w, r, "/api/v1/reports/"+url.PathEscape(claim)+"?"+to.Encode(), http.StatusSeeOther)
}
