package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/probe"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// parts are slamon's, wired as the daemon wires them: a result is durable in the
// store before anything else sees it.
type parts struct {
	config proberConfig
	checks []check.Check
	number map[check.ID]int
	env    *probe.Env
	store  *store.Store
	sched  *schedule.Scheduler
	seen   record
}

// runSlamon is the child that probes as the daemon does.
func runSlamon(args []string, w *wire) error {
	p := &parts{number: map[check.ID]int{}}
	if err := json.Unmarshal([]byte(args[0]), &p.config); err != nil {
		return err
	}
	if err := p.wire(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	scheduled, stored := make(chan error, 1), make(chan error, 1)
	writing, stopWriting := context.WithCancel(context.Background())
	go func() { stored <- p.store.Run(writing) }()
	go func() { scheduled <- p.sched.Run(ctx) }()
	err := w.out.Encode(struct{}{})
	if err == nil {
		err = w.serve(p.answer)
	}
	cancel()
	for _, step := range []func() error{
		func() error { return <-scheduled },
		func() error { stopWriting(); return <-stored },
		p.env.Close,
		p.store.Close,
	} {
		if e := step(); err == nil {
			err = e
		}
	}
	return err
}

func (p *parts) wire() (err error) {
	p.store, err = store.Open(filepath.Join(p.config.Dir, "slamon.db"), store.Options{
		Site: "bench", Committed: p.committed,
	})
	if err != nil {
		return err
	}
	if p.env, err = probe.NewEnv(probe.Options{}); err != nil {
		return err
	}
	p.sched = schedule.New(schedule.Options{Site: "bench", Seed: p.config.Seed, Emit: p.store.Append})
	var tasks []schedule.Task
	for i := range p.config.Checks {
		c, err := p.check(i)
		if err != nil {
			return err
		}
		ask, err := p.env.New(c)
		if err != nil {
			return err
		}
		p.checks = append(p.checks, c)
		p.number[c.ID] = i
		tasks = append(tasks, schedule.Task{Check: c, Probe: ask})
	}
	p.sched.Set(tasks, nil, 0)
	return nil
}

// wellPattern is in the answer of a target that is well.
var wellPattern = regexp.MustCompile(`all well`)

func (p *parts) check(i int) (check.Check, error) {
	u, err := url.Parse("http://" + p.config.target(i) + "/")
	if err != nil {
		return check.Check{}, err
	}
	var params check.Params = check.HTTP{URL: u, BodyMatch: []check.Match{{Pattern: wellPattern}}}
	if p.config.Errand {
		params = p.config.errand()
	}
	return check.Check{
		ID: check.ID(fmt.Sprintf("target-%05d", i)), Service: "bench", Class: check.Application,
		Interval: p.config.Interval, Timeout: p.config.Timeout, Reprobe: p.config.Reprobe, ReprobeGood: 3,
		Params: params,
	}, nil
}

// committed takes results once they are durable, as the board does.
func (p *parts) committed(results []check.Result) {
	for _, r := range results {
		switch {
		case r.State == check.Unknown:
			p.seen.miss()
			continue
		case !r.State.Good():
			p.seen.fail()
		}
		// The store keeps milliseconds; slots lie on them.
		c := p.checks[p.number[r.Check]]
		p.seen.sent(start{p.number[r.Check], p.slot(c, r), r.Sent})
	}
}

// slot returns the slot that a result was due at; a re-probe counts as on time.
func (p *parts) slot(c check.Check, r check.Result) time.Time {
	if !r.Base {
		return r.Sent
	}
	g := check.Grid{Check: c.ID, Seed: p.config.Seed, Interval: c.Interval, Quantum: schedule.DefaultTick}
	latest := r.Sent.Add(time.Millisecond)
	slot := g.Next(latest.Add(-c.Interval))
	for next := g.Next(slot); !next.After(latest); next = g.Next(slot) {
		slot = next
	}
	return slot
}

func (p *parts) answer(r request) (any, error) {
	if r.Judge {
		return p.judge(timeline.Period{From: time.Unix(0, r.From).UTC(), To: time.Unix(0, r.To).UTC()})
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := p.store.Sync(ctx); err != nil {
		return nil, err
	}
	w := p.seen.take(p.config.Skip)
	kept := p.store.Stats()
	w.Bytes, w.Stored, w.Lost = kept.Bytes, kept.Stored, kept.Lost
	return w, nil
}

// account is what slamon says of one target.
type account struct {
	Downtime  sla.Downtime
	Incidents int
	Lengths   time.Duration // of the incidents, each estimated by itself
	Unknown   time.Duration
}

// judge accounts for every check, side by side.
func (p *parts) judge(over timeline.Period) ([]account, error) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := p.store.Sync(ctx); err != nil {
		return nil, err
	}
	accounts := make([]account, len(p.checks))
	for i, c := range p.checks {
		series, err := p.store.Series(c.ID, over)
		if err != nil {
			return nil, err
		}
		series.Interval, series.Reprobe = c.Interval, c.Reprobe
		v := sla.Judge(claimOn(c.ID), over, over.To, []timeline.Series{series}, nil)
		a := account{Downtime: v.Downtime, Incidents: len(v.Incidents), Unknown: v.Unknown}
		for _, i := range v.Incidents {
			a.Lengths += i.Point
		}
		accounts[i] = a
	}
	return accounts, nil
}

// claimOn is a claim about one check alone.
func claimOn(id check.ID) sla.Claim {
	return sla.Claim{ID: sla.ClaimID(id), Checks: []check.ID{id}, Combine: sla.AnyDown,
		Availability: sla.Figure{PPB: 999_910_000, Digits: 3}}
}
