package web

import (
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
)

// TestSketchy checks that a year of which a minute was seen shows the share of
// that minute, and that a good year shows the share of the year.
func TestSketchy(t *testing.T) {
	year := 365 * 24 * time.Hour
	v := sla.Verdict{Accounted: year, Unknown: year - time.Minute, Downtime: sla.Downtime{Point: 15 * time.Second, Low95: 12 * time.Second, High95: 20 * time.Second}}
	if point, low, high := shares(&v, 3); point != "75.000 %" || low != "66.666 %" || high != "80.000 %" {
		t.Errorf("a minute of a year: %s, %s to %s", point, low, high)
	}
	v.Unknown = year / 100
	if point, _, _ := shares(&v, 6); point != "99.999952 %" || sketchy(&v) {
		t.Errorf("99 %% of a year: %s", point)
	}
}
