package web

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// stripView is one timeline picture with its caption.
type stripView struct {
	Name, URL, Sums string
	Picture         any
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
	return stripView{name, url, v.sumsText(sums(spans)), v.strip(name, spans, p)}
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
	out := leftOut(c, p, ex)
	all := make([][]timeline.Span, 0, len(c.Checks))
	for _, id := range c.Checks {
		if spans := timeline.Spans(series[id], p, out, c.DegradedDown); len(spans) > 0 {
			all = append(all, spans)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return combine(all, c.Combine)
}

// leftOut returns the time that the claim does not account for: maintenance that
// it rules planned, and what lies outside the service hours.
func leftOut(c *sla.Claim, p timeline.Period, ex []sla.Exclusion) []timeline.Period {
	var out []timeline.Period
	if c.ExcludeMaintenance {
		for _, r := range c.Maintenance(ex) {
			out = append(out, r.Left...)
		}
	}
	if c.Hours != nil {
		out = append(out, c.Hours.Closed(p)...)
	}
	return out
}

// combine sweeps over spans that all cover the same period.
func combine(all [][]timeline.Span, how sla.Combine) []timeline.Span {
	if len(all) == 1 {
		return all[0]
	}
	var out []timeline.Span
	at := make([]int, len(all))
	from := all[0][0].From
	for {
		to, chosen := time.Time{}, all[0][at[0]]
		for i, spans := range all {
			s := spans[at[i]]
			if to.IsZero() || s.To.Before(to) {
				to = s.To
			}
			if rank(s.Kind, how) > rank(chosen.Kind, how) {
				chosen = s
			}
		}
		if n := len(out); n > 0 && out[n-1].Kind == chosen.Kind && out[n-1].Reason == chosen.Reason {
			out[n-1].To = to
		} else {
			out = append(out, timeline.Span{From: from, To: to, Kind: chosen.Kind, Reason: chosen.Reason})
		}
		from = to
		for i, spans := range all {
			if !spans[at[i]].To.After(to) {
				if at[i]++; at[i] == len(spans) {
					return out
				}
			}
		}
	}
}

// rank says which kind wins. Where every part is needed, one that is down
// decides, and else one that is not known. Where parts replace each other, one
// that is up decides, and else one that is not known.
func rank(k timeline.Kind, how sla.Combine) int {
	order := [...]timeline.Kind{timeline.Up, timeline.Degraded, timeline.Unknown, timeline.Down, timeline.Excluded}
	if how == sla.AllDown {
		order = [...]timeline.Kind{timeline.Down, timeline.Unknown, timeline.Degraded, timeline.Up, timeline.Excluded}
	}
	for i, o := range order {
		if o == k {
			return i
		}
	}
	return -1
}
