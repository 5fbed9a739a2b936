package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// responseView is a report on response times in words.
type responseView struct {
	Lang, Title, Heading, Made string
	Answer, Tone, Explanation  string
	Measured, Until            string
	Claim, Facts               []pair
	Grids                      []grid
	Method, MethodTitle        string
	FiguresTitle               string
	Evidence                   []evidenceView
	EvidenceTitle              string
}

func (d *ResponseDocument) view(l *Language) responseView {
	v := &d.verdict
	out := responseView{
		Lang: l.Code, Title: l.t("response.title"), Heading: name(v.Claim.Name, string(v.Claim.ID)),
		Made:   l.t("made", d.Made.In(d.zone()).Format("2006-01-02 15:04"), d.Version, d.Site) + " · " + l.t("times", d.zone()),
		Answer: l.t("answer." + string(v.Answer)), Tone: toneOf(v.Answer), Explanation: d.explain(l),
		Measured: "–", Method: l.t("response.method"), MethodTitle: l.t("method"), FiguresTitle: l.t("figures"),
	}
	if v.Operations > 0 {
		out.Measured = d.share(v.Point)
	}
	if !v.Final {
		out.Until = l.t("until", d.when(v.Until))
	}
	out.Claim, out.Facts = d.claimFacts(l), d.facts(l)
	out.Grids = append([]grid{d.checkGrid(l), d.monthGrid(l)}, d.besideGrids(l)...)
	out.Evidence, out.EvidenceTitle = d.beside.evidenceViews(l), l.t("evidence")
	return out
}

// toneOf gives an answer the colour of its card.
func toneOf(a sla.Answer) string {
	switch a {
	case sla.Met:
		return "good"
	case sla.Breached, sla.BreachedCertain:
		return "bad"
	}
	return "unsure"
}

func (d *ResponseDocument) when(t time.Time) string {
	return t.In(d.zone()).Format("2006-01-02 15:04:05 -07:00")
}

func (d *ResponseDocument) share(x float64) string {
	s := sla.Percent(x, max(2, d.input.Claim.Share.Digits+1))
	return s[:len(s)-1] + " %"
}

// explain is the verdict in a sentence.
func (d *ResponseDocument) explain(l *Language) string {
	v := &d.verdict
	if v.Operations == 0 {
		return l.t("response.nothing")
	}
	key := "response." + string(v.Answer)
	switch {
	case v.Blind():
		key = "response.blind"
	case v.Answer == sla.CannotTell && !v.Final:
		key = "response.open"
	}
	return l.t(key, strconv.Itoa(v.Operations), d.share(v.Point), limitText(v.Claim.Limit), d.share(v.Low95), d.share(v.High95), figure(v.Claim.Share), strconv.Itoa(v.Unknown))
}

func limitText(d time.Duration) string {
	if d%time.Second != 0 && d < 10*time.Second {
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + " ms"
	}
	return sla.AtLeast(d)
}

