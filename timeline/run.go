package timeline

import (
	"slices"
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
	Base      int       // those of them on the base grid; 0 when only re-probes saw it
	Hits      int       // of Base, those inside the period that was read
	Beside    bool      // the first failed probe was sent beside the base grid
	Reason    check.Reason
	Interval  time.Duration // base interval in force
	Ongoing   bool          // the newest result of the check belongs to it
	// Possible is the longest that the failure can have been: from LastGood to
	// FirstGood where they are known, else from FirstBad or to LastBad. At the
	// border of the period, where no result lies beyond, it reaches to the border.
	Possible Period
}

// Confirmed reports whether more than one probe saw the failure. An isolated
// failed probe can be a false alarm and never breaks a claim.
func (r Run) Confirmed() bool { return r.Failed >= 2 }

// Certain returns the time from the first to the last failed probe.
func (r Run) Certain() Period { return Period{r.FirstBad, r.LastBad} }

// Runs returns the failures that reach into the period, in order, whole: the
// parts before and after the period are not cut off.
func Runs(s Series, p Period) []Run {
	var a Account
	a.Read(s, p, false)
	return slices.Clip(a.Runs)
}
