package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// pair is a line of facts.
type pair struct{ Name, Value string }

// grid is a table: the same for text and HTML.
type grid struct {
	ID, Title, Note string
	Head            []string
	Right           map[int]bool // columns of numbers
	Rows            [][]string
	Empty           string // instead of a table without rows
}

// view is a document in words.
type view struct {
	Lang, Title, Heading, Made  string
	Answer, Tone, Explanation   string
	Figure, Measured, Range     string
	Facts, Claim                []pair
	Both                        []pair
	Difference, Until           string
	Scale, Picture              template.HTML
	PictureNote, PictureTitle   string
	Legend                      []pair
	Grids                       []grid
	Evidence                    []evidenceView
	EvidenceTitle               string
	Outlook, OutlookTitle       string
	Method, MethodTitle         string
	FiguresTitle, MeasuredTitle string
}

type evidenceView struct {
	Title string
	Facts []pair
}

func (d *Document) view(l *Language) view {
	v := &d.verdict
	out := view{
		Lang: l.Code, Title: l.t("title"), Heading: name(v.Claim.Name, string(v.Claim.ID)),
		Made:   l.t("made", d.Made.In(d.zone()).Format("2006-01-02 15:04"), d.Version, d.Site) + " · " + l.t("times", d.zone()),
		Answer: d.answer(l), Tone: tone(v), Explanation: d.explain(l), Figure: figure(v.Claim.Availability),
		Difference: d.difference(l), Scale: d.scale(l), Picture: d.picture(l), PictureTitle: l.t("timeline"), PictureNote: l.t("timeline.months"),
		Outlook: d.outlook(l), OutlookTitle: l.t("outlook"), Method: l.t("method.text"), MethodTitle: l.t("method"),
		FiguresTitle: l.t("figures"), MeasuredTitle: l.t("measured"), EvidenceTitle: l.t("evidence"),
	}
	if d.byDay() {
		out.PictureNote = l.t("timeline.days")
	}
	if !v.Final {
		out.Until = l.t("until", d.when(v.Until))
	}
	out.Measured, out.Range = "–", "–"
	if v.Accounted > v.Unknown {
		out.Measured = d.share(v.Availability.Point)
		out.Range = l.t("to", d.share(v.Availability.Low95), d.share(v.Availability.High95))
	}
	for _, k := range []string{"up", "degraded", "down", "unknown", "excluded", "future"} {
		out.Legend = append(out.Legend, pair{k, l.t("kind." + k)})
	}
	out.Claim, out.Facts, out.Both = d.claimFacts(l), d.facts(l), d.both(l)
	out.Grids = []grid{d.monthGrid(l)}
	if d.Places != nil {
		out.Grids = append(out.Grids, d.placeGrid(l))
	}
	if ofService(&d.verdict) {
		out.Grids = append(out.Grids, d.serviceGrid(l))
	}
	out.Grids = append(out.Grids, d.incidentGrid(l))
	if d.input.Readings != nil && len(d.Incidents) > 0 {
		out.Grids = append(out.Grids, d.besideGrid(l))
		if events := d.eventGrid(l); len(events.Rows) > 0 {
			out.Grids = append(out.Grids, events)
		}
	}
	if d.verdict.Count != nil {
		out.Grids = append(out.Grids, stageGrid(l, &d.verdict))
	}
	out.Grids = append(out.Grids, d.workGrid(l), d.noticeGrid(l), d.deedGrid(l), d.correctionGrid(l))
	if len(d.Versions) > 0 {
		out.Grids = append(out.Grids, d.versionGrid(l))
	}
	out.Grids = append(out.Grids, d.coverGrid(l), d.gapGrid(l))
	out.Evidence = d.evidenceViews(l)
	return out
}

func (d *Document) answer(l *Language) string {
	if a := d.verdict.Answer; d.verdict.Final || a == sla.Breached || a == sla.BreachedCertain {
		return l.t("answer." + string(a))
	}
	return l.t("answer.yet")
}

func tone(v *sla.Verdict) string {
	switch v.Answer {
	case sla.Met:
		return "good"
	case sla.Breached, sla.BreachedCertain:
		return "bad"
	}
	return "unsure"
}

