package daemon

import (
	"maps"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/status"
)

// readHolidays takes the file of holidays again once it has changed. Only the
// calendar does: what else may have been edited in the configuration waits for a
// reload. A file that cannot be read leaves the holidays as they are.
func (d *Daemon) readHolidays(now time.Time) {
	cfg := d.config.Load()
	if cfg.Holidays == "" {
		return
	}
	days, err := config.ReadHolidays(cfg.Holidays, cfg.Zone, config.Horizon(now))
	if err != nil {
		if text := firstLine(err.Error()); text != d.holidaysRefused {
			d.holidaysRefused = text
			d.log.Error("holidays not taken, what they were before stays", "error", err)
			d.event(status.Event{At: now, Kind: "reload_refused", Text: text})
		}
		return
	}
	d.holidaysRefused = ""
	if maps.Equal(days, cfg.Calendar) {
		return
	}
	if d.config.CompareAndSwap(cfg, cfg.WithCalendar(days)) { // else a reload has read them
		d.log.Info("holidays taken", "file", cfg.Holidays, "days", len(days))
		d.event(status.Event{At: now, Kind: "reload", Text: cfg.Holidays})
	}
}
