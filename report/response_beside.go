package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/slamon/slamon/sla"
)

// ResponsePlace is what another place says of the same claim on response time. Its
// operations are its own: unlike downtime, they have no moments in common with ours.
type ResponsePlace struct {
	Site     string            `json:"site"`
	LastSeen *time.Time        `json:"last_result"` // null where not known
	Failed   string            `json:"failed"`      // why there is nothing
	Verdict  *sla.ResponseJSON `json:"verdict"`     // null where nothing was measured
}

// besides makes of the same history what a report on downtime has beside its figures:
// who is responsible for failures, maintenance, notices, corrections, and what was not
// measured.
func (d *ResponseDocument) besides() {
	in := &d.input
	like := in.Claim.Claim
	like.Availability, like.Rule, like.Combine, like.MaxIncidents = in.Claim.Share, nil, sla.AnyDown, nil
	d.beside = Make(Input{
		Now: in.Now, Version: in.Version, Site: in.Site, Service: in.Service, Claim: like, Period: in.Period, Series: in.Series,
		Maintenance: in.Maintenance, Corrections: in.Corrections, Causes: in.Causes, Notices: in.Notices, Deeds: in.Deeds,
		Readings: in.Readings, Events: in.Events, Evidence: in.Evidence,
	})
	b := d.beside
	d.Incidents, d.Maintenance, d.Corrections = b.Incidents, b.Maintenance, b.Corrections
	d.Notices, d.Missed, d.Deeds = b.Notices, b.NoticesMissed, b.Deeds
	d.Coverage, d.Gaps, d.GapsLeft = b.Coverage, b.Gaps, b.GapsLeft
	d.Versions = orEmpty(in.Versions)
	if len(in.Places) > 0 {
		d.Places = append([]ResponsePlace{d.ours()}, in.Places...)
	}
}

func (d *ResponseDocument) ours() ResponsePlace {
	p := ResponsePlace{Site: d.Site, LastSeen: d.beside.lastResult(d.input.Series, d.verdict.Until)}
	if d.verdict.Operations+d.verdict.Unknown > 0 {
		p.Verdict = &d.Verdict
	}
	return p
}

// besideGrids are the tables of all that, in the order of the other reports.
func (d *ResponseDocument) besideGrids(l *Language) (list []grid) {
	b := d.beside
	if len(d.Places) > 0 {
		list = append(list, d.placeGrid(l))
	}
	failures := b.incidentGrid(l)
	failures.Title, failures.Empty = l.t("response.failures"), l.t("response.failures.none")
	if len(failures.Rows) > 0 {
		failures.Note = ""
	}
	list = append(list, failures)
	if d.input.Readings != nil && len(d.Incidents) > 0 {
		list = append(list, b.besideGrid(l))
		if events := b.eventGrid(l); len(events.Rows) > 0 {
			list = append(list, events)
		}
	}
	list = append(list, b.workGrid(l), b.noticeGrid(l), b.deedGrid(l), b.correctionGrid(l))
	if len(d.Versions) > 0 {
		list = append(list, d.versionGrid(l))
	}
	return append(list, b.coverGrid(l), b.gapGrid(l))
}

