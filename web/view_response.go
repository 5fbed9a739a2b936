package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// asClaim gives what claims on availability and on response time share the form of
// the former, for the texts about it.
func asClaim(c *status.Response) *status.Claim {
	v := sla.Verdict{Claim: c.Claim.Claim, Period: c.Period, Until: c.Until, Final: c.Final, Answer: c.Answer, Excluded: c.Excluded}
	return &status.Claim{Verdict: v}
}

func (v *visit) promise(p sla.Promise) string {
	return v.t("response.figure", v.limit(p.Limit), figure(p.Share))
}

// limit writes a promised time as exactly as it was promised.
func (v *visit) limit(d time.Duration) string {
	if d%(100*time.Millisecond) != 0 || d < time.Second {
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + " ms"
	}
	return v.length(d, roundNear)
}

// sharePercent writes a share with a space before its sign, cut off.
func sharePercent(share float64, digits int) string {
	s := sla.Percent(share, digits)
	return s[:len(s)-1] + " %"
}

func responseDigits(c *sla.ResponseClaim) int { return max(c.Share.Digits+1, 2) }

// responseVerdict is a claim on response time as a card.
func (v *visit) responseVerdict(c *status.Response) verdictView {
	d := asClaim(c)
	out := verdictView{
		Name: nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID)), Kind: v.claimKind(c.Claim.Kind),
		Figure: v.promise(c.Claim.Promise), Answer: v.answerNow(&d.Verdict), Sentence: v.explainResponse(&c.ResponseVerdict),
		Measure: v.t("response.measure"), Coverage: responseCoverage(&c.ResponseVerdict), Left: v.quantiles(&c.ResponseFigures),
	}
	if !c.Period.From.IsZero() {
		out.Window = v.windowText(&d.Verdict)
	}
	digits := responseDigits(&c.Claim)
	out.Known, out.Point, out.Low, out.High = responseShares(&c.ResponseVerdict, digits)
	out.Sites = v.responseSites(c)
	if c.Deciding > 0 {
		out.Deciding = v.t("verdict.deciding.value", v.length(c.Deciding, roundDown), v.length(c.Interval, roundNear))
	}
	for i := range c.Rolling {
		r := &c.Rolling[i]
		row := rollingView{Name: v.window(r.Name), Answer: v.answerOf(r.Answer), Coverage: responseCoverage(&r.ResponseVerdict)}
		row.Known, row.Point, row.Low, row.High = responseShares(&r.ResponseVerdict, digits)
		out.Rolling = append(out.Rolling, row)
	}
	return out
}

func responseShares(r *sla.ResponseVerdict, digits int) (known bool, point, low, high string) {
	if r.Operations == 0 {
		return false, "", "", ""
	}
	return true, sharePercent(r.Point, digits), sharePercent(r.Low95, digits), sharePercent(r.High95, digits)
}

// responseCoverage is the share of slots about which something is known.
func responseCoverage(r *sla.ResponseVerdict) string {
	if r.Operations+r.Unknown == 0 {
		return "–"
	}
	return sharePercent(float64(r.Operations)/float64(r.Operations+r.Unknown), 2)
}

// quantiles are the times in one line.
func (v *visit) quantiles(f *sla.ResponseFigures) string {
	if f.Quantiles[0].High == 0 {
		return ""
	}
	var times []any
	for _, q := range f.Quantiles {
		times = append(times, v.took(q.Middle()))
	}
	return v.t("response.left", times...)
}

func (v *visit) responseClaimRow(c *status.Response) claimRow {
	full := v.responseVerdict(c)
	return claimRow{Name: full.Name, URL: full.URL, Figure: full.Figure, Known: full.Known, Answer: full.Answer,
		Point: full.Point, Low: full.Low, High: full.High, Left: full.Left}
}

// explainResponse is the verdict in a sentence or two.
func (v *visit) explainResponse(r *sla.ResponseVerdict) string {
	if r.Operations == 0 {
		return v.t("response.nothing")
	}
	digits := responseDigits(&r.Claim)
	share, low, high := sharePercent(r.Point, digits), sharePercent(r.Low95, digits), sharePercent(r.High95, digits)
	n, limit, claimed := v.count(r.Operations), v.limit(r.Claim.Limit), figure(r.Claim.Share)
	switch {
	case r.Answer == sla.Met:
		return v.t("response.met", share, n, limit, low, claimed)
	case r.Answer == sla.Breached:
		return v.t("response.breached", share, n, limit, high, claimed)
	case r.Answer == sla.MetIfUnknownAlike:
		return v.t("response.met_if_unknown_alike", share, n, limit, claimed, v.count(r.Unknown))
	case r.Blind():
		return v.t("response.blind", share, n, limit, low, high, claimed, v.count(r.Unknown))
	case !r.Final && r.Claim.Window.Kind != sla.Rolling:
		return v.t("response.open", share, n, limit, low, high, claimed)
	}
	text := v.t("response.cannot_tell", share, n, limit, low, high, claimed)
	if r.Deciding > 0 {
		text += v.t("response.deciding", v.length(r.Deciding, roundDown))
	}
	return text
}

