package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/cmd/slamon/daemon/gear"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/metrics"
	"github.com/slamon/slamon/probe"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
)

// Options are what the command line adds to the file.
type Options struct {
	ConfigFile  string
	StoragePath string        // instead of the file's, when not empty
	Listen      string        // instead of the file's, when not empty
	WebConfig   string        // instead of the file's, when not empty
	Listener    net.Listener  // instead of listening; for the demo
	Refresh     time.Duration // between two boards; adapts to their cost when zero
	Version     string        // of the program, as pages, metrics and reports name it
	Log         *slog.Logger
}

// Daemon is the one place that knows all rooms. Results flow schedule → store →
// committed → board and metrics: nothing is shown before it is durable.
type Daemon struct {
	options Options
	log     *slog.Logger
	config  atomic.Pointer[config.Config]
	checks  atomic.Pointer[map[check.ID]check.Check]
	store   *store.Store
	env     *probe.Env
	sched   *schedule.Scheduler
	sensors *probe.Sensors
	peers   peers
	anchors atomic.Pointer[[]schedule.Task]
	metrics *metrics.Metrics
	latest  latest
	boards  *boards
	ledger  *ledger
	devices *gear.Devices
	replies *responses // claims on response time
	usuals  *usuals
	wake    chan struct{} // asks for a board now
	stated  chan struct{} // asks to look at what people state now
	boarded chan struct{} // says that there is a new board
	teller  *teller

	holidaysRefused string // what was last said of that file; belongs to runSources

	boarding sync.Mutex // one board at a time

	mu     sync.Mutex // guards what follows
	loaded time.Time
	refuse string // why the last reload was not taken
}

func newDaemon(o Options) *Daemon {
	d := &Daemon{options: o, log: o.Log, wake: make(chan struct{}, 1), stated: make(chan struct{}, 1), boarded: make(chan struct{}, 1)}
	d.devices = gear.New(o.Log, d.event, func() { nudge(d.wake) })
	return d
}

// Open opens the store and makes everything ready that Run runs. cfg is what
// o.ConfigFile holds; the options are put into it. After an error nothing is left open.
func Open(cfg *config.Config, o Options) (*Daemon, error) {
	d := newDaemon(o)
	if err := d.open(cfg); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Daemon) open(cfg *config.Config) (err error) {
	d.applyFlags(cfg)
	started := time.Now()
	d.loaded = started
	d.store, err = store.Open(cfg.Storage.Path, store.Options{
		Site: cfg.Site, Retention: cfg.Storage.Retention, MaxSize: cfg.Storage.MaxSize,
		Committed: d.committed, ReadingsCommitted: d.devices.Committed, Log: d.log,
	})
	if err != nil {
		return err
	}
	if d.ledger, err = openLedger(d.store, d.config.Load, d.options.Version, d.log); err != nil {
		return errors.Join(err, d.store.Close())
	}
	if err = d.devices.Open(d.store); err != nil {
		return errors.Join(err, d.store.Close())
	}
	d.replies, d.usuals = newResponses(d.store, d.ledger, d.log), openUsuals(d.store, d.store, d.log, started)
	d.ledger.replies, d.ledger.places = d.replies, &askedPlaces{}
	d.boards = &boards{history: pages{d.store}, latest: &d.latest, ledger: d.ledger, devices: d.devices, peers: &d.peers, replies: d.replies, usuals: d.usuals, log: d.log,
		version: d.options.Version, started: started, incidents: map[check.ID][]status.Incident{}}
	d.metrics = metrics.New(d.boards.current.Load, metrics.Options{
		Version: d.options.Version, Log: d.log, Schedule: d.innerSchedule, Store: d.innerStore, Sensors: d.innerSensors,
	})
	if err := d.prepare(cfg); err != nil {
		return errors.Join(err, d.store.Close())
	}
	return nil
}

// prepare makes the probes and the schedule, and the first board from history.
func (d *Daemon) prepare(cfg *config.Config) error {
	seed, err := d.seed()
	if err != nil {
		return err
	}
	if d.env, err = probe.NewEnv(probe.Options{LineSlow: d.lineSlow}); err != nil {
		return err
	}
	d.sensors = probe.NewSensors(probe.SensorOptions{Trigger: d.suspect, Broke: d.sensorBroke})
	d.restoreHeartbeats()
	if d.teller, err = d.openTeller(); err != nil {
		return err
	}
	d.sched = schedule.New(schedule.Options{
		Site: cfg.Site, Seed: seed, Log: d.log, Emit: d.store.Append, Clock: d.event, Late: d.metrics.ObserveLag,
		Quantum: d.devices.Quantum,
	})
	if err := d.take(cfg); err != nil {
		return err
	}
	for _, err := range d.ledger.readSources(time.Now()) {
		d.log.Error("maintenance file not taken", "error", err)
	}
	d.teller.wasBlind(d.newestResult(), time.Now())
	d.event(status.Event{At: time.Now(), Kind: "started", Text: "slamon " + d.options.Version})
	d.refresh(time.Now())
	return nil
}

// Run runs the daemon, and after its own parts the others, until ctx is done or a part
// ends.
func (d *Daemon) Run(ctx context.Context, others ...Part) error {
	return runParts(ctx, d.log, append(d.parts(), others...))
}

// parts are what runs, in the order in which it starts.
func (d *Daemon) parts() []Part {
	return []Part{
		{"store", d.store.Run},
		{"outbox", d.teller.outbox.Run},
		{"notices", d.teller.run},
		{"keepers", d.teller.runKeepers},
		{"boards", d.runBoards},
		{"responses", d.runResponses},
		{"usual", func(ctx context.Context) error { return d.usuals.run(ctx, d.config.Load) }},
		{"backups", d.runBackups},
		{"sources", d.runSources},
		{"reports", d.runReports},
		{"peers", d.runPeers},
		{"web", d.runWeb},
		{"public", d.runPublic},
		{"devices", d.devices.Run},
		{"traps", d.runTraps},
		{"schedule", d.sched.Run},
		{"sensors", d.sensors.Run},
		{"signal", d.runSignal},
		{"systemd", d.runSystemd},
	}
}

// Close frees what Open opened.
func (d *Daemon) Close() error {
	d.devices.Close()
	return errors.Join(d.env.Close(), d.store.Close())
}
