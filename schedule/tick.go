package schedule

import (
	"time"

	"github.com/slamon/slamon/check"
)

// early is how much before its time a slot may be used. Wall and monotonic clock
// are read one after the other, so a slot can seem to lie some hundred
// nanoseconds behind the tick that it belongs to, and would wait for the next.
// Far less than minTick.
const early = time.Millisecond

// onTick starts everything that is due.
func (s *Scheduler) onTick() {
	if !s.ticking.CompareAndSwap(false, true) {
		return
	}
	defer s.ticking.Store(false)
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return
	}
	now, events := s.lookAtClock()
	s.stall.beat(now.mono, s.tick)
	ready := s.startDue(now)
	if len(s.anchors) > 0 && !s.NetworkAlive() && now.mono-s.network.newest.began >= deadPause {
		s.startRound(now.mono)
	}
	if len(events) > 0 {
		ready = ready[:0]
		for _, st := range s.states {
			ready = append(ready, st)
		}
	}
	for _, st := range ready {
		s.flush(st)
	}
	s.mu.Unlock()
	for _, e := range events {
		s.log.Warn(e.Text, "kind", e.Kind)
		s.tell(e)
	}
}

// startDue starts the probes whose time has come and returns the checks that
// have a result to emit already. Callers hold mu.
func (s *Scheduler) startDue(now reading) (ready []*state) {
	// What was sent counts from the tick it belongs to, so that a re-probe
	// falls on a whole tick again and not just behind it.
	tick := now.mono - time.Duration(now.wall.UnixNano())%s.tick
	for len(s.queue) > 0 && s.queue[0].due <= now.mono+early {
		st := s.queue[0].st
		if st.slot <= now.mono+early {
			if s.startBase(st, now, tick) {
				ready = append(ready, st)
			}
		} else {
			s.startAgain(st, now, tick)
		}
		s.queue.fix(st)
	}
	return ready
}

// startBase uses the check's slot, or records why it cannot be used. It reports
// whether there is something to emit.
func (s *Scheduler) startBase(st *state, now reading, tick time.Duration) (recorded bool) {
	grid := s.grid(st)
	slot, next := st.slotWall, grid.Next(st.slotWall)
	if !next.After(now.wall) { // the machine stalled for longer than a pause
		recorded = true
		s.mark(st, probe{base: true, sent: slot}, check.ReasonMissed)
		s.count.missed[check.ReasonMissed].Add(uint64(now.wall.Sub(next) / st.task.Check.Interval))
		next = grid.Next(now.wall.Add(-st.task.Check.Interval - 1))
		for !next.After(now.wall) {
			slot, next = next, grid.Next(next)
		}
	}
	s.giveUp(st, now.mono)
	switch {
	case st.stuck > 0:
		recorded = true
		s.mark(st, probe{base: true, sent: slot}, check.ReasonMissed)
	case s.inFlight >= s.max:
		recorded = true
		s.mark(st, probe{base: true, sent: now.wall}, check.ReasonResources)
		st.failing, st.left = st.task.Check.Reprobe > 0, 0
	default:
		s.launch(st, now, probe{base: true, slot: time.Duration(slot.UnixNano()) - s.offset})
	}
	st.sent = tick
	st.setSlot(next, s.offset)
	st.plan(now.mono + s.tick/2) // not in this tick again
	return recorded
}

// startAgain sends a re-probe. One that finds no room waits for the next turn:
// it would say nothing that the base slots do not say.
func (s *Scheduler) startAgain(st *state, now reading, tick time.Duration) {
	if s.roomBesideGrid() {
		s.launch(st, now, probe{})
	}
	st.sent = tick
	st.plan(now.mono + s.tick/2) // not in this tick again
}
