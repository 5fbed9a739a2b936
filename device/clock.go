package device

import "time"

// Clock is what an agent says of its own time in one answer.
type Clock struct {
	Wall time.Time // ours, when the answer came; its monotonic part keeps steps of our clock out

	HasTicks bool
	Ticks    uint32 // sysUpTime in hundredths of a second, 1.3.6.1.2.1.1.3.0; wraps after 497 days

	HasEngine bool
	Boots     uint32 // snmpEngineBoots, 1.3.6.1.6.3.10.2.1.2.0
	Seconds   uint32 // snmpEngineTime, 1.3.6.1.6.3.10.2.1.3.0
}

const tick = 10 * time.Millisecond

// clockSlack is how far the agent's clock may stray from ours between two
// answers. Cheap devices run some percent off; two seconds cover an answer that
// came only after retries.
func clockSlack(wall time.Duration) time.Duration { return 2*time.Second + wall/4 }

// Elapsed returns how long the agent counted between two answers, on its own
// clock, or why that cannot be said.
//
// A restart is seen by snmpEngineBoots, which counts them. Agents without it
// restart their sysUpTime: it falls, or it grew by much less than our clock did.
// A fall that our clock explains by the wrap at 2³² is not a restart.
func Elapsed(before, now Clock) (time.Duration, Void) {
	wall := now.Wall.Sub(before.Wall)
	if wall <= 0 {
		return 0, VoidClock
	}
	if before.HasEngine && now.HasEngine {
		if now.Boots != before.Boots || now.Seconds < before.Seconds {
			return 0, VoidRestart
		}
	}
	switch {
	case before.HasTicks && now.HasTicks:
		// The subtraction wraps as the counter does, so one rule serves both.
		return agree(time.Duration(now.Ticks-before.Ticks)*tick, wall, now.Ticks < before.Ticks)
	case before.HasEngine && now.HasEngine:
		return agree(time.Duration(now.Seconds-before.Seconds)*time.Second, wall, false)
	}
	// An agent that tells no time at all: ours is the only one there is.
	return wall, NotVoid
}

// agree holds what the agent counted against what we counted; fell says that its
// clock went backwards.
func agree(theirs, ours time.Duration, fell bool) (time.Duration, Void) {
	slack := clockSlack(ours)
	switch {
	case theirs > ours+slack && fell:
		return 0, VoidRestart
	case theirs > ours+slack:
		return 0, VoidClock
	case theirs < ours-slack:
		return 0, VoidRestart
	case theirs == 0:
		return 0, VoidStale
	}
	return theirs, NotVoid
}
