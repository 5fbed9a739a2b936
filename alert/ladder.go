package alert

import "time"

// Rung is a set of channels that are used from a moment on, unless somebody has
// been reached before.
type Rung struct {
	At       time.Time
	Channels []Channel
}

// Ladder returns whom to tell when, if nobody is reached: the channels at once; the
// escalation before a quarter of the window has passed, the fallback before half,
// and everybody again before three quarters. Send is the limit of one attempt: a
// rung begins that much earlier, so that it can have succeeded in time.
func Ladder(n Notice, send time.Duration) []Rung {
	window := n.Due.Sub(n.Detected)
	quarter := func(k time.Duration) time.Time {
		return n.Detected.Add(max(0, window*k/4-send))
	}
	rungs := []Rung{{n.Detected, n.Channels}}
	step := time.Duration(1)
	for _, next := range [][]Channel{n.Escalation, n.Fallback} {
		if len(next) > 0 {
			rungs = append(rungs, Rung{quarter(step), next})
			step++
		}
	}
	everybody := union(union(n.Channels, n.Escalation), n.Fallback)
	return append(rungs, Rung{quarter(3), everybody})
}
