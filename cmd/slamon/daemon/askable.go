package daemon

import (
	"slices"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/probe"
	"github.com/slamon/slamon/snmp"
)

// askable makes every probe and every poller ready, as the daemon does when it takes
// a configuration, and asks nobody. What only they find out, as a user that does not
// exist or a request that its message does not fit, are complaints.
func askable(cfg *config.Config) (err error) {
	env, err := probe.NewEnv(probe.Options{})
	if err != nil {
		return err
	}
	defer env.Close()
	var complaints config.Complaints
	add := func(what, id string, err error) {
		if err != nil {
			complaints = append(complaints, cfg.Table(what, id, err.Error(), "correct the table of this "+what))
		}
	}
	for _, s := range cfg.Services {
		for _, c := range s.Checks {
			_, err := env.New(c)
			add("check", string(c.ID), err)
		}
	}
	for _, c := range cfg.Anchors {
		_, err := env.New(c)
		add("anchor", string(c.ID), err)
	}
	if len(cfg.SNMP.Devices) > 0 {
		agents, err := snmp.NewEnv(snmp.Options{Profiles: cfg.SNMP.Profiles})
		if err != nil {
			return append(complaints, config.Complaint{File: cfg.File, Text: err.Error(), Remedy: "correct the profiles, or [snmp] profiles"})
		}
		defer agents.Close()
		for _, d := range cfg.SNMP.Devices {
			_, err := agents.Poller(d)
			add("device", string(d.ID), err)
		}
	}
	if len(complaints) > 0 {
		return slices.Clip(complaints)
	}
	return nil
}
