package probe

import (
	"context"
	"sync"
	"time"
)

// The pace of echo requests. Without it 700 of 2,000 replies were lost on a
// loopback interface; with 20 a millisecond and the receive buffer below, none.
const (
	paceWindow   = time.Millisecond
	pacePerBurst = 20
)

// Replies that lie in our receive buffer for longer than paceTardy show that we
// do not keep up with reading. Then nothing is sent for as long as they lay there,
// but for paceHoldMost at most: the wall clock tells how long, and may be stepped.
const (
	paceTardy    = 10 * time.Millisecond
	paceHoldMost = 100 * time.Millisecond
)

// pacer hands out moments to send, pacePerBurst in each paceWindow. It is safe
// for concurrent use; the zero value is ready.
type pacer struct {
	mu    sync.Mutex
	start time.Time // of the window that is being filled
	used  int       // moments handed out in it
	held  time.Time // nothing is sent before
}

// reserve returns how long to wait for the next free moment.
func (p *pacer) reserve(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.start) >= paceWindow {
		p.start, p.used = now, 0
	}
	if p.start.Before(p.held) {
		p.start, p.used = p.held, 0
	}
	if p.used == pacePerBurst {
		p.start, p.used = p.start.Add(paceWindow), 0
	}
	p.used++
	return max(p.start.Sub(now), 0)
}

// tardy tells how long a packet has waited for us to read it.
func (p *pacer) tardy(queued time.Duration, now time.Time) {
	if queued < paceTardy {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := now.Add(min(queued, paceHoldMost)); until.After(p.held) {
		p.held = until
	}
}

func (p *pacer) holds(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.held)
}

// wait blocks until the next free moment or until ctx ends. A moment that turns out
// to lie in a hold is given up for a later one.
func (p *pacer) wait(ctx context.Context) error {
	for {
		if err := pause(ctx, p.reserve(time.Now())); err != nil {
			return err
		}
		if !p.holds(time.Now()) {
			return nil
		}
	}
}

// pause waits for d or until ctx ends, whichever comes first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
