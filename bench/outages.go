package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
	"time"
)

const (
	// The outages of mode outages: half of the targets have two each, of lengths
	// even in the logarithm between these.
	shortest = 3 * time.Second
	longest  = 60 * time.Second
	// quiet is the time without outages at both ends, for the first good probes
	// and the last re-probes.
	quiet = 15 * time.Second
	// reprobe is the pause after a failure.
	reprobe = time.Second
)

// outages holds what slamon says against what the targets really did.
func outages(ctx context.Context, s settings) (err error) {
	if s.length < 6*longest {
		return fmt.Errorf("-for %s: want %s at least, so that two outages fit on a target", s.length, 6*longest)
	}
	r, err := startRun(ctx, s.checks)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, r.end()) }()
	c := proberConfig{Checks: s.checks, Interval: s.interval, Timeout: s.interval * 4 / 5, Reprobe: reprobe, Seed: s.seed}
	if err := r.add(ctx, "slamon", "slamon", c); err != nil {
		return err
	}
	if err := wait(ctx, 2*s.interval); err != nil {
		return err
	}
	from := time.Now()
	script := planOutages(s, from)
	fmt.Fprintf(s.out, "%d targets every %s, %d outages of %s to %s over %s, seed %d\n\n",
		s.checks, s.interval, len(script), shortest, longest, s.length, s.seed)
	if err := r.targets.ask(request{Script: script}, &struct{}{}); err != nil {
		return err
	}
	if err := wait(ctx, s.length); err != nil {
		return err
	}
	to := time.Now()
	var truth []outage
	if err := r.targets.ask(request{Truth: true}, &truth); err != nil {
		return err
	}
	var accounts []account
	if err := r.probers[0].ask(request{Judge: true, From: from.UnixNano(), To: to.UnixNano()}, &accounts); err != nil {
		return err
	}
	compare(s, truth, accounts)
	return nil
}

// planOutages spreads two outages over every second target.
func planOutages(s settings, from time.Time) []outage {
	random := rand.New(rand.NewPCG(s.seed, 2))
	kinds := []fault{refuse, silent, broken, wrong}
	var script []outage
	half := (s.length - 2*quiet) / 2
	for i := 0; i < s.checks; i += 2 {
		for k := range 2 {
			length := time.Duration(float64(shortest) * math.Pow(float64(longest)/float64(shortest), random.Float64()))
			begin := from.Add(quiet + time.Duration(k)*half + time.Duration(random.Int64N(int64(half-longest-quiet))))
			script = append(script, outage{i, kinds[len(script)%len(kinds)], begin.UnixNano(), begin.Add(length).UnixNano()})
		}
	}
	return script
}

// compare prints what was said against what was done.
func compare(s settings, truth []outage, accounts []account) {
	down := make([]time.Duration, len(accounts))
	count := make([]int, len(accounts))
	kinds := make([]string, len(accounts))
	slices.SortFunc(truth, func(a, b outage) int { return cmp.Compare(a.From, b.From) })
	for _, o := range truth {
		down[o.Target] += time.Duration(o.To - o.From)
		count[o.Target]++
		kinds[o.Target] += fmt.Sprintf(" %s %.1f", o.Kind, time.Duration(o.To-o.From).Seconds())
	}
	var total, said, unknown time.Duration
	var errors, lengths []time.Duration
	inside, hard, false_, seen := 0, 0, 0, 0
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "target\toutages, s\ttrue s\tpoint\thard bounds\t95 % interval\tincidents\tinside")
	for i, a := range accounts {
		d := a.Downtime
		total, said, unknown = total+down[i], said+d.Point, unknown+a.Unknown
		seen += min(a.Incidents, count[i])
		ok := down[i] >= d.Low95 && down[i] <= d.High95
		if ok {
			inside++
		}
		if down[i] >= d.HardLow && down[i] <= d.HardHigh {
			hard++
		}
		if count[i] == 0 {
			if d.Point > 0 {
				false_++
			}
			continue
		}
		errors = append(errors, (d.Point - down[i]).Abs())
		lengths = append(lengths, (a.Lengths - down[i]).Abs())
		fmt.Fprintf(w, "%d\t%s\t%.2f\t%.2f\t%.2f - %.2f\t%.2f - %.2f\t%d\t%t\n", i, kinds[i], down[i].Seconds(), d.Point.Seconds(),
			d.HardLow.Seconds(), d.HardHigh.Seconds(), d.Low95.Seconds(), d.High95.Seconds(), a.Incidents, ok)
	}
	w.Flush()
	fmt.Fprintf(s.out, "\ntargets inside their 95 %% interval: %d of %d; inside their hard bounds: %d\n", inside, len(accounts), hard)
	fmt.Fprintf(s.out, "total: said %.1f s, true %.1f s (%+.2f %%); unknown %.1f s\n",
		said.Seconds(), total.Seconds(), 100*(said-total).Seconds()/total.Seconds(), unknown.Seconds())
	for _, e := range []struct {
		what  string
		sizes []time.Duration
	}{{"its downtime", errors}, {"the sum of its incidents' lengths", lengths}} {
		slices.Sort(e.sizes)
		fmt.Fprintf(s.out, "targets with outages, error of %s: p50 %.2f s, p90 %.2f s, max %.2f s\n",
			e.what, quantile(e.sizes, 0.5).Seconds(), quantile(e.sizes, 0.9).Seconds(), quantile(e.sizes, 1).Seconds())
	}
	fmt.Fprintf(s.out, "outages seen: %d of %d; targets without outages said to have been down: %d\n", seen, len(truth), false_)
}
