package device

import "time"

// Counter is one value of a counter.
type Counter struct {
	Value uint64
	Bits  uint8 // 32 or 64
}

// overSpeed is how much more than the line's speed is still believed: counters
// and sysUpTime are not read at the same instant.
const overSpeed = 1.05

// Delta returns how far a counter went in the time that the agent counted, or
// why that cannot be said. most is the largest rate per second that is possible,
// zero when unknown.
//
// A 32-bit counter that fell has wrapped; that is believed once, and only when
// it cannot have wrapped twice at the largest rate. The same holds when it did
// not fall: octets at 1 Gbit/s wrap in 34 s, and a difference over five minutes
// is then noise. A 64-bit counter does not wrap in practice: it was reset.
func Delta(before, now Counter, elapsed time.Duration, most float64) (uint64, Void) {
	if before.Bits != now.Bits {
		return 0, VoidType
	}
	if elapsed <= 0 {
		return 0, VoidStale
	}
	possible := most * elapsed.Seconds()
	delta := now.Value - before.Value
	if now.Bits == 32 {
		if before.Value > 1<<32-1 || now.Value > 1<<32-1 {
			return 0, VoidRange
		}
		if most > 0 && possible >= 1<<32 {
			return 0, VoidWrap
		}
		if now.Value < before.Value {
			if most <= 0 {
				return 0, VoidWrap
			}
			delta = now.Value + 1<<32 - before.Value
		}
	} else if now.Value < before.Value {
		return 0, VoidWrap
	}
	if most > 0 && float64(delta) > overSpeed*possible {
		return 0, VoidSpeed
	}
	return delta, NotVoid
}

// Rate is Delta per second.
func Rate(before, now Counter, elapsed time.Duration, most float64) (float64, Void) {
	delta, void := Delta(before, now, elapsed, most)
	if void != NotVoid {
		return 0, void
	}
	return float64(delta) / elapsed.Seconds(), NotVoid
}

// Unsigned32 undoes a common mistake of agents: sizes above 2³¹ units in an
// INTEGER come out negative (net-snmp issue 508).
func Unsigned32(v int64) uint64 {
	if v < 0 && v >= -1<<31 {
		return uint64(v + 1<<32)
	}
	return uint64(v)
}
