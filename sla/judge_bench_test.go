package sla

import (
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// yearOf makes a year of 5-minute results with n outages, one of them unknown
// time in every ten.
func yearOf(n int) timeline.Series {
	var all []timeline.Stretch
	at := simStart
	pause := 365 * day / time.Duration(n+1)
	lay := func(s check.State, length time.Duration) {
		results := int(length/(300*time.Second)) + 1
		last := at.Add(time.Duration(results-1) * 300 * time.Second)
		all = append(all, timeline.Stretch{State: s, First: at, Last: last, Results: results, Base: results, Interval: 300 * time.Second})
		at = last.Add(300 * time.Second)
	}
	for i := range n {
		lay(check.Up, pause-900*time.Second)
		if i%10 == 9 {
			lay(check.Unknown, 300*time.Second)
		} else {
			lay(check.Down, time.Duration(i%3)*300*time.Second)
		}
	}
	lay(check.Up, pause)
	return timeline.Series{Check: "a", Interval: 300 * time.Second, Stretches: all}
}

// BenchmarkJudge judges one window over a year's stretches. 10,000 checks with
// six windows each have to take less than a second: 16 µs for one.
func BenchmarkJudge(b *testing.B) {
	claim := Claim{Availability: figure(b, "99.991%")}
	for _, what := range []struct {
		name     string
		outages  int
		window   time.Duration
		excluded int
	}{
		{"year, 1 stretch", 0, 365 * day, 0},
		{"year, 41 stretches", 20, 365 * day, 0},
		{"30 d of 41 stretches", 20, 30 * day, 0},
		{"1 h of 41 stretches", 20, time.Hour, 0},
		{"year, 601 stretches", 300, 365 * day, 0},
		{"year, 41 stretches, 12 exclusions", 20, 365 * day, 12},
	} {
		b.Run(what.name, func(b *testing.B) {
			series := []timeline.Series{yearOf(what.outages)}
			end := simStart.Add(365 * day)
			p := timeline.Period{From: end.Add(-what.window), To: end}
			var ex []Exclusion
			claim := claim
			for i := range what.excluded {
				from := simStart.Add(time.Duration(i) * 30 * day)
				ex = append(ex, Exclusion{Period: timeline.Period{From: from, To: from.Add(4 * time.Hour)}})
				claim.ExcludeMaintenance = true
			}
			b.ReportAllocs()
			for b.Loop() {
				Judge(claim, p, p.To, series, ex)
			}
		})
	}
}
