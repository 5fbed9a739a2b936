package sla

import "math"

// LongRunOutages returns how many outages it takes to tell a service that is down c
// times as long as claimed from one that keeps its claim: the other question, about
// the process and not about a window, asked with 5 % risk of a wrong "no" and 20 % of
// a wrong "yes". cv is the spread of the outages' lengths, their standard deviation
// divided by their mean: 1 for an exponential law, 3 where a few are very long.
func LongRunOutages(c, cv float64) float64 {
	const sides = 1.645 + 0.842 // normal quantiles of 95 % and 80 %
	ratio := math.Log(c)
	return sides * sides * (1 + cv*cv) / (ratio * ratio)
}
