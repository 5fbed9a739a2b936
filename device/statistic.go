package device

import (
	"math"
	"slices"
)

// Mean returns the arithmetic mean; NaN of nothing.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	// Scaled before it is summed: rates near the largest float must not overflow.
	var mean float64
	for i, v := range values {
		mean += (v - mean) / float64(i+1)
	}
	return mean
}

// P95 returns the smallest value that at least 95 % of the values do not exceed
// (nearest rank, so that it is a value that was read); NaN of nothing.
func P95(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	rank := (95*len(sorted) + 99) / 100
	return sorted[rank-1]
}
