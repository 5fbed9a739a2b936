package web

import (
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
)

// TestFirstHour shows the last hour to whoever has just begun, and a day to everybody
// else; what is asked for goes before both.
func TestFirstHour(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	begun := &sla.Verdict{Accounted: 49 * time.Hour, Unknown: 48*time.Hour + 10*time.Minute}
	for _, c := range []struct {
		name, query string
		own         *sla.Verdict
		want        time.Duration
	}{
		{"just begun", "", begun, time.Hour},
		{"an hour is known", "", &sla.Verdict{Accounted: 49 * time.Hour, Unknown: 48 * time.Hour}, 24 * time.Hour},
		{"no claim", "", nil, 24 * time.Hour},
		{"a week is asked for", "range=7d", begun, 7 * 24 * time.Hour},
		{"a part is asked for", "from=2026-11-20T10:00:00Z&to=2026-11-20T12:00:00Z", begun, 2 * time.Hour},
	} {
		if p, _ := zoomVisit(t, "UTC", now, c.query).period(c.own); p.Length() != c.want {
			t.Errorf("%s: period = %v, want %v", c.name, p.Length(), c.want)
		}
	}
}
