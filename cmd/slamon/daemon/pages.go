package daemon

import (
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// pages gives the pages what they read of the store, in their own words.
type pages struct{ *store.Store }

// Evidence returns what was kept of failing probes, oldest first.
func (p pages) Evidence(id check.ID, period timeline.Period, limit int) ([]web.Evidence, error) {
	kept, err := p.Store.Evidence(id, period, limit)
	out := make([]web.Evidence, 0, len(kept))
	for _, e := range kept {
		out = append(out, web.Evidence{Sent: e.Sent, Evidence: e.Evidence, Pictured: e.Pictured})
	}
	return out, err
}

// Columns sums up the good results of parts of the period.
func (p pages) Columns(id check.ID, period timeline.Period, n int) ([]web.Column, error) {
	sums, err := p.Store.Columns(id, period, n)
	out := make([]web.Column, len(sums))
	for i, c := range sums {
		out[i] = web.Column(c)
	}
	return out, err
}

// Days returns the summaries of the UTC days that touch the period.
func (p pages) Days(id check.ID, period timeline.Period) ([]web.Day, error) {
	kept, err := p.Store.Days(id, period)
	out := make([]web.Day, 0, len(kept))
	for _, d := range kept {
		day := web.Day{Start: d.Start, P50: d.Quantile(0.5), P95: d.Quantile(0.95), Max: d.Max}
		for i := range day.Results {
			day.Results[i] = d.Results[i]
		}
		out = append(out, day)
	}
	return out, err
}
