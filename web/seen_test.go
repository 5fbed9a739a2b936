package web

import (
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
)

// TestSeen checks that a year of which a minute was seen shows the share of that
// minute, between bounds that hold whatever the rest was like.
func TestSeen(t *testing.T) {
	year := 365 * 24 * time.Hour
	v := sla.Verdict{Accounted: year, Unknown: year - time.Minute, Downtime: sla.Downtime{Point: 15 * time.Second, Low95: 12 * time.Second, High95: 20 * time.Second}}
	page := &visit{formatter: &formatter{english, time.UTC}}
	if point, low, high := shares(&v, 3); point != "75.000 %" || low != "0.000 %" || high != "99.999 %" || page.seen(&v) == "" {
		t.Errorf("a minute of a year: %s, %s to %s, %q", point, low, high, page.seen(&v))
	}
	v.Unknown = 0
	if point, low, high := shares(&v, 7); point != "99.9999524 %" || low != "99.9999365 %" || high != "99.9999619 %" || page.seen(&v) != "" {
		t.Errorf("a whole year: %s, %s to %s, %q", point, low, high, page.seen(&v))
	}
	v.Unknown = year
	if point, _, _ := shares(&v, 3); point != "" || known(&v) {
		t.Errorf("nothing at all: %q", point)
	}
}
