package probe

import (
	"context"
	"time"

	"github.com/slamon/slamon/check"
)

// StepEvent is one moment of a transaction, for people who write one: a step
// begins (Done is false) or is over. Secrets are masked in all of it.
type StepEvent struct {
	Number, Of int
	Name       string
	Cleanup    bool
	Done       bool

	Request string // method and URL

	State    check.State // from here on: only when done
	Skipped  string      // why it was not made; empty when it was
	Took     time.Duration
	Reused   bool // over the connection of an earlier step
	Status   string
	Bytes    int64
	Captured []string // "name = value"
	Sentence string   // what was wrong
	Want     string
	Got      string
	Body     string
	Page     bool   // a step in a browser: there is no single answer
	Console  string // what was written to its console
}

type watching struct{}

// Watch returns a context whose transactions tell of their steps as they run. The
// function is called by the goroutine of the probe.
func Watch(ctx context.Context, tell func(StepEvent)) context.Context {
	return context.WithValue(ctx, watching{}, tell)
}

// watcher returns the function to tell, nil for none.
func watcher(ctx context.Context) func(StepEvent) {
	tell, _ := ctx.Value(watching{}).(func(StepEvent))
	return tell
}
