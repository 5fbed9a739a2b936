package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// PlaceInput is what another place saw of a claim's checks.
type PlaceInput struct {
	Site   string
	Series []timeline.Series // those that the place has; a check that is not there was not watched
	// Failed says why there is nothing, or not all; empty when there is. It is shown.
	Failed string
}

// Places are the figures of each place apart, ours first, and of all together where the
// claim says how many of them have to see a failure.
type Places struct {
	Sites    []Place          `json:"sites"`
	Need     int              `json:"sites_down,omitempty"` // of the claim
	Together *sla.VerdictJSON `json:"together"`             // null where the claim does not say
	verdicts []sla.Verdict
	together *sla.Verdict
}

// Place is what one place says of the period.
type Place struct {
	Site     string           `json:"site"`
	LastSeen *time.Time       `json:"last_result"` // in the period; null without any
	Failed   string           `json:"failed"`      // why there is nothing, or not all
	Verdict  *sla.VerdictJSON `json:"verdict"`     // null where nothing was measured
}

// addPlaces judges what each place saw as our own history is judged: the same claim, and
// the same maintenance and corrections, so that the figures differ in what was seen alone.
func (d *Document) addPlaces(series []timeline.Series, ex []sla.Exclusion, until time.Time) {
	in := &d.input
	if len(in.Places) == 0 && in.Claim.SitesDown == 0 {
		return
	}
	sites := []sla.Site{{Name: in.Site, Series: named(in.Claim.Checks, series)}}
	for _, p := range in.Places {
		seen, _ := sla.Corrected(p.Series, nil, in.Corrections)
		sites = append(sites, sla.Site{Name: p.Site, Series: watched(in.Claim.Checks, seen)})
	}
	need := in.Claim.SitesDown
	v := sla.JudgeSites(in.Claim, in.Period, until, sites, min(max(need, 1), len(sites)), ex)
	d.Places = &Places{Sites: []Place{}, Need: need}
	for i, s := range v.Sites {
		one := Place{Site: s.Site, LastSeen: d.lastResult(sites[i].Series, until)}
		if i > 0 {
			one.Failed = in.Places[i-1].Failed
		}
		if s.Verdict.Probes.Total > 0 {
			j := s.Verdict.JSON()
			one.Verdict = &j
		}
		d.Places.Sites = append(d.Places.Sites, one)
		d.Places.verdicts = append(d.Places.verdicts, s.Verdict)
	}
	if need > 0 && need <= len(sites) && v.Together != nil {
		j := v.Together.JSON()
		d.Places.Together, d.Places.together = &j, v.Together
	}
}

// named are series with the names of their checks, which stand in the same order.
func named(checks []check.ID, all []timeline.Series) []timeline.Series {
	out := make([]timeline.Series, len(all))
	for i, s := range all {
		if out[i] = s; i < len(checks) {
			out[i].Check = checks[i]
		}
	}
	return out
}

// watched are the series of a claim's checks in their order; one that the place does not
// have is unknown all the time.
func watched(checks []check.ID, all []timeline.Series) []timeline.Series {
	out := make([]timeline.Series, len(checks))
	for i, id := range checks {
		out[i].Check = id
		for _, s := range all {
			if s.Check == id {
				out[i] = s
			}
		}
	}
	return out
}

func (d *Document) lastResult(all []timeline.Series, until time.Time) *time.Time {
	var last time.Time
	for _, s := range all {
		for _, x := range s.Stretches {
			if at := x.Last; at.After(last) && x.First.Before(until) {
				last = at
			}
		}
	}
	if last.IsZero() {
		return nil
	}
	if last.After(until) { // the probe that bounds the last pause lies behind the period
		last = until
	}
	last = last.In(d.zone())
	return &last
}

// placeGrid shows the places side by side.
func (d *Document) placeGrid(l *Language) grid {
	p := d.Places
	g := grid{ID: "places", Title: l.t("places"), Right: map[int]bool{1: true, 2: true, 3: true},
		Head: []string{l.t("place"), l.t("availability"), l.t("range"), l.t("coverage"), l.t("verdict"), l.t("place.last"), l.t("note")}}
	for i, s := range p.Sites {
		last := "–"
		if s.LastSeen != nil {
			last = d.when(*s.LastSeen)
		}
		g.Rows = append(g.Rows, append(d.placeCells(l, s.Site, &p.verdicts[i], s.Verdict != nil), last, s.Failed))
	}
	switch {
	case p.together != nil:
		g.Rows = append(g.Rows, append(d.placeCells(l, l.t("place.together"), p.together, true), "", ""))
		g.Note = l.t("place.rule", p.Need, len(p.Sites))
	case p.Need > 0:
		g.Note = l.t("place.apart")
	default:
		g.Note = l.t("place.only")
	}
	return g
}

func (d *Document) placeCells(l *Language, name string, v *sla.Verdict, seen bool) []string {
	if !seen || v.Accounted <= v.Unknown {
		return []string{name, "–", "–", l.coverage(0), l.t("answer." + string(sla.CannotTell))}
	}
	answer := l.t("answer." + string(v.Answer))
	if !v.Final && v.Answer == sla.CannotTell {
		answer = l.t("answer.yet")
	}
	return []string{name, d.share(v.Availability.Point), l.t("to", d.share(v.Availability.Low95), d.share(v.Availability.High95)), l.coverage(v.Coverage), answer}
}

func (l *Language) coverage(x float64) string {
	return strings.TrimSuffix(sla.Percent(x, 3), "%") + " %"
}

// csvPlaces are a row for each place, and one for all together.
func (d *Document) csvPlaces() (rows [][]string) {
	if d.Places == nil {
		return nil
	}
	add := func(kind, site string, v *sla.Verdict) {
		j := v.JSON()
		row := d.csvPeriod(kind, v.Period.From, v.Period.To, Month{Answer: v.Answer, Share: j.Availability, Down: j.Downtime, Allowance: j.Allowance,
			Accounted: j.Accounted, Coverage: j.Coverage, Incidents: v.Failures, verdict: *v})
		row[csvNote] = plain(site)
		rows = append(rows, row)
	}
	for i := range d.Places.Sites {
		if d.Places.Sites[i].Verdict != nil {
			add("place", d.Places.Sites[i].Site, &d.Places.verdicts[i])
		}
	}
	if v := d.Places.together; v != nil {
		add("places_together", strconv.Itoa(d.Places.Need)+" of "+strconv.Itoa(len(d.Places.Sites)), v)
	}
	return rows
}

// csvNote is the column of notes.
const csvNote = 20
