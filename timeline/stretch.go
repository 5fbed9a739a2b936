package timeline

import (
	"time"

	"github.com/slamon/slamon/check"
)

// Stretch is a row of neighbouring results with one state. Pauses inside it are
// never longer than MaxGap of its interval.
type Stretch struct {
	State       check.State
	Reason      check.Reason  // of the first result
	First, Last time.Time     // when its first and last probe were sent, UTC
	Results     int           // number of results, at least 1
	Base        int           // those on the base grid
	Interval    time.Duration // base interval in force
	Beside      bool          // its first result was sent beside the base grid
	// LongGaps is the sum of inner pauses longer than LongGap of the interval: a
	// slot was lost there without record. They weaken what the probes can prove.
	LongGaps time.Duration
}

// MaxGap returns the longest pause between two results that still belongs to
// them: 2.5 base intervals (accounting D.6, g_max). A longer one is unknown.
func MaxGap(interval time.Duration) time.Duration { return interval * 5 / 2 }

// LongGap returns the pause from which on a lost slot is assumed: 1.5 base
// intervals. Lateness and the daily change of phase stay below it.
func LongGap(interval time.Duration) time.Duration { return interval * 3 / 2 }

// Series is the history of one check: its stretches in order of time.
type Series struct {
	Check    check.ID
	Interval time.Duration // base interval now in force
	Reprobe  time.Duration // pause between probes after a failure; 0 for none or not known
	// Gap is the longest pause between base probes up to LongGap; 0 when they keep
	// to the interval. Results of another monitor may come less evenly than they say.
	Gap       time.Duration
	Stretches []Stretch
}

// Builder compresses results into stretches as they come. The zero value is
// ready. It is not safe for concurrent use.
type Builder struct {
	open Stretch
}

// Open returns the stretch that is still growing; its Results are 0 before the
// first result.
func (b *Builder) Open() Stretch { return b.open }

// Resume continues with a stretch that Open returned before a restart.
func (b *Builder) Resume(open Stretch) { b.open = open }

// Add takes the next result in order of Sent, with the base interval in force.
// When it starts a new stretch, Add returns the one before, now closed. A result
// sent before the last one (the wall clock was stepped back) cannot be placed:
// it changes nothing, and late is true. The mark of such a step closes the stretch before
// it and overlaps what came twice; one that is late itself, because the clock was set back
// again, is returned at once. Settle puts that in order.
func (b *Builder) Add(r check.Result, interval time.Duration) (closed Stretch, ok, late bool) {
	if p, ok := Repeated(r); ok {
		mark := markOf(p, r, interval)
		if b.open.Results > 0 && r.Sent.Before(b.open.Last) {
			return mark, true, true
		}
		closed, b.open = b.open, mark
		return closed, closed.Results > 0, false
	}
	next := Stretch{State: r.State, Reason: r.Reason, First: r.Sent, Last: r.Sent, Results: 1, Interval: interval}
	next.Beside = !r.Base
	if r.Base {
		next.Base = 1
	}
	if b.open.Results == 0 {
		b.open = next
		return Stretch{}, false, false
	}
	pause := r.Sent.Sub(b.open.Last)
	if pause < 0 {
		return Stretch{}, false, true
	}
	if !b.joins(r, interval, pause) {
		closed, b.open = b.open, next
		return closed, true, false
	}
	b.open.Last = r.Sent
	b.open.Results++
	b.open.Base += next.Base
	if pause > LongGap(interval) {
		b.open.LongGaps += pause
	}
	return Stretch{}, false, false
}

// joins reports whether r continues the open stretch. Unknown time is kept apart
// by its reason, because coverage is shown with reasons; a failure is not, since
// one outage often shows several faces.
func (b *Builder) joins(r check.Result, interval, pause time.Duration) bool {
	return r.State == b.open.State &&
		interval == b.open.Interval &&
		pause <= MaxGap(interval) &&
		(r.State != check.Unknown || r.Reason == b.open.Reason)
}