func (d *ResponseDocument) placeGrid(l *Language) grid {
	g := grid{ID: "places", Title: l.t("places"), Note: l.t("place.own"), Right: map[int]bool{1: true, 2: true, 3: true, 4: true},
		Head: []string{l.t("place"), l.t("response.operations"), l.t("response.share"), l.t("range"), l.t("response.unknown"), l.t("verdict"), l.t("place.last"), l.t("note")}}
	for _, p := range d.Places {
		row := []string{p.Site, "–", "–", "–", "–", l.t("answer." + string(sla.CannotTell)), "–", p.Failed}
		if v := p.Verdict; v != nil {
			row[1], row[4], row[5] = strconv.Itoa(v.Operations.Total), strconv.Itoa(v.Operations.Unknown), l.t("answer."+string(v.Verdict))
			if v.Share.Point != nil {
				row[2], row[3] = d.share(*v.Share.Point), l.t("to", d.share(v.Share.Low95), d.share(v.Share.High95))
			}
		}
		if p.LastSeen != nil {
			row[6] = d.beside.when(*p.LastSeen)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// versionText names the version that the report shows; one that has not closed has none.
func (d *ResponseDocument) versionText(l *Language) string {
	if len(d.Versions) == 0 {
		return ""
	}
	last := d.Versions[len(d.Versions)-1]
	text := l.t("version.text", last.Version, d.beside.when(last.At))
	if last.Why != "" {
		text = l.t("version.corrected", last.Version, d.beside.when(last.At), last.Why)
	}
	if now := d.Verdict.Share.Point; now == nil != (last.Share == nil) || now != nil && *now != *last.Share {
		text += l.t("version.differs", d.maybe(last.Share), d.maybe(now))
	}
	return text
}

// maybe is a share that may not be known.
func (d *ResponseDocument) maybe(x *float64) string {
	if x == nil {
		return "–"
	}
	return d.share(*x)
}

func (d *ResponseDocument) versionGrid(l *Language) grid {
	g := grid{ID: "versions", Title: l.t("versions"), Head: []string{l.t("version"), l.t("entered"), l.t("response.share"), l.t("verdict"), l.t("why")}, Right: map[int]bool{0: true, 2: true}}
	for _, v := range d.Versions {
		why := v.Why
		if why == "" {
			why = l.t("version.first")
		}
		g.Rows = append(g.Rows, []string{fmt.Sprint(v.Version), d.beside.when(v.At), d.maybe(v.Share), l.t("answer." + string(v.Answer)), why})
	}
	return g
}

// csvBesides are the rows after the figures.
func (d *ResponseDocument) csvBesides() (rows [][]string) {
	// The last five columns: excused, reason, side, class, note.
	row := func(kind, from, to string, last ...string) []string {
		r := make([]string, len(responseHead)-len(last), len(responseHead))
		r[0], r[1], r[2] = kind, from, to
		return append(r, last...)
	}
	from, to := d.stamp(d.verdict.Period.From), d.stamp(d.verdict.Period.To)
	for _, p := range d.Places {
		if v := p.Verdict; v != nil {
			r := row("place", from, to, plain(p.Site))
			r[4], r[10], r[11], r[12] = string(v.Verdict), strconv.Itoa(v.Operations.Total), strconv.Itoa(v.Operations.Failed), strconv.Itoa(v.Operations.Unknown)
			r[14], r[15] = strconv.Itoa(v.Operations.Least), strconv.Itoa(v.Operations.Most)
			if v.Share.Point != nil {
				r[7], r[8], r[9] = number(*v.Share.Point), number(v.Share.Low95), number(v.Share.High95)
			}
			rows = append(rows, r)
		}
	}
	for _, i := range d.Incidents {
		end := ""
		if i.FirstGood != nil {
			end = i.FirstGood.Format(time.RFC3339Nano)
		}
		r := row("incident", d.stamp(i.incident.FirstBad), end, i.Reason, string(i.Cause.Side), i.Class, plain(i.Cause.Note))
		r[3], r[11] = i.Check, strconv.Itoa(i.Failed)
		rows = append(rows, r)
	}
	for _, m := range d.Maintenance {
		r := row("maintenance", d.stamp(m.From), d.stamp(m.To), m.Class, plain(m.Note))
		r[20] = number(m.Left)
		rows = append(rows, r)
	}
	for _, c := range d.Corrections {
		rows = append(rows, row("correction", d.stamp(c.From), d.stamp(c.To), string(c.As), plain(c.Why+" ("+c.By+")")))
	}
	return rows
}

// Brief returns the report in the few lines that a message has room for.
func (d *ResponseDocument) Brief(l *Language) Brief {
	v := &d.verdict
	b := Brief{
		Title:  name(d.Name, string(d.Service)) + ": " + name(v.Claim.Name, string(v.Claim.ID)) + " (" + l.t("response.claim", figure(v.Claim.Share), limitText(v.Claim.Limit)) + ")",
		Period: d.beside.days(d.input.Period.From, d.input.Period.To),
	}
	add := func(key, value string) { b.Lines = append(b.Lines, BriefLine{l.t(key), value}) }
	add("verdict", l.t("answer."+string(v.Answer))+": "+d.explain(l))
	if v.Operations > 0 {
		add("measured", d.share(v.Point)+" ("+l.t("range")+": "+l.t("to", d.share(v.Low95), d.share(v.High95))+")")
	}
	for i, q := range v.Quantiles {
		if q.High > 0 && (i == 0 || i == len(v.Quantiles)-1) {
			b.Lines = append(b.Lines, BriefLine{l.t("response.took", quantileName(q.Share)), responseTime(q)})
		}
	}
	add("response.failed", strconv.Itoa(v.Failed))
	add("response.unknown", strconv.Itoa(v.Unknown))
	if len(d.Incidents) > 0 {
		add("incidents", d.beside.worstIncidents(l))
	}
	return b
}

func quantileName(share float64) string { return fmt.Sprintf("%g %%", 100*share) }
