package check

import (
	"hash/fnv"
	"time"
)

// Grid is the base grid of one check: a fixed interval whose phase is drawn
// anew for every UTC day, so that no cause that comes at the same second every
// night stays unseen (accounting: a frozen phase of 300 s misses a nightly 40-s
// blip on 87 % of all schedules for ever). No two neighbouring slots lie more
// than Interval apart: where the new day's first slot would come later than
// that, one bridging slot is put between.
//
// A Grid is a pure function of the check, the day and the installation's seed;
// anybody who has these three can recompute every slot.
type Grid struct {
	Check    ID
	Seed     uint64
	Interval time.Duration // above zero, at most 24 h
	Quantum  time.Duration // slots lie on whole multiples of it after midnight; 0 for none
}

const day = 24 * time.Hour

// phase returns the first slot of the UTC day that starts at midnight, as its
// distance from midnight, uniform in [0, Interval).
func (g Grid) phase(midnight time.Time) time.Duration {
	h := fnv.New64a()
	var b [16]byte
	put(b[:8], g.Seed)
	put(b[8:], uint64(midnight.Unix()))
	h.Write(b[:])
	h.Write([]byte(g.Check))
	n := uint64(g.Interval)
	if g.Quantum > 0 {
		n = max(1, n/uint64(g.Quantum))
		return time.Duration(mix(h.Sum64())%n) * g.Quantum
	}
	return time.Duration(mix(h.Sum64()) % n)
}

// mix spreads the bits of an FNV sum (the finalizer of SplitMix64): without it
// neighbouring days of one check get neighbouring phases.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func put(b []byte, v uint64) {
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
}

// Next returns the first slot after t.
func (g Grid) Next(t time.Time) time.Time {
	t = t.UTC()
	midnight := t.Truncate(day)
	for {
		next := midnight.Add(day)
		first := midnight.Add(g.phase(midnight))
		if bridge := g.bridge(midnight, first); bridge.After(t) {
			return bridge
		}
		slot := first
		if !slot.After(t) {
			slot = first.Add((t.Sub(first)/g.Interval + 1) * g.Interval)
		}
		if slot.Before(next) {
			return slot
		}
		midnight = next
	}
}

// bridge returns the slot between the last one of the day before and first, or
// the zero time when they lie close enough.
func (g Grid) bridge(midnight, first time.Time) time.Time {
	before := midnight.Add(-day)
	start := before.Add(g.phase(before))
	last := start.Add((midnight.Sub(start) - 1) / g.Interval * g.Interval)
	if first.Sub(last) <= g.Interval {
		return time.Time{}
	}
	return last.Add(g.Interval)
}
