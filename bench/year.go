package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// year makes a store with a long history and measures what it costs to have.
func year(ctx context.Context, s settings) error {
	path, remove, err := s.place("year.db")
	if err != nil {
		return err
	}
	defer remove()
	c := historyConfig{Path: path, Checks: s.checks, Interval: s.interval, Days: s.days, Seed: s.seed}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		var f filled
		if err := once(ctx, "fill", c, &f); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "filled: %d checks, %d days every %s: %d results in %s, %.2f µs of processor time each\n",
			s.checks, s.days, s.interval, f.Results, f.Took.Round(time.Second/10), float64(f.CPU.Nanoseconds())/1000/float64(f.Results))
		fmt.Fprintf(s.out, "store: %.1f MiB, %.2f bytes a result (%.1f MiB of it free for what comes)\n",
			mebi(f.Bytes), float64(f.Bytes)/float64(f.Results), mebi(f.Free))
	}
	var o opened
	if err := once(ctx, "judge", c, &o); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "opened in %s; %d checks, %d stretches; resident %.1f MiB\n", o.Open.Round(time.Millisecond/10), o.Checks, o.Stretches, mebi(o.RSS))
	fmt.Fprintf(s.out, "all %d windows of one check: p50 %s, p99 %s; of all checks: %s\n",
		len(status.Windows), o.OneP50.Round(time.Microsecond), o.OneP99.Round(time.Microsecond), o.All.Round(time.Millisecond/10))
	return nil
}

// place returns where a history is kept, and what takes it away when it was made for
// this run alone.
func (s settings) place(name string) (path string, remove func(), err error) {
	if s.keep != "" {
		return s.keep, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "slamon-bench-")
	return filepath.Join(dir, name), func() { os.RemoveAll(dir) }, err
}

// once runs a child that says one thing and ends.
func once(ctx context.Context, role string, config, answer any) error {
	p, err := spawn(ctx, role, config, answer)
	if err != nil {
		return err
	}
	return p.stop()
}

// historyConfig is what the children of mode year are told.
type historyConfig struct {
	Path     string
	Checks   int
	Interval time.Duration
	Days     int
	Seed     uint64
}

func (c historyConfig) id(i int) check.ID { return check.ID(fmt.Sprintf("service-%05d", i)) }

// filled is what making a history took.
type filled struct {
	Results   int
	Bytes     int64
	Free      int64 // of them, for records to come
	Took, CPU time.Duration
}

const (
	// syncEvery results the filler waits for the disk: half of what the store queues.
	syncEvery = 100_000
	// closeEvery results the filler closes the store, which writes a checkpoint. The
	// store's own come every ten minutes; at a filler's pace a log of gigabytes
	// would lie between two, and leave its room in the file for ever.
	closeEvery = 2_000_000
)

