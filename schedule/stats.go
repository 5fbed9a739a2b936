package schedule

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
)

// Stats is how the scheduler is doing since it was made.
type Stats struct {
	Checks      int // under watch, anchors included, paused ones not
	InFlight    int
	MaxInFlight int
	Started     uint64                  // probes
	Panics      uint64                  // probes that broke
	Rounds      uint64                  // of the anchors
	Missed      map[check.Reason]uint64 // unknown results and slots, by reason
	Lag         Lag                     // of base slots, from slot to start
}

// Lag is a histogram of durations.
type Lag struct {
	Count         uint64
	Sum           time.Duration
	P50, P99, Max time.Duration // 0 before the first; P50 and P99 to within half of the value
	// Buckets counts durations up to LagBounds[i], those of smaller bounds
	// included, as Prometheus counts them.
	Buckets [len(LagBounds)]uint64
}

// LagBounds are the upper bounds of Lag.Buckets: six to a decade, from 100 µs
// (a tick that starts on time) to 100 s (a machine that stands still).
var LagBounds = [...]time.Duration{
	100e3, 150e3, 220e3, 330e3, 470e3, 680e3,
	1e6, 1500e3, 2200e3, 3300e3, 4700e3, 6800e3,
	10e6, 15e6, 22e6, 33e6, 47e6, 68e6,
	100e6, 150e6, 220e6, 330e6, 470e6, 680e6,
	1e9, 1500e6, 2200e6, 3300e6, 4700e6, 6800e6,
	10e9, 15e9, 22e9, 33e9, 47e9, 68e9,
	100e9,
}

// counters are written without locks.
type counters struct {
	started, panics, rounds atomic.Uint64
	inFlight                atomic.Int64
	missed                  [256]atomic.Uint64 // by check.Reason
	lag                     lag
}

type lag struct {
	buckets [len(LagBounds) + 1]atomic.Uint64
	sum     atomic.Int64
	max     atomic.Int64
}

func (s *Scheduler) observeLag(d time.Duration) {
	s.count.lag.observe(d)
	if s.late != nil {
		s.late(max(0, d))
	}
}

func (l *lag) observe(d time.Duration) {
	d = max(0, d)
	i, j := 0, len(LagBounds)
	for i < j {
		if mid := (i + j) / 2; LagBounds[mid] < d {
			i = mid + 1
		} else {
			j = mid
		}
	}
	l.buckets[i].Add(1)
	l.sum.Add(int64(d))
	for old := l.max.Load(); int64(d) > old && !l.max.CompareAndSwap(old, int64(d)); {
		old = l.max.Load()
	}
}

func (l *lag) read() Lag {
	out := Lag{Sum: time.Duration(l.sum.Load()), Max: time.Duration(l.max.Load())}
	var all [len(LagBounds) + 1]uint64
	for i := range all {
		all[i] = l.buckets[i].Load()
		out.Count += all[i]
	}
	below := uint64(0)
	for i := range LagBounds {
		below += all[i]
		out.Buckets[i] = below
	}
	out.P50, out.P99 = out.quantile(0.5), out.quantile(0.99)
	return out
}

// quantile returns a bound that at least the share q of the durations keep.
func (l Lag) quantile(q float64) time.Duration {
	if l.Count == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(l.Count)))
	lower, below := time.Duration(0), uint64(0)
	for i, n := range l.Buckets {
		if n >= rank {
			share := float64(rank-below) / float64(n-below)
			return min(l.Max, lower+time.Duration(share*float64(LagBounds[i]-lower)))
		}
		lower, below = LagBounds[i], n
	}
	return l.Max
}

// Stats returns how the scheduler is doing.
func (s *Scheduler) Stats() Stats {
	s.mu.Lock()
	checks := len(s.queue)
	s.mu.Unlock()
	out := Stats{
		Checks:      checks,
		InFlight:    int(s.count.inFlight.Load()),
		MaxInFlight: s.max,
		Started:     s.count.started.Load(),
		Panics:      s.count.panics.Load(),
		Rounds:      s.count.rounds.Load(),
		Missed:      map[check.Reason]uint64{},
		Lag:         s.count.lag.read(),
	}
	for _, r := range check.Reasons() {
		if n := s.count.missed[r].Load(); n > 0 {
			out.Missed[r] = n
		}
	}
	return out
}
