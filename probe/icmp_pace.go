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

// paceHold is how long nothing is sent once more than half of the receive buffer
// holds what we have not read yet.
const paceHold = 5 * time.Millisecond

// pacer hands out moments to send, pacePerBurst in each paceWindow. It is safe
// for concurrent use; the zero value is ready.
type pacer struct {
	mu    sync.Mutex
	start time.Time // of the window that is being filled
	used  int       // moments handed out in it
}

// reserve returns how long to wait for the next free moment.
func (p *pacer) reserve(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.start) >= paceWindow {
		p.start, p.used = now, 0
	}
	if p.used == pacePerBurst {
		p.start, p.used = p.start.Add(paceWindow), 0
	}
	p.used++
	return max(p.start.Sub(now), 0)
}

// hold hands out no moment before until.
func (p *pacer) hold(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.start.Before(until) {
		p.start, p.used = until, 0
	}
}

// wait blocks until the next free moment or until ctx ends. While the replies to
// earlier requests lie unread, a moment is given up for a later one: on a busy
// machine the kernel would drop them, and a target would be blamed.
func (p *pacer) wait(ctx context.Context, unread func() bool) error {
	for {
		if err := pause(ctx, p.reserve(time.Now())); err != nil {
			return err
		}
		if !unread() {
			return nil
		}
		p.hold(time.Now().Add(paceHold))
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
