package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// readings makes a store with a long history of readings and measures what it costs to
// have, and to draw one device's charts over all of it.
func readings(ctx context.Context, s settings) error {
	path, remove, err := s.place("readings.db")
	if err != nil {
		return err
	}
	defer remove()
	c := historyConfig{Path: path, Checks: s.checks, Interval: s.interval, Days: s.days, Seed: s.seed}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		var f filled
		if err := once(ctx, "keep", c, &f); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "filled: %d devices with %d series each, %d days every %s: %d readings in %s, %.2f µs of processor time each\n",
			s.checks, len(keptSeries), s.days, s.interval, f.Results, f.Took.Round(time.Second/10), float64(f.CPU.Nanoseconds())/1000/float64(f.Results))
		fmt.Fprintf(s.out, "store: %.1f MiB in whole pages, %.2f bytes a reading; %.1f MiB of it free for what comes\n",
			mebi(f.Bytes), float64(f.Bytes)/float64(f.Results), mebi(f.Free))
	}
	var o charted
	if err := once(ctx, "chart", c, &o); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "opened in %s; resident %.1f MiB\n", o.Open.Round(time.Millisecond/10), mebi(o.RSS))
	fmt.Fprintf(s.out, "all %d charts of one device: %d days in %s at first, %s again; %d hours of a month in %s; %d readings of a day in %s\n",
		len(keptSeries), o.Days, o.First.Round(time.Microsecond), o.Again.Round(time.Microsecond), o.Hours, o.Month.Round(time.Microsecond), o.Raw, o.Day.Round(time.Microsecond))
	return nil
}

// keptSeries are the series of one device: a server with two volumes and two
// interfaces.
var keptSeries = []device.Series{
	{Kind: device.CPU}, {Kind: device.Memory}, {Kind: device.Uptime},
	{Kind: device.Storage, Instance: "/"}, {Kind: device.Storage, Instance: "/var"},
	{Kind: device.InBits, Instance: "eth0"}, {Kind: device.OutBits, Instance: "eth0"},
	{Kind: device.InErrors, Instance: "eth0"}, {Kind: device.InBits, Instance: "eth1"}, {Kind: device.OutBits, Instance: "eth1"},
}

func (c historyConfig) device(i int) device.ID { return device.ID(fmt.Sprintf("device-%05d", i)) }

// storing is the store's writer at work.
type storing struct {
	*store.Store
	stop    context.CancelFunc
	written chan error
}

// open opens the store with a writer that does its housekeeping without rest.
func (c historyConfig) open() (*storing, error) {
	st, err := store.Open(c.Path, store.Options{Site: "bench", NoSync: true, Retention: 400 * 24 * time.Hour, FlushEvery: time.Millisecond})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &storing{st, stop, make(chan error, 1)}
	go func() { s.written <- st.Run(ctx) }()
	return s, nil
}

func (s *storing) close() error {
	s.stop()
	return firstOf(<-s.written, s.Close())
}

// keepReadings is the child that makes a history which ends now, poll by poll.
func keepReadings(args []string, w *wire) error {
	var c historyConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	begin := time.Now()
	s, err := c.open()
	if err != nil {
		return err
	}
	n, err := c.polls(s)
	// Closing writes a checkpoint, and summaries are made of what that has written.
	if err = firstOf(err, s.close()); err != nil {
		return err
	}
	if s, err = c.open(); err != nil {
		return err
	}
	if err := c.sums(s); err != nil {
		return errors.Join(err, s.close())
	}
	free := s.Stats().FreeBytes
	if err := s.close(); err != nil {
		return err
	}
	used, err := usageOf(os.Getpid())
	if err != nil {
		return err
	}
	file, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	return w.out.Encode(filled{n, file.Size(), free, time.Since(begin), used.cpu})
}