func (d *Document) claimFacts(l *Language) []pair {
	c := d.input.Claim
	facts := []pair{
		{l.t("service"), name(d.Name, string(d.Service))},
		{l.t("period"), d.days(d.input.Period.From, d.input.Period.To)},
		{l.t("claim"), figure(c.Availability) + " (" + l.t("kind."+string(c.Kind)) + ")"},
	}
	if d.Vendor != "" {
		facts = append(facts[:1], append([]pair{{l.t("vendor"), d.Vendor}}, facts[1:]...)...)
	}
	if c.Text != "" {
		facts = append(facts, pair{l.t("text"), c.Text})
	}
	if !c.AsOf.IsZero() {
		facts = append(facts, pair{l.t("as_of"), c.AsOf.Format(time.DateOnly)})
	}
	if text := l.combineText(&c); text != "" {
		facts = append(facts, pair{l.t("combine"), text})
	}
	if c.Hours != nil {
		facts = append(facts, pair{l.t("hours"), c.Hours.Rule})
	}
	if c.Rule != nil {
		facts = append(facts, pair{l.t("rule.short"), l.ruleText(c.Rule)})
	}
	if text := d.versionText(l); text != "" {
		facts = append(facts, pair{l.t("version"), text})
	}
	if creditDue(&d.verdict) {
		facts = append(facts, pair{l.t("credit"), l.creditText(&d.verdict)})
	}
	if r := d.Reference; r != nil {
		facts = append(facts, pair{l.t("reference"), d.referenceText(l)})
	}
	return facts
}

// referenceText names the guideline value and what the history makes of it.
func (d *Document) referenceText(l *Language) string {
	r := d.Reference
	of := r.Name
	if l.Code == "ja" {
		of = r.NameJa
	}
	text := l.t("reference.text", of, r.Pattern, r.Text)
	if f, err := sla.ParseFigure(r.Value); err == nil {
		text += "：" + l.t("reference."+d.against(f))
		if l.Code == "en" {
			text = l.t("reference.text", of, r.Pattern, r.Text) + ": " + l.t("reference."+d.against(f))
		}
	}
	if !r.Verified {
		text += " (" + l.t("reference.unverified") + ")"
	}
	return text
}

// against holds the history against another figure, with unknown time counted as
// down.
func (d *Document) against(f sla.Figure) string {
	v := &d.verdict
	allowed := f.Allowance(v.Accounted)
	switch {
	case v.Downtime.Low95 > allowed:
		return "breached"
	case v.Final && v.Downtime.High95+v.Unknown <= allowed:
		return "met"
	}
	return "unsure"
}

func (d *Document) facts(l *Language) []pair {
	v := &d.verdict
	t := &v.Downtime
	facts := []pair{
		{l.t("downtime"), l.t("about", l.duration(t.Point))},
		{l.t("range"), l.t("to", l.duration(t.Low95), l.most(t.High95))},
		{l.t("hard"), l.t("to", l.duration(t.HardLow), l.most(t.HardHigh))},
		{l.t("allowance"), l.duration(v.Allowance)},
		{l.t("left"), l.duration(max(v.Remaining(), 0))},
		{l.t("coverage"), strings.TrimSuffix(sla.Percent(v.Coverage, 3), "%") + " %"},
		{l.t("accounted"), l.duration(v.Accounted)},
		{l.t("unknown"), l.most(v.Unknown)},
		{l.t("excluded"), l.duration(v.Excluded)},
		{l.t("interval"), l.duration(v.Interval)},
		{l.t("incidents"), d.failures(l)},
		{l.t("probes"), l.t("probes.text", v.Probes.Total, v.Probes.Failed, v.Probes.Unknown)},
	}
	if v.Remaining() < 0 {
		facts[4] = pair{l.t("over"), l.duration(-v.Remaining())}
	}
	deciding := l.t("deciding.none")
	switch {
	case v.Answer != sla.CannotTell && v.Answer != sla.MetIfUnknownAlike:
		deciding = l.t("deciding.not")
	case v.Deciding > 0:
		deciding = l.duration(v.Deciding)
	}
	return append(facts, pair{l.t("deciding"), deciding})
}

