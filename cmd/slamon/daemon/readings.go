package daemon

import (
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// readingPages gives the pages what they read of the store about devices.
type readingPages struct{ *store.Store }

// ReadingHours returns the summaries of hours.
func (p readingPages) ReadingHours(s device.Series, period timeline.Period) ([]web.ReadingSum, error) {
	return webSums(p.Store.ReadingHours(s, period))
}

// ReadingDays returns the summaries of days.
func (p readingPages) ReadingDays(s device.Series, period timeline.Period) ([]web.ReadingSum, error) {
	return webSums(p.Store.ReadingDays(s, period))
}

func webSums(kept []store.ReadingSum, err error) ([]web.ReadingSum, error) {
	out := make([]web.ReadingSum, 0, len(kept))
	for _, k := range kept {
		out = append(out, web.ReadingSum(k))
	}
	return out, err
}
