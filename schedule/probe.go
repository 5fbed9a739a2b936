package schedule

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/slamon/slamon/check"
)

// grace is how long a probe may take to return after its deadline. It covers a
// loaded machine; a probe that needs longer ignores its context.
const grace = time.Second

// probe is one question under way, or the record of one that could not be asked.
// Guarded by Scheduler.mu.
type probe struct {
	next     *probe // sent after it, of the same check
	st       *state
	round    *round        // of the anchors; nil for any other probe
	sent     time.Time     // UTC; of the launch, and of the real send once it has returned
	slot     time.Duration // planned start, monotonic; never changes
	deadline time.Duration // monotonic; grace apart
	timeout  time.Duration
	stalled  time.Duration // how long this machine had stood still when it was launched
	interval time.Duration // base interval when it was sent
	number   uint32
	base     bool
	stepped  bool // the wall clock was set here: sending times may go back
	returned bool // the function has returned; the result may still be held
	stuck    bool // given up on
	done     bool // outcome is final
	dropped  bool // not to be emitted
	outcome  check.Outcome
}

// launch starts p as the check's next probe. Callers hold mu.
func (s *Scheduler) launch(st *state, now reading, like probe) {
	p := st.push(like)
	p.sent = now.wall
	if !p.base {
		st.extra++
	}
	timeout := st.task.Check.Timeout
	if p.round != nil {
		timeout = min(timeout, anchorTimeout)
	}
	p.deadline, p.timeout, p.stalled = now.mono+timeout, timeout, s.stall.until(now.mono, s.tick)
	s.inFlight++
	s.count.inFlight.Store(int64(s.inFlight))
	s.running.Add(1)
	go s.run(s.ctx, p, st.task, timeout)
}

// push appends a probe to those of the check that are to be emitted.
func (st *state) push(like probe) *probe {
	p := &like
	st.number++
	p.st, p.number, p.interval = st, st.number, st.task.Check.Interval
	if st.head == nil {
		st.head = p
	} else {
		st.tail.next = p
	}
	st.tail = p
	return p
}

// mark records a probe that was not sent. Callers hold mu and flush later.
func (s *Scheduler) mark(st *state, like probe, reason check.Reason) {
	p := st.push(like)
	p.done, p.outcome = true, check.Outcome{Reason: reason, Took: like.outcome.Took}
}

// run is the goroutine of a probe.
func (s *Scheduler) run(ctx context.Context, p *probe, t *Task, timeout time.Duration) {
	defer s.running.Done()
	begun := s.clock.now()
	s.count.started.Add(1)
	if p.base {
		s.observeLag(begun.mono - p.slot)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	outcome := s.ask(ctx, t)
	cancel()
	now := time.Since(s.clock.origin)
	if outcome.Took <= 0 {
		outcome.Took = now - begun.mono
	}
	s.finish(p, t.Check.Judge(outcome), begun, now)
}

// ask calls a probe's function and turns a panic into an outcome.
func (s *Scheduler) ask(ctx context.Context, t *Task) (o check.Outcome) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		s.count.panics.Add(1)
		s.log.Error("probe broke", "check", t.Check.ID, "cause", cause, "stack", string(debug.Stack()))
		o = check.Outcome{Reason: check.ReasonInternal, Detail: &check.Evidence{
			Sentence: clip(fmt.Sprintf("the probe itself broke: %v", cause)),
		}}
	}()
	return t.Probe(ctx)
}

func clip(text string) string {
	if len(text) > check.EvidenceLimit {
		return text[:check.EvidenceLimit]
	}
	return text
}

// finish takes the outcome of a probe that has returned.
func (s *Scheduler) finish(p *probe, o check.Outcome, begun reading, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := p.st
	s.inFlight--
	s.count.inFlight.Store(int64(s.inFlight))
	if !p.base {
		st.extra--
	}
	if p.stuck {
		st.stuck-- // what it says comes too late to be placed
		return
	}
	p.returned, p.sent = true, begun.wall
	if s.stopped && !o.State.Good() {
		s.settle(p, o, true) // our own stop cut it off
		return
	}
	o = s.excuse(p, o, now-begun.mono, now)
	st.note(p, o, now)
	s.queue.fix(st)
	if p.round != nil {
		s.answered(p.round, o.State.Good())
	}
	if o.State == check.Down && o.Reason.Network() && len(s.anchors) > 0 {
		var wait bool
		if o, wait = s.judgeFailure(p, o, begun.mono, now); wait {
			return
		}
	}
	s.settle(p, o, false)
}

// settle makes an outcome final and emits what has become ready. Callers hold mu.
func (s *Scheduler) settle(p *probe, o check.Outcome, dropped bool) {
	p.outcome, p.done, p.dropped = o, true, dropped
	s.flush(p.st)
}

// flush emits the check's results up to the first that is not final. It gives mu
// up while it emits, and keeps others from emitting the same check's meanwhile.
func (s *Scheduler) flush(st *state) {
	if st.emitting {
		return
	}
	st.emitting = true
	for st.head != nil && st.head.done {
		p := st.head
		if st.head = p.next; st.head == nil {
			st.tail = nil
		}
		if p.dropped || st.removed {
			continue
		}
		r := s.result(st, p)
		if r.State == check.Unknown {
			s.count.missed[r.Reason].Add(1)
		}
		s.mu.Unlock()
		s.emit(r, p.interval)
		s.mu.Lock()
	}
	st.emitting = false
}

// result stamps a probe's outcome. Two probes of one check may start within the
// time that a loaded machine needs to start a goroutine, and a small step back
// of the clock passes unnoticed: times of sending still never go back but where
// the clock was set.
func (s *Scheduler) result(st *state, p *probe) check.Result {
	if p.sent.Before(st.lastSent) {
		p.sent = st.lastSent
	}
	st.lastSent = p.sent
	if p.stepped {
		st.lastSent = time.Time{}
	}
	return check.Result{Check: st.task.Check.ID, Site: s.site, Sent: p.sent, Base: p.base, Outcome: p.outcome}
}

// giveUp makes an outcome of every probe of the check that has not returned
// although its deadline has long passed; time in which the machine stood still does
// not count. Callers hold mu and flush later.
func (s *Scheduler) giveUp(st *state, now time.Duration) {
	for p := st.head; p != nil; p = p.next {
		if p.done || p.returned || now <= p.deadline+grace+s.stalled(p, now) {
			continue
		}
		p.stuck, p.done = true, true
		st.stuck++
		p.outcome = check.Outcome{Reason: check.ReasonInternal, Took: now - p.deadline, Detail: &check.Evidence{
			Sentence: "the probe did not return at its deadline",
		}}
		s.log.Error("probe ignores its deadline", "check", st.task.Check.ID)
	}
}
