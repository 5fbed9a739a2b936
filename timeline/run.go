package timeline

import (
	"time"

	"github.com/slamon/slamon/check"
)

// Run is a row of neighbouring failed probes. Its length lies between
// LastBad−FirstBad and FirstGood−LastGood; a border that is not known (unknown
// time, or the end of what was looked at) is the zero time, and the pause on
// that side counts as unknown, not as failure.
type Run struct {
	LastGood  time.Time // zero for an open border
	FirstBad  time.Time
	LastBad   time.Time
	FirstGood time.Time // zero for an open border, or while it lasts
	Failed    int       // failed probes
	Reason    check.Reason
	Interval  time.Duration // base interval in force
	Ongoing   bool          // the newest result of the check belongs to it
}

// Confirmed reports whether more than one probe saw the failure. An isolated
// failed probe can be a false alarm and never breaks a claim.
func (r Run) Confirmed() bool { return r.Failed >= 2 }
