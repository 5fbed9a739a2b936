package daemon

import (
	"maps"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/status"
)

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
	polls, err := d.devices.Set(cfg)
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
	d.latest.confirmBy(cfg.Notify.Policies)
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
