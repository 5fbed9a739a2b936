package daemon

import (
	"cmp"
	"slices"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// forgetWatch is how long a threshold stands on a series that is not read any more:
// a line card that was taken out. A device that is silent is an incident of its own.
const forgetWatch = 24 * time.Hour

// board returns the devices as a board shows them.
func (d *devices) board(cfg *config.Config) []status.Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	watched := map[device.ID][]status.Watched{}
	byID := make(map[string]device.Threshold, len(d.config.Thresholds))
	for _, t := range d.config.Thresholds {
		byID[t.ID] = t
	}
	for key, w := range d.watches {
		if t, ok := byID[key.threshold]; ok && t.Watches(key.series) && time.Since(w.Last) < forgetWatch {
			watched[key.series.Device] = append(watched[key.series.Device], status.Watched{Threshold: t, Series: key.series, Watch: w})
		}
	}
	out := make([]status.Device, 0, len(cfg.SNMP.Devices))
	for _, dev := range cfg.SNMP.Devices {
		shown := status.Device{Device: dev, Readings: d.store.LatestReadings(dev.ID), Watched: watched[dev.ID], Traps: slices.Clone(d.traps[dev.ID])}
		if r := d.read[dev.ID]; r != nil {
			shown.Profile, shown.Notes = r.profile, r.notes
		}
		slices.SortFunc(shown.Readings, func(a, b device.Reading) int { return compareSeries(a.Series, b.Series) })
		slices.SortFunc(shown.Watched, func(a, b status.Watched) int {
			return cmp.Or(cmp.Compare(a.Threshold.ID, b.Threshold.ID), compareSeries(a.Series, b.Series))
		})
		// What a device no longer has is history, and not its present state.
		shown.Readings = slices.DeleteFunc(shown.Readings, func(r device.Reading) bool { return time.Since(r.At) > 3*dev.Interval+time.Minute })
		out = append(out, shown)
	}
	return out
}

func compareSeries(a, b device.Series) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Instance, b.Instance))
}
