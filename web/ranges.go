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
}

type rangeChoice struct {
	Word, URL string
	Current   bool
}

const (
	defaultRange = "24h"
	// claimRange is the window of a claim, future included.
	claimRange = "claim"
)

// period follows ?range= and ?to=. The claim's own window is offered where there
// is a claim.
func (v *visit) period(own *sla.Verdict) (timeline.Period, rangeView) {
	now, chosen := v.board.At, v.query.Get("range")
	end := now
	if t, err := time.Parse(time.RFC3339, v.query.Get("to")); err == nil && t.Before(now) {
		end = t
	}
	p := timeline.Period{From: end.Add(-hours24), To: end}
	known := false
	for _, w := range status.Windows {
		if w.Name == chosen {
			p.From, known = end.Add(-w.Length), true
		}
	}
	if chosen == claimRange && own != nil {
		p, known = own.Period, true
	}
	if !known {
		chosen = defaultRange
	}
	out := rangeView{}
	for _, w := range status.Windows {
		out.Choices = append(out.Choices, rangeChoice{v.window(w.Name), v.with("range", w.Name, "to", v.query.Get("to")), w.Name == chosen})
	}
	if own != nil && own.Claim.Window.Kind != sla.Rolling {
		out.Choices = append(out.Choices, rangeChoice{v.t("window.claim"), v.with("range", claimRange, "to", ""), chosen == claimRange})
	}
	if chosen != claimRange {
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
