//go:build race

package sla

// The race detector makes arithmetic ten times slower and finds nothing in it.
func init() { *simulations = 150 }
