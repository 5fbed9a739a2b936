package schedule

import (
	"testing"
	"time"
)

func TestLag(t *testing.T) {
	tests := []struct {
		name          string
		seen          []time.Duration
		p50, p99, max time.Duration // p50 and p99 may be up to half above
	}{
		{"nothing", nil, 0, 0, 0},
		{"one", []time.Duration{3 * time.Millisecond}, 3 * time.Millisecond, 3 * time.Millisecond, 3 * time.Millisecond},
		{"early counts as on time", []time.Duration{-time.Millisecond}, 0, 0, 0},
		{"a tail", append(repeat(2*time.Millisecond, 97), repeat(800*time.Millisecond, 3)...),
			2 * time.Millisecond, 800 * time.Millisecond, 800 * time.Millisecond},
		{"beyond the last bound", repeat(time.Hour, 2), time.Hour, time.Hour, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l lag
			var sum time.Duration
			for _, d := range tt.seen {
				l.observe(d)
				sum += max(0, d)
			}
			got := l.read()
			near := func(got, want time.Duration) bool { return got >= want*2/3 && got <= want*3/2 }
			if !near(got.P50, tt.p50) || !near(got.P99, tt.p99) || got.Max != tt.max {
				t.Errorf("p50 %s, p99 %s, max %s, want about %s, %s, and %s", got.P50, got.P99, got.Max, tt.p50, tt.p99, tt.max)
			}
			if got.Count != uint64(len(tt.seen)) || got.Sum != sum {
				t.Errorf("count %d, sum %s, want %d, %s", got.Count, got.Sum, len(tt.seen), sum)
			}
			below := uint64(0)
			for i, n := range got.Buckets {
				if n < below {
					t.Errorf("bucket up to %s holds %d, fewer than the one before", LagBounds[i], n)
				}
				below = n
			}
		})
	}
}

func repeat(d time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}
