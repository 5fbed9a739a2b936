package web

import (
	"html/template"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// stateView is a state in words and shape.
type stateView struct{ Class, Word string }

func (v *visit) state(s check.State) stateView { return stateView{s.String(), v.language.state(s)} }

func (v *visit) stateOf(c *status.Check) stateView {
	if c.Paused {
		return stateView{"paused", v.t("state.paused")}
	}
	return v.state(c.Last.State)
}

// answerView is a verdict in words, shape and tone.
type answerView struct{ Tone, Icon, Word string }

func (v *visit) answerOf(a sla.Answer) answerView {
	tone, icon := "unsure", "unknown"
	switch a {
	case sla.Met:
		tone, icon = "good", "up"
	case sla.MetIfUnknownAlike:
		tone, icon = "fair", "half"
	case sla.Breached, sla.BreachedCertain:
		tone, icon = "bad", "down"
	}
	return answerView{tone, icon, v.language.answer(a)}
}

// answerNow is answerOf, with "yet" while the window can still end either way.
func (v *visit) answerNow(d *sla.Verdict) answerView {
	out := v.answerOf(d.Answer)
	if open(d) && (d.Answer == sla.CannotTell || d.Answer == sla.MetIfUnknownAlike) {
		out = v.answerOf(sla.CannotTell)
		out.Word = v.t("answer.yet")
	}
	return out
}

// open reports whether the claim's window has an end that is still to come.
func open(d *sla.Verdict) bool { return !d.Final && d.Claim.Window.Kind != sla.Rolling }

// verdictView is a verdict as people read it.
type verdictView struct {
	Name, URL, Kind, Figure string
	Answer                  answerView
	Sentence                string
	Known                   bool
	Point, Low, High, Seen  string
	Coverage, Window        string
	Deciding, Left          string
	Bar                     template.HTML
	Rolling                 []rollingView
	Sites                   []siteRow
	Measure                 string // what Point is, where it is no availability
}

type rollingView struct {
	Name             string
	Answer           answerView
	Known            bool
	Point, Low, High string
	Coverage, Seen   string
}

func (v *visit) verdict(c *status.Claim) verdictView {
	d := digitsOf(c.Claim)
	out := verdictView{
		Name: nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID)),
		Kind: v.claimKind(c.Claim.Kind), Figure: figure(c.Claim.Availability),
		Answer: v.answerNow(&c.Verdict), Sentence: v.explain(&c.Verdict),
		Known: known(&c.Verdict), Coverage: coverage(&c.Verdict), Window: v.windowText(&c.Verdict),
		Left: v.allowanceText(&c.Verdict), Bar: v.allowanceBar(&c.Verdict), Seen: v.seen(&c.Verdict),
	}
	out.Point, out.Low, out.High = shares(&c.Verdict, d)
	if !open(&c.Verdict) && c.Deciding > 0 && c.Deciding < c.Interval {
		out.Deciding = v.t("verdict.deciding.value", v.length(c.Deciding, roundDown), v.length(c.Interval, roundNear))
	}
	out.Sites = v.sites(c, d)
	for i := range c.Rolling {
		out.Rolling = append(out.Rolling, v.rolling(&c.Rolling[i], d))
	}
	return out
}

func (v *visit) rolling(r *status.Rolling, digits int) rollingView {
	out := rollingView{Name: v.window(r.Name), Answer: v.answerOf(r.Answer), Known: known(&r.Verdict), Coverage: coverage(&r.Verdict), Seen: v.seen(&r.Verdict)}
	out.Point, out.Low, out.High = shares(&r.Verdict, digits)
	return out
}

// nameOf prefers the display name to the id.
func nameOf[ID ~string](name string, id ID) string {
	if name == "" {
		return string(id)
	}
	return name
}

// figure prints a claimed share with a space before its sign.
func figure(f sla.Figure) string {
	s := f.String()
	return s[:len(s)-1] + " %"
}

// known reports whether there is any time about which something is known.
func known(v *sla.Verdict) bool { return v.Accounted > v.Unknown }

