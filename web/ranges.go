package web

import (
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// rangeView is the choice of period above a picture.
type rangeView struct {
	Choices        []rangeChoice
	Earlier, Later string
	Zoom           []zoomLink
}

type rangeChoice struct {
	Word, URL string
	Current   bool
}

const (
	defaultRange = "24h"
	firstRange   = "1h"
	// claimRange is the window of a claim, future included.
	claimRange = "claim"
	// maxPeriod bounds a period that is asked for by its borders: results are kept
	// this long.
	maxPeriod = 400 * 24 * time.Hour
)

// asked is the period between ?from= and ?to=, which links into a part of a timeline
// have; false when there is none.
func (v *visit) asked() (p timeline.Period, ok bool) {
	from, err1 := time.Parse(time.RFC3339, v.query.Get("from"))
	to, err2 := time.Parse(time.RFC3339, v.query.Get("to"))
	p = timeline.Period{From: from, To: to}
	ok = err1 == nil && err2 == nil && from.Before(to) && p.Length() <= maxPeriod && from.Before(v.board.At)
	return p, ok
}

// isNew tells whether less than an hour is known of a claim: somebody tries slamon
// out, and a day of unknown time would hide what there is to see.
func isNew(own *sla.Verdict) bool { return own != nil && own.Accounted-own.Unknown < time.Hour }

// period follows ?range= and ?to=. The claim's own window is offered where there
// is a claim.
func (v *visit) period(own *sla.Verdict) (timeline.Period, rangeView) {
	return v.periodFrom(own, isNew(own))
}

// periodFrom does so for what is new, or not.
func (v *visit) periodFrom(own *sla.Verdict, fresh bool) (timeline.Period, rangeView) {
	now, chosen := v.board.At, v.query.Get("range")
	end := now
	if t, err := time.Parse(time.RFC3339, v.query.Get("to")); err == nil && t.Before(now) {
		end = t
	}
	p := timeline.Period{From: end.Add(-hours24), To: end}
	known := false
	if chosen == "" && !v.query.Has("from") && fresh {
		chosen = firstRange
	}
	for _, w := range status.Windows {
		if w.Name == chosen {
			p.From, known = end.Add(-w.Length), true
		}
	}
	if chosen == claimRange && own != nil {
		p, known = own.Period, true
	}
	part, exact := v.asked()
	switch {
	case exact && !known:
		p, chosen, end = part, "", part.To
	case !known:
		chosen = defaultRange
	}
	out := rangeView{}
	for _, w := range status.Windows {
		out.Choices = append(out.Choices, rangeChoice{v.window(w.Name), v.with("range", w.Name, "from", "", "to", v.query.Get("to")), w.Name == chosen})
	}
	if own != nil && own.Claim.Window.Kind != sla.Rolling {
		out.Choices = append(out.Choices, rangeChoice{v.t("window.claim"), v.with("range", claimRange, "from", "", "to", ""), chosen == claimRange})
	}
	switch chosen {
	case claimRange:
	case "":
		out.Earlier, out.Later = v.neighbours(p)
	default:
		out.Earlier = v.with("range", chosen, "to", p.From.UTC().Format(time.RFC3339))
		if end.Before(now) {
			next := p.To.Add(p.Length())
			to := next.UTC().Format(time.RFC3339)
			if !next.Before(now) {
				to = ""
			}
			out.Later = v.with("range", chosen, "to", to)
		}
	}
	return p, out
}

// neighbours leads to the periods of the same length before and after one that was asked
// for by its borders.
func (v *visit) neighbours(p timeline.Period) (earlier, later string) {
	borders := func(from time.Time) string {
		return v.with("from", from.UTC().Format(time.RFC3339), "to", from.Add(p.Length()).UTC().Format(time.RFC3339))
	}
	if earlier = borders(p.From.Add(-p.Length())); p.To.Before(v.board.At) {
		later = borders(p.To)
	}
	return earlier, later
}
