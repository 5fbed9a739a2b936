package daemon

import (
	"cmp"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// own describes the monitor itself.
func (d *Daemon) own() status.Own {
	d.mu.Lock()
	o := status.Own{ConfigFile: d.options.ConfigFile, ConfigLoaded: d.loaded, ConfigError: d.refuse}
	d.mu.Unlock()
	run := d.sched.Stats()
	o.NetworkAlive, o.InFlight, o.Missed, o.Started = d.sched.NetworkAlive(), run.InFlight, run.Missed, run.Started
	o.Lag = status.Lag{P50: run.Lag.P50, P99: run.Lag.P99, Max: run.Lag.Max}
	kept := d.store.Stats()
	o.ResultsStored, o.ResultsLost, o.StoreBytes = kept.Stored, kept.Lost, kept.Bytes
	if err := cmp.Or(kept.LastError, kept.Gone); err != nil {
		o.StoreError = err.Error()
	}
	o.LastBackup = kept.LastBackup
	if kept.BackupError != nil {
		o.BackupError = kept.BackupError.Error()
	}
	o.Events, _ = d.store.Events(timeline.Period{From: time.Now().AddDate(0, 0, -eventDays), To: time.Now().Add(time.Hour)}, eventsShown)
	d.ownClock(&o)
	return o
}

const (
	eventDays   = 30 // how far back a board lists what happened to the monitor
	eventsShown = 50
)

// ownClock takes the offset from the checks that ask about our own clock.
func (d *Daemon) ownClock(o *status.Own) {
	for id, c := range *d.checks.Load() {
		params, ok := c.Params.(check.NTP)
		if !ok || !params.OwnClock {
			continue
		}
		m, _ := d.latest.get(id)
		for _, f := range m.last.Facts {
			if f.Kind == check.ClockOffset {
				o.ClockOffset, o.ClockOffsetKnown = time.Duration(f.Value*float64(time.Second)), true
			}
		}
	}
}

// event keeps what happened to the monitor itself.
func (d *Daemon) event(e status.Event) {
	d.log.Info("event", "kind", e.Kind, "text", e.Text)
	if err := d.store.AddEvent(e); err != nil {
		d.log.Error("event could not be kept", "kind", e.Kind, "error", err)
	}
}

// lineMost bounds a line on pages and in events: some repeat what others answered.
const lineMost = 1000

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	if len(line) > lineMost {
		return strings.ToValidUTF8(line[:lineMost], "") + "…"
	}
	return line
}