// failures says how many times the service failed, and what was stated of that.
func (d *Document) failures(l *Language) string {
	n, most := d.verdict.Failures, d.input.Claim.MaxIncidents
	switch {
	case most == nil:
		return fmt.Sprint(n)
	case n > *most:
		return l.t("incidents.more", n, *most)
	}
	return l.t("incidents.within", n, *most)
}

// both shows the figure with and without maintenance.
func (d *Document) both(l *Language) []pair {
	counted, left := &d.verdict, &d.other
	if d.Excluding {
		counted, left = left, counted
	}
	say := func(v *sla.Verdict) string {
		if v.Accounted <= v.Unknown {
			return "–"
		}
		return fmt.Sprintf("%s (%s; %s)", d.share(v.Availability.Point), l.t("downtime")+" "+l.duration(v.Downtime.Point), l.t("answer."+string(v.Answer)))
	}
	return []pair{{l.t("maintenance.with"), say(counted)}, {l.t("maintenance.without"), say(left)}}
}

func (d *Document) monthGrid(l *Language) grid {
	g := grid{ID: "months", Title: l.t("months"), Head: []string{l.t("month"), l.t("availability"), l.t("range"), l.t("downtime"), l.t("allowance"), l.t("incidents"), l.t("coverage")},
		Right: map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}}
	credits := false
	for _, m := range d.Months {
		v := &m.verdict
		point, bounds := "–", "–"
		if v.Accounted > v.Unknown {
			point, bounds = d.share(v.Availability.Point), l.t("to", d.share(v.Availability.Low95), d.share(v.Availability.High95))
		}
		g.Rows = append(g.Rows, []string{m.Name, point, bounds, l.duration(v.Downtime.Point), l.duration(v.Allowance), fmt.Sprint(m.Incidents),
			strings.TrimSuffix(sla.Percent(m.Coverage, 2), "%") + " %"})
		if creditDue(v) {
			g.Rows[len(g.Rows)-1] = append(g.Rows[len(g.Rows)-1], l.creditText(v))
			credits = true
		}
	}
	if credits {
		g.Head = append(g.Head, l.t("credit"))
	}
	return g
}

func (d *Document) incidentGrid(l *Language) grid {
	g := grid{ID: "incidents", Title: l.t("incidents"), Empty: l.t("incidents.none"),
		Head: []string{"#", l.t("began"), l.t("ended"), l.t("length"), l.t("failed"), l.t("reason"), l.t("side")}, Right: map[int]bool{0: true, 4: true}}
	several := len(d.input.Claim.Checks) > 1
	if ofService(&d.verdict) {
		g.Title, g.Note = l.t("incidents.each"), l.t("incidents.checks")
	}
	for n, i := range d.Incidents {
		ended := d.when(i.incident.FirstGood)
		if i.incident.Ongoing {
			ended = l.t("ongoing")
		}
		reason := l.t("reason." + i.Reason)
		switch {
		case i.incident.Planned && i.incident.High == 0:
			reason += " · " + l.t("kind.excluded")
		case i.incident.Planned:
			reason += " · " + l.t("class.planned")
		}
		if !i.Confirmed {
			reason += " · " + l.t("single")
		}
		side := l.t("side." + string(i.Cause.Side))
		if i.Cause.By != "" {
			side += " (" + l.t("cause.by", i.Cause.By, i.Cause.At.In(d.zone()).Format(time.DateOnly)) + ")"
		}
		if i.Cause.Note != "" {
			side += ": " + i.Cause.Note
		}
		length := l.t("to", l.duration(i.incident.Low), l.most(i.incident.High))
		if several {
			reason = i.Check + " · " + reason
		}
		g.Rows = append(g.Rows, []string{fmt.Sprint(n + 1), d.when(i.incident.FirstBad), ended, length, fmt.Sprint(i.Failed), reason, side})
	}
	return g
}

