package gear

import (
	"cmp"
	"slices"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

const (
	// forgetWatch is how long a threshold stands on a series that is not read any more:
	// a line card that was taken out. A device that is silent is an incident of its own.
	forgetWatch = 24 * time.Hour
	// lookAtQuiet bounds how long a board shows a device of which nothing was heard as the
	// board before did.
	lookAtQuiet = time.Hour
)

// shownDevice is a device as boards show it. They share it: it is made anew, not changed,
// when its readings, thresholds or traps are others. Boards are made twice a second
// while agents fall silent; looking at a thousand devices each time cost more than
// polling them.
type shownDevice struct {
	status.Device
	until time.Time // when something of it becomes too old to be shown
}

// Board returns the devices as a board shows them.
func (d *Devices) Board(cfg *config.Config) []status.Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shownFor != cfg {
		clear(d.shown)
		d.shownFor = cfg
	}
	now := time.Now()
	out := make([]status.Device, len(cfg.SNMP.Devices))
	for i := range cfg.SNMP.Devices {
		dev := &cfg.SNMP.Devices[i]
		s := d.shown[dev.ID]
		if s == nil || !now.Before(s.until) {
			s = d.show(dev, now)
			d.shown[dev.ID] = s
		}
		out[i] = s.Device
	}
	return out
}

// show makes what boards show of a device. The caller holds d.mu.
func (d *Devices) show(dev *device.Device, now time.Time) *shownDevice {
	s := &shownDevice{status.Device{Device: *dev, Readings: d.store.LatestReadings(dev.ID), Traps: d.traps[dev.ID]}, now.Add(lookAtQuiet)}
	if r := d.read[dev.ID]; r != nil {
		s.Profile, s.Notes = r.profile, r.notes
	}
	young := func(at time.Time, limit time.Duration) bool {
		end := at.Add(limit)
		if now.Before(end) && end.Before(s.until) {
			s.until = end
		}
		return now.Before(end)
	}
	for _, t := range d.limits[dev.ID] {
		for i := range s.Readings {
			series := s.Readings[i].Series
			if w, ok := d.watches[watchKey{t.ID, series}]; ok && t.Watches(series) && young(w.Last, forgetWatch) {
				s.Watched = append(s.Watched, status.Watched{Threshold: t, Series: series, Watch: w})
			}
		}
	}
	slices.SortFunc(s.Watched, func(a, b status.Watched) int {
		return cmp.Or(cmp.Compare(a.Threshold.ID, b.Threshold.ID), compareSeries(a.Series, b.Series))
	})
	// What a device no longer has is history, and not its present state.
	s.Readings = slices.DeleteFunc(s.Readings, func(r device.Reading) bool { return !young(r.At, 3*dev.Interval+time.Minute) })
	slices.SortFunc(s.Readings, func(a, b device.Reading) int { return compareSeries(a.Series, b.Series) })
	return s
}

func compareSeries(a, b device.Series) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Instance, b.Instance))
}

// trapsShown is how many traps of a device a page lists.
const trapsShown = 20

// NoteTrap remembers a trap for the device's page.
func (d *Devices) NoteTrap(t device.Trap) {
	if t.Device == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	list := append([]device.Trap{t}, d.traps[t.Device]...)
	d.traps[t.Device] = list[:min(len(list), trapsShown)] // boards share it
	delete(d.shown, t.Device)
}
