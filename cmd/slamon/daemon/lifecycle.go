package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Part is one running piece of the daemon: Run blocks, ends when its context is
// done, and leaves no goroutine behind.
type Part struct {
	Name string
	Run  func(context.Context) error
}

// runParts starts the parts in order and, once ctx is done or one of them ends,
// stops them in reverse order, each waiting for the one before: what produces
// stops before what stores. It returns what the parts returned.
func runParts(ctx context.Context, log *slog.Logger, parts []Part) error {
	type running struct {
		Part
		stop context.CancelFunc
		done chan struct{}
		err  error
	}
	ended := make(chan struct{}, len(parts))
	all := make([]*running, 0, len(parts))
	for _, p := range parts {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		r := &running{Part: p, stop: stop, done: make(chan struct{})}
		all = append(all, r)
		go func() {
			defer close(r.done)
			r.err = r.Run(own)
			ended <- struct{}{}
		}()
	}
	select {
	case <-ctx.Done():
		log.Info("stopping")
	case <-ended:
	}
	var errs []error
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		r.stop()
		<-r.done
		if r.err != nil && !errors.Is(r.err, context.Canceled) {
			errs = append(errs, fmt.Errorf("%s: %w", r.Name, r.err))
		}
		log.Debug("stopped", "part", r.Name)
	}
	return errors.Join(errs...)
}
