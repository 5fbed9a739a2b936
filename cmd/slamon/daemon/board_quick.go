package daemon

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/status"
)

const (
	// boardPause is how old a board may be. It is made at once when a state
	// changes, so the pause only matters to figures that move slowly.
	boardPause = 5 * time.Second
	// boardRest keeps wake-ups from making boards without end while many checks
	// change at the same time.
	boardRest = 500 * time.Millisecond
	// boardShare is the largest share of time that is spent on boards.
	boardShare = 50
	// quickRest is the shortest time between two quick boards: results are written
	// twice a second, so that there is rarely anything new before.
	quickRest = 200 * time.Millisecond
	// quickShare is the largest share of time that is spent on quick boards. They are
	// only made while states change, and people wait for what they say.
	quickShare = 20
	// longestQuick is the longest rest between two of them all the same: on a machine
	// that is busy with other things a board takes long, and people still wait.
	longestQuick = time.Second
	// dearBoard is the cost from which whole boards do not come soon enough.
	dearBoard = 50 * time.Millisecond
)

// refresh makes a whole board of now.
func (d *Daemon) refresh(now time.Time) *status.Board {
	begun, cfg := time.Now(), d.config.Load()
	judged := d.boards.judge(now, cfg) // before the lock: quick boards go on meanwhile
	return d.board(now.Add(time.Since(begun)), cfg, judged)
}

// refreshQuickly makes a board with the verdicts of the one before. Judging all claims
// of 10,000 checks takes a good part of a second, and on a busy machine several;
// whoever has to be told of a failure does not wait for it.
func (d *Daemon) refreshQuickly(now time.Time) {
	d.board(now, d.config.Load(), d.boards.verdicts.Load())
}

// board makes a board with verdicts that were reached by a configuration. When another
// one has come into force meanwhile they are reached anew.
func (d *Daemon) board(now time.Time, cfg *config.Config, judged *verdicts) *status.Board {
	d.boarding.Lock()
	defer d.boarding.Unlock()
	if newest := d.config.Load(); newest != cfg {
		cfg, judged = newest, nil
	}
	board := d.boards.refresh(now, cfg, d.own(), judged)
	nudge(d.boarded)
	return board
}

// runBoards makes boards until ctx is done: whole ones again and again, and quick ones
// between them as soon as something calls for one, where whole ones take long.
func (d *Daemon) runBoards(ctx context.Context) error {
	pause := boardPause
	if d.options.Refresh > 0 {
		pause = d.options.Refresh
	}
	var cost atomic.Int64 // of the newest whole board
	rejudge := make(chan struct{}, 1)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		for {
			begun := time.Now()
			d.refresh(begun)
			took := time.Since(begun)
			cost.Store(int64(took))
			if !wait(ctx, max(min(pause, boardRest), boardShare*took), nil) || !wait(ctx, pause, rejudge) {
				return nil
			}
		}
	})
	group.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-d.wake:
			}
			nudge(rejudge)
			if time.Duration(cost.Load()) < dearBoard {
				continue
			}
			begun := time.Now()
			d.refreshQuickly(begun)
			rest := min(max(min(pause, quickRest), quickShare*time.Since(begun)), longestQuick)
			if !wait(ctx, rest, nil) {
				return nil
			}
		}
	})
	return group.Wait()
}
