//go:build !linux

package schedule

import "time"

// suspended is not known here: a suspend shows as a step of the wall clock.
func suspended() time.Duration { return 0 }
