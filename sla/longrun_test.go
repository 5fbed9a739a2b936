package sla

import (
	"math"
	"testing"
)

// TestLongRunOutages is the table of how long it takes to confirm or refute.
func TestLongRunOutages(t *testing.T) {
	for _, c := range []struct{ ratio, one, three float64 }{{0.1, 2.3, 12}, {0.5, 26, 129}, {2, 26, 129}, {4, 6.4, 32}, {10, 2.3, 12}} {
		if got := LongRunOutages(c.ratio, 1); math.Abs(got-c.one) > 0.5 {
			t.Errorf("LongRunOutages(%v, 1) = %v, want %v", c.ratio, got, c.one)
		}
		if got := LongRunOutages(c.ratio, 3); math.Abs(got-c.three) > 0.6 {
			t.Errorf("LongRunOutages(%v, 3) = %v, want %v", c.ratio, got, c.three)
		}
	}
}
