// Command bench measures slamon against a floor: the least that a Go program can spend
// on the same probes.
//
// The program starts itself again as several processes: the targets, slamon's
// parts wired as in the daemon (schedule, probe, store), and the floors. All
// probe the same targets in the same minutes, because on a shared machine only
// ratios of the same minutes mean anything. Processor time and memory are read
// from /proc. README.md explains the modes and the columns.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// settings are the command line.
type settings struct {
	mode     string
	checks   int
	interval time.Duration
	length   time.Duration
	with     string
	daemon   string
	seed     uint64
	days     int
	keep     string
	silent   int
	out      io.Writer
}

var modes = map[string]func(context.Context, settings) error{
	"load": load, "hang": hang, "outages": outages, "transactions": transactions, "year": year, "snmp": polling, "readings": readings,
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		if err := child(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintf(os.Stderr, "bench child %s: %v\n", os.Args[2], err)
			os.Exit(4)
		}
		return
	}
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := modes[s.mode](ctx, s); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(4)
	}
}

func parse(args []string) (settings, error) {
	s := settings{out: os.Stdout}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.mode, "mode", "load", "load, hang, outages, transactions, year, snmp or readings")
	f.IntVar(&s.checks, "checks", 0, "number of checks (load 1000, hang 200, outages 40, year 100), or of devices (snmp 1000, readings 1000)")
	f.DurationVar(&s.interval, "interval", 0, "base interval (10s; outages 5s; year and readings 5m)")
	f.DurationVar(&s.length, "for", 0, "time to measure (1m; outages 10m)")
	f.StringVar(&s.with, "with", "", "who probes in load: slamon, std, raw, blackbox; what versions of SNMP: 2c, 3 (all)")
	f.StringVar(&s.daemon, "daemon", "", "path of a slamon binary, whose run command then probes as well (load), or is what is measured (snmp, where several, with commas between, are measured beside each other)")
	f.IntVar(&s.silent, "silent", 0, "measure again with so many agents silent (snmp)")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the script (outages) and of the history (year)")
	f.IntVar(&s.days, "days", 365, "length of the history (year, readings)")
	f.StringVar(&s.keep, "store", "", "store to use and keep (year); it is made when there is none")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if modes[s.mode] == nil {
		return s, fmt.Errorf("mode %q: want load, hang, outages, transactions, year, snmp or readings", s.mode)
	}
	defaults := map[string]settings{
		"load":    {checks: 1000, interval: 10 * time.Second, length: time.Minute, with: "slamon,std,raw"},
		"hang":    {checks: 200, interval: 10 * time.Second, length: time.Minute},
		"outages": {checks: 40, interval: 5 * time.Second, length: 10 * time.Minute},
		"year":    {checks: 100, interval: 5 * time.Minute},

		"transactions": {checks: 1000, interval: time.Minute, length: 2 * time.Minute},

		"snmp":     {checks: 1000, interval: 10 * time.Second, length: time.Minute, with: "2c,3"},
		"readings": {checks: 1000, interval: 5 * time.Minute},
	}[s.mode]
	if s.with == "" {
		s.with = defaults.with
	}
	if s.checks <= 0 {
		s.checks = defaults.checks
	}
	if s.interval <= 0 {
		s.interval = defaults.interval
	}
	if s.length <= 0 {
		s.length = defaults.length
	}
	return s, nil
}

// roles are what a child process can be.
var roles = map[string]func(args []string, c *wire) error{
	"targets": serveTargets,
	"slamon":  runSlamon,
	"std":     runFloor(probeStd),
	"raw":     runFloor(probeRaw),
	"byhand":  runFloor(probeByHand),
	"rooms":   serveRooms,
	"fill":    fill,
	"judge":   runJudge,
	"agents":  serveAgents,
	"getter":  runGetter,
	"keep":    keepReadings,
	"chart":   runChart,
}

func child(role string, args []string) error {
	run := roles[role]
	if run == nil {
		names := make([]string, 0, len(roles))
		for name := range roles {
			names = append(names, name)
		}
		slices.Sort(names)
		return fmt.Errorf("unknown, want one of %v", names)
	}
	return run(args, newWire(os.Stdin, os.Stdout))
}
