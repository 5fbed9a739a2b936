package web

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

// stripView is one timeline picture with its caption.
type stripView struct {
	Name, URL, Sums string
	Picture         any
	spans           []timeline.Span
}

// maxStrips are drawn on one page; a service with more checks says how many are
// left out, and each has a page of its own.
const maxStrips = 12

// read returns the history of one check; what cannot be read is unknown time.
func (s *server) read(id check.ID, p timeline.Period) timeline.Series {
	series, err := s.History.Series(id, p)
	if err != nil {
		s.Log.Error("history cannot be read", "check", id, "error", err)
		return timeline.Series{Check: id}
	}
	return series
}

// strip draws the spans of a check or claim, up to the present.
func (v *visit) stripView(name, url string, spans []timeline.Span, p timeline.Period) stripView {
	return stripView{name, url, v.sumsText(chart.Sum(spans)), v.strip(name, spans, p), spans}
}

// soFar cuts the part of the period off that lies in the future.
func soFar(p timeline.Period, now time.Time) timeline.Period {
	if p.To.After(now) {
		p.To = now
	}
	return p
}

// claimSpans is what each moment of the period counts as for the claim.
func claimSpans(c *sla.Claim, series map[check.ID]timeline.Series, p timeline.Period, ex []sla.Exclusion) []timeline.Span {
	all := make([]timeline.Series, len(c.Checks))
	for i, id := range c.Checks {
		all[i] = series[id]
	}
	return c.Spans(p, all, c.LeftOut(p, ex))
}
