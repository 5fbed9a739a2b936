package schedule

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// maxStep is the disagreement between two ticks from which on the wall clock
// has been set. Daemons that discipline a clock slew it by 0.5 ms a second at
// most, and reading two clocks one after the other can be off by milliseconds.
const maxStep = time.Second

// maxRepeat bounds the time that comes again by a step back: more of it shows that the
// clock had been wrong before, and what was stamped then lies in the future.
const maxRepeat = 24 * time.Hour

// reading is one look at the clocks.
type reading struct {
	mono   time.Duration // monotonic clock, since the scheduler was made
	wall   time.Time     // UTC, without monotonic reading
	asleep time.Duration // time the machine was suspended, from any origin
}

func (r reading) offset() time.Duration {
	return time.Duration(r.wall.UnixNano()) - r.mono
}

// clock reads the machine's clocks. Tests put their own hands on two of them.
type clock struct {
	origin time.Time
	wall   func(time.Time) time.Time // wall clock of a time.Now
	asleep func() time.Duration
}

func newClock() clock {
	return clock{
		origin: time.Now(),
		wall:   func(now time.Time) time.Time { return now },
		asleep: suspended,
	}
}

// now reads the monotonic and the wall clock.
func (c *clock) now() reading {
	now := time.Now()
	return reading{mono: now.Sub(c.origin), wall: c.wall(now).Round(0).UTC()}
}

// read reads all clocks.
func (c *clock) read() reading {
	r := c.now()
	r.asleep = c.asleep()
	return r
}

// lookAtClock notices a step of the wall clock or a suspend since the last tick,
// and gives every check an Unknown result and a new slot. Callers hold mu.
func (s *Scheduler) lookAtClock() (now reading, events []status.Event) {
	now = s.clock.read()
	if s.steady(now) {
		s.offset, s.asleep = now.offset(), now.asleep
		return now, nil
	}
	// A process that was stopped between reading two clocks sees them disagree
	// once: only what a second look confirms has happened.
	if now = s.clock.read(); s.steady(now) {
		s.offset, s.asleep = now.offset(), now.asleep
		return now, nil
	}
	slept := now.asleep - s.asleep
	step := now.offset() - s.offset - slept
	before := time.Unix(0, int64(now.mono+s.offset)).UTC()
	reason := check.ReasonStopped
	if slept > maxStep {
		events = append(events, status.Event{At: now.wall, Kind: "suspend",
			Text: fmt.Sprintf("the machine was suspended for %s", slept.Round(time.Millisecond))})
	}
	if step.Abs() > maxStep {
		reason = check.ReasonClock
		direction := "forward"
		if step < 0 {
			direction = "back"
		}
		events = append(events, status.Event{At: now.wall, Kind: "clock_step",
			Text: fmt.Sprintf("the wall clock was set %s by %s", direction, step.Abs().Round(time.Millisecond))})
	}
	s.offset, s.asleep = now.offset(), now.asleep
	for _, st := range s.states {
		if st.task.Check.Paused {
			continue
		}
		st.setSlot(s.grid(st).Next(now.wall), s.offset)
		p := probe{sent: before, stepped: true}
		if step < -maxStep && step >= -maxRepeat {
			p.outcome.Took = -step // the time that comes again
		}
		s.mark(st, p, reason)
	}
	s.rebuild()
	return now, events
}

// steady reports whether the clocks agree with the last tick's.
func (s *Scheduler) steady(now reading) bool {
	return (now.offset()-s.offset).Abs() <= maxStep && (now.asleep-s.asleep).Abs() <= maxStep
}
