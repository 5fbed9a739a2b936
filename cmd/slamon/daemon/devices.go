package daemon

import (
	"context"
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
	together time.Duration // slots lie on whole multiples of it; 0 for every tick
	profiles string        // directory that env was made with
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
	reviewed time.Time                  // the day that capacity was last looked at
	shown    map[device.ID]*shownDevice // by the newest board; without those that have changed
	shownFor *config.Config
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

func newDevices(log *slog.Logger, event func(status.Event), wake chan<- struct{}) *devices {
	return &devices{log: log, event: event, wake: wake, nudge: make(chan struct{}, 1),
		config: &config.SNMP{}, zone: time.UTC,
		read: map[device.ID]*readDevice{}, watches: map[watchKey]device.Watch{}, dirty: map[watchFact]bool{},
		reviews: map[string]device.Review{}, traps: map[device.ID][]device.Trap{},
		days: map[device.Series]map[time.Time]device.Day{}, shown: map[device.ID]*shownDevice{}}
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
	d.together = pollQuantum(cfg.SNMP.Devices)
	d.limits = make(map[device.ID][]device.Threshold, len(read))
	for _, t := range cfg.SNMP.Thresholds {
		for id := range read {
			if t.Device == "" || t.Device == id {
				d.limits[id] = append(d.limits[id], t)
			}
		}
	}
	d.catchUp()
	clear(d.shown)
	return probes, nil
}

const (
	// pollTogether is what polls are put together by: waking up is most of a poll's cost,
	// and in groups of 25 instead of 5 a thousand agents every 10 s cost a fifth less.
	pollTogether = 250 * time.Millisecond
	// mostTogether keeps the groups so small that their answers fit into the 208 KiB
	// that Linux lets a socket hold back by default, some 250 of them, even where a few
	// groups wait for a processor. Where polls come closer the ticks are groups enough.
	mostTogether = 40
)

// pollQuantum returns what the slots of devices are whole multiples of.
func pollQuantum(devices []device.Device) time.Duration {
	together := 0.0
	for i := range devices {
		together += float64(pollTogether) / float64(devices[i].Interval)
	}
	if together > mostTogether {
		return 0
	}
	return pollTogether
}

// quantum is for the scheduler: what the slots of a check are whole multiples of.
func (d *devices) quantum(c check.Check) time.Duration {
	if c.Service != check.DevicesService {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.together
}

// probe polls a device: its readings go to the store, and the outcome is that of its
// agent's liveness.
func (d *devices) probe(r *readDevice) func(context.Context) check.Outcome {
	return func(ctx context.Context) check.Outcome {
		readings, outcome := r.poller.Poll(ctx)
		profile, notes := r.poller.Profile(), r.poller.Notes()
		d.mu.Lock()
		if r.profile != profile || !slices.Equal(r.notes, notes) {
			r.profile, r.notes = profile, notes
			delete(d.shown, r.ID)
		}
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

// close frees the sockets.
func (d *devices) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.env != nil {
		d.env.Close()
	}
}
