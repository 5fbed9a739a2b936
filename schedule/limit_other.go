//go:build !unix

package schedule

// defaultInFlight has no limit on descriptors to go by.
func defaultInFlight() int { return fallbackInFlight }
