package webtest

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// ErrNone is what the history of a check that was never made gives.
var ErrNone = errors.New("no history is made for this check")

// Series returns a whole year.
func (m *Made) Series(id check.ID, _ timeline.Period) (timeline.Series, error) {
	s, ok := m.series[id]
	if !ok {
		return timeline.Series{}, ErrNone
	}
	return s, nil
}

// Results makes the results of the period anew.
func (m *Made) Results(id check.ID, p timeline.Period) iter.Seq2[check.Result, error] {
	return func(yield func(check.Result, error) bool) {
		c, ok := m.checks[id]
		if !ok {
			yield(check.Result{}, ErrNone)
			return
		}
		for r := range m.slots(c, p) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Columns sums up the results of the period.
func (m *Made) Columns(id check.ID, p timeline.Period, n int) ([]web.Column, error) {
	took := make([][]time.Duration, n)
	for r, err := range m.Results(id, p) {
		if err != nil {
			return nil, err
		}
		if i := int(float64(r.Sent.Sub(p.From)) / float64(p.Length()) * float64(n)); r.State.Good() && i >= 0 && i < n {
			took[i] = append(took[i], r.Took)
		}
	}
	out := make([]web.Column, n)
	for i, list := range took {
		if slices.Sort(list); len(list) > 0 {
			out[i] = web.Column{Count: len(list), P50: list[len(list)/2], P95: list[len(list)*95/100], Max: list[len(list)-1]}
		}
	}
	return out, nil
}

// Evidence returns what failing probes of the period would have kept.
func (m *Made) Evidence(id check.ID, p timeline.Period, limit int) ([]web.Evidence, error) {
	var out []web.Evidence
	for r := range m.slots(m.checks[id], p) {
		if r.Detail != nil && len(out) < limit {
			out = append(out, web.Evidence{Sent: r.Sent, Evidence: *r.Detail})
		}
	}
	return out, nil
}

// Picture returns none: nothing here has a browser.
func (m *Made) Picture(check.ID, time.Time) ([]byte, error) { return nil, nil }

// Days sums up days by looking at one moment of each hour.
func (m *Made) Days(id check.ID, p timeline.Period) ([]web.Day, error) {
	c, ok := m.checks[id]
	if !ok {
		return nil, ErrNone
	}
	var out []web.Day
	for start := p.From.UTC().Truncate(24 * time.Hour); start.Before(p.To); start = start.Add(24 * time.Hour) {
		d := web.Day{Start: start}
		for h := range 24 {
			t := start.Add(time.Duration(h) * time.Hour)
			if x := m.troubleAt(c, t); x != nil && x.reason == check.ReasonStopped {
				continue
			}
			r := m.result(c, t)
			d.Results[r.State]++
			if !r.State.Good() {
				continue
			}
			d.P50 += r.Took / 24
			d.Max = max(d.Max, r.Took)
		}
		d.P95 = d.P50 + (d.Max-d.P50)*3/4
		out = append(out, d)
	}
	return out, nil
}

// Events returns those of the board.
func (m *Made) Events(_ timeline.Period, limit int) ([]status.Event, error) {
	events := append(slices.Clone(m.Board.Own.Events), linkDown)
	return events[:min(limit, len(events))], nil
}