// shares returns the availability of the time that was seen and its 95 % interval
// over all accounted time, floored: unknown time is down at the lower end and up at
// the upper one. A year of which one good hour was seen is no 99.99 %.
func shares(v *sla.Verdict, digits int) (point, low, high string) {
	d, seen := &v.Downtime, v.Accounted-v.Unknown
	return percent(d.Point, seen, digits), percent(d.High95+v.Unknown, v.Accounted, digits), percent(d.Low95, v.Accounted, digits)
}

// seen says that a share is of the time that was seen, where that is less than all
// but the hundredth that may be taken as being like the rest.
func (v *visit) seen(d *sla.Verdict) string {
	if known(d) && d.Unknown > d.Accounted/100 {
		return v.t("verdict.seen")
	}
	return ""
}

func coverage(v *sla.Verdict) string {
	if v.Accounted <= 0 {
		return "–"
	}
	return percent(v.Unknown, v.Accounted, 2)
}

// windowText names the window's borders, in the claim's own zone.
func (v *visit) windowText(d *sla.Verdict) string {
	zone := d.Claim.Window.Zone
	if zone == nil {
		zone = v.zone
	}
	if d.Claim.Window.Kind == sla.Rolling {
		return v.t("verdict.window.rolling", v.length(d.Claim.Window.Length, roundNear))
	}
	from, to := d.Period.From.In(zone), d.Period.To.In(zone)
	if midnight(from) && midnight(to) {
		last := to.AddDate(0, 0, -1)
		return v.t("verdict.window.days", from.Format(time.DateOnly), last.Format(time.DateOnly), zone.String())
	}
	return v.t("verdict.window.days", from.Format("2006-01-02 15:04"), to.Format("2006-01-02 15:04"), zone.String())
}

func midnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h+m+s+t.Nanosecond() == 0
}

// allowanceText says what is left of the allowance.
func (v *visit) allowanceText(d *sla.Verdict) string {
	used := v.length(d.Downtime.Point, roundNear)
	switch left := d.Remaining(); {
	case !known(d):
		return v.t("allowance.whole", v.length(d.Allowance, roundDown))
	case d.Allowance == 0:
		return v.t("allowance.zero", used)
	case left < 0:
		return v.t("allowance.over", used, v.length(d.Allowance, roundDown), v.length(-left, roundNear))
	default:
		return v.t("allowance.left", used, v.length(d.Allowance, roundDown), v.length(left, roundDown))
	}
}

// explain is the verdict in one or two sentences. The estimator's own words are
// English.
func (v *visit) explain(d *sla.Verdict) string {
	if v.language == english && d.Explanation != "" {
		return d.Explanation
	}
	low, high := v.length(d.Downtime.Low95, roundDown), v.length(d.Downtime.High95, roundUp)
	left := v.length(d.Allowance, roundDown)
	switch {
	case d.Answer == sla.BreachedCertain:
		return v.t("explain.breached_certain", v.length(d.Downtime.HardLow, roundDown), left)
	case d.Answer == sla.Breached:
		return v.t("explain.breached", v.length(d.Downtime.Least95, roundDown), left) + v.beside(d)
	case !known(d):
		return v.t("explain.nothing")
	case d.Answer == sla.Met:
		return v.t("explain.met", v.length(d.Downtime.Most95, roundUp), left) + v.beside(d)
	case open(d):
		return v.t("explain.open", v.length(d.Downtime.Point, roundNear), left, low, high)
	case d.Answer == sla.MetIfUnknownAlike:
		return v.t("explain.met_if_unknown_alike", left, v.length(d.Unknown, roundUp), coverage(d))
	}
	sentence := v.t("explain.cannot_tell", low, high, left)
	if d.Deciding > 0 && d.Deciding < d.Interval {
		sentence += v.t("explain.deciding", v.length(d.Deciding, roundDown))
	} else if d.Unknown > 0 {
		sentence += v.t("explain.unknown", v.length(d.Unknown, roundUp))
	}
	return sentence
}

// beside reconciles the answer with the interval shown beside it.
func (v *visit) beside(d *sla.Verdict) string {
	if !d.OneSided() {
		return ""
	}
	return v.t("explain.one_sided", v.length(d.Downtime.Low95, roundDown), v.length(d.Downtime.High95, roundUp))
}
