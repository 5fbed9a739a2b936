package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// prober is a child that probes, with what it used.
type prober struct {
	*process
	beside        *process // another one that it cannot do without; nil for none
	path          string   // by which the targets know a foreign one
	before, after usage
	seen          window
}

// run is everything that takes part in one measurement.
type run struct {
	targets *process
	port    int
	probers []*prober
	dir     string
}

// startRun starts targets and probers. The caller must end it.
func startRun(ctx context.Context, targets int) (*run, error) {
	r := &run{}
	var err error
	if r.dir, err = os.MkdirTemp("", "slamon-bench-"); err != nil {
		return nil, err
	}
	var hello targetsHello
	if r.targets, err = spawn(ctx, "targets", targetsConfig{min(targets, mostTargets)}, &hello); err != nil {
		os.RemoveAll(r.dir)
		return nil, err
	}
	r.port = hello.Port
	return r, nil
}

// add starts a prober.
func (r *run) add(ctx context.Context, role, name string, c proberConfig) error {
	c.Port = r.port
	var err error
	if c.Dir, err = os.MkdirTemp(r.dir, role); err != nil {
		return err
	}
	p, err := spawn(ctx, role, c, &struct{}{})
	if err != nil {
		return err
	}
	p.name = name
	r.probers = append(r.probers, &prober{process: p})
	return nil
}

// end stops everything and removes the stores.
func (r *run) end() error {
	defer os.RemoveAll(r.dir)
	var first error
	for _, p := range r.probers {
		if p.beside != nil {
			first = firstOf(first, p.beside.stop())
		}
		if err := p.stop(); first == nil {
			first = err
		}
	}
	if err := r.targets.stop(); first == nil {
		first = err
	}
	return first
}

// measure lets everything run for a time, and reads what was used and seen.
func (r *run) measure(ctx context.Context, length time.Duration) error {
	if err := r.look(); err != nil {
		return err
	}
	for _, p := range r.probers {
		var err error
		if p.before, err = p.usage(); err != nil {
			return err
		}
	}
	if err := wait(ctx, length); err != nil {
		return err
	}
	for _, p := range r.probers {
		var err error
		if p.after, err = p.usage(); err != nil {
			return err
		}
	}
	return r.look()
}

// usage is what the prober has used, with what it cannot do without.
func (p *prober) usage() (usage, error) {
	own, err := usageOf(p.cmd.Process.Pid)
	if err != nil || p.beside == nil {
		return own, err
	}
	other, err := usageOf(p.beside.cmd.Process.Pid)
	return usage{own.cpu + other.cpu, own.rss + other.rss}, err
}

// look takes the window since the last look of every prober.
func (r *run) look() error {
	for _, p := range r.probers {
		p.seen = window{}
		from := p.process
		if p.foreign {
			from = r.targets
		}
		if err := from.ask(request{Window: true, Path: p.path}, &p.seen); err != nil {
			return err
		}
	}
	return nil
}

// wait sleeps unless it is interrupted.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// load measures probing at a steady pace.
func load(ctx context.Context, s settings) (err error) {
	r, err := startRun(ctx, s.checks)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, r.end()) }()
	c := proberConfig{Checks: s.checks, Interval: s.interval, Timeout: min(s.interval, 10*time.Second), Seed: s.seed}
	for _, role := range strings.Split(s.with, ",") {
		if !slices.Contains([]string{"slamon", "std", "raw", "blackbox"}, role) {
			return fmt.Errorf("prober %q: want slamon, std, raw or blackbox", role)
		}
		if role == "blackbox" {
			err = r.addBlackbox(ctx, c)
		} else {
			err = r.add(ctx, role, role, c)
		}
		if err != nil {
			return err
		}
	}
	if s.daemon != "" {
		if err := r.addDaemon(ctx, s.daemon, c); err != nil {
			return err
		}
	}
	// A scheduler with one check shows what slamon weighs before its checks.
	idle := c
	idle.Checks, idle.Interval = 1, time.Hour
	if err := r.add(ctx, "slamon", "slamon, 1 check", idle); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d targets every %s: %g probes a second and prober; warming up for one interval\n\n",
		s.checks, s.interval, float64(s.checks)/s.interval.Seconds())
	if err := wait(ctx, s.interval+2*time.Second); err != nil {
		return err
	}
	if err := r.measure(ctx, s.length); err != nil {
		return err
	}
	r.print(s)
	return nil
}

// print writes the table of a load run.
func (r *run) print(s settings) {
	even := float64(s.checks) / s.interval.Seconds() / 10
	slots := float64(s.checks) * s.length.Seconds() / s.interval.Seconds()
	floor := 0.0
	for _, p := range r.probers {
		if p.name == "std" {
			floor = p.perThousand()
		}
	}
	base := r.probers[len(r.probers)-1]
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "prober\tprobes (of %.0f)\tCPU s/1,000\tx std\tRSS MiB\tmost in 100 ms (even %.1f)\tfailed\tmissed\tlate ms p50\tp99\tmax\n", slots, even)
	for _, p := range r.probers[:len(r.probers)-1] {
		ratio := "-"
		if floor > 0 {
			ratio = fmt.Sprintf("%.2f", p.perThousand()/floor)
		}
		inside := "-\t-\t-\t-\t-"
		if !p.foreign {
			inside = fmt.Sprintf("%d\t%d\t%.1f\t%.1f\t%.1f", p.seen.Failed, p.seen.Missed,
				milli(p.seen.LateP50), milli(p.seen.LateP99), milli(p.seen.LateMax))
		}
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%s\t%.1f\t%d\t%s\n", p.name, p.seen.Probes, p.perThousand(), ratio, mebi(p.after.rss), p.seen.Peak, inside)
	}
	w.Flush()
	for _, p := range r.probers[:len(r.probers)-1] {
		if p.seen.Stored == 0 {
			continue
		}
		fmt.Fprintf(s.out, "\n%s: base %.1f MiB, %.1f KiB a check; store %.1f MiB for %d results (%.1f bytes each before they are packed), %d lost\n",
			p.name, mebi(base.after.rss), float64(p.after.rss-base.after.rss)/1024/float64(s.checks),
			mebi(p.seen.Bytes), p.seen.Stored, float64(p.seen.Bytes)/float64(p.seen.Stored), p.seen.Lost)
	}
}

// perThousand returns the processor seconds spent on 1,000 probes.
func (p *prober) perThousand() float64 {
	if p.seen.Probes == 0 {
		return 0
	}
	return (p.after.cpu - p.before.cpu).Seconds() * 1000 / float64(p.seen.Probes)
}

func mebi(bytes int64) float64      { return float64(bytes) / (1 << 20) }
func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func firstOf(errs ...error) (e error) {
	for _, e = range errs {
		if e != nil {
			return e
		}
	}
	return nil
}
