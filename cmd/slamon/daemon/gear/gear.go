// Package gear is what the daemon knows of devices: it polls them, holds what was read
// against thresholds, opens capacity reviews, and says what a board shows of them.
//
// Readings flow poll → store → Committed → thresholds → board: nothing is held against a
// limit before it is durable. The state of a threshold is written down when it changes and
// every ten minutes; what came after is stepped through again at the next start.
package gear

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
)

// maxKept bounds what is read of one kind at a start: twenty thresholds of each of ten
// thousand devices.
const maxKept = 200_000

// Devices are those of the configuration in force, with what was read and told of them. All
// methods may be called at any time once Open and Set have been, Run by one goroutine.
type Devices struct {
	log   *slog.Logger
	store *store.Store
	event func(status.Event)
	wake  func()        // asks for a board
	nudge chan struct{} // asks run to write down

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

func New(log *slog.Logger, event func(status.Event), wake func()) *Devices {
	return &Devices{log: log, event: event, wake: wake, nudge: make(chan struct{}, 1),
		config: &config.SNMP{}, zone: time.UTC,
		read: map[device.ID]*readDevice{}, watches: map[watchKey]device.Watch{}, dirty: map[watchFact]bool{},
		reviews: map[string]device.Review{}, traps: map[device.ID][]device.Trap{},
		days: map[device.Series]map[time.Time]device.Day{}, shown: map[device.ID]*shownDevice{}}
}

// Open reads what the last run left.
func (d *Devices) Open(s *store.Store) error {
	d.store = s
	if err := store.Each(s, reviewPrefix, maxKept, func(id string, r device.Review) { d.reviews[id] = r }); err != nil {
		return err
	}
	return store.Each(s, watchPrefix, maxKept, func(key string, list []keptWatch) {
		for _, k := range list {
			// The entry's name is threshold and device, and devices have no slash.
			threshold := key[:max(0, len(key)-len(k.Device)-1)]
			d.watches[watchKey{threshold, k.Series}] = k.Watch
		}
	})
}

// Set puts a configuration into force and returns the probes of the agents' liveness.
// Devices that are as before keep their pollers, which know the counters' last values.
func (d *Devices) Set(cfg *config.Config) (map[check.ID]func(context.Context) check.Outcome, error) {
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

// Run writes down what happened, and looks at capacity once a day.
func (d *Devices) Run(ctx context.Context) error {
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

// Close frees the sockets.
func (d *Devices) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.env != nil {
		d.env.Close()
	}
}
