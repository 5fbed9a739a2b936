package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// blackboxPath tells the targets that Prometheus's prober asks.
const blackboxPath = "/blackbox"

// addBlackbox starts Prometheus and blackbox_exporter as Debian has them, probing the
// same targets by the same rules: status and body are checked, each probe has a
// connection of its own, and every result is kept.
func (r *run) addBlackbox(ctx context.Context, c proberConfig) error {
	dir := filepath.Join(r.dir, "blackbox")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	c.Port = r.port
	listen, web, err := freePorts()
	if err != nil {
		return err
	}
	module := fmt.Sprintf("modules:\n  bench:\n    prober: http\n    timeout: %s\n    http:\n      preferred_ip_protocol: ip4\n      fail_if_body_not_matches_regexp: ['all well']\n", c.Timeout)
	if err := os.WriteFile(filepath.Join(dir, "blackbox.yml"), []byte(module), 0o600); err != nil {
		return err
	}
	if err := writeScrape(filepath.Join(dir, "prometheus.yml"), listen, c); err != nil {
		return err
	}
	exporter, err := foreign(ctx, dir, "prometheus-blackbox-exporter", "--config.file="+filepath.Join(dir, "blackbox.yml"), "--web.listen-address="+listen)
	if err != nil {
		return err
	}
	r.probers = append(r.probers, &prober{process: exporter, path: blackboxPath})
	server, err := foreign(ctx, dir, "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+web)
	if err != nil {
		return err
	}
	exporter.name = "Prometheus, blackbox"
	r.probers[len(r.probers)-1].beside = server
	return nil
}

// foreign starts another program, which ends by a signal.
func foreign(ctx context.Context, dir, name string, args ...string) (*process, error) {
	log, err := os.Create(filepath.Join(dir, filepath.Base(name)+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTime
	return &process{name: name, cmd: cmd, foreign: true}, cmd.Start()
}

// freePorts returns two addresses on which nothing listens now.
func freePorts() (first, second string, err error) {
	var found [2]string
	for i := range found {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer l.Close()
		found[i] = l.Addr().String()
	}
	return found[0], found[1], nil
}

func writeScrape(file, exporter string, c proberConfig) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "scrape_configs:\n  - job_name: bench\n    metrics_path: /probe\n    params: {module: [bench]}\n    scrape_interval: %s\n    scrape_timeout: %s\n", c.Interval, c.Timeout)
	fmt.Fprintf(w, "    relabel_configs:\n      - {source_labels: [__address__], target_label: __param_target}\n      - {source_labels: [__address__], target_label: instance}\n      - {target_label: __address__, replacement: %q}\n", exporter)
	fmt.Fprint(w, "    static_configs:\n      - targets:\n")
	for i := range c.Checks {
		fmt.Fprintf(w, "          - http://%s%s\n", c.target(i), blackboxPath)
	}
	return w.Flush()
}
