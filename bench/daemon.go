package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// addDaemon starts a slamon binary as its users do: from a configuration file,
// with pages, metrics, verdicts and a claim. The targets count its probes.
func (r *run) addDaemon(ctx context.Context, binary string, c proberConfig) error {
	dir := filepath.Join(r.dir, "daemon")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	c.Port = r.port
	file := filepath.Join(dir, "slamon.toml")
	if err := writeConfig(file, c); err != nil {
		return err
	}
	daemon, err := foreign(ctx, dir, binary, "run", "--config.file", file, "--web.listen-address", "127.0.0.1:0")
	if err != nil {
		return err
	}
	daemon.name = "slamon run"
	r.probers = append(r.probers, &prober{process: daemon, path: daemonPath})
	return nil
}

// daemonPath tells the targets who asks.
const daemonPath = "/daemon"

func writeConfig(file string, c proberConfig) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "[storage]\npath = %q\nbackup_directory = \"\"\n\n[[service]]\nid = \"bench\"\n", filepath.Join(filepath.Dir(file), "slamon.db"))
	for i := range c.Checks {
		fmt.Fprintf(w, "\n[[service.check]]\nid = \"target-%05d\"\ninterval = %q\ntimeout = %q\n"+
			"[service.check.http]\nurl = \"http://%s%s\"\nbody_match = ['all well']\n", i, c.Interval, c.Timeout, c.target(i), daemonPath)
	}
	fmt.Fprint(w, "\n[[service.claim]]\nid = \"bench\"\nkind = \"objective\"\navailability = \"99.991%\"\nchecks = [\"target-00000\"]\n"+
		"[service.claim.window]\nkind = \"rolling\"\ndays = 30\n")
	return w.Flush()
}
