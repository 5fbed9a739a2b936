package main

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

const (
	// responsePause is how old a verdict on response time may be. A year of a check that
	// asks every 10 s is counted in some 10 ms once its days are known; with many claims
	// the pause grows, so that no more than a fiftieth of the time is spent.
	responsePause = 15 * time.Second
	// maxPieces bounds the memory of counted time, which is some 1.5 KB for a day of a
	// check that asks every 10 s: 30 MB, enough for 150 claims over a year. Beyond it,
	// days are counted anew each time.
	maxPieces = 20_000
	// pieceLife is for how many rounds a piece that nobody asks for is kept: the edge of
	// a rolling window is another one each time.
	pieceLife = 3
	// pieceSettled is how long after its end a piece of time can still grow.
	pieceSettled = 5 * time.Minute
)

// responseHistory is what counting reads of the store.
type responseHistory interface {
	Series(check.ID, timeline.Period) (timeline.Series, error)
	Results(check.ID, timeline.Period) iter.Seq2[check.Result, error]
	Days(check.ID, timeline.Period) ([]store.Day, error)
}

// responses judges claims on response time. Raw results are counted once: closed days,
// and months that lie wholly in a window, are kept as counts.
type responses struct {
	history responseHistory
	ledger  *ledger
	log     *slog.Logger
	wake    chan struct{}

	mu     sync.Mutex // guards what follows
	pieces map[pieceKey]*piece
	round  uint64
	judged map[sla.ClaimID]status.Response
}

// pieceKey names the counts of one check over one piece of time.
type pieceKey struct {
	check    check.ID
	from, to int64 // Unix milliseconds
}

type piece struct {
	counts sla.CellCounts
	round  uint64 // in which it was last asked for
}

func newResponses(h responseHistory, l *ledger, log *slog.Logger) *responses {
	return &responses{history: h, ledger: l, log: log, wake: make(chan struct{}, 1), pieces: map[pieceKey]*piece{}, judged: map[sla.ClaimID]status.Response{}}
}

// get returns the newest verdict on a claim, and a bare one before the first.
func (r *responses) get(c sla.ResponseClaim, now time.Time) status.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.judged[c.ID]
	if !ok || v.Claim.Promise != c.Promise {
		v = status.Response{ResponseVerdict: sla.ResponseVerdict{Claim: c, Period: c.Window.Period(now), Until: now}}
	}
	v.Claim = c
	return v
}

// run judges all claims again and again until ctx is done, and calls told after each.
func (r *responses) run(ctx context.Context, cfg func() *config.Config, told func()) error {
	for {
		begun := time.Now()
		for _, c := range cfg().Responses {
			if ctx.Err() != nil {
				return nil
			}
			r.refresh(cfg(), c, time.Now())
			told()
		}
		r.forget(cfg().Responses)
		timer := time.NewTimer(max(responsePause, boardShare*time.Since(begun)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		case <-r.wake:
			timer.Stop()
		}
	}
}

// refreshAll judges all claims once.
func (r *responses) refreshAll(cfg *config.Config, now time.Time) {
	for _, c := range cfg.Responses {
		r.refresh(cfg, c, now)
	}
}

// refresh judges one claim.
func (r *responses) refresh(cfg *config.Config, c sla.ResponseClaim, now time.Time) {
	v, err := r.judge(cfg, c, now)
	if err != nil {
		r.log.Error("response times cannot be counted", "claim", c.ID, "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.judged[c.ID] = v
}

// judge holds a claim to its own window and to the rolling ones.
func (r *responses) judge(cfg *config.Config, c sla.ResponseClaim, now time.Time) (status.Response, error) {
	now = now.Truncate(time.Millisecond) // as results are kept, so that pieces are met again
	out := status.Response{At: now}
	var err error
	ex := r.ledger.exclusions(cfg, c.Service)
	if out.ResponseVerdict, err = r.hold(c, c.Window.Period(now), now, ex); err != nil {
		return out, err
	}
	for _, w := range status.Windows {
		v, err := r.hold(c, timeline.Period{From: now.Add(-w.Length), To: now}, now, ex)
		if err != nil {
			return out, err
		}
		out.Rolling = append(out.Rolling, status.RollingResponse{Name: w.Name, ResponseVerdict: v})
	}
	return out, nil
}

func (r *responses) hold(c sla.ResponseClaim, p timeline.Period, now time.Time, ex []sla.Exclusion) (sla.ResponseVerdict, error) {
	until := p.To
	if now.Before(until) {
		until = now
	}
	series := make([]timeline.Series, 0, len(c.Checks))
	for _, id := range c.Checks {
		s, err := r.history.Series(id, p)
		if err != nil {
			return sla.ResponseVerdict{}, err
		}
		s.Check = id
		series = append(series, s)
	}
	return sla.HoldResponses(c, p, until, series, ex, func(id check.ID, set timeline.Set) (sla.Responses, error) {
		return r.count(id, set, now)
	})
}

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

// forget drops what nobody asks for any more, and begins a new round.
func (r *responses) forget(claims []sla.ResponseClaim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, p := range r.pieces {
		if p.round+pieceLife <= r.round {
			delete(r.pieces, key)
		}
	}
	r.round++
	known := map[sla.ClaimID]bool{}
	for _, c := range claims {
		known[c.ID] = true
	}
	for id := range r.judged {
		if !known[id] {
			delete(r.judged, id)
		}
	}
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

// runResponses keeps the verdicts on response time.
func (d *daemon) runResponses(ctx context.Context) error {
	return d.replies.run(ctx, d.config.Load, func() { nudge(d.wake) })
}

// responseTimes gives the pages the response times of a check.
func (d *daemon) responseTimes(id check.ID, p timeline.Period) (web.ResponseTimes, error) {
	cfg := d.config.Load()
	limit, _ := limitOf(cfg, id)
	f, exact, err := d.replies.figures(cfg, id, p, limit)
	return web.ResponseTimes{ResponseFigures: f, Limit: limit, Exact: exact}, err
}
