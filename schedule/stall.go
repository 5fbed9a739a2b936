package schedule

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// stallLeast is how much later than expected a tick is one before which this
	// machine stood still, as far as slamon is concerned: others had the processor, or
	// a hypervisor gave it to another guest.
	stallLeast = 150 * time.Millisecond
	// stallShare of a probe's time spent standing still makes its time-out ours.
	stallShare = 4
	// lateLeast is how long after its deadline a probe returns that was kept from
	// running itself. A healthy machine needs a millisecond.
	lateLeast = 50 * time.Millisecond
)

// stall adds up how long this machine stood still, by the ticks that came late.
type stall struct {
	last  time.Duration // monotonic, of the newest tick
	total time.Duration
	any   bool
}

// beat notes a tick.
func (s *stall) beat(now, tick time.Duration) {
	s.total = s.until(now, tick)
	s.last, s.any = now, true
}

// until is how long the machine stood still up to now, since the start.
func (s *stall) until(now, tick time.Duration) time.Duration {
	if away := now - s.last - tick; s.any && away > stallLeast {
		return s.total + away
	}
	return s.total
}

// stalled is how long the machine stood still since the probe was launched. Callers
// hold mu.
func (s *Scheduler) stalled(p *probe, now time.Duration) time.Duration {
	return s.stall.until(now, s.tick) - p.stalled
}

// excuse takes back the time-out of a target that had no fair chance: the machine stood
// still for a good part of the probe's time, and so did the probe, which came back late
// itself. What such a target would have said is unknown. Callers hold mu.
func (s *Scheduler) excuse(p *probe, o check.Outcome, took, now time.Duration) check.Outcome {
	if o.State != check.Down || o.Reason != check.ReasonTimeout || took < p.timeout+lateLeast {
		return o
	}
	still := s.stalled(p, now)
	if still*stallShare < p.timeout {
		return o
	}
	detail := check.Evidence{}
	if o.Detail != nil {
		detail = *o.Detail
	}
	detail.Sentence = clip(fmt.Sprintf("this machine was too busy to tell: it stood still for %s of the %s that the probe took, and its time is up after %s; what it saw: %s",
		still.Round(time.Millisecond), took.Round(time.Millisecond), p.timeout, detail.Sentence))
	o.State, o.Reason, o.Detail = check.Unknown, check.ReasonResources, &detail
	return o
}
