package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// part is one running piece of the daemon: run blocks, ends when its context is
// done, and leaves no goroutine behind.
type part struct {
	name string
	run  func(context.Context) error
}

// runParts starts the parts in order and, once ctx is done or one of them ends,
// stops them in reverse order, each waiting for the one before: what produces
// stops before what stores. It returns what the parts returned.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	type running struct {
		part
		stop context.CancelFunc
		done chan struct{}
		err  error
	}
	ended := make(chan struct{}, len(parts))
	all := make([]*running, 0, len(parts))
	for _, p := range parts {
		own, stop := context.WithCancel(context.WithoutCancel(ctx))
		r := &running{part: p, stop: stop, done: make(chan struct{})}
		all = append(all, r)
		go func() {
			defer close(r.done)
			r.err = r.run(own)
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
			errs = append(errs, fmt.Errorf("%s: %w", r.name, r.err))
		}
		log.Debug("stopped", "part", r.name)
	}
	return errors.Join(errs...)
}
