package daemon

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/metrics"
	"github.com/slamon/slamon/probe"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
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
	devices *devices
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
	d.devices = newDevices(o.Log, d.event, d.wake)
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
		Committed: d.committed, ReadingsCommitted: d.devices.committed, Log: d.log,
	})
	if err != nil {
		return err
	}
	if d.ledger, err = openLedger(d.store, d.config.Load, d.options.Version, d.log); err != nil {
		return errors.Join(err, d.store.Close())
	}
	if err = d.devices.open(d.store); err != nil {
		return errors.Join(err, d.store.Close())
	}
	d.replies, d.usuals = newResponses(d.store, d.ledger, d.log), openUsuals(d.store, d.store, d.log, started)
	d.ledger.replies = d.replies
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

func (d *Daemon) applyFlags(cfg *config.Config) {
	for _, o := range []struct {
		flag string
		key  *string
	}{{d.options.StoragePath, &cfg.Storage.Path}, {d.options.Listen, &cfg.Web.ListenAddress}, {d.options.WebConfig, &cfg.Web.ConfigFile}} {
		if o.flag != "" {
			*o.key = o.flag
		}
	}
}

// take puts a configuration into force.
func (d *Daemon) take(cfg *config.Config) error {
	var tasks, anchors []schedule.Task
	checks := map[check.ID]check.Check{}
	ready, err := Channels(cfg)
	if err != nil {
		return err
	}
	add := func(to *[]schedule.Task, c check.Check) error {
		ask, err := d.env.New(c)
		if err != nil {
			return err
		}
		checks[c.ID] = c
		*to = append(*to, schedule.Task{Check: c, Probe: ask})
		return nil
	}
	for _, s := range cfg.Services {
		for _, c := range s.Checks {
			if err := add(&tasks, c); err != nil {
				return err
			}
		}
	}
	for _, c := range cfg.Anchors {
		if err := add(&anchors, c); err != nil {
			return err
		}
	}
	polls, err := d.devices.set(cfg)
	if err != nil {
		return err
	}
	for _, c := range cfg.DeviceChecks() {
		checks[c.ID] = c
		tasks = append(tasks, schedule.Task{Check: c, Probe: polls[c.ID]})
	}
	if err := d.sensors.Set(slices.Collect(maps.Values(checks))); err != nil {
		return err
	}
	d.config.Store(cfg)
	d.checks.Store(&checks)
	d.anchors.Store(&anchors)
	d.remember(checks)
	d.usuals.take(cfg, checks, time.Now())
	nudge(d.replies.wake)
	d.teller.take(cfg, ready)
	d.sched.Set(tasks, anchors, cfg.Need)
	nudge(d.stated)
	return nil
}

// remember fills in the newest result of checks that have history from before.
func (d *Daemon) remember(checks map[check.ID]check.Check) {
	for id := range checks {
		if _, known := d.latest.get(id); known {
			continue
		}
		if r, ok := d.store.Latest(id); ok {
			d.latest.take([]check.Result{r})
		}
	}
}

// seed returns the installation's own number, which the grids depend on. It is
// drawn once and kept.
func (d *Daemon) seed() (uint64, error) {
	const key = "seed"
	kept, err := d.store.Get(key)
	if err != nil {
		return 0, err
	}
	if len(kept) != 8 {
		kept = make([]byte, 8)
		rand.Read(kept)
		if err := d.store.Put(key, kept); err != nil {
			return 0, err
		}
	}
	return binary.BigEndian.Uint64(kept), nil
}

// committed is called by the store once results are durable.
func (d *Daemon) committed(results []check.Result) {
	d.latest.take(results)
	d.metrics.ObserveCommit(d.store.Stats().CommitTook)
	d.usuals.observe(results)
	checks := *d.checks.Load()
	for _, r := range results {
		c, ok := checks[r.Check]
		if !ok {
			continue
		}
		d.metrics.Observe(c, r)
		d.sensors.Saw(r.Check, r.State)
		if m, _ := d.latest.get(r.Check); m.since.Equal(r.Sent) {
			d.changed(c, r)
		} else if soonConfirmed(r, m.since) {
			nudge(d.wake)
		}
	}
}

