package check

import "time"

// Grid is the base grid of one check: a fixed interval whose phase is drawn
// anew every 24 hours, so that no cause that comes at the same second every
// night stays unseen (accounting: a frozen phase of 300 s misses a nightly 40-s
// blip on 87 % of all schedules for ever).
//
// The phase changes at the check's own moment of the day, its turn, not at
// midnight. Around a turn slots lie closer together than elsewhere, and a common
// turn at midnight would count blips at midnight, where batch jobs live, up to
// twice, and would load the monitor with every check's extra slot at once.
//
// Neighbouring slots never lie further apart than Interval, and never closer
// than half of it (Interval above 12 h apart, where a day has one slot or two):
// where the new phase leaves a wider pause, one bridging slot is put into its
// middle, and where the first slot of the new phase would follow at once, it
// moves to the middle between its neighbours.
//
// A Grid is a pure function of the check, the day and the installation's seed;
// anybody who has these three can recompute every slot.
type Grid struct {
	Check    ID
	Seed     uint64
	Interval time.Duration // above zero, at most 24 h
	// Quantum makes slots of many checks coincide: where Interval is a whole
	// multiple of it, they lie on whole multiples after midnight, UTC, bridging
	// slots included. 0 for none; above zero it divides 24 h.
	Quantum time.Duration
}

const day = 24 * time.Hour

// Next returns the first slot after t, in UTC.
func (g Grid) Next(t time.Time) time.Time {
	t = t.UTC()
	turn := g.turn(t)
	b := g.begin(turn)
	for {
		if b.early.After(t) {
			return b.early
		}
		slot := b.regular
		if !slot.After(t) {
			slot = slot.Add((t.Sub(slot)/g.Interval + 1) * g.Interval)
		}
		turn = turn.Add(day)
		next := g.begin(turn)
		if slot.Before(turn) {
			return slot
		}
		b = next
	}
}

// beginning is how a phase starts: a slot in the middle of the change, if there
// is one, and the first of the regular slots after it.
type beginning struct{ early, regular time.Time }

// begin returns how the phase that starts at turn begins.
func (g Grid) begin(turn time.Time) beginning {
	before := turn.Add(-day)
	start := before.Add(g.phase(before))
	last := start.Add((turn.Sub(start) - 1) / g.Interval * g.Interval)
	first := turn.Add(g.phase(turn))
	switch pause := first.Sub(last); {
	case pause > g.Interval:
		return beginning{early: g.middle(last, first), regular: first}
	case pause < g.Interval/2 && g.Interval <= day/2:
		second := first.Add(g.Interval)
		return beginning{early: g.middle(last, second), regular: second}
	}
	return beginning{regular: first}
}

// middle returns the quantum at or before the middle of two slots.
func (g Grid) middle(a, b time.Time) time.Time {
	return a.Add(g.whole(b.Sub(a) / 2))
}

// whole rounds down to a multiple of the quantum.
func (g Grid) whole(d time.Duration) time.Duration {
	if g.Quantum <= 0 {
		return d
	}
	return d / g.Quantum * g.Quantum
}

// turn returns the last moment at or before t at which the phase changed.
func (g Grid) turn(t time.Time) time.Time {
	midnight := t.Truncate(day)
	turn := midnight.Add(g.draw(0, day))
	if turn.After(t) {
		turn = turn.Add(-day)
	}
	return turn
}

// phase returns the distance of the first slot from the turn, uniform in
// [0, Interval).
func (g Grid) phase(turn time.Time) time.Duration {
	return g.draw(uint64(turn.Unix()), g.Interval)
}

// draw returns a number in [0, below) that depends on check, seed and what, on
// a whole quantum.
func (g Grid) draw(what uint64, below time.Duration) time.Duration {
	h := mix(fnv(g.Check) ^ mix(g.Seed) ^ mix(what+1))
	if g.Quantum > 0 {
		return time.Duration(h%max(1, uint64(below/g.Quantum))) * g.Quantum
	}
	return time.Duration(h % uint64(below))
}

// fnv is the FNV-1a sum of an id, written out because hash/fnv allocates.
func fnv(id ID) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}

// mix spreads bits (SplitMix64: Steele, Lea, Flood 2014): neighbouring days and
// neighbouring names must not get neighbouring phases.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
