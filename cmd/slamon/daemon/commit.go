package daemon

import (
	"time"

	"github.com/slamon/slamon/check"
)

// committed is called by the store once results are durable.
func (d *Daemon) committed(results []check.Result) {
	d.latest.take(results)
	d.metrics.ObserveCommit(d.store.Stats().CommitTook)
	d.usuals.observe(results)
	checks := *d.checks.Load()
	for _, r := range results {
		c, ok := checks[r.Check]
		if !ok {
			continue
		}
		d.metrics.Observe(c, r)
		d.sensors.Saw(r.Check, r.State)
		if m, _ := d.latest.get(r.Check); m.since.Equal(r.Sent) {
			d.changed(c, r)
		} else if soonConfirmed(r, m.since) {
			nudge(d.wake)
		}
	}
}

// changed tells the operator of a new state, and asks for a board.
func (d *Daemon) changed(c check.Check, r check.Result) {
	if r.State != check.Up || r.Detail != nil {
		d.log.Info("state changed", "check", c.ID, "state", r.State, "reason", r.Reason, "took", r.Took, "detail", sentence(r))
	} else {
		d.log.Info("state changed", "check", c.ID, "state", r.State, "took", r.Took)
	}
	nudge(d.wake)
}

func sentence(r check.Result) string {
	if r.Detail == nil {
		return ""
	}
	return r.Detail.Sentence
}

// soonConfirmed reports whether a failed result may be the one that confirms a
// failure: it then has to be looked at at once and not with the next board.
func soonConfirmed(r check.Result, since time.Time) bool {
	return r.State == check.Down && r.Sent.Sub(since) < confirming
}

// confirming is how long after the first failed probe each further one calls for a
// board. Whoever confirms later than that waits for the next board.
const confirming = 10 * time.Minute