// responseClaim shows the steps from operations to verdict.
func (s *server) responseClaim(v *visit, c *status.Response, x *status.Service) view {
	out := claimView{
		Verdict: v.responseVerdict(c), Service: nameOf(x.Name, x.ID), ServiceURL: v.link("/services/" + string(x.ID)),
	}
	if c.Answer != "" {
		out.Steps = v.responseSteps(c, x)
	}
	if s.Report != nil {
		out.Files = append(out.Files, fileLink{reportURL(c.Claim.ID, v.language.code), v.t("claim.report")})
	}
	if !v.public && c.Answer != "" {
		out.Command = responseCommand(&c.ResponseVerdict)
		for _, id := range c.Claim.Checks {
			out.Files = append(out.Files, fileLink{resultsURL(id, soFar(c.Period, c.Until)), v.t("why.file", v.checkName(v.board, id))})
		}
	}
	like := asClaim(c)
	like.Claim.Availability = c.Claim.Share // for the digits
	out.Corrections, out.Versions, out.Forms = s.correctionsOf(v, like), s.versionsOf(v, like), s.claimForms(v, like)
	s.corrected(v, &out, c.Claim.ID)
	return view{name: "claim", title: v.t("why.title") + ": " + out.Verdict.Figure, active: "overview", every: historyEvery, body: out}
}

func (v *visit) responseSteps(c *status.Response, x *status.Service) []step {
	like := asClaim(c)
	claim := step{Title: v.t("why.claim"), Text: v.t("response.claim.text", v.claimKind(c.Claim.Kind), figure(c.Claim.Share), v.limit(c.Claim.Limit))}
	if c.Claim.Text != "" {
		claim.Text += " " + v.t("why.claim.quote", c.Claim.Text)
	}
	if !c.Claim.AsOf.IsZero() {
		claim.Text += " " + v.t("why.claim.asof", c.Claim.AsOf.Format(time.DateOnly))
	}
	steps := []step{claim, v.stepWindow(like, x), v.stepExcluded(like, x), v.stepOperations(c)}
	if c.Unknown > 0 {
		steps = append(steps, step{Title: v.t("response.unknown"), Text: v.t("response.unknown.text", v.count(c.Unknown))})
	}
	if c.Quantiles[0].High > 0 {
		steps = append(steps, v.stepTimes(c))
	}
	if c.Operations > 0 {
		steps = append(steps, v.stepShare(c))
	}
	return append(steps, step{Title: v.t("why.verdict"), Text: v.explainResponse(&c.ResponseVerdict)})
}

func (v *visit) stepOperations(c *status.Response) step {
	st := step{Title: v.t("response.operations"), Text: v.t("response.operations.text", v.count(c.Operations), v.length(c.Interval, roundNear), v.count(c.Failed))}
	if c.Excused > 0 {
		st.Text += " " + v.t("response.operations.excused", v.count(c.Excused))
	}
	if c.Coming > 0 {
		st.Text += " " + v.t("response.operations.coming", v.count(c.Coming))
	}
	names := make([]string, len(c.Claim.Checks))
	for i, id := range c.Claim.Checks {
		names[i] = v.checkName(v.board, id)
	}
	st.Text += " " + v.t("why.probes.checks", strings.Join(names, v.t("strip.join"))) + " " + v.t("response.operations.rule")
	return st
}

// stepTimes lists the times of each check, and of all where there are several.
func (v *visit) stepTimes(c *status.Response) step {
	st := step{Title: v.t("response.times"), Text: v.t("response.times.text"), Head: []string{v.t("response.check"), v.t("response.count")}}
	for _, q := range sla.ResponseQuantiles {
		st.Head = append(st.Head, quantileName(q))
	}
	row := func(name string, f *sla.ResponseFigures) {
		cells := []string{name, v.count(f.Operations)}
		for _, q := range f.Quantiles {
			cells = append(cells, v.took(q.Middle()))
		}
		st.Rows = append(st.Rows, cells)
	}
	for i := range c.Checks {
		row(v.checkName(v.board, c.Checks[i].Check), &c.Checks[i])
	}
	if len(c.Checks) > 1 {
		row(v.t("response.all"), &c.ResponseFigures)
	}
	return st
}

func quantileName(share float64) string { return fmt.Sprintf("%g %%", 100*share) }

func (v *visit) stepShare(c *status.Response) step {
	digits := responseDigits(&c.Claim)
	st := step{
		Title: v.t("response.share"),
		Text: v.t("response.share.text", v.between(c.Least, c.Most), v.limit(c.Claim.Limit),
			sharePercent(c.Point, digits), sharePercent(c.Low95, digits), sharePercent(c.High95, digits)),
		Formula: fmt.Sprintf("%d ÷ %d = %s", c.Least, c.Operations, sharePercent(float64(c.Least)/float64(c.Operations), digits)),
	}
	if c.Least != c.Most {
		st.Text += " " + v.t("response.share.edge")
	}
	return st
}

// between writes one number, or two that it lies between.
func (v *visit) between(least, most int) string {
	if least == most {
		return v.count(least)
	}
	return v.count(least) + " – " + v.count(most)
}

// corrected adds what was corrected to how a claim is recomputed.
func (s *server) corrected(v *visit, out *claimView, id sla.ClaimID) {
	if out.Command == "" || len(s.corrections(id)) == 0 {
		return
	}
	out.Command += " \\\n  --corrections corrections.json"
	out.Files = append(out.Files, fileLink{"/api/v1/corrections?claim=" + url.QueryEscape(string(id)), v.t("why.corrections")})
}

// responseCommand is how to come to the same verdict from the exported results.
func responseCommand(c *sla.ResponseVerdict) string {
	like := asClaim(&status.Response{ResponseVerdict: *c})
	like.Interval = c.Interval
	text := command(like)
	return strings.Replace(text, "--claim "+like.Claim.Availability.String(), fmt.Sprintf("--claim-response %q", c.Claim.Promise), 1)
}
