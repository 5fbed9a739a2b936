package daemon

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
		if !wait(ctx, max(responsePause, boardShare*time.Since(begun)), r.wake) {
			return nil
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
	ex, corrections := r.ledger.exclusions(cfg, c.Service), r.ledger.correctionsOf(c.ID)
	if out.ResponseVerdict, err = r.hold(c, c.Window.Period(now), now, ex, corrections); err != nil {
		return out, err
	}
	for _, w := range status.Windows {
		v, err := r.hold(c, timeline.Period{From: now.Add(-w.Length), To: now}, now, ex, corrections)
		if err != nil {
			return out, err
		}
		out.Rolling = append(out.Rolling, status.RollingResponse{Name: w.Name, ResponseVerdict: v})
	}
	return out, nil
}

func (r *responses) hold(c sla.ResponseClaim, p timeline.Period, now time.Time, ex []sla.Exclusion, corrections []sla.Correction) (sla.ResponseVerdict, error) {
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
	return c.Hold(p, until, sla.ResponseHistory{Series: series, Exclusions: ex, Corrections: corrections, Count: func(id check.ID, set timeline.Set) (sla.Responses, error) {
		return r.count(id, set, now)
	}})
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

// runResponses keeps the verdicts on response time.
func (d *Daemon) runResponses(ctx context.Context) error {
	return d.replies.run(ctx, d.config.Load, func() { nudge(d.wake) })
}
