package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

const (
	watchPrefix  = "watch/"
	reviewPrefix = "review/"
	// watchEvery is how often thresholds are written down while nothing crosses: what
	// came after is stepped through again at the next start.
	watchEvery = 10 * time.Minute
	// crossingsWaiting bounds the crossings that are not written down yet.
	crossingsWaiting = 10_000
	trapsShown       = 20
	crossingsKept    = 1000 // in memory; the store has them all as events
	// forgetWatch is how long a threshold stands on a series that is not read any more:
	// a line card that was taken out. A device that is silent is an incident of its own.
	forgetWatch = 24 * time.Hour
)

// devices is everything around what is read by SNMP. Readings flow poll → store →
// committed → thresholds → board: nothing is held against a limit before it is durable.
type devices struct {
	log   *slog.Logger
	store *store.Store
	event func(status.Event)
	wake  chan<- struct{} // asks for a board
	nudge chan struct{}   // asks run to write down

	mu       sync.Mutex // guards what follows
	env      *snmp.Env
	profiles string // directory that env was made with
	config   *config.SNMP
	zone     *time.Location
	read     map[device.ID]*readDevice
	limits   map[device.ID][]device.Threshold // those of each device
	watches  map[watchKey]device.Watch
	dirty    map[watchFact]bool
	crossed  []device.Crossing // to be written down
	told     []device.Crossing // of late, oldest first
	reviews  map[string]device.Review
	traps    map[device.ID][]device.Trap // newest first
	days     map[device.Series]map[time.Time]device.Day
	reviewed time.Time // the day that capacity was last looked at
}

// readDevice is a device with what polls it.
type readDevice struct {
	device.Device
	poller  *snmp.Poller
	profile string   // after the last poll; guarded by devices.mu
	notes   []string // likewise
	// void is when a poll of which nothing is known was last written down; likewise
	// guarded by devices.mu.
	void time.Time
}

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

func newDevices(log *slog.Logger, event func(status.Event), wake chan<- struct{}) *devices {
	return &devices{log: log, event: event, wake: wake, nudge: make(chan struct{}, 1),
		config: &config.SNMP{}, zone: time.UTC,
		read: map[device.ID]*readDevice{}, watches: map[watchKey]device.Watch{}, dirty: map[watchFact]bool{},
		reviews: map[string]device.Review{}, traps: map[device.ID][]device.Trap{},
		days: map[device.Series]map[time.Time]device.Day{}}
}

// open reads what the last run left.
func (d *devices) open(s *store.Store) error {
	d.store = s
	if err := eachFact(s, reviewPrefix, func(id string, r device.Review) { d.reviews[id] = r }); err != nil {
		return err
	}
	return eachFact(s, watchPrefix, func(key string, list []keptWatch) {
		for _, k := range list {
			// The entry's name is threshold and device, and devices have no slash.
			threshold := key[:max(0, len(key)-len(k.Device)-1)]
			d.watches[watchKey{threshold, k.Series}] = k.Watch
		}
	})
}

// set puts a configuration into force and returns the probes of the agents' liveness.
// Devices that are as before keep their pollers, which know the counters' last values.
func (d *devices) set(cfg *config.Config) (map[check.ID]func(context.Context) check.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	env := d.env
	if env == nil || cfg.SNMP.Profiles != "" || d.profiles != "" {
		var err error
		if env, err = snmp.NewEnv(snmp.Options{Profiles: cfg.SNMP.Profiles}); err != nil {
			return nil, err
		}
	}
	read := make(map[device.ID]*readDevice, len(cfg.SNMP.Devices))
	probes := make(map[check.ID]func(context.Context) check.Outcome, len(cfg.SNMP.Devices))
	for _, dev := range cfg.SNMP.Devices {
		r := d.read[dev.ID]
		if r == nil || env != d.env || !reflect.DeepEqual(r.Device, dev) {
			poller, err := env.Poller(dev)
			if err != nil {
				if env != d.env {
					env.Close()
				}
				return nil, err
			}
			r = &readDevice{Device: dev, poller: poller}
		}
		read[dev.ID] = r
		probes[check.ID(dev.ID)] = d.probe(r)
	}
	if d.env != nil && d.env != env {
		d.env.Close()
	}
	d.env, d.profiles, d.read = env, cfg.SNMP.Profiles, read
	d.config, d.zone = &cfg.SNMP, cfg.Zone
	d.limits = make(map[device.ID][]device.Threshold, len(read))
	for _, t := range cfg.SNMP.Thresholds {
		for id := range read {
			if t.Device == "" || t.Device == id {
				d.limits[id] = append(d.limits[id], t)
			}
		}
	}
	d.catchUp()
	return probes, nil
}

// probe polls a device: its readings go to the store, and the outcome is that of its
// agent's liveness.
func (d *devices) probe(r *readDevice) func(context.Context) check.Outcome {
	return func(ctx context.Context) check.Outcome {
		readings, outcome := r.poller.Poll(ctx)
		profile, notes := r.poller.Profile(), r.poller.Notes()
		d.mu.Lock()
		r.profile, r.notes = profile, notes
		news := r.news(readings, time.Now())
		d.mu.Unlock()
		if news {
			d.store.AppendReadings(r.ID, readings)
		}
		return outcome
	}
}

// news reports whether readings say more than those before: a silent agent is asked
// again and again, and that nothing is known need not be written down more often than
// it is polled. The caller holds devices.mu.
func (r *readDevice) news(readings []device.Reading, now time.Time) bool {
	if slices.ContainsFunc(readings, device.Reading.Known) {
		r.void = time.Time{}
		return true
	}
	if now.Sub(r.void) < r.Interval*9/10 {
		return false
	}
	r.void = now
	return true
}

// catchUp steps thresholds through the readings that came after their state was last
// written down. The caller holds d.mu.
func (d *devices) catchUp() {
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

func (d *devices) catchUpOne(t device.Threshold, series device.Series, now time.Time) {
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

// committed is called by the store once readings are durable.
func (d *devices) committed(list []device.Reading) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.crossed)
	for i := range list {
		for _, t := range d.limits[list[i].Device] {
			if t.Watches(list[i].Series) {
				d.step(t, watchKey{t.ID, list[i].Series}, list[i])
			}
		}
	}
	if len(d.crossed) > before {
		nudge(d.nudge)
	}
}

// step holds one reading against a threshold. The caller holds d.mu.
func (d *devices) step(t device.Threshold, key watchKey, r device.Reading) {
	w, told := t.Step(d.watches[key], r)
	d.watches[key] = w
	d.dirty[watchFact{t.ID, r.Device}] = true
	if len(told) > 0 && len(d.crossed) < crossingsWaiting {
		d.crossed = append(d.crossed, told...)
	}
}

// run writes down what happened, and looks at capacity once a day.
func (d *devices) run(ctx context.Context) error {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	written := time.Now()
	for {
		if d.tell() || time.Since(written) >= watchEvery {
			d.keepWatches()
			written = time.Now()
		}
		d.review(time.Now())
		select {
		case <-ctx.Done():
			d.tell()
			d.keepWatches()
			return nil
		case <-d.nudge:
		case <-ticker.C:
		}
	}
}

// tell turns crossings into events, and reports whether there were any.
func (d *devices) tell() bool {
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
		nudge(d.wake)
	}
	return len(crossed) > 0
}

// history returns the crossings of late, oldest first.
func (d *devices) history() []device.Crossing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

// keepWatches writes down the thresholds whose state has changed.
func (d *devices) keepWatches() {
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

// close frees the sockets.
func (d *devices) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.env != nil {
		d.env.Close()
	}
}
