package schedule

import (
	"math"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// never is a due time that does not come.
	never = time.Duration(math.MaxInt64)
	// maxReprobes bounds the probes beside the base grid that one check has under
	// way: enough to keep a 1-s pace against a target that hangs for 4 s.
	maxReprobes = 4
)

// state is a check and where it stands. Every field is guarded by Scheduler.mu.
type state struct {
	task    *Task         // of the last Set
	quantum time.Duration // of its grid

	slotWall time.Time     // next base slot, UTC
	slot     time.Duration // the same on the monotonic clock
	again    time.Duration // next re-probe, monotonic; never for none
	sent     time.Duration // when the newest probe was due, monotonic
	lastSent time.Time     // of the newest result that was emitted

	head, tail *probe // probes whose results are not emitted yet, in order of sending
	number     uint32 // of the newest probe
	decided    uint32 // number of the newest probe that has answered
	at         int32  // index in the heap
	left       int32  // good re-probes still wanted after recovery
	extra      uint8  // probes beside the grid that are under way
	stuck      uint8  // probes under way that ignored their deadline
	failing    bool
	emitting   bool // somebody is handing out results
	anchor     bool
	removed    bool // no longer watched
}

// due returns when the state wants to be looked at next.
func (st *state) due() time.Duration { return min(st.slot, st.again) }

// setSlot sets the next base slot, given wall minus monotonic clock.
func (st *state) setSlot(wall time.Time, offset time.Duration) {
	st.slotWall = wall
	st.slot = time.Duration(wall.UnixNano()) - offset
}

// reprobing reports whether the check is to be probed faster than its grid.
func (st *state) reprobing() bool { return st.failing || st.left > 0 }

// note takes the outcome of p into account. Re-probes overlap, so an outcome may
// come after that of a probe sent later: it says nothing new then.
func (st *state) note(p *probe, o check.Outcome, now time.Duration) {
	if st.task.Check.Reprobe <= 0 {
		return
	}
	if p.number >= st.decided {
		st.decided = p.number
		st.learn(o)
	}
	st.plan(now)
}

func (st *state) learn(o check.Outcome) {
	switch {
	case o.State == check.Down,
		o.State == check.Unknown && (o.Reason == check.ReasonOwnNetwork || o.Reason == check.ReasonResources):
		st.failing, st.left = true, 0
	case o.State.Good() && st.failing:
		st.failing, st.left = false, int32(st.task.Check.ReprobeGood)
	case o.State.Good() && st.left > 0:
		st.left--
	}
}

// plan sets when the next re-probe is due: one pause after the last send, or at
// soonest if that has passed. It gives way to a base slot that follows soon.
func (st *state) plan(soonest time.Duration) {
	st.again = never
	if !st.reprobing() || st.extra >= st.most() {
		return // the next answer plans again
	}
	pause := st.task.Check.Reprobe
	if st.extra > 0 {
		// The target hangs: spread what may be under way over the time until
		// the first answer.
		pause = max(pause, st.task.Check.Timeout/maxReprobes)
	}
	at := max(st.sent+pause, soonest)
	if st.slot-at < st.task.Check.Reprobe/2 {
		return // the base probe plans again
	}
	st.again = at
}

// most returns how many re-probes may be under way: as many as are sent until a
// hanging one answers.
func (st *state) most() uint8 {
	pause := st.task.Check.Reprobe
	return uint8(min(max(1, (st.task.Check.Timeout+pause-1)/pause), maxReprobes))
}
