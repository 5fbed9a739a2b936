package probe

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// sensorRate and sensorBurst bound the probes that all sensors ask for: a load
	// balancer that restarts breaks all connections at the same moment. What is over
	// waits for its slot.
	sensorRate  = 50 // a second
	sensorBurst = 100
)

// SensorBreak is a connection that ended unexpectedly.
type SensorBreak struct {
	Check  check.ID
	Lived  time.Duration
	Why    string
	Probed bool // a probe was sent at once; otherwise one had been a moment ago
}

// SensorStats is how the sensors are doing.
type SensorStats struct {
	Sensors, Connected int
	Probed             uint64 // breaks that were followed by a probe at once
	Limited            uint64 // breaks that came too soon after another for that
}

// SensorOptions are what Sensors need.
type SensorOptions struct {
	Trigger func(check.ID) bool // sends a probe beside the grid; false when it cannot
	Broke   func(SensorBreak)   // told of every break; nil for nobody
}

// Sensors keep a connection to each of their targets open, as early sensors of an
// outage: when one breaks, the check is probed at once instead of at its next slot.
// What the connection does is never a result itself. A sensor asks for one probe in a
// base interval at most, so that a target which flaps causes no storm. They are safe
// for concurrent use.
type Sensors struct {
	options   SensorOptions
	wait      sync.WaitGroup
	connected atomic.Int64
	probed    atomic.Uint64
	limited   atomic.Uint64

	mu     sync.Mutex // guards what follows
	ctx    context.Context
	all    map[check.ID]*sensor
	tokens float64
	filled time.Time
}

// NewSensors returns sensors that watch nothing yet.
func NewSensors(o SensorOptions) *Sensors {
	return &Sensors{options: o, all: map[check.ID]*sensor{}, tokens: sensorBurst}
}

// Set replaces what is watched: the checks with a sensor. Connections of checks that
// did not change stay open.
func (s *Sensors) Set(checks []check.Check) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[check.ID]*sensor, len(checks))
	for _, c := range checks {
		if !c.Sensor || c.Paused {
			continue
		}
		if old := s.all[c.ID]; old != nil && reflect.DeepEqual(old.check, c) {
			all[c.ID] = old
			continue
		}
		one, err := newSensor(c)
		if err != nil {
			return err
		}
		one.broke, one.state = s.broke, func(n int) { s.connected.Add(int64(n)) }
		all[c.ID] = one
	}
	for id, old := range s.all {
		if all[id] != old && old.stop != nil {
			old.stop()
		}
	}
	s.all = all
	if s.ctx != nil {
		s.start()
	}
	return nil
}

// start starts the sensors that do not run. Callers hold mu.
func (s *Sensors) start() {
	for _, one := range s.all {
		if one.stop == nil {
			ctx, stop := context.WithCancel(s.ctx)
			one.stop = stop
			s.wait.Go(func() { one.run(ctx) })
		}
	}
}

// Run keeps the connections until ctx is done. It is called once.
func (s *Sensors) Run(ctx context.Context) error {
	s.mu.Lock()
	s.ctx = ctx
	s.start()
	s.mu.Unlock()
	<-ctx.Done()
	s.wait.Wait()
	return nil
}

// Saw tells of a result: after a good one a connection may be opened.
func (s *Sensors) Saw(id check.ID, state check.State) {
	if !state.Good() {
		return
	}
	s.mu.Lock()
	one := s.all[id]
	s.mu.Unlock()
	if one == nil {
		return
	}
	select {
	case one.good <- struct{}{}:
	default:
	}
}

// broke asks for a probe, unless that was done a moment ago.
func (s *Sensors) broke(one *sensor, lived time.Duration, why error) {
	now := time.Now()
	probed := now.Sub(one.asked) >= one.check.Interval && s.token(now) && s.options.Trigger(one.check.ID)
	if probed {
		one.asked = now
		s.probed.Add(1)
	} else {
		s.limited.Add(1)
	}
	if s.options.Broke != nil {
		s.options.Broke(SensorBreak{one.check.ID, lived, cause(why), probed})
	}
}

// token takes one of the probes that all sensors may ask for.
func (s *Sensors) token(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = min(sensorBurst, s.tokens+now.Sub(s.filled).Seconds()*sensorRate)
	s.filled = now
	if s.tokens < 1 {
		return false
	}
	s.tokens--
	return true
}

// Stats returns how the sensors are doing.
func (s *Sensors) Stats() SensorStats {
	s.mu.Lock()
	n := len(s.all)
	s.mu.Unlock()
	return SensorStats{
		Sensors: n, Connected: int(s.connected.Load()),
		Probed: s.probed.Load(), Limited: s.limited.Load(),
	}
}
