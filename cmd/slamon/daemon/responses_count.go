package daemon

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// count counts the operations of a check within a set of time.
func (r *responses) count(id check.ID, set timeline.Set, now time.Time) (sla.Responses, error) {
	var c sla.ResponseCounter
	for _, p := range set {
		p.From, p.To = ceilMilli(p.From), ceilMilli(p.To)
		for _, part := range parts(p) {
			counts, err := r.piece(id, part, now)
			if err != nil {
				return sla.Responses{}, err
			}
			c.Add(counts)
		}
	}
	return c.Take().Responses(), nil
}

// ceilMilli returns the first whole millisecond that is not before t: results are kept
// at whole ones, so nothing is moved over a border by it.
func ceilMilli(t time.Time) time.Time {
	return t.Add(time.Millisecond - time.Nanosecond).Truncate(time.Millisecond)
}

// parts cuts a period into months and days of UTC, which other windows share with it.
// Days are what raw results are kept by.
func parts(p timeline.Period) []timeline.Period {
	var out []timeline.Period
	for at := p.From.UTC(); at.Before(p.To); {
		next := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC)
		if at.Day() == 1 && at.Equal(time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)) {
			if month := at.AddDate(0, 1, 0); !month.After(p.To) {
				next = month
			}
		}
		if next.After(p.To) {
			next = p.To
		}
		out = append(out, timeline.Period{From: at, To: next})
		at = next
	}
	return out
}

// piece returns the counts of one piece, from memory when it has settled.
func (r *responses) piece(id check.ID, p timeline.Period, now time.Time) (sla.CellCounts, error) {
	key := pieceKey{id, p.From.UnixMilli(), p.To.UnixMilli()}
	r.mu.Lock()
	if known := r.pieces[key]; known != nil {
		known.round = r.round
		r.mu.Unlock()
		return known.counts, nil
	}
	r.mu.Unlock()
	var c sla.ResponseCounter
	for result, err := range r.history.Results(id, p) {
		if err != nil {
			return sla.CellCounts{}, err
		}
		if result.Base {
			c.Count(result.State, result.Took)
		}
	}
	counts := c.Take()
	// What ends now is kept for this round only: the next one ends at another moment.
	r.mu.Lock()
	defer r.mu.Unlock()
	if settled := p.To.Before(now.Add(-pieceSettled)); (settled || p.To.Equal(now)) && len(r.pieces) < maxPieces {
		r.pieces[key] = &piece{counts, r.round}
	}
	return counts, nil
}

// rawFigures is up to where the figures of a check that no claim rests on are counted
// from raw results; longer periods take the summaries of days.
const rawFigures = 7 * 24 * time.Hour

// figures returns the response times of one check in a period. Where they are not
// counted from raw results, exact is false: re-probes are among them, and times are
// known to a quarter of an octave.
func (r *responses) figures(cfg *config.Config, id check.ID, p timeline.Period, limit time.Duration) (f sla.ResponseFigures, exact bool, err error) {
	if p.Length() <= rawFigures || claimed(cfg, id) {
		counts, err := r.count(id, timeline.SetOf(p), p.To)
		return sla.FiguresOf(id, counts, limit), true, err
	}
	days, err := r.history.Days(id, p)
	var all sla.Responses
	for _, d := range days {
		one := sla.Responses{Failed: d.Results[check.Down]}
		for _, b := range d.Buckets {
			one.Buckets = append(one.Buckets, sla.ResponseBucket(b))
		}
		all.Add(one)
	}
	return sla.FiguresOf(id, all, limit), false, err
}

// claimed reports whether a claim on response time rests on the check.
func claimed(cfg *config.Config, id check.ID) bool {
	_, ok := limitOf(cfg, id)
	return ok
}

// limitOf returns the limit of the first claim on response time that rests on the
// check, or the time from which it is degraded.
func limitOf(cfg *config.Config, id check.ID) (limit time.Duration, claimed bool) {
	for _, c := range cfg.Responses {
		for _, k := range c.Checks {
			if k == id {
				return c.Limit, true
			}
		}
	}
	if k, ok := cfg.Check(id); ok {
		return k.DegradedAfter, false
	}
	return 0, false
}

// responseTimes gives the pages the response times of a check.
func (d *Daemon) responseTimes(id check.ID, p timeline.Period) (web.ResponseTimes, error) {
	cfg := d.config.Load()
	limit, _ := limitOf(cfg, id)
	f, exact, err := d.replies.figures(cfg, id, p, limit)
	return web.ResponseTimes{ResponseFigures: f, Limit: limit, Exact: exact}, err
}
