package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// incidentRow is one line of a list.
type incidentRow struct {
	URL, CheckURL, Check        string
	Began                       moment
	Length, Bounds, Reason      string
	Taken                       string // who takes care of it
	Ongoing, Planned, Confirmed bool
}

const (
	// latestIncidents are shown on the overview.
	latestIncidents = 8
	// incidentsPerPage of the list.
	incidentsPerPage = 100
	// beside is how far before and after an incident probes are shown.
	besideIncident = 3 * time.Minute
	// maxProbes is how many probes of an incident are shown; the file has all.
	maxProbes = 250
	// maxEvidence is how many failing probes are shown with all that was kept; those
	// that only repeat the one before are passed over, among evidenceRead of them.
	maxEvidence  = 3
	evidenceRead = 50
)

func (v *visit) incidentRow(i *status.Incident) incidentRow {
	row := incidentRow{
		URL: v.link("/incidents/" + url.PathEscape(i.ID)), CheckURL: v.checkURL(i.Check),
		Check: v.checkName(v.board, i.Check), Began: v.at(i.FirstBad), Length: v.length(i.Point, roundNear),
		Reason: v.reason(i.Reason), Ongoing: i.Ongoing, Planned: i.Planned, Confirmed: i.Confirmed(),
	}
	if i.Low != i.High {
		row.Bounds = v.length(i.Low, roundDown) + " – " + v.length(i.High, roundUp)
	}
	return row
}

func (v *visit) incidentRows(list []*status.Incident) []incidentRow {
	rows := make([]incidentRow, 0, len(list))
	for _, i := range list {
		rows = append(rows, v.incidentRow(i))
	}
	return rows
}

// withTaken says of incidents that go on who takes care of them.
func (s *server) withTaken(v *visit, rows []incidentRow, list []*status.Incident) []incidentRow {
	if s.Notices == nil || v.public {
		return rows
	}
	for n, i := range list {
		if !i.Ongoing {
			continue
		}
		if act := s.Notices.Acknowledged(incidentKey + i.ID); act != nil {
			rows[n].Taken = v.t("incident.taken", act.By)
		}
	}
	return rows
}

func (s *server) incidents(v *visit) view {
	all := newestIncidents(v.board, 1<<30)
	list, pager := paged(v, all, incidentsPerPage)
	return view{name: "incidents", title: v.t("nav.incidents"), active: "incidents", body: struct {
		Incidents []incidentRow
		Pager     pagerView
	}{s.withTaken(v, v.incidentRows(list), list), pager}}
}

type incidentView struct {
	Row                                    incidentRow
	Service, ServiceURL                    string
	Sentence                               string
	Picture                                template.HTML
	LastGood, FirstBad, LastBad, FirstGood moment
	Failed, Runs                           string
	Evidence                               []evidenceView
	Claims                                 []verdictView
	Results                                resultRows
	Cut, CSV                               string
	Beside                                 []besideRow // what the service's devices read around it
	Events                                 []eventRow  // and what they told
	Told                                   []toldRow
	Vendor                                 []vendorRow
	Acknowledged                           string
	Side, Cause                            string // as a person has confirmed it
	Said                                   []saidRow
	Mutes                                  []muteRow
	Forms                                  *incidentForms
}

type evidenceView struct {
	Sent     moment
	Evidence check.Evidence
	Picture  string // address of what a browser showed; empty for none
}

func (s *server) incident(v *visit) view {
	id := v.r.PathValue("id")
	i, service, err := s.incidentOf(v.board, id)
	if err != nil {
		return v.missing("incident", id)
	}
	out := incidentView{
		Row: v.incidentRow(i), Service: nameOf(service.Name, service.ID), ServiceURL: v.link("/services/" + string(service.ID)),
		Sentence: v.incidentSentence(i), Picture: v.bounds(i, v.board.At),
		LastGood: v.exact(i.LastGood), FirstBad: v.exact(i.FirstBad), LastBad: v.exact(i.LastBad), FirstGood: v.exact(i.FirstGood),
		Failed: v.count(i.Failed), Runs: v.count(max(i.Runs, 1)),
	}
	out.Side, out.Cause = v.cause(i.Cause)
	for k := range service.Claims {
		if c := &service.Claims[k]; slices.Contains(c.Claim.Checks, i.Check) {
			out.Claims = append(out.Claims, v.verdict(c))
		}
	}
	if !v.public {
		p := around(i, v.board.At)
		// Of this incident only: what failed minutes before may be another one.
		out.Evidence = s.evidence(v, i, timeline.Period{From: i.FirstBad, To: i.LastBad.Add(time.Millisecond)})
		out.Results, out.Cut = s.probes(v, i.Check, p)
		out.Told, out.Vendor, out.Acknowledged = s.told(v, i)
		out.CSV = resultsURL(i.Check, p)
		out.Said = s.said(v, i, service)
		out.Mutes = s.mutes(v, func(m alert.Mute) bool { return m.Service == i.Service && (m.Check == "" || m.Check == i.Check) })
		forms := s.incidentForms(v, i)
		out.Forms = &forms
		out.Beside = v.besideRows(s.readingsBeside(i, service.ID, v.board))
		out.Events = v.eventRows(s.eventsBeside(i, service.ID, v.board))
	}
	return view{name: "incident", title: out.Row.Reason + ": " + out.Row.Check, active: "incidents", body: out}
}

