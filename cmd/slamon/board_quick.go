package main

import (
	"context"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

const (
	// quickRest is the shortest time between two of them: results are written twice a
	// second, so that there is rarely anything new before.
	quickRest = 200 * time.Millisecond
	// quickShare is the largest share of time that is spent on quick boards. They are
	// only made while states change, and people wait for what they say.
	quickShare = 20
	// dearBoard is the cost from which a whole board is preceded by a quick one.
	dearBoard = 50 * time.Millisecond
)

// refreshQuickly makes a board with the states and incidents of now, and with the
// verdicts on claims of the board before. Judging all claims of 10,000 checks takes a
// good part of a second, and whoever has to be told of a failure waits for it.
func (b *boards) refreshQuickly(now time.Time, cfg *config.Config, own status.Own) *status.Board {
	b.judged = map[sla.ClaimID]status.Claim{}
	defer func() { b.judged = nil }()
	if before := b.current.Load(); before != nil {
		for i := range before.Services {
			for _, c := range before.Services[i].Claims {
				b.judged[c.Claim.ID] = c
			}
		}
	}
	return b.refresh(now, cfg, own)
}

// runBoards makes boards until ctx is done.
func (d *daemon) runBoards(ctx context.Context) error {
	pause := boardPause
	if d.options.Refresh > 0 {
		pause = d.options.Refresh
	}
	for {
		begun := time.Now()
		d.refresh(begun)
		cost := time.Since(begun)
		rest := max(min(pause, boardRest), boardShare*cost)
		if !d.betweenBoards(ctx, time.Now().Add(rest), pause, cost > dearBoard) {
			return nil
		}
	}
}

// betweenBoards waits until the next whole board is due: at from when something calls
// for one, and a pause after it in any case. Until then what calls for a board gets
// quick ones. It returns false when ctx is done.
func (d *daemon) betweenBoards(ctx context.Context, from time.Time, pause time.Duration, dear bool) bool {
	quiet := time.Now().Add(min(pause, quickRest))
	for {
		woken := false
		timer := time.NewTimer(time.Until(from.Add(pause)))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-d.wake:
			woken = true
		}
		timer.Stop()
		if ctx.Err() != nil || !woken {
			return ctx.Err() == nil
		}
		if !dear && !time.Now().Before(from) {
			return true
		}
		if !d.rest(ctx, time.Until(quiet), nil) {
			return false
		}
		begun := time.Now()
		d.refreshQuickly(begun)
		quiet = time.Now().Add(max(min(pause, quickRest), quickShare*time.Since(begun)))
		if !time.Now().Before(from) {
			return true
		}
	}
}

func (d *daemon) refreshQuickly(now time.Time) {
	d.boarding.Lock()
	defer d.boarding.Unlock()
	d.boards.refreshQuickly(now, d.config.Load(), d.own())
	nudge(d.boarded)
}
