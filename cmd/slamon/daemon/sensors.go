package daemon

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/probe"
)

// suspect sends a probe beside the grid, and some more to see what becomes of it.
func (d *Daemon) suspect(id check.ID) bool { return d.sched.Suspect(id) }

// sensorBroke tells the operator of a connection that was kept open and broke. What it
// means is for the probe to say.
func (d *Daemon) sensorBroke(b probe.SensorBreak) {
	d.log.Info("connection broke", "check", b.Check, "after", b.Lived.Round(time.Millisecond), "why", b.Why, "probed", b.Probed)
}
