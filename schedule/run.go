package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// stopGrace is how long Run waits for probes whose context has been cancelled.
const stopGrace = 5 * time.Second

// Run probes until ctx is done. Then it cancels every probe, waits up to five
// seconds for them, and returns. What a probe that was cut off says is not
// emitted unless it is good. Run is called once.
func (s *Scheduler) Run(ctx context.Context) error {
	cron, err := gocron.NewScheduler(gocron.WithStopTimeout(stopGrace))
	if err != nil {
		return fmt.Errorf("schedule: start the clock: %w", err)
	}
	// The probes' context does not derive from ctx: they are cancelled only
	// after stopped is set, so that no cut-off probe passes for a failed one.
	probes, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.begin(probes)
	if err := s.setClock(probes, cron); err != nil {
		return fmt.Errorf("schedule: start the clock: %w", err)
	}
	cron.Start()
	<-ctx.Done()
	s.end(cancel)
	// Last, because gocron waits for its tasks in a busy loop: none runs now
	// for longer than a tick takes.
	if err := cron.Shutdown(); err != nil {
		return fmt.Errorf("schedule: stop the clock: %w", err)
	}
	return nil
}

// begin draws every check's next slot anew: time may have passed since Set.
func (s *Scheduler) begin(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctx = ctx
	s.readClock()
	now := s.clock.read()
	for _, st := range s.states {
		st.setSlot(s.grid(st).Next(now.wall), s.offset)
	}
	s.rebuild()
}

// end stops probing, waits for the probes, and emits what was held up.
func (s *Scheduler) end(cancel context.CancelFunc) {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	cancel()
	returned := make(chan struct{})
	go func() {
		s.running.Wait()
		close(returned)
	}()
	timeout := time.NewTimer(stopGrace)
	defer timeout.Stop()
	select {
	case <-returned:
	case <-timeout.C:
		s.log.Error("probes still run at the end of the time to stop", "probes", s.Stats().InFlight)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.network.newest; r != nil && r.timer != nil {
		r.timer.Stop()
	}
	for _, st := range s.states {
		for p := st.head; p != nil; p = p.next {
			if !p.done {
				p.done, p.dropped = true, true
			}
		}
		s.flush(st)
	}
}

// longestHead bounds how far ahead the clock's start is set.
const longestHead = time.Minute

// beat is how long gocron leaves the ticks to one run of its job. Each run of a job costs
// it three goroutines that hand on to each other, some 100 µs of processor time; at 20
// ticks a second that was a third of what 1,000 SNMP polls every 10 s need altogether.
const beat = time.Second

// setClock has gocron start the ticks, a beat of them at a time, from a whole tick on.
// gocron refuses a start that has passed meanwhile; on a machine without time to spare
// that happens, and is no reason to give up.
func (s *Scheduler) setClock(ctx context.Context, cron gocron.Scheduler) error {
	length := s.tick * max(1, beat/s.tick)
	for head := s.tick / 2; ; head *= 2 {
		// The start needs a monotonic reading: without one gocron computes every
		// later time from the wall clock, and falls silent when that is set back.
		now := time.Now()
		first := now.Add(head + s.tick - time.Duration(now.Add(head).UnixNano())%s.tick)
		_, err := cron.NewJob(gocron.DurationJob(length), gocron.NewTask(func() { s.ticks(ctx, first, length) }),
			gocron.WithStartAt(gocron.WithStartDateTime(first)))
		if !errors.Is(err, gocron.ErrWithStartDateTimePast) || head > longestHead {
			return err
		}
	}
}

// ticks runs onTick at every whole tick until the beat that it is called in is over.
// Ticks that a stalled machine let pass are not made up for: the next one starts
// whatever is due.
func (s *Scheduler) ticks(ctx context.Context, first time.Time, length time.Duration) {
	gone := time.Since(first) + early // a beat that comes a little early is not the one before
	end := gone - gone%length + length
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.onTick()
		gone = time.Since(first) + early
		next := gone - gone%s.tick + s.tick
		if next >= end {
			return
		}
		timer.Reset(next - time.Since(first))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}