// fill is the child that makes a history which ends now.
func fill(args []string, w *wire) error {
	var c historyConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	begin := time.Now()
	f := &filler{path: c.Path}
	n, err := f.history(c)
	if err = firstOf(err, f.close()); err != nil {
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
	return w.out.Encode(filled{n, file.Size(), f.free, time.Since(begin), used.cpu})
}

// filler appends to a store that it closes now and then.
type filler struct {
	path    string
	store   *store.Store
	stop    context.CancelFunc
	written chan error
	n       int
	free    int64 // bytes in the file for records to come
}

func (f *filler) append(r check.Result, interval time.Duration) error {
	if f.store == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	f.store.Append(r, interval)
	f.n++
	switch {
	case f.n%closeEvery == 0:
		return f.close()
	case f.n%syncEvery == 0:
		return f.store.Sync(context.Background())
	}
	return nil
}

func (f *filler) open() (err error) {
	if f.store, err = store.Open(f.path, store.Options{Site: "bench", NoSync: true}); err != nil {
		return err
	}
	var ctx context.Context
	ctx, f.stop = context.WithCancel(context.Background())
	f.written = make(chan error, 1)
	go func() { f.written <- f.store.Run(ctx) }()
	return nil
}

// close makes everything durable.
func (f *filler) close() error {
	if f.store == nil {
		return nil
	}
	f.stop()
	err := <-f.written
	f.free = f.store.Stats().FreeBytes
	err = firstOf(err, f.store.Close())
	f.store = nil
	return err
}

// past is a check whose history is being made.
type past struct {
	id    check.ID
	grid  check.Grid
	next  time.Time
	until time.Time // of the present outage
}

// history writes a history hour by hour, as it would have come.
func (f *filler) history(c historyConfig) (int, error) {
	random := rand.New(rand.NewPCG(c.Seed, 3))
	end := time.Now().UTC()
	begin := end.Add(-time.Duration(c.Days) * 24 * time.Hour)
	checks := make([]past, c.Checks)
	for i := range checks {
		g := check.Grid{Check: c.id(i), Seed: c.Seed, Interval: c.Interval, Quantum: 50 * time.Millisecond}
		checks[i] = past{id: c.id(i), grid: g, next: g.Next(begin)}
	}
	for hour := begin.Add(time.Hour); hour.Before(end); hour = hour.Add(time.Hour) {
		for i := range checks {
			p := &checks[i]
			for p.next.Before(hour) {
				if err := f.append(p.result(random), c.Interval); err != nil {
					return f.n, err
				}
				p.next = p.grid.Next(p.next)
			}
		}
	}
	return f.n, nil
}

// result invents what the check's next probe found: answers of 20 to 100 ms with a
// long tail, and two outages of up to an hour a month.
func (p *past) result(random *rand.Rand) check.Result {
	r := check.Result{Check: p.id, Sent: p.next.Add(time.Duration(random.Int64N(int64(5 * time.Millisecond)))), Base: true}
	perOutage := float64(15 * 24 * time.Hour / p.grid.Interval)
	if random.Float64() < 1/perOutage {
		p.until = p.next.Add(time.Duration(random.Int64N(int64(time.Hour))))
	}
	if p.next.Before(p.until) {
		r.State, r.Reason, r.Took = check.Down, check.ReasonTimeout, 10*time.Second
		r.Detail = &check.Evidence{Sentence: "no answer within 10s", Address: "192.0.2.1:443", Phase: check.PhaseConnect}
		return r
	}
	r.State = check.Up
	r.Took = 20*time.Millisecond + time.Duration(random.ExpFloat64()*float64(20*time.Millisecond))
	return r
}

// opened is what having a history costs.
type opened struct {
	Open              time.Duration
	Checks, Stretches int
	OneP50, OneP99    time.Duration
	All               time.Duration
	RSS               int64
}

// runJudge is the child that opens a store and judges every check over every
// window, as a page would.
func runJudge(args []string, w *wire) error {
	var c historyConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	begin := time.Now()
	st, err := store.Open(c.Path, store.Options{Site: "bench", NoSync: true})
	if err != nil {
		return err
	}
	o := opened{Open: time.Since(begin)}
	ids, err := st.Checks()
	if err != nil {
		return err
	}
	o.Checks = len(ids)
	now := time.Now().UTC()
	var each []time.Duration
	begin = time.Now()
	for _, id := range ids {
		at := time.Now()
		n, err := judgeAll(st, id, now, c.Interval)
		if err != nil {
			return err
		}
		o.Stretches += n
		each = append(each, time.Since(at))
	}
	o.All = time.Since(begin)
	slices.Sort(each)
	o.OneP50, o.OneP99 = quantile(each, 0.5), quantile(each, 0.99)
	used, err := usageOf(os.Getpid())
	if err != nil {
		return err
	}
	o.RSS = used.rss
	return firstOf(st.Close(), w.out.Encode(o))
}

// judgeAll judges one check over all rolling windows, reading its history once.
func judgeAll(st *store.Store, id check.ID, now time.Time, interval time.Duration) (stretches int, err error) {
	longest := status.Windows[len(status.Windows)-1].Length
	series, err := st.Series(id, timeline.Period{From: now.Add(-longest), To: now})
	if err != nil {
		return 0, err
	}
	series.Interval = interval
	for _, w := range status.Windows {
		v := sla.Judge(claimOn(id), timeline.Period{From: now.Add(-w.Length), To: now}, now, []timeline.Series{series}, nil)
		if v.Answer == "" {
			return 0, fmt.Errorf("check %s: no answer over %s", id, w.Name)
		}
	}
	return len(series.Stretches), nil
}
