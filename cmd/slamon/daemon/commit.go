package daemon

import "github.com/slamon/slamon/check"

// committed is called by the store once results are durable.
func (d *Daemon) committed(results []check.Result) {
	if d.latest.take(results) {
		nudge(d.wake)
	}
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