// changed tells the operator of a new state, and asks for a board.
func (d *Daemon) changed(c check.Check, r check.Result) {
	if r.State != check.Up || r.Detail != nil {
		d.log.Info("state changed", "check", c.ID, "state", r.State, "reason", r.Reason, "took", r.Took, "detail", sentence(r))
	} else {
		d.log.Info("state changed", "check", c.ID, "state", r.State, "took", r.Took)
	}
	nudge(d.wake)
}

func sentence(r check.Result) string {
	if r.Detail == nil {
		return ""
	}
	return r.Detail.Sentence
}

// nudge asks for something without waiting for it.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// event keeps what happened to the monitor itself.
func (d *Daemon) event(e status.Event) {
	d.log.Info("event", "kind", e.Kind, "text", e.Text)
	if err := d.store.AddEvent(e); err != nil {
		d.log.Error("event could not be kept", "kind", e.Kind, "error", err)
	}
}

// Reload takes the file anew. A wrong file changes nothing but the error shown.
func (d *Daemon) Reload() error {
	cfg, err := config.Load(d.options.ConfigFile)
	if err == nil {
		d.applyFlags(cfg)
		d.warnFixed(cfg)
		err = d.take(cfg)
	}
	d.mu.Lock()
	if err != nil {
		d.refuse = err.Error()
	} else {
		d.refuse, d.loaded = "", time.Now()
	}
	d.mu.Unlock()
	if err != nil {
		d.log.Error("configuration not taken, the old one stays", "file", d.options.ConfigFile, "error", err)
		d.event(status.Event{At: time.Now(), Kind: "reload_refused", Text: firstLine(err.Error())})
	} else {
		d.event(status.Event{At: time.Now(), Kind: "reload", Text: d.options.ConfigFile})
	}
	d.refresh(time.Now())
	return err
}

// warnFixed names what a reload cannot change.
func (d *Daemon) warnFixed(cfg *config.Config) {
	old := d.config.Load()
	if old.Storage.Path != cfg.Storage.Path || old.Web.ListenAddress != cfg.Web.ListenAddress || old.Web.PublicListenAddress != cfg.Web.PublicListenAddress || old.Site != cfg.Site {
		d.log.Warn("storage.path, web.listen_address, web.public_listen_address and site.name take effect at the next start only")
		cfg.Storage.Path, cfg.Web.ListenAddress, cfg.Site = old.Storage.Path, old.Web.ListenAddress, old.Site
		cfg.Web.PublicListenAddress = old.Web.PublicListenAddress
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// heartbeat takes a report from outside and keeps it for the next start.
func (d *Daemon) heartbeat(id check.ID, at time.Time, ok bool, message string) bool {
	if !d.env.Report(id, at, ok, message) {
		return false
	}
	kept, err := json.Marshal(d.env.Heartbeats())
	if err == nil {
		err = d.store.Put(heartbeatsKey, kept)
	}
	if err != nil {
		d.log.Error("heartbeat could not be kept", "check", id, "error", err)
	}
	d.sched.Trigger(id)
	return true
}

const heartbeatsKey = "heartbeats"

func (d *Daemon) restoreHeartbeats() {
	kept, err := d.store.Get(heartbeatsKey)
	if err != nil || len(kept) == 0 {
		return
	}
	var reports map[check.ID]probe.Report
	if err := json.Unmarshal(kept, &reports); err != nil {
		d.log.Error("heartbeats of the last run cannot be read", "error", err)
		return
	}
	d.env.Restore(reports)
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
		{"devices", d.devices.run},
		{"traps", d.runTraps},
		{"schedule", d.sched.Run},
		{"sensors", d.sensors.Run},
		{"signal", d.runSignal},
		{"systemd", d.runSystemd},
	}
}

// Close frees what Open opened.
func (d *Daemon) Close() error {
	d.devices.close()
	return errors.Join(d.env.Close(), d.store.Close())
}

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
	if kept.LastError != nil {
		o.StoreError = kept.LastError.Error()
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

// errBackupOff is the answer to a backup by hand when no directory is named.
var errBackupOff = fmt.Errorf("no backup directory is configured\ntry: backup_directory = \"/var/backups/slamon\" under [storage]")
