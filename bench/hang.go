package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"
)

// hanging is how many targets accept and never answer in mode hang.
const hanging = 10

// hang measures whether targets that never answer harm the others.
func hang(ctx context.Context, s settings) (err error) {
	if s.checks <= hanging {
		return fmt.Errorf("%d checks: want more than the %d that hang", s.checks, hanging)
	}
	r, err := startRun(ctx, s.checks)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, r.end()) }()
	c := proberConfig{Checks: s.checks, Interval: s.interval, Timeout: s.interval * 9 / 10,
		Reprobe: s.interval, Skip: hanging, Seed: s.seed}
	for _, role := range []string{"slamon", "std"} {
		if err := r.add(ctx, role, role, c); err != nil {
			return err
		}
	}
	if err := wait(ctx, s.interval+2*time.Second); err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "\tprober\tprobes (of %.0f)\tfailed\tmissed\tlateness of the others, ms p50\tp99\tmax\n",
		float64(s.checks)*s.length.Seconds()/s.interval.Seconds())
	if err := r.measure(ctx, s.length); err != nil {
		return err
	}
	r.printHang(w, "all answer")
	if err := r.targets.ask(request{Script: hangScript(s.length + s.interval)}, &struct{}{}); err != nil {
		return err
	}
	if err := wait(ctx, s.interval); err != nil {
		return err
	}
	if err := r.measure(ctx, s.length); err != nil {
		return err
	}
	r.printHang(w, fmt.Sprintf("%d hang", hanging))
	return w.Flush()
}

func (r *run) printHang(w *tabwriter.Writer, when string) {
	for _, p := range r.probers {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%.1f\t%.1f\t%.1f\n", when, p.name, p.seen.Probes, p.seen.Failed, p.seen.Missed,
			milli(p.seen.LateP50), milli(p.seen.LateP99), milli(p.seen.LateMax))
	}
}

func hangScript(length time.Duration) []outage {
	now := time.Now()
	var script []outage
	for i := range hanging {
		script = append(script, outage{i, silent, now.UnixNano(), now.Add(length).UnixNano()})
	}
	return script
}