func (d *Document) workGrid(l *Language) grid {
	g := grid{ID: "maintenance", Title: l.t("maintenance"), Empty: l.t("maintenance.none"),
		Head: []string{l.t("from"), l.t("until.head"), l.t("announced"), l.t("lead"), l.t("counts"), l.t("overrun"), l.t("note")}}
	for _, w := range d.Maintenance {
		lead, announced := l.t("lead.none"), "–"
		if w.Announced != nil {
			announced = w.Announced.Format("2006-01-02 15:04")
			lead = l.t("lead.days", float64(int64(w.LeadDays*10))/10)
			if d.input.Claim.Work.BusinessDays > 0 {
				lead = l.t("lead.business", w.Business)
			}
		}
		class := l.t("work." + w.Class)
		if w.ruling.Capped > 0 {
			class += "; " + l.t("capped", l.duration(w.ruling.Capped))
		}
		overrun := "–"
		if w.Overrun > 0 {
			overrun = l.duration(time.Duration(w.Overrun * float64(time.Second)))
		}
		g.Rows = append(g.Rows, []string{w.From.Format("2006-01-02 15:04"), w.To.Format("2006-01-02 15:04"), announced, lead, class, overrun, w.Note})
	}
	return g
}

func (d *Document) correctionGrid(l *Language) grid {
	g := grid{ID: "corrections", Title: l.t("corrections"), Empty: l.t("corrections.none"),
		Head: []string{l.t("period"), l.t("counts"), l.t("who"), l.t("entered"), l.t("why"), l.t("before"), l.t("after")}, Right: map[int]bool{5: true, 6: true}}
	for _, c := range d.Corrections {
		g.Rows = append(g.Rows, []string{d.when(c.From) + " – " + d.when(c.To), l.t("as." + string(c.As)), c.By, d.when(c.At), c.Why, d.share(c.Before), d.share(c.After)})
	}
	return g
}

// versionText names the version that the report shows; one that has not closed has none.
func (d *Document) versionText(l *Language) string {
	n := len(d.Versions)
	if n == 0 {
		return ""
	}
	last := d.Versions[n-1]
	text := l.t("version.text", last.Version, d.when(last.At))
	if last.Why != "" {
		text = l.t("version.corrected", last.Version, d.when(last.At), last.Why)
	}
	if last.Availability != d.verdict.Availability.Point || last.Downtime != d.verdict.Downtime.Point.Seconds() {
		text += l.t("version.differs", d.share(last.Availability), d.share(d.verdict.Availability.Point))
	}
	return text
}

func (d *Document) versionGrid(l *Language) grid {
	g := grid{ID: "versions", Title: l.t("versions"), Head: []string{l.t("version"), l.t("entered"), l.t("availability"), l.t("verdict"), l.t("why")}, Right: map[int]bool{0: true, 2: true}}
	for _, v := range d.Versions {
		why := v.Why
		if why == "" {
			why = l.t("version.first")
		}
		g.Rows = append(g.Rows, []string{fmt.Sprint(v.Version), d.when(v.At), d.share(v.Availability), l.t("answer." + v.Answer), why})
	}
	return g
}

func (d *Document) coverGrid(l *Language) grid {
	g := grid{ID: "coverage", Title: l.t("gaps"), Empty: l.t("gaps.none"), Head: []string{l.t("gaps.sum"), l.t("length")}, Right: map[int]bool{1: true}}
	for _, c := range d.Coverage {
		g.Rows = append(g.Rows, []string{l.t("reason." + c.Reason.String()), l.most(time.Duration(c.Seconds * float64(time.Second)))})
	}
	return g
}

func (d *Document) gapGrid(l *Language) grid {
	g := grid{ID: "gaps", Head: []string{l.t("from"), l.t("until.head"), l.t("length"), l.t("reason")}}
	for _, x := range d.Gaps {
		g.Rows = append(g.Rows, []string{d.when(x.From), d.when(x.To), l.most(x.To.Sub(x.From)), l.t("reason." + x.Reason.String())})
	}
	if d.GapsLeft > 0 {
		g.Note = l.t("gaps.more", d.GapsLeft)
	}
	return g
}

func (d *Document) evidenceViews(l *Language) []evidenceView {
	var list []evidenceView
	for n, i := range d.Incidents {
		for _, e := range i.Evidence {
			out := evidenceView{Title: fmt.Sprintf("#%d · %s", n+1, d.when(e.Sent))}
			for _, f := range []pair{{"", e.Sentence}, {"address", e.Address}, {"status", e.Status}, {"certificate", e.Certificate}, {"want", e.Want}, {"got", e.Got}, {"body", e.Body}} {
				if f.Value != "" {
					out.Facts = append(out.Facts, f)
				}
			}
			list = append(list, out)
		}
	}
	return list
}
