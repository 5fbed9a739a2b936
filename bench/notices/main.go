// Command notices measures how soon people hear of a failure while a whole slamon
// watches many checks, and what a network that is gone altogether does to it.
//
//	go build -o /tmp/slamon ./cmd/slamon
//	go run ./bench/notices -daemon /tmp/slamon -checks 10000
//
// It starts targets, a mail server and slamon run, all on loopback. First single checks
// fail, one after the other; then all of them at once, and come back. Linux only: it
// reads /proc and uses all of 127.0.0.0/8.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// settings of one measurement.
type settings struct {
	daemon          string
	checks, singles int
	interval, every time.Duration
	watch, warm     time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.daemon, "daemon", "", "path of the slamon binary to measure")
	flag.IntVar(&s.checks, "checks", 10_000, "checks")
	flag.IntVar(&s.singles, "singles", 20, "checks that fail one after the other")
	flag.DurationVar(&s.interval, "interval", 10*time.Second, "base interval of the checks")
	flag.DurationVar(&s.every, "every", 2*time.Second, "time between two of these failures")
	flag.DurationVar(&s.warm, "warm", 30*time.Second, "time before the first failure")
	flag.DurationVar(&s.watch, "watch", 90*time.Second, "how long all checks are down")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) error {
	if s.daemon == "" {
		return errors.New("want -daemon PATH\ntry: go build -o /tmp/slamon ./cmd/slamon")
	}
	dir, err := os.MkdirTemp("", "slamon-notices-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	box, err := simulate.NewMailbox("127.0.0.1")
	if err != nil {
		return err
	}
	defer box.Close()
	targets, err := listen()
	if err != nil {
		return err
	}
	defer targets.close()
	m := &measurement{settings: s, dir: dir, file: filepath.Join(dir, "slamon.toml"), box: box, targets: targets}
	if err := m.start(ctx); err != nil {
		return err
	}
	defer m.stop()
	if err := rest(ctx, s.warm); err != nil {
		return err
	}
	if err := m.single(ctx); err != nil {
		return err
	}
	return m.all(ctx)
}

// single lets checks fail one after the other, and holds the arrival of each mail
// against the moment at which the target's second bad answer was sent.
func (m *measurement) single(ctx context.Context) error {
	for i := range m.singles {
		m.targets.fail(address(i * m.checks / m.singles))
		if err := rest(ctx, m.every); err != nil {
			return err
		}
	}
	told := func() bool {
		for i := range m.singles {
			if _, ok := m.arrival(i * m.checks / m.singles); !ok {
				return false
			}
		}
		return true
	}
	if err := m.await(ctx, 2*time.Minute, scrape/10, told); err != nil {
		return fmt.Errorf("mails about single failures: %w", err)
	}
	var first, confirmed []time.Duration
	for i := range m.singles {
		n := i * m.checks / m.singles
		bad := m.targets.badAnswers(address(n))
		arrived, ok := m.arrival(n)
		if !ok || len(bad) < 2 {
			return fmt.Errorf("check %d: %d bad answers, mail %t", n, len(bad), ok)
		}
		first, confirmed = append(first, arrived.Sub(bad[0])), append(confirmed, arrived.Sub(bad[1]))
	}
	fmt.Printf("%d checks every %s; %d of them fail one after the other\n", m.checks, m.interval, m.singles)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "mail accepted after\tmedian\t90 %\tmost")
	for _, row := range []struct {
		name string
		list []time.Duration
	}{{"the first failed probe", first}, {"the one that confirmed it", confirmed}} {
		slices.Sort(row.list)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.name, at(row.list, .5), at(row.list, .9), at(row.list, 1))
	}
	return table.Flush()
}

func at(sorted []time.Duration, share float64) time.Duration {
	return sorted[int(share*float64(len(sorted)-1))].Round(time.Millisecond)
}

// scrape is how often the metrics are asked for. At 10,000 checks they are several
// megabytes, and asking without pause would measure that.
const scrape = 5 * time.Second

// all lets the whole network go and come back.
func (m *measurement) all(ctx context.Context) error {
	m.targets.mendAll()
	if err := m.await(ctx, 3*time.Minute, scrape, func() bool { return m.figure("slamon_incident_open") == 0 }); err != nil {
		return fmt.Errorf("the single failures do not end: %w", err)
	}
	if err := m.reload("30s"); err != nil {
		return err
	}
	if err := rest(ctx, m.warm); err != nil {
		return err
	}
	mails := len(m.box.Letters())
	before, fileBefore := m.memory()
	m.targets.breakAll(true)
	begun := time.Now()
	var most, mostFile, pending float64
	remember := func() {
		own, file := m.memory()
		most, mostFile = max(most, own), max(mostFile, file)
	}
	var firstMail time.Duration
	for asked := time.Now(); time.Since(begun) < m.watch; {
		if err := rest(ctx, 250*time.Millisecond); err != nil {
			return err
		}
		if remember(); time.Since(asked) > scrape {
			asked, pending = time.Now(), max(pending, m.figure("slamon_notices_pending"))
		}
		if firstMail == 0 && len(m.box.Letters()) > mails {
			firstMail = time.Since(begun)
		}
	}
	down, open := len(m.box.Letters())-mails, m.figure("slamon_incident_open")
	for open < 0 && ctx.Err() == nil { // the daemon was too busy to answer
		open = m.figure("slamon_incident_open")
	}
	m.targets.breakAll(false)
	if err := m.await(ctx, 3*time.Minute, scrape, func() bool {
		remember()
		pending = max(pending, m.figure("slamon_notices_pending"))
		return m.figure("slamon_incident_open") == 0
	}); err != nil {
		return fmt.Errorf("the network comes back, and incidents stay: %w", err)
	}
	if err := rest(ctx, 15*time.Second); err != nil {
		return err
	}
	remember()
	fmt.Printf("\nall of them at once, for %s\n", m.watch)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "incidents\tmails about them\tfirst after\tmails about their end\tmost pending\tMiB before\tmost\tmore\tstore's file\tmost")
	fmt.Fprintf(table, "%.0f\t%d\t%s\t%d\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\n", open, down, firstMail.Round(100*time.Millisecond),
		len(m.box.Letters())-mails-down, pending, before, most, most-before, fileBefore, mostFile)
	return table.Flush()
}

// rest waits; its error is that of an interrupted context.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
