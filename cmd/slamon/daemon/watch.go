package daemon

import (
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// Board returns what the pages show now.
func (d *Daemon) Board() *status.Board { return d.boards.current.Load() }

// Conclude counts and judges everything up to now, and returns the board of it.
func (d *Daemon) Conclude(now time.Time) *status.Board {
	d.replies.refreshAll(d.config.Load(), now)
	return d.refresh(now)
}

// Told returns the newest notices, at most as many as given.
func (d *Daemon) Told(limit int) ([]web.Notice, error) { return d.teller.Told("", limit) }

// Crossings returns which thresholds of devices were passed, and when.
func (d *Daemon) Crossings() []device.Crossing { return d.devices.Crossings() }

// Readings returns what was read of a device.
func (d *Daemon) Readings(s device.Series, p timeline.Period) ([]device.Reading, error) {
	return d.store.Readings(s, p)
}