func (d *ResponseDocument) claimFacts(l *Language) []pair {
	c := &d.input.Claim
	facts := []pair{
		{l.t("service"), name(d.Name, string(d.Service))}, {l.t("vendor"), d.Vendor},
		{l.t("period"), d.beside.days(d.verdict.Period.From, d.verdict.Period.To)},
		{l.t("claim"), l.t("response.claim", figure(c.Share), limitText(c.Limit)) + " (" + l.t("kind."+string(c.Kind)) + ")"}, {l.t("text"), c.Text},
	}
	if !c.AsOf.IsZero() {
		facts = append(facts, pair{l.t("as_of"), c.AsOf.Format(time.DateOnly)})
	}
	if c.Hours != nil {
		facts = append(facts, pair{l.t("hours"), c.Hours.Rule})
	}
	facts = append(facts, pair{l.t("version"), d.versionText(l)})
	var out []pair
	for _, f := range facts {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func (d *ResponseDocument) facts(l *Language) []pair {
	v := &d.verdict
	within := strconv.Itoa(v.Least)
	if v.Most != v.Least {
		within = l.t("to", within, strconv.Itoa(v.Most))
	}
	facts := []pair{
		{l.t("response.operations"), strconv.Itoa(v.Operations)}, {l.t("response.within"), within},
		{l.t("response.failed"), strconv.Itoa(v.Failed)}, {l.t("response.unknown"), strconv.Itoa(v.Unknown)},
	}
	if v.Excused > 0 {
		facts = append(facts, pair{l.t("response.excused"), strconv.Itoa(v.Excused)})
	}
	if v.Operations > 0 {
		facts = append(facts, pair{l.t("response.range"), l.t("to", d.share(v.Low95), d.share(v.High95))})
	}
	if v.Coming > 0 {
		facts = append(facts, pair{l.t("response.coming"), strconv.Itoa(v.Coming)})
	}
	facts = append(facts, pair{l.t("response.interval"), l.duration(v.Interval)})
	if v.Deciding > 0 {
		facts = append(facts, pair{l.t("response.deciding"), l.duration(v.Deciding)})
	}
	if v.Excluded > 0 {
		facts = append(facts, pair{l.t("response.excluded"), l.duration(v.Excluded)})
	}
	return facts
}

var responseRight = map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true}

func quantileHead() []string {
	var head []string
	for _, q := range sla.ResponseQuantiles {
		head = append(head, quantileName(q))
	}
	return head
}

func figureCells(f *sla.ResponseFigures) []string {
	cells := []string{strconv.Itoa(f.Operations), strconv.Itoa(f.Failed), strconv.Itoa(f.Unknown)}
	for _, q := range f.Quantiles {
		cells = append(cells, responseTime(q))
	}
	return cells
}

func (d *ResponseDocument) checkGrid(l *Language) grid {
	g := grid{ID: "checks", Title: l.t("response.checks"), Note: l.t("response.precise"), Right: responseRight,
		Head: append([]string{l.t("response.check"), l.t("response.operations"), l.t("response.failed"), l.t("response.unknown")}, quantileHead()...)}
	for i := range d.verdict.Checks {
		f := &d.verdict.Checks[i]
		g.Rows = append(g.Rows, append([]string{d.checkName(f)}, figureCells(f)...))
	}
	if len(d.verdict.Checks) > 1 {
		g.Rows = append(g.Rows, append([]string{l.t("response.all")}, figureCells(&d.verdict.ResponseFigures)...))
	}
	return g
}

func (d *ResponseDocument) checkName(f *sla.ResponseFigures) string {
	for _, c := range d.input.Service.Checks {
		if c.ID == f.Check {
			return name(c.Name, string(c.ID))
		}
	}
	return string(f.Check)
}

func (d *ResponseDocument) monthGrid(l *Language) grid {
	g := grid{ID: "months", Title: l.t("months"), Right: responseRight,
		Head: append(append([]string{l.t("month"), l.t("response.operations"), l.t("response.failed"), l.t("response.unknown")}, quantileHead()...), l.t("response.within"), l.t("verdict"))}
	for i := range d.Months {
		v := &d.Months[i].verdict
		within := "–"
		if v.Operations > 0 {
			within = d.share(v.Point)
		}
		row := append([]string{d.Months[i].Name}, figureCells(&v.ResponseFigures)...)
		g.Rows = append(g.Rows, append(row, within, l.t("answer."+string(v.Answer))))
	}
	return g
}

func (d *ResponseDocument) text(w io.Writer, l *Language) error {
	v := d.view(l)
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: %s\n%s\n\n%s: %s\n", v.Title, v.Heading, v.Made, v.Answer, v.Explanation)
	if v.Until != "" {
		fmt.Fprintln(&out, v.Until)
	}
	out.WriteByte('\n')
	align(&out, pairRows(append(v.Claim, v.Facts...)))
	for _, g := range v.Grids {
		g.text(&out)
	}
	writeEvidence(&out, v.EvidenceTitle, v.Evidence)
	fmt.Fprintf(&out, "\n%s\n%s\n", v.MethodTitle, v.Method)
	_, err := w.Write([]byte(strings.TrimRight(out.String(), "\n") + "\n"))
	return err
}