// cause says who is responsible, and who says so.
func (v *visit) cause(c sla.Cause) (side, words string) {
	if c.Side == "" {
		return v.t("side.none"), ""
	}
	if v.public {
		return v.t("side." + string(c.Side)), ""
	}
	return v.t("side." + string(c.Side)), v.t("side.by", c.By, v.at(c.At).Text, c.Note)
}

// around returns the incident with what lies beside it.
func around(i *status.Incident, now time.Time) timeline.Period {
	p := timeline.Period{From: i.FirstBad, To: i.LastBad}
	if !i.LastGood.IsZero() {
		p.From = i.LastGood
	}
	if !i.FirstGood.IsZero() {
		p.To = i.FirstGood
	}
	p.From, p.To = p.From.Add(-besideIncident), p.To.Add(besideIncident)
	return soFar(p, now.Add(time.Second))
}

func resultsURL(id check.ID, p timeline.Period) string {
	q := url.Values{"check": {string(id)}, "from": {p.From.UTC().Format(time.RFC3339)}, "to": {p.To.UTC().Format(time.RFC3339)}}
	return "/api/v1/results?" + q.Encode()
}

// evidence prefers what the history kept to the one piece on the board.
func (s *server) evidence(v *visit, i *status.Incident, p timeline.Period) []evidenceView {
	var out []evidenceView
	if s.History != nil {
		kept, err := s.History.Evidence(i.Check, p, evidenceRead)
		if err != nil {
			s.Log.Warn("evidence cannot be read", "check", i.Check, "error", err)
		}
		for n, e := range kept {
			if len(out) < maxEvidence && (n == 0 || !alike(e.Evidence, kept[n-1].Evidence)) {
				one := evidenceView{Sent: v.exact(e.Sent), Evidence: e.Evidence}
				if e.Pictured {
					one.Picture = pictureURL(i.Check, e.Sent)
				}
				out = append(out, one)
			}
		}
	}
	if len(out) == 0 && i.Detail != nil {
		out = append(out, evidenceView{Sent: v.exact(i.FirstBad), Evidence: *i.Detail})
	}
	return out
}

// alike reports whether two pieces of evidence tell the same.
func alike(a, b check.Evidence) bool {
	return a.Sentence == b.Sentence && a.Address == b.Address && a.Phase == b.Phase && a.Status == b.Status &&
		a.Certificate == b.Certificate && a.Body == b.Body && a.Got == b.Got
}

// resultRow is one probe.
type resultRow struct {
	Sent                           moment
	Base                           bool
	State                          stateView
	Took, Phases, Reason, Sentence string
}

// resultRows is a table of them.
type resultRows []resultRow

// Phased tells whether any of them knows its phases: the history keeps those of
// failures only.
func (rows resultRows) Phased() bool {
	return slices.ContainsFunc(rows, func(r resultRow) bool { return r.Phases != "" })
}

func (v *visit) result(r check.Result) resultRow {
	row := resultRow{Sent: v.exact(r.Sent), Base: r.Base, State: v.state(r.State), Took: v.took(r.Took), Phases: v.phases(r.Phases)}
	if r.Reason != check.ReasonNone {
		row.Reason = v.reason(r.Reason)
	}
	if r.Detail != nil {
		row.Sentence = r.Detail.Sentence
	}
	return row
}

// phases writes the parts of a response time that took place.
func (v *visit) phases(p check.Phases) string {
	var parts []string
	for _, x := range []struct {
		phase check.Phase
		d     time.Duration
	}{
		{check.PhaseResolve, p.Resolve}, {check.PhaseConnect, p.Connect}, {check.PhaseTLS, p.TLS},
		{check.PhaseWait, p.Wait}, {check.PhaseTransfer, p.Transfer},
	} {
		if x.d > 0 {
			parts = append(parts, v.t("phase."+string(x.phase))+" "+v.took(x.d))
		}
	}
	return strings.Join(parts, " · ")
}

// probes lists the results of a period, oldest first, and says when there were
// too many to show.
func (s *server) probes(v *visit, id check.ID, p timeline.Period) (rows resultRows, cut string) {
	if s.History == nil {
		return nil, ""
	}
	said := ""
	for r, err := range s.History.Results(id, p) {
		if err != nil {
			s.Log.Warn("results cannot be read", "check", id, "error", err)
			break
		}
		if len(rows) == maxProbes {
			return rows, v.t("incident.cut", fmt.Sprint(maxProbes))
		}
		row := v.result(r)
		if said == row.Sentence {
			row.Sentence = "" // every probe of an outage says the same
		} else {
			said = row.Sentence
		}
		rows = append(rows, row)
	}
	return rows, ""
}

// pointer helps lists of values to be shown as lists of pointers.
func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// decisive reports whether a verdict needs somebody's attention.
func decisive(a sla.Answer) bool { return a == sla.Breached || a == sla.BreachedCertain }
