package gear

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

const (
	watchPrefix = "watch/"
	// watchEvery is how often thresholds are written down while nothing crosses: what
	// came after is stepped through again at the next start.
	watchEvery = 10 * time.Minute
	// crossingsWaiting bounds the crossings that are not written down yet.
	crossingsWaiting = 10_000
	// crossingsKept bounds those in memory; the store has them all as events.
	crossingsKept = 1000
)

type watchKey struct {
	threshold string
	series    device.Series
}

// watchFact names the entry of the store that keeps a threshold's state for a device.
type watchFact struct {
	threshold string
	device    device.ID
}

func (w watchFact) key() string { return watchPrefix + w.threshold + "/" + string(w.device) }

// keptWatch is one line of such an entry.
type keptWatch struct {
	device.Series
	device.Watch
}

// catchUp steps thresholds through the readings that came after their state was last
// written down. The caller holds d.mu.
func (d *Devices) catchUp() {
	now := time.Now()
	for id, limits := range d.limits {
		for _, series := range d.store.SeriesOf(id) {
			for _, t := range limits {
				if t.Watches(series) {
					d.catchUpOne(t, series, now)
				}
			}
		}
	}
}

func (d *Devices) catchUpOne(t device.Threshold, series device.Series, now time.Time) {
	key := watchKey{t.ID, series}
	w, known := d.watches[key]
	if !known || w.Last.IsZero() {
		return
	}
	if len(w.Samples) == 0 && t.By != device.ByLatest { // they are not written down
		before, err := d.store.Readings(series, timeline.Period{From: w.Last.Add(-t.Over), To: w.Last.Add(time.Nanosecond)})
		if err != nil {
			d.log.Error("readings cannot be read", "series", series.String(), "error", err)
		}
		for _, r := range before[max(0, len(before)-device.MaxSamples):] {
			if r.Known() {
				w.Samples = append(w.Samples, device.Sample{At: r.At, Value: r.Value})
			}
		}
		d.watches[key] = w
	}
	missed, err := d.store.Readings(series, timeline.Period{From: w.Last.Add(time.Nanosecond), To: now.Add(time.Hour)})
	if err != nil {
		d.log.Error("readings cannot be read", "series", series.String(), "error", err)
	}
	for _, r := range missed {
		d.step(t, key, r)
	}
}

// Committed is called by the store once readings are durable.
func (d *Devices) Committed(list []device.Reading) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.crossed)
	for i := range list {
		if i == 0 || list[i].Device != list[i-1].Device {
			delete(d.shown, list[i].Device)
		}
		for _, t := range d.limits[list[i].Device] {
			if t.Watches(list[i].Series) {
				d.step(t, watchKey{t.ID, list[i].Series}, list[i])
			}
		}
	}
	if len(d.crossed) > before {
		select {
		case d.nudge <- struct{}{}:
		default:
		}
	}
}

// step holds one reading against a threshold. The caller holds d.mu.
func (d *Devices) step(t device.Threshold, key watchKey, r device.Reading) {
	w, told := t.Step(d.watches[key], r)
	d.watches[key] = w
	d.dirty[watchFact{t.ID, r.Device}] = true
	if len(told) > 0 && len(d.crossed) < crossingsWaiting {
		d.crossed = append(d.crossed, told...)
	}
}

// tell turns crossings into events, and reports whether there were any.
func (d *Devices) tell() bool {
	d.mu.Lock()
	crossed := d.crossed
	d.crossed = nil
	d.told = append(d.told, crossed...)
	d.told = d.told[max(0, len(d.told)-crossingsKept):]
	d.mu.Unlock()
	for _, c := range crossed {
		d.event(status.Event{At: c.At, Kind: "crossing_" + string(c.Change), Text: c.Threshold + ": " + c.Sentence})
	}
	if len(crossed) > 0 {
		d.wake()
	}
	return len(crossed) > 0
}

// Crossings returns the crossings of late, oldest first.
func (d *Devices) Crossings() []device.Crossing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

// keepWatches writes down the thresholds whose state has changed.
func (d *Devices) keepWatches() {
	d.mu.Lock()
	lists := make(map[watchFact][]keptWatch, len(d.dirty))
	for key, w := range d.watches {
		fact := watchFact{key.threshold, key.series.Device}
		if d.dirty[fact] {
			w.Samples = nil // they are readings, and in the store already
			lists[fact] = append(lists[fact], keptWatch{key.series, w})
		}
	}
	clear(d.dirty)
	d.mu.Unlock()
	facts := make([]store.Fact, 0, len(lists))
	for fact, list := range lists {
		text, err := json.Marshal(list)
		if err != nil {
			d.log.Error("a threshold cannot be written down", "threshold", fact.threshold, "error", err)
			continue
		}
		facts = append(facts, store.Fact{Key: fact.key(), Value: text})
	}
	if len(facts) == 0 {
		return
	}
	if err := d.store.PutAll(facts); err != nil {
		d.log.Error("thresholds cannot be written down", "error", err)
	}
}
