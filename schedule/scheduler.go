package schedule

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// Task is a check and the function that asks its question once. The function
// gets a context that ends at the check's timeout; it must be safe to call while
// an earlier call still runs.
type Task struct {
	Check check.Check
	Probe func(context.Context) check.Outcome
}

// Options are the settings of a Scheduler.
type Options struct {
	Site string        // stamped on every result
	Seed uint64        // of the grids; must survive restarts
	Tick time.Duration // pause between looks at the heap, a divisor of 24 h; 50 ms when zero, at least 10 ms
	// MaxInFlight bounds the probes that run at the same time; when zero, four
	// fifths of the descriptors that the process may open, at most 20,000.
	MaxInFlight int
	Log         *slog.Logger // of our own trouble; nil for none

	// Quantum puts the slots of a check on its whole multiples, where those of others
	// lie: what starts together shares the waking up. It is a multiple of Tick and divides
	// 24 h; less, or a nil function, means Tick. Set asks for it.
	Quantum func(check.Check) time.Duration

	// Emit takes every result with the base interval of its check. It is called
	// in order of sending for one check, and concurrently for different ones. It
	// must not block for long, and must not be nil.
	Emit func(result check.Result, interval time.Duration)
	// Clock is told of steps of the wall clock and suspends; nil for nobody.
	Clock func(status.Event)
	// Late is told how late each base slot was, from slot to start, by the goroutine
	// of its probe; nil for nobody.
	Late func(time.Duration)

	// Anchors are probed on their own grids, and together as soon as a failure
	// could be our own line's. Fewer than Need answering means that it is.
	Anchors []Task
	Need    int
}

// DefaultTick is the tick of Options that name none, and so the quantum of the
// grids. It starts probes in groups of a few and keeps their lateness below
// what a loaded machine adds anyhow; a gocron tick costs some 50 µs.
const DefaultTick = 50 * time.Millisecond

// minTick keeps gocron's own work, some 50 µs a tick, below 1 % of a processor.
const minTick = 10 * time.Millisecond

// Scheduler probes. Make one with New; its methods are safe for concurrent use.
type Scheduler struct {
	site string
	seed uint64
	tick time.Duration
	max  int
	log  *slog.Logger
	emit func(check.Result, time.Duration)
	tell func(status.Event)
	late func(time.Duration)
	of   func(check.Check) time.Duration // quantum

	clock   clock
	running sync.WaitGroup // probes and rounds
	ticking atomic.Bool    // a tick that outlasts its pause skips the next one
	count   counters

	mu       sync.Mutex // guards what follows, the states and the probes included
	ctx      context.Context
	states   map[check.ID]*state
	queue    heap
	anchors  []*state
	need     int
	network  network
	offset   time.Duration // wall clock minus monotonic clock at the last tick
	asleep   time.Duration // time suspended, at the last tick
	stall    stall
	inFlight int
	stopped  bool
}

// New returns a Scheduler that knows the anchors and no other check.
func New(o Options) *Scheduler {
	s := &Scheduler{
		site: o.Site, seed: o.Seed, tick: o.Tick, max: o.MaxInFlight,
		log: o.Log, emit: o.Emit, tell: o.Clock, late: o.Late, of: o.Quantum,
		clock:  newClock(),
		states: map[check.ID]*state{},
	}
	if s.tick <= 0 {
		s.tick = DefaultTick
	}
	s.tick = max(s.tick, minTick)
	if s.max <= 0 {
		s.max = defaultInFlight()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.tell == nil {
		s.tell = func(status.Event) {}
	}
	if s.of == nil {
		s.of = func(check.Check) time.Duration { return 0 }
	}
	s.network.alive.Store(true)
	s.readClock()
	s.Set(nil, o.Anchors, o.Need)
	return s
}

// readClock takes the present relation of the clocks for granted.
func (s *Scheduler) readClock() {
	now := s.clock.read()
	s.offset, s.asleep = now.offset(), now.asleep
}

// Set replaces what is watched. A check that stays keeps its grid (which depends
// on its id, interval and quantum alone) and its state; one that goes is no longer
// emitted, also where a probe of it is under way; a new one is probed within its
// first interval. Ids must be unique over tasks and anchors.
func (s *Scheduler) Set(tasks, anchors []Task, need int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.states
	s.states = make(map[check.ID]*state, len(tasks)+len(anchors))
	s.anchors, s.need = nil, need
	now := s.clock.read()
	all := slices.Concat(tasks, anchors) // states point into it
	for i := range all {
		t := &all[i]
		st := s.adopt(old[t.Check.ID], t, i >= len(tasks), now)
		if st.anchor && !t.Check.Paused {
			s.anchors = append(s.anchors, st)
		}
	}
	for id, st := range old {
		if s.states[id] != st {
			st.removed = true
		}
	}
	if len(s.anchors) == 0 {
		s.network.alive.Store(true)
	}
	s.rebuild()
}

// adopt puts t under watch, continuing with st if there is one.
func (s *Scheduler) adopt(st *state, t *Task, anchor bool, now reading) *state {
	if st == nil || st.anchor != anchor {
		st = &state{anchor: anchor}
	}
	quantum := max(s.tick, s.of(t.Check))
	fresh := st.task == nil || st.task.Check.Interval != t.Check.Interval || st.task.Check.Paused || st.quantum != quantum
	st.task, st.quantum = t, quantum
	if t.Check.Reprobe <= 0 {
		st.failing, st.left, st.again = false, 0, never
	}
	if fresh {
		st.again = never
		st.setSlot(s.grid(st).Next(now.wall), s.offset)
	}
	s.states[t.Check.ID] = st
	return st
}

func (s *Scheduler) grid(st *state) check.Grid {
	return check.Grid{Check: st.task.Check.ID, Seed: s.seed, Interval: st.task.Check.Interval, Quantum: st.quantum}
}

// rebuild fills the heap anew from the states. Callers hold mu.
func (s *Scheduler) rebuild() {
	s.queue = s.queue[:0]
	for _, st := range s.states {
		if !st.task.Check.Paused {
			s.queue = append(s.queue, entry{st.due(), st})
		}
	}
	s.queue.order()
}

// roomBesideGrid reports whether a probe beside the base grid may start: the
// last tenth of what may be in flight is kept for base slots.
func (s *Scheduler) roomBesideGrid() bool { return s.inFlight < s.max-s.max/10 }

// Trigger probes a check at once, beside its grid. It reports false when the
// check is unknown or paused, when the scheduler is not running, or when enough
// probes of the check are already under way.
func (s *Scheduler) Trigger(id check.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trigger(s.states[id])
}

// Suspect probes a check at once, as Trigger does, and again at the pace of re-probes
// until it has been good as often as after a failure, but twice at least: what gave
// rise to the suspicion may be the beginning of an outage that is not there yet.
func (s *Scheduler) Suspect(id check.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.states[id]
	if !s.trigger(st) {
		return false
	}
	if st.task.Check.Reprobe > 0 && !st.failing {
		st.left = max(st.left, int32(st.task.Check.ReprobeGood), 2)
	}
	return true
}

// trigger launches a probe beside the grid. Callers hold mu.
func (s *Scheduler) trigger(st *state) bool {
	if st == nil || st.task.Check.Paused || s.ctx == nil || s.stopped ||
		st.extra >= maxReprobes || !s.roomBesideGrid() {
		return false
	}
	s.launch(st, s.clock.now(), probe{})
	return true
}
