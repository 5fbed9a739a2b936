//go:build unix

package schedule

import "golang.org/x/sys/unix"

// defaultInFlight raises the soft limit on descriptors to the hard one and
// leaves a fifth of them to the store, the pages and the notices.
func defaultInFlight() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return fallbackInFlight
	}
	if limit.Cur < limit.Max {
		raised := unix.Rlimit{Cur: limit.Max, Max: limit.Max}
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
			limit = raised
		}
	}
	return int(min(uint64(limit.Cur)/5*4, mostInFlight))
}
