package timeline

import (
	"slices"
	"time"
)

// AtLeast returns the time that lies in n or more of the sets, n from 1 on: with 1 it
// is their union, with as many as there are sets what all have in common.
func AtLeast(n int, sets ...Set) Set {
	if n == 1 && len(sets) == 1 {
		return sets[0]
	}
	type border struct {
		at   time.Time
		step int
	}
	size := 0
	for _, s := range sets {
		size += 2 * len(s)
	}
	borders := make([]border, 0, size)
	for _, s := range sets {
		for _, p := range s {
			borders = append(borders, border{p.From, 1}, border{p.To, -1})
		}
	}
	slices.SortFunc(borders, func(a, b border) int { return a.at.Compare(b.at) })
	var out Set
	var from time.Time
	depth := 0
	for _, b := range borders {
		was := depth
		depth += b.step
		switch { // what ends and goes on at one moment is laid twice, and add joins it
		case was < n && depth >= n:
			from = b.at
		case was >= n && depth < n:
			out = out.add(Period{from, b.at})
		}
	}
	return out
}