func (c historyConfig) polls(s *storing) (n int, err error) {
	random := rand.New(rand.NewPCG(c.Seed, 7))
	end := time.Now().UTC()
	begin := end.Add(-time.Duration(c.Days) * 24 * time.Hour)
	list := make([]device.Reading, len(keptSeries))
	for at := begin; at.Before(end); at = at.Add(c.Interval) {
		for i := range c.Checks {
			// Devices are polled one after the other, and answer after some milliseconds.
			sent := at.Add(c.Interval * time.Duration(i) / time.Duration(c.Checks)).Add(time.Duration(random.Int64N(int64(5 * time.Millisecond))))
			for k, series := range keptSeries {
				series.Device = c.device(i)
				list[k] = device.Reading{Series: series, At: sent, Value: invented(series.Kind, at.Sub(begin), random)}
			}
			s.AppendReadings(c.device(i), list)
			if n += len(list); n%syncEvery < len(list) {
				if err := s.Sync(context.Background()); err != nil {
					return n, err
				}
			}
		}
	}
	return n, s.Sync(context.Background())
}

// invented is a value as servers have them: loads with noise and the hours of a day,
// volumes that fill slowly, errors now and then.
func invented(k device.Kind, since time.Duration, random *rand.Rand) float64 {
	day := 1 + math.Sin(2*math.Pi*since.Hours()/24)
	switch k {
	case device.CPU:
		return min(1, .1+.2*day+.05*random.ExpFloat64())
	case device.Memory:
		return .5 + .01*random.NormFloat64()
	case device.Storage:
		return min(1, .3+.0001*since.Hours()+.0001*random.Float64())
	case device.Uptime:
		return math.Floor(since.Seconds())
	case device.InErrors:
		if random.IntN(100) > 0 {
			return 0
		}
		return random.Float64()
	}
	return 1e8 * (day + .2*random.Float64())
}

// sums waits until all days that are over have been summed up.
func (c historyConfig) sums(s *storing) error {
	yesterday := time.Now().UTC().Add(-time.Hour).Truncate(24*time.Hour).AddDate(0, 0, -1)
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	for begin := time.Now(); s.ReadingStats().Summed.Before(yesterday); <-pace.C {
		if time.Since(begin) > sumPatience {
			return fmt.Errorf("the days were not summed up within %s", sumPatience)
		}
	}
	return nil
}

// sumPatience is more than the summing up of 10,000 series over a year takes.
const sumPatience = 3 * time.Minute

// charted is what the charts of one device cost.
type charted struct {
	Open, First, Again, Month, Day time.Duration
	Days, Hours, Raw               int
	RSS                            int64
}

// runChart is the child that opens a store and reads what the page of a device draws.
func runChart(args []string, w *wire) error {
	var c historyConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	begin := time.Now()
	s, err := c.open()
	if err != nil {
		return err
	}
	o := charted{Open: time.Since(begin)}
	now := time.Now().UTC()
	for _, x := range []struct {
		took *time.Duration
		n    *int
		days int
		read func(device.Series, timeline.Period) (int, error)
	}{
		{&o.First, &o.Days, c.Days, func(id device.Series, p timeline.Period) (int, error) { return count(s.ReadingDays(id, p)) }},
		{&o.Again, &o.Days, c.Days, func(id device.Series, p timeline.Period) (int, error) { return count(s.ReadingDays(id, p)) }},
		{&o.Month, &o.Hours, 30, func(id device.Series, p timeline.Period) (int, error) { return count(s.ReadingHours(id, p)) }},
		{&o.Day, &o.Raw, 1, func(id device.Series, p timeline.Period) (int, error) { return count(s.Readings(id, p)) }},
	} {
		*x.n = 0
		begin := time.Now()
		for _, series := range keptSeries {
			series.Device = c.device(c.Checks / 2)
			n, err := x.read(series, timeline.Period{From: now.AddDate(0, 0, -x.days), To: now})
			if err != nil {
				return errors.Join(err, s.close())
			}
			*x.n += n
		}
		*x.took = time.Since(begin)
	}
	used, err := usageOf(os.Getpid())
	if err != nil {
		return errors.Join(err, s.close())
	}
	o.RSS = used.rss
	return firstOf(s.close(), w.out.Encode(o))
}

func count[T any](list []T, err error) (int, error) { return len(list), err }
